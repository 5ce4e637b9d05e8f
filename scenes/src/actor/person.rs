//! A person on foot: a skeleton of limbs that walks, stands, sits on a cycle or lies on the ground.

use super::{Look, Pose};
use crate::canvas::Paint;
use crate::dice::Dice;
use crate::drawing::Drawing;
use glam::Vec3;
use serde::Deserialize;
use std::f32::consts::TAU;

/// How somebody holds themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Posture {
    /// On their feet; walks when moving.
    #[default]
    Upright,
    /// On the ground.
    Lying,
    /// On a saddle.
    Riding,
}

/// One person's build and clothes.
#[derive(Clone, Debug)]
pub(super) struct Person {
    height: f32,
    build: f32,
    jacket: Vec3,
    trousers: Vec3,
    shoes: Vec3,
    head: Vec3,
    hair: Vec3,
    stride: f32,
    swing: f32,
    phase: f32,
    has_coat: bool,
    bag: Option<Vec3>,
}

/// Where the joints of one moment are, in the person's own axes: ahead, left, up.
struct Joints {
    hip: f32,
    shoulder: f32,
    lean: f32,
    /// Knee and foot, right then left.
    legs: [[Vec3; 2]; 2],
    /// Elbow and hand, right then left.
    arms: [[Vec3; 2]; 2],
}

impl Person {
    pub fn new(dice: &mut Dice) -> Self {
        let clothes = |dice: &mut Dice| match dice.below(5) {
            0 => Vec3::splat(dice.range(0.02, 0.08)),
            1 => Vec3::splat(dice.range(0.15, 0.75)),
            2 => Vec3::new(dice.range(0.03, 0.10), dice.range(0.05, 0.14), dice.range(0.12, 0.35)),
            3 => Vec3::new(dice.range(0.1, 0.35), dice.range(0.08, 0.22), dice.range(0.05, 0.15)),
            _ => Vec3::new(dice.range(0.03, 0.8), dice.range(0.03, 0.7), dice.range(0.03, 0.7)),
        };
        let tone = dice.range(0.12, 0.62);
        let grey = dice.range(0.02, 0.5);
        Self {
            height: if dice.chance(0.12) { dice.range(1.15, 1.5) } else { dice.range(1.52, 1.96) },
            build: dice.range(0.85, 1.3),
            jacket: clothes(dice),
            trousers: clothes(dice) * 0.7,
            shoes: Vec3::splat(dice.range(0.02, 0.4)),
            head: Vec3::new(tone * 1.1, tone * 0.78, tone * 0.62),
            hair: Vec3::new(grey, grey * 0.8, grey * 0.6) * dice.range(0.4, 1.0),
            stride: dice.range(0.72, 0.88),
            swing: dice.range(0.7, 1.2),
            phase: dice.unit(),
            has_coat: dice.chance(0.25),
            bag: dice.chance(0.2).then(|| clothes(dice)),
        }
    }

    pub fn with_helmet(dice: &mut Dice) -> Self {
        let mut person = Self::new(dice);
        person.height = person.height.max(1.6);
        person.hair = Vec3::new(dice.range(0.02, 0.8), dice.range(0.02, 0.6), dice.range(0.02, 0.6));
        person.head = person.hair * 0.6;
        person
    }

    fn joints(&self, pose: &Pose) -> Joints {
        let h = self.height;
        let wide = 0.055 * h * self.build;
        if pose.posture == Posture::Riding {
            let turn = pose.gone / 5.5 * TAU;
            let leg = |side: f32, turn: f32| {
                let foot = Vec3::new(0.08 + 0.17 * turn.cos(), side * 0.11, 0.30 + 0.17 * turn.sin());
                [Vec3::new(0.28 + 0.3 * (foot.x - 0.08), side * 0.12, 0.70 + 0.4 * (foot.z - 0.30)), foot]
            };
            let arm = |side: f32| [Vec3::new(0.32, side * 0.24, 1.12), Vec3::new(0.55, side * 0.2, 1.0)];
            let (legs, arms) = ([leg(-1.0, turn), leg(1.0, turn + TAU / 2.0)], [arm(-1.0), arm(1.0)]);
            return Joints { hip: 0.92, shoulder: 0.92 + 0.30 * h, lean: 0.30, legs, arms };
        }
        let moving = (pose.speed / 1.2).clamp(0.0, 1.3);
        let turn = (pose.gone / (self.stride * h) + self.phase) * TAU / 2.0;
        let leg = |side: f32, turn: f32| {
            let swing = turn.sin() * 0.42 * moving;
            let lift = (turn.cos().max(0.0) * 0.5 * moving).min(0.6);
            let knee =
                Vec3::new(0.24 * h * swing.sin() + 0.05 * h * lift, side * wide, 0.52 * h - 0.245 * h * swing.cos());
            let shin = swing - lift * 0.9;
            let foot = knee + Vec3::new(0.24 * h * shin.sin(), 0.0, -0.245 * h * shin.cos());
            [knee, foot.max(Vec3::new(f32::MIN, f32::MIN, 0.03 * h))]
        };
        let arm = |side: f32, turn: f32| {
            let swing = turn.sin() * 0.38 * moving * self.swing;
            let out = side * (0.125 * h * self.build + 0.02 * h);
            let elbow = Vec3::new(0.17 * h * swing.sin(), out * 1.08, 0.81 * h - 0.17 * h * swing.cos());
            let bend = swing + 0.25 * moving;
            [elbow, elbow + Vec3::new(0.16 * h * bend.sin(), 0.0, -0.16 * h * bend.cos())]
        };
        let half = TAU / 2.0;
        let legs = [leg(-1.0, turn), leg(1.0, turn + half)];
        let arms = [arm(-1.0, turn + half), arm(1.0, turn)];
        Joints { hip: 0.52 * h, shoulder: 0.81 * h, lean: 0.02 * h * moving, legs, arms }
    }

    /// A joint in the world; somebody who lies has their height along the ground.
    fn place(pose: &Pose, joint: Vec3) -> Vec3 {
        match pose.posture {
            Posture::Lying => pose.place(joint.z - 0.85, joint.y, 0.12 + (joint.x * 0.4).abs()),
            _ => pose.place(joint.x, joint.y, joint.z),
        }
    }

    pub fn draw(&self, look: &Look<'_>, drawing: &mut Drawing) {
        let (view, pose, h) = (look.view, &look.pose, self.height);
        let joints = self.joints(pose);
        let at = |joint: Vec3| Self::place(pose, joint);
        let middle = at(Vec3::new(0.0, 0.0, joints.hip));
        let to_camera = (view.position() - middle).normalize_or(Vec3::Z);
        let round = (to_camera + Vec3::Z * 0.4).normalize();
        let paint = |colour: Vec3, shade: f32| look.light.paint(colour * shade, middle, round);
        let seen_from_left = pose.turn(0.0, 1.0, 0.0).dot(to_camera) > 0.0;
        let order = if seen_from_left { [0, 1] } else { [1, 0] };
        let wide = 0.085 * h * self.build;
        for (depth, side) in order.into_iter().enumerate() {
            let shade = if depth == 0 { 0.72 } else { 0.95 };
            if let Some([elbow, hand]) = joints.arms.get(side).filter(|_| depth == 0) {
                self.arm(look, &joints, [*elbow, *hand], side, shade, drawing);
            }
            let Some([knee, foot]) = joints.legs.get(side) else { continue };
            let hip = at(Vec3::new(0.0, knee.y, joints.hip));
            let (knee, toe) = (at(*knee), at(*foot + Vec3::new(0.075 * h, 0.0, 0.0)));
            let foot = at(*foot);
            drawing.limb(view, [(foot, 0.026 * h), (toe, 0.02 * h)], paint(self.shoes, shade));
            drawing.limb(view, [(knee, 0.036 * h), (foot, 0.027 * h)], paint(self.trousers, shade));
            drawing.limb(view, [(hip, 0.055 * h * self.build), (knee, 0.038 * h)], paint(self.trousers, shade));
        }
        let shoulder = |side: f32| at(Vec3::new(joints.lean, side * wide, joints.shoulder - 0.04 * h));
        let hip = |side: f32, low: f32| at(Vec3::new(0.0, side * wide * 0.75, joints.hip - low * h));
        let low = if self.has_coat && pose.posture != Posture::Riding { 0.14 } else { 0.0 };
        let radius = 0.058 * h * self.build;
        for (depth, side) in order.into_iter().enumerate() {
            let side = if side == 0 { -1.0 } else { 1.0 };
            let ends = [(shoulder(side), radius * 0.9), (hip(side, low), radius)];
            drawing.limb(view, ends, paint(self.jacket, if depth == 0 { 0.85 } else { 1.0 }));
        }
        let ends = [(shoulder(0.0), radius * 1.1), (hip(0.0, low), radius * 1.05)];
        drawing.limb(view, ends, paint(self.jacket, 0.97));
        if let Some(bag) = self.bag {
            let ends = [joints.shoulder - 0.06 * h, joints.hip + 0.06 * h]
                .map(|up| (at(Vec3::new(-0.11 * h, 0.0, up)), 0.07 * h));
            if pose.turn(1.0, 0.0, 0.0).dot(to_camera) < 0.3 {
                drawing.limb(view, ends, paint(bag, 0.9));
            }
        }
        if let Some((side, [elbow, hand])) = order.get(1).and_then(|side| Some((*side, *joints.arms.get(*side)?))) {
            self.arm(look, &joints, [elbow, hand], side, 0.9, drawing);
        }
        self.head(look, &joints, to_camera, &paint, drawing);
    }

    fn arm(
        &self,
        look: &Look<'_>,
        joints: &Joints,
        [elbow, hand]: [Vec3; 2],
        side: usize,
        shade: f32,
        drawing: &mut Drawing,
    ) {
        let (h, side) = (self.height, if side == 0 { -1.0 } else { 1.0 });
        let out = side * 0.115 * h * self.build;
        let at = |joint: Vec3| Self::place(&look.pose, joint);
        let shoulder = at(Vec3::new(joints.lean, out, joints.shoulder - 0.02 * h));
        let (elbow, hand) = (at(elbow), at(hand));
        let paint = |colour: Vec3| look.light.paint(colour * shade, shoulder, Vec3::new(0.0, -0.7, 0.7));
        drawing.limb(look.view, [(shoulder, 0.036 * h), (elbow, 0.029 * h)], paint(self.jacket));
        drawing.limb(look.view, [(elbow, 0.029 * h), (hand, 0.022 * h)], paint(self.jacket));
        drawing.ball(look.view, hand, 0.024 * h, paint(self.head));
    }

    fn head(
        &self,
        look: &Look<'_>,
        joints: &Joints,
        to_camera: Vec3,
        paint: &dyn Fn(Vec3, f32) -> Paint,
        drawing: &mut Drawing,
    ) {
        let h = self.height;
        let at = |ahead: f32, up: f32| {
            Self::place(&look.pose, Vec3::new(joints.lean * 1.2 + ahead, 0.0, joints.shoulder + up))
        };
        let neck = [(at(0.0, 0.0), 0.032 * h), (at(0.01, 0.06 * h), 0.032 * h)];
        drawing.limb(look.view, neck, paint(self.head, 0.75));
        let radius = 0.062 * h;
        drawing.limb(
            look.view,
            [(at(0.0, 0.085 * h), radius * 0.8), (at(0.0, 0.125 * h), radius)],
            paint(self.hair, 0.9),
        );
        let facing = look.pose.turn(1.0, 0.0, 0.0).dot(to_camera);
        if facing > -0.3 {
            drawing.limb(
                look.view,
                [(at(0.03 * h, 0.07 * h), radius * 0.62), (at(0.03 * h, 0.115 * h), radius * 0.72)],
                paint(self.head, 0.95),
            );
        }
    }

    pub fn shadow(&self, look: &Look<'_>, drawing: &mut Drawing, factor: u16) {
        let joints = self.joints(&look.pose);
        let (h, wide) = (self.height, 0.13 * self.height * self.build);
        let at = |joint: Vec3| Self::place(&look.pose, joint);
        let [[_, right], [_, left]] = joints.legs;
        let top = joints.shoulder + 0.19 * h;
        let points = [
            right,
            left,
            Vec3::new(0.0, wide, joints.shoulder),
            Vec3::new(0.0, -wide, joints.shoulder),
            Vec3::new(0.06 * h, 0.0, top - 0.05 * h),
            Vec3::new(-0.06 * h, 0.0, top - 0.05 * h),
            Vec3::new(0.0, 0.05 * h, top),
            Vec3::new(0.0, -0.05 * h, top),
        ];
        drawing.shadow(look.view, points.map(at), look.light.towards_sun, factor);
        // Where the feet stand no light comes under them.
        let under = [(0.16, 0.0), (0.08, 0.16), (-0.1, 0.16), (-0.16, 0.0), (-0.1, -0.16), (0.08, -0.16)];
        if look.pose.posture != Posture::Riding {
            let corners = under.map(|(ahead, left)| look.pose.place(ahead, left, 0.0));
            drawing.face(look.view, &corners, crate::canvas::Ink::Shade(190));
        }
    }
}
