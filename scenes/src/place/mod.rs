//! What stands still: the ground, what is painted on it, buildings, fences, trees, lamps.

mod background;
mod prop;

pub(crate) use background::paint as paint_background;
pub use prop::Prop;

use crate::light::Lamp;
use glam::{Vec2, Vec3};
use serde::Deserialize;

/// What the ground is made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Material {
    /// Roads and car parks.
    #[default]
    Asphalt,
    /// Slabs.
    Paving,
    /// Lawn.
    Grass,
    /// Small stones.
    Gravel,
    /// Cast ground, or a floor.
    Concrete,
}

impl Material {
    /// Every material.
    pub const ALL: [Self; 5] = [Self::Asphalt, Self::Paving, Self::Grass, Self::Gravel, Self::Concrete];
}

/// A part of the ground.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Surface {
    /// What it is made of.
    pub material: Material,
    /// Its outline, in metres.
    pub outline: Vec<Vec2>,
}

/// A painted line.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Marking {
    /// Its course, in metres.
    pub course: Vec<Vec2>,
    /// How wide it is, in metres.
    #[serde(default = "Marking::usual_width")]
    pub width: f32,
}

impl Marking {
    fn usual_width() -> f32 {
        0.12
    }
}

/// A house: a box with windows and perhaps a door.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Building {
    /// One corner on the ground, in metres.
    pub from: Vec2,
    /// The opposite corner.
    pub to: Vec2,
    /// How high it is, in metres.
    pub height: f32,
    /// Red, green and blue of its walls, 0..1.
    #[serde(default = "Building::usual_colour")]
    pub colour: Vec3,
    /// Whether its walls have windows.
    #[serde(default)]
    pub windows: bool,
    /// The middle of a door on the ground, if it has one.
    pub door: Option<Vec2>,
}

impl Building {
    fn usual_colour() -> Vec3 {
        Vec3::new(0.35, 0.3, 0.25)
    }

    /// Where a ray meets it, and the direction in which that wall looks.
    fn meet(&self, from: Vec3, ray: Vec3) -> Option<(f32, Vec3)> {
        let low = self.from.min(self.to).extend(0.0);
        let high = self.from.max(self.to).extend(self.height);
        let (a, b) = ((low - from) / ray, (high - from) / ray);
        let (near, far) = (a.min(b), a.max(b));
        let enter = near.max_element();
        if enter > far.min_element() || enter <= 0.0 {
            return None;
        }
        let normal = if near.x >= enter {
            Vec3::X
        } else if near.y >= enter {
            Vec3::Y
        } else {
            Vec3::Z
        };
        Some((enter, if ray.dot(normal) > 0.0 { -normal } else { normal }))
    }
}

/// Everything that stands still.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// What the ground is made of where nothing else is said.
    #[serde(default)]
    pub ground: Material,
    /// Parts of the ground; later ones lie on earlier ones.
    #[serde(default)]
    pub surfaces: Vec<Surface>,
    /// What is painted on it.
    #[serde(default)]
    pub markings: Vec<Marking>,
    /// Houses.
    #[serde(default)]
    pub buildings: Vec<Building>,
    /// Fences, trees, posts, lamps.
    #[serde(default)]
    pub props: Vec<Prop>,
}

impl Place {
    /// Whether a house stands between two points.
    pub fn hides(&self, from: Vec3, to: Vec3) -> bool {
        let (far, ray) = ((to - from).length(), (to - from).normalize_or_zero());
        self.buildings.iter().filter_map(|building| building.meet(from, ray)).any(|(wall, _)| wall < far)
    }

    /// The lamps that come on when it is dark.
    pub fn lamps(&self) -> Vec<Lamp> {
        let lamps = self.props.iter().filter_map(|prop| match prop {
            Prop::Lamp { at, height } => Some(Lamp { at: at.extend(*height), power: 1.0 }),
            _ => None,
        });
        let doors = self.buildings.iter().filter_map(|building| building.door);
        lamps.chain(doors.map(|door| Lamp { at: door.extend(2.8), power: 0.5 })).collect()
    }
}

/// Whether a point lies within an outline (even-odd).
pub fn contains(outline: &[Vec2], point: Vec2) -> bool {
    let Some(mut from) = outline.last().copied() else { return false };
    let mut inside = false;
    for to in outline {
        if (from.y > point.y) != (to.y > point.y)
            && point.x < from.x + (point.y - from.y) / (to.y - from.y) * (to.x - from.x)
        {
            inside = !inside;
        }
        from = *to;
    }
    inside
}
