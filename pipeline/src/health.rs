//! How each camera is doing, for people to look at.

use crate::metrics::{CameraMetrics, Metric};
use jiff::Timestamp;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What a camera is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing yet.
    Starting,
    /// A connection is being made.
    Connecting,
    /// Pictures come.
    Running,
    /// The connection was lost, for the reason given; it is tried again.
    Lost(String),
    /// No purpose is open: nothing is decoded.
    OutsideSchedule,
    /// The file has ended.
    Ended,
    /// It cannot go on, for the reason given.
    Failed(String),
}

/// The health of one camera; counters, state and the last event.
pub struct CameraHealth {
    name: String,
    metrics: CameraMetrics,
    state: Mutex<State>,
    live_tracks: AtomicUsize,
    last_event: Mutex<Option<(String, Timestamp)>>,
}

impl CameraHealth {
    pub(crate) fn new(name: &str, metrics: CameraMetrics) -> Self {
        Self {
            name: name.to_owned(),
            metrics,
            state: Mutex::new(State::Starting),
            live_tracks: AtomicUsize::new(0),
            last_event: Mutex::new(None),
        }
    }

    /// The camera's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A counter.
    pub fn count(&self, metric: Metric) -> u64 {
        self.metrics.get(metric)
    }

    /// What the camera is doing.
    pub fn state(&self) -> State {
        lock(&self.state).clone()
    }

    /// Tracks that live now.
    pub fn live_tracks(&self) -> usize {
        self.live_tracks.load(Ordering::Relaxed)
    }

    /// The rule that reported last, and when.
    pub fn last_event(&self) -> Option<(String, Timestamp)> {
        lock(&self.last_event).clone()
    }

    pub(crate) fn add(&self, metric: Metric, count: u64) {
        self.metrics.add(metric, count);
    }

    pub(crate) fn set_live_tracks(&self, count: usize) {
        self.live_tracks.store(count, Ordering::Relaxed);
    }

    pub(crate) fn set_last_event(&self, rule: &str, at: Timestamp) {
        *lock(&self.last_event) = Some((rule.to_owned(), at));
    }

    /// Changes the state and logs the change, once.
    pub(crate) fn set_state(&self, state: State) {
        let state = match state {
            State::Lost(cause) => State::Lost(printable(&cause)),
            State::Failed(cause) => State::Failed(printable(&cause)),
            state => state,
        };
        let mut current = lock(&self.state);
        if *current == state {
            return;
        }
        let camera = self.name.as_str();
        match &state {
            State::Starting => {}
            State::Connecting => tracing::debug!(camera, "connecting"),
            State::Running => tracing::info!(camera, "running"),
            State::Lost(cause) => tracing::warn!(camera, cause, "lost; trying again"),
            State::OutsideSchedule => tracing::info!(camera, "outside the schedule; nothing is decoded"),
            State::Ended => tracing::info!(camera, "ended"),
            State::Failed(cause) => tracing::error!(camera, cause, "failed"),
        }
        *current = state;
    }
}

/// A cause may hold what a camera said; it ends up in a terminal.
fn printable(cause: &str) -> String {
    cause.chars().map(|c| if c.is_control() { '?' } else { c }).collect()
}

/// A panic elsewhere does not make these values wrong.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
