//! What a session thread knows of a lane: which vehicles it is to read.

use super::{PlateChain, Readings};
use crate::health::lock;
use arrayvec::ArrayVec;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use vokter_frames::MaskedFrame;
use vokter_models::{Detection, ModelError};
use vokter_rules::geometry::{Polygon, Rect};
use vokter_rules::limits;
use vokter_rules::object::ObjectSet;
use vokter_rules::policy::{Purpose, Schedule, SitePolicy};

/// Overlap from which on a vehicle is taken for one that is settled.
const SETTLED: f32 = 0.5;

type Places = ArrayVec<Rect, { limits::SETTLED_PER_LANE }>;

/// One lane, as seen before the stage. What is settled may be a frame or two old: then a vehicle is read in vain.
pub(crate) struct LaneView {
    zone: Polygon,
    objects: ObjectSet,
    schedule: Schedule,
    time_zone: TimeZone,
    reads: Arc<AtomicBool>,
    settled: Mutex<Places>,
}

impl LaneView {
    pub fn new(
        policy: &SitePolicy,
        purpose: &Purpose,
        objects: ObjectSet,
        zone: Polygon,
        reads: Arc<AtomicBool>,
    ) -> Self {
        let (schedule, time_zone) = (purpose.schedule.clone(), policy.time_zone().clone());
        Self { zone, objects, schedule, time_zone, reads, settled: Mutex::default() }
    }

    pub fn is_open(&self, at: Timestamp) -> bool {
        self.schedule.is_open(at, &self.time_zone)
    }

    /// Whether the owner of the purpose wants plates to be read.
    pub fn reads(&self) -> bool {
        self.reads.load(Ordering::SeqCst)
    }

    /// Says where vehicles are that need not be read any more.
    pub fn show_settled(&self, settled: impl Iterator<Item = Rect>) {
        let mut places = lock(&self.settled);
        places.clear();
        places.extend(settled.take(limits::SETTLED_PER_LANE));
    }

    /// Whether a vehicle stands in the zone, and is of those that are read.
    fn wants(&self, vehicle: &Detection) -> bool {
        self.objects.contains(vehicle.class) && self.zone.contains(vehicle.region.bottom_centre())
    }
}

/// Reads the vehicles of a frame that stand in a lane which is open, read and not settled, best detection first.
pub(crate) fn read(
    chain: &mut PlateChain,
    lanes: &[Arc<LaneView>],
    frame: &MaskedFrame,
    at: Timestamp,
    detections: &[Detection],
) -> Result<Readings, ModelError> {
    let mut readings = Readings::new();
    for lane in lanes.iter().filter(|lane| lane.reads() && lane.is_open(at)) {
        let settled = lock(&lane.settled).clone();
        for (index, vehicle) in detections.iter().enumerate().filter(|(_, vehicle)| lane.wants(vehicle)) {
            let is_settled = settled.iter().any(|place| place.iou(&vehicle.region) >= SETTLED);
            let is_read = readings.iter().any(|(known, _)| *known == index);
            if is_settled || is_read || readings.is_full() {
                continue;
            }
            if let Some(reading) = chain.read(frame, &vehicle.region)? {
                readings.push((index, reading));
            }
        }
    }
    Ok(readings)
}
