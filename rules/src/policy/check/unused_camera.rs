//! **KRS-1, KRS-15**: every camera serves a purpose. One that no rule names is never decoded, and should not hang.

use super::View;
use crate::policy::diagnostic::{Diagnostic, Diagnostics};
use std::collections::HashSet;

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    let rules = view.site.purposes.iter().flat_map(|purpose| &purpose.rules);
    let used: HashSet<_> = rules.filter_map(|rule| rule.camera.as_ref()).map(|camera| camera.value.as_str()).collect();
    for camera in &view.site.cameras {
        if !used.contains(camera.name.value.as_str()) {
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
