//! The threads of a site, started together and joined together.

use crate::camera::{Camera, Waiting};
use crate::gate::MotionGate;
use crate::health::{CameraHealth, State, lock};
use crate::ingest::feed::Feed;
use crate::ingest::live::{Address, Live};
use crate::ingest::pace::Pace;
use crate::lane::{self, Lane, LaneReport, LaneView, PlateChain, PlateSwitch, Readings};
use crate::metrics::Metrics;
use crate::queue::FairQueue;
use crate::stage::{Alarm, Analysed, Stage};
use crate::tally::Tally;
use arrayvec::ArrayVec;
use crossbeam::channel::{Receiver, Sender, bounded};
use jiff::Timestamp;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use url::Url;
use vokter_frames::{LumaPlane, MaskPlan};
use vokter_models::{Detection, Detector, ModelError};
use vokter_rules::limits;
use vokter_rules::policy::{Condition, Purpose, Rule, SitePolicy, Source};

/// What the engine is to do beyond the policy.
pub struct Options {
    /// The decoder program.
    pub decoder: PathBuf,
    /// The program that renders synthetic scenes.
    pub scene: PathBuf,
    /// Whether files are played at the speed at which they were recorded, rather than as fast as can be.
    pub pace: bool,
    /// Whether the motion gate saves inferences.
    pub gate: bool,
    /// Whether alarms come with a still.
    pub stills: bool,
    /// When the run begins: the time that a file without its own begins at.
    pub now: Timestamp,
}

/// Why an engine did not start.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// An address that is none.
    #[error("the address of camera `{camera}` is not understood: {cause}")]
    Address {
        /// The camera.
        camera: String,
        /// What is wrong with it.
        cause: String,
    },
    /// The system refused a thread, a runtime or random numbers.
    #[error("the engine could not start: {0}")]
    System(String),
}

/// A running site.
pub struct Engine {
    cameras: Vec<Arc<CameraHealth>>,
    metrics: Metrics,
    tallies: Vec<Arc<Tally>>,
    switches: Vec<(String, PlateSwitch)>,
    camera_threads: Vec<JoinHandle<()>>,
    session_threads: Vec<JoinHandle<()>>,
    network: Option<JoinHandle<()>>,
    queue: Arc<FairQueue<Waiting>>,
    stop: Arc<AtomicBool>,
    network_stop: Arc<AtomicBool>,
    failure: Arc<Mutex<Option<ModelError>>>,
}

impl Engine {
    /// Starts every camera of the policy that a rule looks at. `sources` are those of the policy's cameras, in order,
    /// with environment variables and relative paths resolved; `detectors` make one session thread each, which reads
    /// plates if it has one of the `chains`. Alarms, and what happens in lanes, come out of the receivers, which close
    /// when everything has ended; a camera waits for a receiver that is full, and not for one that is gone.
    ///
    /// # Errors
    /// When an address is not understood or the system refuses a thread.
    pub fn start(
        policy: &SitePolicy,
        sources: Vec<Source>,
        detectors: Vec<Detector>,
        chains: Vec<PlateChain>,
        options: &Options,
    ) -> Result<(Self, Receiver<Alarm>, Receiver<LaneReport>), EngineError> {
        let system = |error: &dyn std::fmt::Display| EngineError::System(error.to_string());
        let metrics = Metrics::new().map_err(|error| system(&error))?;
        let (sender, alarms) = bounded(limits::EVENTS_WAITING);
        let (reporter, reports) = bounded(limits::LANE_REPORTS_WAITING);
        let queue = Arc::new(FairQueue::new(policy.cameras().len()));
        let mut engine = Self {
            cameras: Vec::new(),
            metrics,
            tallies: Vec::new(),
            switches: Vec::new(),
            camera_threads: Vec::new(),
            session_threads: Vec::new(),
            network: None,
            queue: Arc::clone(&queue),
            stop: Arc::default(),
            network_stop: Arc::default(),
            failure: Arc::default(),
        };
        let begun = Instant::now();
        // What waits, what is being looked at, and one to come.
        let ahead = (limits::FRAMES_WAITING_PER_CAMERA + detectors.len() + 1) as u32;
        let reads = purposes_with_lanes(policy);
        let (mut stages, mut lanes_of) = (Vec::new(), Vec::new());
        let mut live = Vec::new();
        for (index, (camera, source)) in policy.cameras().iter().zip(sources).enumerate() {
            let health = Arc::new(CameraHealth::new(&camera.name, engine.metrics.of_camera(&camera.name)));
            let commissioning = matches!(source, Source::File(_));
            let random = getrandom::u64().map_err(|error| system(&error))?;
            let (name, for_stage) = (&camera.name, Arc::clone(&health));
            let stage = Stage::new(policy, name, commissioning, options.stills, random, for_stage, sender.clone());
            engine.tallies.extend(stage.tallies());
            let lanes = lanes(policy, name, &reads, &reporter, &health);
            lanes_of.push(lanes.iter().map(Lane::view).collect::<Vec<_>>());
            stages.push(Mutex::new(stage.with_lanes(lanes)));
            engine.cameras.push(Arc::clone(&health));
            let mut schedules = Vec::new();
            for (purpose, _) in policy.rules_of(&camera.name) {
                if !schedules.contains(&purpose.schedule) {
                    schedules.push(purpose.schedule.clone());
                }
            }
            if schedules.is_empty() {
                health.set_state(State::OutsideSchedule);
                continue;
            }
            let unanswered = Arc::new(AtomicU32::new(0));
            let thread = Camera {
                index,
                decoder: match &source {
                    Source::File(file) if file.is_scene => options.scene.clone(),
                    _ => options.decoder.clone(),
                },
                ahead,
                masks: camera.masks.clone(),
                schedules: schedules.clone(),
                time_zone: policy.time_zone().clone(),
                gate: options.gate.then(MotionGate::default),
                queue: Arc::clone(&queue),
                health: Arc::clone(&health),
                stop: Arc::clone(&engine.stop),
                unanswered: Arc::clone(&unanswered),
                pace: options.pace.then(|| Pace::new(begun)),
                luma: LumaPlane::default(),
                plan: MaskPlan::unmade(),
            };
            let address = |text: &str| {
                Url::parse(text)
                    .map_err(|error| EngineError::Address { camera: camera.name.clone(), cause: error.to_string() })
            };
            let address = match source {
                Source::File(file) => {
                    let now = options.now;
                    let run = move || thread.run_file(&file, now);
                    engine.camera_threads.push(spawn(&camera.name, run)?);
                    continue;
                }
                Source::Rtsp(text) => Address::Rtsp(address(&text)?),
                Source::MotionJpeg(text) => Address::MotionJpeg(address(&text)?),
                Source::Env(variable) => {
                    let cause = format!("the variable {variable} was not resolved");
                    return Err(EngineError::Address { camera: camera.name.clone(), cause });
                }
            };
            let (decoders, announced) = mpsc::channel(1);
            let feed = Feed::new(announced, unanswered, Arc::clone(&health));
            live.push(Live { address, feed, schedules, time_zone: policy.time_zone().clone(), health });
            engine.camera_threads.push(spawn(&camera.name, move || thread.run_live(&decoders))?);
        }
        drop((sender, reporter));
        if !live.is_empty() {
            engine.network = Some(network(live, Arc::clone(&engine.network_stop))?);
        }
        let (stages, lanes_of) = (Arc::new(stages), Arc::new(lanes_of));
        let switch = |(purpose, reads)| (purpose, PlateSwitch::new(reads, Arc::downgrade(&stages)));
        engine.switches = reads.into_iter().map(switch).collect();
        let mut chains = chains.into_iter();
        for detector in detectors {
            let mut sight = Sight { detector, chain: chains.next(), lanes_of: Arc::clone(&lanes_of) };
            let (queue, stages) = (Arc::clone(&queue), Arc::clone(&stages));
            let (failure, stop) = (Arc::clone(&engine.failure), Arc::clone(&engine.stop));
            let run = move || {
                let run = || session(&mut sight, &queue, &stages, &failure, &stop);
                if std::panic::catch_unwind(AssertUnwindSafe(run)).is_err() {
                    // A turn that is never completed would hold up its camera for good, and nobody would know.
                    lock(&failure).get_or_insert(ModelError::Run("a session panicked".to_owned()));
                    stop.store(true, Ordering::Relaxed);
                    queue.close();
                }
            };
            engine.session_threads.push(spawn("session", run)?);
        }
        Ok((engine, alarms, reports))
    }

    /// The cameras' health, in the policy's order.
    pub fn cameras(&self) -> &[Arc<CameraHealth>] {
        &self.cameras
    }

    /// Every counter.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// What the counting rules have counted.
    pub fn tallies(&self) -> &[Arc<Tally>] {
        &self.tallies
    }

    /// The switch by which the owner of a purpose stops and resumes the reading of plates; `None` if the purpose has no
    /// lane.
    pub fn reading(&self, purpose: &str) -> Option<&PlateSwitch> {
        self.switches.iter().find(|(name, _)| name == purpose).map(|(_, switch)| switch)
    }

    /// A switch that stops the engine: no new pictures are taken, those in hand are finished.
    pub fn stop_switch(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.stop)
    }

    /// Whether every camera has come to an end.
    pub fn has_ended(&self) -> bool {
        self.camera_threads.iter().all(JoinHandle::is_finished)
    }

    /// Waits for every camera to end and for what is in hand to be finished. Alarms must be received meanwhile.
    ///
    /// # Errors
    /// When a session failed.
    pub fn join(self) -> Result<Vec<Arc<CameraHealth>>, ModelError> {
        for thread in self.camera_threads {
            if thread.join().is_err() {
                tracing::error!("a camera's thread panicked");
            }
        }
        self.queue.close();
        for thread in self.session_threads {
            if thread.join().is_err() {
                tracing::error!("a session's thread panicked");
            }
        }
        self.network_stop.store(true, Ordering::Relaxed);
        if let Some(network) = self.network {
            let _ = network.join();
        }
        match lock(&self.failure).take() {
            Some(error) => Err(error),
            None => Ok(self.cameras),
        }
    }
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, EngineError> {
    // The kernel keeps fifteen characters of a thread's name.
    let name: String = name.chars().filter(|c| *c != '\0').take(15).collect();
    let started = std::thread::Builder::new().name(name).spawn(run);
    started.map_err(|error| EngineError::System(error.to_string()))
}

/// The purposes that have lanes, each with the owner's switch.
fn purposes_with_lanes(policy: &SitePolicy) -> Vec<(String, Arc<AtomicBool>)> {
    let is_lane = |rule: &Rule| matches!(rule.condition, Condition::PlateRead { .. });
    let with_lanes = policy.purposes().iter().filter(|purpose| purpose.rules.iter().any(is_lane));
    with_lanes.map(|purpose| (purpose.name.clone(), Arc::default())).collect()
}

/// The lanes of a camera.
fn lanes(
    policy: &SitePolicy,
    camera: &str,
    reads: &[(String, Arc<AtomicBool>)],
    reports: &Sender<LaneReport>,
    health: &Arc<CameraHealth>,
) -> Vec<Lane> {
    let lane = |(purpose, rule): (&Purpose, &Rule)| {
        let (_, reads) = reads.iter().find(|(name, _)| *name == purpose.name)?;
        Lane::of(policy, (purpose, rule), reads, reports, health)
    };
    policy.rules_of(camera).filter_map(lane).collect()
}

/// What a session thread looks with.
struct Sight {
    detector: Detector,
    chain: Option<PlateChain>,
    /// The lanes of each camera.
    lanes_of: Arc<Vec<Vec<Arc<LaneView>>>>,
}

type Seen = (ArrayVec<Detection, { limits::DETECTIONS_PER_FRAME }>, Readings);

impl Sight {
    /// The objects in a picture, and what was read of those in lanes.
    fn look(&mut self, camera: usize, waiting: &Waiting) -> Result<Seen, ModelError> {
        let detections: ArrayVec<_, _> = self.detector.detect(&waiting.frame)?.iter().copied().collect();
        let readings = match (&mut self.chain, self.lanes_of.get(camera)) {
            (Some(chain), Some(lanes)) => lane::read(chain, lanes, &waiting.frame, waiting.at, &detections)?,
            _ => Readings::new(),
        };
        Ok((detections, readings))
    }
}

/// One session's thread: take a frame, look at it, hand on what it shows.
fn session(
    sight: &mut Sight,
    queue: &FairQueue<Waiting>,
    stages: &[Mutex<Stage>],
    failure: &Mutex<Option<ModelError>>,
    stop: &AtomicBool,
) {
    while let Some(turn) = queue.pop() {
        let (detections, readings) = match sight.look(turn.camera, &turn.item) {
            Ok(seen) => seen,
            Err(error) => {
                tracing::error!(%error, "inference failed; the engine stops");
                lock(failure).get_or_insert(error);
                stop.store(true, Ordering::Relaxed);
                queue.close();
                Seen::default()
            }
        };
        let Waiting { frame, at } = turn.item;
        if let Some(stage) = stages.get(turn.camera) {
            lock(stage).complete(Analysed { sequence: turn.sequence, frame, at, detections, readings });
        }
    }
}

/// The thread that all connections share.
fn network(cameras: Vec<Live>, stop: Arc<AtomicBool>) -> Result<JoinHandle<()>, EngineError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| EngineError::System(error.to_string()))?;
    spawn("network", move || {
        runtime.block_on(async {
            for camera in cameras {
                tokio::spawn(camera.run());
            }
            while !stop.load(Ordering::Relaxed) {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        });
        runtime.shutdown_timeout(Duration::from_millis(500));
    })
}
