//! **IVA-14**: a data protection officer is due in certain cases, among them large-scale monitoring and every public
//! body. The controller says how to reach the officer, or why there need not be one.
//!
//! *Instead*: `data_protection_officer = "officer@example.org"`, or `{ not_required = "…" }`.

use super::View;
use crate::jurisdiction::Pack;
use crate::policy::diagnostic::{Diagnostic, Diagnostics};
use crate::policy::source::OfficerSource;

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    let Some(controller) = &view.site.controller else { return };
    let refusal = |message: &str, span, label: &str| {
        Diagnostic::error("data-protection-officer", message, span, label)
            .requirement("IVA-14")
            .help("write data_protection_officer = \"officer@example.org\"")
    };
    match &controller.officer {
        None => diagnostics.push(
            refusal("the controller names no data protection officer", controller.span.clone(), "not said").help(
                "write data_protection_officer = \"officer@example.org\", or { not_required = \"…\" } with the reason",
            ),
        ),
        Some(OfficerSource::NotRequired(reason)) if view.has(Pack::NorwayMunicipality) => {
            diagnostics.push(refusal("a municipality has a data protection officer", reason.span.clone(), "it must"));
        }
        Some(OfficerSource::NotRequired(reason)) => {
            diagnostics.deviates("IVA-14", "no data protection officer".to_owned(), &reason.value);
        }
        Some(OfficerSource::Contact(_)) => {}
    }
}
