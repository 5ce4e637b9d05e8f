//! **KRS-32**: one function decides every request for use or disclosure, and it is not the one that asks: whoever
//! looks at alarms does not also decide what is handed over.
//!
//! *Instead*: `decides_disclosure = "manager"`, a role of its own.

use super::{View, unknown};
use crate::policy::diagnostic::{Diagnostic, Diagnostics};

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    let Some(controller) = &view.site.controller else { return };
    let Some(written) = &controller.decides_disclosure else {
        diagnostics.push(
            Diagnostic::error(
                "decider",
                "nobody decides about disclosure",
                controller.span.clone(),
                "`decides_disclosure` is missing",
            )
            .requirement("KRS-32")
            .help("name one role: decides_disclosure = \"manager\""),
        );
        return;
    };
    let Some(role) = view.role(&written.value) else {
        let names = view.site.roles.iter().map(|role| role.name.value.as_str());
        diagnostics.push(unknown("decider", "KRS-32", "role", written, names));
        return;
    };
    let same = |name: &str| name.trim().to_lowercase();
    let holds = |name: &str| role.people.iter().any(|person| same(&person.value) == same(name));
    for looked in &view.purposes {
        for written in &looked.source.roles {
            let Some(other) = view.role(&written.value) else { continue };
            if let Some(person) = other.people.iter().find(|person| holds(&person.value)) {
                diagnostics.push(
                    Diagnostic::error(
                        "decider",
                        format!("{} looks at alarms and would decide over handing them out", person.value),
                        written.span.clone(),
                        format!("shares a person with `{}`", role.name.value),
                    )
                    .requirement("KRS-32")
                    .help("give the decision to someone who does not ask for it"),
                );
            }
        }
    }
}
