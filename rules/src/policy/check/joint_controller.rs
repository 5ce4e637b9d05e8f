//! **KRS-14**: pictures are normally not shared with other owners. Where they are, the owners are joint controllers, with
//! a signed agreement that is kept, and both names are on the sign.
//!
//! *Instead*: `[joint_controllers.NAME] agreement = "records/agreement.md"`.

use super::View;
use crate::policy::diagnostic::{Diagnostic, Diagnostics};

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    for party in view.site.joint_controllers.iter().filter(|party| party.agreement.is_none()) {
        diagnostics.push(
            Diagnostic::error(
                "joint-controller",
                format!("`{}` is a joint controller without an agreement", party.name.value),
                party.span.clone(),
                "`agreement` is missing",
            )
            .requirement("KRS-14")
            .help("add: agreement = \"records/agreement.md\""),
        );
    }
}
