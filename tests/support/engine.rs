//! A running engine over a site written in the test.

use super::site::{HEAD, WEIGHED, active};
use super::{DECODER, SCENE, data, model};
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use vokter_models::{Detector, Model, Runtime, Thresholds, find_library, find_model};
use vokter_pipeline::{Alarm, CameraHealth, Engine, Metric, Options};
use vokter_rules::policy::{SitePolicy, Source};

/// An engine and what it has reported.
pub struct Running {
    engine: Engine,
    alarms: std::thread::JoinHandle<Vec<Alarm>>,
}

/// How the engine is to run.
#[derive(Clone, Copy)]
pub struct Manner {
    pub gate: bool,
    pub stills: bool,
    pub sessions: usize,
}

impl Default for Manner {
    fn default() -> Self {
        Self { gate: false, stills: false, sessions: 1 }
    }
}

/// A site with one purpose, always open, and these cameras: name, source, and further keys. Each has a rule over its
/// whole picture.
pub fn site(cameras: &[(&str, String)]) -> String {
    let mut text = format!("{HEAD}[purposes.test]\nschedule = \"always\"\nbecause = \"a test\"\n{WEIGHED}");
    for (name, rest) in cameras {
        text += &format!(
            "[cameras.{name}]\nplace = \"here\"\n{rest}\nzones.all = [[0, 0], [1, 0], [1, 1], [0, 1]]\n\
             [purposes.test.rules.{name}]\nrule = \"zone-intrusion\"\ncamera = \"{name}\"\nzone = \"all\"\n\
             objects = \"person\"\n"
        );
    }
    text
}

/// ONNX Runtime, which a process loads once.
pub fn runtime() -> Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| Runtime::load(&find_library().unwrap()).unwrap()).clone()
}

/// The recorded model, read once.
pub fn detection_model(data: &Path) -> Model {
    static MODEL: OnceLock<Model> = OnceLock::new();
    let read = || Model::open(&runtime(), &model(data)).unwrap();
    MODEL.get_or_init(read).clone()
}

impl Running {
    /// Starts an engine over a site file's text.
    pub fn start(text: &str, manner: Manner) -> Self {
        let policy = active(text);
        let sources: Vec<Source> = policy.cameras().iter().map(|camera| camera.source.clone()).collect();
        Self::start_with(&policy, sources, manner)
    }

    /// Starts an engine with other sources than the site file's.
    pub fn start_with(policy: &SitePolicy, sources: Vec<Source>, manner: Manner) -> Self {
        Self::over(policy, sources, &detection_model(&data().expect("the caller has looked")), manner)
    }

    /// Starts an engine with our own detector, which needs no recorded data.
    pub fn start_with_own_model(text: &str, manner: Manner) -> Self {
        static MODEL: OnceLock<Model> = OnceLock::new();
        let read = || Model::open(&runtime(), &find_model(None).unwrap());
        let policy = active(text);
        let sources: Vec<Source> = policy.cameras().iter().map(|camera| camera.source.clone()).collect();
        Self::over(&policy, sources, MODEL.get_or_init(|| read().unwrap()), manner)
    }

    fn over(policy: &SitePolicy, sources: Vec<Source>, model: &Model, manner: Manner) -> Self {
        let detectors = (0..manner.sessions).map(|_| Detector::new(model, Thresholds::default())).collect();
        let options = Options {
            decoder: DECODER.into(),
            scene: SCENE.into(),
            pace: false,
            gate: manner.gate,
            stills: manner.stills,
            now: "2026-11-20T20:00:00Z".parse().unwrap(),
        };
        let (engine, alarms, _) = Engine::start(policy, sources, detectors, Vec::new(), &options).unwrap();
        Self { engine, alarms: std::thread::spawn(move || alarms.into_iter().collect()) }
    }

    /// The health of the camera of that place in the file.
    pub fn camera(&self, index: usize) -> &Arc<CameraHealth> {
        &self.engine.cameras()[index]
    }

    /// A counter of a camera.
    pub fn count(&self, index: usize, metric: Metric) -> u64 {
        self.camera(index).count(metric)
    }

    /// Waits until something holds, at most so long.
    pub fn wait_for(&self, what: &str, seconds: u64, holds: impl Fn(&Self) -> bool) {
        let begun = Instant::now();
        while !holds(self) {
            let states: Vec<_> = self.engine.cameras().iter().map(|camera| camera.state()).collect();
            assert!(begun.elapsed() < Duration::from_secs(seconds), "waited {seconds} s for: {what}; {states:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until a camera has decoded that many frames more.
    pub fn wait_for_frames(&self, index: usize, more: u64, seconds: u64) {
        let before = self.count(index, Metric::FramesDecoded);
        let name = format!("{more} frames of camera {index}");
        self.wait_for(&name, seconds, |running| running.count(index, Metric::FramesDecoded) >= before + more);
    }

    /// Stops the engine and returns what it reported.
    pub fn stop(self) -> (Vec<Arc<CameraHealth>>, Vec<Alarm>) {
        self.engine.stop_switch().store(true, Ordering::Relaxed);
        self.finish()
    }

    /// Waits for every file to end and returns what was reported.
    pub fn finish(self) -> (Vec<Arc<CameraHealth>>, Vec<Alarm>) {
        let cameras = self.engine.join().unwrap();
        (cameras, self.alarms.join().unwrap())
    }
}
