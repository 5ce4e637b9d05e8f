//! # queue-length
//!
//! **Detects** that an object of a chosen class waits in a zone, and that it waits no more. The object's place is the bottom
//! centre of its box. It waits when it has been inside for 5 s, and no more when it has been outside for 1 s or its track
//! has ended: who merely walks through does not wait. It raises no alarm, makes no event and takes no picture: nothing but
//! a number changes.
//!
//! **Purpose**: anonymous counting. Not for security (IVA-11b).
//!
//! **Guideline**: IVA-11a, IVA-11b (statistics have a purpose of their own), IVA-11c, KRS-18.
//!
//! **Never records** who it was, how long they waited, or that two waits were of the same object. What is counted lives in
//! memory, and leaves as a released statistic alone: how many waited at once, on average over a span.
//!
//! **Limits**: it does not know a queue from people who stand about; the zone has to. Where the queue is dense, tracks are lost
//! behind others, and the average is too low.
//!
//! **Example**
//! ```toml
//! [purposes.footfall.rules.at-the-ferry]
//! rule = "queue-length"
//! camera = "quay"
//! zone = "queue"
//! objects = ["person"]
//! ```

use super::stays::Stays;
use super::{Occurrence, Sighting, TrackId};
use crate::geometry::Polygon;
use jiff::SignedDuration;

/// How long an object must stand inside before it waits.
const WAITS_AFTER: SignedDuration = SignedDuration::from_secs(5);

/// The rule's state in one camera; its module is the manual.
pub struct QueueLength(Stays);

impl QueueLength {
    /// The rule over a zone, with no track seen yet.
    pub fn new(zone: Polygon) -> Self {
        Self(Stays::new(zone, WAITS_AFTER))
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

    fn rule() -> QueueLength {
        let corners = [(0.35, 0.0), (0.65, 0.0), (0.65, 1.0), (0.35, 1.0)].map(|(x, y)| Point::new(x, y));
        QueueLength::new(Polygon::new(&corners).unwrap())
    }

    #[test]
    fn who_stands_waits_and_who_walks_through_does_not() {
        let mut rule = rule();
        let waits = |rule: &mut QueueLength, walk: &Walk| {
            let seen: Vec<_> = walk.sightings().filter_map(|seen| rule.observe(&seen)).collect();
            rule.forget(walk.track);
            seen.iter().filter(|seen| **seen == Occurrence::InZone).count()
        };
        assert_eq!(waits(&mut rule, &Walk::standing(0.5, 0.01)), 1);
        let walks = passers_by(500);
        // Half a frame is lost at either edge of the zone, and a tenth of the frames.
        let truth = walks.iter().filter(|walk| walk.seconds_within(0.35, 0.65) >= 5.1).count();
        let found = walks.iter().filter(|walk| waits(&mut rule, walk) > 0).count();
        assert!(truth > 100, "{truth}");
        assert!((found as f64 - truth as f64).abs() / truth as f64 <= 0.02, "{found} of {truth}");
    }
}
