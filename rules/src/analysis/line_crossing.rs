//! # line-crossing
//!
//! **Detects** that an object of a chosen class crosses a line (a tripwire), in one direction or either. The
//! object's place is the bottom centre of its box. A crossing is reported when the object has come clear of the
//! line (0.015 of the picture) on the other side, and only if its path went through the segment between the two
//! ends.
//!
//! **Purpose**: crime prevention, life and health, property protection. Not for counting (IVA-11b).
//!
//! **Guideline**: IVA-2a (a line, a direction, a class and a schedule make the purpose precise), KRS-18.
//!
//! **Never records** who it was, how they looked, or the path they took.
//!
//! **Limits**: an object that is first seen beyond the line has not crossed it. Objects that jump far between
//! frames (below about 3 frames a second) are matched less surely.
//!
//! **Directions** are those of the picture: `left` means that the object moves towards the left-hand side.
//! ```text
//!        │
//!   ◀────┼────  direction = "left"
//!        │
//! ```
//!
//! **Example**
//! ```toml
//! [purposes.intrusion.rules.over-the-fence]
//! rule = "line-crossing"
//! camera = "yard"
//! line = "fence"
//! direction = "left"          # left, right, up, down or any
//! objects = ["person"]
//! ```

use super::per_track::PerTrack;
use super::{Occurrence, Sighting, TrackId};
use crate::geometry::{Point, Segment};
use serde::Serialize;

/// How far from the line an object must come before its side counts.
const CLEARANCE: f32 = 0.015;

/// Towards which side of the picture an object moves across a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Either way.
    Any,
    /// Towards the left-hand side of the picture.
    Left,
    /// Towards the right-hand side.
    Right,
    /// Towards the top.
    Up,
    /// Towards the bottom.
    Down,
}

impl Direction {
    /// Every direction, in declaration order.
    pub const ALL: [Self; 5] = [Self::Any, Self::Left, Self::Right, Self::Up, Self::Down];

    /// The word that `site.toml` and events use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Left => "left",
            Self::Right => "right",
            Self::Up => "up",
            Self::Down => "down",
        }
    }

    /// The unit vector of the movement; `None` for [`Direction::Any`].
    pub const fn vector(self) -> Option<Point> {
        match self {
            Self::Any => None,
            Self::Left => Some(Point::new(-1.0, 0.0)),
            Self::Right => Some(Point::new(1.0, 0.0)),
            Self::Up => Some(Point::new(0.0, -1.0)),
            Self::Down => Some(Point::new(0.0, 1.0)),
        }
    }

    /// The direction that fits a movement best.
    pub fn of(movement: Point) -> Self {
        match (movement.x.abs() >= movement.y.abs(), movement.x > 0.0, movement.y > 0.0) {
            (true, true, _) => Self::Right,
            (true, false, _) => Self::Left,
            (false, _, true) => Self::Down,
            (false, _, false) => Self::Up,
        }
    }
}

/// The rule's state in one camera; its module is the manual.
pub struct LineCrossing {
    line: Segment,
    direction: Direction,
    walks: PerTrack<Walk>,
}

/// How one object has moved with respect to a line.
#[derive(Default)]
pub(super) struct Walk {
    /// The side the object was last clear on: `true` is the normal's.
    side: Option<bool>,
    /// Where it was when last seen.
    last: Option<Point>,
    /// Whether its path has gone through the segment since it was last clear of the line.
    through: bool,
}

impl Walk {
    /// Takes a step; `Some` if it has crossed the line by it, and whether along the line's normal.
    pub(super) fn step(&mut self, line: &Segment, here: Point) -> Option<bool> {
        if let Some(last) = self.last.replace(here) {
            self.through |= line.intersects(&Segment::new(last, here));
        }
        let distance = line.signed_distance(here);
        if distance.abs() < CLEARANCE {
            return None;
        }
        let along_normal = distance > 0.0;
        let before = self.side.replace(along_normal);
        let through = std::mem::take(&mut self.through);
        (through && before.is_some_and(|side| side != along_normal)).then_some(along_normal)
    }
}

impl LineCrossing {
    /// The rule over a line, with no track seen yet.
    pub fn new(line: Segment, direction: Direction) -> Self {
        Self { line, direction, walks: PerTrack::new() }
    }

    pub(super) fn observe(&mut self, sighting: &Sighting) -> Option<Occurrence> {
        let walk = self.walks.entry(sighting.track)?;
        let along_normal = walk.step(&self.line, sighting.region.bottom_centre())?;
        self.wants(along_normal).then_some(Occurrence::CrossedLine { along_normal })
    }

    fn wants(&self, along_normal: bool) -> bool {
        self.direction.vector().is_none_or(|towards| {
            let normal = self.line.normal();
            (normal.x * towards.x + normal.y * towards.y > 0.0) == along_normal
        })
    }

    pub(super) fn forget(&mut self, track: TrackId) {
        self.walks.remove(track);
    }

    pub(super) fn reset(&mut self) {
        self.walks.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Walk, passers_by};
    use super::*;
    use crate::geometry::Rect;
    use crate::object::ObjectClass;
    use jiff::Timestamp;
    use proptest::prelude::*;

    fn crossings(direction: Direction, path: &[(f32, f32)]) -> Vec<(usize, bool)> {
        let line = Segment::new(Point::new(0.5, 0.2), Point::new(0.5, 0.8));
        let mut rule = LineCrossing::new(line, direction);
        let sighting = |frame: usize, x: f32, y: f32| Sighting {
            track: TrackId::from_random(7),
            class: ObjectClass::Person,
            region: Rect::new(x - 0.02, y - 0.2, x + 0.02, y),
            at: Timestamp::from_millisecond(frame as i64 * 100).unwrap(),
        };
        let mut found = vec![];
        for (frame, &(x, y)) in path.iter().enumerate() {
            if let Some(Occurrence::CrossedLine { along_normal }) = rule.observe(&sighting(frame, x, y)) {
                found.push((frame, along_normal));
            }
        }
        found
    }

    #[test]
    fn a_walk_across_is_one_crossing_in_its_direction() {
        let right: Vec<_> = (0..=20).map(|step| (0.3 + step as f32 * 0.02, 0.5)).collect();
        assert_eq!(crossings(Direction::Any, &right), [(11, true)]);
        assert_eq!(crossings(Direction::Right, &right), [(11, true)]);
        assert_eq!(crossings(Direction::Left, &right), []);
        let left: Vec<_> = right.iter().rev().copied().collect();
        assert_eq!(crossings(Direction::Left, &left), [(11, false)]);
    }

    #[test]
    fn walking_round_the_end_is_no_crossing() {
        let round = [(0.4, 0.5), (0.4, 0.9), (0.5, 0.9), (0.6, 0.9), (0.6, 0.5)];
        assert_eq!(crossings(Direction::Any, &round), []);
    }

    #[test]
    fn hovering_on_the_line_is_no_crossing() {
        let hover: Vec<_> = (0..50).map(|step| (if step % 2 == 0 { 0.49 } else { 0.51 }, 0.5)).collect();
        assert_eq!(crossings(Direction::Any, &hover), []);
    }

    #[test]
    fn crossings_of_a_thousand_noisy_tracks_are_right_to_two_percent() {
        let line = Segment::new(Point::new(0.5, 0.2), Point::new(0.5, 0.8));
        let mut rule = LineCrossing::new(line, Direction::Any);
        let walks = passers_by(1000);
        let truth: usize = walks.iter().map(|walk| walk.crossings_of(0.5)).sum();
        let mut crossed = |walk: &Walk| {
            let found = walk.sightings().filter_map(|seen| rule.observe(&seen)).count();
            rule.forget(walk.track);
            found
        };
        let found: usize = walks.iter().map(&mut crossed).sum();
        assert!(truth > 500, "{truth}");
        assert!((found as f64 - truth as f64).abs() / truth as f64 <= 0.02, "{found} of {truth}");
    }

    proptest! {
        #[test]
        fn crossings_alternate_and_agree_with_the_sides(xs in prop::collection::vec(0.0f32..1.0, 2..60)) {
            let path: Vec<_> = xs.iter().map(|x| (*x, 0.5)).collect();
            let found = crossings(Direction::Any, &path);
            let clear: Vec<bool> =
                xs.iter().filter(|x| (**x - 0.5).abs() >= CLEARANCE).map(|x| *x > 0.5).collect();
            let changes = clear.windows(2).filter(|pair| pair[0] != pair[1]).count();
            prop_assert_eq!(found.len(), changes);
            prop_assert!(found.windows(2).all(|pair| pair[0].1 != pair[1].1));
        }
    }
}
