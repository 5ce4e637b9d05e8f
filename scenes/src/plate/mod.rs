//! Number plates: their patterns by country, their picture, and how it is laid onto a vehicle.

mod glyphs;
mod patterns;

pub use patterns::{Country, Pattern};

use crate::actor::Corners;
use crate::canvas::{Canvas, Paint};
use crate::light::Light;
use glam::{Vec2, Vec3};

/// Pixels of a plate's picture; a plate is 520 x 112 mm or so.
const WIDTH: usize = 260;
const HEIGHT: usize = 56;

/// A number plate: what stands on it, and its picture.
#[derive(Clone, Debug)]
pub struct Plate {
    text: String,
    country: Country,
    /// Colours from dark to light, row by row.
    texture: Vec<Vec3>,
}

impl Plate {
    /// A plate of that country with that text; spaces separate groups.
    pub fn new(country: Country, text: &str) -> Self {
        let style = country.style();
        let band = if style.has_band { 26.0 } else { 6.0 };
        let characters = text.chars().count().max(1) as f32;
        let groups = text.chars().filter(|c| *c == ' ').count() as f32;
        let room = WIDTH as f32 - band - 14.0;
        let step = (room / (characters - 0.45 * groups)).min(32.0);
        let left = band + 7.0 + (room - step * (characters - 0.45 * groups)) / 2.0;
        let mut places = Vec::with_capacity(text.len());
        let mut at = left;
        for character in text.chars() {
            if character == ' ' {
                at += step * 0.55;
            } else {
                places.push((character, at));
                at += step;
            }
        }
        let wide = step * 0.66 / 4.0;
        let high = 36.0 / 6.0;
        let mut texture = Vec::with_capacity(WIDTH * HEIGHT);
        for y in 0..HEIGHT {
            for x in 0..WIDTH {
                let (fx, fy) = (x as f32 + 0.5, y as f32 + 0.5);
                let edge = fx.min(WIDTH as f32 - fx).min(fy).min(HEIGHT as f32 - fy);
                let mut colour = if edge < 2.0 { style.border } else { style.ground };
                if style.has_band && fx < band && edge >= 2.0 {
                    colour = Vec3::new(0.02, 0.07, 0.45);
                }
                for (character, left) in &places {
                    let from_left = fx - left;
                    if (-4.0..step + 4.0).contains(&from_left) {
                        let distance = glyphs::distance(*character, from_left / wide, (fy - 10.0) / high);
                        let ink = (1.35 - distance / 0.5).clamp(0.0, 1.0);
                        colour = colour.lerp(style.ink, ink);
                    }
                }
                texture.push(colour);
            }
        }
        Self { text: text.to_owned(), country, texture }
    }

    /// What stands on it, with spaces between groups.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where it is from.
    pub fn country(&self) -> Country {
        self.country
    }

    /// Width and height in metres.
    pub fn size(&self) -> (f32, f32) {
        (0.52, 0.112)
    }

    /// The mean colour of a part of the picture, in texture pixels.
    fn sample(&self, from: Vec2, to: Vec2) -> Vec3 {
        let (low, high) = (from.min(to), from.max(to));
        let columns = low.x.clamp(0.0, WIDTH as f32 - 1.0) as usize..=high.x.clamp(0.0, WIDTH as f32 - 1.0) as usize;
        let rows = low.y.clamp(0.0, HEIGHT as f32 - 1.0) as usize..=high.y.clamp(0.0, HEIGHT as f32 - 1.0) as usize;
        let mut sum = Vec3::ZERO;
        let mut count = 0.0;
        for y in rows {
            for colour in self.texture.get(y * WIDTH..).unwrap_or_default().get(columns.clone()).unwrap_or_default() {
                sum += *colour;
                count += 1.0;
            }
        }
        sum / f32::max(count, 1.0)
    }

    /// Lays the plate into the picture, between those corners.
    pub fn paint(&self, canvas: &mut Canvas, corners: &Corners, at: Vec3, normal: Vec3, light: &Light) {
        let Some(inverse) = Inverse::of(corners) else { return };
        let (low, high) =
            corners.iter().fold((Vec2::INFINITY, Vec2::NEG_INFINITY), |(low, high), c| (low.min(*c), high.max(*c)));
        let (width, height) = (canvas.width(), canvas.height());
        let columns = low.x.max(0.0) as usize..(high.x.ceil().max(0.0) as usize).min(width);
        let rows = low.y.max(0.0) as usize..(high.y.ceil().max(0.0) as usize).min(height);
        // Plates throw light back to where it comes from: they never go quite dark.
        let falling = light.falling(at, normal, 1.0) + if light.is_dark { Vec3::splat(0.05) } else { Vec3::ZERO };
        for y in rows {
            for x in columns.clone() {
                let centre = Vec2::new(x as f32 + 0.5, y as f32 + 0.5);
                let Some(here) = inverse.at(centre) else { continue };
                if !(0.0..1.0).contains(&here.x) || !(0.0..1.0).contains(&here.y) {
                    continue;
                }
                let size = Vec2::new(WIDTH as f32, HEIGHT as f32);
                let half = (inverse.at(centre + Vec2::splat(0.5)).unwrap_or(here) - here).abs().max(Vec2::splat(0.001));
                let paint: Paint = light.develop(self.sample((here - half) * size, (here + half) * size) * falling);
                if let Some(luma) = canvas.y.get_mut(y * width + x) {
                    *luma = paint.y;
                }
                if x % 2 == 0 && y % 2 == 0 {
                    let chroma = y / 2 * (width / 2) + x / 2;
                    if let (Some(u), Some(v)) = (canvas.u.get_mut(chroma), canvas.v.get_mut(chroma)) {
                        (*u, *v) = (paint.u, paint.v);
                    }
                }
            }
        }
    }
}

/// From pixels to the plate's own 0..1, by the inverse of the perspective (Heckbert 1989, square to quadrilateral).
struct Inverse(glam::Mat3);

impl Inverse {
    fn of([a, b, c, d]: &Corners) -> Option<Self> {
        let (d1, d2, sum) = (*b - *c, *d - *c, *a - *b + *c - *d);
        let across = d1.perp_dot(d2);
        if across.abs() < 1e-4 {
            return None;
        }
        let (g, h) = (sum.perp_dot(d2) / across, d1.perp_dot(sum) / across);
        let column = |vector: Vec2, third: f32| Vec3::new(vector.x, vector.y, third);
        let forward = glam::Mat3::from_cols(column(*b - *a + *b * g, g), column(*d - *a + *d * h, h), column(*a, 1.0));
        (forward.determinant().abs() > 1e-6).then(|| Self(forward.inverse()))
    }

    fn at(&self, pixel: Vec2) -> Option<Vec2> {
        let point = self.0 * pixel.extend(1.0);
        (point.z.abs() > 1e-9).then(|| Vec2::new(point.x, point.y) / point.z)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_perspective_is_undone() {
        let corners = [(10.0, 20.0), (90.0, 26.0), (88.0, 50.0), (12.0, 40.0)].map(Vec2::from);
        let inverse = Inverse::of(&corners).unwrap();
        for (corner, at) in corners.iter().zip([(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]) {
            assert!(inverse.at(*corner).unwrap().distance(Vec2::from(at)) < 1e-3);
        }
    }

    #[test]
    fn every_character_of_a_plate_can_be_drawn_and_differs_from_the_others() {
        let all: Vec<char> = ('0'..='9').chain('A'..='Z').collect();
        for character in &all {
            assert!(!glyphs::strokes(*character).is_empty(), "{character}");
        }
        let mut seen = std::collections::BTreeMap::new();
        for character in all {
            if let Some(twin) = seen.insert(glyphs::strokes(character), character) {
                assert_eq!((twin, character), ('0', 'O'), "they look the same");
            }
        }
    }
}
