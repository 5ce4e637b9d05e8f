//! How fast the frame path is, held against what decoding and inference take alone in the same run.
//!
//! Decoding and inference share the cores, so the whole path cannot pass `1 / (1/decode + 1/inference)`. Decoding is
//! taken with the decoder's messages and slots going to and fro; inference with its input in the cache, and without a
//! letterbox: what the path adds to either counts against it.
//!
//! Parts run alone by their names: `cargo bench --bench frame_path -- cost whole`. The parts are `cost`, `networks`,
//! `turns`, `whole`, `gate`, `decode` and `memory`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a bench stops where it fails"
)]

mod clips;
mod cost;
mod memory;
mod report;
#[path = "../tests/support/site.rs"]
#[allow(dead_code, reason = "the tests use the rest of it")]
mod site;
mod turns;

use crossbeam::channel::Receiver;
use report::{Report, median};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use vokter_frames::wire::Job;
use vokter_models::{Detector, Model, Runtime, Session, Thresholds, find_library, find_model};
use vokter_pipeline::ingest::worker::{Next, Worker};
use vokter_pipeline::{Alarm, Engine, Metric, Options, State};
use vokter_rules::policy::{SitePolicy, Source, compile};

const DECODER: &str = env!("CARGO_BIN_EXE_vokter-decoder");
const SCENE: &str = env!("CARGO_BIN_EXE_vokter-scene");
const VOKTER: &str = env!("CARGO_BIN_EXE_vokter");
const ROUNDS: usize = 7;
/// Pictures of each clip that decoding alone is taken over; the shortest has 377.
const PICTURES: usize = 360;
/// How long a speed is taken, at most. The machine drifts, so short spans in turn say more than long ones.
const SPAN: Duration = Duration::from_secs(3);

fn main() {
    let Some(data) = clips::data() else {
        println!("skipped: the recorded clips are not there (set VOKTER_DATA to their folder)");
        return;
    };
    let parts: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let wants = |part: &str| parts.is_empty() || parts.iter().any(|named| named == part);
    let file = data.join("models/yolox_nano_coco_416.onnx");
    let runtime = Runtime::load(&find_library().unwrap()).unwrap();
    let nano = Model::open(&runtime, &clips::manifest(&data)).unwrap();
    let own = find_model(None).unwrap();
    let model = Model::open(&runtime, &own).unwrap();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let recorded = clips::recorded(&data);
    println!("{cores} cores, letterbox by {}, medians of {ROUNDS} rounds\n", vokter_frames::kernel_name());
    let mut report = Report::new(if parts.is_empty() { "frame_path" } else { "frame_path_part" });

    if wants("cost") {
        cost::of_a_frame(&model, &recorded, cores, &mut report);
    }
    if wants("networks") {
        for (name, model) in [("our detector, int8", &model), ("YOLOX-nano, f32", &nano)] {
            for cores in [1, cores] {
                let speed = inference_alone(cores, || model.session_for(768, 432).unwrap());
                report.figure(format!("{name}: inference, {cores} at once"), speed, "frames/s");
            }
        }
    }
    if wants("turns") {
        turns::on_one_core(&model, &recorded, &mut report);
    }
    if wants("whole") {
        let whole = whole_path("our detector", &model, &recorded, cores, &mut report);
        let whole_nano = whole_path("YOLOX-nano", &nano, &recorded, cores, &mut report);
        match python(&file, &recorded) {
            Some(python) => {
                report.against("our detector, against a Python chain with YOLOX-nano", whole, "frames/s", python);
                report.against("YOLOX-nano, against that chain", whole_nano, "frames/s", python);
            }
            None => println!("skipped: the Python chain (make bench sets it up)"),
        }
    }
    if wants("gate") {
        gate(&model, &recorded, cores, &mut report);
    }
    if wants("decode") {
        decode(&recorded, &mut report);
    }
    if wants("memory") {
        let full_hd = clips::full_hd(&recorded[0]);
        let [one, four] = [1, 4].map(|cameras| memory::peak_mb(Path::new(VOKTER), &own, &full_hd, cameras));
        report.figure("memory with one 1080p camera", one, "MB");
        report.against("memory for each 1080p camera more", (four - one) / 3.0, "MB", 80.0);
    }
    report.write().unwrap();
}

/// What the motion gate saves, and what it costs in events.
fn gate(model: &Model, recorded: &[PathBuf], cores: usize, report: &mut Report) {
    let still = clips::still_minute(&recorded[0]);
    let stills = vec![still.clone(); cores];
    let speeds = |clips: &[PathBuf]| {
        let rounds = (0..3).map(|_| {
            let (open, gated) =
                (frames_per_second(model, clips, cores, false).0, frames_per_second(model, clips, cores, true).0);
            (gated / open, gated)
        });
        let (ratios, gated): (Vec<_>, Vec<_>) = rounds.unzip();
        (median(gated.clone()), median(gated) / median(ratios))
    };
    let (gated, open) = speeds(&stills);
    report.against("still, noisy minute, a camera a core, gate on", gated, "frames/s", open);
    let (gated, open) = speeds(&[still]);
    report.against("the same, one camera (its decoder has one core)", gated, "frames/s", open);

    let room = vec![recorded[0].clone()];
    let (_, all) = frames_per_second(model, &room, cores, false);
    let (_, some) = frames_per_second(model, &room, cores, true);
    report.against("events on the person clip, gate on", some.len() as f64, "events", all.len() as f64);
    report.figure("largest shift of an event by the gate", largest_shift(&all, &some), "s");
}

/// Decoding of a larger picture, against the ffmpeg program.
fn decode(recorded: &[PathBuf], report: &mut Report) {
    let full_hd = clips::full_hd(&recorded[0]);
    let (mut ours, mut theirs) = (vec![], vec![]);
    for _ in 0..5 {
        ours.push(decode_alone(std::slice::from_ref(&full_hd), 1));
        theirs.push(ffmpeg(&full_hd));
    }
    let ratio = median(ours.iter().zip(&theirs).map(|(ours, theirs)| ours / theirs).collect());
    let ours = median(ours);
    report.against("1080p into shared memory, against ffmpeg", ours, "frames/s", ours / ratio);
}

/// Frames a second of the whole engine with a detector, against what decoding and inference take alone.
fn whole_path(name: &str, model: &Model, clips: &[PathBuf], cores: usize, report: &mut Report) -> f64 {
    let mut rounds: [Vec<f64>; 5] = Default::default();
    for _ in 0..ROUNDS {
        // The limits are taken right before and right after what is held against them.
        let limits = || {
            let inference = inference_alone(cores, || model.session_for(768, 432).unwrap());
            (decode_steady(clips, cores), inference)
        };
        let before = limits();
        let whole = steady(model, clips, cores, false);
        let after = limits();
        let (decode, inference) = ((before.0 + after.0) / 2.0, (before.1 + after.1) / 2.0);
        let gated = steady(model, clips, cores, true);
        let limit = 1.0 / (1.0 / decode + 1.0 / inference);
        for (all, value) in rounds.iter_mut().zip([decode, inference, whole, gated, whole / limit]) {
            all.push(value);
        }
    }
    let [decode, inference, whole, gated, ratio] = rounds.map(median);
    report.figure(format!("{name}: decode alone"), decode, "frames/s");
    report.figure(format!("{name}: inference alone"), inference, "frames/s");
    report.against(format!("{name}: whole path, gate off"), whole, "frames/s", whole / ratio);
    report.figure(format!("{name}: whole path, gate on"), gated, "frames/s");
    whole
}

/// A site with a camera a clip and two rules on each.
fn site(clips: &[PathBuf]) -> String {
    let mut text =
        format!("{}[purposes.p]\nschedule = \"always\"\nbecause = \"a bench\"\n{}", site::HEAD, site::WEIGHED);
    for (n, clip) in clips.iter().enumerate() {
        text.push_str(&format!(
            "[cameras.c{n}]\nplace = \"here\"\nsource = \"{}\"\n\
             zones = {{ z = [[0.40, 0.70], [0.76, 0.70], [0.76, 0.97], [0.40, 0.97]] }}\n\
             lines = {{ l = [[0.78, 0.55], [0.78, 1.0]] }}\n\
             masks = {{ m = [[0.0, 0.0], [0.14, 0.0], [0.14, 0.4], [0.0, 0.4]] }}\n\
             [purposes.p.rules.z{n}]\nrule = \"zone-intrusion\"\ncamera = \"c{n}\"\nzone = \"z\"\nobjects = \"person\"\n\
             [purposes.p.rules.l{n}]\nrule = \"line-crossing\"\ncamera = \"c{n}\"\nline = \"l\"\nobjects = \"person\"\n",
            clip.display()
        ));
    }
    text
}

fn policy(clips: &[PathBuf]) -> SitePolicy {
    compile(&site(clips)).policy.expect("the bench's site is in order")
}

/// Frames a second from the decoders into shared memory, with as many at once as there are cores.
fn decode_alone(clips: &[PathBuf], cores: usize) -> f64 {
    let jobs = Mutex::new(clips.iter().cycle().take(clips.len() * cores).collect::<Vec<_>>());
    let frames = AtomicU64::new(0);
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                loop {
                    let Some(clip) = jobs.lock().unwrap().pop() else { return };
                    let file = std::fs::File::open(clip).unwrap();
                    let job = Job::whole_file(3);
                    let mut worker = Worker::start(Path::new(DECODER), &job, Some(&file)).unwrap();
                    loop {
                        match worker.receive().unwrap() {
                            Next::Picture(..) => frames.fetch_add(1, Ordering::Relaxed),
                            Next::End => break,
                            Next::Damaged | Next::Skipping | Next::Quiet => continue,
                        };
                    }
                }
            });
        }
    });
    frames.into_inner() as f64 / begun.elapsed().as_secs_f64()
}

/// The same in full swing: as many pictures of each clip as of the others, as the whole path takes them, and without
/// the time that a decoder takes to start.
fn decode_steady(clips: &[PathBuf], cores: usize) -> f64 {
    let jobs = Mutex::new(clips.iter().cycle().take(clips.len() * cores).collect::<Vec<_>>());
    let spent = Mutex::new(Duration::ZERO);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                loop {
                    let Some(clip) = jobs.lock().unwrap().pop() else { return };
                    let file = std::fs::File::open(clip).unwrap();
                    let mut worker = Worker::start(Path::new(DECODER), &Job::whole_file(3), Some(&file)).unwrap();
                    let mut picture = || while !matches!(worker.receive().unwrap(), Next::Picture(..)) {};
                    picture();
                    let begun = Instant::now();
                    (0..PICTURES).for_each(|_| picture());
                    *spent.lock().unwrap() += begun.elapsed();
                }
            });
        }
    });
    let pictures = (clips.len() * cores * PICTURES) as f64;
    pictures * cores as f64 / spent.into_inner().unwrap().as_secs_f64()
}

/// Something for a session to look at.
fn noise(session: &mut Session) {
    if session.takes_bytes() {
        session.input_bytes().unwrap().iter_mut().enumerate().for_each(|(n, value)| *value = (n % 251) as u8);
    } else {
        session.input().unwrap().iter_mut().enumerate().for_each(|(n, value)| *value = (n % 251) as f32);
    }
}

/// Frames a second of one session a core on a fixed tensor.
fn inference_alone(cores: usize, session: impl Fn() -> Session) -> f64 {
    let sessions: Vec<_> = (0..cores).map(|_| session()).collect();
    let runs = AtomicU64::new(0);
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for mut session in sessions {
            let runs = &runs;
            scope.spawn(move || {
                noise(&mut session);
                while begun.elapsed() < SPAN {
                    session.run().unwrap();
                    runs.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    runs.into_inner() as f64 / begun.elapsed().as_secs_f64()
}

/// Frames a second of the whole engine in full swing: over the clips as cameras, until the first has ended.
fn steady(model: &Model, clips: &[PathBuf], cores: usize, gate: bool) -> f64 {
    let (engine, alarms) = start(model, clips, cores, gate);
    let receiver = std::thread::spawn(move || alarms.into_iter().count());
    let done = |metric| engine.cameras().iter().map(|camera| camera.count(metric)).sum::<u64>();
    let frames = || done(Metric::FramesAnalysed) + done(Metric::FramesGated);
    while frames() < 30 {
        std::thread::sleep(Duration::from_millis(1));
    }
    let (begun, before) = (Instant::now(), frames());
    while begun.elapsed() < SPAN && engine.cameras().iter().all(|camera| camera.state() == State::Running) {
        std::thread::sleep(Duration::from_millis(5));
    }
    let speed = (frames() - before) as f64 / begun.elapsed().as_secs_f64();
    engine.stop_switch().store(true, Ordering::Relaxed);
    engine.join().unwrap();
    receiver.join().unwrap();
    speed
}

/// Starts the engine over clips as cameras.
fn start(model: &Model, clips: &[PathBuf], cores: usize, gate: bool) -> (Engine, Receiver<Alarm>) {
    let policy = policy(clips);
    let detectors = (0..cores).map(|_| Detector::new(model, Thresholds::default())).collect();
    let sources: Vec<Source> = policy.cameras().iter().map(|camera| camera.source.clone()).collect();
    let now = "2026-11-20T20:00:00Z".parse().unwrap();
    let options = Options { decoder: DECODER.into(), scene: SCENE.into(), pace: false, gate, stills: false, now };
    let (engine, alarms, _) = Engine::start(&policy, sources, detectors, Vec::new(), &options).unwrap();
    (engine, alarms)
}

/// Frames a second of the whole engine over clips from beginning to end, and the events it reported.
fn frames_per_second(model: &Model, clips: &[PathBuf], cores: usize, gate: bool) -> (f64, Vec<Alarm>) {
    let (engine, alarms) = start(model, clips, cores, gate);
    let receiver = std::thread::spawn(move || alarms.into_iter().collect::<Vec<_>>());
    // Sessions are made when the first pictures come; inference alone does not count that either.
    let count = |metric| engine.cameras().iter().map(|camera| camera.count(metric)).sum::<u64>();
    while count(Metric::FramesAnalysed) == 0 {
        std::thread::sleep(Duration::from_millis(1));
    }
    let (begun, before) = (Instant::now(), count(Metric::FramesAnalysed) + count(Metric::FramesGated));
    let cameras = engine.join().unwrap();
    let seconds = begun.elapsed().as_secs_f64();
    let decoded = cameras.iter().map(|camera| camera.count(Metric::FramesDecoded)).sum::<u64>() - before;
    (decoded as f64 / seconds, receiver.join().unwrap())
}

/// Frames a second of the Python chain, in the environment that `make bench` sets up.
fn python(model: &Path, clips: &[PathBuf]) -> Option<f64> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let interpreter = root.join("target/bench/peer/bin/python");
    let output =
        Command::new(interpreter).arg(root.join("benches/peer/chain.py")).arg(model).args(clips).output().ok()?;
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).ok()?;
    Some(said["frames"].as_f64()? / said["seconds"].as_f64()?)
}

/// Frames a second of `ffmpeg -threads 1 -f null -`.
fn ffmpeg(clip: &Path) -> f64 {
    let begun = Instant::now();
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-nostdin", "-threads", "1", "-i"]).arg(clip).args(["-an", "-f", "null", "-"]);
    assert!(command.stdout(Stdio::null()).status().unwrap().success());
    750.0 / begun.elapsed().as_secs_f64()
}

/// The largest difference in time between events of one kind, paired in order.
fn largest_shift(all: &[Alarm], some: &[Alarm]) -> f64 {
    let times = |alarms: &[Alarm], kind: &str| -> Vec<_> {
        alarms.iter().filter(|alarm| alarm.event.kind() == kind).map(|alarm| alarm.event.time()).collect()
    };
    let shifts = ["zone-intrusion", "line-crossing"].into_iter().flat_map(|kind| {
        let pairs = times(all, kind).into_iter().zip(times(some, kind));
        pairs.map(|(all, some)| all.duration_since(some).abs().as_secs_f64()).collect::<Vec<_>>()
    });
    shifts.fold(0.0, f64::max)
}
