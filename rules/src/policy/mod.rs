//! The site policy: what an operator wrote, checked, and in the only form that runs.
//!
//! ```text
//! site.toml ─▶ source (as written, with spans) ─▶ checks ─▶ resolve (names bound) ─▶ SitePolicy
//!                    └───────────── diagnostics, all of them ─────────────┘
//! ```
//! Nothing but [`compile`] can make a [`SitePolicy`].

mod check;
mod diagnostic;
mod diff;
mod fingerprint;
mod gate;
mod reader;
mod record;
mod resolve;
mod schedule;
mod schema;
mod series;
mod site;
mod source;
mod written;

pub use check::{CHECKS, Check};
pub use diagnostic::{Diagnostic, Label, Severity, Span};
pub use diff::{Change, diff};
pub use gate::{Aspect, Gate};
pub use reader::did_you_mean;
pub use record::{Cause, Documents, OpenGate, Record, Standing};
pub use schedule::{Hours, Schedule, Window, openings};
pub use schema::schema;
pub use series::{CountedAt, DEFAULT_EPSILON, Grid, Measure, QuietHours, Series};
pub use site::{Camera, Condition, Deviation, Door, FileSource, Purpose, Role, Rule, SitePolicy, Source, SourceError};
pub use written::{as_key, as_string};

use crate::object::{ObjectClass, ObjectSet};
use check::View;
use diagnostic::Diagnostics;

/// What came of compiling a site file.
#[derive(Debug)]
pub struct Compiled {
    /// The policy; `None` when a diagnostic is an error.
    pub policy: Option<SitePolicy>,
    /// Everything there is to say about the file, in its order.
    pub diagnostics: Vec<Diagnostic>,
}

/// Compiles the text of a `site.toml`. Gathers every diagnostic and never stops at the first.
pub fn compile(text: &str) -> Compiled {
    compile_for(text, ObjectClass::ALL.into_iter().collect())
}

/// Compiles for a model that tells these classes apart: a rule that looks for another is refused.
pub fn compile_for(text: &str, supplied: ObjectSet) -> Compiled {
    let mut diagnostics = Diagnostics::default();
    let policy = source::parse(text, &mut diagnostics).and_then(|source| {
        let view = View::of(&source, supplied);
        check::all(&view, &mut diagnostics);
        resolve::resolve(&view, &mut diagnostics)
    });
    let policy = policy.filter(|_| !diagnostics.has_errors());
    let (diagnostics, deviations) = diagnostics.into_sorted();
    Compiled { policy: policy.map(|policy| SitePolicy { deviations, ..policy }), diagnostics }
}

/// The manual of a file of the catalogue: its module documentation.
pub(crate) fn manual(source: &str) -> String {
    let lines = source.lines().map_while(|line| line.strip_prefix("//!"));
    lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SITE: &str = include_str!("../../../examples/workplace-yard.toml");

    #[test]
    fn a_complete_site_compiles_without_a_word() {
        let compiled = compile(SITE);
        assert_eq!(compiled.diagnostics, []);
        let policy = compiled.policy.unwrap();
        assert_eq!(policy.cameras().len(), 1);
        assert_eq!(policy.purposes().iter().flat_map(|purpose| &purpose.rules).count(), 2);
    }

    #[test]
    fn inv_3_a_rule_that_is_not_in_the_catalogue_is_refused() {
        let compiled = compile(&SITE.replace("\"zone-intrusion\"", "\"fence-watch\""));
        assert!(compiled.policy.is_none());
        assert_eq!(compiled.diagnostics[0].requirement, Some("IVA-4a"));
    }

    #[test]
    fn a_series_is_bound_to_its_line_and_to_the_objects_of_the_rule_that_feeds_it() {
        let site = include_str!("../../../examples/municipal-building.toml");
        let grid = "grid = \"hour\"\n";
        let with = |more: &str| compile(&site.replacen(grid, &format!("{grid}{more}\n"), 1));
        let compiled = with("line = \"passage\"\nquiet = { from = \"22:00\", to = \"06:00\" }\nepsilon = 0.5");
        let policy = compiled.policy.unwrap();
        let series = policy.purposes().iter().flat_map(|purpose| &purpose.series).next().unwrap();
        assert!(matches!(&series.at, CountedAt::Line { name, .. } if name == "passage"));
        assert_eq!((series.objects.iter().collect::<Vec<_>>(), series.epsilon), (vec![ObjectClass::Person], 0.5));
        for wrong in ["epsilon = 1.5", "epsilon = 0.001", "quiet = { from = \"6\", to = \"7\" }", "line = \"fence\""] {
            let compiled = with(wrong);
            assert!(compiled.policy.is_none() && compiled.diagnostics.iter().all(|d| d.check == "series"), "{wrong}");
        }
    }

    #[test]
    fn all_diagnostics_are_gathered() {
        let broken = SITE.replace("\"person\", \"car\"", "\"woman\", \"van\"").replace("= \"bay\"", "= \"bey\"");
        let broken = broken.replace("Europe/Oslo", "Europe/Osla").replace("languages", "langauges");
        let checks: Vec<_> = compile(&broken).diagnostics.into_iter().map(|found| found.check).collect();
        assert_eq!(
            checks,
            ["languages", "time-zone", "unknown-key", "unknown-name", "attribute-of-a-person", "unknown-object"]
        );
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_compiler_panic(cut in 0usize..6000, insert in ".{0,12}") {
            let cut = SITE.char_indices().map(|(at, _)| at).take_while(|at| *at <= cut).last().unwrap_or(0);
            let _ = compile(&format!("{}{insert}{}", &SITE[..cut], &SITE[cut..]));
            let _ = compile(&SITE[..cut]);
        }
    }
}
