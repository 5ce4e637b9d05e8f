//! **IVA-7a**: plates are read for a car park that charges, so a purpose that reads them says which: `lot` names the file of its
//! terms. **IVA-2a**: no other purpose has one.
//!
//! *Instead*: `lot = "lot.toml"` in the purpose of parking payment.

use super::View;
use crate::policy::diagnostic::{Diagnostic, Diagnostics};
use crate::purpose::PurposeKind;

/// The analysis rule that reads plates.
const READS: &str = "plate-read";

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    for looked in &view.purposes {
        let source = looked.source;
        let is_parking = looked.kind == Some(PurposeKind::ParkingPayment);
        if let Some(lot) = source.lot.as_ref().filter(|_| !is_parking) {
            let message = format!("purpose `{}` is no parking payment and has a car park", source.name.value);
            let refusal = Diagnostic::error("lot", message, lot.span.clone(), "is charged for by another purpose");
            diagnostics.push(refusal.requirement("IVA-2a").help("leave `lot` out, or put it into a purpose of parking payment"));
        }
        let reads = source.rules.iter().filter_map(|rule| rule.rule.as_ref()).find(|rule| rule.value == READS);
        if let Some(rule) = reads.filter(|_| is_parking && source.lot.is_none()) {
            let message = format!("purpose `{}` reads plates, and does not say what is charged", source.name.value);
            let refusal = Diagnostic::error("lot", message, rule.span.clone(), "reads plates");
            diagnostics.push(refusal.requirement("IVA-7a").help("add to the purpose: lot = \"lot.toml\", the file of the car park's terms"));
        }
    }
}
