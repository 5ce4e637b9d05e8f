//! **IVA-15, KRS-29**: what leaves the engine goes to someone. An outlet is the controller's own, or a processor's with an
//! agreement; its address is no open page of the internet, and holds no secret.
//!
//! *Instead*: `own = true`, or `processor = "guard-company"`; `env = "ALARM_URL"` for an address with a secret.

use super::credentials_in_file::holds_credentials;
use super::{View, unknown};
use crate::outlet::Sends;
use crate::policy::diagnostic::{Diagnostic, Diagnostics};

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    for outlet in &view.site.outlets {
        let refusal = |message: &str, span, label: &str| {
            Diagnostic::error("outlet", format!("outlet `{}` {message}", outlet.name.value), span, label)
        };
        if outlet.address.is_some() == outlet.env.is_some() {
            let diagnostic = refusal("names either `address` or `env`", outlet.name.span.clone(), "one of the two");
            diagnostics.push(diagnostic.help("write env = \"ALARM_URL\", or address = \"https://alarm.example\""));
        }
        if let Some(written) = outlet.sends.as_ref().filter(|written| Sends::from_name(&written.value).is_none()) {
            let names = Sends::ALL.iter().map(|sends| sends.name());
            diagnostics.push(unknown("outlet", "KRS-27", "thing that is sent", written, names));
        }
        let own = outlet.own.as_ref().is_some_and(|own| own.value);
        match &outlet.processor {
            Some(written) if !view.site.processors.iter().any(|party| party.name.value == written.value) => {
                let names = view.site.processors.iter().map(|party| party.name.value.as_str());
                diagnostics.push(unknown("outlet", "IVA-15", "processor of this file", written, names));
            }
            None if !own => {
                let diagnostic = refusal("belongs to nobody", outlet.name.span.clone(), "whose is it?");
                diagnostics.push(
                    diagnostic
                        .requirement("IVA-15")
                        .help("write own = true if it is the controller's, or processor = \"…\" with an agreement"),
                );
            }
            _ => {}
        }
        let Some(address) = &outlet.address else { continue };
        if holds_credentials(&address.value) {
            let diagnostic = refusal("has a secret in its address", address.span.clone(), "secrets are never in this file");
            diagnostics.push(diagnostic.requirement("IVA-8").help("write env = \"ALARM_URL\", and put it in that variable"));
        }
        let is_web = address.value.to_lowercase().starts_with("https://");
        if !is_web && outlet.sends.as_ref().is_some_and(|sends| sends.value == Sends::Heads.name()) {
            let diagnostic = refusal("is sent heads of the log, which go by the web", address.span.clone(), "not https");
            diagnostics.push(diagnostic.requirement("KRS-27").help("write https://"));
        }
        if !["https://", "mqtts://"].iter().any(|scheme| address.value.to_lowercase().starts_with(scheme)) {
            let diagnostic = refusal("is not reached by an encrypted way", address.span.clone(), "not https or mqtts");
            diagnostics.push(diagnostic.requirement("IVA-8").help("write https:// or mqtts://"));
        }
    }
}
