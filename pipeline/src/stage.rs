//! Tracking and rules of one camera, in order of capture, whatever order inference finishes in.

use crate::health::CameraHealth;
use crate::lane::{Lane, Readings};
use crate::metrics::Metric;
use crate::tally::{Seen, Tally};
use crate::track::Tracker;
use arrayvec::ArrayVec;
use crossbeam::channel::Sender;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use vokter_frames::{MaskedFrame, Still};
use vokter_models::Detection;
use vokter_rules::analysis::{Evaluation, Occurrence};
use vokter_rules::event::Event;
use vokter_rules::geometry::Rect;
use vokter_rules::limits;
use vokter_rules::policy::{Purpose, Rule, SitePolicy};

/// A gap in time, either way, after which what comes has nothing to do with what was.
const INTERRUPTION: SignedDuration = SignedDuration::from_secs(5);

/// Something that a rule reported.
#[derive(Clone, Debug)]
pub struct Alarm {
    /// What happened, bound to its purpose.
    pub event: Event,
    /// The masked picture that showed it, its object marked, as a JPEG file; if stills are wanted.
    pub still: Option<Vec<u8>>,
}

/// A frame that has been through the detector.
pub(crate) struct Analysed {
    pub sequence: u64,
    pub frame: MaskedFrame,
    pub at: Timestamp,
    pub detections: ArrayVec<Detection, { limits::DETECTIONS_PER_FRAME }>,
    pub readings: Readings,
}

/// One rule as it runs.
struct Running {
    purpose: Purpose,
    rule: Rule,
    evaluation: Evaluation,
    was_open: bool,
    /// Of a counting rule.
    tally: Option<Arc<Tally>>,
}

impl Running {
    fn tell(&self, seen: Seen) {
        if let Some(tally) = &self.tally {
            tally.see(seen);
        }
    }
}

/// The state of one camera behind inference.
pub(crate) struct Stage {
    camera: String,
    time_zone: TimeZone,
    commissioning: bool,
    stills: bool,
    tracker: Tracker,
    rules: Vec<Running>,
    lanes: Vec<Lane>,
    next: u64,
    early: Vec<Analysed>,
    last: Option<Timestamp>,
    health: Arc<CameraHealth>,
    alarms: Sender<Alarm>,
}

impl Stage {
    pub fn new(
        policy: &SitePolicy,
        camera: &str,
        commissioning: bool,
        stills: bool,
        random: u64,
        health: Arc<CameraHealth>,
        alarms: Sender<Alarm>,
    ) -> Self {
        let running = |(purpose, rule): (&Purpose, &Rule)| {
            Some(Running {
                purpose: purpose.clone(),
                rule: rule.clone(),
                evaluation: rule.condition.evaluation()?,
                was_open: false,
                tally: rule.condition.is_count().then(|| Arc::new(Tally::new(&purpose.name, &rule.name, camera))),
            })
        };
        Self {
            camera: camera.to_owned(),
            time_zone: policy.time_zone().clone(),
            commissioning,
            stills,
            tracker: Tracker::new(random),
            rules: policy.rules_of(camera).filter_map(running).collect(),
            lanes: Vec::new(),
            next: 0,
            early: Vec::with_capacity(limits::SESSIONS),
            last: None,
            health,
            alarms,
        }
    }

    /// The same with the camera's lanes.
    pub fn with_lanes(mut self, lanes: Vec<Lane>) -> Self {
        self.lanes = lanes;
        self
    }

    /// Drops what was read and not reported, of the purposes whose owners want nothing to be read.
    pub fn drop_unwanted_readings(&mut self) {
        self.lanes.iter_mut().for_each(Lane::drop_unwanted);
    }

    /// The counts of the counting rules.
    pub fn tallies(&self) -> impl Iterator<Item = Arc<Tally>> {
        self.rules.iter().filter_map(|running| running.tally.clone())
    }

    /// Takes an analysed frame, and with it every later one that was waiting for it.
    pub fn complete(&mut self, analysed: Analysed) {
        if analysed.sequence != self.next {
            self.early.push(analysed);
            return;
        }
        self.process(&analysed);
        while let Some(index) = self.early.iter().position(|early| early.sequence == self.next) {
            let early = self.early.swap_remove(index);
            self.process(&early);
        }
    }

    fn process(&mut self, analysed: &Analysed) {
        self.next = analysed.sequence + 1;
        let at = analysed.at;
        let last = self.last.replace(at);
        if let Some(last) = last.filter(|last| at.duration_since(*last).abs() > INTERRUPTION) {
            self.tracker.reset();
            for running in &mut self.rules {
                running.evaluation.reset();
                running.tell(Seen::Interrupted);
            }
            self.lanes.iter_mut().for_each(|lane| lane.interrupt(last));
        }
        self.tracker.update(&analysed.detections, at);
        self.health.add(Metric::FramesAnalysed, 1);
        self.health.set_live_tracks(self.tracker.live());
        for lane in &mut self.lanes {
            lane.process(&self.tracker, &analysed.readings, at);
        }
        for running in &mut self.rules {
            let open = running.purpose.schedule.is_open(at, &self.time_zone);
            if !open && running.was_open {
                running.evaluation.reset();
            }
            running.was_open = open;
            for track in self.tracker.ended() {
                running.evaluation.forget(*track);
                running.tell(Seen::Ended(*track));
            }
            if !open {
                continue;
            }
            running.tell(Seen::Looked(at));
            for sighting in self.tracker.sightings().filter(|seen| running.rule.objects.contains(seen.class)) {
                if let Some(occurrence) = running.evaluation.observe(&sighting) {
                    if running.tally.is_some() {
                        let (track, class) = (sighting.track, sighting.class);
                        running.tell(match occurrence {
                            Occurrence::LeftZone => Seen::Left(track),
                            _ => {
                                let towards = running.rule.condition.heading(occurrence);
                                Seen::Counted { track, class, towards, at }
                            }
                        });
                        continue;
                    }
                    let event = Event::new(
                        &running.purpose,
                        &self.camera,
                        &running.rule,
                        occurrence,
                        sighting.class,
                        at,
                        self.commissioning,
                    );
                    self.health.add(Metric::Events, 1);
                    self.health.set_last_event(&running.rule.name, at);
                    let still = self.stills.then(|| still(&analysed.frame, &sighting.region)).flatten();
                    // The receiver is gone only when the engine is being torn down.
                    let _ = self.alarms.send(Alarm { event, still });
                }
            }
        }
    }
}

fn still(frame: &MaskedFrame, region: &Rect) -> Option<Vec<u8>> {
    let mut still = Still::of(frame);
    still.mark(region);
    still.to_jpeg().inspect_err(|error| tracing::error!(%error, "a still could not be encoded")).ok()
}
