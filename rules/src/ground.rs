//! The ground that a zone shows: from the picture to metres, by the four corners of the zone.

use crate::geometry::{Homography, Point};

/// A map of a part of the picture to a plane, in metres.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ground {
    map: Homography,
}

impl Ground {
    /// The plane whose points `metres` lie at these corners of the picture, in the same order. `None` if either outline is no
    /// convex quadrilateral, or they do not run round the same way.
    pub fn new(corners: [Point; 4], metres: [Point; 4]) -> Option<Self> {
        if !is_convex(corners) || !is_convex(metres) {
            return None;
        }
        Some(Self { map: Homography::of_square(metres).after(&Homography::of_square(corners).inverse()) })
    }

    /// Metres between two points of the picture, on the ground.
    pub fn distance(&self, from: Point, to: Point) -> f64 {
        let ((x, y), (u, v)) = (self.place(from), self.place(to));
        (u - x).hypot(v - y)
    }

    fn place(&self, at: Point) -> (f64, f64) {
        self.map.at(f64::from(at.x), f64::from(at.y))
    }
}

fn is_convex(corners: [Point; 4]) -> bool {
    let [a, b, c, d] = corners;
    let turn = |a: Point, b: Point, c: Point| (b.x - a.x) * (c.y - b.y) - (b.y - a.y) * (c.x - b.x);
    let turns = [turn(a, b, c), turn(b, c, d), turn(c, d, a), turn(d, a, b)];
    turns.iter().all(|turn| *turn > f32::EPSILON) || turns.iter().all(|turn| *turn < -f32::EPSILON)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CORNERS: [Point; 4] =
        [Point::new(0.2, 0.9), Point::new(0.4, 0.3), Point::new(0.6, 0.3), Point::new(0.9, 0.9)];
    const METRES: [Point; 4] =
        [Point::new(0.0, 0.0), Point::new(0.0, 40.0), Point::new(7.0, 40.0), Point::new(7.0, 0.0)];

    #[test]
    fn corners_lie_where_they_were_measured_and_lines_stay_lines() {
        let ground = Ground::new(CORNERS, METRES).unwrap();
        for (corner, metres) in CORNERS.into_iter().zip(METRES) {
            let (x, y) = ground.place(corner);
            assert!((x - f64::from(metres.x)).abs() < 1e-4 && (y - f64::from(metres.y)).abs() < 1e-4, "{x} {y}");
        }
        assert!((ground.distance(CORNERS[0], CORNERS[1]) - 40.0).abs() < 1e-4);
        // The middle of the picture's height is nearer to the camera than the middle of the ground.
        let (_, half) = ground.place(Point::new(0.3, 0.6));
        assert!(half > 5.0 && half < 20.0, "{half}");
    }

    #[test]
    fn a_plane_that_is_none_is_refused() {
        let mut crossed = CORNERS;
        crossed.swap(1, 2);
        assert!(Ground::new(crossed, METRES).is_none());
        assert!(Ground::new(CORNERS, [METRES[0]; 4]).is_none());
        let mut bent = METRES;
        bent[1] = Point::new(3.0, 1.0);
        assert!(Ground::new(CORNERS, bent).is_none());
    }
}
