//! # zone-intrusion
//!
//! **Detects** that an object of a chosen class stands in a zone. The object's place is the bottom centre of its
//! box. It is reported once a stay: when it has stood inside for 0.3 s, and again only after it has been
//! outside for 1 s or its track has ended.
//!
//! **Purpose**: crime prevention, life and health, property protection. Not for counting (IVA-11b).
//!
//! **Guideline**: IVA-2a (a zone, a class and a schedule make the purpose precise), KRS-17, KRS-18.
//!
//! **Never records** who it was, how they looked, where they came from or went, or how long they stayed.
//!
//! **Limits**: two tracks of one person (after a long occlusion) are two intrusions. A zone at the lower edge of
//! the picture sees people whose feet are cut off as standing at the edge.
//!
//! **Example**
//! ```toml
//! [purposes.intrusion.rules.yard-at-night]
//! rule = "zone-intrusion"
//! camera = "yard"
//! zone = "loading-bay"
//! objects = ["person", "car"]
//! ```

use super::stays::Stays;
use super::{Occurrence, Sighting, TrackId};
use crate::geometry::Polygon;
use jiff::SignedDuration;

/// How long an object must stand inside before it is reported.
const ENTRY_HOLD: SignedDuration = SignedDuration::from_millis(300);

/// The rule's state in one camera; its module is the manual.
pub struct ZoneIntrusion(Stays);

impl ZoneIntrusion {
    /// The rule over a zone, with no track seen yet.
    pub fn new(zone: Polygon) -> Self {
        Self(Stays::new(zone, ENTRY_HOLD))
    }

    pub(super) fn observe(&mut self, sighting: &Sighting) -> Option<Occurrence> {
        self.0.observe(sighting).filter(|seen| *seen == Occurrence::InZone)
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
    use super::*;
    use crate::geometry::{Point, Rect};
    use crate::object::ObjectClass;
    use jiff::Timestamp;

    fn rule() -> ZoneIntrusion {
        let corners = [(0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0)].map(|(x, y)| Point::new(x, y));
        ZoneIntrusion::new(Polygon::new(&corners).unwrap())
    }

    /// Feeds foot points at 10 frames a second and returns the frames that reported.
    fn reports(rule: &mut ZoneIntrusion, xs: &[f32]) -> Vec<usize> {
        let sighting = |(frame, x): (usize, &f32)| Sighting {
            track: TrackId::from_random(7),
            class: ObjectClass::Person,
            region: Rect::new(x - 0.02, 0.3, x + 0.02, 0.5),
            at: Timestamp::from_millisecond(frame as i64 * 100).unwrap(),
        };
        let frames = xs.iter().enumerate().map(|item| (item.0, rule.observe(&sighting(item))));
        frames.filter_map(|(frame, seen)| seen.map(|_| frame)).collect()
    }

    #[test]
    fn a_stay_is_reported_once_after_the_hold() {
        let path: Vec<f32> = (0..40).map(|frame| if frame < 10 { 0.4 } else { 0.6 }).collect();
        assert_eq!(reports(&mut rule(), &path), [13]);
    }

    #[test]
    fn flicker_at_the_edge_reports_nothing() {
        let path: Vec<f32> = (0..100).map(|frame| if frame % 3 == 0 { 0.51 } else { 0.49 }).collect();
        assert_eq!(reports(&mut rule(), &path), [0usize; 0]);
    }

    #[test]
    fn a_short_step_outside_is_the_same_stay_and_a_long_one_is_another() {
        let mut path = vec![0.6; 10];
        path.extend([0.4; 5]);
        path.extend([0.6; 10]);
        path.extend([0.4; 12]);
        path.extend([0.6; 10]);
        assert_eq!(reports(&mut rule(), &path), [3, 40]);
    }
}
