//! **KRS-17**: only what is relevant is framed. Masks, zones and lines lie inside the picture, polygons do not cross
//! themselves, and a line has a length.

use super::View;
use crate::geometry::{Point, Polygon, PolygonError, Segment};
use crate::policy::diagnostic::{Diagnostic, Diagnostics};
use crate::policy::source::Shape;

pub(super) fn check(view: &View<'_>, diagnostics: &mut Diagnostics) {
    for camera in &view.site.cameras {
        for (kind, shapes) in [("mask", &camera.masks), ("zone", &camera.zones), ("line", &camera.lines)] {
            for shape in shapes {
                outside(kind, shape, diagnostics);
                match kind {
                    "line" => line(shape, diagnostics),
                    _ => polygon(kind, shape, diagnostics),
                }
            }
        }
    }
}

fn outside(kind: &str, shape: &Shape, diagnostics: &mut Diagnostics) {
    let inside = |point: Point| (0.0..=1.0).contains(&point.x) && (0.0..=1.0).contains(&point.y);
    for point in shape.points.iter().filter(|point| !inside(point.value)) {
        let message = format!("{kind} `{}` has a point outside the picture", shape.name.value);
        diagnostics.push(
            Diagnostic::error("shape", message, point.span.clone(), "outside 0 to 1")
                .requirement("KRS-17")
                .help("coordinates run from 0 to 1 over the picture; divide pixels by its width and height"),
        );
    }
}

fn line(shape: &Shape, diagnostics: &mut Diagnostics) {
    let message = match shape.points.as_slice() {
        [a, b] if Segment::new(a.value, b.value).length() >= 0.02 => return,
        [_, _] => format!("line `{}` has hardly any length", shape.name.value),
        _ => format!("line `{}` does not have two points", shape.name.value),
    };
    diagnostics.push(
        Diagnostic::error("shape", message, shape.span.clone(), "two points, apart from each other")
            .help(format!("write {} = [[0.5, 0.2], [0.5, 0.9]]", shape.name.value)),
    );
}

fn polygon(kind: &str, shape: &Shape, diagnostics: &mut Diagnostics) {
    let points: Vec<_> = shape.points.iter().map(|point| point.value).collect();
    let Err(error) = Polygon::new(&points) else { return };
    let message = format!("{kind} `{}` is no polygon: {error}", shape.name.value);
    let mut diagnostic = Diagnostic::error("shape", message, shape.span.clone(), "this outline");
    if let PolygonError::SelfIntersecting(first, second) = error {
        for corner in [first, second] {
            if let Some(point) = shape.points.get(corner - 1) {
                diagnostic = diagnostic.label(point.span.clone(), format!("corner {corner}"));
            }
        }
        diagnostic = diagnostic.help("list the corners in order round the outline");
    }
    diagnostics.push(diagnostic);
}
