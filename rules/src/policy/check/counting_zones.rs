//! **IVA-11c**: zones that are counted do not overlap. Someone who stands in two of them would be counted twice, and the
//! difference of two overlapping counts can tell of one person.
//!
//! *Instead*: draw them side by side, or count one of them.

use super::View;
use crate::geometry::{Point, Polygon};
use crate::policy::diagnostic::{Diagnostic, Diagnostics};
use crate::policy::source::{CameraSource, SeriesSource, Shape};

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    let mut counted: Vec<(&SeriesSource, &CameraSource, &Shape)> = vec![];
    for series in view.site.purposes.iter().flat_map(|purpose| &purpose.series) {
        let (Some(camera), Some(zone)) = (&series.camera, &series.zone) else { continue };
        let found = view.camera(&camera.value);
        let shape = found.and_then(|found| found.zones.iter().find(|shape| shape.name.value == zone.value));
        counted.extend(found.zip(shape).map(|(camera, shape)| (series, camera, shape)));
    }
    for (index, (series, camera, shape)) in counted.iter().enumerate() {
        let same_camera = counted.iter().take(index).filter(|(_, other, _)| std::ptr::eq(*other, *camera));
        for (other, _, earlier) in same_camera {
            if std::ptr::eq(*earlier, *shape) || !overlap(earlier, shape) {
                continue;
            }
            let message = format!("zones `{}` and `{}` overlap", earlier.name.value, shape.name.value);
            diagnostics.push(
                Diagnostic::error("counting-zones", message, shape.span.clone(), format!("for `{}`", series.name.value))
                    .label(earlier.span.clone(), format!("for `{}`", other.name.value))
                    .requirement("IVA-11c")
                    .help("draw counted zones side by side: nobody stands in two of them at once"),
            );
        }
    }
}

/// Whether two zones share more than an edge.
fn overlap(a: &Shape, b: &Shape) -> bool {
    let outline = |shape: &Shape| shape.points.iter().map(|point| point.value).collect::<Vec<Point>>();
    let (a, b) = (outline(a), outline(b));
    let Some((left, right, top, bottom)) = common(&a, &b) else { return false };
    let (Ok(a), Ok(b)) = (Polygon::new(&a), Polygon::new(&b)) else { return false };
    // A raster of what both could have; half a step off, so that shared edges do not count.
    const STEPS: u16 = 64;
    let at = |step: u16, from: f32, to: f32| from + (to - from) * (f32::from(step) + 0.5) / f32::from(STEPS);
    (0..STEPS).any(|y| {
        (0..STEPS).any(|x| {
            let point = Point::new(at(x, left, right), at(y, top, bottom));
            a.contains(point) && b.contains(point)
        })
    })
}

/// Left, right, top and bottom of what the boxes round two outlines share, if that has a size.
fn common(a: &[Point], b: &[Point]) -> Option<(f32, f32, f32, f32)> {
    let ((left, right), (top, bottom)) = (shared(a, b, |point| point.x), shared(a, b, |point| point.y));
    (left < right && top < bottom).then_some((left, right, top, bottom))
}

/// The span that two outlines share along one axis; its end comes before its beginning when there is none.
fn shared(a: &[Point], b: &[Point], along: impl Fn(&Point) -> f32) -> (f32, f32) {
    let least = |points: &[Point]| points.iter().map(&along).fold(f32::INFINITY, f32::min);
    let most = |points: &[Point]| points.iter().map(&along).fold(f32::NEG_INFINITY, f32::max);
    (least(a).max(least(b)), most(a).min(most(b)))
}
