//! # zone-count
//!
//! **Detects** that an object of a chosen class comes into a zone, and that it leaves. The object's place is the bottom
//! centre of its box. It has come when it has been inside for 0.3 s, and has left when it has been outside for 1 s or its
//! track has ended. It raises no alarm, makes no event and takes no picture: nothing but a number changes.
//!
//! **Purpose**: anonymous counting. Not for security (IVA-11b).
//!
//! **Guideline**: IVA-11a, IVA-11b (statistics have a purpose of their own), IVA-11c, KRS-18.
//!
//! **Never records** who it was, how long they stayed, or that two entries were of the same object. The count lives in
//! memory, and leaves as a released statistic alone: entries (`zone-entries`), or the most that were in the zone at once
//! (`occupancy-peak`).
//!
//! **Limits**: an object that is first seen inside has come. Two tracks of one person (after a long occlusion) are two
//! entries. A zone at the lower edge of the picture sees people whose feet are cut off as standing at the edge.
//!
//! **Example**
//! ```toml
//! [purposes.footfall.rules.on-the-square]
//! rule = "zone-count"
//! camera = "street"
//! zone = "square"
//! objects = ["person"]
//! ```

use super::stays::Stays;
use super::{Occurrence, Sighting, TrackId};
use crate::geometry::Polygon;
use jiff::SignedDuration;

/// How long an object must stand inside before it counts.
const ENTRY_HOLD: SignedDuration = SignedDuration::from_millis(300);

/// The rule's state in one camera; its module is the manual.
pub struct ZoneCount(Stays);

impl ZoneCount {
    /// The rule over a zone, with no track seen yet.
    pub fn new(zone: Polygon) -> Self {
        Self(Stays::new(zone, ENTRY_HOLD))
    }

    pub(super) fn observe(&mut self, sighting: &Sighting) -> Option<Occurrence> {
        self.0.observe(sighting)
    }

    pub(super) fn forget(&mut self, track: TrackId) {
        self.0.forget(track);
    }

    pub(super) fn reset(&mut self) {
        self.0.reset();
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Walk, passers_by};
    use super::*;
    use crate::geometry::Point;

    fn square() -> Polygon {
        let corners = [(0.35, 0.0), (0.65, 0.0), (0.65, 1.0), (0.35, 1.0)].map(|(x, y)| Point::new(x, y));
        Polygon::new(&corners).unwrap()
    }

    #[test]
    fn entries_of_a_thousand_noisy_tracks_are_right_to_two_percent() {
        let mut rule = ZoneCount::new(square());
        let walks = passers_by(1000);
        let truth = walks.iter().filter(|walk| walk.seconds_within(0.35, 0.65) >= 0.3).count();
        let found: usize = walks.iter().map(|walk| came_and_left(&mut rule, walk).0.min(1)).sum();
        assert!(truth > 400, "{truth}");
        let error = (found as f64 - truth as f64).abs() / truth as f64;
        assert!(error <= 0.02, "{found} of {truth}");
    }

    #[test]
    fn whoever_came_leaves_and_flicker_is_neither() {
        let mut rule = ZoneCount::new(square());
        for walk in passers_by(200) {
            let (came, left) = came_and_left(&mut rule, &walk);
            assert!(came == left || came == left + 1, "{came} {left}");
        }
        let flicker = Walk::standing(0.35, 0.004);
        assert!(came_and_left(&mut rule, &flicker).0 <= 1);
    }

    fn came_and_left(rule: &mut ZoneCount, walk: &Walk) -> (usize, usize) {
        let seen: Vec<_> = walk.sightings().filter_map(|sighting| rule.observe(&sighting)).collect();
        rule.forget(walk.track);
        let left = seen.iter().filter(|seen| **seen == Occurrence::LeftZone).count();
        (seen.len() - left, left)
    }
}
