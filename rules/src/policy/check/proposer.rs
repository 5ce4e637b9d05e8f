//! **KRS-3**: only the owner of the system, or a manager who is responsible for people, may ask for a camera. A purpose
//! says which role proposed it, and the role says which of the two it is.
//!
//! *Instead*: `proposed_by = "manager"` and `[roles.manager] duty = "system-owner"` or `"personnel"`.

use super::{View, unknown};
use crate::policy::diagnostic::{Diagnostic, Diagnostics};

pub(in crate::policy) const DUTIES: &[&str] = &["system-owner", "personnel"];

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    for looked in &view.purposes {
        let purpose = &looked.source.name;
        let Some(written) = &looked.source.proposed_by else {
            diagnostics.push(
                Diagnostic::error(
                    "proposer",
                    format!("nobody proposed `{}`", purpose.value),
                    purpose.span.clone(),
                    "`proposed_by` is missing",
                )
                .requirement("KRS-3")
                .help("name the role of the system's owner or a manager: proposed_by = \"manager\""),
            );
            continue;
        };
        let Some(role) = view.role(&written.value) else {
            let names = view.site.roles.iter().map(|role| role.name.value.as_str());
            diagnostics.push(unknown("proposer", "KRS-3", "role of this file", written, names));
            continue;
        };
        if !role.duty.as_ref().is_some_and(|duty| DUTIES.contains(&duty.value.as_str())) {
            diagnostics.push(
                Diagnostic::error(
                    "proposer",
                    format!("`{}` may not propose a purpose", role.name.value),
                    written.span.clone(),
                    "neither owner of the system nor responsible for people",
                )
                .label(role.name.span.clone(), "the role")
                .requirement("KRS-3")
                .help("write duty = \"system-owner\" or duty = \"personnel\" in the role, if it is so"),
            );
        }
    }
}
