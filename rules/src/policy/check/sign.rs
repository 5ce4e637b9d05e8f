//! **IVA-9, KRS-21, KRS-22, ISL-9**: whoever comes is told before they are seen. Each entrance of a place has a sign; the sign
//! names the controller, a telephone number and an address on the web; that the signs hang is a signed record, which
//! another controller, place or schedule makes stale.
//!
//! *Instead*: `entrances = ["Storgata"]`, `signs = ["Storgata"]`, `records.sign`, and `phone` and `information` of the
//! controller.

use super::{View, demand_of};
use crate::policy::written::as_key;
use crate::policy::diagnostic::{Diagnostic, Diagnostics};
use crate::policy::gate::Gate;

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    if let Some(controller) = &view.site.controller {
        for (key, there, example) in [
            ("phone", controller.phone.is_some(), "\"+47 38 00 00 00\""),
            ("information", controller.information.is_some(), "\"https://example.org/privacy\""),
        ] {
            if !there {
                let message = format!("the controller gives no `{key}` for the sign");
                let label = format!("`{key}` is missing");
                diagnostics.push(
                    Diagnostic::error("sign", message, controller.span.clone(), label)
                        .requirement("KRS-21")
                        .help(format!("add: {key} = {example}")),
                );
            }
        }
    }
    for place in view.site.places.iter().filter(|place| view.places.contains_key(place.name.value.as_str())) {
        let name = &place.name.value;
        if place.entrances.is_empty() {
            let message = format!("`{name}` does not say where one comes in");
            diagnostics.push(
                Diagnostic::error("sign", message, place.name.span.clone(), "`entrances` is missing")
                    .requirement("KRS-22")
                    .help("name the ways in, and the signs at them: entrances = [\"Storgata\"], signs = [\"Storgata\"]"),
            );
        }
        for entrance in &place.entrances {
            if !place.signs.iter().any(|sign| sign.value == entrance.value) {
                let message = format!("no sign hangs at `{}` of `{name}`", entrance.value);
                diagnostics.push(
                    Diagnostic::error("sign", message, entrance.span.clone(), "one comes in here untold")
                        .requirement("KRS-22")
                        .help(format!("hang one, and add \"{}\" to signs", entrance.value)),
                );
            }
        }
        for sign in &place.signs {
            if !place.entrances.iter().any(|entrance| entrance.value == sign.value) {
                let message = format!("a sign hangs at `{}`, which is no way into `{name}`", sign.value);
                diagnostics.push(
                    Diagnostic::warning("sign", message, sign.span.clone(), "no such entrance")
                        .requirement("KRS-22")
                        .help("add it to entrances, or take it out"),
                );
            }
        }
        if !place.records.iter().any(|record| record.name.value == Gate::Sign.name()) {
            let because = "that the signs hang is attested";
            demand_of(&place.name, Gate::Sign, "sign", "IVA-9", because, &format!("places.{}", as_key(name)), diagnostics);
        }
    }
}
