//! Permits to park: what a plate has a claim to until a day, without the plate.
//!
//! Whoever holds the permits knows a keyed hash of each plate and what follows from the permit for the price, never why: of
//! a permit for people with reduced mobility it is known that nothing is charged (IVA-3).

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;
use vokter_rules::limits;

/// The number of a permit: 53 bits that the caller draws at random, so that every JSON reader has them whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PermitId(u64);

impl From<u64> for PermitId {
    fn from(drawn: u64) -> Self {
        Self(drawn >> 11)
    }
}

impl fmt::Display for PermitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A permit, as it is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permit {
    /// Its number.
    pub id: PermitId,
    /// First instant at which it no longer holds.
    pub until: Timestamp,
}

/// Whether a permit can be given until then: it ends, and within 366 days.
///
/// ```
/// use jiff::{SignedDuration, Timestamp};
/// use vokter_parking::permit::can_hold_until;
///
/// let days = |days: i64| Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * days);
/// assert!(can_hold_until(days(367), days(1)));
/// assert!(!can_hold_until(days(368), days(1)) && !can_hold_until(days(1), days(1)));
/// ```
pub fn can_hold_until(until: Timestamp, now: Timestamp) -> bool {
    let longest = SignedDuration::from_hours(24 * i64::from(limits::PERMIT_DAYS));
    let left = until.duration_since(now);
    left.is_positive() && left <= longest
}
