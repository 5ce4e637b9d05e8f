//! The site's statistics while it runs: which rule feeds which series, and the clock that closes their spans.
//!
//! ```text
//!  counting rule, lot ─▶ bounded channel ─▶ one thread: look, count, forget ─▶ a span is over ─▶ release
//!                                                    vault: incidents opened in it ─┘
//! ```
//! The engine never waits for the disk. What the channel has no room for is not counted; a place that is not heard of for
//! five seconds has not been watched, and its span says so.

mod parking;

#[cfg(test)]
mod canary;

pub use parking::ParkingFeed;

use anyhow::Result;
use crossbeam::channel::{Receiver, RecvTimeoutError, Sender, bounded};
use jiff::{SignedDuration, Timestamp};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use vokter_pipeline::{Seen, Tally};
use vokter_rules::analysis::TrackId;
use vokter_rules::limits;
use vokter_rules::policy::{Measure, SitePolicy};
use vokter_statistics::{Closed, Definition, Measured, Outcome, Statistics};
use vokter_vault::Vault;

/// How often spans are looked at.
const TURN: Duration = Duration::from_secs(1);
/// How far back incidents can be counted: their records are there for a year.
const INCIDENTS_ARE_KEPT: SignedDuration = SignedDuration::from_hours(24 * 360);
/// Spans of incidents that are released in one turn, so that the rest does not wait.
const SPANS_A_TURN: usize = 24;

/// A thread that counts and releases.
pub struct Counter {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<()>,
    definitions: Vec<Definition>,
    sender: Sender<Note>,
}

/// What the thread is told.
enum Heard {
    /// What a rule has seen, by the place of its tally.
    Rule(usize, Seen),
    /// Something of one series, by its place among the definitions.
    Series(usize, Word),
}

/// A message to the thread. What it says is overwritten once it was heard: the channel's own memory, which is not, holds none.
struct Note(Box<Heard>);

impl Drop for Note {
    fn drop(&mut self) {
        if let Heard::Rule(_, Seen::Counted { track, .. } | Seen::Left(track) | Seen::Ended(track)) = &mut *self.0 {
            *track = TrackId::from_random(0);
            // So that the compiler does not leave out what nobody reads.
            std::hint::black_box(track);
        }
    }
}

/// What is said of a series that no rule feeds.
#[derive(Clone, Copy)]
enum Word {
    /// Its place was looked at.
    Looked(Timestamp),
    /// Something happened that is said once.
    Once {
        /// In which category.
        category: usize,
        /// When.
        at: Timestamp,
    },
}

/// A series that a rule feeds, by its place among the definitions.
struct Feed {
    tally: usize,
    series: usize,
}

impl Counter {
    /// Opens the statistics of a data directory and listens to the rules that feed them; `None` where there is no series.
    /// What is counted is as right as was measured of the model.
    /// Incidents are counted in the vault.
    pub fn start(
        policy: &SitePolicy,
        tallies: &[Arc<Tally>],
        measured: &[Measured],
        (directory, vault): (&Path, Arc<Vault>),
    ) -> Result<Option<Self>> {
        let definitions = Definition::all_of(policy, measured);
        if definitions.is_empty() {
            return Ok(None);
        }
        let feeds = feeds(policy, tallies, &definitions);
        let statistics = Statistics::open(directory, definitions.clone(), Timestamp::now())?;
        let (sender, heard) = bounded(limits::SEEN_WAITING);
        for (index, tally) in tallies.iter().enumerate() {
            if feeds.iter().any(|feed| feed.tally == index) {
                listen(tally, index, &sender);
            }
        }
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || Counting::new(statistics, feeds, Some(vault)).run(&heard, &stopped));
        Ok(Some(Self { stop, thread, definitions, sender }))
    }

    /// Where the lot of a parking purpose says what happens in it.
    pub fn parking(&self, purpose: &str) -> ParkingFeed {
        ParkingFeed::new(purpose, &self.definitions, self.sender.clone())
    }

    /// Stops counting, once what was said is counted. What is open is lost, and a gap or incomplete when the engine runs
    /// again.
    pub fn finish(self) {
        let Self { stop, thread, sender, .. } = self;
        drop(sender);
        stop.store(true, Ordering::Relaxed);
        if thread.join().is_err() {
            tracing::error!("the thread of statistics panicked");
        }
    }
}

fn listen(tally: &Tally, index: usize, sender: &Sender<Note>) {
    let sender = sender.clone();
    tally.tell(move |seen| {
        // A full channel means that the disk is stuck; the gap says so.
        let _ = sender.try_send(Note(Box::new(Heard::Rule(index, seen))));
    });
}

/// Overwrites what functions that have returned left on the stack: the number of a track, a count that was drawn from.
#[inline(never)]
fn scrub() {
    std::hint::black_box([0_u64; 1 << 13]);
}

/// Which rule feeds which series.
fn feeds(policy: &SitePolicy, tallies: &[Arc<Tally>], definitions: &[Definition]) -> Vec<Feed> {
    let mut feeds = vec![];
    for (tally, counting) in tallies.iter().enumerate() {
        for purpose in policy.purposes().iter().filter(|purpose| purpose.name == counting.purpose) {
            let Some(rule) = purpose.rules.iter().find(|rule| rule.name == counting.rule) else { continue };
            for series in purpose.series.iter().filter(|series| series.is_fed_by(rule)) {
                let is_it = |definition: &Definition| {
                    (&definition.purpose, &definition.series) == (&purpose.name, &series.name)
                };
                let place = definitions.iter().position(is_it);
                feeds.extend(place.map(|series| Feed { tally, series }));
            }
        }
    }
    feeds
}

/// What the thread has.
struct Counting {
    statistics: Statistics,
    feeds: Vec<Feed>,
    definitions: Vec<Definition>,
    /// Of each series, when its place was last looked at: the time of what counts in a recording.
    latest: Vec<Option<Timestamp>>,
    /// Where incidents are counted.
    vault: Option<Arc<Vault>>,
}

impl Counting {
    fn new(statistics: Statistics, feeds: Vec<Feed>, vault: Option<Arc<Vault>>) -> Self {
        let definitions: Vec<_> = statistics.definitions().cloned().collect();
        Self { statistics, feeds, latest: vec![None; definitions.len()], definitions, vault }
    }

    fn run(&mut self, heard: &Receiver<Note>, stop: &AtomicBool) {
        let mut turned = Instant::now();
        loop {
            match heard.recv_timeout(TURN) {
                Ok(note) => {
                    self.hear(&note.0);
                    drop(note);
                    scrub();
                }
                Err(RecvTimeoutError::Timeout) if stop.load(Ordering::Relaxed) => return self.close(),
                Err(RecvTimeoutError::Timeout) => {}
                // Whoever said something has ended, and all of it is counted.
                Err(RecvTimeoutError::Disconnected) => return self.close(),
            }
            if turned.elapsed() >= TURN {
                self.close();
                scrub();
                turned = Instant::now();
            }
        }
    }

    #[inline(never)]
    fn hear(&mut self, heard: &Heard) {
        match *heard {
            Heard::Rule(tally, seen) => {
                for index in 0..self.feeds.len() {
                    if let Some(feed) = self.feeds.get(index).filter(|feed| feed.tally == tally) {
                        self.see(feed.series, seen);
                    }
                }
            }
            Heard::Series(series, Word::Looked(at)) => self.look(series, at),
            Heard::Series(series, Word::Once { category, at }) => self.statistics.count_one(series, category, at),
        }
    }

    fn look(&mut self, series: usize, at: Timestamp) {
        if let Some(latest) = self.latest.get_mut(series) {
            *latest = Some(at);
        }
        // A recording has no clock but its pictures: what is over is closed before the next is looked at.
        if self.definitions.get(series).is_some_and(|definition| definition.commissioning) {
            self.close_one(series, at);
        }
        if let Err(error) = self.statistics.look(series, at) {
            tracing::error!(series = self.name(series), "nothing can be counted: {error}");
        }
    }

    /// Takes what a rule has seen into account.
    fn see(&mut self, series: usize, seen: Seen) {
        match seen {
            Seen::Looked(at) => self.look(series, at),
            Seen::Counted { track, class, towards, at } => {
                let Some(definition) = self.definitions.get(series) else { return };
                let name = match definition.measure {
                    Measure::LineCrossings | Measure::SpeedBands => towards,
                    Measure::VehicleClasses => Some(class.name()),
                    _ => Some("all"),
                };
                let is_it = |category: &String| Some(category.as_str()) == name;
                if let Some(category) = definition.breakdown.categories.iter().position(is_it) {
                    self.statistics.count(series, track, category, at);
                }
            }
            Seen::Left(track) => self.statistics.leave(series, track),
            Seen::Ended(track) => self.statistics.forget(series, track),
            Seen::Interrupted => self.statistics.forget_all(series),
        }
    }

    /// Closes what is over, each series by its own time.
    #[inline(never)]
    fn close(&mut self) {
        for series in 0..self.definitions.len() {
            if self.definitions.get(series).is_some_and(|definition| definition.measure == Measure::IncidentCount) {
                self.close_incidents(series, Timestamp::now());
                continue;
            }
            let of_pictures = self.definitions.get(series).is_some_and(|definition| definition.commissioning);
            let latest = self.latest.get(series).copied().flatten();
            if let Some(now) = if of_pictures { latest } else { Some(Timestamp::now()) } {
                self.close_one(series, now);
            }
        }
    }

    fn close_one(&mut self, series: usize, now: Timestamp) {
        match self.statistics.close(series, now) {
            Ok(closed) => closed.iter().for_each(|closed| self.say(series, closed)),
            Err(error) => tracing::error!(series = self.name(series), "nothing is released: {error}"),
        }
    }

    /// Closes the spans of incidents that are over: they are counted in the vault, so that what happened while nothing ran counts
    /// as well. The clock is the wall's: a recording has no incidents.
    fn close_incidents(&mut self, series: usize, now: Timestamp) {
        if let Err(error) = self.try_close_incidents(series, now) {
            tracing::error!(series = self.name(series), "nothing is released: {error:#}");
        }
    }

    fn try_close_incidents(&mut self, series: usize, now: Timestamp) -> Result<()> {
        let (Some(definition), Some(vault)) = (self.definitions.get(series), &self.vault) else { return Ok(()) };
        // What is exact says nothing but how many there were at the site (IVA-11c).
        let purpose = definition.epsilon.is_some().then_some(definition.purpose.as_str());
        let oldest = now.saturating_sub(INCIDENTS_ARE_KEPT)?;
        for span in self.statistics.owed(series, oldest, now)?.into_iter().take(SPANS_A_TURN) {
            let count = vault.incidents_opened(purpose, (span.start, span.end), now)?;
            if let Some(closed) = self.statistics.settle(series, span, count, now)? {
                self.say(series, &closed);
            }
        }
        Ok(())
    }

    /// Says what was released, and never what of: no count of it is in any log.
    fn say(&self, series: usize, closed: &Closed) {
        let (series, start) = (self.name(series), closed.span.start);
        match closed.outcome {
            Outcome::Released(_) => tracing::info!(series, %start, "a span is released"),
            Outcome::Refused => tracing::warn!(series, %start, "released before, and not again (IVA-11c)"),
        }
    }

    fn name(&self, series: usize) -> String {
        self.definitions.get(series).map(Definition::name).unwrap_or_default()
    }
}
