//! Things that stand on the ground and can hide what passes behind them.

use crate::dice::Dice;
use crate::drawing::Drawing;
use crate::light::Light;
use crate::view::View;
use glam::{Vec2, Vec3};
use serde::Deserialize;

/// Something that stands.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", deny_unknown_fields)]
pub enum Prop {
    /// Posts with rails and bars between them.
    Fence {
        /// One end on the ground, in metres.
        from: Vec2,
        /// The other end.
        to: Vec2,
        /// How high it is, in metres.
        height: f32,
    },
    /// A bush drawn out in length.
    Hedge {
        /// One end on the ground, in metres.
        from: Vec2,
        /// The other end.
        to: Vec2,
        /// How high it is, in metres.
        height: f32,
    },
    /// A tree.
    Tree {
        /// Where it stands, in metres.
        at: Vec2,
        /// How high it is, in metres.
        height: f32,
    },
    /// A post or bollard.
    Post {
        /// Where it stands, in metres.
        at: Vec2,
        /// How high it is, in metres.
        height: f32,
    },
    /// A street lamp.
    Lamp {
        /// Where it stands, in metres.
        at: Vec2,
        /// How high it hangs, in metres.
        height: f32,
    },
}

impl Prop {
    /// Where it stands, for telling what is in front.
    pub fn middle(&self) -> Vec2 {
        match *self {
            Self::Fence { from, to, .. } | Self::Hedge { from, to, .. } => (from + to) / 2.0,
            Self::Tree { at, .. } | Self::Post { at, .. } | Self::Lamp { at, .. } => at,
        }
    }

    /// A long one is cut into pieces, so that each is in front or behind as a whole.
    pub fn pieces(&self) -> Vec<Self> {
        let cut = |from: Vec2, to: Vec2| {
            let count = (from.distance(to) / 2.0).ceil().clamp(1.0, 60.0) as usize;
            (0..count).map(move |piece| {
                let at = |step: usize| from.lerp(to, step as f32 / count as f32);
                (at(piece), at(piece + 1))
            })
        };
        match *self {
            Self::Fence { from, to, height } => {
                cut(from, to).map(|(from, to)| Self::Fence { from, to, height }).collect()
            }
            Self::Hedge { from, to, height } => {
                cut(from, to).map(|(from, to)| Self::Hedge { from, to, height }).collect()
            }
            other => vec![other],
        }
    }

    /// Draws it.
    pub fn draw(&self, view: &View, light: &Light, dice: &mut Dice, drawing: &mut Drawing) {
        let side = Vec3::new(0.3, -0.8, 0.5).normalize();
        match *self {
            Self::Fence { from, to, height } => {
                let paint = |shade: f32| light.paint(Vec3::splat(0.22 * shade), from.extend(1.0), side);
                let at = |part: f32, up: f32| from.lerp(to, part).extend(up);
                for up in [0.12 * height, 0.95 * height] {
                    drawing.limb(view, [(at(0.0, up), 0.025), (at(1.0, up), 0.025)], paint(0.9));
                }
                for bar in 0..12 {
                    let part = (bar as f32 + 0.5) / 12.0;
                    drawing.limb(view, [(at(part, 0.05), 0.009), (at(part, height), 0.009)], paint(0.8));
                }
                drawing.limb(view, [(at(0.0, 0.0), 0.04), (at(0.0, height * 1.04), 0.04)], paint(1.0));
            }
            Self::Hedge { from, to, height } => {
                for ball in 0..26 {
                    let up = (ball as f32 / 26.0 * 0.75 + 0.12) * height;
                    let at = from.lerp(to, dice.unit()).extend(up)
                        + Vec3::new(dice.range(-0.2, 0.2), dice.range(-0.2, 0.2), 0.0);
                    let green = Vec3::new(0.05, 0.10, 0.03) * dice.range(0.6, 1.5) * (0.5 + 0.6 * up / height);
                    drawing.ball(view, at, height * 0.2, light.paint(green, at, side));
                }
            }
            Self::Tree { at, height } => {
                let bark = light.paint(Vec3::new(0.10, 0.07, 0.05), at.extend(1.0), side);
                let trunk = [(at.extend(0.0), 0.14), (at.extend(height * 0.6), 0.08)];
                drawing.limb(view, trunk, bark);
                for ball in 0..60 {
                    let up = height * (0.4 + 0.55 * ball as f32 / 60.0);
                    let wide = height * 0.24 * (1.0 - ((up / height) - 0.6).abs() * 1.6).max(0.2);
                    let offset = Vec2::from_angle(dice.range(0.0, std::f32::consts::TAU)) * dice.range(0.0, wide);
                    let leaf = (at + offset).extend(up);
                    let green = Vec3::new(0.07, 0.13, 0.035) * dice.range(0.5, 1.6) * (0.4 + 0.8 * ball as f32 / 60.0);
                    drawing.ball(view, leaf, height * dice.range(0.045, 0.08), light.paint(green, leaf, side));
                }
            }
            Self::Post { at, height } => {
                let paint = light.paint(Vec3::splat(0.3), at.extend(0.5), side);
                drawing.limb(view, [(at.extend(0.0), 0.06), (at.extend(height), 0.06)], paint);
            }
            Self::Lamp { at, height } => {
                let paint = light.paint(Vec3::splat(0.2), at.extend(1.0), side);
                drawing.limb(view, [(at.extend(0.0), 0.07), (at.extend(height), 0.04)], paint);
                let head = at.extend(height);
                let shine = if light.is_dark { light.develop(Vec3::splat(4.0)) } else { paint };
                drawing.limb(view, [(head, 0.12), (head + Vec3::X * 0.4, 0.12)], shine);
            }
        }
    }

    /// Its shadow on the ground.
    pub fn shade(&self, view: &View, light: &Light, drawing: &mut Drawing, factor: u16) {
        let (at, height, wide) = match *self {
            Self::Tree { at, height } => (at, height, height * 0.22),
            Self::Post { at, height } | Self::Lamp { at, height } => (at, height, 0.06),
            Self::Fence { from, to, height } | Self::Hedge { from, to, height } => {
                let corners = [from.extend(0.0), to.extend(0.0), to.extend(height), from.extend(height)];
                let factor = if matches!(self, Self::Fence { .. }) { factor.max(215) } else { factor };
                return drawing.shadow(view, corners, light.towards_sun, factor);
            }
        };
        let crown = (0..8).map(|step| {
            let out = Vec2::from_angle(step as f32 / 8.0 * std::f32::consts::TAU) * wide;
            (at + out).extend(height * 0.7)
        });
        drawing.shadow(view, crown, light.towards_sun, factor);
        drawing.shadow(
            view,
            [
                at.extend(0.0),
                (at + Vec2::X * 0.12).extend(0.0),
                at.extend(height * 0.7),
                (at + Vec2::X * 0.12).extend(height * 0.7),
            ],
            light.towards_sun,
            factor,
        );
    }
}
