//! The session of one car: its stages, and every transition between them.
//!
//! ```text
//!             ┌───── BackAway ──────┐
//!             ▼                     │
//!  enter ─▶ Parked ── ReachExit ─▶ AtExit ── DriveOff ─▶ Left ── HandOver ─▶ gone
//!             │                     │                     ▲
//!             └─ Reenter, Overstay ─┴─▶ MissedExit ───────┘ DriveOff, or ReachExit to AtExit
//!
//!              ReachExit  BackAway  DriveOff  LeaveFree  Pay   Reenter     Overstay    Waive  HandOver  Forget
//!  Parked      AtExit     -         Left      gone       gone  MissedExit  MissedExit  gone   -         gone
//!  AtExit      -          Parked    Left      gone       gone  MissedExit  MissedExit  gone   -         gone
//!  Left        -          -         -         gone       gone  -           -           gone   gone      gone
//!  MissedExit  AtExit     -         Left      gone       -     -           -           gone   -         gone
//! ```
//! Gone are the key, the hash, the sealed plate, the crops and the queue entries, in the transaction that answers.

use super::sought::Match;
use crate::money::Money;
use crate::tariff::Grant;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The number of a session. It says nothing of a plate, and none is given out twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SessionId(pub(super) u64);

impl From<u64> for SessionId {
    fn from(number: u64) -> Self {
        Self(number)
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Where a car is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// In the lot.
    Parked,
    /// At the barrier of an exit, and has to pay.
    AtExit,
    /// Driven off without paying.
    Left,
    /// Must have left without being read.
    MissedExit,
}

/// What happens to a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transition {
    /// It comes to a barrier, and has to pay.
    ReachExit,
    /// It backs away from the barrier.
    BackAway,
    /// It drives off, and has to pay.
    DriveOff,
    /// It leaves, and has nothing to pay.
    LeaveFree,
    /// Everything is paid.
    Pay,
    /// It comes in, and was not seen leaving.
    Reenter,
    /// It has been here longer than a stay lasts.
    Overstay,
    /// The staff lets it off.
    Waive,
    /// It is handed over as not having paid.
    HandOver,
    /// A deadline has come.
    Forget,
}

impl Transition {
    /// Every one.
    pub const ALL: [Self; 10] = [
        Self::ReachExit,
        Self::BackAway,
        Self::DriveOff,
        Self::LeaveFree,
        Self::Pay,
        Self::Reenter,
        Self::Overstay,
        Self::Waive,
        Self::HandOver,
        Self::Forget,
    ];
}

/// Where a transition leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// To this stage.
    Stage(Stage),
    /// Nowhere: the session is erased.
    Gone,
}

impl Stage {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Parked, Self::AtExit, Self::Left, Self::MissedExit];

    /// Where a transition leads from here; `None` if it cannot happen.
    pub const fn after(self, transition: Transition) -> Option<Next> {
        use Transition as T;
        Some(match (self, transition) {
            (Self::Parked | Self::MissedExit, T::ReachExit) => Next::Stage(Self::AtExit),
            (Self::AtExit, T::BackAway) => Next::Stage(Self::Parked),
            (Self::Parked | Self::AtExit | Self::MissedExit, T::DriveOff) => Next::Stage(Self::Left),
            (Self::Parked | Self::AtExit, T::Reenter | T::Overstay) => Next::Stage(Self::MissedExit),
            (_, T::LeaveFree) => Next::Gone,
            (Self::Parked | Self::AtExit | Self::Left, T::Pay) => Next::Gone,
            (Self::Left, T::HandOver) => Next::Gone,
            (_, T::Waive | T::Forget) => Next::Gone,
            _ => return None,
        })
    }
}

/// What is known of one car: when it came, and what it owes. The plate is sealed elsewhere, under a key of its own.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Session {
    pub(super) stage: Stage,
    pub(super) entered: Timestamp,
    /// When the stage began.
    pub(super) since: Timestamp,
    /// The lane in which it stands or was read last.
    pub(super) lane: String,
    /// First instant at which nothing of it is there any more, fixed when it came (INV-5).
    pub(super) deadline: Timestamp,
    /// Not of a car that showed a receipt too late, nor of one whose plate has come in again.
    pub(super) hash: Option<Match>,
    pub(super) grants: Vec<Grant>,
    pub(super) paid: Option<Money>,
    pub(super) quote: Option<Quote>,
}

/// An amount that was said, and until when it holds.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Quote {
    pub amount: Money,
    pub until: Timestamp,
}

impl Session {
    /// Where its car is.
    pub fn stage(&self) -> Stage {
        self.stage
    }

    /// When it came.
    pub fn entered(&self) -> Timestamp {
        self.entered
    }

    /// First instant at which nothing of it is there any more.
    pub fn deadline(&self) -> Timestamp {
        self.deadline
    }

    /// Whether it is known by a plate.
    pub fn has_hash(&self) -> bool {
        self.hash.is_some()
    }

    /// Up to when it is charged: a car that stands at the exit or is gone does not go on paying.
    pub(super) fn charged_until(&self, now: Timestamp) -> Timestamp {
        match self.stage {
            Stage::AtExit | Stage::Left => self.since,
            Stage::Parked | Stage::MissedExit => now,
        }
    }

    /// Whether its car may be in the lot, so that a read at the exit may be of it.
    pub(super) fn may_be_inside(&self) -> bool {
        self.stage != Stage::Left
    }

    /// Whether it can be paid for.
    pub(super) fn is_payable(&self) -> bool {
        self.stage != Stage::MissedExit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_above_is_what_holds() {
        let table = include_str!("session.rs").lines().filter_map(|line| line.strip_prefix("//!  "));
        let mut rows = table.map(|row| row.split_whitespace().collect::<Vec<_>>()).skip_while(|row| row[..] != HEAD);
        assert_eq!(rows.next().unwrap().len(), Transition::ALL.len());
        for (stage, row) in Stage::ALL.into_iter().zip(rows) {
            assert_eq!(row[0], format!("{stage:?}"));
            for (transition, cell) in Transition::ALL.into_iter().zip(&row[1..]) {
                let next = match stage.after(transition) {
                    Some(Next::Stage(next)) => format!("{next:?}"),
                    Some(Next::Gone) => "gone".into(),
                    None => "-".into(),
                };
                assert_eq!(*cell, next, "{stage:?} {transition:?}");
            }
        }
    }

    const HEAD: [&str; 10] =
        ["ReachExit", "BackAway", "DriveOff", "LeaveFree", "Pay", "Reenter", "Overstay", "Waive", "HandOver", "Forget"];

    #[test]
    fn every_stage_can_be_left_for_good_and_every_transition_happens_somewhere() {
        for stage in Stage::ALL {
            assert_eq!(stage.after(Transition::Forget), Some(Next::Gone));
            assert_eq!(stage.after(Transition::Waive), Some(Next::Gone));
        }
        for transition in Transition::ALL {
            assert!(Stage::ALL.iter().any(|stage| stage.after(transition).is_some()), "{transition:?}");
        }
    }
}
