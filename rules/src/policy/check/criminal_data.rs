//! **ISL-5**: pictures that tell of crimes, or of health, belief and the like, may be handled only where that is needed
//! for security or to protect property, and only as long as there is a reason. A purpose that says
//! `criminal_data = true` is one of those.
//!
//! *Instead*: leave it out; a purpose of another kind does not need it.

use super::View;
use crate::policy::diagnostic::{Diagnostic, Diagnostics};

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    for looked in view.purposes.iter().filter(|looked| looked.kind.is_some() && !looked.is_security()) {
        if let Some(said) = looked.source.criminal_data.as_ref().filter(|said| said.value) {
            let kind = looked.kind.map_or("", crate::purpose::PurposeKind::name);
            let message = format!("data about crimes may not be handled for {kind}");
            let mut diagnostic = Diagnostic::error("criminal-data", message, said.span.clone(), "not for this purpose");
            if let Some(kind) = &looked.source.kind {
                diagnostic = diagnostic.label(kind.span.clone(), "the purpose");
            }
            diagnostics.push(diagnostic.requirement("ISL-5").help("leave it out, or do it for a purpose of protection"));
        }
    }
}
