//! # speed-band
//!
//! **Detects** in which of four bands the speed of a vehicle lies, from where it came into a zone to where it was last seen in
//! it: under 30, 30 to 50, 50 to 80, over 80 km/h. Four points of the ground say how large the zone is. It raises no alarm, makes
//! no event and takes no picture: nothing but a number changes.
//!
//! **Purpose**: anonymous counting. Not for security (IVA-11b), and not for fines: it says of nobody how fast they drove.
//!
//! **Guideline**: IVA-11a, IVA-11b (statistics have a purpose of their own), IVA-11c, KRS-18.
//!
//! **Never records** who it was, when exactly, or the speed itself. The count lives in memory, and leaves as a released
//! statistic alone (`speed-bands`).
//!
//! **Limits**: a vehicle counts when it has left the zone, after at least half a second and three metres in it, once. Its speed
//! is its average there: who waits in the zone is slow. Its place is the bottom centre of its box, which lies before or behind
//! the middle of the vehicle, by the same on the way in and out if it does not turn. Draw the zone as long as can be seen well:
//! at 50 km/h and ten pictures a second a place is known to a metre and a half.
//!
//! **Example**
//! ```toml
//! [purposes.traffic.rules.through-road]
//! rule = "speed-band"
//! camera = "street"
//! zone = "stretch"            # four corners, in order
//! metres = [[0, 0], [0, 40], [7, 40], [7, 0]]  # their places
//! objects = ["car", "truck", "bus", "motorcycle"]
//! ```

use super::per_track::PerTrack;
use super::{Occurrence, Sighting, TrackId};
use crate::geometry::{Point, Polygon};
use crate::ground::Ground;
use jiff::{SignedDuration, Timestamp};

/// The bands, each with the speed (km/h) that it begins at.
pub const SPEED_BANDS: [(&str, u16); 4] = [("under 30", 0), ("30 to 50", 30), ("50 to 80", 50), ("over 80", 80)];
/// How long a vehicle must have been in the zone, and how far it must have come in it.
const LEAST: (SignedDuration, f64) = (SignedDuration::from_millis(500), 3.0);

/// The rule's state in one camera; its module is the manual.
pub struct SpeedBand {
    zone: Polygon,
    ground: Ground,
    drives: PerTrack<Drive>,
}

#[derive(Default)]
struct Drive {
    first: Option<(Timestamp, Point)>,
    last: Option<(Timestamp, Point)>,
    is_counted: bool,
}

/// The band of a speed.
pub fn band_of_speed(kmh: f64) -> &'static str {
    let band = SPEED_BANDS.iter().rfind(|(_, begins)| kmh >= f64::from(*begins));
    band.map_or("under 30", |(name, _)| name)
}

impl SpeedBand {
    /// The rule over a zone on that ground, with no track seen yet.
    pub fn new(zone: Polygon, ground: Ground) -> Self {
        Self { zone, ground, drives: PerTrack::new() }
    }

    pub(super) fn observe(&mut self, sighting: &Sighting) -> Option<Occurrence> {
        let place = sighting.region.bottom_centre();
        let drive = self.drives.entry(sighting.track)?;
        if self.zone.contains(place) {
            drive.first.get_or_insert((sighting.at, place));
            drive.last = Some((sighting.at, place));
            return None;
        }
        let ((begun, from), (ended, to)) = drive.first.take().zip(drive.last.take())?;
        let (time, metres) = (ended.duration_since(begun), self.ground.distance(from, to));
        if drive.is_counted || time < LEAST.0 || metres < LEAST.1 {
            return None;
        }
        drive.is_counted = true;
        Some(Occurrence::Drove { band: band_of_speed(metres / time.as_secs_f64() * 3.6) })
    }

    pub(super) fn forget(&mut self, track: TrackId) {
        self.drives.remove(track);
    }

    pub(super) fn reset(&mut self) {
        self.drives.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Rect;
    use crate::object::ObjectClass;

    /// A street of 100 metres across the picture, seen from above.
    fn rule() -> SpeedBand {
        let corners = [(0.1, 0.4), (0.9, 0.4), (0.9, 0.6), (0.1, 0.6)].map(|(x, y)| Point::new(x, y));
        let metres = [(0.0, 0.0), (80.0, 0.0), (80.0, 20.0), (0.0, 20.0)].map(|(x, y)| Point::new(x, y));
        SpeedBand::new(Polygon::new(&corners).unwrap(), Ground::new(corners, metres).unwrap())
    }

    /// What a car of that speed makes of the rule, at that many pictures a second and with a box that trembles.
    fn drive(rule: &mut SpeedBand, track: u64, kmh: f64, rate: f64) -> Vec<Occurrence> {
        let begins: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
        let (mut said, mut seen) = (Vec::new(), 0);
        loop {
            let time = f64::from(seen) / rate;
            let x = kmh / 3.6 * time / 100.0;
            if x > 1.0 {
                return said;
            }
            let tremble = f64::from(seen % 5 - 2) * 0.002;
            let (left, top) = ((x + tremble) as f32 - 0.02, 0.46);
            let region = Rect::new(left, top, left + 0.04, top + 0.04 + tremble as f32);
            let at = begins + SignedDuration::from_secs_f64(time);
            let sighting = Sighting { track: TrackId::from_random(track), class: ObjectClass::Car, region, at };
            said.extend(rule.observe(&sighting));
            seen += 1;
        }
    }

    #[test]
    fn each_vehicle_counts_once_in_the_band_of_its_speed() {
        let mut rule = rule();
        let speeds =
            [(12.0, "under 30"), (27.0, "under 30"), (40.0, "30 to 50"), (65.0, "50 to 80"), (110.0, "over 80")];
        for rate in [5.0, 10.0, 25.0] {
            for (track, (kmh, band)) in (0..).zip(speeds) {
                assert_eq!(drive(&mut rule, track, kmh, rate), [Occurrence::Drove { band }], "{kmh} at {rate}");
                assert_eq!(drive(&mut rule, track, kmh, rate), [], "the same track counts once");
                rule.forget(TrackId::from_random(track));
            }
        }
    }

    #[test]
    fn of_a_thousand_vehicles_all_but_two_in_a_hundred_are_in_their_band() {
        let mut rule = rule();
        let wrong = (0..1000_u64).filter(|track| {
            let kmh = 8.0 + 112.0 * ((track * 7919 % 1000) as f64 / 1000.0);
            let said = drive(&mut rule, *track, kmh, 12.5);
            rule.forget(TrackId::from_random(*track));
            said != [Occurrence::Drove { band: band_of_speed(kmh) }]
        });
        let wrong = wrong.count();
        assert!(wrong <= 20, "{wrong}");
    }

    #[test]
    fn who_stands_or_only_touches_the_zone_is_not_counted() {
        let mut rule = rule();
        let at: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
        let mut see = |x: f32, seconds: i64| {
            let region = Rect::new(x - 0.02, 0.45, x + 0.02, 0.5);
            let at = at + SignedDuration::from_secs(seconds);
            rule.observe(&Sighting { track: TrackId::from_random(1), class: ObjectClass::Car, region, at })
        };
        assert_eq!((see(0.105, 0), see(0.11, 20), see(0.09, 21)), (None, None, None));
    }
}
