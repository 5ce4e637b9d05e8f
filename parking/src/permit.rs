//! Permits to park: what a plate has a claim to until a day, without the plate.
//!
//! Whoever holds the permits knows a keyed hash of each plate and what follows from the permit for the price, never why: of
//! a permit for people with reduced mobility it is known that nothing is charged (IVA-3).

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;
use vokter_rules::limits;

/// The number of a permit. It is never given out twice in a lot, unless its clock is set back while it has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PermitId(u64);

impl PermitId {
    /// One after all of these, drawn then.
    pub fn after(last: Option<Self>, now: Timestamp) -> Self {
        let clock = u64::try_from(now.as_millisecond()).unwrap_or(0);
        Self(last.map_or(clock, |Self(last)| clock.max(last.saturating_add(1))))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_not_given_out_twice_though_the_clock_is_set_back() {
        let now = Timestamp::from_millisecond(1000).unwrap();
        let first = PermitId::after(None, now);
        let second = PermitId::after(Some(first), Timestamp::UNIX_EPOCH);
        assert!(first < second && PermitId::after(Some(second), now + SignedDuration::from_secs(1)) > second);
    }
}
