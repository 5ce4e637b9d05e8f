//! Projective maps of the plane (Heckbert, *Fundamentals of Texture Mapping and Image Warping*, 1989, section 2.2).

use super::Point;

/// A projective map of the plane onto itself, in double precision.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Homography {
    /// Row by row.
    matrix: [[f64; 3]; 3],
}

impl Homography {
    /// The map of the unit square onto a quadrilateral: (0,0), (1,0), (1,1) and (0,1) go to the corners in their order.
    /// Of corners that lie in a line it is some map.
    pub fn of_square(corners: [Point; 4]) -> Self {
        let [a, b, c, d] = corners.map(|corner| (f64::from(corner.x), f64::from(corner.y)));
        let (dx1, dx2, sx) = (b.0 - c.0, d.0 - c.0, a.0 - b.0 + c.0 - d.0);
        let (dy1, dy2, sy) = (b.1 - c.1, d.1 - c.1, a.1 - b.1 + c.1 - d.1);
        let turn = dx1 * dy2 - dx2 * dy1;
        let (g, h) =
            if turn.abs() < 1e-12 { (0.0, 0.0) } else { ((sx * dy2 - dx2 * sy) / turn, (dx1 * sy - sx * dy1) / turn) };
        Self {
            matrix: [
                [b.0 - a.0 + g * b.0, d.0 - a.0 + h * d.0, a.0],
                [b.1 - a.1 + g * b.1, d.1 - a.1 + h * d.1, a.1],
                [g, h, 1.0],
            ],
        }
    }

    /// The map back; of a map that flattens the plane there is none.
    #[must_use]
    pub fn inverse(&self) -> Self {
        let [[a, b, c], [d, e, f], [g, h, i]] = self.matrix;
        // Up to a factor, which a homography has not.
        Self {
            matrix: [
                [e * i - f * h, c * h - b * i, b * f - c * e],
                [f * g - d * i, a * i - c * g, c * d - a * f],
                [d * h - e * g, b * g - a * h, a * e - b * d],
            ],
        }
    }

    /// This map after another.
    #[must_use]
    pub fn after(&self, first: &Self) -> Self {
        let [[a, b, c], [d, e, f], [g, h, i]] = first.matrix;
        let row = |[x, y, z]: [f64; 3]| [x * a + y * d + z * g, x * b + y * e + z * h, x * c + y * f + z * i];
        Self { matrix: self.matrix.map(row) }
    }

    /// Where a point goes; one that goes to infinity, some place in its direction.
    pub fn at(&self, x: f64, y: f64) -> (f64, f64) {
        let [u, v, w] = self.matrix.map(|[a, b, c]| a * x + b * y + c);
        if w == 0.0 { (u, v) } else { (u / w, v / w) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SQUARE: [(f64, f64); 4] = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)];

    /// A point near each corner of the unit square: a convex quadrilateral.
    fn convex() -> impl Strategy<Value = [Point; 4]> {
        let near = |x: f32, y: f32| (-0.2f32..0.2, -0.2f32..0.2).prop_map(move |(dx, dy)| Point::new(x + dx, y + dy));
        [near(0.0, 0.0), near(1.0, 0.0), near(1.0, 1.0), near(0.0, 1.0)]
    }

    fn close((x, y): (f64, f64), (u, v): (f64, f64)) -> bool {
        (x - u).hypot(y - v) < 1e-6
    }

    proptest! {
        #[test]
        fn corners_go_to_corners_and_everything_comes_back(
            corners in convex(), others in convex(), x in 0.0f64..1.0, y in 0.0f64..1.0,
        ) {
            let (map, other) = (Homography::of_square(corners), Homography::of_square(others));
            for (from, to) in SQUARE.into_iter().zip(corners) {
                prop_assert!(close(map.at(from.0, from.1), (f64::from(to.x), f64::from(to.y))));
            }
            let (u, v) = map.at(x, y);
            prop_assert!(close(map.inverse().at(u, v), (x, y)));
            prop_assert!(close(other.after(&map.inverse()).at(u, v), other.at(x, y)));
        }

        #[test]
        fn a_middle_stays_between_its_sides(corners in convex()) {
            // Diagonals stay straight, so they still meet where the middle goes.
            let (x, y) = Homography::of_square(corners).at(0.5, 0.5);
            let [a, b, c, d] = corners.map(|corner| (f64::from(corner.x), f64::from(corner.y)));
            let off = |(ax, ay): (f64, f64), (bx, by): (f64, f64)| (bx - ax) * (y - ay) - (by - ay) * (x - ax);
            prop_assert!(off(a, c).abs() < 1e-6 && off(b, d).abs() < 1e-6);
        }
    }

    #[test]
    fn what_has_no_area_is_mapped_somewhere() {
        for corners in [[Point::new(0.3, 0.4); 4], [0.1, 0.2, 0.3, 0.4].map(|at| Point::new(at, at))] {
            let (x, y) = Homography::of_square(corners).at(0.5, 0.5);
            assert!(x.is_finite() && y.is_finite());
        }
    }
}
