//! Bicycles and motorcycles, with their riders.

use super::Look;
use super::person::{Person, Posture};
use crate::canvas::{Ink, Paint};
use crate::dice::Dice;
use crate::drawing::Drawing;
use glam::Vec3;

const SPOKES: usize = 14;

/// A cycle.
#[derive(Clone, Debug)]
pub(super) struct Cycle {
    colour: Vec3,
    wheel: f32,
    axles: f32,
    tyre: f32,
    has_engine: bool,
}

impl Cycle {
    pub fn bicycle(dice: &mut Dice) -> Self {
        let colour = Vec3::new(dice.range(0.03, 0.6), dice.range(0.03, 0.5), dice.range(0.03, 0.5));
        Self { colour, wheel: dice.range(0.31, 0.36), axles: dice.range(0.98, 1.1), tyre: 0.028, has_engine: false }
    }

    pub fn motorcycle(dice: &mut Dice) -> Self {
        let colour = Vec3::new(dice.range(0.03, 0.7), dice.range(0.03, 0.4), dice.range(0.03, 0.4));
        Self { colour, wheel: 0.31, axles: dice.range(1.3, 1.5), tyre: 0.075, has_engine: true }
    }

    /// The bicycle goes into the first drawing, the rider into the second.
    pub fn draw(&self, look: &Look<'_>, rider: &Person, drawing: &mut Drawing, riding: &mut Drawing) {
        let (view, pose) = (look.view, &look.pose);
        let middle = pose.place(0.0, 0.0, 0.6);
        let paint = |colour: Vec3| look.light.paint(colour, middle, Vec3::new(0.0, -0.6, 0.8));
        let (back, front) = (-self.axles / 2.0, self.axles / 2.0);
        for axle in [back, front] {
            self.tyre(look, axle, paint(Vec3::splat(0.03)), drawing);
        }
        let frame = paint(self.colour);
        let at = |ahead: f32, up: f32| pose.place(ahead, 0.0, up);
        if self.has_engine {
            let dark = paint(Vec3::splat(0.06));
            drawing.limb(view, [(at(-0.15, 0.45), 0.2), (at(0.2, 0.45), 0.2)], dark);
            drawing.limb(view, [(at(-0.7, 0.78), 0.11), (at(0.1, 0.78), 0.12)], dark);
            drawing.limb(view, [(at(0.05, 0.82), 0.15), (at(0.38, 0.86), 0.16)], frame);
            drawing.limb(view, [(at(0.45, 0.9), 0.08), (at(front, self.wheel), 0.05)], frame);
            drawing.limb(view, [(at(-0.6, 0.7), 0.08), (at(back, self.wheel), 0.07)], frame);
        } else {
            let tubes = [
                ((-0.15, 0.88), (0.0, 0.29)),
                ((0.0, 0.29), (0.38, 0.72)),
                ((-0.12, 0.78), (0.36, 0.82)),
                ((back, self.wheel), (0.0, 0.29)),
                ((back, self.wheel), (-0.12, 0.78)),
                ((front, self.wheel), (0.34, 0.98)),
            ];
            for ((ahead, up), (to, high)) in tubes {
                drawing.limb(view, [(at(ahead, up), 0.022), (at(to, high), 0.022)], frame);
            }
            drawing.limb(view, [(at(-0.28, 0.9), 0.05), (at(-0.08, 0.9), 0.035)], paint(Vec3::splat(0.03)));
        }
        let bar = [-0.28, 0.28].map(|left| (pose.place(0.42, left, 1.02), 0.022));
        drawing.limb(view, bar, paint(Vec3::splat(0.08)));
        let mut mounted = Look { view, light: look.light, pose: *pose };
        mounted.pose.posture = Posture::Riding;
        rider.draw(&mounted, riding);
    }

    fn tyre(&self, look: &Look<'_>, axle: f32, paint: Paint, drawing: &mut Drawing) {
        let at = |step: usize| {
            let angle = step as f32 / SPOKES as f32 * std::f32::consts::TAU;
            look.pose.place(axle + self.wheel * angle.cos(), 0.0, self.wheel + self.wheel * angle.sin())
        };
        for step in 0..SPOKES {
            drawing.limb(look.view, [(at(step), self.tyre), (at(step + 1), self.tyre)], paint);
        }
        if self.has_engine {
            drawing.ball(look.view, look.pose.place(axle, 0.0, self.wheel), self.wheel * 0.7, paint);
        }
    }

    pub fn shadow(&self, look: &Look<'_>, rider: &Person, drawing: &mut Drawing, factor: u16) {
        let mut mounted = Look { view: look.view, light: look.light, pose: look.pose };
        mounted.pose.posture = Posture::Riding;
        rider.shadow(&mounted, drawing, factor);
        let half = self.axles / 2.0 + self.wheel;
        let wide = if self.has_engine { 0.2 } else { 0.05 };
        let corners = [(-half, wide), (half, wide), (half, -wide), (-half, -wide)];
        let corners = corners.map(|(ahead, left)| look.pose.place(ahead, left, 0.0));
        drawing.face(look.view, &corners, Ink::Shade(150));
    }
}
