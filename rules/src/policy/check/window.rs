//! **KRS-18, KRS-21**: the windows of a schedule can be printed on a sign: days by name, times to the minute, each
//! window with a beginning and an end.

use super::View;
use crate::policy::diagnostic::{Diagnostic, Diagnostics};
use crate::policy::resolve::{days, time};
use crate::policy::source::{ScheduleSource, WindowSource};

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    for purpose in &view.site.purposes {
        let Some(ScheduleSource::Windows(windows, span)) = &purpose.schedule else { continue };
        if windows.is_empty() {
            let message = format!("the schedule of `{}` never opens", purpose.name.value);
            diagnostics.push(
                Diagnostic::error("window", message, span.clone(), "no window")
                    .requirement("KRS-18")
                    .help("write the hours of need: { days = \"mon-fri\", from = \"18:00\", to = \"06:00\" }"),
            );
        }
        windows.iter().for_each(|window| understood(window, diagnostics));
    }
    // Hours of a place that are not understood would hold nothing against a schedule.
    for place in &view.site.places {
        for (key, written) in [("opening_hours", &place.opening_hours), ("staffed_hours", &place.staffed_hours)] {
            let Some(windows) = written else { continue };
            if windows.is_empty() {
                let message = format!("`{}` has {key} that never open", place.name.value);
                diagnostics.push(
                    Diagnostic::error("window", message, place.name.span.clone(), format!("`{key}` is empty"))
                        .requirement("KRS-18")
                        .help(format!("write {key} = [{{ days = \"mon-fri\", from = \"08:00\", to = \"16:00\" }}]")),
                );
            }
            windows.iter().for_each(|window| understood(window, diagnostics));
        }
    }
}

/// Says what of a window is not understood.
fn understood(window: &WindowSource, diagnostics: &mut Diagnostics) {
    for written in window.days.iter().flatten().filter(|written| days(&written.value).is_none()) {
        let message = format!("`{}` is no day or span of days", written.value);
        diagnostics.push(
            Diagnostic::error("window", message, written.span.clone(), "not understood")
                .help("write mon, tue, wed, thu, fri, sat or sun, a span such as mon-fri, or a list of them"),
        );
    }
    for written in [&window.from, &window.to].into_iter().flatten() {
        let begins_at_the_end = written.value == "24:00" && window.from.as_ref().is_some_and(|from| from.value == "24:00");
        if time(&written.value).is_none() || begins_at_the_end {
            let message = format!("`{}` is no time of day", written.value);
            diagnostics.push(
                Diagnostic::error("window", message, written.span.clone(), "not understood")
                    .help("write hours and minutes: from \"07:30\"; a day ends at \"24:00\" and begins at \"00:00\""),
            );
        }
    }
    if window.days.as_ref().is_some_and(Vec::is_empty) {
        diagnostics.push(
            Diagnostic::error("window", "this window has no day", window.span.clone(), "`days` is empty")
                .requirement("KRS-18")
                .help("leave out `days` for every day"),
        );
    }
    match (&window.from, &window.to) {
        (Some(from), Some(to))
            if to.value != "24:00" && time(&from.value).is_some_and(|from| Some(from) == time(&to.value)) =>
        {
            diagnostics.push(
                Diagnostic::error("window", "this window has no length", window.span.clone(), "from equals to")
                    .requirement("KRS-18")
                    .help("leave out `from` and `to` for whole days"),
            )
        }
        (Some(_), None) | (None, Some(_)) => {
            let message = "a window has both `from` and `to`, or neither";
            diagnostics.push(
                Diagnostic::error("window", message, window.span.clone(), "one of the two is missing")
                    .help("leave out both for whole days"),
            );
        }
        _ => {}
    }
}
