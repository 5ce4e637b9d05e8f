//! **KRS-19**: a camera can do no more than it needs to. Turning and zooming need good grounds, and masks and zones do not
//! turn with the camera; nothing here ever turns it.
//!
//! *Instead*: leave `ptz` out; or `ptz = true` with `because = "…"`, for a camera that stands at one preset.

use super::View;
use crate::policy::diagnostic::{Diagnostic, Diagnostics};

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    for camera in &view.site.cameras {
        let ptz = camera.ptz.as_ref().filter(|ptz| ptz.value);
        match (ptz, &camera.because) {
            (Some(ptz), None) => diagnostics.push(
                Diagnostic::error(
                    "ptz",
                    format!("camera `{}` can be turned without a reason", camera.name.value),
                    ptz.span.clone(),
                    "more than it needs",
                )
                .requirement("KRS-19")
                .help("lock it in the camera and write ptz = false, or say why: because = \"…\""),
            ),
            (Some(_), Some(because)) => {
                diagnostics.deviates("KRS-19", format!("camera `{}` can be turned", camera.name.value), &because.value);
            }
            _ => {}
        }
    }
}
