//! **IVA-6**: nobody is tracked where being there tells of health, belief, politics or whom they love. Every analysis rule
//! follows objects from frame to frame, if only for seconds; so none may look at such a place.
//!
//! *Instead*: watch the street or yard outside, where it tells nothing.

use super::{View, class_of};
use crate::place::PlaceClass;
use crate::policy::diagnostic::{Diagnostic, Diagnostics};

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    for looked in &view.purposes {
        for place in looked.places.iter().filter(|place| class_of(place).is_some_and(PlaceClass::is_sensitive)) {
            let Some(class) = &place.class else { continue };
            let message = format!("`{}` would follow people at a place of {}", looked.source.name.value, class.value);
            diagnostics.push(
                Diagnostic::error("sensitive-place", message, class.span.clone(), "being here tells too much")
                    .label(looked.source.name.span.clone(), "the purpose")
                    .requirement("IVA-6")
                    .help("take the camera away, or turn it to the street: class = \"public-outdoor\""),
            );
        }
    }
}
