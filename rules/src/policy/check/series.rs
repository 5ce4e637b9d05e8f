//! **IVA-11a, IVA-11b, IVA-11c**: statistics are part of a purpose from the beginning: each series is named in the balancing. A
//! purpose that protects yields the number of its incidents, and nothing about customers. What is counted is counted once,
//! over fixed spans, at a stated privacy loss.
//!
//! *Instead*: a purpose of kind `anonymous-counting`, and `named_in_balancing = true` once the balancing names it.

use super::{View, demand, unknown};
use crate::policy::diagnostic::{Diagnostic, Diagnostics};
use crate::policy::gate::Gate;
use crate::policy::reader::Written;
use crate::policy::resolve::{line_of, quiet};
use crate::policy::series::{Grid, Measure};
use crate::policy::source::SeriesSource;
use crate::purpose::PurposeKind;

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    counted_twice(view, diagnostics);
    for looked in &view.purposes {
        for series in &looked.source.series {
            let refusal = |requirement, message: String, span, label: &str| {
                Diagnostic::error("series", message, span, label).requirement(requirement)
            };
            if !series.named_in_balancing.as_ref().is_some_and(|named| named.value) {
                let message = format!("the balancing does not name the series `{}`", series.name.value);
                diagnostics.push(
                    refusal("IVA-11a", message, series.name.span.clone(), "not declared")
                        .help("weigh it in the balancing, then write named_in_balancing = true"),
                );
            }
            demand(looked, Gate::Balancing, "series", "statistics are weighed in it", diagnostics);
            if let Some(grid) = series.grid.as_ref().filter(|grid| Grid::from_name(&grid.value).is_none()) {
                diagnostics.push(unknown("series", "IVA-11a", "grid", grid, Grid::ALL.iter().map(|grid| grid.name())));
            }
            how_it_counts(series, diagnostics);
            let Some(written) = &series.measure else { continue };
            let Some(measure) = Measure::from_name(&written.value) else {
                let names = Measure::ALL.iter().map(|measure| measure.name());
                diagnostics.push(unknown("series", "IVA-11a", "measure", written, names));
                continue;
            };
            where_it_counts(view, series, measure, diagnostics);
            let Some(kind) = looked.kind else { continue };
            let allowed = match kind {
                PurposeKind::AnonymousCounting => measure != Measure::IncidentCount && !measure.is_of_parking(),
                PurposeKind::ParkingPayment => measure.is_of_parking(),
                _ => measure == Measure::IncidentCount,
            };
            if !allowed {
                let message = format!("a purpose of {} yields no {}", kind.name(), measure.name());
                let mut diagnostic = refusal("IVA-11b", message, written.span.clone(), "not from this purpose");
                if let Some(kind) = &looked.source.kind {
                    diagnostic = diagnostic.label(kind.span.clone(), "the purpose");
                }
                let instead = match measure {
                    Measure::IncidentCount => "count incidents in the purpose that they are opened for",
                    _ if measure.is_of_parking() => "count in the purpose of kind \"parking-payment\"",
                    _ => "count in a purpose of kind \"anonymous-counting\"",
                };
                diagnostics.push(diagnostic.help(instead));
            }
        }
    }
}

/// A series that counts in pictures names its camera, and its zone where it counts in one.
fn where_it_counts(view: &View<'_>, series: &SeriesSource, measure: Measure, diagnostics: &mut Diagnostics) {
    if !measure.is_of_pictures() {
        return;
    }
    let missing = |what: &str| {
        let message = format!("series `{}` names no {what}", series.name.value);
        let label = format!("`{what}` is missing");
        Diagnostic::error("series", message, series.name.span.clone(), label)
            .requirement("IVA-11a")
            .help(format!("say where it counts: {what} = \"…\""))
    };
    let Some(written) = &series.camera else {
        diagnostics.push(missing("camera"));
        return;
    };
    let Some(camera) = view.camera(&written.value) else {
        diagnostics.push(unknown("series", "IVA-11a", "camera of this file", written, view.camera_names()));
        return;
    };
    match &series.zone {
        None if measure.is_of_a_zone() => diagnostics.push(missing("zone")),
        Some(zone) if !camera.zones.iter().any(|shape| shape.name.value == zone.value) => {
            let names = camera.zones.iter().map(|shape| shape.name.value.as_str());
            diagnostics.push(unknown("series", "IVA-11a", "zone of this camera", zone, names));
        }
        _ => {}
    }
    if !measure.is_of_a_line() || line_of(series, camera).is_some() {
        return;
    }
    match &series.line {
        Some(line) => {
            let names = camera.lines.iter().map(|shape| shape.name.value.as_str());
            diagnostics.push(unknown("series", "IVA-11a", "line of this camera", line, names));
        }
        None => diagnostics.push(missing("line")),
    }
}

/// Two series that count the same are two draws of one number, and their mean tells more than either may.
fn counted_twice(view: &View<'_>, diagnostics: &mut Diagnostics) {
    let mut all = vec![];
    for looked in &view.purposes {
        all.extend(looked.source.series.iter().map(|series| (looked.source.name.value.clone(), series)));
    }
    let text = |written: &Option<Written<String>>| written.as_ref().map(|written| written.value.clone());
    let what = |purpose: &String, series: &SeriesSource| {
        let line = series.camera.as_ref().and_then(|camera| line_of(series, view.camera(&camera.value)?));
        let line = line.map(|shape| shape.name.value.clone());
        let measure = Measure::from_name(&series.measure.as_ref()?.value)?;
        // What is not in a picture is counted in a purpose, but for the incidents of a month: those are the whole site's.
        let of_site = measure == Measure::IncidentCount && text(&series.grid).as_deref() == Some(Grid::Month.name());
        let place = match measure.is_of_pictures() {
            true => Some(text(&series.camera)?),
            false => Some(purpose.clone()).filter(|_| !of_site),
        };
        Some((measure, text(&series.grid), place, text(&series.zone), line))
    };
    for (index, (purpose, series)) in all.iter().enumerate() {
        let this = what(purpose, series);
        let is_same = |(purpose, earlier): &&(String, &SeriesSource)| this.is_some() && what(purpose, earlier) == this;
        let Some((_, earlier)) = all.iter().take(index).find(is_same) else { continue };
        let message = format!("series `{}` and `{}` count the same", earlier.name.value, series.name.value);
        diagnostics.push(
            Diagnostic::error("series", message, series.name.span.clone(), "once more")
                .label(earlier.name.span.clone(), "counted here")
                .requirement("IVA-11c")
                .help("leave one of them out: whoever averages two draws of a number comes closer to it"),
        );
    }
}

/// Spans that are merged are the same each night, and what a track may cost has bounds.
fn how_it_counts(series: &SeriesSource, diagnostics: &mut Diagnostics) {
    let refusal = |message: &str, span, label: &str| {
        Diagnostic::error("series", message, span, label).requirement("IVA-11c")
    };
    if let Some(written) = series.quiet.as_ref().filter(|written| quiet(written).is_none()) {
        diagnostics.push(
            refusal("these are no quiet hours", written.span.clone(), "not understood")
                .help("write quiet = { from = \"22:00\", to = \"06:00\" }; they end before they begin again"),
        );
    }
    if let Some(written) = series.epsilon.as_ref().filter(|written| !(0.01..=1.0).contains(&written.value)) {
        diagnostics.push(
            refusal("the privacy loss of a track lies between 0.01 and 1", written.span.clone(), "out of range")
                .help("without it, 0.25: half the counts of an hour are then off by 3 or more"),
        );
    }
}
