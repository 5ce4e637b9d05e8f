//! The checks: one question each, one file each, whose module documentation is its manual.

mod view;

use view::{Looked, is_workplace};
pub(super) use view::{View, class_of};
/// Closed sets of words that checks have to themselves.
pub(super) mod vocabularies {
    pub(in crate::policy) use super::necessity::{ICELAND, NORWAY};
    pub(in crate::policy) use super::proposer::DUTIES;
}

use super::diagnostic::{Diagnostic, Diagnostics};
use super::gate::Gate;
use super::reader::Written;
use super::written::as_key;

/// One question that the compiler asks of a site file.
pub struct Check {
    /// Its name; its file has the same.
    pub name: &'static str,
    /// The requirements that it enforces, first the one that it cites most.
    pub requirements: &'static [&'static str],
    /// The text of its file, whose module documentation is its manual.
    source: &'static str,
    run: fn(&View<'_>, &mut Diagnostics),
}

impl Check {
    /// What it asks and why, for people.
    pub fn manual(&self) -> String {
        super::manual(self.source)
    }
}

/// Declares the files of checks and the list of them.
macro_rules! checks {
    ($($file:ident $name:literal $requirements:expr;)+) => {
        $(mod $file;)+

        /// Every check, in the order of their files.
        pub static CHECKS: &[Check] = &[
            $(Check {
                name: $name,
                requirements: &$requirements,
                source: include_str!(concat!(stringify!($file), ".rs")),
                run: $file::check,
            },)+
        ];
    };
}

checks! {
    always_open "always-open" ["KRS-18"];
    attribute_of_a_person "attribute-of-a-person" ["IVA-5", "IVA-4b", "IVA-3"];
    audio "audio" ["KRS-8"];
    counting_zones "counting-zones" ["IVA-11c"];
    covert "covert" ["KRS-20", "ISL-8"];
    credentials_in_file "credentials-in-file" ["IVA-8"];
    criminal_data "criminal-data" ["ISL-5"];
    data_protection_officer "data-protection-officer" ["IVA-14"];
    decider "decider" ["KRS-32"];
    dpia "dpia" ["IVA-13", "KRS-12"];
    employees_told "employees-told" ["KRS-11", "KRS-12", "WPC-1"];
    fixed_camera "fixed-camera" ["KRS-2"];
    follow_up "follow-up" ["KRS-4", "KRS-11", "IVA-1a", "WPC-9"];
    forbidden_analysis "forbidden-analysis" ["IVA-1b", "IVA-5", "KRS-5", "KRS-28", "WPC-2", "ISL-15"];
    joint_controller "joint-controller" ["KRS-14"];
    jurisdiction "jurisdiction" ["ISL-1", "ISL-4"];
    languages "languages" ["KRS-20"];
    lawful_basis "lawful-basis" ["KRS-7", "ACC-4"];
    letter "letter" ["KRS-23", "ISL-10"];
    limited_circle "limited-circle" ["KRS-13", "ISL-2"];
    lot "lot" ["IVA-7a", "IVA-7b", "IVA-2a"];
    necessity "necessity" ["KRS-6", "ISL-3", "KRS-4"];
    opening_hours "opening-hours" ["KRS-9"];
    outlet "outlet" ["IVA-15", "KRS-29"];
    overseer "overseer" ["IVA-12", "KRS-27"];
    parking_place "parking-place" ["IVA-7a"];
    passage_storage "passage-storage" ["ACC-6", "ACC-2", "ACC-3", "ACC-5"];
    place_class "place-class" ["IVA-6", "KRS-1"];
    plate_outside_parking "plate-outside-parking" ["IVA-7a"];
    processor "processor" ["IVA-15", "ACC-12"];
    proposer "proposer" ["KRS-3"];
    ptz "ptz" ["KRS-19"];
    record "record" ["IVA-1a"];
    recording "recording" ["KRS-15"];
    retention "retention" ["KRS-33", "WPC-6", "WPC-8", "WPC-9", "ISL-13", "ACC-13"];
    role "role" ["WPC-10", "KRS-26"];
    routine "routine" ["IVA-12", "KRS-36", "KRS-30"];
    rule_fits_purpose "rule-fits-purpose" ["IVA-11b", "IVA-2a", "IVA-4a"];
    search "search" ["IVA-4a", "KRS-28"];
    sensitive_place "sensitive-place" ["IVA-6"];
    series "series" ["IVA-11a", "IVA-11b", "IVA-11c"];
    shape "shape" ["KRS-17"];
    sign "sign" ["IVA-9", "KRS-21", "KRS-22", "ISL-9"];
    staffed_hours "staffed-hours" ["KRS-18"];
    unknown_key "unknown-key" ["KRS-17"];
    unsupplied_class "unsupplied-class" ["IVA-4a"];
    unused_camera "unused-camera" ["KRS-15", "KRS-1"];
    vague_purpose "vague-purpose" ["IVA-2a", "KRS-5", "ISL-2"];
    weighty_interest "weighty-interest" ["IVA-1a"];
    window "window" ["KRS-18", "KRS-21"];
    work_performance "work-performance" ["WPC-2", "ISL-14", "ACC-2"];
    workplace "workplace" ["KRS-10"];
}

/// Runs every check over the file as written.
pub(super) fn all(view: &View<'_>, diagnostics: &mut Diagnostics) {
    for check in CHECKS {
        (check.run)(view, diagnostics);
    }
}

/// Demands a record of a purpose.
fn demand(looked: &Looked<'_>, gate: Gate, check: &'static str, because: &str, diagnostics: &mut Diagnostics) {
    if looked.record(gate.name()).is_some() {
        return;
    }
    let purpose = &looked.source.name;
    let requirement = gate.requirements().first().copied().unwrap_or_default();
    demand_of(purpose, gate, check, requirement, because, &format!("purposes.{}", as_key(&purpose.value)), diagnostics);
}

/// Demands a record of what is written there, in the table of that name.
fn demand_of(
    of: &Written<String>,
    gate: Gate,
    check: &'static str,
    requirement: &'static str,
    because: &str,
    table: &str,
    diagnostics: &mut Diagnostics,
) {
    let name = gate.name();
    diagnostics.push(
        Diagnostic::error(
            check,
            format!("`{}` has no record `{name}`: {because}", of.value),
            of.span.clone(),
            format!("`records.{name}` is missing"),
        )
        .requirement(requirement)
        .help(format!("write the document, and name it: [{table}] records.{name} = \"records/{name}.md\"")),
    );
}

/// Refuses a word that is not of a closed set.
fn unknown<'n>(
    check: &'static str,
    requirement: &'static str,
    what: &str,
    written: &Written<String>,
    names: impl Iterator<Item = &'n str>,
) -> Diagnostic {
    let message = format!("`{}` is no {what}", written.value);
    Diagnostic::error(check, message, written.span.clone(), "not known")
        .requirement(requirement)
        .help(super::reader::did_you_mean(&written.value, names))
}
