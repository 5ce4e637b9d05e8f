//! One camera's thread: keep a decoder running, mask and gate its pictures, hand them to inference.

use crate::gate::MotionGate;
use crate::health::{CameraHealth, State};
use crate::ingest::backoff::Backoff;
use crate::ingest::pace::Pace;
use crate::ingest::pictures;
use crate::ingest::worker::{Next, Worker, WorkerError};
use crate::metrics::Metric;
use crate::queue::{FairQueue, Loss};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::fs::File;
use std::ops::Range;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use vokter_frames::wire::{Job, OPENINGS};
use vokter_frames::{LumaPlane, MaskPlan, MaskedFrame, RawFrame};
use vokter_rules::geometry::Polygon;
use vokter_rules::policy::{FileSource, Schedule, openings};

/// A live decoder that was given this many packets and this much time without giving a picture is stuck.
const STUCK_PACKETS: u32 = 50;
/// See [`STUCK_PACKETS`].
const STUCK_FOR: Duration = Duration::from_secs(5);
/// How far from now a live picture's time may be.
const LIVE_WITHIN: SignedDuration = SignedDuration::from_secs(300);
/// A decoder that says nothing of a file for so long is stuck.
const SILENT_FOR: Duration = Duration::from_secs(20);
/// How often a thread that waits looks whether the engine is stopping.
const POLL: Duration = Duration::from_millis(50);
/// How far ahead of its beginning a file's schedule is worked out.
const FILE_HORIZON: SignedDuration = SignedDuration::from_hours(31 * 24);

/// A masked frame that inference should see.
pub(crate) struct Waiting {
    pub frame: MaskedFrame,
    pub at: Timestamp,
}

/// What a camera's thread works with.
pub(crate) struct Camera {
    pub index: usize,
    pub decoder: PathBuf,
    /// Pictures that a decoder may hand over before one is given back.
    pub ahead: u32,
    pub masks: Vec<Polygon>,
    pub schedules: Vec<Schedule>,
    pub time_zone: TimeZone,
    pub gate: Option<MotionGate>,
    pub queue: Arc<FairQueue<Waiting>>,
    pub health: Arc<CameraHealth>,
    pub stop: Arc<AtomicBool>,
    /// Packets that a live camera's decoder was given since it last gave a picture.
    pub unanswered: Arc<AtomicU32>,
    /// Whether a file is played at the speed at which it was recorded, rather than as fast as can be.
    pub pace: Option<Pace>,
    pub luma: LumaPlane,
    pub plan: Arc<MaskPlan>,
}

/// How a turn with one decoder ended.
enum Ended {
    /// The input ended.
    Input,
    /// The engine is stopping.
    Stopped,
    /// The decoder is no more.
    Decoder(WorkerError),
}

impl Camera {
    /// Runs a live camera until the engine stops: a decoder is replaced whenever it dies, and each is announced to
    /// the camera's feed.
    pub fn run_live(mut self, decoders: &mpsc::Sender<UnixStream>) {
        let mut backoff = Backoff::new();
        let unanswered = Arc::clone(&self.unanswered);
        while !self.stopping() {
            let before = self.health.count(Metric::FramesDecoded);
            let ended = match self.start_for_packets() {
                Ok((mut worker, packets)) => {
                    if !self.announce(packets, decoders) {
                        return;
                    }
                    self.follow(&mut worker, Loss::ShedOldest, live_time, |quiet| {
                        quiet > STUCK_FOR && unanswered.load(Ordering::Relaxed) > STUCK_PACKETS
                    })
                }
                Err(error) => Ended::Decoder(error),
            };
            if self.health.count(Metric::FramesDecoded) > before {
                backoff.reset();
            }
            match ended {
                Ended::Stopped => return,
                Ended::Input => {}
                Ended::Decoder(error) => {
                    self.health.add(Metric::DecoderRestarts, 1);
                    tracing::warn!(camera = self.health.name(), %error, "the decoder is replaced");
                }
            }
            self.pause(backoff.wait());
        }
    }

    /// A decoder of packets, and where they go.
    fn start_for_packets(&self) -> Result<(Worker, UnixStream), WorkerError> {
        let worker = Worker::start(&self.decoder, &Job::Packets { ahead: self.ahead }, None)?;
        let cannot = |cause| WorkerError::Start { program: self.decoder.clone(), cause };
        let packets = worker.packets().map_err(cannot)?;
        Ok((worker, packets))
    }

    /// Hands a decoder's stream to the camera's feed; whether it was taken before the engine stopped.
    fn announce(&self, mut packets: UnixStream, decoders: &mpsc::Sender<UnixStream>) -> bool {
        use mpsc::error::TrySendError;
        while !self.stopping() {
            match decoders.try_send(packets) {
                Ok(()) => return true,
                Err(TrySendError::Full(back)) => packets = back,
                Err(TrySendError::Closed(_)) => {
                    self.health.set_state(State::Failed("the network thread is gone".to_owned()));
                    return false;
                }
            }
            self.pause(POLL);
        }
        false
    }

    /// Runs a file to its end. A decoder that dies is replaced, and goes on after the last picture; one that dies
    /// twice at one place is given up.
    pub fn run_file(mut self, source: &FileSource, now: Timestamp) {
        let begins = source.starts_at.unwrap_or_else(|| if source.is_scene { self.midnight(now) } else { now });
        match self.try_file(source, begins) {
            Ok(()) => self.health.set_state(State::Ended),
            Err(cause) => self.health.set_state(State::Failed(cause)),
        }
    }

    fn try_file(&mut self, source: &FileSource, begins: Timestamp) -> Result<(), String> {
        let path = Path::new(&source.path);
        let schedules: Vec<_> = self.schedules.iter().collect();
        let until = begins.saturating_add(FILE_HORIZON).unwrap_or(Timestamp::MAX);
        let since = |at: Timestamp| i64::try_from(at.duration_since(begins).as_nanos()).unwrap_or(i64::MAX);
        let spans = openings(&schedules, &self.time_zone, begins, until).into_iter();
        let openings_ns: Vec<_> = spans.map(|span| since(span.start)..since(span.end)).take(OPENINGS).collect();
        let cannot_open = |error: std::io::Error| format!("{} cannot be opened: {error}", path.display());
        let kind = std::fs::metadata(path).map_err(cannot_open)?.file_type();
        if !kind.is_dir() && !kind.is_file() {
            // A pipe or device would be a live camera that passes for a recording (INV-9).
            return Err(format!("{} is neither a file nor a folder", path.display()));
        }
        let folder = kind.is_dir();
        let in_folder = |error: String| format!("{}: {error}", path.display());
        let pictures = if folder { pictures::list(path).map_err(in_folder)? } else { Vec::new() };
        self.health.set_state(State::Running);
        let mut resume_after_ns = i64::MIN;
        let interval_ns = (1e9 / source.frames_per_second) as i64;
        loop {
            let before = resume_after_ns;
            let ended = if folder {
                self.folder_turn(&pictures, interval_ns, &mut resume_after_ns, &openings_ns, begins)
            } else {
                let file = File::open(path).map_err(cannot_open)?;
                self.file_turn(&file, &mut resume_after_ns, &openings_ns, begins)
            };
            match ended {
                Ended::Stopped => return Ok(()),
                Ended::Input if resume_after_ns == i64::MIN && self.health.count(Metric::PacketsDamaged) > 0 => {
                    return Err(format!("{}: not one picture of it could be decoded", path.display()));
                }
                Ended::Input => return Ok(()),
                Ended::Decoder(WorkerError::Died(how)) if resume_after_ns > before => {
                    self.health.add(Metric::DecoderRestarts, 1);
                    tracing::warn!(camera = self.health.name(), how, "the decoder died and is replaced");
                }
                Ended::Decoder(error) => return Err(format!("{}: {error}", path.display())),
            }
        }
    }

    fn file_turn(
        &mut self,
        file: &File,
        resume_after_ns: &mut i64,
        openings_ns: &[Range<i64>],
        begins: Timestamp,
    ) -> Ended {
        let job = Job::File { ahead: self.ahead, resume_after_ns: *resume_after_ns, openings_ns: openings_ns.to_vec() };
        match Worker::start(&self.decoder, &job, Some(file)) {
            Ok(mut worker) => self.follow_file(&mut worker, resume_after_ns, begins),
            Err(error) => Ended::Decoder(error),
        }
    }

    fn folder_turn(
        &mut self,
        pictures: &[PathBuf],
        interval_ns: i64,
        resume_after_ns: &mut i64,
        openings_ns: &[Range<i64>],
        begins: Timestamp,
    ) -> Ended {
        let (mut worker, packets) = match self.start_for_packets() {
            Ok(started) => started,
            Err(error) => return Ended::Decoder(error),
        };
        let resume = *resume_after_ns;
        std::thread::scope(|scope| {
            scope.spawn(move || pictures::send(pictures, interval_ns, resume, openings_ns, packets));
            let ended = self.follow_file(&mut worker, resume_after_ns, begins);
            // Ends the sender's thread, should it be waiting for a decoder that no longer reads.
            drop(worker);
            ended
        })
    }

    fn follow_file(&mut self, worker: &mut Worker, resume_after_ns: &mut i64, begins: Timestamp) -> Ended {
        let mut last = *resume_after_ns;
        let (mut pace, stop) = (self.pace.clone(), Arc::clone(&self.stop));
        let ended = self.follow(
            worker,
            Loss::Never,
            |time_ns| {
                // Presentation times that do not advance are made to: frames are in order of display.
                last = time_ns.max(last.saturating_add(1));
                if let Some(pace) = &mut pace {
                    pace.wait_for(last, &stop);
                }
                begins.checked_add(SignedDuration::from_nanos(last)).ok()
            },
            |quiet| quiet > SILENT_FOR,
        );
        *resume_after_ns = last;
        self.pace = pace;
        ended
    }

    /// The beginning of the day of a time, in the site's time zone.
    fn midnight(&self, time: Timestamp) -> Timestamp {
        let day = time.to_zoned(self.time_zone.clone()).start_of_day();
        day.map_or(time, |midnight| midnight.timestamp())
    }

    /// Follows one decoder. `time` turns its times into ours; `stuck` says after which silence it is given up.
    fn follow(
        &mut self,
        worker: &mut Worker,
        loss: Loss,
        mut time: impl FnMut(i64) -> Option<Timestamp>,
        stuck: impl Fn(Duration) -> bool,
    ) -> Ended {
        let mut heard = Instant::now();
        loop {
            if self.stopping() {
                return Ended::Stopped;
            }
            match worker.receive() {
                Ok(Next::Picture(frame, time_ns)) => {
                    self.unanswered.store(0, Ordering::Relaxed);
                    self.health.add(Metric::FramesDecoded, 1);
                    match time(time_ns) {
                        Some(at) => self.take(frame, at, loss),
                        None => return Ended::Decoder(WorkerError::Lied("a time that cannot be".to_owned())),
                    }
                    // Waiting for inference is not the decoder's silence.
                    heard = Instant::now();
                }
                Ok(Next::Damaged) => self.health.add(Metric::PacketsDamaged, 1),
                Ok(Next::Skipping) => heard = Instant::now(),
                Ok(Next::End) => return Ended::Input,
                Ok(Next::Quiet) if stuck(heard.elapsed()) => {
                    return Ended::Decoder(WorkerError::Died("it gave no picture for too long".to_owned()));
                }
                Ok(Next::Quiet) => {}
                Err(error) => return Ended::Decoder(error),
            }
        }
    }

    /// Masks and gates one picture, and queues it for inference if it passes.
    fn take(&mut self, frame: RawFrame, at: Timestamp, loss: Loss) {
        // The decoder was told the schedule; what it had in hand when a purpose closed ends here.
        if !self.schedules.iter().any(|schedule| schedule.is_open(at, &self.time_zone)) {
            return;
        }
        let frame = frame.mask(&self.masks, &mut self.plan);
        if let Some(gate) = &mut self.gate {
            self.luma.fill(&frame);
            if !gate.passes(&self.luma, at, self.health.live_tracks() > 0) {
                self.health.add(Metric::FramesGated, 1);
                return;
            }
        }
        if self.queue.push(self.index, Waiting { frame, at }, loss).is_some() {
            self.health.add(Metric::FramesShed, 1);
        }
    }

    fn stopping(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    fn pause(&self, span: Duration) {
        let until = Instant::now() + span;
        while !self.stopping() && Instant::now() < until {
            std::thread::sleep(POLL.min(span));
        }
    }
}

/// The time that a live packet was given, which its decoder must give back: one far from now is a lie.
fn live_time(time_ns: i64) -> Option<Timestamp> {
    let at = Timestamp::from_nanosecond(i128::from(time_ns)).ok()?;
    (at.duration_since(Timestamp::now()).abs() < LIVE_WITHIN).then_some(at)
}
