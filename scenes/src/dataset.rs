//! Random places with random casts, for training and measuring detectors.

use crate::actor::{Figure, Kind, Pose, Posture};
use crate::canvas::Canvas;
use crate::dice::Dice;
use crate::light::{Light, Weather};
use crate::place::{Building, Marking, Material, Place, Prop, Surface};
use crate::plate::{Country, Plate};
use crate::stage::{Cast, Seen, Stage};
use crate::view::View;
use glam::{Vec2, Vec3};
use std::f32::consts::TAU;

/// Pictures of one place, before another is made up.
const PICTURES_OF_A_PLACE: usize = 8;

/// Makes up pictures, one after another.
pub struct Dataset {
    dice: Dice,
    width: usize,
    height: usize,
    stage: Option<(Stage, View, Place)>,
    left: usize,
    tick: u32,
}

impl Dataset {
    /// Pictures of that size. The seed decides on all of them.
    pub fn new(seed: u64, width: usize, height: usize) -> Self {
        Self { dice: Dice::new(seed), width, height, stage: None, left: 0, tick: 0 }
    }

    /// Renders the next picture and says what is in it.
    pub fn next_into(&mut self, canvas: &mut Canvas, seen: &mut Vec<Seen>) {
        if self.left == 0 {
            let (place, view) = make_place(&mut self.dice, self.width, self.height);
            let weather =
                self.dice.pick(&[Weather::Clear, Weather::Clear, Weather::Overcast, Weather::Rain], Weather::Clear);
            let hour = if self.dice.chance(0.7) { self.dice.range(7.5, 16.5) } else { self.dice.range(16.5, 24.0) };
            let light = Light::at(hour, weather, &place.lamps());
            self.stage = Some((Stage::new(view, light, &place, self.dice.bits()), view, place));
            self.left = PICTURES_OF_A_PLACE;
        }
        self.left -= 1;
        self.tick += 1;
        let Some((stage, view, place)) = &mut self.stage else { return };
        let actors = make_cast(&mut self.dice, view, place);
        let cast: Vec<_> =
            actors.iter().zip(0..).map(|((figure, pose), actor)| Cast { actor, figure, pose: *pose }).collect();
        stage.render(&cast, self.tick, 0.0, canvas, seen);
    }
}

fn make_place(dice: &mut Dice, width: usize, height: usize) -> (Place, View) {
    let high = if dice.chance(0.25) { dice.range(7.0, 13.0) } else { dice.range(2.4, 7.0) };
    // From nearly level to straight down.
    let pitch = if dice.chance(0.3) { dice.range(45.0, 88.0) } else { dice.range(10.0, 45.0) };
    let far = high / f32::tan(f32::to_radians(pitch));
    let target = Vec3::new(dice.range(-1.0, 1.0), far, 0.0);
    let view = View::new(Vec3::new(0.0, 0.0, high), target, dice.range(45.0, 95.0), width, height);
    let ground = dice.pick(&Material::ALL, Material::Asphalt);
    let mut place = Place { ground, ..Place::default() };
    for _ in 0..dice.below(4) {
        let (left, near) = (dice.range(-15.0, 8.0), dice.range(-2.0, 20.0));
        let (wide, deep) = (dice.range(2.0, 18.0), dice.range(2.0, 18.0));
        let corner = |x: f32, y: f32| Vec2::new(left + x * wide, near + y * deep);
        let outline = vec![corner(0.0, 0.0), corner(1.0, dice.range(-0.2, 0.2)), corner(1.0, 1.0), corner(0.0, 1.0)];
        place.surfaces.push(Surface { material: dice.pick(&Material::ALL, Material::Asphalt), outline });
    }
    if dice.chance(0.5) {
        // A row of parking bays.
        let (near, wide) = (dice.range(4.0, 14.0), dice.range(2.3, 2.7));
        for bay in -6..6 {
            let x = bay as f32 * wide;
            place.markings.push(Marking { course: vec![Vec2::new(x, near), Vec2::new(x, near + 5.0)], width: 0.1 });
        }
    }
    for _ in 0..dice.below(3) {
        let from = Vec2::new(dice.range(-15.0, 15.0), dice.range(0.0, 20.0));
        let to = from + Vec2::from_angle(dice.range(0.0, TAU)) * dice.range(3.0, 20.0);
        place.markings.push(Marking { course: vec![from, to], width: dice.range(0.08, 0.4) });
    }
    if dice.chance(0.6) {
        let near = far + dice.range(6.0, 25.0);
        let left = dice.range(-30.0, 5.0);
        place.buildings.push(Building {
            from: Vec2::new(left, near),
            to: Vec2::new(left + dice.range(8.0, 40.0), near + 10.0),
            height: dice.range(3.0, 12.0),
            colour: Vec3::new(dice.range(0.15, 0.6), dice.range(0.12, 0.5), dice.range(0.1, 0.45)),
            windows: dice.chance(0.7),
            door: None,
        });
    }
    for _ in 0..dice.below(5) {
        let at = Vec2::new(dice.range(-12.0, 12.0), far * 0.5 + dice.range(3.0, 25.0));
        let along = Vec2::from_angle(dice.range(-0.4, 0.4)) * dice.range(3.0, 12.0);
        place.props.push(match dice.below(5) {
            0 => Prop::Fence { from: at, to: at + along, height: dice.range(1.0, 2.4) },
            1 => Prop::Hedge { from: at, to: at + along, height: dice.range(0.6, 1.8) },
            2 => Prop::Tree { at, height: dice.range(3.0, 8.0) },
            3 => Prop::Lamp { at, height: dice.range(4.0, 8.0) },
            _ => Prop::Post { at, height: dice.range(0.7, 1.4) },
        });
    }
    (place, view)
}

/// People and vehicles within the picture that do not stand in each other.
fn make_cast(dice: &mut Dice, view: &View, place: &Place) -> Vec<(Figure, Pose)> {
    let mut cast: Vec<(Figure, Pose)> = Vec::new();
    let (width, height) = view.size();
    let lanes = dice.range(0.0, TAU);
    let weights = [5, 2, 1, 4, 1, 1, 1, 1];
    for _ in 0..dice.below(15) {
        let mut ticket = dice.below(weights.iter().sum());
        let kind = Kind::ALL.into_iter().zip(weights).find(|(_, weight)| {
            let chosen = ticket < *weight;
            ticket = ticket.saturating_sub(*weight);
            chosen
        });
        let kind = kind.map_or(Kind::Person, |(kind, _)| kind);
        let pixel = Vec2::new(dice.range(-0.05, 1.05) * width as f32, dice.range(0.05, 1.1) * height as f32);
        let Some(at) = view.ground(pixel) else { continue };
        let far = at.distance(view.position());
        // What would be a speck, or stand in the lens.
        if !(2.0..=45.0).contains(&far) || view.scale(far) * 1.6 < height as f32 * 0.04 {
            continue;
        }
        if place.hides(view.position(), at + Vec3::Z) {
            continue;
        }
        let angle = if dice.chance(0.5) { lanes } else { dice.range(0.0, TAU) };
        let heading = Vec2::from_angle(angle);
        let reach = |kind: Kind| kind.footprint().0 / 2.0;
        let at = at.truncate();
        let apart = |(other, pose): &(Figure, Pose)| pose.at.distance(at) > reach(kind) + reach(other.kind()) + 0.1;
        let lens = view.position().truncate().distance(at) > reach(kind) + 0.5;
        if !lens || !cast.iter().all(apart) {
            continue;
        }
        let lying = kind == Kind::Person && dice.chance(0.03);
        let pose = Pose {
            at,
            heading,
            gone: dice.range(0.0, 50.0),
            speed: if dice.chance(0.25) { 0.0 } else { dice.range(0.8, 1.8) },
            posture: if lying { Posture::Lying } else { Posture::Upright },
        };
        let country = dice.pick(&Country::ALL, Country::Norway);
        let plate = kind.has_plate().then(|| Plate::new(country, &country.text(dice)));
        cast.push((Figure::new(kind, plate, dice), pose));
    }
    cast
}
