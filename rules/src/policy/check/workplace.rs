//! **KRS-10**: the rules for workplaces hold nearly everywhere. Only an outside that is not aimed at entrances escapes
//! them; a file cannot switch them off.
//!
//! *Instead*: leave `workplace` out, or write `workplace = true` where people work outside.

use super::{View, class_of};
use crate::place::PlaceClass;
use crate::policy::diagnostic::{Diagnostic, Diagnostics};

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    for place in view.site.places.iter().filter(|place| class_of(place).is_some_and(PlaceClass::is_workplace)) {
        if let Some(said) = place.workplace.as_ref().filter(|said| !said.value) {
            let class = class_of(place).map_or("", PlaceClass::name);
            let message = format!("`{}` is a workplace, whatever is written here", place.name.value);
            let mut diagnostic = Diagnostic::error("workplace", message, said.span.clone(), "cannot be switched off");
            if let Some(class) = &place.class {
                diagnostic = diagnostic.label(class.span.clone(), "people work there");
            }
            diagnostics.push(
                diagnostic
                    .requirement("KRS-10")
                    .help(format!("leave it out: the rules for workplaces hold for a place of class \"{class}\"")),
            );
        }
    }
}
