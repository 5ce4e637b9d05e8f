//! **IVA-7a**: plates are read only in a commercial car park where one can pay on the spot. The place is of class
//! `parking`, says how one pays there, and `records.payment-on-site` attests it.
//!
//! *Instead*: `class = "parking"`, `payment_on_site = "two terminals at the exit"`.

use super::{View, class_of, demand};
use crate::place::PlaceClass;
use crate::policy::diagnostic::{Diagnostic, Diagnostics};
use crate::policy::gate::Gate;
use crate::purpose::PurposeKind;

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    for looked in view.purposes.iter().filter(|looked| looked.kind == Some(PurposeKind::ParkingPayment)) {
        demand(looked, Gate::PaymentOnSite, "parking-place", "plates are read where one can pay on the spot", diagnostics);
        for place in &looked.places {
            let refusal = |message: String, span, label: &str| {
                Diagnostic::error("parking-place", message, span, label).requirement("IVA-7a")
            };
            if let Some(class) = place.class.as_ref().filter(|_| class_of(place) != Some(PlaceClass::Parking)) {
                let message = format!("`{}` is no car park", place.name.value);
                let mut diagnostic = refusal(message, class.span.clone(), "plates are not read here");
                if let Some(kind) = &looked.source.kind {
                    diagnostic = diagnostic.label(kind.span.clone(), "the purpose");
                }
                diagnostics.push(diagnostic.help("plates are read for parking payment, in a place of class \"parking\""));
            } else if place.payment_on_site.is_none() {
                let message = format!("`{}` does not say how one pays there", place.name.value);
                diagnostics.push(
                    refusal(message, place.name.span.clone(), "`payment_on_site` is missing")
                        .help("add: payment_on_site = \"two terminals at the exit\""),
                );
            }
        }
    }
}
