//! The terms of a lot: what its operator writes down, and what is wrong with it.

use crate::tariff::{Tariff, TariffFault};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use vokter_rules::limits;

/// How a lot is laid out and run.
///
/// ```
/// use vokter_parking::lot::Terms;
///
/// let terms: Terms = toml::from_str(r#"
///     name = "north"
///     capacity = 120
///     terminals = ["hall"]
///     fallback = "gates-open"            # or "ticket"
///     tariff = "external"                # or a table of rates
///     exit_after_payment = "by-receipt"  # or "by-count"
///     hand_over = false
///     plate_cap_days = 5
///
///     [[lanes]]
///     name = "gate"
///     direction = "both"
///     barrier = true
/// "#).unwrap();
/// assert_eq!(terms.faults(), []);
/// ```
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// What it is called.
    pub name: String,
    /// Spaces.
    pub capacity: u32,
    /// Its lanes.
    pub lanes: Vec<Lane>,
    /// The terminals on site. Plates are read while at least one can take payment (IVA-7a).
    pub terminals: Vec<String>,
    /// What holds while none can.
    pub fallback: Fallback,
    /// What a stay costs.
    pub tariff: Tariff,
    /// How a car that has paid gets out through a barrier.
    #[serde(default)]
    pub exit_after_payment: ExitAfterPayment,
    /// Whether those who have not paid are handed over to the enforcement system, or forgotten.
    pub hand_over: bool,
    /// The most that a plate of somebody who does not pay is kept, from when it was read. No source sets it, so it must be
    /// written.
    pub plate_cap_days: u32,
    /// After which a car must have left without being read.
    #[serde(default = "three_days")]
    pub longest_stay_hours: u32,
    /// In which one can pay after having driven off.
    #[serde(default = "two_days")]
    pub pay_within_hours: u32,
    /// In which the staff can decide.
    #[serde(default = "one_day")]
    pub exception_hours: u32,
    /// In which one can leave after having paid.
    #[serde(default = "a_quarter")]
    pub grace_minutes: u32,
    /// For which an amount holds that was said.
    #[serde(default = "five")]
    pub quote_minutes: u32,
    /// In which one can have a payment back.
    #[serde(default = "thirty")]
    pub refund_days: u32,
    /// After which a terminal that is silent is taken to be down.
    #[serde(default = "ninety")]
    pub heartbeat_seconds: u32,
    /// For which a barrier stays open for a car, and in which a second read in a lane is of the same car.
    #[serde(default = "thirty")]
    pub barrier_seconds: u32,
}

/// A lane that is watched.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lane {
    /// Its name, unique in the lot.
    pub name: String,
    /// Which way it leads.
    pub direction: LaneDirection,
    /// Whether it has a barrier. Without one, who is read has passed.
    pub barrier: bool,
}

/// Which way a lane leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LaneDirection {
    /// Into the lot.
    Entry,
    /// Out of it.
    Exit,
    /// Both.
    Both,
}

/// Which way a car drives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heading {
    /// Into the lot.
    In,
    /// Out of it.
    Out,
}

impl Lane {
    /// Whether a car that drives so drives against it.
    pub(super) fn is_wrong_way(&self, heading: Heading) -> bool {
        matches!((self.direction, heading), (LaneDirection::Entry, Heading::Out) | (LaneDirection::Exit, Heading::In))
    }
}

/// What holds while no terminal can take payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fallback {
    /// Barriers are held open, and nothing is charged.
    GatesOpen,
    /// Barriers give out tickets.
    Ticket,
}

/// How a car that has paid gets out through a barrier. Its plate is forgotten, so it cannot be known by it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExitAfterPayment {
    /// The driver shows the receipt. No barrier opens for somebody who has not paid.
    #[default]
    ByReceipt,
    /// As many cars that fit no session get out as have paid and not left. One that was misread may be among them.
    ByCount,
}

const fn three_days() -> u32 {
    72
}
const fn two_days() -> u32 {
    48
}
const fn one_day() -> u32 {
    24
}
const fn a_quarter() -> u32 {
    15
}
const fn five() -> u32 {
    5
}
const fn thirty() -> u32 {
    30
}
const fn ninety() -> u32 {
    90
}

/// Why terms are refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TermsFault {
    /// No way in, or none out.
    #[error("the lot has no lane that leads {0}; add: [[lanes]] name = \"…\", direction = \"both\", barrier = false")]
    NoLane(&'static str),
    /// A name twice.
    #[error("{0} `{1}` is there twice; give each a name of its own")]
    Twice(&'static str, String),
    /// More than fit.
    #[error("the lot has more than {1} {0}; make it two lots")]
    TooMany(&'static str, usize),
    /// Nobody can pay here.
    #[error(
        "the lot has no terminal, and plates are read only where one can pay (IVA-7a); write terminals = [\"exit\"]"
    )]
    NoTerminal,
    /// A cap past what is ever allowed, or none.
    #[error("plate_cap_days = {0}; write between 1 and {most}", most = limits::STAY_DAYS)]
    Cap(u32),
    /// Periods that do not fit under the cap.
    #[error(
        "longest_stay_hours and {0} are {1} hours together, past the {2} days of plate_cap_days; shorten one of them"
    )]
    PastCap(&'static str, u64, u32),
    /// A period that is longer than anything of a lot is kept.
    #[error("{0} = {1}; write at most {most}", most = limits::STAY_DAYS)]
    TooLong(&'static str, u32),
    /// A period of no length.
    #[error("{0} is 0; write at least 1")]
    Zero(&'static str),
    /// The tariff.
    #[error(transparent)]
    Tariff(#[from] TariffFault),
}

impl Terms {
    /// Everything that is wrong with them; nothing if a lot can be run by them.
    pub fn faults(&self) -> Vec<TermsFault> {
        let mut faults: Vec<_> = self.tariff.faults().into_iter().map(TermsFault::Tariff).collect();
        for (way, heading) in [("in", Heading::In), ("out", Heading::Out)] {
            if self.lanes.iter().all(|lane| lane.is_wrong_way(heading)) {
                faults.push(TermsFault::NoLane(way));
            }
        }
        let lanes: Vec<_> = self.lanes.iter().map(|lane| &lane.name).collect();
        for (what, names) in [("lane", lanes), ("terminal", self.terminals.iter().collect())] {
            let mut seen = BTreeSet::new();
            let twice = names.iter().filter(|name| !seen.insert(**name));
            faults.extend(twice.map(|name| TermsFault::Twice(what, (*name).clone())));
        }
        for (what, number) in [("lanes", self.lanes.len()), ("terminals", self.terminals.len())] {
            if number > limits::LANES_PER_LOT {
                faults.push(TermsFault::TooMany(what, limits::LANES_PER_LOT));
            }
        }
        if self.terminals.is_empty() {
            faults.push(TermsFault::NoTerminal);
        }
        if self.plate_cap_days == 0 || self.plate_cap_days > limits::STAY_DAYS {
            faults.push(TermsFault::Cap(self.plate_cap_days));
        }
        if self.refund_days > limits::STAY_DAYS {
            faults.push(TermsFault::TooLong("refund_days", self.refund_days));
        }
        for (name, hours) in [("exception_hours", self.exception_hours), ("pay_within_hours", self.pay_within_hours)] {
            let together = u64::from(self.longest_stay_hours) + u64::from(hours);
            if together > u64::from(self.plate_cap_days) * 24 {
                faults.push(TermsFault::PastCap(name, together, self.plate_cap_days));
            }
        }
        for (name, value) in [
            ("longest_stay_hours", self.longest_stay_hours),
            ("exception_hours", self.exception_hours),
            ("heartbeat_seconds", self.heartbeat_seconds),
            ("barrier_seconds", self.barrier_seconds),
            ("refund_days", self.refund_days),
        ] {
            if value == 0 {
                faults.push(TermsFault::Zero(name));
            }
        }
        faults
    }

    pub(super) fn lane(&self, name: &str) -> Option<&Lane> {
        self.lanes.iter().find(|lane| lane.name == name)
    }
}

/// So many hours, minutes or seconds after; the end of time if there is no such instant.
pub(super) fn after(at: Timestamp, span: SignedDuration) -> Timestamp {
    at.checked_add(span).unwrap_or(Timestamp::MAX)
}

pub(super) fn days(number: u32) -> SignedDuration {
    hours(number.saturating_mul(24))
}

pub(super) fn hours(number: u32) -> SignedDuration {
    SignedDuration::from_hours(number.into())
}

pub(super) fn minutes(number: u32) -> SignedDuration {
    SignedDuration::from_mins(number.into())
}

pub(super) fn seconds(number: u32) -> SignedDuration {
    SignedDuration::from_secs(number.into())
}
