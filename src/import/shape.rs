//! Outlines: from text in pixels or parts of the picture to corners from 0 to 1.

use serde_json::Value;
use vokter_rules::geometry::{Point, Polygon};

/// How far outside the picture a corner may lie and still be meant to lie on its edge.
const SLIP: f64 = 0.02;
/// Steps to a side of the raster that tells whether two outlines share something.
const STEPS: u16 = 100;

/// The size of the picture that coordinates in pixels are of.
pub type Size = Option<(f64, f64)>;

/// The outline that a text or a list of texts is, or why it is none.
pub fn read(value: &Value, size: Size) -> Result<Vec<[f64; 2]>, String> {
    let numbers = numbers(value).ok_or_else(|| "it is no list of numbers".to_owned())?;
    outline(&numbers, size)
}

/// The numbers of `"x,y,x,y"` or of a list of `"x,y"`.
fn numbers(value: &Value) -> Option<Vec<f64>> {
    match value {
        Value::String(text) => {
            let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
            parts.map(|part| part.parse().ok().filter(|number: &f64| number.is_finite())).collect()
        }
        Value::Array(items) => {
            let lists: Option<Vec<_>> = items.iter().map(numbers).collect();
            lists.map(|lists| lists.concat())
        }
        Value::Number(number) => number.as_f64().map(|number| vec![number]),
        _ => None,
    }
}

/// The outline of these numbers, or why there is none.
fn outline(numbers: &[f64], size: Size) -> Result<Vec<[f64; 2]>, String> {
    if numbers.len() < 6 || !numbers.len().is_multiple_of(2) {
        return Err("it is no list of at least three corners x,y".to_owned());
    }
    let is_in_pixels = numbers.iter().any(|number| *number > 1.0 + SLIP);
    let (width, height) = match (is_in_pixels, size) {
        (false, _) => (1.0, 1.0),
        (true, Some(size)) => size,
        (true, None) => {
            return Err("it is in pixels of a picture whose size detect.width and detect.height do not say".to_owned());
        }
    };
    let mut points: Vec<[f64; 2]> = vec![];
    for pair in numbers.chunks_exact(2) {
        let [x, y] = pair else { continue };
        let (x, y) = (x / width, y / height);
        let is_near = |part: f64| (-SLIP..=1.0 + SLIP).contains(&part);
        if !is_near(x) || !is_near(y) {
            return Err("a corner lies outside the picture".to_owned());
        }
        let point = [rounded(x), rounded(y)];
        if points.last() != Some(&point) {
            points.push(point);
        }
    }
    if points.len() > 1 && points.first() == points.last() {
        points.pop();
    }
    match polygon(&points) {
        Ok(_) => Ok(points),
        Err(error) => Err(error.to_string()),
    }
}

fn rounded(part: f64) -> f64 {
    (part.clamp(0.0, 1.0) * 10_000.0).round() / 10_000.0
}

fn polygon(points: &[[f64; 2]]) -> Result<Polygon, vokter_rules::geometry::PolygonError> {
    let points: Vec<_> = points.iter().map(|[x, y]| Point::new(*x as f32, *y as f32)).collect();
    Polygon::new(&points)
}

/// Whether two outlines share more than an edge.
pub fn overlap(a: &[[f64; 2]], b: &[[f64; 2]]) -> bool {
    let (Ok(a), Ok(b)) = (polygon(a), polygon(b)) else { return false };
    let at = |step: u16| (f32::from(step) + 0.5) / f32::from(STEPS);
    (0..STEPS).any(|y| {
        (0..STEPS).any(|x| {
            let point = Point::new(at(x), at(y));
            a.contains(point) && b.contains(point)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outlines_are_read_in_every_form_that_is_written() {
        let square = [[0.0, 0.0], [0.5, 0.0], [0.5, 0.5], [0.0, 0.5]];
        for value in [
            serde_json::json!("0,0,0.5,0,0.5,0.5,0,0.5"),
            serde_json::json!("0, 0, 640, 0, 640, 360, 0, 360, 0, 0,"),
            serde_json::json!(["0,0", "640,0", "640,360", "0,360"]),
        ] {
            assert_eq!(outline(&numbers(&value).unwrap(), Some((1280.0, 720.0))).unwrap(), square, "{value}");
        }
        assert_eq!(outline(&[0.0, 0.0, 1.01, 0.0, 1.0, 1.0], None).unwrap(), [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]]);
    }

    #[test]
    fn what_is_no_outline_says_why() {
        for (numbers, size, why) in [
            (&[0.0, 0.0, 1.0, 1.0][..], None, "three corners"),
            (&[0.0, 0.0, 1.0, 1.0, 0.5, 0.5, 0.2], None, "three corners"),
            (&[0.0, 0.0, 640.0, 0.0, 640.0, 360.0], None, "in pixels"),
            (&[0.0, 0.0, 6400.0, 0.0, 640.0, 360.0], Some((1280.0, 720.0)), "outside the picture"),
            (&[0.0, 0.0, 1.0, 1.0, 1.0, 0.0, 0.0, 1.0], None, "cross"),
        ] {
            let error = outline(numbers, size).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
        assert_eq!(numbers(&serde_json::json!("0,0,x,1")), None);
    }

    #[test]
    fn outlines_overlap_where_they_share_more_than_an_edge() {
        let left = [[0.0, 0.0], [0.5, 0.0], [0.5, 1.0], [0.0, 1.0]];
        let right = [[0.5, 0.0], [1.0, 0.0], [1.0, 1.0], [0.5, 1.0]];
        let middle = [[0.4, 0.4], [0.6, 0.4], [0.6, 0.6]];
        assert!(!overlap(&left, &right) && overlap(&left, &middle) && overlap(&right, &middle));
    }
}
