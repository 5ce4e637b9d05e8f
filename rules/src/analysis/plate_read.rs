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
//! passage. Before the line is crossed, the way that a vehicle drives is known once it has moved by 0.03 of the picture;
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
        if (here.x - self.stands.0.x).hypot(here.y - self.stands.0.y) > STILL {
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
        let reach = sighting.region.width().max(sighting.region.height());
        let is_at_line = line.signed_distance(here).abs() <= reach && for_long(Some(self.stands.1), STANDS_FOR);
        if enough || is_at_line || for_long(self.outside_since, EXIT_HOLD) {
            self.report_if_open(say);
        }
        if let Some(along_normal) = crossed {
            let sign = if along_normal { 1.0 } else { -1.0 };
            let obeys = along(line.normal(), towards) * sign > 0.0;
            if self.passage != Passage::Settled {
                self.way.obeys = obeys;
                self.passage = Passage::Open;
                self.report_if_open(say);
            }
            say(LaneOccurrence::Crossed { obeys });
        }
        if self.passage == Passage::Settled && for_long(self.outside_since, OVER_AFTER) {
            self.passage = Passage::Elsewhere;
        }
    }

    fn report_if_open(&mut self, say: &mut impl FnMut(LaneOccurrence<V>)) {
        if self.passage == Passage::Open {
            self.passage = Passage::Settled;
            say(LaneOccurrence::Passage { obeys: self.way.obeys, votes: std::mem::take(&mut self.votes) });
        }
    }
}

/// How far along a direction a point lies.
fn along(point: Point, towards: Point) -> f32 {
    point.x * towards.x + point.y * towards.y
}
