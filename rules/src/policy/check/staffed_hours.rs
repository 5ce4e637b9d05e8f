//! **KRS-18**: a camera is as a rule off while people are there to see for themselves. A schedule that lies in the hours
//! in which the place is staffed says why.
//!
//! *Instead*: begin when the last one leaves; or `because = "…"`.

use super::{View, is_workplace};
use crate::policy::diagnostic::{Diagnostic, Diagnostics};
use crate::policy::resolve::{hours, windows};
use crate::policy::schedule::Hours;

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    // What counts or charges has to do with the hours in which people come.
    for looked in view.purposes.iter().filter(|looked| looked.is_security()) {
        let (Some(hours), Some(schedule)) = (hours(looked.source), &looked.source.schedule) else { continue };
        for place in &looked.places {
            if is_workplace(place) && place.staffed_hours.is_none() && place.opening_hours.is_none() {
                let message = format!("`{}` does not say when people work there", place.name.value);
                diagnostics.push(
                    Diagnostic::error("staffed-hours", message, place.name.span.clone(), "`staffed_hours` is missing")
                        .requirement("KRS-18")
                        .help("add: staffed_hours = [{ days = \"mon-fri\", from = \"07:00\", to = \"16:00\" }]"),
                );
            }
            let Some(staffed) = place.staffed_hours.as_ref().and_then(|written| windows(written)) else { continue };
            let Some((day, time)) = hours.overlap(&staffed, place.closed_on_holidays) else { continue };
            let what = format!("`{}` watches `{}` while it is staffed", looked.source.name.value, place.name.value);
            match &looked.source.because {
                Some(because) => diagnostics.deviates("KRS-18", what, &because.value),
                None if matches!(hours, Hours::Always { .. }) => {}
                None => diagnostics.push(
                    Diagnostic::error(
                        "staffed-hours",
                        what,
                        schedule.span(),
                        format!("for example on {day:?} at {}", time.strftime("%H:%M")),
                    )
                    .requirement("KRS-18")
                    .help("leave those hours out, or say why they are needed: because = \"…\""),
                ),
            }
        }
    }
}
