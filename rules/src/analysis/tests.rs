//! Synthetic tracks for the counting rules: people who walk past a zone in the middle of the picture, some of whom turn back
//! or stand about, seen ten times a second with noise and with frames in which they are missed.

use super::{Direction, LineCrossing, Occurrence, Sighting, TrackId, ZoneCount};
use crate::geometry::{Point, Polygon, Rect, Segment};
use crate::object::ObjectClass;
use jiff::Timestamp;
use rand_pcg::Pcg32;
use rand_pcg::rand_core::Rng as _;

/// Seconds between two frames.
const FRAME: f64 = 0.1;
/// Standard deviation of a foot's place, in parts of the picture: some two pixels of 416.
const NOISE: f64 = 0.005;
/// The part of the frames in which someone is missed.
const MISSED: f64 = 0.1;

/// One who walks: where they truly are, and where they are seen, along the picture.
pub(super) struct Walk {
    pub track: TrackId,
    truth: Vec<f64>,
    seen: Vec<Option<f64>>,
}

struct Dice(Pcg32);

impl Dice {
    fn uniform(&mut self) -> f64 {
        f64::from(self.0.next_u32()) / f64::from(u32::MAX)
    }

    /// Nearly normal: twelve uniform numbers added up.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }
}

impl Walk {
    fn new(number: u64, truth: Vec<f64>, noise: f64, dice: &mut Dice) -> Self {
        let mut see = |place: &f64| (dice.uniform() > MISSED).then(|| place + noise * dice.normal());
        let seen = truth.iter().map(&mut see).collect();
        Self { track: TrackId::from_random(number), truth, seen }
    }

    /// One who stands at a place for ten seconds.
    pub fn standing(at: f64, noise: f64) -> Self {
        Self::new(u64::MAX, vec![at; 100], noise, &mut Dice(Pcg32::new(7, 7)))
    }

    /// How long they were truly between two places at a stretch, at the longest, in seconds.
    pub fn seconds_within(&self, from: f64, to: f64) -> f64 {
        let stretches = self.truth.split(|place| !(from..to).contains(place));
        stretches.map(|stretch| stretch.len() as f64 * FRAME).fold(0.0, f64::max)
    }

    /// How often they truly went from one side of a place to the other.
    pub fn crossings_of(&self, place: f64) -> usize {
        self.truth.windows(2).filter(|pair| (pair[0] < place) != (pair[1] < place)).count()
    }

    /// How they are seen.
    pub fn sightings(&self) -> impl Iterator<Item = Sighting> {
        self.seen.iter().enumerate().filter_map(|(frame, seen)| {
            let x = (*seen)? as f32;
            Some(Sighting {
                track: self.track,
                class: ObjectClass::Person,
                region: Rect::new(x - 0.02, 0.3, x + 0.02, 0.5),
                at: Timestamp::from_millisecond(frame as i64 * 100).ok()?,
            })
        })
    }
}

/// So many who pass, each as wide apart in manner as people are.
pub(super) fn passers_by(count: u64) -> Vec<Walk> {
    let mut dice = Dice(Pcg32::new(2026, 11));
    let walk = |number| {
        let speed = 0.03 + 0.12 * dice.uniform();
        let from = if dice.uniform() < 0.5 { 0.05 } else { 0.95 };
        // A third turn back somewhere, before the zone, in it or after it.
        let turn = if dice.uniform() < 0.33 { Some(0.1 + 0.8 * dice.uniform()) } else { None };
        let (mut place, mut way): (f64, f64) = (from, if from < 0.5 { 1.0 } else { -1.0 });
        let mut truth = vec![];
        while (0.0..=1.0).contains(&place) && truth.len() < 1000 {
            truth.push(place);
            let next = place + way * speed * FRAME;
            if turn.is_some_and(|turn| (place < turn) != (next < turn)) && (way > 0.0) == (from < 0.5) {
                way = -way;
            } else {
                place = next;
            }
        }
        Walk::new(number, truth, NOISE, &mut dice)
    };
    (0..count).map(walk).collect()
}

/// Prints tracks and what the rules count of them: `scripts/check-statistics.sh` has another library count the same.
#[test]
#[ignore = "scripts/check-statistics.sh reads what it prints"]
fn tracks_for_a_peer() {
    let walks = passers_by(1000);
    let line = Segment::new(Point::new(0.5, 0.0), Point::new(0.5, 1.0));
    let corners = [(0.35, 0.0), (0.65, 0.0), (0.65, 1.0), (0.35, 1.0)].map(|(x, y)| Point::new(x, y));
    let mut crossing = LineCrossing::new(line, Direction::Any);
    let mut zone = ZoneCount::new(Polygon::new(&corners).unwrap());
    let (mut crossings, mut entries) = (0, 0);
    for walk in &walks {
        crossings += walk.sightings().filter_map(|seen| crossing.observe(&seen)).count();
        entries += walk.sightings().any(|seen| zone.observe(&seen) == Some(Occurrence::InZone)) as usize;
        crossing.forget(walk.track);
        zone.forget(walk.track);
    }
    let truth = serde_json::json!({
        "crossings": walks.iter().map(|walk| walk.crossings_of(0.5)).sum::<usize>(),
        "entries": walks.iter().filter(|walk| walk.seconds_within(0.35, 0.65) >= 0.3).count(),
    });
    let tracks: Vec<_> = walks.iter().map(|walk| &walk.seen).collect();
    let found = serde_json::json!({ "crossings": crossings, "entries": entries });
    println!("{}", serde_json::json!({ "truth": truth, "found": found, "tracks": tracks }));
}
