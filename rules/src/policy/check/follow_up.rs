//! **KRS-4, KRS-11, IVA-1a, WPC-9**: a balancing, an assessment of need and the discussion with employees are looked at anew
//! at least once a year. A signed record says until when it holds; past that day its purpose is suspended. A regulator's
//! exemption holds until the day that it names.
//!
//! *Instead*: `expires`, at most twelve months after `date`.

use super::View;
use crate::policy::diagnostic::{Diagnostic, Diagnostics};
use crate::policy::gate::Gate;
use crate::policy::source::PurposeSource;
use jiff::ToSpan;
use jiff::civil::Date;

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    for purpose in &view.site.purposes {
        for record in &purpose.records {
            let (Some(gate), Some(date)) = (Gate::from_name(&record.name.value), &record.date) else { continue };
            let latest = match gate.renewed_after_months() {
                Some(months) => date.value.checked_add(months.months()).ok(),
                None => decided_until(purpose).filter(|_| gate == Gate::Exemption),
            };
            let Some(latest) = latest else { continue };
            let (message, span) = match &record.expires {
                None => (format!("record `{}` says no day on which it expires", record.name.value), record.span.clone()),
                Some(expires) if expires.value > latest => {
                    (format!("record `{}` would hold for too long", record.name.value), expires.span.clone())
                }
                Some(_) => continue,
            };
            let requirement = if gate == Gate::Exemption { "WPC-9" } else { "KRS-4" };
            diagnostics.push(
                Diagnostic::error("follow-up", message, span, format!("until {latest} at most"))
                    .requirement(requirement)
                    .help(format!("write expires = {latest}, and look at it again by then")),
            );
        }
    }
}

/// The last day of the exemption that a regulator gave.
fn decided_until(purpose: &PurposeSource) -> Option<Date> {
    Some(purpose.retention.as_ref()?.exemption.as_ref()?.expires.as_ref()?.value)
}
