//! Where an actor is at a time: along its path, with its stops.

use crate::actor::{Kind, Pose, Posture};
use crate::scenario::Script;
use glam::Vec2;

/// How far ahead and behind a vehicle's heading is taken, in metres: it turns as one that is steered.
const WHEELBASE: f32 = 1.4;

/// A path and its times.
#[derive(Clone, Debug)]
pub(crate) struct Walk {
    path: Vec<Vec2>,
    length: f32,
    appears: f32,
    speed: f32,
    pauses: Vec<(f32, f32, Posture)>,
    stays: bool,
    heading: Vec2,
    smooth: f32,
}

impl Walk {
    pub fn new(script: &Script) -> Self {
        let usual = match script.kind {
            Kind::Person => 1.4,
            Kind::Cyclist => 4.5,
            Kind::Motorcyclist => 7.0,
            Kind::Car | Kind::Van => 6.0,
            Kind::Bus | Kind::Lorry => 5.0,
            Kind::Bag => 0.0,
        };
        let mut pauses: Vec<_> = script.pauses.iter().map(|p| (p.after, p.seconds.max(0.0), p.posture)).collect();
        pauses.sort_by(|a, b| a.0.total_cmp(&b.0));
        let length = script.path.windows(2).map(|pair| if let [a, b] = pair { a.distance(*b) } else { 0.0 }).sum();
        Self {
            path: script.path.clone(),
            length,
            appears: script.appears,
            speed: script.speed.unwrap_or(usual).max(0.01),
            pauses,
            stays: script.stays || script.path.len() == 1,
            heading: Vec2::from_angle(script.heading.to_radians()),
            smooth: if matches!(script.kind, Kind::Person) { 0.3 } else { WHEELBASE },
        }
    }

    /// Where the actor is so many seconds into the episode; `None` if it is not there.
    pub fn at(&self, seconds: f32) -> Option<Pose> {
        let mut left = seconds - self.appears;
        if left < 0.0 {
            return None;
        }
        let (mut gone, mut speed, mut posture) = (0.0, self.speed, Posture::Upright);
        let mut resting = false;
        for (after, pause, held) in &self.pauses {
            let drive = (after.min(self.length) - gone).max(0.0) / self.speed;
            if left < drive {
                break;
            }
            left -= drive;
            gone += drive * self.speed;
            if left < *pause {
                (resting, posture) = (true, *held);
                break;
            }
            left -= pause;
        }
        if resting {
            speed = 0.0;
        } else {
            gone += left * self.speed;
        }
        if gone >= self.length {
            if !self.stays {
                return None;
            }
            (gone, speed) = (self.length, 0.0);
        }
        let along = self.point(gone + self.smooth) - self.point(gone - self.smooth);
        Some(Pose {
            at: self.point(gone),
            heading: along.try_normalize().unwrap_or(self.heading),
            gone,
            speed,
            posture,
        })
    }

    /// The point of the path after so many metres; straight on beyond its ends.
    fn point(&self, gone: f32) -> Vec2 {
        let mut left = gone;
        let mut at = self.path.first().copied().unwrap_or_default();
        let legs = self.path.len().saturating_sub(1);
        for (leg, pair) in self.path.windows(2).enumerate() {
            let [a, b] = *pair else { continue };
            let length = a.distance(b);
            if left <= length || leg + 1 == legs {
                return a + (b - a).normalize_or_zero() * left;
            }
            left -= length;
            at = b;
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(pauses: &str) -> Script {
        let text = format!("kind = \"person\"\nappears = 2.0\nspeed = 1.0\npath = [[0, 0], [4, 0], [4, 3]]\n{pauses}");
        toml::from_str(&text).unwrap()
    }

    #[test]
    fn a_walk_follows_its_path_and_ends() {
        let walk = Walk::new(&script(""));
        assert!(walk.at(1.9).is_none() && walk.at(9.1).is_none());
        assert!(walk.at(4.0).unwrap().at.distance(Vec2::new(2.0, 0.0)) < 1e-4);
        assert!(walk.at(8.0).unwrap().at.distance(Vec2::new(4.0, 2.0)) < 1e-4);
        assert!(walk.at(3.0).unwrap().heading.distance(Vec2::X) < 1e-4);
    }

    #[test]
    fn a_pause_takes_its_time_and_no_more() {
        let walk = Walk::new(&script("pauses = [{ after = 1.0, seconds = 5.0, posture = \"lying\" }]"));
        let resting = walk.at(5.0).unwrap();
        assert_eq!((resting.at, resting.speed, resting.posture), (Vec2::X, 0.0, Posture::Lying));
        assert!(walk.at(9.0).unwrap().at.distance(Vec2::new(2.0, 0.0)) < 1e-4);
        assert!(walk.at(14.1).is_none());
    }
}
