//! **KRS-23, ISL-10**: a municipality's information letter is on the web and goes to the groups that are regularly there;
//! in Iceland those who are regularly at a workplace, school or shared property are told provably.
//!
//! *Instead*: send it, and name it: `records.letter`, in Iceland `records.receipts`.

use super::{View, demand};
use crate::jurisdiction::Pack;
use crate::place::PlaceClass;
use crate::policy::diagnostic::Diagnostics;
use crate::policy::gate::Gate;

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    for looked in &view.purposes {
        if view.has(Pack::NorwayMunicipality) && !looked.places.is_empty() {
            demand(looked, Gate::Letter, "letter", "those who are there get a letter", diagnostics);
        }
        let regular = looked.is_workplace()
            || looked.looks_at(|class| PlaceClass::is_limited_circle(class) || PlaceClass::is_for_children(class));
        if view.has(Pack::Iceland) && regular {
            demand(looked, Gate::Receipts, "letter", "those who are regularly there are told provably", diagnostics);
        }
    }
}
