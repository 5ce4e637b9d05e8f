//! **KRS-18**: monitoring is limited to the times of greatest need. A purpose that is open day and night, or
//! for more than twenty-two hours a day over the week, says why.
//!
//! *Instead*: the hours of need; or `because = "…"`.

use super::View;
use crate::policy::diagnostic::{Diagnostic, Diagnostics};
use crate::policy::resolve::hours;

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    for purpose in &view.site.purposes {
        let (Some(schedule), Some(hours)) = (&purpose.schedule, hours(purpose)) else { continue };
        let (always, span) = (hours.hardly_closes(), schedule.span());
        match (always, &purpose.because) {
            (true, Some(because)) => {
                let what = format!("`{}` is open day and night", purpose.name.value);
                diagnostics.deviates("KRS-18", what, &because.value);
            }
            (true, None) => diagnostics.push(
                Diagnostic::error(
                    "always-open",
                    format!("`{}` is open day and night without a reason", purpose.name.value),
                    span,
                    "no time is left out",
                )
                .requirement("KRS-18")
                .help(
                    "write the hours of need, schedule = [{ days = \"mon-fri\", from = \"18:00\", to = \"06:00\" }], \
                     or say why there are none: because = \"…\"",
                ),
            ),
            _ => {}
        }
    }
}
