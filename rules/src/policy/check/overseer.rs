//! **IVA-12, KRS-27**: somebody answers those who were filmed, erases what they may have erased, and reads the log of who
//! looked at what. They see no alarm; without them nobody would ask why somebody else did.
//!
//! *Instead*: `oversees_privacy = "privacy"`, a role of the file.

use super::{View, unknown};
use crate::policy::diagnostic::{Diagnostic, Diagnostics};

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    let Some(controller) = &view.site.controller else { return };
    match &controller.oversees_privacy {
        None => diagnostics.push(
            Diagnostic::error(
                "overseer",
                "nobody answers those who were filmed, or reads the log of who looked",
                controller.span.clone(),
                "`oversees_privacy` is missing",
            )
            .requirement("IVA-12")
            .help("name one role: oversees_privacy = \"manager\""),
        ),
        Some(written) if view.role(&written.value).is_none() => {
            let names = view.site.roles.iter().map(|role| role.name.value.as_str());
            diagnostics.push(unknown("overseer", "KRS-27", "role", written, names));
        }
        Some(_) => {}
    }
}
