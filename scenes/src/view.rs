//! A pinhole camera that stands still: from metres to pixels.
//!
//! The world is in metres: x to the right and y away from the origin on the ground, z up.

use glam::{Vec2, Vec3};

/// Nothing nearer than this is drawn, in metres.
pub const NEAR: f32 = 0.25;

/// Where a camera stands and what it sees.
#[derive(Clone, Copy, Debug)]
pub struct View {
    position: Vec3,
    right: Vec3,
    down: Vec3,
    forward: Vec3,
    focal: f32,
    width: usize,
    height: usize,
    shift: Vec2,
}

impl View {
    /// A camera at `position` that looks at `target`, with a horizontal field of view in degrees and a picture of
    /// `width` x `height` pixels.
    pub fn new(position: Vec3, target: Vec3, field_of_view: f32, width: usize, height: usize) -> Self {
        let forward = (target - position).normalize_or(Vec3::Y);
        let side = forward.cross(Vec3::Z);
        let right = if side.length() < 1e-3 { Vec3::X } else { side.normalize() };
        let down = forward.cross(right);
        let focal = width as f32 / 2.0 / (field_of_view.clamp(5.0, 150.0).to_radians() / 2.0).tan();
        Self { position, right, down, forward, focal, width, height, shift: Vec2::ZERO }
    }

    /// The same camera, shaken by that many pixels.
    pub fn shaken(mut self, shift: Vec2) -> Self {
        self.shift = shift;
        self
    }

    /// Where the camera stands.
    pub fn position(&self) -> Vec3 {
        self.position
    }

    /// Width and height of the picture in pixels.
    pub fn size(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    /// A point in the camera's own axes: right, down, ahead.
    pub fn to_camera(&self, point: Vec3) -> Vec3 {
        let from = point - self.position;
        Vec3::new(from.dot(self.right), from.dot(self.down), from.dot(self.forward))
    }

    /// Pixels of a point in the camera's axes, which must lie ahead.
    pub fn to_picture(&self, camera: Vec3) -> Vec2 {
        let centre = Vec2::new(self.width as f32, self.height as f32) / 2.0;
        centre + self.shift + Vec2::new(camera.x, camera.y) * (self.focal / camera.z)
    }

    /// Pixels of a point of the world; `None` if it is behind the camera.
    pub fn project(&self, point: Vec3) -> Option<Vec2> {
        let camera = self.to_camera(point);
        (camera.z > NEAR).then(|| self.to_picture(camera))
    }

    /// Pixels that a metre takes up at that distance ahead.
    pub fn scale(&self, ahead: f32) -> f32 {
        self.focal / ahead.max(NEAR)
    }

    /// The direction, of length one, in which a pixel looks.
    pub fn ray(&self, pixel: Vec2) -> Vec3 {
        let at = (pixel - Vec2::new(self.width as f32, self.height as f32) / 2.0) / self.focal;
        (self.forward + self.right * at.x + self.down * at.y).normalize()
    }

    /// The point of the ground that a pixel shows; `None` if it shows none.
    pub fn ground(&self, pixel: Vec2) -> Option<Vec3> {
        let ray = self.ray(pixel);
        let far = -self.position.z / ray.z;
        (far > 0.0 && far < 500.0).then(|| self.position + ray * far)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_projected_is_found_again_on_the_ground() {
        let view = View::new(Vec3::new(2.0, -3.0, 6.0), Vec3::new(0.0, 12.0, 0.0), 70.0, 1280, 720);
        for (x, y) in [(0.0, 10.0), (-4.0, 14.0), (5.0, 30.0)] {
            let point = Vec3::new(x, y, 0.0);
            let back = view.ground(view.project(point).unwrap()).unwrap();
            assert!(back.distance(point) < 0.01, "{back}");
        }
        let centre = view.project(Vec3::new(0.0, 12.0, 0.0)).unwrap();
        assert!(centre.distance(Vec2::new(640.0, 360.0)) < 0.1);
        assert!(view.project(Vec3::new(0.0, -40.0, 0.0)).is_none());
    }
}
