//! **KRS-11, KRS-12, WPC-1**: where people work, need, design and every major change are discussed with their
//! representatives early, and they are told before it begins. Minutes and notice are records: a new zone, rule or hour
//! opens the gate of the discussion again.
//!
//! *Instead*: hold the discussion, give the notice, and name both: `records.discussion`, `records.notice`.

use super::{View, demand};
use crate::policy::diagnostic::Diagnostics;
use crate::policy::gate::Gate;
use crate::purpose::PurposeKind;

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    for looked in &view.purposes {
        // Stored passages are monitoring too, wherever the door is (ACC-1).
        let stores = looked.kind == Some(PurposeKind::AccessControl)
            && looked.source.doors.iter().any(|door| door.stores_passages.as_ref().is_some_and(|said| said.value));
        if looked.is_workplace() || stores {
            let because = "people work there, and their representatives have a say";
            demand(looked, Gate::Discussion, "employees-told", because, diagnostics);
            demand(looked, Gate::Notice, "employees-told", "people work there, and are told before it begins", diagnostics);
        }
    }
}
