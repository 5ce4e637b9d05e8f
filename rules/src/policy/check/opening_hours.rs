//! **KRS-9**: schools and kindergartens are watched only when they are closed. The place says when it is open and whether
//! it is closed on public holidays; no minute of the schedule may lie in those hours.
//!
//! *Instead*: a schedule from closing to opening; `days = "holidays"` for public holidays.

use super::{View, class_of};
use crate::place::PlaceClass;
use crate::policy::diagnostic::{Diagnostic, Diagnostics};
use crate::policy::resolve::{hours, windows};

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    for looked in &view.purposes {
        for place in looked.places.iter().filter(|place| class_of(place).is_some_and(PlaceClass::is_for_children)) {
            let Some(written) = &place.opening_hours else {
                diagnostics.push(
                    Diagnostic::error(
                        "opening-hours",
                        format!("`{}` does not say when it is open", place.name.value),
                        place.name.span.clone(),
                        "`opening_hours` is missing",
                    )
                    .requirement("KRS-9")
                    .help("add: opening_hours = [{ days = \"mon-fri\", from = \"07:30\", to = \"16:30\" }]"),
                );
                continue;
            };
            // A list that is never open on an ordinary day is not what it says; hours that cannot be read are refused.
            if windows(written).is_some_and(|open| open.iter().all(|window| window.days == [false; 7])) {
                let message = format!("`{}` is open on no day of the week", place.name.value);
                let (first, last) = (written.first(), written.last());
                let span = first.zip(last).map_or(place.name.span.clone(), |(a, b)| a.span.start..b.span.end);
                diagnostics.push(
                    Diagnostic::error("opening-hours", message, span, "no ordinary day")
                        .requirement("KRS-9")
                        .help("write the days on which children are there: days = \"mon-fri\""),
                );
            }
            let (Some(open), Some(hours), Some(schedule)) = (windows(written), hours(looked.source), &looked.source.schedule)
            else {
                continue;
            };
            if let Some((day, time)) = hours.overlap(&open, place.closed_on_holidays) {
                let message = format!("`{}` watches children: it is open when `{}` is", looked.source.name.value, place.name.value);
                let label = format!("for example on {day:?} at {}", time.strftime("%H:%M"));
                let mut diagnostic = Diagnostic::error("opening-hours", message, schedule.span(), label);
                if let (Some(first), Some(last)) = (written.first(), written.last()) {
                    diagnostic = diagnostic.label(first.span.start..last.span.end, "its opening hours");
                }
                diagnostics.push(diagnostic.requirement("KRS-9").help(
                    "begin after closing and end before opening; closed_on_holidays = true if it is closed on public \
                     holidays",
                ));
            }
        }
    }
}
