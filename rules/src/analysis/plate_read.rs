//! # plate-read
//!
//! **Detects** that a vehicle comes into a lane, reads its number plate there, and detects that it crosses the lane's line:
//! the barrier, or where one stops. A vehicle's place is the bottom centre of its box. It is read in the zone, and each
//! passage is reported once, however long the car waits: as soon as its readings agree, else when it stands at the line,
//! crosses it, leaves the zone or is lost from sight. A passage is reported before its crossing, always.
//!
//! **Purpose**: parking payment, and no other (IVA-7a).
//!
//! **Guideline**: IVA-7a (plates are read for payment alone, and only while one can pay on the spot: the owner of the
//! purpose stops and resumes it), IVA-7b (what is read is handed to the lot, which forgets it on payment), KRS-18.
//!
//! **Never records** a picture of the plate, of the vehicle or of who is in it. Readings are in memory until the passage is
//! reported, and are overwritten then. No alarm is raised and no event is made.
//!
//! **Limits**: the line must end where the lane does, since whoever crosses it is in the lane. A new track that begins
//! where another was lost within 3 s is taken for the same vehicle; a vehicle that is out of sight for longer is another
//! passage. One that never moved, as what is parked in the zone, is reported when its plate is read or it crosses the line,
//! and not before. Before the line is crossed, the way that a vehicle drives is known once it has moved by 0.03 of the picture;
//! one that stands counts as obeying.
//!
//! **Directions** are those of `line-crossing`: which way cars drive in the lane when they obey. `any` is none.
//! ```text
//!      ┌────────────────┐      │
//!      │ zone    ▭ ──▶  │      │ line      direction = "right"
//!      └────────────────┘      │
//! ```
//!
//! **Example**: the rule's name is the lane's.
//! ```toml
//! [purposes.parking.rules.way-in]
//! rule = "plate-read"
//! camera = "gate"
//! zone = "before-the-barrier"
//! line = "barrier"
//! direction = "up"            # left, right, up or down
//! objects = ["car", "truck", "bus", "motorcycle"]
//! ```

use super::line_crossing::Walk;
use super::{Direction, Sighting, TrackId};
use crate::geometry::{Point, Polygon, Rect, Segment};
use crate::limits;
use jiff::{SignedDuration, Timestamp};

/// How long a vehicle must be in the zone before it has come into the lane.
const ENTRY_HOLD: SignedDuration = SignedDuration::from_millis(300);
/// How long it must be outside before it has left it.
const EXIT_HOLD: SignedDuration = SignedDuration::from_secs(1);
/// How long it must be outside before what comes next is another passage.
const OVER_AFTER: SignedDuration = SignedDuration::from_secs(5);
/// How long it must stand at the line before it is reported with what there is.
const STANDS_FOR: SignedDuration = SignedDuration::from_secs(2);
/// How far one that stands may seem to move.
const STILL: f32 = 0.01;
/// How far a vehicle must have moved to have come: one that never did is parked, or no vehicle.
const MOVED: f32 = 0.05;
/// How far it must move before its way is known.
const WAY: f32 = 0.03;
/// How long after a vehicle was last seen a new track in its place is taken for it.
const SAME_WITHIN: SignedDuration = SignedDuration::from_secs(3);
/// The least overlap of the two.
const SAME_PLACE: f32 = 0.3;

/// What happens in a lane. `V` is what the readings of a passage are collected in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LaneOccurrence<V> {
    /// A vehicle has come into the lane; once a passage.
    Passage {
        /// Whether it drives in the lane's direction.
        obeys: bool,
        /// What was read of it.
        votes: V,
    },
    /// A vehicle has crossed the lane's line.
    Crossed {
        /// Whether it went in the lane's direction.
        obeys: bool,
    },
}

/// The rule's state in one lane; its module is the manual.
pub struct PlateRead<V> {
    zone: Polygon,
    line: Segment,
    towards: Point,
    vehicles: Vec<Vehicle<V>>,
}

/// How far a vehicle's passage has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Passage {
    /// It is not in the lane.
    Elsewhere,
    /// It is in the lane, and not reported yet.
    Open,
    /// It was reported.
    Settled,
}

struct Vehicle<V> {
    track: TrackId,
    /// Whether its track lives.
    lives: bool,
    region: Rect,
    seen: Timestamp,
    walk: Walk,
    way: Way,
    /// Where it was first seen.
    began: Point,
    has_moved: bool,
    /// Where it stands, and since when.
    stands: (Point, Timestamp),
    inside_since: Option<Timestamp>,
    outside_since: Option<Timestamp>,
    passage: Passage,
    votes: V,
}

/// Which way something moves along the lane: turned round only by a move back of [`WAY`].
#[derive(Clone, Copy)]
struct Way {
    obeys: bool,
    /// The farthest it came that way.
    farthest: f32,
}

impl Way {
    fn step(&mut self, along: f32) {
        let sign = if self.obeys { 1.0 } else { -1.0 };
        if (self.farthest - along) * sign > WAY {
            *self = Self { obeys: !self.obeys, farthest: along };
        } else if (along - self.farthest) * sign > 0.0 {
            self.farthest = along;
        }
    }
}

impl<V: Default> PlateRead<V> {
    /// The rule over a lane, with no vehicle seen yet. Who goes in no direction obeys none.
    pub fn new(zone: Polygon, line: Segment, direction: Direction) -> Self {
        let towards = direction.vector().unwrap_or_default();
        Self { zone, line, towards, vehicles: Vec::with_capacity(limits::TRACKS_PER_CAMERA) }
    }

    /// Takes the vehicles of a frame into account. Each that is in the zone and not reported may `vote`: add what was read of
    /// it in this frame, and say whether that is enough. What happens is said at once.
    pub fn look(
        &mut self,
        seen: impl Iterator<Item = Sighting> + Clone,
        at: Timestamp,
        mut vote: impl FnMut(TrackId, &mut V) -> bool,
        mut say: impl FnMut(LaneOccurrence<V>),
    ) {
        let is_recent = |vehicle: &Vehicle<V>| at.duration_since(vehicle.seen) <= SAME_WITHIN;
        self.vehicles.retain(|vehicle| vehicle.lives || is_recent(vehicle));
        // Those that are known come first, so that nobody takes the place of one that this frame shows.
        for is_new in [false, true] {
            for sighting in seen.clone() {
                let known = self.vehicles.iter().position(|vehicle| vehicle.track == sighting.track);
                if known.is_some_and(|index| self.vehicles.get(index).is_some_and(|vehicle| vehicle.seen == at)) {
                    continue;
                }
                let index = if is_new { self.begin(&sighting) } else { known };
                if let Some(vehicle) = index.and_then(|index| self.vehicles.get_mut(index)) {
                    vehicle.step(&self.zone, &self.line, self.towards, &sighting, &mut vote, &mut say);
                }
            }
        }
    }

    /// The place of a vehicle that was not known: that of one that was lost there just now, or its own.
    fn begin(&mut self, sighting: &Sighting) -> Option<usize> {
        let Sighting { track, region, at, .. } = *sighting;
        let overlap = |vehicle: &Vehicle<V>| vehicle.region.iou(&region);
        let is_lost = |vehicle: &Vehicle<V>| vehicle.seen < at && at.duration_since(vehicle.seen) <= SAME_WITHIN;
        let lost = self.vehicles.iter().enumerate().filter(|(_, lost)| is_lost(lost) && overlap(lost) >= SAME_PLACE);
        let nearest = lost.max_by(|one, other| overlap(one.1).total_cmp(&overlap(other.1)));
        if let Some((index, _)) = nearest {
            let vehicle = self.vehicles.get_mut(index)?;
            (vehicle.track, vehicle.lives) = (track, true);
            return Some(index);
        }
        if self.vehicles.len() == limits::TRACKS_PER_CAMERA {
            // The tracker bounds those that live.
            let gone = self.vehicles.iter().position(|vehicle| !vehicle.lives)?;
            self.vehicles.swap_remove(gone);
        }
        let here = region.bottom_centre();
        self.vehicles.push(Vehicle {
            track,
            lives: true,
            region,
            seen: at,
            walk: Walk::default(),
            way: Way { obeys: true, farthest: along(here, self.towards) },
            began: here,
            has_moved: false,
            stands: (here, at),
            inside_since: None,
            outside_since: None,
            passage: Passage::Elsewhere,
            votes: V::default(),
        });
        Some(self.vehicles.len() - 1)
    }

    /// A track has ended. Whoever is in the lane is reported with what there is; for a while another may take its place.
    pub fn forget(&mut self, track: TrackId, mut say: impl FnMut(LaneOccurrence<V>)) {
        if let Some(vehicle) = self.vehicles.iter_mut().find(|vehicle| vehicle.track == track) {
            vehicle.lives = false;
            vehicle.report_if_open(&mut say);
        }
    }

    /// The stream was interrupted or its purpose was closed: whoever is in the lane is reported, and everything forgotten.
    pub fn reset(&mut self, mut say: impl FnMut(LaneOccurrence<V>)) {
        self.vehicles.iter_mut().for_each(|vehicle| vehicle.report_if_open(&mut say));
        self.vehicles.clear();
    }

    /// Drops what was read and is not reported yet.
    pub fn drop_votes(&mut self) {
        self.vehicles.iter_mut().for_each(|vehicle| vehicle.votes = V::default());
    }

    /// Where those are that need not be read any more.
    pub fn settled(&self) -> impl Iterator<Item = Rect> {
        let settled = self.vehicles.iter().filter(|vehicle| vehicle.lives && vehicle.passage == Passage::Settled);
        settled.map(|vehicle| vehicle.region)
    }
}

impl<V: Default> Vehicle<V> {
    fn step(
        &mut self,
        zone: &Polygon,
        line: &Segment,
        towards: Point,
        sighting: &Sighting,
        vote: &mut impl FnMut(TrackId, &mut V) -> bool,
        say: &mut impl FnMut(LaneOccurrence<V>),
    ) {
        let (here, at) = (sighting.region.bottom_centre(), sighting.at);
        (self.region, self.seen) = (sighting.region, at);
        self.way.step(along(here, towards));
        self.has_moved |= distance(here, self.began) > MOVED;
        if distance(here, self.stands.0) > STILL {
            self.stands = (here, at);
        }
        let for_long = |since: Option<Timestamp>, hold| since.is_some_and(|since| at.duration_since(since) >= hold);
        let is_inside = zone.contains(here);
        let mut enough = false;
        if is_inside {
            self.outside_since = None;
            self.inside_since.get_or_insert(at);
            if self.passage == Passage::Elsewhere && for_long(self.inside_since, ENTRY_HOLD) {
                self.passage = Passage::Open;
            }
            enough = self.passage != Passage::Settled && vote(self.track, &mut self.votes);
        } else {
            self.inside_since = None;
            self.outside_since.get_or_insert(at);
            if self.passage == Passage::Elsewhere {
                self.votes = V::default();
            }
        }
        let crossed = self.walk.step(line, here);
        let reach = sighting.region.height();
        let is_at_line = line.signed_distance(here).abs() <= reach && for_long(Some(self.stands.1), STANDS_FOR);
        self.has_moved |= enough;
        if enough || is_at_line || for_long(self.outside_since, EXIT_HOLD) {
            self.report_if_open(say);
        }
        if let Some(along_normal) = crossed {
            let sign = if along_normal { 1.0 } else { -1.0 };
            let obeys = along(line.normal(), towards) * sign > 0.0;
            if self.passage != Passage::Settled {
                self.way.obeys = obeys;
                (self.passage, self.has_moved) = (Passage::Open, true);
                self.report_if_open(say);
            }
            say(LaneOccurrence::Crossed { obeys });
        }
        if self.passage == Passage::Settled && for_long(self.outside_since, OVER_AFTER) {
            self.passage = Passage::Elsewhere;
        }
    }

    fn report_if_open(&mut self, say: &mut impl FnMut(LaneOccurrence<V>)) {
        if self.passage == Passage::Open && self.has_moved {
            self.passage = Passage::Settled;
            say(LaneOccurrence::Passage { obeys: self.way.obeys, votes: std::mem::take(&mut self.votes) });
        }
    }
}

fn distance(one: Point, other: Point) -> f32 {
    (one.x - other.x).hypot(one.y - other.y)
}

/// How far along a direction a point lies.
fn along(point: Point, towards: Point) -> f32 {
    point.x * towards.x + point.y * towards.y
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::ObjectClass;
    use LaneOccurrence::{Crossed, Passage};
    use proptest::prelude::*;

    /// Frames a second.
    const RATE: f32 = 10.0;

    /// A lane that leads up: the zone lies below its line at y = 0.5.
    fn lane() -> PlateRead<u32> {
        let corners = [(0.2, 0.5), (0.6, 0.5), (0.6, 0.9), (0.2, 0.9)].map(|(x, y)| Point::new(x, y));
        let line = Segment::new(Point::new(0.2, 0.5), Point::new(0.6, 0.5));
        PlateRead::new(Polygon::new(&corners).unwrap(), line, Direction::Up)
    }

    /// A track, and how far down the picture it is.
    type Seen = (u64, f32);

    /// What is said of frames: which one said it, and what. `None` is a track that ends. Votes count the frames in which a
    /// vehicle was read, and so many are enough.
    fn said_by(
        lane: &mut PlateRead<u32>,
        frames: &[(Vec<Seen>, Option<u64>)],
        enough: u32,
    ) -> Vec<(usize, LaneOccurrence<u32>)> {
        let mut said = vec![];
        for (frame, (seen, ended)) in frames.iter().enumerate() {
            let at = Timestamp::from_millisecond((frame as f32 * 1000.0 / RATE) as i64).unwrap();
            if let Some(ended) = ended {
                lane.forget(TrackId::from_random(*ended), |occurrence| said.push((frame, occurrence)));
            }
            let sighting = |(track, y): &Seen| Sighting {
                track: TrackId::from_random(*track),
                class: ObjectClass::Car,
                region: Rect::new(0.3, y - 0.2, 0.5, *y),
                at,
            };
            let vote = |_, votes: &mut u32| {
                *votes += 1;
                *votes >= enough
            };
            lane.look(seen.iter().map(sighting), at, vote, |occurrence| said.push((frame, occurrence)));
        }
        said
    }

    fn said(frames: &[(Vec<Seen>, Option<u64>)], enough: u32) -> Vec<LaneOccurrence<u32>> {
        said_by(&mut lane(), frames, enough).into_iter().map(|(_, occurrence)| occurrence).collect()
    }

    /// A track that goes from one place to another in so many seconds.
    fn drive(track: u64, from: f32, to: f32, seconds: f32) -> Vec<(Vec<Seen>, Option<u64>)> {
        let frames = (seconds * RATE) as usize;
        let place = |frame: usize| from + (to - from) * frame as f32 / frames as f32;
        (0..frames).map(|frame| (vec![(track, place(frame))], None)).collect()
    }

    fn nothing(seconds: f32) -> Vec<(Vec<Seen>, Option<u64>)> {
        vec![(vec![], None); (seconds * RATE) as usize]
    }

    /// The passage and the crossing of a car that obeys, and was read in so many frames.
    fn through(votes: u32) -> [LaneOccurrence<u32>; 2] {
        [Passage { obeys: true, votes }, Crossed { obeys: true }]
    }

    #[test]
    fn a_car_that_drives_through_is_one_passage_and_then_one_crossing() {
        let frames = drive(1, 1.0, 0.2, 4.0);
        let (few, many) = (said(&frames, 5), said(&frames, 1000));
        assert_eq!(few, through(5), "five readings are enough");
        let [Passage { votes, .. }, Crossed { .. }] = many[..] else { panic!("{many:?}") };
        assert!((15..=21).contains(&votes), "all that there was: {votes}");
    }

    #[test]
    fn a_car_that_waits_is_one_passage_however_long() {
        let frames = [drive(1, 1.0, 0.6, 2.0), drive(1, 0.6, 0.6, 60.0), drive(1, 0.6, 0.2, 2.0)].concat();
        assert_eq!(said(&frames, 8), through(8));
        let found = said_by(&mut lane(), &frames, 1000);
        let [(stood, Passage { obeys: true, .. }), (crossed, Crossed { obeys: true })] = found[..] else {
            panic!("{found:?}")
        };
        assert!((39..=42).contains(&stood) && crossed > 600, "it stood at the line for two seconds: {stood} {crossed}");
    }

    #[test]
    fn a_car_far_from_the_line_is_not_given_up_while_it_stands() {
        let frames = [drive(1, 1.0, 0.85, 1.0), drive(1, 0.85, 0.85, 10.0), drive(1, 0.85, 0.2, 2.0)].concat();
        let found = said_by(&mut lane(), &frames, 1000);
        assert!(matches!(found[..], [(111.., Passage { .. }), (_, Crossed { .. })]), "{found:?}");
    }

    #[test]
    fn who_comes_against_the_lane_is_said_to() {
        let against = [Passage { obeys: false, votes: 2 }, Crossed { obeys: false }];
        assert_eq!(said(&drive(1, 0.2, 1.0, 4.0), 5), against);
        let waits = [drive(1, 1.0, 0.6, 2.0), drive(1, 0.6, 0.6, 3.0), drive(1, 0.6, 0.95, 2.0)].concat();
        assert_eq!(said(&waits, 5), [Passage { obeys: true, votes: 5 }], "it turned back");
        let from_the_side = [drive(1, 0.45, 0.45, 1.0), drive(1, 0.45, 0.7, 1.0), drive(1, 0.7, 0.7, 3.0)].concat();
        let found = said(&from_the_side, 1000);
        assert!(matches!(found[..], [Passage { obeys: false, .. }, Crossed { obeys: false }]), "{found:?}");
    }

    #[test]
    fn another_track_in_the_place_of_a_lost_one_is_the_same_car() {
        let mut frames = [drive(1, 1.0, 0.6, 2.0), drive(1, 0.6, 0.6, 3.0)].concat();
        let mut ends = nothing(2.0);
        ends.push((vec![], Some(1)));
        let after = [drive(2, 0.6, 0.6, 3.0), drive(2, 0.6, 0.2, 2.0)].concat();
        assert_eq!(said(&[&frames[..], &ends, &after].concat(), 8), through(8), "the old track has ended");
        assert_eq!(said(&[&frames[..], &after].concat(), 8), through(8), "the old track lives on, unseen");
        let short = [drive(1, 1.0, 0.6, 2.0), drive(1, 0.6, 0.6, 1.0), nothing(0.3)].concat();
        assert_eq!(said(&[&short[..], &after].concat(), 28), through(28), "its readings are taken on");
        frames.extend(nothing(2.0));
        frames.push((vec![], Some(1)));
        frames.extend(nothing(3.0));
        assert_eq!(said(&[&frames[..], &after].concat(), 8).len(), 3, "after five seconds it is another");
    }

    #[test]
    fn cars_that_follow_each_other_closely_are_each_their_own() {
        let mut frames = drive(1, 1.0, 0.2, 4.0);
        frames.extend(drive(1, 0.2, 0.2, 1.5));
        for (frame, (seen, _)) in frames.iter_mut().enumerate().skip(12) {
            seen.push((2, 1.0 - (frame - 12) as f32 * 0.02));
        }
        let found = said(&frames, 5);
        let (one, other) = (through(5), through(5));
        assert_eq!(found, [one[0], other[0], one[1], other[1]]);
    }

    #[test]
    fn what_is_parked_or_flickers_is_no_passage() {
        assert_eq!(said(&drive(1, 0.7, 0.7, 60.0), 1000), []);
        let frames = [drive(1, 0.7, 0.7, 60.0), drive(1, 0.7, 0.2, 2.0)].concat();
        assert_eq!(said(&frames, 1000).len(), 2, "until it drives off");
        assert_eq!(said(&drive(1, 0.7, 0.7, 60.0), 5), [Passage { obeys: true, votes: 5 }], "or is read");
        let flicker: Vec<_> =
            (0..50).map(|frame| (vec![(1, if frame % 3 == 0 { 0.89 } else { 0.95 })], None)).collect();
        assert_eq!(said(&flicker, 2), []);
    }

    #[test]
    fn who_comes_again_is_another_passage() {
        let once = [drive(1, 1.0, 0.7, 2.0), drive(1, 0.7, 1.0, 2.0)].concat();
        let again = [&once[..], &drive(1, 1.0, 1.0, 6.0), &once].concat();
        assert_eq!(said(&again, 5), [Passage { obeys: true, votes: 5 }; 2]);
    }

    #[test]
    fn whoever_is_in_the_lane_is_reported_when_all_is_forgotten() {
        let mut lane = lane();
        let before = said_by(&mut lane, &drive(1, 1.0, 0.7, 2.0), 1000);
        lane.drop_votes();
        let mut last = vec![];
        lane.reset(|occurrence| last.push(occurrence));
        assert_eq!((before, last), (vec![], vec![Passage { obeys: true, votes: 0 }]));
        assert_eq!(lane.settled().count(), 0);
    }

    #[test]
    fn inv_11_vehicles_of_a_lane_are_bounded() {
        let mut lane = lane();
        let frames: Vec<_> = (0..100)
            .map(|frame| {
                let seen = (0..200).map(|n| (frame * 1000 + n, 0.7)).collect();
                (seen, Some(frame * 1000))
            })
            .collect();
        said_by(&mut lane, &frames, 5);
        assert!(lane.vehicles.len() <= limits::TRACKS_PER_CAMERA);
    }

    proptest! {
        #[test]
        fn a_passage_comes_before_its_crossing_and_once(
            places in prop::collection::vec((0.0f32..1.0, prop::bool::weighted(0.8)), 2..80), enough in 1u32..50
        ) {
            let frames: Vec<_> = places.iter().map(|(y, is_seen)| {
                (is_seen.then_some((1, *y)).into_iter().collect::<Vec<_>>(), None)
            }).collect();
            let found = said_by(&mut lane(), &frames, enough);
            let mut settled: Option<usize> = None;
            for (frame, occurrence) in found {
                match occurrence {
                    Crossed { .. } => prop_assert!(settled.is_some(), "a crossing before any passage"),
                    Passage { .. } => {
                        let over = settled.replace(frame).is_none_or(|before| frame - before >= 50);
                        prop_assert!(over, "two passages within five seconds");
                    }
                }
            }
        }
    }
}
