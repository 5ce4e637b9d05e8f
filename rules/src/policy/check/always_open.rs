//! **KRS-18**: monitoring is limited to the times of greatest need. A purpose that is open day and night says why.

use crate::policy::diagnostic::{Diagnostic, Diagnostics};
use crate::policy::resolve::window;
use crate::policy::schedule::Schedule;
use crate::policy::source::{ScheduleSource, SiteSource};

pub(super) fn check(site: &SiteSource, diagnostics: &mut Diagnostics) {
    for purpose in &site.purposes {
        let Some(schedule) = &purpose.schedule else { continue };
        let (always, span) = match schedule {
            ScheduleSource::Always(span) => (true, span),
            ScheduleSource::Windows(windows, span) => {
                let windows = windows.iter().map(window).collect::<Option<Vec<_>>>();
                (windows.is_some_and(|windows| Schedule::Weekly(windows).never_closes()), span)
            }
        };
        match (always, &purpose.because) {
            (true, None) => diagnostics.push(
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
            (false, Some(because)) => diagnostics.push(
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
