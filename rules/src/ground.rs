//! The ground that a zone shows: from the picture to metres, by the four corners of the zone (a homography; Heckbert,
//! *Fundamentals of Texture Mapping and Image Warping*, 1989, section 2.2).

use crate::geometry::Point;

/// A map of a part of the picture to a plane, in metres.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ground {
    matrix: Matrix,
}

/// Row by row.
type Matrix = [[f64; 3]; 3];

impl Ground {
    /// The plane whose points `metres` lie at these corners of the picture, in the same order. `None` if either outline is no
    /// convex quadrilateral, or they do not run round the same way.
    pub fn new(corners: [Point; 4], metres: [Point; 4]) -> Option<Self> {
        if !is_convex(corners) || !is_convex(metres) {
            return None;
        }
        Some(Self { matrix: times(&of_square(metres), &inverse(&of_square(corners))) })
    }

    /// Metres between two points of the picture, on the ground.
    pub fn distance(&self, from: Point, to: Point) -> f64 {
        let ((x, y), (u, v)) = (self.place(from), self.place(to));
        (u - x).hypot(v - y)
    }

    fn place(&self, at: Point) -> (f64, f64) {
        let (x, y) = (f64::from(at.x), f64::from(at.y));
        let [u, v, w] = self.matrix.map(|[a, b, c]| a * x + b * y + c);
        (u / w, v / w)
    }
}

fn is_convex(corners: [Point; 4]) -> bool {
    let [a, b, c, d] = corners;
    let turn = |a: Point, b: Point, c: Point| (b.x - a.x) * (c.y - b.y) - (b.y - a.y) * (c.x - b.x);
    let turns = [turn(a, b, c), turn(b, c, d), turn(c, d, a), turn(d, a, b)];
    turns.iter().all(|turn| *turn > f32::EPSILON) || turns.iter().all(|turn| *turn < -f32::EPSILON)
}

/// From the unit square to a quadrilateral.
fn of_square(corners: [Point; 4]) -> Matrix {
    let [(x0, y0), (x1, y1), (x2, y2), (x3, y3)] = corners.map(|corner| (f64::from(corner.x), f64::from(corner.y)));
    let (dx1, dx2, sx) = (x1 - x2, x3 - x2, x0 - x1 + x2 - x3);
    let (dy1, dy2, sy) = (y1 - y2, y3 - y2, y0 - y1 + y2 - y3);
    // Not zero, since the quadrilateral is convex.
    let turn = dx1 * dy2 - dx2 * dy1;
    let (g, h) = ((sx * dy2 - dx2 * sy) / turn, (dx1 * sy - sx * dy1) / turn);
    [[x1 - x0 + g * x1, x3 - x0 + h * x3, x0], [y1 - y0 + g * y1, y3 - y0 + h * y3, y0], [g, h, 1.0]]
}

/// The inverse, but for a factor that a homography has not.
fn inverse(matrix: &Matrix) -> Matrix {
    let [[a, b, c], [d, e, f], [g, h, i]] = *matrix;
    [
        [e * i - f * h, c * h - b * i, b * f - c * e],
        [f * g - d * i, a * i - c * g, c * d - a * f],
        [d * h - e * g, b * g - a * h, a * e - b * d],
    ]
}

fn times(left: &Matrix, right: &Matrix) -> Matrix {
    let [[a, b, c], [d, e, f], [g, h, i]] = *right;
    left.map(|[x, y, z]| [x * a + y * d + z * g, x * b + y * e + z * h, x * c + y * f + z * i])
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
