//! **KRS-1, KRS-15**: every camera serves a purpose. One that no rule names is never decoded, and should not hang.

use super::View;
use crate::policy::diagnostic::{Diagnostic, Diagnostics};

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    let rules: Vec<_> = view.site.purposes.iter().flat_map(|purpose| &purpose.rules).collect();
    for camera in &view.site.cameras {
        let named = |name: &str| name == camera.name.value;
        if !rules.iter().any(|rule| rule.camera.as_ref().is_some_and(|written| named(&written.value))) {
            diagnostics.push(
                Diagnostic::warning(
                    "unused-camera",
                    format!("no rule looks at camera `{}`, so nothing of it is decoded", camera.name.value),
                    camera.name.span.clone(),
                    "serves no purpose",
                )
                .requirement("KRS-15")
                .help("add a rule of a purpose that needs it, or take the camera away"),
            );
        }
    }
}
