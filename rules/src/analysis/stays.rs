//! Stays in a zone, with hysteresis: who flickers at its edge neither comes nor goes.

use super::per_track::PerTrack;
use super::{Occurrence, Sighting, TrackId};
use crate::geometry::Polygon;
use jiff::{SignedDuration, Timestamp};

/// How long an object must be outside before it has left.
const EXIT_HOLD: SignedDuration = SignedDuration::from_millis(1000);

/// The stays in one zone. An object's place is the bottom centre of its box.
pub(super) struct Stays {
    zone: Polygon,
    /// How long an object must be inside before it has come.
    entry_hold: SignedDuration,
    stays: PerTrack<Stay>,
}

#[derive(Default)]
struct Stay {
    inside_since: Option<Timestamp>,
    outside_since: Option<Timestamp>,
    is_there: bool,
}

impl Stays {
    pub(super) fn new(zone: Polygon, entry_hold: SignedDuration) -> Self {
        Self { zone, entry_hold, stays: PerTrack::new() }
    }

    /// Whether the object has come, or has left.
    pub(super) fn observe(&mut self, sighting: &Sighting) -> Option<Occurrence> {
        let inside = self.zone.contains(sighting.region.bottom_centre());
        let stay = self.stays.entry(sighting.track)?;
        let (since, hold) = if inside {
            stay.outside_since = None;
            (*stay.inside_since.get_or_insert(sighting.at), self.entry_hold)
        } else {
            stay.inside_since = None;
            (*stay.outside_since.get_or_insert(sighting.at), EXIT_HOLD)
        };
        if stay.is_there == inside || sighting.at.duration_since(since) < hold {
            return None;
        }
        stay.is_there = inside;
        Some(if inside { Occurrence::InZone } else { Occurrence::LeftZone })
    }

    pub(super) fn forget(&mut self, track: TrackId) {
        self.stays.remove(track);
    }

    pub(super) fn reset(&mut self) {
        self.stays.clear();
    }
}
