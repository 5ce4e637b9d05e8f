//! The tables of a site file and their keys, each with its meaning: what the schema is made of.

use crate::analysis::Direction;
use crate::analysis::catalog::CATALOG;
use crate::jurisdiction::Pack;
use crate::object::ObjectClass;
use crate::outlet::Sends;
use crate::passage::{PassageField, Proof};
use crate::place::PlaceClass;
use crate::policy::check::vocabularies::{DUTIES, ICELAND, NORWAY};
use crate::policy::gate::Gate;
use crate::policy::series::{Grid, Measure};
use crate::purpose::{Interest, LawfulBasis, PurposeKind};
use crate::search::Search;

/// A word of a closed set, and what it means.
pub(super) type Word = (&'static str, &'static str);

/// A kind of table, under the name that its reader has for it.
pub(super) struct Table {
    pub what: &'static str,
    pub about: &'static str,
    pub keys: &'static [Key],
}

/// A key of a table.
pub(super) struct Key {
    pub name: &'static str,
    pub about: &'static str,
    pub is_required: bool,
    pub kind: Kind,
}

/// What may stand behind a key.
pub(super) enum Kind {
    Text,
    Pattern(&'static str),
    Exactly(&'static str),
    Date,
    Boolean,
    Number(f64, f64),
    Whole(u16, u16),
    Words(fn() -> Vec<Word>),
    Days,
    List(&'static Kind),
    OneOrMore(&'static Kind),
    Either(&'static [Kind]),
    Table(&'static Table),
    /// A table with names that the file chooses.
    Named(&'static Kind),
    /// A table with keys of a closed set.
    Keyed(fn() -> Vec<Word>, &'static Kind),
    Outline,
    Line,
    /// Four points in metres.
    Ground,
}

const fn must(name: &'static str, kind: Kind, about: &'static str) -> Key {
    Key { name, about, is_required: true, kind }
}

const fn may(name: &'static str, kind: Kind, about: &'static str) -> Key {
    Key { name, about, is_required: false, kind }
}

macro_rules! words {
    ($($function:ident $Name:ident;)+) => {
        $(fn $function() -> Vec<Word> {
            $Name::ALL.iter().map(|one| (one.name(), one.summary())).collect()
        })+
    };
}

words! {
    packs Pack;
    places PlaceClass;
    purposes PurposeKind;
    interests Interest;
    bases LawfulBasis;
    gates Gate;
    measures Measure;
    grids Grid;
    proofs Proof;
    fields PassageField;
    searches Search;
    sent Sends;
}

fn rules() -> Vec<Word> {
    CATALOG.iter().map(|entry| (entry.name, entry.summary)).collect()
}

fn objects() -> Vec<Word> {
    let plate = "A number plate; for parking payment alone.";
    let about = |class| if class == ObjectClass::Plate { plate } else { "What is looked for." };
    ObjectClass::ALL.iter().map(|class| (class.name(), about(*class))).collect()
}

fn directions() -> Vec<Word> {
    let about = |direction| match direction {
        Direction::Any => "Whichever way.",
        Direction::Left => "Towards the left-hand side of the picture.",
        Direction::Right => "Towards the right-hand side of the picture.",
        Direction::Up => "Towards the top of the picture.",
        Direction::Down => "Towards the bottom of the picture.",
    };
    Direction::ALL.iter().map(|direction| (direction.name(), about(*direction))).collect()
}

fn questions() -> Vec<Word> {
    let norway = NORWAY.iter().map(|question| (*question, "Why this would not do, or what was done and did not help."));
    norway.chain(ICELAND.iter().map(|question| (*question, "Iceland: why no less would do."))).collect()
}

fn duties() -> Vec<Word> {
    DUTIES.iter().map(|duty| (*duty, "May propose a purpose.")).collect()
}

const RECORD_OR_PATH: Kind = Kind::Either(&[Kind::Text, Kind::Table(&RECORD)]);
const RECORDS: Kind = Kind::Keyed(gates, &RECORD_OR_PATH);
const WINDOWS: Kind = Kind::List(&Kind::Table(&WINDOW));
const TIME: Kind = Kind::Pattern("^(([01]?[0-9]|2[0-3]):[0-5][0-9]|24:00)$");

/// The file itself.
pub(super) static FILE: Table = Table {
    what: "site file",
    about: "What the cameras of a site may be used for.",
    keys: &[
        must("site", Kind::Table(&SITE), "The site: its name, time, country and languages."),
        must("controller", Kind::Table(&CONTROLLER), "Who is responsible, and what the signs say of them."),
        may("records", RECORDS, "What the whole site needs on paper, each a document that someone signs."),
        may("joint_controllers", Kind::Named(&Kind::Table(&JOINT)), "Who is responsible together with the controller."),
        may("processors", Kind::Named(&Kind::Table(&PROCESSOR)), "Who handles pictures or events for the controller."),
        may("roles", Kind::Named(&Kind::Table(&ROLE)), "Who may do what, by name."),
        may("places", Kind::Named(&Kind::Table(&PLACE)), "What the cameras look at."),
        may("cameras", Kind::Named(&Kind::Table(&CAMERA)), "The cameras, with their masks, zones and lines."),
        may("purposes", Kind::Named(&Kind::Table(&PURPOSE)), "Why, when and for what cameras are analysed."),
        may("outlets", Kind::Named(&Kind::Table(&OUTLET)), "Where alarms go."),
    ],
};

/// Every other kind of table.
pub(super) static TABLES: &[&Table] = &[
    &SITE,
    &CONTROLLER,
    &OFFICER,
    &JOINT,
    &PROCESSOR,
    &ROLE,
    &PLACE,
    &CAMERA,
    &SOURCE,
    &PURPOSE,
    &WINDOW,
    &RECORDING,
    &RETENTION,
    &EXEMPTION,
    &SERIES,
    &QUIET,
    &DOOR,
    &RULE,
    &RECORD,
    &OUTLET,
];

static SITE: Table = Table {
    what: "site",
    about: "The site: its name, time, country and languages.",
    keys: &[
        must("name", Kind::Text, "What the site is called."),
        must("time_zone", Kind::Text, "The zone that schedules are in, such as \"Europe/Oslo\"."),
        must(
            "jurisdiction",
            Kind::OneOrMore(&Kind::Words(packs)),
            "Whose rules hold: one country, and what comes on top.",
        ),
        must("languages", Kind::OneOrMore(&Kind::Pattern("^[a-z]{2}$")), "What the signs are written in, by ISO 639."),
        may("in_force", Kind::Date, "The day whose rules hold; without it, the newest."),
    ],
};

static CONTROLLER: Table = Table {
    what: "controller",
    about: "Who is responsible, and what the signs say of them.",
    keys: &[
        must("name", Kind::Text, "The organisation, as it is registered."),
        must("phone", Kind::Text, "The number on the signs."),
        must("information", Kind::Text, "The address on the web where those who pass can read more."),
        must(
            "data_protection_officer",
            Kind::Either(&[Kind::Text, Kind::Table(&OFFICER)]),
            "How to reach the officer, or { not_required = \"why\" }.",
        ),
        must("decides_disclosure", Kind::Text, "The role that decides what is handed out, and to whom."),
        must("oversees_privacy", Kind::Text, "The role that answers those who were filmed, erases, and reads the log."),
    ],
};

static OFFICER: Table = Table {
    what: "data protection officer",
    about: "Why there is no data protection officer.",
    keys: &[must("not_required", Kind::Text, "The reason.")],
};

const AGREEMENT: Key = may("agreement", RECORD_OR_PATH, "The agreement, as a document that is signed.");
const COUNTRY: Key = may("country", Kind::Text, "The country, by ISO 3166, such as \"NO\".");
const TRANSFER: Key = may("transfer_basis", Kind::Text, "What a transfer out of the European Economic Area rests on.");

static JOINT: Table = Table {
    what: "joint controller",
    about: "Who is responsible together with the controller, by an arrangement in writing.",
    keys: &[AGREEMENT, COUNTRY, TRANSFER],
};

static PROCESSOR: Table = Table {
    what: "processor",
    about: "Who handles pictures or events for the controller, by an agreement.",
    keys: &[AGREEMENT, COUNTRY, TRANSFER],
};

static ROLE: Table = Table {
    what: "role",
    about: "A function that few people hold, by name.",
    keys: &[
        must("people", Kind::OneOrMore(&Kind::Text), "Who holds it."),
        may("duty", Kind::Words(duties), "What lets it propose a purpose."),
        may("reviewed", Kind::Date, "The day on which it was last asked who needs it."),
        may("because", Kind::Text, "Why more than a few hold it."),
    ],
};

static PLACE: Table = Table {
    what: "place",
    about: "What cameras look at. Most of the rules follow from its class.",
    keys: &[
        must("class", Kind::Words(places), "What kind of place it is."),
        may("workplace", Kind::Boolean, "Whether people work there, where the class does not say so."),
        may("entrances", Kind::OneOrMore(&Kind::Text), "The ways in; each has a sign."),
        may("signs", Kind::OneOrMore(&Kind::Text), "The entrances at which a sign hangs."),
        may("opening_hours", WINDOWS, "When children are there."),
        may("staffed_hours", WINDOWS, "When people work there."),
        may("closed_on_holidays", Kind::Boolean, "Whether it is closed on public holidays."),
        may("payment_on_site", Kind::Text, "How one can pay for parking on the spot."),
        may("records", RECORDS, "What the place needs on paper."),
    ],
};

static CAMERA: Table = Table {
    what: "camera",
    about: "A fixed camera, with what is blacked out and what rules look at. Coordinates run from 0 to 1, y down.",
    keys: &[
        must("place", Kind::Text, "The place that it looks at."),
        must(
            "source",
            Kind::Either(&[Kind::Text, Kind::Table(&SOURCE)]),
            "Where pictures come from: an address without a password, a file, or { env = \"VARIABLE\" }.",
        ),
        may("mount", Kind::Exactly("fixed"), "How it is mounted: fixed, which is meant without a word too."),
        may("ptz", Kind::Boolean, "Whether it can be turned; true needs `because`."),
        may("because", Kind::Text, "Why it can be turned."),
        may("masks", Kind::Named(&Kind::Outline), "Outlines that are black to everything, always."),
        may("zones", Kind::Named(&Kind::Outline), "Outlines that rules look at."),
        may("lines", Kind::Named(&Kind::Line), "Lines that rules look at, each of two points."),
    ],
};

static SOURCE: Table = Table {
    what: "source",
    about: "Where pictures come from: either `env` or `file`.",
    keys: &[
        may("env", Kind::Text, "The environment variable that holds the address, with its password."),
        may("file", Kind::Text, "A recording, a folder of pictures or a scene, for commissioning."),
        may("starts_at", Kind::Text, "What time its first picture stands for, with offset."),
        may("frames_per_second", Kind::Number(0.1, 1000.0), "Pictures a second of a folder of pictures."),
    ],
};

static PURPOSE: Table = Table {
    what: "purpose",
    about: "Why cameras are analysed, when, on which basis, and by which rules.",
    keys: &[
        must("kind", Kind::Words(purposes), "What kind of purpose it is; it decides which rules may run."),
        must("description", Kind::Text, "What is protected or counted, from what, where."),
        must("basis", Kind::Words(bases), "The lawful basis."),
        must("proposed_by", Kind::Text, "The role that asked for it."),
        must(
            "schedule",
            Kind::Either(&[Kind::Exactly("always"), WINDOWS]),
            "When it watches; \"always\" needs `because`.",
        ),
        may("interest", Kind::Words(interests), "What weighs more than the privacy of those who pass."),
        may("special_need", Kind::Text, "Workplaces: the special need."),
        may("health_provision", Kind::Text, "Homes and institutions: the provision of health law."),
        may("roles", Kind::OneOrMore(&Kind::Text), "The roles that handle what it finds."),
        may(
            "searches",
            Kind::OneOrMore(&Kind::Words(searches)),
            "What may be asked of events, in the window of a case.",
        ),
        may("criminal_data", Kind::Boolean, "Whether it is meant to show criminal acts."),
        may("because", Kind::Text, "Why it watches around the clock."),
        may(
            "recording",
            Kind::Either(&[Kind::Boolean, Kind::Table(&RECORDING)]),
            "Whether pictures are recorded, and why; they are not without it.",
        ),
        may("retention", Kind::Table(&RETENTION), "How long what it finds is kept."),
        may("lot", Kind::Text, "Parking payment: the file of the car park's terms, lanes, tariff and terminals."),
        may("necessity", Kind::Keyed(questions, &Kind::Text), "Why milder means would not do."),
        may("records", RECORDS, "What the purpose needs on paper, each a document that someone signs."),
        may("series", Kind::Named(&Kind::Table(&SERIES)), "What is counted."),
        may("doors", Kind::Named(&Kind::Table(&DOOR)), "The doors that it opens."),
        may("rules", Kind::Named(&Kind::Table(&RULE)), "What must happen for it to report."),
    ],
};

static WINDOW: Table = Table {
    what: "schedule window",
    about: "Hours of the week; to a time before `from`, it ends the next day.",
    keys: &[
        may(
            "days",
            Kind::OneOrMore(&Kind::Days),
            "\"mon-fri\", \"sat\", \"holidays\", or a list; every day without it.",
        ),
        may("from", TIME, "When it begins; the whole day without it."),
        may("to", TIME, "When it ends."),
    ],
};

static RECORDING: Table = Table {
    what: "recording",
    about: "That pictures are recorded.",
    keys: &[may("because", Kind::Text, "Why alarms alone would not do.")],
};

static RETENTION: Table = Table {
    what: "retention",
    about: "How long what a purpose finds is kept.",
    keys: &[
        must("days", Kind::Whole(0, u16::MAX), "Days, counted from the event."),
        may("because", Kind::Text, "Why for longer than is normal."),
        may("exemption", Kind::Table(&EXEMPTION), "What a regulator has allowed."),
    ],
};

static EXEMPTION: Table = Table {
    what: "exemption",
    about: "A regulator's exemption from a cap.",
    keys: &[
        must("reference", Kind::Text, "The decision, such as \"Datatilsynet 26/00123\"."),
        must("expires", Kind::Date, "The last day on which it holds."),
    ],
};

static SERIES: Table = Table {
    what: "series",
    about: "What is counted, about nobody.",
    keys: &[
        must("measure", Kind::Words(measures), "What is counted."),
        must("grid", Kind::Words(grids), "Over which spans."),
        must("named_in_balancing", Kind::Boolean, "Whether the balancing names it, as it must."),
        may("camera", Kind::Text, "The camera that counts."),
        may("zone", Kind::Text, "The zone in which."),
        may("line", Kind::Text, "The line at which; without it, the camera's only one."),
        may("quiet", Kind::Table(&QUIET), "Hours whose spans are one, each night alike."),
        may("epsilon", Kind::Number(0.01, 1.0), "The privacy loss of a track, from 0.01 to 1; 0.25 without it."),
    ],
};

static QUIET: Table = Table {
    what: "quiet hours",
    about: "Hours in which so few pass that they are counted together.",
    keys: &[must("from", TIME, "The first minute in them."), must("to", TIME, "The first minute after them.")],
};

static DOOR: Table = Table {
    what: "door",
    about: "A door that a purpose of access control opens.",
    keys: &[
        may("stores_passages", Kind::Boolean, "Whether passages are stored; they are not without it."),
        may("authentication", Kind::Words(proofs), "How the holder proves who they are."),
        may("fields", Kind::OneOrMore(&Kind::Words(fields)), "What is stored of a passage."),
        may("because", Kind::Text, "Why passages are stored."),
    ],
};

static RULE: Table = Table {
    what: "rule",
    about: "What must happen for a purpose to report.",
    keys: &[
        must("rule", Kind::Words(rules), "The analysis."),
        must("camera", Kind::Text, "The camera that it looks at."),
        must("objects", Kind::OneOrMore(&Kind::Words(objects)), "What it looks for."),
        may("zone", Kind::Text, "The zone of the camera, for a rule that has one."),
        may("line", Kind::Text, "The line of the camera, for a rule that has one."),
        may("direction", Kind::Words(directions), "Which way across the line."),
        may("metres", Kind::Ground, "Where the four corners of the zone lie on the ground, for speed."),
    ],
};

static RECORD: Table = Table {
    what: "record",
    about: "A document and who signed it; `vokter sign` writes all but the path.",
    keys: &[
        must("document", Kind::Text, "Path of the document, relative to the site file."),
        may("sha256", Kind::Pattern("^[0-9a-fA-F]{64}$"), "The SHA-256 of the document when it was signed."),
        may("covers", Kind::Text, "The fingerprint of what it was signed over."),
        may("signed_by", Kind::Text, "Who signed."),
        may("date", Kind::Date, "When."),
        may("expires", Kind::Date, "The last day on which it holds."),
    ],
};

static OUTLET: Table = Table {
    what: "outlet",
    about: "Where alarms go: either `address` or `env`, either `own` or a processor's.",
    keys: &[
        may("address", Kind::Text, "The address, without a secret."),
        may("env", Kind::Text, "The environment variable that holds the address."),
        may("processor", Kind::Text, "The processor whose it is."),
        may("own", Kind::Boolean, "Whether it is the controller's own."),
        may("sends", Kind::Words(sent), "What it is sent; alarms without it."),
    ],
};
