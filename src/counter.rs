//! The site's statistics while it runs: which rule feeds which series, and the clock that closes their spans.
//!
//! ```text
//!  counting rule ─▶ bounded channel ─▶ one thread: look, count, forget ─▶ a span is over ─▶ release
//! ```
//! The engine never waits for the disk. What the channel has no room for is not counted; a place that is not heard of for
//! five seconds has not been watched, and its span says so.

use anyhow::Result;
use crossbeam::channel::{Receiver, RecvTimeoutError, Sender, bounded};
use jiff::Timestamp;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use vokter_pipeline::{Seen, Tally};
use vokter_rules::limits;
use vokter_rules::policy::{Measure, SitePolicy};
use vokter_statistics::{Definition, Outcome, Statistics};

/// How often spans are looked at.
const TURN: Duration = Duration::from_secs(1);

/// A thread that counts and releases.
pub struct Counter {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

/// A series that a rule feeds, by its place among the definitions.
struct Feed {
    tally: usize,
    series: usize,
    /// Its own time: that of its pictures, where they are a recording.
    latest: Option<Timestamp>,
}

impl Counter {
    /// Opens the statistics of a data directory and listens to the rules that feed them; `None` where there is no series.
    pub fn start(policy: &SitePolicy, tallies: &[Arc<Tally>], directory: &Path) -> Result<Option<Self>> {
        let definitions = Definition::all_of(policy, None);
        if definitions.is_empty() {
            return Ok(None);
        }
        let feeds = feeds(policy, tallies, &definitions);
        let statistics = Statistics::open(directory, definitions, Timestamp::now())?;
        let (sender, seen) = bounded(limits::SEEN_WAITING);
        for (index, tally) in tallies.iter().enumerate() {
            if feeds.iter().any(|feed| feed.tally == index) {
                listen(tally, index, &sender);
            }
        }
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || count(statistics, feeds, &seen, &stopped));
        Ok(Some(Self { stop, thread }))
    }

    /// Stops counting. What is open is lost, and a gap or incomplete when the engine runs again.
    pub fn finish(self) {
        self.stop.store(true, Ordering::Relaxed);
        if self.thread.join().is_err() {
            tracing::error!("the thread of statistics panicked");
        }
    }
}

fn listen(tally: &Tally, index: usize, sender: &Sender<(usize, Seen)>) {
    let sender = sender.clone();
    tally.tell(move |seen| {
        // A full channel means that the disk is stuck; the gap says so.
        let _ = sender.try_send((index, seen));
    });
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
                feeds.extend(place.map(|series| Feed { tally, series, latest: None }));
            }
        }
    }
    feeds
}

fn count(mut statistics: Statistics, mut feeds: Vec<Feed>, seen: &Receiver<(usize, Seen)>, stop: &AtomicBool) {
    let definitions: Vec<_> = statistics.definitions().cloned().collect();
    let mut turned = Instant::now();
    loop {
        match seen.recv_timeout(TURN) {
            Ok((tally, seen)) => {
                for feed in feeds.iter_mut().filter(|feed| feed.tally == tally) {
                    if let Some(definition) = definitions.get(feed.series) {
                        take(&mut statistics, feed, definition, seen);
                    }
                }
            }
            Err(RecvTimeoutError::Timeout) if stop.load(Ordering::Relaxed) => return,
            Err(RecvTimeoutError::Timeout) => {}
            // The engine has ended, and all that it saw is counted.
            Err(RecvTimeoutError::Disconnected) => return close(&mut statistics, &feeds, &definitions),
        }
        if turned.elapsed() >= TURN {
            close(&mut statistics, &feeds, &definitions);
            turned = Instant::now();
        }
    }
}

/// Takes what a rule has seen into account.
fn take(statistics: &mut Statistics, feed: &mut Feed, definition: &Definition, seen: Seen) {
    let series = feed.series;
    match seen {
        Seen::Looked(at) => {
            // A recording has no clock but its pictures: what is over is closed before the next is looked at.
            feed.latest = Some(at);
            if definition.commissioning {
                close_one(statistics, series, at, definition);
            }
            if let Err(error) = statistics.look(series, at) {
                tracing::error!(series = definition.name(), "nothing can be counted: {error}");
            }
        }
        Seen::Counted { track, class, towards, at } => {
            let name = match definition.measure {
                Measure::LineCrossings => towards,
                Measure::VehicleClasses => Some(class.name()),
                _ => Some("all"),
            };
            let category = definition.breakdown.categories.iter().position(|category| Some(category.as_str()) == name);
            if let Some(category) = category {
                statistics.count(series, track, category, at);
            }
        }
        Seen::Left(track) => statistics.leave(series, track),
        Seen::Ended(track) => statistics.forget(series, track),
        Seen::Interrupted => statistics.forget_all(series),
    }
}

/// Closes what is over, each series by its own time.
fn close(statistics: &mut Statistics, feeds: &[Feed], definitions: &[Definition]) {
    for feed in feeds {
        let Some(definition) = definitions.get(feed.series) else { continue };
        let now = if definition.commissioning { feed.latest } else { Some(Timestamp::now()) };
        if let Some(now) = now {
            close_one(statistics, feed.series, now, definition);
        }
    }
}

/// Says what was released, and never what of: no count of it is in any log.
fn close_one(statistics: &mut Statistics, series: usize, now: Timestamp, definition: &Definition) {
    match statistics.close(series, now) {
        Ok(closed) => {
            for closed in closed {
                let (name, start) = (definition.name(), closed.span.start);
                match closed.outcome {
                    Outcome::Released(_) => tracing::info!(series = name, %start, "a span is released"),
                    Outcome::Refused => {
                        tracing::warn!(series = name, %start, "released before, and not again (IVA-11c)")
                    }
                }
            }
        }
        Err(error) => tracing::error!(series = definition.name(), "nothing is released: {error}"),
    }
}
