//! **IVA-12, KRS-36, KRS-30**: a controller has a routine for requests of those who were filmed, an analysis of risks, and
//! a routine for handing out. They belong to the site, and hold for every purpose.
//!
//! *Instead*: `[records] rights-routine = "records/rights-routine.md"`, and so on.

use super::View;
use crate::policy::diagnostic::{Diagnostic, Diagnostics};
use crate::policy::gate::Gate;

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    for gate in [Gate::RightsRoutine, Gate::RiskAnalysis, Gate::DisclosureRoutine] {
        let name = gate.name();
        if !view.site.records.iter().any(|record| record.name.value == name) {
            let requirement = gate.requirements().first().copied().unwrap_or_default();
            diagnostics.push(
                Diagnostic::error(
                    "routine",
                    format!("the site has no `{name}`"),
                    view.site.span.clone(),
                    format!("`records.{name}` is missing"),
                )
                .requirement(requirement)
                .help(format!("write it, and name it: [records] {name} = \"records/{name}.md\"")),
            );
        }
    }
}
