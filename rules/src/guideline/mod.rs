//! The catalogue of requirements: the 100 rules that five documents set, and what this version does about each.
//!
//! One document, one file, one row a requirement. The rows say in our own words what is required, how it is meant
//! to be held, how far it is held today, and which checks, signed records and tests hold it. A test holds the rows
//! against the code: what they cite exists.

mod acc;
mod isl;
mod iva;
mod krs;
mod wpc;

pub use acc::ACC;
pub use isl::ISL;
pub use iva::IVA;
pub use krs::KRS;
pub use wpc::WPC;

/// One requirement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guideline {
    /// What diagnostics, manuals and tests call it, such as `IVA-4b`.
    pub id: &'static str,
    /// What is required, in our words.
    pub text: &'static str,
    /// Which document requires it.
    pub source: Source,
    /// How strictly; more than one where its parts differ.
    pub strength: &'static [Strength],
    /// How it is meant to be held.
    pub enforcement: &'static [Enforcement],
    /// How far it is held in this version.
    pub standing: Standing,
    /// What in this version holds it, or what is missing.
    pub how: &'static str,
    /// The checks of the policy compiler that refuse what breaks it.
    pub checks: &'static [&'static str],
    /// The signed records without which no live camera is watched.
    pub gates: &'static [&'static str],
    /// The tests that defend it: names of functions, or files of the source tree.
    pub tests: &'static [&'static str],
}

/// The documents that the requirements come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// IVA: Datatilsynet on intelligent video analytics.
    IntelligentVideoAnalytics,
    /// WPC: Datatilsynet on recordings at the workplace.
    WorkplaceRecordings,
    /// KRS: the procedure of a Norwegian municipality.
    Kristiansand,
    /// ISL: Iceland's rules on electronic monitoring.
    ElectronicMonitoring,
    /// ACC: Datatilsynet on access control at the workplace.
    AccessControl,
}

impl Source {
    /// Every document, in the order of the catalogue.
    pub const ALL: [Self; 5] = [
        Self::IntelligentVideoAnalytics,
        Self::WorkplaceRecordings,
        Self::Kristiansand,
        Self::ElectronicMonitoring,
        Self::AccessControl,
    ];

    /// What the ids of its requirements begin with.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::IntelligentVideoAnalytics => "IVA",
            Self::WorkplaceRecordings => "WPC",
            Self::Kristiansand => "KRS",
            Self::ElectronicMonitoring => "ISL",
            Self::AccessControl => "ACC",
        }
    }

    /// Its title, in its own language.
    pub const fn title(self) -> &'static str {
        match self {
            Self::IntelligentVideoAnalytics => "Retningslinjer for bruk av intelligent videoanalyse",
            Self::WorkplaceRecordings => "Kameraovervåking på arbeidsplassen: bruk og lagring av opptakene",
            Self::Kristiansand => "Prosedyre for kameraovervåking",
            Self::ElectronicMonitoring => "Reglur nr. 50/2023 um rafræna vöktun",
            Self::AccessControl => "Tilgangskontroll på arbeidsplassen",
        }
    }

    /// Who wrote it.
    pub const fn authority(self) -> &'static str {
        match self {
            Self::IntelligentVideoAnalytics | Self::WorkplaceRecordings | Self::AccessControl => {
                "Datatilsynet (the Norwegian Data Protection Authority)"
            }
            Self::Kristiansand => "Kristiansand kommune (a Norwegian municipality)",
            Self::ElectronicMonitoring => "Persónuvernd (the Icelandic Data Protection Authority)",
        }
    }

    /// The language it is written in.
    pub const fn language(self) -> &'static str {
        match self {
            Self::IntelligentVideoAnalytics | Self::WorkplaceRecordings | Self::Kristiansand => "Norwegian (Bokmål)",
            Self::ElectronicMonitoring => "Icelandic",
            Self::AccessControl => "Norwegian (Nynorsk)",
        }
    }

    /// Its requirements.
    pub const fn guidelines(self) -> &'static [Guideline] {
        match self {
            Self::IntelligentVideoAnalytics => IVA,
            Self::WorkplaceRecordings => WPC,
            Self::Kristiansand => KRS,
            Self::ElectronicMonitoring => ISL,
            Self::AccessControl => ACC,
        }
    }
}

/// How strictly something is required.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strength {
    /// Without exception.
    Must,
    /// Unless a documented reason speaks against it.
    Normally,
    /// Recommended.
    Should,
    /// A permission that has conditions, or a duty in certain cases.
    Conditional,
}

impl Strength {
    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Must => "must",
            Self::Normally => "normally",
            Self::Should => "should",
            Self::Conditional => "conditional",
        }
    }
}

/// How a requirement is meant to be held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enforcement {
    /// Refused when the policy is compiled or a model is loaded, or not expressible at all.
    AtCompile,
    /// Held while the engine runs.
    AtRuntime,
    /// Held by a signed record, without which no live camera is watched.
    Gate,
    /// Held by a document that is written from the policy.
    Document,
}

impl Enforcement {
    /// How it reads.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AtCompile => "refused in the policy",
            Self::AtRuntime => "held while running",
            Self::Gate => "signed record",
            Self::Document => "written document",
        }
    }
}

/// How far a requirement is held in this version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Something in the code refuses what breaks it, or cannot express it.
    Enforced,
    /// No live camera is watched without a person's signed record for it.
    Gated,
    /// A document of the project asks for it, and nothing more.
    Documented,
    /// What would hold it is not built, or only a part of it is.
    NotYet,
}

impl Standing {
    /// Every standing, from the strongest.
    pub const ALL: [Self; 4] = [Self::Enforced, Self::Gated, Self::Documented, Self::NotYet];

    /// How it reads.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Enforced => "enforced",
            Self::Gated => "gated",
            Self::Documented => "documented",
            Self::NotYet => "not yet",
        }
    }
}

/// Every requirement, in the order of the documents.
pub fn all() -> impl Iterator<Item = &'static Guideline> {
    Source::ALL.into_iter().flat_map(Source::guidelines)
}

/// The requirement of that id, in capitals or not.
pub fn find(id: &str) -> Option<&'static Guideline> {
    all().find(|guideline| guideline.id.eq_ignore_ascii_case(id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn there_are_a_hundred_requirements_each_in_the_file_of_its_document() {
        let sizes = Source::ALL.map(|source| source.guidelines().len());
        assert_eq!(sizes, [21, 10, 36, 15, 18]);
        for source in Source::ALL {
            for guideline in source.guidelines() {
                assert_eq!((guideline.source, guideline.id.split('-').next()), (source, Some(source.prefix())));
            }
        }
        assert_eq!(all().map(|guideline| guideline.id).collect::<BTreeSet<_>>().len(), 100);
    }

    #[test]
    fn every_row_is_filled_in() {
        for guideline in all() {
            assert!(!guideline.strength.is_empty() && !guideline.enforcement.is_empty(), "{}", guideline.id);
            for sentence in [guideline.text, guideline.how] {
                let is_sentence = sentence.ends_with('.') && sentence.len() > 20 && !sentence.contains("  ");
                assert!(is_sentence, "{}: {sentence}", guideline.id);
            }
        }
    }

    #[test]
    fn what_a_row_claims_it_cites() {
        for guideline in all() {
            let cited = match guideline.standing {
                Standing::Enforced => !guideline.tests.is_empty(),
                Standing::Gated => !guideline.gates.is_empty() && !guideline.tests.is_empty(),
                Standing::Documented | Standing::NotYet => true,
            };
            assert!(cited, "{} is {} by nothing", guideline.id, guideline.standing.name());
        }
    }

    #[test]
    fn a_requirement_is_found_in_any_case_of_letters() {
        assert_eq!(find("iva-4B").map(|guideline| guideline.id), Some("IVA-4b"));
        assert_eq!(find("IVA-16"), None);
    }
}
