//! What one object looks like from the camera: polygons in pixels, in the order in which they are painted.

use crate::canvas::{Canvas, Ink, Paint};
use crate::view::{NEAR, View};
use glam::{Vec2, Vec3};

/// Corners of a half circle at the end of a limb.
const HALF_CIRCLE: usize = 5;

#[derive(Clone, Copy, Debug)]
struct Piece {
    first: usize,
    corners: usize,
    ink: Ink,
}

/// Polygons, and the box around those that belong to the object's body. Reused from frame to frame.
#[derive(Clone, Debug)]
pub struct Drawing {
    corners: Vec<Vec2>,
    pieces: Vec<Piece>,
    low: Vec2,
    high: Vec2,
}

impl Default for Drawing {
    fn default() -> Self {
        Self { corners: Vec::new(), pieces: Vec::new(), low: Vec2::INFINITY, high: Vec2::NEG_INFINITY }
    }
}

impl Drawing {
    /// Forgets everything but the memory.
    pub fn clear(&mut self) {
        self.corners.clear();
        self.pieces.clear();
        (self.low, self.high) = (Vec2::INFINITY, Vec2::NEG_INFINITY);
    }

    /// The box around the body, in pixels, not clipped; `None` if nothing was drawn.
    pub fn bounds(&self) -> Option<(Vec2, Vec2)> {
        (self.low.x <= self.high.x).then_some((self.low, self.high))
    }

    /// Paints everything.
    pub fn paint(&self, canvas: &mut Canvas) {
        for piece in &self.pieces {
            if let Some(corners) = self.corners.get(piece.first..piece.first + piece.corners) {
                canvas.fill(corners, piece.ink);
            }
        }
    }

    /// A polygon in space. What lies behind the camera is cut off.
    pub fn face(&mut self, view: &View, corners: &[Vec3], ink: Ink) {
        let first = self.corners.len();
        let Some(last) = corners.last() else { return };
        let mut from = view.to_camera(*last);
        for corner in corners {
            let to = view.to_camera(*corner);
            if (from.z > NEAR) != (to.z > NEAR) {
                let cut = from + (to - from) * ((NEAR * 1.01 - from.z) / (to.z - from.z));
                self.corners.push(view.to_picture(cut));
            }
            if to.z > NEAR {
                self.corners.push(view.to_picture(to));
            }
            from = to;
        }
        self.finish(first, ink);
    }

    /// A polygon in pixels.
    pub fn flat(&mut self, corners: impl IntoIterator<Item = Vec2>, ink: Ink) {
        let first = self.corners.len();
        self.corners.extend(corners);
        self.finish(first, ink);
    }

    fn finish(&mut self, first: usize, ink: Ink) {
        let corners = self.corners.len() - first;
        if corners < 3 {
            return self.corners.truncate(first);
        }
        if matches!(ink, Ink::Cover(_)) {
            for corner in self.corners.iter().skip(first) {
                (self.low, self.high) = (self.low.min(*corner), self.high.max(*corner));
            }
        }
        self.pieces.push(Piece { first, corners, ink });
    }

    /// A limb: two balls of those radii, in metres, and what is between them.
    pub fn limb(&mut self, view: &View, ends: [(Vec3, f32); 2], paint: Paint) {
        let [(a, a_radius), (b, b_radius)] = ends.map(|(at, radius)| (view.to_camera(at), radius));
        if a.z < NEAR || b.z < NEAR {
            return;
        }
        let (a, b, a_radius, b_radius) =
            (view.to_picture(a), view.to_picture(b), a_radius * view.scale(a.z), b_radius * view.scale(b.z));
        let along = b - a;
        let ink = Ink::Cover(paint);
        let turn = std::f32::consts::PI / (HALF_CIRCLE - 1) as f32;
        if along.length() <= (a_radius - b_radius).abs() + 0.01 {
            let (centre, radius) = if a_radius > b_radius { (a, a_radius) } else { (b, b_radius) };
            let circle = (0..2 * HALF_CIRCLE).map(|step| {
                let angle = step as f32 * std::f32::consts::PI / HALF_CIRCLE as f32;
                centre + Vec2::from_angle(angle) * radius
            });
            return self.flat(circle, ink);
        }
        let side = along.perp().normalize();
        let half = |centre: Vec2, radius: f32, start: Vec2| {
            (0..HALF_CIRCLE).map(move |step| centre + Vec2::from_angle(step as f32 * turn).rotate(start) * radius)
        };
        self.flat(half(a, a_radius, side).chain(half(b, b_radius, -side)), ink);
    }

    /// A ball.
    pub fn ball(&mut self, view: &View, at: Vec3, radius: f32, paint: Paint) {
        self.limb(view, [(at, radius), (at, radius)], paint);
    }

    /// The shadow on the ground of everything between these points, along the sun's direction: a darkened hull.
    pub fn shadow(&mut self, view: &View, points: impl IntoIterator<Item = Vec3>, towards_sun: Vec3, factor: u16) {
        if towards_sun.z < 0.05 {
            return;
        }
        let on_ground = points.into_iter().map(|point| point - towards_sun * (point.z / towards_sun.z));
        let mut seen = Vec::with_capacity(32);
        seen.extend(on_ground.filter_map(|point| view.project(point)));
        let hull = hull(&mut seen);
        self.flat(hull, Ink::Shade(factor));
    }
}

/// The convex hull of points (Andrew's monotone chain).
pub fn hull(points: &mut [Vec2]) -> Vec<Vec2> {
    points.sort_unstable_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
    let mut hull: Vec<Vec2> = Vec::with_capacity(points.len() + 1);
    let half = |points: &mut dyn Iterator<Item = Vec2>, hull: &mut Vec<Vec2>| {
        let base = hull.len();
        for point in points {
            while let [.., a, b] = hull.get(base..).unwrap_or_default()
                && (*b - *a).perp_dot(point - *b) <= 0.0
            {
                hull.pop();
            }
            hull.push(point);
        }
        hull.pop();
    };
    half(&mut points.iter().copied(), &mut hull);
    half(&mut points.iter().rev().copied(), &mut hull);
    hull
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hull_keeps_the_corners_only() {
        let mut points = [(0.0, 0.0), (4.0, 0.0), (2.0, 1.0), (4.0, 3.0), (0.0, 3.0), (1.0, 2.0)].map(Vec2::from);
        let hull = hull(&mut points);
        assert_eq!(hull.len(), 4);
    }

    #[test]
    fn what_is_behind_the_camera_is_cut_off() {
        let view = View::new(Vec3::new(0.0, 0.0, 2.0), Vec3::new(0.0, 10.0, 2.0), 90.0, 100, 100);
        let mut drawing = Drawing::default();
        let paint = Paint { y: 99, u: 128, v: 128 };
        let road = [(-1.0, -5.0), (1.0, -5.0), (1.0, 50.0), (-1.0, 50.0)].map(|(x, y)| Vec3::new(x, y, 0.0));
        drawing.face(&view, &road, Ink::Cover(paint));
        let (low, high) = drawing.bounds().unwrap();
        assert!(low.is_finite() && high.is_finite() && high.y > 100.0);
        let behind = road.map(|corner| corner - Vec3::Y * 60.0);
        drawing.clear();
        drawing.face(&view, &behind, Ink::Cover(paint));
        assert_eq!(drawing.bounds(), None);
    }
}
