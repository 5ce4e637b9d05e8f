//! **KRS-4, KRS-11, IVA-1a**: a balancing, an assessment of need and the discussion with employees are looked at anew
//! at least once a year. A signed record says until when it holds; past that day its purpose is suspended.
//!
//! *Instead*: `expires`, at most twelve months after `date`.

use super::View;
use crate::policy::diagnostic::{Diagnostic, Diagnostics};
use crate::policy::gate::Gate;
use jiff::ToSpan;

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    for record in view.site.purposes.iter().flat_map(|purpose| &purpose.records) {
        let Some(gate) = Gate::from_name(&record.name.value) else { continue };
        let (Some(months), Some(date)) = (gate.renewed_after_months(), &record.date) else { continue };
        let Ok(latest) = date.value.checked_add(months.months()) else { continue };
        let (message, span) = match &record.expires {
            None => (format!("record `{}` says no day on which it expires", record.name.value), record.span.clone()),
            Some(expires) if expires.value > latest => {
                (format!("record `{}` would hold for more than a year", record.name.value), expires.span.clone())
            }
            Some(_) => continue,
        };
        diagnostics.push(
            Diagnostic::error("follow-up", message, span, format!("at most {months} months after {}", date.value))
                .requirement("KRS-4")
                .help(format!("write expires = {latest}, and look at it again by then")),
        );
    }
}
