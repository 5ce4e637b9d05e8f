//! One camera in one light: what stands still is painted once, what moves on top of it frame by frame.

use crate::actor::{Corners, Figure, Look, Pose};
use crate::canvas::{Canvas, Ink};
use crate::dice::{Dice, lattice};
use crate::drawing::Drawing;
use crate::light::{Light, Weather};
use crate::place::{Place, paint_background};
use crate::view::View;
use glam::Vec2;

/// Samples of noise that are made once and laid over every frame at another offset.
const NOISE: usize = 1 << 14;
/// A plate is in the truth when it is at least so many pixels wide.
const READABLE_PIXELS: f32 = 20.0;

/// An object as it stands in a frame: the truth.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Which actor it is; a cyclist is two objects of one actor.
    pub actor: u32,
    /// Its class, by the engine's name.
    pub class: &'static str,
    /// Left, top, right and bottom in pixels, within the picture.
    pub region: [f32; 4],
    /// Where it stands on the ground, in pixels.
    pub foot: Vec2,
    /// How much of it is neither hidden nor outside the picture, about, 0 to 1.
    pub visible: f32,
    /// Its plate's text and corners, if one faces the camera and is large enough.
    pub plate: Option<(String, Corners)>,
}

/// Somebody or something on the stage.
#[derive(Clone, Copy)]
pub struct Cast<'a> {
    /// Which actor it is.
    pub actor: u32,
    /// What it looks like.
    pub figure: &'a Figure,
    /// Where it is.
    pub pose: Pose,
}

struct Standing {
    drawing: Drawing,
    far: f32,
}

/// One camera in one light.
pub struct Stage {
    view: View,
    light: Light,
    background: Canvas,
    standing: Vec<Standing>,
    noise: Vec<i8>,
    ground: Drawing,
    drawings: Vec<[Drawing; 2]>,
    order: Vec<(f32, usize)>,
    seed: u32,
}

impl Stage {
    /// Paints what stands still. The seed decides on textures and noise.
    pub fn new(view: View, light: Light, place: &Place, seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let (width, height) = view.size();
        let mut background = Canvas::new(width, height);
        let texture = dice.bits() as u32;
        paint_background(&mut background, &view, &light, place, texture);
        let mut standing = Vec::new();
        let factor = light.shadow();
        for prop in place.props.iter().flat_map(crate::place::Prop::pieces) {
            let mut drawing = Drawing::default();
            if light.sun.max_element() > 0.0 {
                prop.shade(&view, &light, &mut drawing, factor);
                drawing.paint(&mut background);
                drawing.clear();
            }
            prop.draw(&view, &light, &mut dice, &mut drawing);
            standing.push(Standing { drawing, far: prop.middle().extend(0.0).distance(view.position()) });
        }
        standing.sort_by(|a, b| b.far.total_cmp(&a.far));
        standing.iter().for_each(|standing| standing.drawing.paint(&mut background));
        let noise = (0..NOISE).map(|_| (gauss(&mut dice) * light.noise).clamp(-60.0, 60.0) as i8).collect();
        Self {
            view,
            light,
            background,
            standing,
            noise,
            ground: Drawing::default(),
            drawings: Vec::new(),
            order: Vec::new(),
            seed: texture,
        }
    }

    /// Renders one frame. `tick` numbers the frames and decides on noise, rain and shaking; `shake` is how far, in
    /// pixels, the camera moves from frame to frame. `seen` is told what is in the picture.
    pub fn render(&mut self, cast: &[Cast<'_>], tick: u32, shake: f32, canvas: &mut Canvas, seen: &mut Vec<Seen>) {
        canvas.copy_from(&self.background);
        let moved = |axis| ((lattice(tick as i32, axis, self.seed) - 0.5) * 2.0 * shake).round();
        let shift = Vec2::new(moved(1), moved(2));
        if shift != Vec2::ZERO {
            canvas.shift(shift.x as i32 * 2, shift.y as i32 * 2);
        }
        let view = self.view.shaken((shift * 2.0).trunc());
        self.drawings.resize_with(cast.len().max(self.drawings.len()), Default::default);
        self.order.clear();
        self.ground.clear();
        for (index, (actor, drawings)) in cast.iter().zip(&mut self.drawings).enumerate() {
            let look = Look { view: &view, light: &self.light, pose: actor.pose };
            drawings.iter_mut().for_each(Drawing::clear);
            actor.figure.draw_on_ground(&look, &mut self.ground);
            actor.figure.draw(&look, drawings);
            self.order.push((actor.pose.at.extend(0.0).distance(view.position()), index));
        }
        self.ground.paint(canvas);
        self.order.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut behind = self.standing.iter().peekable();
        for (far, index) in &self.order {
            while let Some(standing) = behind.next_if(|standing| standing.far > *far) {
                repaint(standing, &self.order, &self.drawings, canvas);
            }
            let (Some(drawings), Some(actor)) = (self.drawings.get(*index), cast.get(*index)) else { continue };
            drawings.iter().for_each(|drawing| drawing.paint(canvas));
            let look = Look { view: &view, light: &self.light, pose: actor.pose };
            for (plate, corners) in actor.figure.plates(&look) {
                let normal = (view.position() - actor.pose.place(0.0, 0.0, 0.6)).normalize();
                plate.paint(canvas, &corners, actor.pose.place(0.0, 0.0, 0.6), normal, &self.light);
            }
        }
        for standing in behind {
            repaint(standing, &self.order, &self.drawings, canvas);
        }
        self.note(cast, &view, seen);
        if self.light.weather == Weather::Rain {
            self.rain(tick, canvas);
        }
        self.add_noise(tick, canvas);
    }

    /// Says what is in the picture.
    fn note(&self, cast: &[Cast<'_>], view: &View, seen: &mut Vec<Seen>) {
        seen.clear();
        let size = view.size();
        for (rank, (_, index)) in self.order.iter().enumerate() {
            let (Some(drawings), Some(actor)) = (self.drawings.get(*index), cast.get(*index)) else { continue };
            let nearer = self.order.get(rank + 1..).unwrap_or_default();
            for (class, drawing) in actor.figure.kind().classes().iter().zip(drawings) {
                let Some((low, high)) = drawing.bounds() else { continue };
                let visible = self.visible(low, high, nearer, size);
                let region = [
                    low.x.clamp(0.0, size.0 as f32),
                    low.y.clamp(0.0, size.1 as f32),
                    high.x.clamp(0.0, size.0 as f32),
                    high.y.clamp(0.0, size.1 as f32),
                ];
                let [left, top, right, bottom] = region;
                if visible <= 0.0 || right - left < 1.0 || bottom - top < 1.0 {
                    continue;
                }
                let look = Look { view, light: &self.light, pose: actor.pose };
                let mut plates = actor.figure.plates(&look);
                let plate = plates.find(|(_, [a, b, c, d])| {
                    let inside = |p: &Vec2| p.x > 0.0 && p.y > 0.0 && p.x < size.0 as f32 && p.y < size.1 as f32;
                    a.distance(*b) >= READABLE_PIXELS && [a, b, c, d].into_iter().all(inside)
                });
                let foot = view.project(actor.pose.at.extend(0.0)).unwrap_or((low + high) / 2.0);
                let plate = plate.map(|(plate, corners)| (plate.text().to_owned(), corners));
                seen.push(Seen { actor: actor.actor, class, region, foot, visible, plate });
            }
        }
    }

    /// The part of a box that is in the picture and in nobody else's box nearer to the camera.
    fn visible(&self, low: Vec2, high: Vec2, nearer: &[(f32, usize)], size: (usize, usize)) -> f32 {
        const SIDE: usize = 8;
        let mut count = 0;
        for point in 0..SIDE * SIDE {
            let part = Vec2::new((point % SIDE) as f32 + 0.5, (point / SIDE) as f32 + 0.5) / SIDE as f32;
            let at = low + (high - low) * part;
            let inside = at.x > 0.0 && at.y > 0.0 && at.x < size.0 as f32 && at.y < size.1 as f32;
            let hidden = || {
                let boxes = nearer.iter().filter_map(|(_, index)| self.drawings.get(*index)).flatten();
                boxes.filter_map(Drawing::bounds).any(|(low, high)| at.cmpgt(low).all() && at.cmplt(high).all())
            };
            count += usize::from(inside && !hidden());
        }
        count as f32 / (SIDE * SIDE) as f32
    }

    fn rain(&self, tick: u32, canvas: &mut Canvas) {
        let (width, height) = (canvas.width() as f32, canvas.height() as f32);
        for drop in 0..140 {
            let chance = |axis: i32| lattice(drop * 7 + axis, tick as i32, self.seed);
            let at = Vec2::new(chance(0) * width, chance(1) * height);
            let size = height * (0.02 + 0.05 * chance(2));
            let wide = Vec2::new(0.5 + chance(3) * width / 900.0, 0.0);
            let fall = Vec2::new(size * 0.08, size);
            canvas.fill(&[at, at + wide, at + wide + fall, at + fall], Ink::Glow(14 + (chance(4) * 22.0) as u8));
        }
    }

    fn add_noise(&self, tick: u32, canvas: &mut Canvas) {
        let width = canvas.width();
        for (row, pixels) in canvas.y.chunks_exact_mut(width).enumerate() {
            let start = (lattice(row as i32, tick as i32, self.seed) * (NOISE.saturating_sub(width)) as f32) as usize;
            for (pixel, noise) in pixels.iter_mut().zip(self.noise.get(start..).unwrap_or_default()) {
                *pixel = (i16::from(*pixel) + i16::from(*noise)).clamp(0, 255) as u8;
            }
        }
    }
}

/// Paints something that stands once more if somebody behind it was painted over it.
fn repaint(standing: &Standing, order: &[(f32, usize)], drawings: &[[Drawing; 2]], canvas: &mut Canvas) {
    let Some((low, high)) = standing.drawing.bounds() else { return };
    let behind = order.iter().filter(|(distance, _)| *distance > standing.far);
    let overlaps = |drawing: &Drawing| drawing.bounds().is_some_and(|(a, b)| a.cmplt(high).all() && b.cmpgt(low).all());
    let hides = behind.filter_map(|(_, index)| drawings.get(*index)).flatten().any(overlaps);
    if hides {
        standing.drawing.paint(canvas);
    }
}

/// A normally distributed number (sum of uniforms, Irwin-Hall).
fn gauss(dice: &mut Dice) -> f32 {
    (0..6).map(|_| dice.unit()).sum::<f32>() * 1.414 - 4.243
}
