//! **KRS-2**: a camera is fixed. A baby monitor, a telephone or anything else that is carried about watches what no
//! mask, zone or sign was drawn for.
//!
//! *Instead*: mount it, and draw its masks and zones; `mount = "fixed"` is what is meant if nothing is written.

use super::View;
use crate::policy::diagnostic::{Diagnostic, Diagnostics};

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    for camera in &view.site.cameras {
        if let Some(mount) = camera.mount.as_ref().filter(|mount| mount.value != "fixed") {
            diagnostics.push(
                Diagnostic::error(
                    "fixed-camera",
                    format!("camera `{}` is not fixed", camera.name.value),
                    mount.span.clone(),
                    "masks and zones would not lie where they were drawn",
                )
                .requirement("KRS-2")
                .help("mount it, and write mount = \"fixed\" or nothing"),
            );
        }
    }
}
