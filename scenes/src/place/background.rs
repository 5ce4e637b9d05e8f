//! The picture of what stands still, ray by ray. Made once for a light; takes part of a second.

use super::{Building, Marking, Material, Place, contains};
use crate::canvas::Canvas;
use crate::dice::noise;
use crate::light::Light;
use crate::view::View;
use glam::{Vec2, Vec3};

/// Nothing is farther away than this, in metres.
const HORIZON: f32 = 400.0;

/// Paints sky, ground and houses.
pub(crate) fn paint(canvas: &mut Canvas, view: &View, light: &Light, place: &Place, seed: u32) {
    let (width, height) = (canvas.width(), canvas.height());
    for y in 0..height {
        for x in 0..width {
            let ray = view.ray(Vec2::new(x as f32 + 0.5, y as f32 + 0.5));
            let paint = light.develop(seen(view, light, place, ray, seed));
            if let Some(luma) = canvas.y.get_mut(y * width + x) {
                *luma = paint.y;
            }
            let chroma = y / 2 * (width / 2) + x / 2;
            if y % 2 == 0
                && x % 2 == 0
                && let (Some(u), Some(v)) = (canvas.u.get_mut(chroma), canvas.v.get_mut(chroma))
            {
                (*u, *v) = (paint.u, paint.v);
            }
        }
    }
}

/// The light that comes along a ray.
fn seen(view: &View, light: &Light, place: &Place, ray: Vec3, seed: u32) -> Vec3 {
    let from = view.position();
    let ground = if ray.z < -1e-4 { -from.z / ray.z } else { f32::MAX };
    let wall = place.buildings.iter().filter_map(|building| Some((building, building.meet(from, ray)?)));
    let wall = wall.min_by(|a, b| a.1.0.total_cmp(&b.1.0));
    match wall {
        Some((building, (far, normal))) if far < ground => {
            let at = from + ray * far;
            let footprint = far / view.scale(1.0);
            let colour = wall_colour(building, at, normal, footprint, seed, light.is_dark);
            colour * light.falling(at, normal, sunlit(light, place, at + normal * 0.02))
        }
        _ if ground < HORIZON => {
            let at = from + ray * ground;
            let footprint = ground / view.scale(1.0);
            let colour = ground_colour(place, at.truncate(), footprint, seed);
            let lit = colour * light.falling(at, Vec3::Z, sunlit(light, place, at));
            let haze = (ground / HORIZON).powi(2);
            lit.lerp(light.sky_colour * 0.7, haze)
        }
        _ => {
            let cloud = noise(ray.x / (ray.z.abs() + 0.1) * 2.0, ray.y / (ray.z.abs() + 0.1) * 2.0, seed ^ 77);
            light.sky_colour * (0.9 + 0.25 * cloud - 0.3 * ray.z.max(0.0))
        }
    }
}

/// 0 where a house stands between a point and the sun.
fn sunlit(light: &Light, place: &Place, at: Vec3) -> f32 {
    if light.sun.max_element() <= 0.0 {
        return 1.0;
    }
    let hidden = place.buildings.iter().any(|building| building.meet(at + Vec3::Z * 0.01, light.towards_sun).is_some());
    if hidden { 0.0 } else { 1.0 }
}

/// Noise that fades out where its features are smaller than a pixel.
fn grain(at: Vec2, size: f32, footprint: f32, seed: u32) -> f32 {
    let fade = (1.5 - footprint / size).clamp(0.0, 1.0);
    if fade == 0.0 { 0.0 } else { (noise(at.x / size, at.y / size, seed) - 0.5) * fade }
}

fn ground_colour(place: &Place, at: Vec2, footprint: f32, seed: u32) -> Vec3 {
    let surface = place.surfaces.iter().rev().find(|surface| contains(&surface.outline, at));
    let material = surface.map_or(place.ground, |surface| surface.material);
    let large = grain(at, 4.0, footprint, seed ^ 1) + grain(at, 1.3, footprint, seed ^ 2);
    let small = grain(at, 0.25, footprint, seed ^ 3) + grain(at, 0.06, footprint, seed ^ 4);
    let colour = match material {
        Material::Asphalt => {
            let patch = if noise(at.x / 9.0, at.y / 6.0, seed ^ 5) > 0.68 { 0.82 } else { 1.0 };
            Vec3::new(0.145, 0.145, 0.15) * patch * (1.0 + 0.28 * large + 0.35 * small)
        }
        Material::Concrete => Vec3::new(0.34, 0.33, 0.31) * (1.0 + 0.22 * large + 0.14 * small),
        Material::Gravel => Vec3::new(0.26, 0.24, 0.21) * (1.0 + 0.25 * large + 0.8 * small),
        Material::Grass => {
            let blade = grain(at, 0.1, footprint, seed ^ 6);
            Vec3::new(0.09, 0.16, 0.045) * (1.0 + 0.5 * large + 0.5 * small + 0.7 * blade)
        }
        Material::Paving => {
            let row = (at.y / 0.4).floor();
            let slab = Vec2::new((at.x / 0.6 + 0.5 * (row % 2.0)).fract().abs(), (at.y / 0.4).fract().abs());
            let joint = slab.x.min(1.0 - slab.x).mul_add(0.6, 0.0).min(slab.y.min(1.0 - slab.y) * 0.4);
            let line =
                ((0.012 + footprint - joint) / footprint.max(0.004)).clamp(0.0, 1.0) * (0.02 / (0.02 + footprint));
            Vec3::new(0.31, 0.30, 0.29) * (1.0 + 0.2 * large + 0.2 * small) * (1.0 - 0.45 * line)
        }
    };
    let paint = place.markings.iter().map(|marking| painted(marking, at, footprint)).fold(0.0, f32::max);
    let worn = 0.75 + 0.9 * grain(at, 0.3, footprint, seed ^ 9);
    colour.lerp(Vec3::splat(0.62), (paint * worn).clamp(0.0, 1.0))
}

/// How much of a pixel a painted line covers.
fn painted(marking: &Marking, at: Vec2, footprint: f32) -> f32 {
    let mut least = f32::MAX;
    for pair in marking.course.windows(2) {
        let [a, b] = *pair else { continue };
        let along = b - a;
        let part = ((at - a).dot(along) / along.length_squared().max(1e-6)).clamp(0.0, 1.0);
        least = least.min((a + along * part).distance(at));
    }
    let edge = footprint.max(0.01);
    ((marking.width / 2.0 + edge / 2.0 - least) / edge).clamp(0.0, 1.0) * (marking.width / footprint).min(1.0)
}

fn wall_colour(building: &Building, at: Vec3, normal: Vec3, footprint: f32, seed: u32, is_dark: bool) -> Vec3 {
    if normal.z > 0.5 {
        return Vec3::splat(0.12) * (1.0 + grain(at.truncate(), 1.0, footprint, seed));
    }
    let along = if normal.x.abs() > 0.5 { at.y } else { at.x };
    let on_wall = Vec2::new(along, at.z);
    let course = ((at.z / 0.08).fract() - 0.5).abs();
    let brick = if footprint < 0.05 && course > 0.42 { 0.85 } else { 1.0 };
    let mut colour = building.colour * brick * (1.0 + 0.25 * grain(on_wall, 1.5, footprint, seed ^ 11));
    if let Some(door) = building.door {
        let middle = if normal.x.abs() > 0.5 { door.y } else { door.x };
        let beside = (along - middle).abs();
        let same_wall = (at.truncate() - door).dot(normal.truncate()).abs() < 0.3;
        if same_wall && beside < 1.15 && at.z < 2.35 {
            let frame = beside > 1.0 || at.z > 2.2 || beside < 0.04;
            return if frame { Vec3::splat(0.3) } else { Vec3::new(0.06, 0.07, 0.08) };
        }
    }
    if building.windows && at.z > 0.8 && at.z < building.height - 0.5 {
        let cell = Vec2::new((along / 2.4).rem_euclid(1.0), ((at.z - 0.4) / 2.8).rem_euclid(1.0));
        if (0.22..0.78).contains(&cell.x) && (0.3..0.8).contains(&cell.y) {
            let index = ((along / 2.4).floor(), ((at.z - 0.4) / 2.8).floor());
            let lit = is_dark && crate::dice::lattice(index.0 as i32, index.1 as i32, seed ^ 21) > 0.7;
            colour = if lit { Vec3::new(3.0, 2.3, 1.3) } else { Vec3::new(0.07, 0.09, 0.12) };
        }
    }
    colour
}
