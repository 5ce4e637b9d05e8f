//! **KRS-18**: monitoring is limited to the times of greatest need. A purpose that is open day and night says why.

use crate::policy::diagnostic::{Diagnostic, Diagnostics};
use crate::policy::source::{ScheduleSource, SiteSource};

pub(super) fn check(site: &SiteSource, diagnostics: &mut Diagnostics) {
    for purpose in &site.purposes {
        match (&purpose.schedule, &purpose.because) {
            (Some(ScheduleSource::Always(span)), None) => diagnostics.push(
                Diagnostic::error(
                    "always-open",
                    format!("`{}` is open day and night without a reason", purpose.name.value),
                    span.clone(),
                    "no time is left out",
                )
                .requirement("KRS-18")
                .help(
                    "write the hours of need, schedule = [{ days = \"mon-fri\", from = \"18:00\", to = \"06:00\" }], \
                     or say why there are none: because = \"…\"",
                ),
            ),
            (Some(ScheduleSource::Windows(..)), Some(because)) => diagnostics.push(
                Diagnostic::warning(
                    "always-open",
                    "this reason excuses nothing",
                    because.span.clone(),
                    "the schedule already has hours",
                )
                .requirement("KRS-18")
                .help("remove `because`"),
            ),
            _ => {}
        }
    }
}
