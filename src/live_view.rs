//! A line a camera, kept up to date in a terminal.
//!
//! ```text
//! yard          25.0 fps    1204 analysed    0 shed  2 tracks  10:22:31 fence
//! gate          lost: no picture for 4 s
//! ```

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::tz::TimeZone;
use std::sync::Arc;
use std::time::Instant;
use vokter_pipeline::{CameraHealth, Metric, State};

/// The lines of all cameras.
#[derive(Clone)]
pub struct LiveView {
    bars: MultiProgress,
}

impl LiveView {
    /// A view on standard error.
    pub fn new() -> Self {
        Self { bars: MultiProgress::with_draw_target(ProgressDrawTarget::stderr_with_hz(8)) }
    }

    /// Does something to the terminal while the lines are out of the way.
    pub fn above(&self, write: impl FnOnce()) {
        self.bars.suspend(write);
    }

    /// Adds a line for other things.
    pub fn note(&self, prefix: &str) -> ProgressBar {
        let note = self.bars.add(ProgressBar::new_spinner().with_style(style()));
        note.set_prefix(prefix.to_owned());
        note
    }

    /// Adds a line for each camera.
    pub fn lines(&self, cameras: &[Arc<CameraHealth>], time_zone: &TimeZone) -> Vec<Line> {
        let line = |camera: &Arc<CameraHealth>| {
            let bar = self.bars.add(ProgressBar::new_spinner().with_style(style()));
            bar.set_prefix(camera.name().to_owned());
            let (camera, time_zone) = (Arc::clone(camera), time_zone.clone());
            Line { bar, camera, time_zone, last: (Instant::now(), 0), rate: 0.0 }
        };
        cameras.iter().map(line).collect()
    }
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("{prefix:12!} {wide_msg}").unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// One camera's line.
pub struct Line {
    bar: ProgressBar,
    camera: Arc<CameraHealth>,
    time_zone: TimeZone,
    last: (Instant, u64),
    rate: f64,
}

impl Line {
    /// Brings the line up to date.
    pub fn update(&mut self) {
        let decoded = self.camera.count(Metric::FramesDecoded);
        let span = self.last.0.elapsed().as_secs_f64();
        if span >= 1.0 {
            self.rate = (decoded - self.last.1) as f64 / span;
            self.last = (Instant::now(), decoded);
        }
        self.bar.set_message(self.text());
        self.bar.tick();
    }

    /// Leaves the line as it is.
    pub fn finish(mut self) {
        self.update();
        self.bar.abandon();
    }

    fn text(&self) -> String {
        let count = |metric| self.camera.count(metric);
        let (analysed, shed) = (count(Metric::FramesAnalysed), count(Metric::FramesShed) + count(Metric::PacketsShed));
        let event = self.camera.last_event().map_or_else(String::new, |(rule, at)| {
            format!("  {} {rule}", self.time_zone.to_datetime(at).strftime("%H:%M:%S"))
        });
        match self.camera.state() {
            State::Starting | State::Connecting => "connecting".to_owned(),
            State::Lost(cause) => format!("lost: {cause}"),
            State::Failed(cause) => format!("failed: {cause}"),
            State::OutsideSchedule => "outside the schedule; nothing is decoded".to_owned(),
            State::Ended => format!("ended      {analysed:6} analysed {shed:4} shed{event}"),
            State::Running => {
                let (rate, tracks) = (self.rate, self.camera.live_tracks());
                format!("{rate:5.1} fps {analysed:7} analysed {shed:4} shed {tracks:2} tracks{event}")
            }
        }
    }
}
