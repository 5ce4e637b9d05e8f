//! **KRS-13, ISL-2**: where a limited circle regularly is, only an identified danger that goes beyond the ordinary
//! justifies a camera; what the danger is, is written down and signed. Where employees rest, eat or change there is no
//! camera at all.
//!
//! *Instead*: `records.threat`, and in Iceland also `special_need = "…"`; watch the door, not the room.

use super::{View, class_of, demand};
use crate::jurisdiction::Pack;
use crate::place::PlaceClass;
use crate::policy::diagnostic::{Diagnostic, Diagnostics};
use crate::policy::gate::Gate;

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    for looked in &view.purposes {
        for place in looked.places.iter().filter(|place| class_of(place) == Some(PlaceClass::BreakRoom)) {
            let span = place.class.as_ref().map_or(place.name.span.clone(), |class| class.span.clone());
            diagnostics.push(
                Diagnostic::error("limited-circle", "there is no camera in a break room", span, "employees rest here")
                    .requirement("KRS-13")
                    .help("watch the door from outside: class = \"entrance\""),
            );
        }
        if !looked.looks_at(PlaceClass::is_limited_circle) {
            continue;
        }
        demand(looked, Gate::Threat, "limited-circle", "a limited circle is watched only against a danger", diagnostics);
        if view.has(Pack::Iceland) && looked.source.special_need.is_none() {
            diagnostics.push(
                Diagnostic::error(
                    "limited-circle",
                    format!("`{}` names no special need", looked.source.name.value),
                    looked.source.name.span.clone(),
                    "`special_need` is missing",
                )
                .requirement("ISL-2")
                .help("add: special_need = \"…\", why a limited circle must be watched"),
            );
        }
    }
}
