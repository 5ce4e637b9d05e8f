//! What the counting rules see: a count in memory, and a word to whoever releases statistics.

use crate::health::lock;
use jiff::Timestamp;
use std::sync::{Mutex, OnceLock};
use vokter_rules::analysis::{LineCount, TrackId};
use vokter_rules::object::ObjectClass;

/// What a counting rule has seen. It goes to statistics alone, in memory: there is no event of it.
#[derive(Clone, Copy)]
pub enum Seen {
    /// A frame was analysed, whether anyone was in it or not.
    Looked(Timestamp),
    /// A track met the rule's condition.
    Counted {
        /// The track.
        track: TrackId,
        /// What it is.
        class: ObjectClass,
        /// Towards which side of the picture it crossed, for a line; in which band of speed, for a drive.
        towards: Option<&'static str>,
        /// When.
        at: Timestamp,
    },
    /// A track has left the rule's zone.
    Left(TrackId),
    /// A track has ended.
    Ended(TrackId),
    /// The stream was interrupted: every track has ended.
    Interrupted,
}

type Listener = Box<dyn Fn(Seen) + Send + Sync>;

/// The count of one counting rule.
pub struct Tally {
    /// The purpose it belongs to.
    pub purpose: String,
    /// The rule.
    pub rule: String,
    /// The camera it looks at.
    pub camera: String,
    count: Mutex<LineCount>,
    listener: OnceLock<Listener>,
}

impl Tally {
    pub(crate) fn new(purpose: &str, rule: &str, camera: &str) -> Self {
        let (purpose, rule, camera) = (purpose.to_owned(), rule.to_owned(), camera.to_owned());
        Self { purpose, rule, camera, count: Mutex::default(), listener: OnceLock::new() }
    }

    /// Tells a listener what is seen from now on. It is called between two frames, and must not wait. There is one: a second
    /// is not heard.
    pub fn tell(&self, listener: impl Fn(Seen) + Send + Sync + 'static) {
        let _ = self.listener.set(Box::new(listener));
    }

    /// What is listened to is counted by the listener alone: no exact count of a released series is here.
    pub(crate) fn see(&self, seen: Seen) {
        match (self.listener.get(), seen) {
            (Some(listener), seen) => listener(seen),
            (None, Seen::Counted { class, towards, .. }) => lock(&self.count).add(class, towards.unwrap_or("any")),
            (None, _) => {}
        }
    }

    /// The exact count so far, where nobody listens. Not for publication: what is published is released with noise (IVA-11c).
    pub fn exact(&self) -> LineCount {
        lock(&self.count).clone()
    }
}
