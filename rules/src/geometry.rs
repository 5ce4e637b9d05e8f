//! Points, boxes, polygons and lines in normalised picture coordinates.
//!
//! ```text
//! (0,0) ──────────▶ x (1,0)
//!   │      ┌─────┐
//!   │      │     │          a box; its anchor is the
//!   ▼      └──•──┘          bottom centre, where it stands
//!   y (0,1)
//! ```

mod homography;

use crate::limits;
pub use homography::Homography;

/// A point; `x` and `y` run from 0 to 1 over the picture, origin top-left, `y` down.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Point {
    /// Rightwards.
    pub x: f32,
    /// Downwards.
    pub y: f32,
}

impl Point {
    /// A point from its coordinates.
    pub const fn new(x: f32, y: f32) -> Self {
        Self { x, y }
    }
}

/// An axis-aligned box in normalised coordinates.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Rect {
    /// Left edge.
    pub left: f32,
    /// Top edge.
    pub top: f32,
    /// Right edge.
    pub right: f32,
    /// Bottom edge.
    pub bottom: f32,
}

impl Rect {
    /// A box from its edges.
    pub const fn new(left: f32, top: f32, right: f32, bottom: f32) -> Self {
        Self { left, top, right, bottom }
    }

    /// Width; 0 for an inverted box.
    pub fn width(&self) -> f32 {
        (self.right - self.left).max(0.0)
    }

    /// Height; 0 for an inverted box.
    pub fn height(&self) -> f32 {
        (self.bottom - self.top).max(0.0)
    }

    /// Area.
    pub fn area(&self) -> f32 {
        self.width() * self.height()
    }

    /// The middle of the lower edge: where an object stands on the ground.
    pub fn bottom_centre(&self) -> Point {
        Point::new((self.left + self.right) * 0.5, self.bottom)
    }

    /// Intersection over union, 0 to 1.
    pub fn iou(&self, other: &Self) -> f32 {
        let width = (self.right.min(other.right) - self.left.max(other.left)).max(0.0);
        let height = (self.bottom.min(other.bottom) - self.top.max(other.top)).max(0.0);
        let shared = width * height;
        let union = self.area() + other.area() - shared;
        if union > 0.0 { shared / union } else { 0.0 }
    }

    /// The part of the box that lies inside the picture.
    #[must_use]
    pub fn clipped(&self) -> Self {
        Self::new(
            self.left.clamp(0.0, 1.0),
            self.top.clamp(0.0, 1.0),
            self.right.clamp(0.0, 1.0),
            self.bottom.clamp(0.0, 1.0),
        )
    }
}

/// A directed line segment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Segment {
    /// First end.
    pub from: Point,
    /// Second end.
    pub to: Point,
}

impl Segment {
    /// A segment between two points.
    pub const fn new(from: Point, to: Point) -> Self {
        Self { from, to }
    }

    /// Length.
    pub fn length(&self) -> f32 {
        (self.to.x - self.from.x).hypot(self.to.y - self.from.y)
    }

    /// Signed distance of a point from the infinite line through the segment. Positive on the side of
    /// [`Self::normal`]. The segment must have a length.
    pub fn signed_distance(&self, point: Point) -> f32 {
        let normal = self.normal();
        (point.x - self.from.x) * normal.x + (point.y - self.from.y) * normal.y
    }

    /// Unit normal: the direction of the segment turned a quarter anticlockwise as seen in the picture.
    pub fn normal(&self) -> Point {
        let length = self.length();
        Point::new((self.to.y - self.from.y) / length, -(self.to.x - self.from.x) / length)
    }

    /// Whether this segment and another have a point in common.
    pub fn intersects(&self, other: &Self) -> bool {
        let side = |s: &Self, p: Point| {
            let cross = (f64::from(s.to.x) - f64::from(s.from.x)) * (f64::from(p.y) - f64::from(s.from.y))
                - (f64::from(s.to.y) - f64::from(s.from.y)) * (f64::from(p.x) - f64::from(s.from.x));
            if cross == 0.0 { 0 } else { cross.signum() as i32 }
        };
        let within = |s: &Self, p: Point| {
            p.x >= s.from.x.min(s.to.x)
                && p.x <= s.from.x.max(s.to.x)
                && p.y >= s.from.y.min(s.to.y)
                && p.y <= s.from.y.max(s.to.y)
        };
        let (a, b) = (side(self, other.from), side(self, other.to));
        let (c, d) = (side(other, self.from), side(other, self.to));
        (a != b && c != d)
            || (a == 0 && within(self, other.from))
            || (b == 0 && within(self, other.to))
            || (c == 0 && within(other, self.from))
            || (d == 0 && within(other, self.to))
    }
}

/// A simple polygon of 3 to [`limits::POLYGON_VERTICES`] corners.
#[derive(Clone, Debug, PartialEq)]
pub struct Polygon {
    vertices: Box<[Point]>,
}

/// Why a list of points is no polygon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolygonError {
    /// Two points or fewer.
    #[error("a polygon needs at least three corners")]
    TooFewVertices,
    /// More than [`limits::POLYGON_VERTICES`].
    #[error("a polygon has at most {} corners", limits::POLYGON_VERTICES)]
    TooManyVertices,
    /// Two edges cross or touch.
    #[error("the edges from corner {0} and from corner {1} cross")]
    SelfIntersecting(usize, usize),
}

impl Polygon {
    /// A polygon from its corners, in order.
    ///
    /// # Errors
    /// When the corners are too few, too many, or the outline crosses itself; corners count from 1.
    pub fn new(points: &[Point]) -> Result<Self, PolygonError> {
        if points.len() < 3 {
            return Err(PolygonError::TooFewVertices);
        }
        if points.len() > limits::POLYGON_VERTICES {
            return Err(PolygonError::TooManyVertices);
        }
        let polygon = Self { vertices: points.into() };
        let edges: Vec<_> = polygon.edges().collect();
        for (i, first) in edges.iter().enumerate() {
            for (j, second) in edges.iter().enumerate().skip(i + 2) {
                let neighbours = i == 0 && j == edges.len() - 1;
                if !neighbours && first.intersects(second) {
                    return Err(PolygonError::SelfIntersecting(i + 1, j + 1));
                }
            }
        }
        Ok(polygon)
    }

    /// The corners, in order.
    pub fn vertices(&self) -> &[Point] {
        &self.vertices
    }

    /// The edges, in order; the last returns to the first corner.
    pub fn edges(&self) -> impl Iterator<Item = Segment> {
        let next = self.vertices.iter().cycle().skip(1);
        self.vertices.iter().zip(next).map(|(a, b)| Segment::new(*a, *b))
    }

    /// Whether the point lies inside, by the even-odd rule. A point on the picture's right or lower edge is taken for
    /// one just inside it: whoever is cut off by the edge of the picture stands in a zone that reaches there.
    pub fn contains(&self, point: Point) -> bool {
        const EDGE: f32 = 1.0 - f32::EPSILON;
        let point = Point::new(point.x.min(EDGE), point.y.min(EDGE));
        self.edges()
            .filter(|edge| {
                (edge.from.y > point.y) != (edge.to.y > point.y)
                    && point.x
                        < (edge.to.x - edge.from.x) * (point.y - edge.from.y) / (edge.to.y - edge.from.y) + edge.from.x
            })
            .count()
            % 2
            == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn square() -> Polygon {
        let corners = [(0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8)].map(|(x, y)| Point::new(x, y));
        Polygon::new(&corners).unwrap()
    }

    #[test]
    fn a_bow_tie_is_refused() {
        let corners = [(0.0, 0.0), (1.0, 1.0), (1.0, 0.0), (0.0, 1.0)].map(|(x, y)| Point::new(x, y));
        assert_eq!(Polygon::new(&corners), Err(PolygonError::SelfIntersecting(1, 3)));
        assert_eq!(Polygon::new(&corners[..2]), Err(PolygonError::TooFewVertices));
    }

    #[test]
    fn the_normal_of_a_downward_line_points_right() {
        let line = Segment::new(Point::new(0.5, 0.0), Point::new(0.5, 1.0));
        assert_eq!(line.normal(), Point::new(1.0, 0.0));
        assert!(line.signed_distance(Point::new(0.7, 0.5)) > 0.19);
    }

    #[test]
    fn a_zone_that_reaches_the_edge_of_the_picture_holds_who_is_cut_off_by_it() {
        let corners = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)].map(|(x, y)| Point::new(x, y));
        let all = Polygon::new(&corners).unwrap();
        for (x, y) in [(0.5, 1.0), (1.0, 0.5), (1.0, 1.0), (0.0, 0.0), (0.0, 1.0)] {
            assert!(all.contains(Point::new(x, y)), "{x},{y}");
        }
    }

    proptest! {
        #[test]
        fn a_square_contains_what_lies_between_its_sides(x in 0.0f32..1.0, y in 0.0f32..1.0) {
            let inside = x > 0.2 && x < 0.8 && y > 0.2 && y < 0.8;
            prop_assume!((x - 0.2).abs() > 1e-3 && (x - 0.8).abs() > 1e-3);
            prop_assume!((y - 0.2).abs() > 1e-3 && (y - 0.8).abs() > 1e-3);
            prop_assert_eq!(square().contains(Point::new(x, y)), inside);
        }

        #[test]
        fn iou_is_symmetric_and_bounded(a in any::<[u8; 4]>(), b in any::<[u8; 4]>()) {
            let rect = |v: [u8; 4]| {
                let [l, t, w, h] = v.map(|n| f32::from(n) / 255.0);
                Rect::new(l, t, l + w, t + h)
            };
            let (a, b) = (rect(a), rect(b));
            prop_assert!((0.0..=1.0001).contains(&a.iou(&b)));
            prop_assert_eq!(a.iou(&b), b.iou(&a));
            if a.area() > 0.0 { prop_assert!((a.iou(&a) - 1.0).abs() < 1e-4); }
        }
    }
}
