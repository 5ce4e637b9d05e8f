//! Closed surfaces of flat faces: those that look away from the camera are left out.

use super::{Look, Pose};
use crate::canvas::Ink;
use crate::drawing::Drawing;
use glam::Vec3;

/// Draws a face if it looks at the camera. `inside` is a point behind it.
pub(super) fn face(look: &Look<'_>, corners: &[Vec3], inside: Vec3, colour: Vec3, drawing: &mut Drawing) -> bool {
    let Some(normal) = outward(corners, inside) else { return false };
    let Some(first) = corners.first() else { return false };
    if normal.dot(look.view.position() - *first) <= 0.0 {
        return false;
    }
    let middle = corners.iter().sum::<Vec3>() / corners.len() as f32;
    drawing.face(look.view, corners, Ink::Cover(look.light.paint(colour, middle, normal)));
    true
}

/// The direction, of length one, in which a face looks.
pub(super) fn outward(corners: &[Vec3], inside: Vec3) -> Option<Vec3> {
    let [a, b, .., c] = corners else { return None };
    let normal = (*b - *a).cross(*c - *a).try_normalize()?;
    Some(if normal.dot(*a - inside) < 0.0 { -normal } else { normal })
}

/// A box in the actor's axes: its extent ahead, to the left and up.
pub(super) fn cuboid(look: &Look<'_>, pose: &Pose, sides: [(f32, f32); 3], colour: Vec3, drawing: &mut Drawing) {
    let [(back, front), (right, left), (low, high)] = sides;
    let at = |ahead: f32, left: f32, up: f32| pose.place(ahead, left, up);
    let middle = at((back + front) / 2.0, (right + left) / 2.0, (low + high) / 2.0);
    let ring =
        |ahead: f32| [at(ahead, right, low), at(ahead, left, low), at(ahead, left, high), at(ahead, right, high)];
    let flank = |side: f32| [at(back, side, low), at(front, side, low), at(front, side, high), at(back, side, high)];
    let lid = [at(back, right, high), at(front, right, high), at(front, left, high), at(back, left, high)];
    for corners in [ring(back), ring(front), flank(right), flank(left), lid] {
        face(look, &corners, middle, colour, drawing);
    }
}
