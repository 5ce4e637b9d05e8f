//! The whitelist: the analysis rules that exist, and their evaluation over tracks (INV-3).
//!
//! ```text
//! Sighting (track, class, box, time) ─▶ Condition::observe ─▶ Some(Occurrence)
//! ```
//! One rule, one file. Each file's module documentation is the rule's manual. [`catalog::CATALOG`] lists them
//! all; what is not in it cannot run.

pub mod catalog;
mod line_count;
mod line_crossing;
mod per_track;
mod plate_read;
mod queue_length;
mod speed_band;
mod stays;
#[cfg(test)]
mod tests;
mod zone_count;
mod zone_intrusion;

pub use line_count::LineCount;
pub use line_crossing::{Direction, LineCrossing};
pub use plate_read::{LaneOccurrence, PlateRead};
pub use queue_length::QueueLength;
pub use speed_band::{SPEED_BANDS, SpeedBand};
pub use zone_count::ZoneCount;
pub use zone_intrusion::ZoneIntrusion;

use crate::geometry::Rect;
use crate::object::ObjectClass;
use jiff::Timestamp;

/// Names one track while it lives. Random in each run, so that it means nothing outside it: it cannot be
/// printed, stored or compared between runs.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TrackId(u64);

impl TrackId {
    /// The id made of this number, which should come from a random generator.
    pub const fn from_random(number: u64) -> Self {
        Self(number)
    }
}

/// One confirmed track, in one frame.
#[derive(Clone, Copy)]
pub struct Sighting {
    /// Which track.
    pub track: TrackId,
    /// What it is.
    pub class: ObjectClass,
    /// Where it is, in normalised coordinates.
    pub region: Rect,
    /// When the frame was captured.
    pub at: Timestamp,
}

/// What a rule's condition reports: an object met it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occurrence {
    /// An object stands in the rule's zone.
    InZone,
    /// An object that stood in the rule's zone has left it.
    LeftZone,
    /// An object crossed the rule's line towards its normal (`true`) or against it.
    CrossedLine {
        /// Whether it moved the way that the line's normal points.
        along_normal: bool,
    },
    /// An object drove through the rule's zone.
    Drove {
        /// In which band of speed.
        band: &'static str,
    },
}

/// The running state of one rule in one camera.
pub enum Evaluation {
    /// See [`ZoneIntrusion`].
    ZoneIntrusion(ZoneIntrusion),
    /// See [`LineCrossing`].
    LineCrossing(LineCrossing),
    /// See [`ZoneCount`].
    ZoneCount(ZoneCount),
    /// See [`QueueLength`].
    QueueLength(QueueLength),
    /// See [`SpeedBand`].
    SpeedBand(SpeedBand),
}

impl Evaluation {
    /// Takes one sighting into account and says whether the condition was met by it.
    pub fn observe(&mut self, sighting: &Sighting) -> Option<Occurrence> {
        match self {
            Self::ZoneIntrusion(rule) => rule.observe(sighting),
            Self::LineCrossing(rule) => rule.observe(sighting),
            Self::ZoneCount(rule) => rule.observe(sighting),
            Self::QueueLength(rule) => rule.observe(sighting),
            Self::SpeedBand(rule) => rule.observe(sighting),
        }
    }

    /// Forgets a track that has ended.
    pub fn forget(&mut self, track: TrackId) {
        match self {
            Self::ZoneIntrusion(rule) => rule.forget(track),
            Self::LineCrossing(rule) => rule.forget(track),
            Self::ZoneCount(rule) => rule.forget(track),
            Self::QueueLength(rule) => rule.forget(track),
            Self::SpeedBand(rule) => rule.forget(track),
        }
    }

    /// Forgets everything: the stream was interrupted or its purpose was closed.
    pub fn reset(&mut self) {
        match self {
            Self::ZoneIntrusion(rule) => rule.reset(),
            Self::LineCrossing(rule) => rule.reset(),
            Self::ZoneCount(rule) => rule.reset(),
            Self::QueueLength(rule) => rule.reset(),
            Self::SpeedBand(rule) => rule.reset(),
        }
    }
}
