//! **KRS-1, KRS-15**: every camera serves a purpose. One that no rule names is never decoded, and should not hang.

use super::View;
use crate::policy::diagnostic::{Diagnostic, Diagnostics};
use std::collections::HashSet;

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    let named: HashSet<_> =
        view.purposes.iter().flat_map(|looked| &looked.cameras).map(|camera| camera.name.value.as_str()).collect();
    for camera in &view.site.cameras {
        if !named.contains(camera.name.value.as_str()) {
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
