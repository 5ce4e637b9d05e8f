//! **WPC-10, KRS-26**: few may look, by name, because their work needs it, and that is looked at anew each year. A role
//! that nobody holds opens nothing; a role that many hold says why.
//!
//! *Instead*: `[roles.guard] people = ["ola.hansen"]`, `reviewed = 2026-11-01`.

use super::{View, unknown};
use crate::policy::diagnostic::{Diagnostic, Diagnostics};
use std::collections::BTreeSet;

/// How many people hold a role without a word about it.
const FEW: usize = 5;

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    for role in &view.site.roles {
        let name = &role.name;
        if role.people.is_empty() {
            let message = format!("nobody holds the role `{}`", name.value);
            diagnostics.push(
                Diagnostic::error("role", message, name.span.clone(), "no people")
                    .requirement("WPC-10")
                    .help("name those who hold it: people = [\"ola.hansen\"]"),
            );
        }
        if role.people.len() > FEW {
            match &role.because {
                Some(because) => {
                    let what = format!("{} people hold the role `{}`", role.people.len(), name.value);
                    diagnostics.deviates("WPC-10", what, &because.value);
                }
                None => diagnostics.push(
                    Diagnostic::warning(
                        "role",
                        format!("{} people hold the role `{}`", role.people.len(), name.value),
                        name.span.clone(),
                        "usually very few need to",
                    )
                    .requirement("WPC-10")
                    .help("take out who does not need it, or say why: because = \"…\""),
                ),
            }
        }
        if role.reviewed.is_none() {
            let message = format!("the role `{}` was never looked at anew", name.value);
            diagnostics.push(
                Diagnostic::warning("role", message, name.span.clone(), "`reviewed` is missing")
                    .requirement("KRS-26")
                    .help("write the day on which it was last asked who needs it: reviewed = 2026-11-01"),
            );
        }
    }
    let names = || view.site.roles.iter().map(|role| role.name.value.as_str());
    for written in view.site.purposes.iter().flat_map(|purpose| &purpose.roles) {
        if !names().any(|name| name == written.value) {
            diagnostics.push(unknown("role", "WPC-10", "role of this file", written, names()));
        }
    }
    for looked in &view.purposes {
        let roles: Vec<_> = looked.source.roles.iter().filter_map(|written| view.role(&written.value)).collect();
        let people: BTreeSet<_> = roles.iter().flat_map(|role| &role.people).map(|person| person.value.trim()).collect();
        if people.len() > FEW && roles.iter().all(|role| role.people.len() <= FEW && role.because.is_none()) {
            let message = format!("{} people may look at the alarms of `{}`", people.len(), looked.source.name.value);
            diagnostics.push(
                Diagnostic::warning("role", message, looked.source.name.span.clone(), "usually very few need to")
                    .requirement("WPC-10")
                    .help("take out who does not need it, or say why in a role: because = \"…\""),
            );
        }
    }
    for looked in view.purposes.iter().filter(|looked| looked.source.roles.is_empty()) {
        if looked.is_security() {
            diagnostics.push(
                Diagnostic::error(
                    "role",
                    format!("no role may look at the alarms of `{}`", looked.source.name.value),
                    looked.source.name.span.clone(),
                    "`roles` is missing",
                )
                .requirement("WPC-10")
                .help("name who handles them: roles = [\"guard\"]"),
            );
        }
    }
}
