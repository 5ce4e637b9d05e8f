//! What truly happens in a scenario, worked out from the actors' paths and not from pictures.

use crate::actor::{Kind, Posture};
use crate::film::actor_number;
use crate::place::contains;
use crate::scenario::Scenario;
use crate::view::View;
use crate::walk::Walk;
use glam::Vec2;
use serde::Serialize;

/// How finely paths are followed, in seconds.
const STEP: f32 = 0.02;

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// The actor crossed a line; `leftwards` as seen from the line's first end to its second.
    Crossed {
        /// The line.
        line: String,
        /// Whether it went from the line's right-hand side to its left-hand side, seen from above.
        leftwards: bool,
    },
    /// The actor came into a zone.
    Entered {
        /// The zone.
        zone: String,
    },
    /// The actor went out of a zone or was gone.
    Left {
        /// The zone.
        zone: String,
        /// How long it was inside, in seconds.
        stayed: f32,
    },
    /// Somebody lay down.
    LayDown,
    /// A vehicle stopped.
    Stopped,
    /// Something stands that nobody holds.
    Abandoned,
}

/// Something that happens.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Happening {
    /// Nanoseconds after midnight of the scenario's day.
    pub time_ns: i64,
    /// To whom.
    pub actor: u32,
    /// What that is.
    pub kind: Kind,
    /// The text of its number plate, if the scenario says one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plate: Option<String>,
    /// What happened.
    pub what: What,
}

impl Scenario {
    /// Everything that happens, in order of time.
    pub fn happenings(&self) -> Vec<Happening> {
        let mut found = Vec::new();
        for (number, episode) in self.episodes.iter().enumerate() {
            let begins = episode.begins().unwrap_or(0.0);
            for (index, script) in episode.actors.iter().enumerate() {
                let walk = Walk::new(script);
                let mut say = |seconds: f32, what: What| {
                    found.push(Happening {
                        time_ns: ((begins + f64::from(seconds)) * 1e9) as i64,
                        actor: actor_number(number, index),
                        kind: script.kind,
                        plate: script.plate.clone(),
                        what,
                    });
                };
                follow(self, &walk, script.kind, episode.lasts, &mut say);
            }
        }
        found.sort_by_key(|happening| happening.time_ns);
        found
    }

    /// The lines and zones as a site file writes them: normalised to the picture. What a point behind the camera
    /// would be is left out.
    pub fn shapes_in_picture(&self, view: &View) -> Vec<(String, Vec<Vec2>)> {
        let size = Vec2::new(self.size.0 as f32, self.size.1 as f32);
        let on_picture = |point: &Vec2| Some(view.project(point.extend(0.0))? / size);
        let lines = self.lines.iter().map(|(name, (a, b))| (name, vec![*a, *b]));
        let zones = self.zones.iter().map(|(name, corners)| (name, corners.clone()));
        lines
            .chain(zones)
            .filter_map(|(name, points)| Some((name.clone(), points.iter().map(on_picture).collect::<Option<_>>()?)))
            .collect()
    }
}

/// Follows one actor through one episode.
fn follow(scenario: &Scenario, walk: &Walk, kind: Kind, lasts: f32, say: &mut dyn FnMut(f32, What)) {
    let mut last: Option<crate::actor::Pose> = None;
    let mut inside: Vec<(&String, f32)> = Vec::new();
    for step in 0..=(lasts / STEP) as usize {
        let seconds = step as f32 * STEP;
        let pose = walk.at(seconds);
        if let (Some(from), Some(to)) = (last, pose) {
            for (name, (a, b)) in &scenario.lines {
                if let Some(leftwards) = crosses(from.at, to.at, *a, *b) {
                    say(seconds, What::Crossed { line: name.clone(), leftwards });
                }
            }
            if to.posture == Posture::Lying && from.posture != Posture::Lying {
                say(seconds, What::LayDown);
            }
            if kind.has_plate() && to.speed == 0.0 && from.speed > 0.0 {
                say(seconds, What::Stopped);
            }
        }
        if kind == Kind::Bag && last.is_none() && pose.is_some() {
            say(seconds, What::Abandoned);
        }
        for (name, corners) in &scenario.zones {
            let is_inside = pose.is_some_and(|pose| contains(corners, pose.at));
            let since = inside.iter().position(|(zone, _)| *zone == name);
            match since {
                None if is_inside => {
                    inside.push((name, seconds));
                    say(seconds, What::Entered { zone: name.clone() });
                }
                Some(index) if !is_inside => {
                    let (_, since) = inside.remove(index);
                    say(seconds, What::Left { zone: name.clone(), stayed: seconds - since });
                }
                _ => {}
            }
        }
        last = pose;
    }
}

/// Whether a step crosses a line, and to which side of it.
fn crosses(from: Vec2, to: Vec2, a: Vec2, b: Vec2) -> Option<bool> {
    let side = |point: Vec2| (b - a).perp_dot(point - a);
    let along = |point: Vec2| (to - from).perp_dot(point - from);
    let (before, after) = (side(from), side(to));
    let through = (before > 0.0) != (after > 0.0) && (along(a) > 0.0) != (along(b) > 0.0);
    through.then_some(after > 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCENARIO: &str = r#"
        title = "One walk"
        [camera]
        position = [0, 0, 5]
        looks_at = [0, 10, 0]
        field_of_view = 70
        [lines]
        fence = [[-5, 10], [5, 10]]
        [zones]
        yard = [[-5, 10.1], [5, 10.1], [5, 20], [-5, 20]]
        [[episodes]]
        at = "07:40"
        lasts = 20
        [[episodes.actors]]
        kind = "person"
        speed = 1.0
        path = [[0, 8], [0, 14], [0, 8]]
    "#;

    #[test]
    fn a_walk_in_and_out_is_two_crossings_and_one_stay() {
        let scenario = Scenario::from_toml(SCENARIO).unwrap();
        let seen = scenario.happenings();
        let expected =
            [What::Crossed { line: "fence".to_owned(), leftwards: true }, What::Entered { zone: "yard".to_owned() }];
        let what: Vec<_> = seen.iter().map(|happening| happening.what.clone()).collect();
        assert_eq!(what[..2], expected);
        assert!(matches!(&what[2], What::Left { stayed, .. } if (stayed - 7.8).abs() < 0.1), "{what:?}");
        assert_eq!(what[3..], [What::Crossed { line: "fence".to_owned(), leftwards: false }]);
        let begins = (7 * 3600 + 40 * 60) as f64;
        assert!((seen[0].time_ns as f64 / 1e9 - begins - 2.0).abs() < 0.05);
    }

    #[test]
    fn what_is_written_wrong_is_said() {
        let error = Scenario::from_toml(&SCENARIO.replace("07:40", "7.40")).unwrap_err().to_string();
        assert!(error.contains("is no time"), "{error}");
        let error = Scenario::from_toml(&SCENARIO.replace("speed", "sped")).unwrap_err().to_string();
        assert!(error.contains("sped"), "{error}");
    }
}
