//! Cars, vans, buses and lorries: prisms along the vehicle, with wheels, panes, lights and plates.

use super::shell::{cuboid, face, outward};
use super::{Corners, Look};
use crate::canvas::Ink;
use crate::dice::Dice;
use crate::drawing::Drawing;
use crate::plate::Plate;
use glam::{Vec2, Vec3};
use std::f32::consts::TAU;

const GLASS: Vec3 = Vec3::new(0.05, 0.06, 0.07);
const DARK: Vec3 = Vec3::new(0.025, 0.025, 0.028);
/// Corners of a wheel.
const WHEEL: usize = 14;
/// A plate is drawn when it is at least so many pixels wide.
const PLATE_PIXELS: f32 = 7.0;

/// A profile, seen from the vehicle's right, drawn out across its width.
#[derive(Clone, Debug)]
struct Prism {
    /// Ahead and up, in metres, from the rear's lowest corner over the top to the front's lowest corner.
    profile: Vec<(f32, f32)>,
    /// Half the width at the lowest and at the highest corner.
    half: (f32, f32),
    colour: Vec3,
    /// Strips of the profile that are panes.
    glass: &'static [usize],
    /// Panes in the sides: ahead and up.
    side_panes: Vec<[(f32, f32); 4]>,
}

impl Prism {
    fn half_at(&self, up: f32) -> f32 {
        let heights = self.profile.iter().map(|(_, up)| *up);
        let (low, high) = heights.fold((f32::MAX, f32::MIN), |(low, high), up| (low.min(up), high.max(up)));
        let part = ((up - low) / (high - low).max(0.01)).clamp(0.0, 1.0);
        self.half.0 + (self.half.1 - self.half.0) * part
    }

    fn middle(&self) -> (f32, f32) {
        let count = self.profile.len().max(1) as f32;
        let (ahead, up) = self.profile.iter().fold((0.0, 0.0), |sum, corner| (sum.0 + corner.0, sum.1 + corner.1));
        (ahead / count, up / count)
    }
}

/// The measures of a vehicle.
#[derive(Clone, Debug)]
pub struct Build {
    length: f32,
    width: f32,
    prisms: Vec<Prism>,
    /// Whether the prisms stand side by side, so that the nearer hides the farther, rather than on each other.
    beside: bool,
    /// Ahead and radius.
    wheels: Vec<(f32, f32)>,
    front_plate: f32,
    rear_plate: f32,
    lamp_height: f32,
}

fn body_colour(dice: &mut Dice) -> Vec3 {
    match dice.below(10) {
        0 | 1 => Vec3::splat(dice.range(0.015, 0.05)),
        2 | 3 => Vec3::splat(dice.range(0.2, 0.45)),
        4 | 5 => Vec3::splat(dice.range(0.6, 0.85)),
        6 => Vec3::new(dice.range(0.25, 0.55), 0.03, 0.03),
        7 => Vec3::new(0.03, dice.range(0.05, 0.15), dice.range(0.2, 0.5)),
        8 => Vec3::new(dice.range(0.1, 0.3), dice.range(0.1, 0.3), dice.range(0.05, 0.2)),
        _ => Vec3::new(dice.range(0.02, 0.6), dice.range(0.02, 0.5), dice.range(0.02, 0.5)),
    }
}

impl Build {
    /// A passenger car: hatchback, saloon, estate or the tall kind.
    pub fn car(dice: &mut Dice) -> Self {
        let length = dice.range(3.7, 4.9);
        let width = dice.range(1.68, 1.9);
        let tall = dice.chance(0.3);
        let height = if tall { dice.range(1.58, 1.78) } else { dice.range(1.4, 1.52) };
        let (ground, belt) = if tall { (0.26, 1.02) } else { (0.2, 0.9) };
        let half = length / 2.0;
        let (rear_base, rear_roof) = match dice.below(3) {
            0 => (-0.43, -0.34),
            1 => (-0.36, -0.17),
            _ => (-0.47, -0.42),
        };
        let windscreen = dice.range(0.2, 0.26);
        let bonnet = belt - dice.range(0.02, 0.1);
        let colour = body_colour(dice);
        let lower = vec![
            (-half, ground + 0.1),
            (-half * 0.99, belt * 0.72),
            (-half * 0.955, belt),
            (windscreen * length, belt),
            (half * 0.86, bonnet - 0.08),
            (half * 0.98, bonnet * 0.72),
            (half, ground + 0.05),
        ];
        let roof_front = windscreen - dice.range(0.15, 0.19);
        let (r0, r1, f1, f0) = (rear_base * length, rear_roof * length, roof_front * length, windscreen * length);
        let cabin = vec![(r0, belt), (r1, height), (f1, height), (f0, belt)];
        let (low, high) = (belt + 0.03, height - 0.08);
        let pillar = (r0 + f0) * 0.5 + 0.12;
        let slant = |base: f32, top: f32, up: f32| base + (top - base) * (up - belt) / (height - belt);
        let panes = vec![
            [
                (slant(r0, r1, low) + 0.12, low),
                (slant(r0, r1, high) + 0.08, high),
                (pillar - 0.05, high),
                (pillar - 0.05, low),
            ],
            [
                (pillar + 0.05, low),
                (pillar + 0.05, high),
                (slant(f0, f1, high) - 0.08, high),
                (slant(f0, f1, low) - 0.12, low),
            ],
        ];
        let wheel = if tall { 0.36 } else { 0.31 };
        let side = width / 2.0;
        Self {
            length,
            width,
            prisms: vec![
                Prism { profile: lower, half: (side * 0.97, side), colour, glass: &[], side_panes: vec![] },
                Prism { profile: cabin, half: (side * 0.96, side * 0.76), colour, glass: &[0, 2], side_panes: panes },
            ],
            beside: false,
            wheels: vec![(-0.3 * length, wheel), (0.31 * length, wheel)],
            front_plate: ground + 0.28,
            rear_plate: if dice.chance(0.5) { belt * 0.86 } else { ground + 0.32 },
            lamp_height: belt * 0.74,
        }
    }

    /// A van: a short bonnet and a tall body.
    pub fn van(dice: &mut Dice) -> Self {
        let length = dice.range(4.6, 6.0);
        let width = dice.range(1.9, 2.05);
        let height = dice.range(1.9, 2.5);
        let half = length / 2.0;
        let side = width / 2.0;
        let colour = if dice.chance(0.6) { Vec3::splat(dice.range(0.6, 0.85)) } else { body_colour(dice) };
        let profile = vec![
            (-half, 0.35),
            (-half * 0.985, height * 0.92),
            (-half * 0.97, height),
            (half * 0.42, height),
            (half * 0.74, 1.12),
            (half * 0.95, 0.95),
            (half, 0.3),
        ];
        let (low, high) = (1.15, height.min(1.95) - 0.12);
        let panes = vec![[(half * 0.22, low), (half * 0.22, high), (half * 0.45, high), (half * 0.66, low)]];
        Self {
            length,
            width,
            prisms: vec![Prism { profile, half: (side, side * 0.93), colour, glass: &[3], side_panes: panes }],
            beside: false,
            wheels: vec![(-0.31 * length, 0.34), (0.32 * length, 0.34)],
            front_plate: 0.5,
            rear_plate: 0.75,
            lamp_height: 0.82,
        }
    }

    /// A bus.
    pub fn bus(dice: &mut Dice) -> Self {
        let (length, width, height) = (dice.range(9.5, 12.5), 2.5, dice.range(2.9, 3.2));
        let half = length / 2.0;
        let colour = if dice.chance(0.4) { Vec3::new(0.45, 0.03, 0.03) } else { body_colour(dice) };
        let profile = vec![
            (-half, 0.35),
            (-half * 0.995, 1.2),
            (-half * 0.99, height),
            (half * 0.985, height),
            (half, 1.1),
            (half, 0.32),
        ];
        let windows = 7;
        let step = (length - 1.2) / windows as f32;
        let panes = (0..windows).map(|window| {
            let from = -half + 0.5 + step * window as f32;
            [(from, 1.15), (from, 2.35), (from + step - 0.1, 2.35), (from + step - 0.1, 1.15)]
        });
        Self {
            length,
            width,
            prisms: vec![Prism {
                profile,
                half: (width / 2.0, width / 2.0 * 0.97),
                colour,
                glass: &[1, 3],
                side_panes: panes.collect(),
            }],
            beside: false,
            wheels: vec![(-0.27 * length, 0.48), (0.29 * length, 0.48)],
            front_plate: 0.55,
            rear_plate: 0.7,
            lamp_height: 0.75,
        }
    }

    /// A lorry: a cab and what it carries.
    pub fn lorry(dice: &mut Dice) -> Self {
        let (length, width) = (dice.range(6.8, 10.0), 2.45);
        let half = length / 2.0;
        let cab_length = dice.range(1.8, 2.2);
        let cab_height = dice.range(2.5, 3.0);
        let load_height = dice.range(2.9, 3.7);
        let cab_rear = half - cab_length;
        let cab =
            vec![(cab_rear, 0.75), (cab_rear, cab_height), (half * 0.93, cab_height), (half * 0.99, 1.5), (half, 0.4)];
        let load = vec![(-half, 1.0), (-half, load_height), (cab_rear - 0.2, load_height), (cab_rear - 0.2, 1.0)];
        let chassis = vec![(-half * 0.98, 0.55), (-half * 0.98, 1.02), (cab_rear, 1.02), (cab_rear, 0.55)];
        let pane = [
            (cab_rear + cab_length * 0.35, 1.6),
            (cab_rear + cab_length * 0.35, 2.3),
            (half * 0.93, 2.3),
            (half * 0.95, 1.6),
        ];
        let load_colour = if dice.chance(0.5) { Vec3::splat(dice.range(0.5, 0.85)) } else { body_colour(dice) };
        let side = width / 2.0;
        let prism =
            |profile, colour, glass, side_panes| Prism { profile, half: (side, side), colour, glass, side_panes };
        Self {
            length,
            width,
            prisms: vec![
                prism(chassis, DARK, &[], vec![]),
                prism(load, load_colour, &[], vec![]),
                prism(cab, body_colour(dice), &[2], vec![pane]),
            ],
            beside: true,
            wheels: vec![(-0.36 * length, 0.5), (-0.22 * length, 0.5), (half - 1.1, 0.5)],
            front_plate: 0.6,
            rear_plate: 0.85,
            lamp_height: 0.75,
        }
    }
}

/// One vehicle.
#[derive(Clone, Debug)]
pub(super) struct Vehicle {
    build: Build,
    plate: Option<Plate>,
    rim: Vec3,
}

impl Vehicle {
    pub fn new(build: Build, plate: Option<Plate>, dice: &mut Dice) -> Self {
        Self { build, plate, rim: Vec3::splat(dice.range(0.08, 0.5)) }
    }

    pub fn draw(&self, look: &Look<'_>, drawing: &mut Drawing) {
        let build = &self.build;
        let mut order: [Option<&Prism>; 3] = [None; 3];
        for (slot, prism) in order.iter_mut().zip(&build.prisms) {
            *slot = Some(prism);
        }
        if let [_, Some(b), Some(c)] = order
            && build.beside
        {
            let far = |prism: &Prism| look.pose.place(prism.middle().0, 0.0, 1.0).distance(look.view.position());
            if far(b) < far(c) {
                order.swap(1, 2);
            }
        }
        for (index, prism) in order.into_iter().flatten().enumerate() {
            self.prism(look, prism, drawing);
            if index == 0 {
                self.wheels(look, drawing);
                self.lamps(look, drawing);
            }
        }
    }

    fn prism(&self, look: &Look<'_>, prism: &Prism, drawing: &mut Drawing) {
        let pose = &look.pose;
        let (ahead, up) = prism.middle();
        let inside = pose.place(ahead, 0.0, up);
        let at = |(ahead, up): (f32, f32), side: f32| pose.place(ahead, side * prism.half_at(up), up);
        for (strip, pair) in prism.profile.windows(2).enumerate() {
            let [a, b] = *pair else { continue };
            let corners = [at(a, -1.0), at(b, -1.0), at(b, 1.0), at(a, 1.0)];
            let seen = face(look, &corners, inside, prism.colour, drawing);
            if seen && prism.glass.contains(&strip) {
                let middle = corners.iter().sum::<Vec3>() / 4.0;
                face(look, &corners.map(|corner| corner.lerp(middle, 0.12)), inside, GLASS, drawing);
            }
        }
        for side in [-1.0, 1.0] {
            // A side is nearly flat: which way it looks is told by three of its corners, and it is painted as one.
            let mut corners = [Vec3::ZERO; 8];
            let count = prism.profile.len().min(corners.len());
            for (corner, profile) in corners.iter_mut().zip(&prism.profile) {
                *corner = at(*profile, side);
            }
            let Some(corners) = corners.get(..count) else { continue };
            if !face(look, corners, inside, prism.colour, drawing) {
                continue;
            }
            for pane in &prism.side_panes {
                face(look, &pane.map(|corner| at(corner, side * 1.005)), inside, GLASS, drawing);
            }
        }
    }

    fn wheels(&self, look: &Look<'_>, drawing: &mut Drawing) {
        let pose = &look.pose;
        for side in [-1.0, 1.0] {
            let out = pose.turn(0.0, side, 0.0);
            let edge = side * self.build.width / 2.0;
            if out.dot(look.view.position() - pose.place(0.0, edge, 0.5)) <= 0.0 {
                continue;
            }
            for (axle, radius) in &self.build.wheels {
                let disc = |radius: f32, out: f32| {
                    std::array::from_fn::<_, WHEEL, _>(|step| {
                        let (sin, cos) = (step as f32 / WHEEL as f32 * TAU).sin_cos();
                        pose.place(axle + radius * cos, edge * out, self.wheel_height(*axle) + radius * sin)
                    })
                };
                let middle = pose.place(*axle, edge, *radius);
                let paint = |colour: Vec3| Ink::Cover(look.light.paint(colour, middle, out));
                drawing.face(look.view, &disc(radius * 1.1, 0.99), paint(DARK * 0.6));
                drawing.face(look.view, &disc(*radius, 1.0), paint(DARK));
                drawing.face(look.view, &disc(radius * 0.6, 1.01), paint(self.rim));
            }
        }
    }

    fn wheel_height(&self, axle: f32) -> f32 {
        self.build.wheels.iter().find(|(at, _)| *at == axle).map_or(0.3, |(_, radius)| *radius)
    }

    /// Headlights and tail lights, lit when it is dark.
    fn lamps(&self, look: &Look<'_>, drawing: &mut Drawing) {
        let (half, side) = (self.build.length / 2.0, self.build.width / 2.0);
        let up = self.build.lamp_height;
        let dark = look.light.is_dark && look.pose.gone > 0.0;
        let ends = [
            (half * 0.985, half + 0.01, 1.0, Vec3::new(0.75, 0.75, 0.72), Vec3::new(1.6, 1.5, 1.3)),
            (-half - 0.01, -half * 0.985, -1.0, Vec3::new(0.3, 0.02, 0.02), Vec3::new(0.8, 0.05, 0.03)),
        ];
        for (back, front, towards, colour, lit) in ends {
            let facing = look.pose.turn(towards, 0.0, 0.0);
            let place = look.pose.place(half * towards, 0.0, up);
            if facing.dot(look.view.position() - place) <= 0.0 {
                continue;
            }
            for left in [-0.78, 0.78] {
                let (a, b) = ((left - 0.16) * side, (left + 0.16) * side);
                if !dark {
                    cuboid(look, &look.pose, [(back, front), (a, b), (up - 0.08, up + 0.08)], colour, drawing);
                    continue;
                }
                let corners = [(a, -0.08), (b, -0.08), (b, 0.08), (a, 0.08)]
                    .map(|(left, rise)| look.pose.place(half * towards + 0.01 * towards, left, up + rise));
                drawing.face(look.view, &corners, Ink::Cover(look.light.develop(lit)));
                if towards > 0.0 {
                    self.flare(look, look.pose.place(half, left * side, up), drawing);
                }
            }
        }
        // The grille.
        let front = [(-0.5, -0.16), (0.5, -0.16), (0.5, 0.04), (-0.5, 0.04)]
            .map(|(left, rise)| look.pose.place(half + 0.005, left * side, up + rise));
        face(look, &front, look.pose.place(0.0, 0.0, up), DARK * 1.5, drawing);
    }

    fn flare(&self, look: &Look<'_>, at: Vec3, drawing: &mut Drawing) {
        let camera = look.view.to_camera(at);
        let Some(centre) = look.view.project(at) else { return };
        let radius = (0.35 * look.view.scale(camera.z)).clamp(2.0, 60.0);
        for (part, levels) in [(1.0, 26), (0.6, 50), (0.3, 90)] {
            let circle = (0..12).map(|step| centre + Vec2::from_angle(step as f32 / 12.0 * TAU) * radius * part);
            drawing.flat(circle, Ink::Glow(levels));
        }
    }

    /// Its shadow, the dark beneath it, and the light of its headlights.
    pub fn on_ground(&self, look: &Look<'_>, drawing: &mut Drawing, factor: u16) {
        let pose = &look.pose;
        let corners = self.build.prisms.iter().flat_map(|prism| {
            prism
                .profile
                .iter()
                .flat_map(move |(ahead, up)| [-1.0, 1.0].map(|side| pose.place(*ahead, side * prism.half_at(*up), *up)))
        });
        if look.light.sun.max_element() > 0.0 {
            drawing.shadow(look.view, corners, look.light.towards_sun, factor);
        }
        let (half, side) = (self.build.length / 2.0 * 0.97, self.build.width / 2.0 * 0.97);
        let under = [(-half, side), (half, side), (half, -side), (-half, -side)];
        drawing.face(look.view, &under.map(|(ahead, left)| pose.place(ahead, left, 0.0)), Ink::Shade(80));
        // What has not moved is parked, and its lights are off.
        if look.light.is_dark && pose.gone > 0.0 {
            for (reach, wide, levels) in [(14.0, 1.9, 9), (10.0, 1.4, 12), (6.5, 1.0, 16), (4.0, 0.7, 20)] {
                let half = self.build.length / 2.0;
                let beam = [
                    (half + 0.4, 0.5),
                    (half + reach * 0.6, wide + 0.7),
                    (half + reach * 0.9, wide * 0.8),
                    (half + reach, 0.0),
                    (half + reach * 0.9, -wide * 0.8),
                    (half + reach * 0.6, -wide - 0.7),
                    (half + 0.4, -0.5),
                ];
                drawing.face(look.view, &beam.map(|(ahead, left)| pose.place(ahead, left, 0.0)), Ink::Glow(levels));
            }
        }
    }

    /// The plates that face the camera.
    pub fn plates(&self, look: &Look<'_>) -> impl Iterator<Item = (&Plate, Corners)> {
        let (build, view, pose) = (&self.build, *look.view, look.pose);
        let ends = [(1.0f32, build.front_plate), (-1.0, build.rear_plate)];
        self.plate.iter().flat_map(move |plate| {
            ends.into_iter().filter_map(move |(towards, up)| {
                let (wide, high) = plate.size();
                let at = towards * (build.length / 2.0 + 0.02);
                let corner = |left: f32, rise: f32| pose.place(at, left * towards * wide / 2.0, up + rise * high / 2.0);
                let corners = [corner(-1.0, 1.0), corner(1.0, 1.0), corner(1.0, -1.0), corner(-1.0, -1.0)];
                let normal = outward(&corners, pose.place(0.0, 0.0, up))?;
                let [first, ..] = corners;
                if normal.dot((view.position() - first).normalize()) < 0.15 {
                    return None;
                }
                let mut seen = [Vec2::ZERO; 4];
                for (pixel, corner) in seen.iter_mut().zip(corners) {
                    *pixel = view.project(corner)?;
                }
                let [a, b, ..] = seen;
                (a.distance(b) >= PLATE_PIXELS).then_some((plate, seen))
            })
        })
    }
}
