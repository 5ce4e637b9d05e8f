//! **WPC-2, ISL-14, ACC-2**: cameras do not watch how people work. In Norway there is no such purpose. In Iceland it needs a
//! special need, that work can be managed in no other way, for pay agreements or for safety, and an assessment first.
//!
//! *Instead*: protect something: `kind = "property-protection"`.

use super::{View, demand};
use crate::jurisdiction::Pack;
use crate::policy::diagnostic::{Diagnostic, Diagnostics};
use crate::policy::gate::Gate;
use crate::purpose::PurposeKind;

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    for looked in view.purposes.iter().filter(|looked| looked.kind == Some(PurposeKind::WorkPerformance)) {
        let Some(written) = &looked.source.kind else { continue };
        if !view.has(Pack::Iceland) {
            diagnostics.push(
                Diagnostic::error("work-performance", "no camera watches how people work", written.span.clone(), "refused")
                    .requirement("WPC-2")
                    .help("there is no way to write this in Norway"),
            );
            continue;
        }
        demand(looked, Gate::PerformanceNeed, "work-performance", "the need is special, and written down", diagnostics);
        if looked.source.special_need.is_none() {
            diagnostics.push(
                Diagnostic::error(
                    "work-performance",
                    format!("`{}` names no special need", looked.source.name.value),
                    written.span.clone(),
                    "`special_need` is missing",
                )
                .requirement("ISL-14")
                .help("add: special_need = \"…\": no other management is possible, a pay agreement, or safety"),
            );
        }
    }
}
