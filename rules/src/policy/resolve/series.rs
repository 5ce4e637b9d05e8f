//! Series: the place that they count at, and the objects that the purpose's counting rules look for there.

use super::{polygon, time};
use crate::geometry::Segment;
use crate::object::ObjectSet;
use crate::policy::check::View;
use crate::policy::series::{CountedAt, DEFAULT_EPSILON, Grid, Measure, QuietHours, Series};
use crate::policy::site::Rule;
use crate::policy::source::{CameraSource, QuietSource, SeriesSource, Shape};

/// A series with its names bound. `None` was reported by the check of series.
pub(super) fn series(source: &SeriesSource, view: &View<'_>, rules: &[Rule]) -> Option<Series> {
    let measure = Measure::from_name(&source.measure.as_ref()?.value)?;
    let camera = source.camera.as_ref().and_then(|written| view.camera(&written.value));
    let at = if measure.is_of_pictures() { counted_at(source, measure, camera?)? } else { CountedAt::Elsewhere };
    let mut series = Series {
        name: source.name.value.clone(),
        measure,
        grid: Grid::from_name(&source.grid.as_ref()?.value)?,
        camera: camera.map(|camera| camera.name.value.clone()),
        at,
        objects: ObjectSet::default(),
        quiet: match &source.quiet {
            Some(written) => Some(quiet(written)?),
            None => None,
        },
        epsilon: source.epsilon.as_ref().map_or(DEFAULT_EPSILON, |written| written.value),
    };
    let feeding = rules.iter().filter(|rule| series.is_fed_by(rule));
    series.objects = feeding.fold(ObjectSet::default(), |all, rule| all.union(rule.objects));
    Some(series)
}

fn counted_at(source: &SeriesSource, measure: Measure, camera: &CameraSource) -> Option<CountedAt> {
    if measure.is_of_a_zone() {
        let name = &source.zone.as_ref()?.value;
        let zone = polygon(camera.zones.iter().find(|shape| shape.name.value == *name)?)?;
        return Some(CountedAt::Zone { name: name.clone(), zone });
    }
    let shape = line_of(source, camera)?;
    let [from, to] = shape.points.as_slice() else { return None };
    Some(CountedAt::Line { name: shape.name.value.clone(), line: Segment::new(from.value, to.value) })
}

/// The line that a series names, or the only one that its camera has.
pub(in crate::policy) fn line_of<'s>(source: &SeriesSource, camera: &'s CameraSource) -> Option<&'s Shape> {
    match (&source.line, camera.lines.as_slice()) {
        (Some(written), lines) => lines.iter().find(|shape| shape.name.value == written.value),
        (None, [only]) => Some(only),
        (None, _) => None,
    }
}

/// The quiet hours, if both ends are understood and they end.
pub(in crate::policy) fn quiet(source: &QuietSource) -> Option<QuietHours> {
    let (from, to) = (time(&source.from.as_ref()?.value)?, time(&source.to.as_ref()?.value)?);
    (from != to).then_some(QuietHours { from, to })
}
