//! What a person must decide: reads that fit no session, or several. Nothing on the list is charged or matched silently,
//! and each entry is gone at its deadline.

use super::session::SessionId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The number of an exception. None is given out twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ExceptionId(pub(super) u64);

impl From<u64> for ExceptionId {
    fn from(number: u64) -> Self {
        Self(number)
    }
}

impl fmt::Display for ExceptionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// What is the matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExceptionKind {
    /// A car at an exit may be one of several.
    AmbiguousExit,
    /// Somebody wants to pay for what may be one of several.
    AmbiguousPayment,
    /// A car at an exit was not seen coming in.
    MissedEntry,
    /// A car was not seen leaving.
    MissedExit,
    /// The plate of a car at an exit cannot be read.
    UnreadExit,
    /// A car drives against the direction of its lane.
    WrongDirection,
    /// A car has passed a barrier that was not opened for it.
    Tailgating,
}

impl ExceptionKind {
    /// Whether a car waits at a barrier because of it, so that it is settled when the barrier opens.
    pub(super) fn is_of_a_waiting_car(self) -> bool {
        matches!(self, Self::AmbiguousExit | Self::MissedEntry | Self::UnreadExit)
    }
}

/// An entry of the list.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// What is the matter.
    pub kind: ExceptionKind,
    /// Where, if it is about a place.
    pub lane: Option<String>,
    /// Since when.
    pub raised: Timestamp,
    /// First instant at which it is gone.
    pub deadline: Timestamp,
    /// The sessions that it may be about.
    pub candidates: Vec<SessionId>,
}

/// What a person decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// The car is this one of the candidates.
    Is(SessionId),
    /// The barrier opens, and nothing is charged.
    Release,
    /// Nothing is done; of a missed exit, the session is forgotten.
    Dismiss,
}
