//! What can be explained, and its explanation.

use super::manual::rendered;
use crate::text::wrapped;
use jiff::civil::Date;
use std::iter::once;
use vokter_rules::analysis::catalog::{CATALOG, CatalogEntry};
use vokter_rules::guideline::{self, Guideline, Source};
use vokter_rules::jurisdiction::{Pack, caps};
use vokter_rules::place::PlaceClass;
use vokter_rules::policy::{CHECKS, Check, Gate, Grid, Measure};
use vokter_rules::purpose::{Interest, LawfulBasis, PurposeKind};

/// Something that a word stands for. One word may stand for several: a `workplace` is a place and a check.
#[derive(Clone, Copy)]
pub enum Topic {
    Requirement(&'static Guideline),
    Rule(&'static CatalogEntry),
    Purpose(PurposeKind),
    Record(Gate),
    Check(&'static Check),
    Pack(Pack),
    Word(Word),
}

/// A word of a closed set of the policy that a line explains.
#[derive(Clone, Copy)]
pub struct Word {
    set: Set,
    name: &'static str,
    summary: &'static str,
}

/// A closed set of words.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Set {
    Place,
    Interest,
    Basis,
    Measure,
    Grid,
}

impl Set {
    const fn of_one(self) -> &'static str {
        match self {
            Self::Place => "a class of place",
            Self::Interest => "an interest",
            Self::Basis => "a lawful basis",
            Self::Measure => "what a series counts",
            Self::Grid => "the spans of a series",
        }
    }
}

/// A word as it is compared: small letters, and hyphens rather than underscores or spaces.
pub fn written(word: &str) -> String {
    word.trim().to_lowercase().replace(['_', ' '], "-")
}

impl Topic {
    /// Everything that can be explained.
    pub fn all() -> impl Iterator<Item = Self> {
        let requirements = guideline::all().map(Self::Requirement);
        let rules = CATALOG.iter().map(Self::Rule);
        let purposes = PurposeKind::ALL.iter().copied().map(Self::Purpose);
        let records = Gate::ALL.iter().copied().map(Self::Record);
        let checks = CHECKS.iter().map(Self::Check);
        let word = |set| move |(name, summary)| Self::Word(Word { set, name, summary });
        let places = PlaceClass::ALL.iter().map(|class| (class.name(), class.summary())).map(word(Set::Place));
        let interests = Interest::ALL.iter().map(|one| (one.name(), one.summary())).map(word(Set::Interest));
        let bases = LawfulBasis::ALL.iter().map(|basis| (basis.name(), basis.summary())).map(word(Set::Basis));
        let measures = Measure::ALL.iter().map(|one| (one.name(), one.summary())).map(word(Set::Measure));
        let grids = Grid::ALL.iter().map(|grid| (grid.name(), grid.summary())).map(word(Set::Grid));
        let packs = Pack::ALL.iter().copied().map(Self::Pack);
        let words = places.chain(interests).chain(bases).chain(measures).chain(grids);
        requirements.chain(rules).chain(purposes).chain(records).chain(checks).chain(packs).chain(words)
    }

    /// All that a word stands for.
    pub fn named(word: &str) -> Vec<Self> {
        let word = written(word);
        Self::all().filter(|topic| written(topic.name()) == word).collect()
    }

    /// The word.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Requirement(guideline) => guideline.id,
            Self::Rule(entry) => entry.name,
            Self::Purpose(kind) => kind.name(),
            Self::Record(gate) => gate.name(),
            Self::Check(check) => check.name,
            Self::Pack(pack) => pack.name(),
            Self::Word(word) => word.name,
        }
    }

    /// The explanation, in lines that fit a terminal.
    pub fn text(&self) -> String {
        let (what, text) = match self {
            Self::Requirement(guideline) => ("a requirement", requirement(guideline)),
            Self::Rule(entry) => ("an analysis rule", rendered(&entry.manual())),
            Self::Purpose(kind) => ("a kind of purpose", purpose(*kind)),
            Self::Record(gate) => ("a signed record", record(*gate)),
            Self::Check(check) => ("a check of the policy", check_of(check)),
            Self::Pack(pack) => ("a body of rules", format!("{}\n{}", wrapped(pack.summary(), 0, 0), caps_of(*pack))),
            Self::Word(word) => (word.set.of_one(), wrapped(word.summary, 0, 0)),
        };
        format!("{}: {what}\n\n{text}", self.name())
    }
}

fn requirement(guideline: &Guideline) -> String {
    let source = guideline.source;
    let strength: Vec<_> = guideline.strength.iter().map(|strength| strength.name()).collect();
    let enforcement: Vec<_> = guideline.enforcement.iter().map(|enforcement| enforcement.name()).collect();
    let from = format!("{}: {}. In {}.", source.authority(), source.title(), source.language());
    let today = format!("{}. {}", guideline.standing.name(), guideline.how);
    let rows = [
        row("source", &[&from]),
        row("strength", &strength),
        row("by", &enforcement),
        row("today", &[&today]),
        row("checks", guideline.checks),
        row("records", guideline.gates),
        column("tests", guideline.tests),
    ];
    format!("{}\n{}", wrapped(guideline.text, 0, 0), rows.concat())
}

fn purpose(kind: PurposeKind) -> String {
    let rules: Vec<_> = CATALOG.iter().filter(|entry| entry.purposes.contains(&kind)).map(|entry| entry.name).collect();
    let rules = if rules.is_empty() { vec!["none yet"] } else { rules };
    format!("{}\n{}", wrapped(kind.summary(), 0, 0), row("rules", &rules))
}

fn record(gate: Gate) -> String {
    let covers: Vec<_> = gate.covers().iter().map(|aspect| aspect.name()).collect();
    let rows = [
        row("for", gate.requirements()),
        row("covers", &[&covers.join("; ")]),
        row("gate", &["no purpose that needs it watches a live camera until it is signed"]),
    ];
    format!("{}\n{}", wrapped(gate.summary(), 0, 0), rows.concat())
}

/// The manual of a check; that of `retention` ends with the caps.
fn check_of(check: &Check) -> String {
    let caps: String = match check.name {
        "retention" => Pack::ALL.iter().copied().map(caps_of).collect(),
        _ => String::new(),
    };
    let manual = rendered(&check.manual());
    if caps.is_empty() { manual } else { format!("{manual}\n{caps}") }
}

/// How long anything may be kept under a body of rules, at the longest.
fn caps_of(pack: Pack) -> String {
    let till = [PlaceClass::PointOfSale];
    let lines = [&[][..], &till].map(|places| caps(&[pack], places, Date::MAX));
    let lines = lines.iter().flatten().map(|cap| {
        let reason = if cap.because_may_exceed { "; more with a reason" } else { "" };
        let text = format!("{} days: {}{reason} ({})", cap.days, cap.what, cap.requirement);
        format!("\n  {:16} {}", pack.name(), wrapped(&text, 19, 19))
    });
    let mut lines: Vec<_> = lines.collect();
    lines.dedup();
    lines.concat()
}

/// Columns before the text of a row.
const INDENT: usize = 12;

/// A row with a heading, or nothing if there is nothing in it.
fn row(heading: &str, words: &[&str]) -> String {
    match words {
        [] => String::new(),
        _ => format!("\n  {heading:9} {}", wrapped(&words.join(", "), INDENT, INDENT)),
    }
}

/// The same with each word on a line of its own.
fn column(heading: &str, words: &[&str]) -> String {
    let headings = once(heading).chain(std::iter::repeat(""));
    words.iter().zip(headings).map(|(word, heading)| row(heading, &[word])).collect()
}

/// Every word that can be explained, by what it stands for.
pub fn list() -> String {
    let mut out = String::from("`vokter explain WORD` explains each of these.");
    for source in Source::ALL {
        let ids: Vec<_> = source.guidelines().iter().map(|guideline| guideline.id).collect();
        let title = wrapped(&format!("Requirements of {}: {}", source.authority(), source.title()), 0, 0);
        out.push_str(&format!("\n\n{title}\n  {}", wrapped(&ids.join(" "), 2, 2)));
    }
    let set = |set| move |topic: &Topic| matches!(topic, Topic::Word(word) if word.set == set);
    out.push_str(&section("Analysis rules", |topic| matches!(topic, Topic::Rule(_))));
    out.push_str(&section("Kinds of purpose", |topic| matches!(topic, Topic::Purpose(_))));
    out.push_str(&section("Classes of place", set(Set::Place)));
    out.push_str(&section("Interests that are weighty", set(Set::Interest)));
    out.push_str(&section("Lawful bases", set(Set::Basis)));
    out.push_str(&section("What a series counts", set(Set::Measure)));
    out.push_str(&section("Spans of a series", set(Set::Grid)));
    out.push_str(&section("Bodies of rules", |topic| matches!(topic, Topic::Pack(_))));
    out.push_str(&section("Signed records", |topic| matches!(topic, Topic::Record(_))));
    let checks: Vec<_> = CHECKS.iter().map(|check| check.name).collect();
    out.push_str(&format!("\n\nChecks of the policy\n  {}", wrapped(&checks.join(" "), 2, 2)));
    out
}

/// A heading, and a line or two for each word.
fn section(heading: &str, is_in: impl Fn(&Topic) -> bool) -> String {
    let topics: Vec<_> = Topic::all().filter(is_in).collect();
    let width = topics.iter().map(|topic| topic.name().len()).max().unwrap_or(0);
    let lines = topics.iter().map(|topic| {
        let summary = match topic {
            Topic::Requirement(guideline) => guideline.text,
            Topic::Rule(entry) => entry.summary,
            Topic::Purpose(kind) => kind.summary(),
            Topic::Record(gate) => gate.summary(),
            Topic::Check(_) => "",
            Topic::Pack(pack) => pack.summary(),
            Topic::Word(word) => word.summary,
        };
        format!("\n  {:width$}  {}", topic.name(), wrapped(summary, width + 4, width + 4))
    });
    format!("\n\n{heading}{}", lines.collect::<String>())
}
