//! What moves in a scene, and what it looks like from a camera.

mod cycle;
mod person;
mod shell;
mod vehicle;

pub use person::Posture;
pub use vehicle::Build;

use crate::dice::Dice;
use crate::drawing::Drawing;
use crate::light::Light;
use crate::plate::Plate;
use crate::view::View;
use cycle::Cycle;
use glam::{Vec2, Vec3};
use person::Person;
use serde::{Deserialize, Serialize};
use vehicle::Vehicle;

/// What an actor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Somebody on foot.
    Person,
    /// Somebody on a bicycle: a bicycle and a person.
    Cyclist,
    /// Somebody on a motorcycle: a motorcycle and a person.
    Motorcyclist,
    /// A passenger car.
    Car,
    /// A van; counts as a car.
    Van,
    /// A bus.
    Bus,
    /// A lorry.
    Lorry,
    /// A bag that somebody left.
    Bag,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 8] =
        [Self::Person, Self::Cyclist, Self::Motorcyclist, Self::Car, Self::Van, Self::Bus, Self::Lorry, Self::Bag];

    /// The object classes, by the engine's names, that it is labelled with: one box each.
    pub const fn classes(self) -> &'static [&'static str] {
        match self {
            Self::Person => &["person"],
            Self::Cyclist => &["bicycle", "person"],
            Self::Motorcyclist => &["motorcycle", "person"],
            Self::Car | Self::Van => &["car"],
            Self::Bus => &["bus"],
            Self::Lorry => &["truck"],
            Self::Bag => &[],
        }
    }

    /// Whether it has number plates.
    pub const fn has_plate(self) -> bool {
        matches!(self, Self::Car | Self::Van | Self::Bus | Self::Lorry)
    }

    /// Length and width on the ground, in metres, about.
    pub const fn footprint(self) -> (f32, f32) {
        match self {
            Self::Person | Self::Bag => (0.6, 0.6),
            Self::Cyclist | Self::Motorcyclist => (1.9, 0.7),
            Self::Car => (4.4, 1.8),
            Self::Van => (5.4, 2.0),
            Self::Bus => (12.0, 2.55),
            Self::Lorry => (9.0, 2.5),
        }
    }
}

/// Where an actor is and how it moves at one moment.
#[derive(Clone, Copy, Debug)]
pub struct Pose {
    /// The middle of its footprint on the ground, in metres.
    pub at: Vec2,
    /// Where it is headed, of length one.
    pub heading: Vec2,
    /// Metres it has gone since it appeared: turns wheels and moves legs.
    pub gone: f32,
    /// Metres a second.
    pub speed: f32,
    /// How a person holds themselves.
    pub posture: Posture,
}

impl Pose {
    /// A point given in the actor's own axes (ahead, to its left, up), in the world.
    pub fn place(&self, ahead: f32, left: f32, up: f32) -> Vec3 {
        let at = self.at + self.heading * ahead + self.heading.perp() * left;
        at.extend(up)
    }

    /// A direction in the actor's own axes, in the world.
    pub fn turn(&self, ahead: f32, left: f32, up: f32) -> Vec3 {
        (self.heading * ahead + self.heading.perp() * left).extend(up)
    }
}

/// What one frame needs to draw an actor.
pub struct Look<'a> {
    /// From where.
    pub view: &'a View,
    /// In which light.
    pub light: &'a Light,
    /// Where it is.
    pub pose: Pose,
}

/// The four corners of a plate in pixels, from its upper left on, as it is read.
pub type Corners = [Vec2; 4];

/// How an actor is made.
#[derive(Clone, Debug)]
enum Body {
    Person(Person),
    Cycle(Cycle, Person),
    Vehicle(Box<Vehicle>),
    Bag(Vec3),
}

/// One actor: its looks never change.
#[derive(Clone, Debug)]
pub struct Figure {
    kind: Kind,
    body: Body,
}

impl Figure {
    /// An actor of that kind whose looks are drawn from the dice.
    pub fn new(kind: Kind, plate: Option<Plate>, dice: &mut Dice) -> Self {
        let body = match kind {
            Kind::Person => Body::Person(Person::new(dice)),
            Kind::Cyclist => Body::Cycle(Cycle::bicycle(dice), Person::new(dice)),
            Kind::Motorcyclist => Body::Cycle(Cycle::motorcycle(dice), Person::with_helmet(dice)),
            Kind::Car => Body::Vehicle(Box::new(Vehicle::new(Build::car(dice), plate, dice))),
            Kind::Van => Body::Vehicle(Box::new(Vehicle::new(Build::van(dice), plate, dice))),
            Kind::Bus => Body::Vehicle(Box::new(Vehicle::new(Build::bus(dice), plate, dice))),
            Kind::Lorry => Body::Vehicle(Box::new(Vehicle::new(Build::lorry(dice), plate, dice))),
            Kind::Bag => Body::Bag(Vec3::new(dice.range(0.05, 0.5), dice.range(0.05, 0.3), dice.range(0.05, 0.4))),
        };
        Self { kind, body }
    }

    /// What it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Draws the shadow and the light that it throws on the ground.
    pub fn draw_on_ground(&self, look: &Look<'_>, drawing: &mut Drawing) {
        let factor = look.light.shadow();
        match &self.body {
            Body::Person(person) => person.shadow(look, drawing, factor),
            Body::Cycle(cycle, rider) => cycle.shadow(look, rider, drawing, factor),
            Body::Vehicle(vehicle) => vehicle.on_ground(look, drawing, factor),
            Body::Bag(_) => {}
        }
    }

    /// Draws the parts of it, one drawing for each of [`Kind::classes`], in that order, farthest first.
    pub fn draw(&self, look: &Look<'_>, parts: &mut [Drawing; 2]) {
        let [first, second] = parts;
        match &self.body {
            Body::Person(person) => person.draw(look, first),
            Body::Cycle(cycle, rider) => cycle.draw(look, rider, first, second),
            Body::Vehicle(vehicle) => vehicle.draw(look, first),
            Body::Bag(colour) => {
                let pose = &look.pose;
                let sides = [(-0.28, 0.28), (-0.16, 0.16), (0.0, 0.32)];
                shell::cuboid(look, pose, sides, *colour, first);
                let strap = look.light.paint(*colour * 0.5, pose.place(0.0, 0.0, 0.4), Vec3::Z);
                let ends = [-0.12, 0.12].map(|ahead| (pose.place(ahead, 0.0, 0.34), 0.025));
                first.limb(look.view, ends, strap);
            }
        }
    }

    /// The plates that face the camera, with the mixture of their texture's corners in pixels.
    pub fn plates(&self, look: &Look<'_>) -> impl Iterator<Item = (&Plate, Corners)> {
        let vehicle = match &self.body {
            Body::Vehicle(vehicle) => Some(vehicle),
            _ => None,
        };
        vehicle.into_iter().flat_map(|vehicle| vehicle.plates(look))
    }
}
