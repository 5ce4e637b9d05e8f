//! The site policy: what an operator wrote, checked, and in the only form that runs.
//!
//! ```text
//! site.toml ─▶ source (as written, with spans) ─▶ checks ─▶ resolve (names bound) ─▶ SitePolicy
//!                    └───────────── diagnostics, all of them ─────────────┘
//! ```
//! Nothing but [`compile`] can make a [`SitePolicy`].

mod check;
mod diagnostic;
mod reader;
mod resolve;
mod schedule;
mod site;
mod source;

pub use diagnostic::{Diagnostic, Diagnostics, Label, Severity, Span};
pub use schedule::{Schedule, Window, openings};
pub use site::{Camera, Condition, FileSource, Purpose, Rule, SitePolicy, Source, SourceError};

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
    let mut diagnostics = Diagnostics::default();
    let source = source::parse(text, &mut diagnostics);
    check::all(&source, &mut diagnostics);
    let policy = resolve::resolve(&source, &mut diagnostics);
    let policy = policy.filter(|_| !diagnostics.has_errors());
    Compiled { policy, diagnostics: diagnostics.into_sorted() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SITE: &str = r#"
        [site]
        name = "Storgata car park"
        time_zone = "Europe/Oslo"

        [cameras.yard]
        source = "rtsp://192.168.1.20/stream1"
        [cameras.yard.masks]
        neighbour = [[0, 0], [0.3, 0], [0.3, 0.4], [0, 0.4]]
        [cameras.yard.zones]
        bay = [[0.4, 0.4], [0.9, 0.4], [0.9, 0.9], [0.4, 0.9]]
        [cameras.yard.lines]
        fence = [[0.5, 0.1], [0.5, 0.9]]

        [purposes.intrusion]
        kind = "property-protection"
        schedule = [{ days = "mon-fri", from = "18:00", to = "06:00" }, { days = ["sat", "sun"] }]
        [purposes.intrusion.rules.bay]
        rule = "zone-intrusion"
        camera = "yard"
        zone = "bay"
        objects = ["person", "car"]
        [purposes.intrusion.rules.fence]
        rule = "line-crossing"
        camera = "yard"
        line = "fence"
        direction = "left"
        objects = "person"
    "#;

    #[test]
    fn a_complete_site_compiles_without_a_word() {
        let compiled = compile(SITE);
        assert_eq!(compiled.diagnostics, []);
        let policy = compiled.policy.unwrap();
        assert_eq!(policy.cameras().len(), 1);
        assert_eq!(policy.rules_of("yard").count(), 2);
    }

    #[test]
    fn inv_3_a_rule_that_is_not_in_the_catalogue_is_refused() {
        let compiled = compile(&SITE.replace("\"zone-intrusion\"", "\"face-search\""));
        assert!(compiled.policy.is_none());
        assert_eq!(compiled.diagnostics[0].requirement, Some("IVA-4a"));
    }

    #[test]
    fn all_diagnostics_are_gathered() {
        let broken = SITE.replace("\"person\", \"car\"", "\"woman\", \"van\"").replace("= \"bay\"", "= \"bey\"");
        let broken = broken.replace("Europe/Oslo", "Europe/Osla").replace("direction", "directon");
        let checks: Vec<_> = compile(&broken).diagnostics.into_iter().map(|found| found.check).collect();
        assert_eq!(checks, ["time-zone", "unknown-name", "attribute-of-a-person", "unknown-object", "unknown-key"]);
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_compiler_panic(cut in 0usize..1200, insert in ".{0,12}") {
            let cut = SITE.char_indices().map(|(at, _)| at).take_while(|at| *at <= cut).last().unwrap_or(0);
            let _ = compile(&format!("{}{insert}{}", &SITE[..cut], &SITE[cut..]));
            let _ = compile(&SITE[..cut]);
        }
    }
}
