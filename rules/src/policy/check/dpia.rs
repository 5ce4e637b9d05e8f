//! **IVA-13, KRS-12**: where the public is watched, or employees are, or people who live in an institution, a data
//! protection impact assessment comes first.
//!
//! *Instead*: write the assessment, name it as `records.dpia`, and have it signed.

use super::{View, demand};
use crate::place::PlaceClass;
use crate::policy::diagnostic::Diagnostics;
use crate::policy::gate::Gate;
use crate::purpose::PurposeKind;

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    for looked in &view.purposes {
        let because = if looked.is_workplace() {
            "employees are watched"
        } else if looked.looks_at(PlaceClass::is_public) {
            "the public is watched"
        } else if looked.looks_at(|class| class == PlaceClass::HomeOrInstitution) {
            "people are watched where they live"
        } else if looked.kind == Some(PurposeKind::WorkPerformance) {
            "work is watched"
        } else {
            continue;
        };
        demand(looked, Gate::Dpia, "dpia", because, diagnostics);
    }
}
