//! Where a frame's processor time goes: each part of the path alone, and then the whole, in time on a processor rather
//! than on the clock. A machine that does other things as well says nearly the same.

use super::{DECODER, PICTURES, ROUNDS, noise, start};
use crate::report::{Report, median};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use vokter_frames::wire::Job;
use vokter_frames::{Letterbox, MaskPlan, MaskedFrame};
use vokter_models::{Detector, Model, Thresholds};
use vokter_pipeline::ingest::worker::{Next, Worker};
use vokter_pipeline::{Metric, State};

/// Pictures of each clip that the letterbox and the detector are taken over: more than a core's cache holds.
const KEPT: usize = 8;
/// Turns over them.
const TURNS: usize = 400;

/// What one frame takes of each part alone, and of the whole path.
pub fn of_a_frame(model: &Model, clips: &[PathBuf], cores: usize, report: &mut Report) {
    let mut rounds: Vec<[Each; 5]> = Vec::new();
    let mut busy = Vec::new();
    for _ in 0..ROUNDS {
        let before = [decode(clips), inference(model)];
        let (whole, share) = whole(model, clips, cores);
        let after = [decode(clips), inference(model)];
        let [decode, inference] = [0, 1].map(|part| before[part].mean(&after[part]));
        let pictures: Vec<MaskedFrame> = clips.iter().flat_map(|clip| pictures(clip)).collect();
        rounds.push([decode, letterbox(model, &pictures), inference, detect(model, &pictures), whole]);
        busy.push(share);
    }
    let of = |part: usize, value: fn(&Each) -> f64| median(rounds.iter().map(|round| value(&round[part])).collect());
    let names = ["decode", "letterbox", "inference", "letterbox, inference and boxes", "whole path"];
    for (part, name) in names.into_iter().enumerate() {
        report.figure(format!("processor time a frame: {name}"), of(part, |each| each.engine + each.decoders), "us");
    }
    report.figure("  of it in the decoders", of(4, |each| each.decoders), "us");
    report.figure("  waits of a thread, a frame", of(4, |each| each.waits), "");
    report.figure("  threads taken off a processor, a frame", of(4, |each| each.preempted), "");
    report.figure("  pages touched first, a frame", of(4, |each| each.faults), "");
    report.figure("  processors busy", median(busy), "");
    let limits = |[decode, _, inference, _, whole]: &[Each; 5]| {
        let alone = decode.both() + inference.both();
        (alone, alone / whole.both())
    };
    let (alone, ratios): (Vec<_>, Vec<_>) = rounds.iter().map(limits).unzip();
    let alone = median(alone);
    report.against("decode and inference, of the whole path", alone, "us", alone / median(ratios));
}

/// What a frame takes, in microseconds and times.
#[derive(Clone, Copy)]
struct Each {
    engine: f64,
    decoders: f64,
    waits: f64,
    preempted: f64,
    faults: f64,
}

impl Each {
    fn of(spent: &Spent, frames: u64) -> Self {
        let each = |value: f64| value / frames as f64;
        Self {
            engine: each(spent.engine.as_secs_f64() * 1e6),
            decoders: each(spent.decoders.as_secs_f64() * 1e6),
            waits: each(spent.waits as f64),
            preempted: each(spent.preempted as f64),
            faults: each(spent.faults as f64),
        }
    }

    fn both(&self) -> f64 {
        self.engine + self.decoders
    }

    fn mean(&self, other: &Self) -> Self {
        Self {
            engine: (self.engine + other.engine) / 2.0,
            decoders: (self.decoders + other.decoders) / 2.0,
            waits: (self.waits + other.waits) / 2.0,
            preempted: (self.preempted + other.preempted) / 2.0,
            faults: (self.faults + other.faults) / 2.0,
        }
    }
}

/// Takes the time of so many turns.
fn turns(mut turn: impl FnMut(usize)) -> Each {
    (0..20).for_each(&mut turn);
    let before = Spent::now();
    (0..TURNS).for_each(turn);
    Each::of(&Spent::now().since(&before), TURNS as u64)
}

/// A decoder of a clip that may be so many pictures ahead.
pub fn open(clip: &Path, ahead: u32) -> Worker {
    let file = std::fs::File::open(clip).unwrap();
    Worker::start(Path::new(DECODER), &Job::whole_file(ahead), Some(&file)).unwrap()
}

/// As many pictures of each clip as of the others, one decoder at a time.
fn decode(clips: &[PathBuf]) -> Each {
    let mut spent = Spent::default();
    for clip in clips {
        let mut worker = open(clip, 3);
        let mut picture = || while !matches!(worker.receive().unwrap(), Next::Picture(..)) {};
        picture();
        let before = Spent::now();
        (0..PICTURES).for_each(|_| picture());
        spent = spent.and(&Spent::now().since(&before));
    }
    Each::of(&spent, (PICTURES * clips.len()) as u64)
}

fn inference(model: &Model) -> Each {
    let mut session = model.session_for(768, 432).unwrap();
    noise(&mut session);
    turns(|_| session.run().unwrap())
}

fn pictures(clip: &Path) -> Vec<MaskedFrame> {
    let mut worker = open(clip, 2 * KEPT as u32);
    let mut plan = MaskPlan::unmade();
    let mut kept = Vec::new();
    while kept.len() < KEPT {
        if let Next::Picture(frame, _) = worker.receive().unwrap() {
            kept.push(frame.mask(&[], &mut plan));
        }
    }
    kept
}

fn letterbox(model: &Model, pictures: &[MaskedFrame]) -> Each {
    let session = model.session_for(768, 432).unwrap();
    let mut spec = model.manifest().tensor().unwrap();
    (spec.width, spec.height) = match *session.input_shape() {
        [_, 3, rows, columns] => (columns, rows),
        [_, rows, columns, 12] => (2 * columns, 2 * rows),
        _ => panic!("a session takes planes or patches"),
    };
    let picture = |n: usize| &pictures[n % pictures.len()];
    let mut letterbox = Letterbox::new(spec);
    if session.takes_bytes() {
        let mut tensor = vec![0; spec.numbers()];
        return turns(|n| letterbox.fill_patches(picture(n), &mut tensor));
    }
    let mut tensor = vec![0.0; spec.numbers()];
    turns(|n| letterbox.fill(picture(n), &mut tensor))
}

fn detect(model: &Model, pictures: &[MaskedFrame]) -> Each {
    let mut detector = Detector::new(model, Thresholds::default());
    turns(|n| assert!(detector.detect(&pictures[n % pictures.len()]).is_ok()))
}

/// The engine in full swing, and how many processors it had at a time.
fn whole(model: &Model, clips: &[PathBuf], cores: usize) -> (Each, f64) {
    let (engine, alarms) = start(model, clips, cores, false);
    let receiver = std::thread::spawn(move || alarms.into_iter().count());
    let frames = || engine.cameras().iter().map(|camera| camera.count(Metric::FramesAnalysed)).sum::<u64>();
    let wait_for = |wanted: u64| {
        while frames() < wanted {
            assert!(!engine.has_ended(), "the engine ended before {wanted} frames were analysed");
            std::thread::sleep(Duration::from_millis(5));
        }
    };
    wait_for(30);
    let (begun, first, before) = (Instant::now(), frames(), Spent::now());
    // Clips take turns, and this ends before the shortest does: a decoder that has ended no longer counts.
    wait_for((clips.len() * (PICTURES - 30)) as u64);
    let (spent, last, span) = (Spent::now().since(&before), frames(), begun.elapsed());
    let running = engine.cameras().iter().all(|camera| camera.state() == State::Running);
    assert!(running, "a clip ended before its turns were over");
    engine.stop_switch().store(true, Ordering::Relaxed);
    engine.join().unwrap();
    receiver.join().unwrap();
    (Each::of(&spent, last - first), spent.both().as_secs_f64() / span.as_secs_f64())
}

/// What this process and its decoders have taken of the processors so far.
#[derive(Clone, Copy, Default)]
struct Spent {
    /// Of this process.
    engine: Duration,
    /// Of its children.
    decoders: Duration,
    /// Times that a thread of either gave its processor up, to wait.
    waits: u64,
    /// Times that one of either was taken off its processor.
    preempted: u64,
    /// Pages that either touched for the first time.
    faults: u64,
}

impl Spent {
    /// Up to now. A child that has ended no longer counts.
    fn now() -> Self {
        let mut spent = Self::default();
        let own = std::process::id();
        spent.engine = clock(own);
        spent.count(own);
        for child in super::memory::children(own) {
            spent.decoders += clock(child);
            spent.count(child);
        }
        spent
    }

    fn count(&mut self, process: u32) {
        let threads = std::fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
        for thread in threads {
            let status = std::fs::read_to_string(thread.path().join("status")).unwrap_or_default();
            let of = |name: &str| {
                let line = status.lines().find_map(|line| line.strip_prefix(name));
                line.and_then(|value| value.trim().parse::<u64>().ok()).unwrap_or(0)
            };
            self.waits += of("voluntary_ctxt_switches:");
            self.preempted += of("nonvoluntary_ctxt_switches:");
        }
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
        self.faults += fields.split_whitespace().nth(7).and_then(|count| count.parse::<u64>().ok()).unwrap_or(0);
    }

    /// Since an earlier moment.
    fn since(&self, earlier: &Self) -> Self {
        Self {
            engine: self.engine.saturating_sub(earlier.engine),
            decoders: self.decoders.saturating_sub(earlier.decoders),
            waits: self.waits.saturating_sub(earlier.waits),
            preempted: self.preempted.saturating_sub(earlier.preempted),
            faults: self.faults.saturating_sub(earlier.faults),
        }
    }

    /// Both together.
    fn and(&self, other: &Self) -> Self {
        Self {
            engine: self.engine + other.engine,
            decoders: self.decoders + other.decoders,
            waits: self.waits + other.waits,
            preempted: self.preempted + other.preempted,
            faults: self.faults + other.faults,
        }
    }

    /// Both processes' time.
    fn both(&self) -> Duration {
        self.engine + self.decoders
    }
}

/// The time that a process has had on processors, all threads together.
fn clock(process: u32) -> Duration {
    let mut id = 0;
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: both are only written to.
    let failed =
        unsafe { libc::clock_getcpuclockid(process as i32, &mut id) != 0 || libc::clock_gettime(id, &mut time) != 0 };
    if failed { Duration::ZERO } else { Duration::new(time.tv_sec as u64, time.tv_nsec as u32) }
}
