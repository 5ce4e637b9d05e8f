//! How long: the closed list of retention classes with their caps, and the deadline of an item (INV-5).
//!
//! A deadline is worked out once, when the item is captured, in UTC, and is a whole minute. Nothing sets it anew: a later
//! policy, another class or another clock cannot lengthen it.

use crate::error::VaultError;
use crate::register::Law;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use vokter_rules::jurisdiction::{DEFAULT_RETENTION_DAYS, RetentionClass};
use vokter_rules::limits;

const MINUTE_MS: i64 = 60_000;
/// Minutes of a day, in milliseconds.
pub(crate) const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

/// A cap in days or in months of the calendar.
enum Cap {
    Days(i64),
    Months(i64),
}

/// The most that a class allows, in words too, and who says so.
const fn cap(class: RetentionClass) -> (Cap, &'static str, &'static str) {
    match class {
        RetentionClass::EngineDefault => (Cap::Days(DEFAULT_RETENTION_DAYS as i64), "72 hours", "EDPB 3/2019"),
        RetentionClass::NorwayWorkplace => (Cap::Days(7), "7 days", "WPC-6"),
        RetentionClass::NorwayMunicipal => (Cap::Days(7), "7 days", "KRS-33"),
        RetentionClass::Norway => (Cap::Days(30), "30 days", "WPC-7"),
        RetentionClass::Exempted => (Cap::Days(i64::MAX), "what a regulator decided", "WPC-9"),
        RetentionClass::NorwayPoliceHandover => (Cap::Days(30), "30 days", "WPC-7"),
        RetentionClass::NorwayPointOfSale => (Cap::Months(3), "3 months", "WPC-8"),
        RetentionClass::PassageLog => (Cap::Days(90), "90 days", "ACC-13"),
        RetentionClass::Iceland => (Cap::Days(90), "90 days", "ISL-13"),
        RetentionClass::ParkingSession => (Cap::Days(limits::STAY_DAYS as i64), "90 days", "IVA-7b"),
        RetentionClass::ParkingPermit => (Cap::Days(limits::PERMIT_DAYS as i64), "366 days", "IVA-7b"),
        RetentionClass::AuditLog => (Cap::Days(365), "365 days", "KRS-27"),
    }
}

/// How long items of a purpose are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    class: RetentionClass,
    days: u16,
}

impl Retention {
    /// What holds where the policy says nothing: 72 hours.
    pub const DEFAULT: Self = Self { class: RetentionClass::EngineDefault, days: DEFAULT_RETENTION_DAYS };
    /// What the vault's own log is kept.
    pub(crate) const AUDIT: Self = Self { class: RetentionClass::AuditLog, days: 365 };

    /// What a page of a workbook is kept that is about a stay: it has a time of its own within it.
    pub(crate) const SESSION: Self = Self { class: RetentionClass::ParkingSession, days: limits::STAY_DAYS as u16 };
    /// The same, of one that is a permit.
    pub(crate) const PERMIT: Self = Self { class: RetentionClass::ParkingPermit, days: limits::PERMIT_DAYS as u16 };

    /// What is held since the police will likely get it: as long as the law allows (WPC-7, ISL-13).
    pub(crate) const fn hold(law: Law) -> Self {
        match law {
            Law::Norway => Self { class: RetentionClass::NorwayPoliceHandover, days: 30 },
            Law::Iceland => Self { class: RetentionClass::Iceland, days: 90 },
        }
    }

    /// What takes the place of something of that class and ends when that does.
    pub(crate) const fn within(class: RetentionClass) -> Self {
        Self { class, days: u16::MAX }
    }

    /// So many days of that class.
    ///
    /// # Errors
    /// When the class allows fewer under every calendar, or is none that a whole purpose can have: what is held for the
    /// police is held item by item, a workbook and the log have times of their own.
    pub fn new(class: RetentionClass, days: u16) -> Result<Self, VaultError> {
        if matches!(
            class,
            RetentionClass::NorwayPoliceHandover
                | RetentionClass::ParkingSession
                | RetentionClass::ParkingPermit
                | RetentionClass::AuditLog
        ) {
            return Err(VaultError::NotOfAPurpose(class.name()));
        }
        let (cap, words, requirement) = cap(class);
        let most = match cap {
            Cap::Days(days) => days,
            // July, August, September; where the months are shorter, the calendar cuts the deadline.
            Cap::Months(months) => months * 31,
        };
        if i64::from(days) > most {
            return Err(VaultError::BeyondCap { days, class: class.name(), cap: words, requirement });
        }
        Ok(Self { class, days })
    }

    /// Its class.
    pub fn class(self) -> RetentionClass {
        self.class
    }

    /// The deadline of what is captured then: the first whole minute at which it is no longer there. It is rounded down, so
    /// that it is never later than the cap.
    ///
    /// # Errors
    /// When it lies outside the calendar.
    pub fn deadline(self, captured: Timestamp) -> Result<Timestamp, VaultError> {
        self.deadline_until(captured, None)
    }

    /// The deadline, or a time before it.
    pub(crate) fn deadline_until(self, captured: Timestamp, until: Option<Timestamp>) -> Result<Timestamp, VaultError> {
        let asked = captured.as_millisecond().checked_add(i64::from(self.days) * DAY_MS).ok_or(VaultError::Time)?;
        let capped = match cap(self.class).0 {
            Cap::Days(_) => asked,
            Cap::Months(months) => {
                let cap = captured.to_zoned(TimeZone::UTC).checked_add(Span::new().months(months));
                asked.min(cap.map_err(|_| VaultError::Time)?.timestamp().as_millisecond())
            }
        };
        let capped = until.map_or(capped, |until| capped.min(until.as_millisecond()));
        Timestamp::from_millisecond(capped - capped.rem_euclid(MINUTE_MS)).map_err(|_| VaultError::Time)
    }
}

/// The day of a time, counted from 1970, and its minute. Days are those of UTC: they have no summer time.
pub(crate) fn day_and_minute(ms: i64) -> (i64, u16) {
    let minute = ms.rem_euclid(DAY_MS) / MINUTE_MS;
    (ms.div_euclid(DAY_MS), u16::try_from(minute).unwrap_or(0))
}

/// The minute of a day up to which, exclusive, every deadline has come: 0 before the day, 1440 when it is over.
pub(crate) fn minutes_over(day: i64, now_ms: i64) -> u16 {
    let since = now_ms.saturating_sub(day.saturating_mul(DAY_MS));
    if since < 0 { 0 } else { u16::try_from((since / MINUTE_MS + 1).min(1440)).unwrap_or(1440) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn deadline(class: RetentionClass, days: u16, captured: &str) -> Timestamp {
        Retention::new(class, days).unwrap().deadline(at(captured)).unwrap()
    }

    #[test]
    fn inv_5_a_deadline_is_a_whole_minute_and_never_past_the_cap() {
        let found = deadline(RetentionClass::NorwayWorkplace, 7, "2026-03-27T23:59:59.999Z");
        assert_eq!(found, at("2026-04-03T23:59:00Z"), "summer time begins in between, and changes nothing");
        assert_eq!(
            deadline(RetentionClass::NorwayPointOfSale, 90, "2026-11-30T12:00:00Z"),
            at("2027-02-28T12:00:00Z"),
            "30 November and 3 months are 28 February (WPC-8)"
        );
        assert_eq!(deadline(RetentionClass::NorwayPointOfSale, 92, "2026-07-01T00:00:30Z"), at("2026-10-01T00:00:00Z"));
        assert_eq!(deadline(RetentionClass::Iceland, 30, "2026-01-01T00:00:00Z"), at("2026-01-31T00:00:00Z"));
    }

    #[test]
    fn inv_5_more_than_the_cap_is_refused() {
        for (class, most) in [
            (RetentionClass::EngineDefault, 3),
            (RetentionClass::NorwayWorkplace, 7),
            (RetentionClass::NorwayMunicipal, 7),
            (RetentionClass::PassageLog, 90),
            (RetentionClass::Iceland, 90),
        ] {
            assert!(Retention::new(class, most).is_ok(), "{class:?}");
            assert!(matches!(Retention::new(class, most + 1), Err(VaultError::BeyondCap { .. })), "{class:?}");
        }
    }

    #[test]
    fn a_whole_purpose_is_not_held_for_the_police_and_not_kept_like_the_log() {
        for class in [
            RetentionClass::NorwayPoliceHandover,
            RetentionClass::ParkingSession,
            RetentionClass::ParkingPermit,
            RetentionClass::AuditLog,
        ] {
            assert!(matches!(Retention::new(class, 1), Err(VaultError::NotOfAPurpose(_))), "{class:?}");
        }
    }

    #[test]
    fn minutes_are_over_from_the_deadline_on_and_not_before() {
        let day = at("2026-11-22T00:00:00Z").as_millisecond() / DAY_MS;
        let over = |text| minutes_over(day, at(text).as_millisecond());
        assert_eq!(over("2026-11-21T23:59:59.999Z"), 0);
        assert_eq!(over("2026-11-22T00:00:00Z"), 1, "the deadline itself is over");
        assert_eq!(over("2026-11-22T00:00:59.999Z"), 1);
        assert_eq!(over("2026-11-22T23:59:00Z"), 1440);
        assert_eq!(over("2030-01-01T00:00:00Z"), 1440);
        assert_eq!(day_and_minute(at("1969-12-31T23:59:59Z").as_millisecond()), (-1, 1439));
    }
}
