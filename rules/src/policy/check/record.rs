//! **IVA-1a**: a record says which document was signed, by whom, when, and what it covers. All four are there or none:
//! a record without them waits for a signature, and its purpose with it.
//!
//! *Instead*: `vokter sign site.toml PURPOSE RECORD --by "NAME, FUNCTION"` writes them.

use super::{View, unknown};
use crate::digest::Digest;
use crate::policy::diagnostic::{Diagnostic, Diagnostics};
use crate::policy::gate::Gate;
use crate::policy::source::RecordSource;

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    let site = view.site;
    let of_site = [Gate::RightsRoutine, Gate::RiskAnalysis, Gate::DisclosureRoutine];
    let belongs = |gate: Gate| match gate {
        Gate::Agreement => "a processor or joint controller",
        Gate::Sign => "a place",
        gate if of_site.contains(&gate) => "the site",
        _ => "a purpose",
    };
    let site_wide = site.records.iter().map(|record| ("the site", record));
    let purposes = site.purposes.iter().flat_map(|purpose| &purpose.records).map(|record| ("a purpose", record));
    let places = site.places.iter().flat_map(|place| &place.records).map(|record| ("a place", record));
    for (table, record) in site_wide.chain(purposes).chain(places) {
        match Gate::from_name(&record.name.value) {
            None => {
                let names = Gate::ALL.iter().filter(|gate| belongs(**gate) == table).map(|gate| gate.name());
                diagnostics.push(unknown("record", "IVA-1a", "record", &record.name, names));
            }
            Some(gate) if belongs(gate) != table => {
                let message = format!("`{}` is a record of {}, not of {table}", gate.name(), belongs(gate));
                diagnostics.push(
                    Diagnostic::error("record", message, record.name.span.clone(), "shuts no gate here")
                        .requirement("IVA-1a")
                        .help(format!("move it to the records of {}", belongs(gate))),
                );
            }
            Some(_) => {}
        }
        signature(record, diagnostics);
    }
    for party in site.joint_controllers.iter().chain(&site.processors) {
        party.agreement.iter().for_each(|record| signature(record, diagnostics));
    }
}

fn signature(record: &RecordSource, diagnostics: &mut Diagnostics) {
    let parts = [
        ("sha256", record.sha256.is_some()),
        ("covers", record.covers.is_some()),
        ("signed_by", record.signed_by.is_some()),
        ("date", record.date.is_some()),
    ];
    let missing: Vec<_> = parts.iter().filter(|(_, there)| !there).map(|(part, _)| *part).collect();
    if !missing.is_empty() && missing.len() < parts.len() {
        let message = format!("the signature of `{}` is not whole: {} missing", record.name.value, missing.join(", "));
        diagnostics.push(
            Diagnostic::error("record", message, record.span.clone(), "half a signature is none")
                .requirement("IVA-1a")
                .help("`vokter sign` writes it, or take it out and leave the document"),
        );
    }
    if let Some(written) = record.sha256.as_ref().filter(|written| Digest::parse(&written.value).is_none()) {
        let message = "a SHA-256 has 64 hexadecimal digits";
        diagnostics.push(
            Diagnostic::error("record", message, written.span.clone(), "not a digest")
                .help(format!("sha256sum {}", record.document.as_ref().map_or("FILE", |path| path.value.as_str()))),
        );
    }
    if let (Some(date), Some(expires)) = (&record.date, &record.expires)
        && expires.value < date.value
    {
        let message = format!("`{}` expires before it is signed", record.name.value);
        diagnostics.push(
            Diagnostic::error("record", message, expires.span.clone(), "earlier than its date")
                .label(date.span.clone(), "signed"),
        );
    }
}
