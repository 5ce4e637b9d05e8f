//! **IVA-2a, IVA-11b**: a purpose is one of a closed set, a rule one of the catalogue, and the catalogue says which
//! purposes may use it: a counting purpose raises no alarms, and a security purpose counts nobody.

use super::View;
use super::forbidden_analysis::why_refused;
use super::plate_outside_parking::READS_PLATES;
use crate::analysis::catalog;
use crate::policy::diagnostic::{Diagnostic, Diagnostics};
use crate::policy::reader::did_you_mean;
use crate::policy::written::as_key;
use crate::purpose::PurposeKind;

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    for purpose in &view.site.purposes {
        let kind = purpose.kind.as_ref().and_then(|written| {
            let kind = PurposeKind::from_name(&written.value);
            if kind.is_none() {
                let names = PurposeKind::ALL.iter().map(|kind| kind.name());
                let help = match written.value.as_str() {
                    "security" | "safety" | "surveillance" | "monitoring" => format!(
                        "that is no purpose but a heading; say what is protected, from what: {}",
                        names.collect::<Vec<_>>().join(", ")
                    ),
                    word => did_you_mean(word, names),
                };
                let message = format!("`{}` is not a kind of purpose", written.value);
                diagnostics.push(
                    Diagnostic::error("purpose-kind", message, written.span.clone(), "unknown kind")
                        .requirement("IVA-2a")
                        .help(help),
                );
            }
            kind
        });
        for written in purpose.rules.iter().filter_map(|rule| rule.rule.as_ref()) {
            let Some(entry) = catalog::find(&written.value) else {
                if why_refused(&written.value).is_some() {
                    continue;
                }
                let names = catalog::CATALOG.iter().map(|entry| entry.name);
                let message = format!("there is no analysis rule `{}`", written.value);
                diagnostics.push(
                    Diagnostic::error("unknown-rule", message, written.span.clone(), "not in the catalogue")
                        .requirement("IVA-4a")
                        .help(did_you_mean(&written.value, names)),
                );
                continue;
            };
            // A lane in another purpose is refused under a requirement of its own.
            let speaks_elsewhere = entry.name == READS_PLATES;
            if let Some(kind) = kind.filter(|kind| !entry.purposes.contains(kind) && !speaks_elsewhere) {
                let allowed: Vec<_> = entry.purposes.iter().map(|kind| kind.name()).collect();
                let mut diagnostic = Diagnostic::error(
                    "rule-fits-purpose",
                    format!("`{}` may not be used for {}", entry.name, kind.name()),
                    written.span.clone(),
                    "not for this purpose",
                );
                if let Some(kind) = &purpose.kind {
                    diagnostic = diagnostic.label(kind.span.clone(), "the purpose");
                }
                diagnostics.push(diagnostic.requirement("IVA-11b").help(format!(
                    "`{}` is for: {}",
                    entry.name,
                    allowed.join(", ")
                )));
            }
        }
        if purpose.rules.is_empty() && purpose.doors.is_empty() {
            diagnostics.push(
                Diagnostic::warning(
                    "rule-fits-purpose",
                    format!("purpose `{}` has no rule, so nothing is analysed for it", purpose.name.value),
                    purpose.name.span.clone(),
                    "no rule",
                )
                .requirement("IVA-4a")
                .help(format!("add a rule: [purposes.{}.rules.NAME]", as_key(&purpose.name.value))),
            );
        }
    }
}
