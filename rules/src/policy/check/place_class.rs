//! **IVA-6, KRS-1**: every camera looks at a place, and every place is of a class. Most of the other rules follow from
//! it: whether employees, children, patients or anyone at all is watched there. That holds for pictures that are
//! looked at live or now and then too.
//!
//! *Instead*: `[places.yard] class = "building-exterior"` and `place = "yard"`; `vokter explain --list` names the classes.

use super::{View, class_of, unknown};
use crate::place::PlaceClass;
use crate::policy::diagnostic::{Diagnostic, Diagnostics};

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    let names = || view.site.places.iter().map(|place| place.name.value.as_str());
    for camera in &view.site.cameras {
        match &camera.place {
            None => diagnostics.push(
                Diagnostic::error(
                    "place-class",
                    format!("camera `{}` looks at no place", camera.name.value),
                    camera.name.span.clone(),
                    "`place` is missing",
                )
                .requirement("IVA-6")
                .help("say what it looks at: [places.yard] class = \"building-exterior\", and place = \"yard\" here"),
            ),
            Some(written) if !names().any(|name| name == written.value) => {
                diagnostics.push(unknown("place-class", "IVA-6", "place of this file", written, names()));
            }
            Some(_) => {}
        }
    }
    for place in view.site.places.iter().filter(|place| class_of(place).is_none()) {
        if let Some(written) = &place.class {
            let classes = PlaceClass::ALL.iter().map(|class| class.name());
            diagnostics.push(unknown("place-class", "IVA-6", "class of place", written, classes));
        }
    }
}
