//! Lanes of a car park: who comes into them, with which plate, and who crosses their line.
//!
//! ```text
//!  session thread, no lock                             stage, in order of capture
//! ┌──────────────────────────────────────────────┐    ┌────────────────────────────────────────┐
//! │ vehicle in an open lane, not settled         │    │ detection ▶ track ▶ passage ▶ Ballot   ├─▶ LaneReport
//! │   ▶ PlateChain: find, read ▶ PlateReading    ├───▶│ one result a passage, then overwritten │
//! └──────────────────────────────────────────────┘    └────────────────────────────────────────┘
//!        ▲ LaneView: zone, schedule, the owner's switch, which places are settled ◀──┘
//! ```
//! Plates are read while the owner of the purpose wants it, and not from the start: see [`PlateSwitch`] (IVA-7a).

mod chain;
mod switch;
#[cfg(test)]
mod tests;
mod view;

pub use chain::PlateChain;
pub use switch::PlateSwitch;
pub(crate) use view::{LaneView, read};

use crate::health::CameraHealth;
use crate::metrics::Metric;
use crate::track::Tracker;
use arrayvec::ArrayVec;
use crossbeam::channel::Sender;
use jiff::Timestamp;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use vokter_models::PlateReading;
use vokter_parking::plate::{Ballot, Country, Reading, Slot};
use vokter_rules::analysis::{LaneOccurrence, PlateRead};
use vokter_rules::jurisdiction::Pack;
use vokter_rules::limits;
use vokter_rules::object::ObjectSet;
use vokter_rules::policy::{Condition, Purpose, Rule, SitePolicy};

/// Readings of a passage from which on they may be enough.
const ENOUGH: usize = 5;
/// How sure each character must be for a passage to be settled before its time.
const SURE: f32 = 0.85;
/// How sure each character of a plate must be for it to be a plate.
const LEAST: f32 = 0.5;

/// What happened in a lane.
#[derive(Debug)]
pub struct LaneReport {
    /// The purpose that the lane belongs to.
    pub purpose: String,
    /// The lane: the name of its rule.
    pub lane: String,
    /// When.
    pub at: Timestamp,
    /// What.
    pub happening: LaneHappening,
}

/// What happens in a lane. A passage comes before its crossing, always.
#[derive(Debug)]
pub enum LaneHappening {
    /// A vehicle has come into the lane, and has been read or could not be; once a passage.
    Passage {
        /// Whether it drives in the lane's direction.
        obeys: bool,
        /// What stands on its plate.
        reading: Option<Reading>,
    },
    /// A vehicle has crossed the lane's line.
    Crossed {
        /// Whether it went in the lane's direction.
        obeys: bool,
    },
}

/// What was read in one frame, each with the index of its detection.
pub(crate) type Readings = ArrayVec<(usize, PlateReading), { limits::READINGS_PER_FRAME }>;

/// The readings of one passage. Without any it takes no memory of its own.
#[derive(Default)]
struct Votes(Option<Ballot>);

impl Votes {
    fn add(&mut self, reading: &PlateReading, countries: &[Country]) {
        let slots: ArrayVec<Slot<'_>, { limits::PLATE_SLOTS }> = reading.disclose_slots().collect();
        self.0.get_or_insert_with(|| Ballot::new(countries)).add(&slots);
    }

    /// Whether more readings would hardly change anything.
    fn are_enough(&self) -> bool {
        self.0.as_ref().is_some_and(|ballot| ballot.readings() >= ENOUGH && ballot.result(SURE).is_some())
    }

    fn result(&self) -> Option<Reading> {
        self.0.as_ref()?.result(LEAST)
    }
}

/// One lane as it runs, behind inference.
pub(crate) struct Lane {
    purpose: Purpose,
    name: String,
    objects: ObjectSet,
    countries: &'static [Country],
    passages: PlateRead<Votes>,
    was_open: bool,
    view: Arc<LaneView>,
    reports: Sender<LaneReport>,
    health: Arc<CameraHealth>,
}

impl Lane {
    /// The lane of a rule, if it is one. `reads` is the owner's switch, `health` the camera's.
    pub fn of(
        policy: &SitePolicy,
        (purpose, rule): (&Purpose, &Rule),
        reads: &Arc<AtomicBool>,
        reports: &Sender<LaneReport>,
        health: &Arc<CameraHealth>,
    ) -> Option<Self> {
        let Condition::PlateRead { zone, line, direction, .. } = &rule.condition else { return None };
        Some(Self {
            purpose: purpose.clone(),
            name: rule.name.clone(),
            objects: rule.objects,
            countries: countries(policy.packs()),
            passages: PlateRead::new(zone.clone(), *line, *direction),
            was_open: false,
            view: Arc::new(LaneView::new(policy, purpose, rule.objects, zone.clone(), Arc::clone(reads))),
            reports: reports.clone(),
            health: Arc::clone(health),
        })
    }

    /// What the session threads know of it.
    pub fn view(&self) -> Arc<LaneView> {
        Arc::clone(&self.view)
    }

    /// Takes a frame into account that the tracker has seen.
    pub fn process(&mut self, tracker: &Tracker, readings: &Readings, at: Timestamp) {
        let open = self.view.is_open(at);
        if !open {
            if std::mem::take(&mut self.was_open) {
                self.interrupt(at);
            }
            return;
        }
        self.was_open = true;
        let reads = self.view.reads();
        if !reads {
            self.passages.drop_votes();
        }
        let Self { purpose, name, objects, countries, passages, view, reports, health, .. } = self;
        let mut say = |occurrence| report((reports, health), (purpose, name), reads, at, occurrence);
        for track in tracker.ended() {
            passages.forget(*track, &mut say);
        }
        let seen = tracker.sightings().filter(|sighting| objects.contains(sighting.class));
        let vote = |track, votes: &mut Votes| {
            let detection = tracker.detection_of(track).filter(|_| reads);
            let read = readings.iter().find(|(index, _)| Some(*index) == detection);
            read.is_some_and(|(_, reading)| {
                votes.add(reading, countries);
                votes.are_enough()
            })
        };
        passages.look(seen, at, vote, &mut say);
        view.show_settled(passages.settled());
    }

    /// The stream was interrupted or the purpose was closed.
    pub fn interrupt(&mut self, at: Timestamp) {
        let Self { purpose, name, passages, view, reports, health, .. } = self;
        let reads = view.reads();
        passages.reset(|occurrence| report((reports, health), (purpose, name), reads, at, occurrence));
        view.show_settled(std::iter::empty());
    }

    /// Drops what was read and not reported, if its purpose's owner wants nothing to be read.
    pub fn drop_unwanted(&mut self) {
        if !self.view.reads() {
            self.passages.drop_votes();
        }
    }
}

fn report(
    (reports, health): (&Sender<LaneReport>, &CameraHealth),
    (purpose, lane): (&Purpose, &str),
    reads: bool,
    at: Timestamp,
    occurrence: LaneOccurrence<Votes>,
) {
    let happening = match occurrence {
        LaneOccurrence::Passage { obeys, votes } => {
            let reading = votes.result();
            if reads {
                health.add(if reading.is_some() { Metric::PassagesRead } else { Metric::PassagesUnread }, 1);
            }
            LaneHappening::Passage { obeys, reading }
        }
        LaneOccurrence::Crossed { obeys } => LaneHappening::Crossed { obeys },
    };
    // The receiver is gone only when nobody wants to know.
    let _ = reports.send(LaneReport { purpose: purpose.name.clone(), lane: lane.to_owned(), at, happening });
}

/// The countries whose plates are expected, nearest first: where a plate has the format of several, the first is meant.
fn countries(packs: &[Pack]) -> &'static [Country] {
    use Country::{Britain, Denmark, Germany, Iceland, Norway, Sweden};
    if packs.contains(&Pack::Iceland) {
        &[Iceland, Denmark, Norway, Sweden, Germany, Britain]
    } else {
        &[Norway, Sweden, Denmark, Germany, Iceland, Britain]
    }
}
