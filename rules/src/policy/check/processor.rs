//! **IVA-15, ACC-12**: whoever handles pictures or events for the controller, a guard company or a host, has a processor
//! agreement. Outside the European Economic Area there is also a basis for the transfer.
//!
//! *Instead*: `[processors.NAME] agreement = "records/agreement.md"`, `country = "NO"`.

use super::View;
use crate::policy::diagnostic::{Diagnostic, Diagnostics};

/// The European Economic Area, by ISO 3166.
const EEA: &[&str] = &[
    "AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IS", "IE", "IT", "LV", "LI", "LT",
    "LU", "MT", "NL", "NO", "PL", "PT", "RO", "SK", "SI", "ES", "SE",
];

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    for party in &view.site.processors {
        let refusal = |requirement, message: &str, span, label: &str| {
            let message = format!("processor `{}` {message}", party.name.value);
            Diagnostic::error("processor", message, span, label).requirement(requirement)
        };
        if party.agreement.is_none() {
            diagnostics.push(
                refusal("ACC-12", "has no agreement", party.span.clone(), "`agreement` is missing")
                    .help("add: agreement = \"records/processor-agreement.md\""),
            );
        }
        match &party.country {
            None => diagnostics.push(
                refusal("IVA-15", "says no country", party.span.clone(), "`country` is missing")
                    .help("add: country = \"NO\", by ISO 3166"),
            ),
            Some(country) if !EEA.contains(&country.value.as_str()) && party.transfer_basis.is_none() => {
                diagnostics.push(
                    refusal("IVA-15", "lies outside the EEA", country.span.clone(), "no basis for the transfer")
                        .help("add: transfer_basis = \"…\", or choose a processor within the EEA"),
                );
            }
            Some(_) => {}
        }
    }
}
