//! When a purpose is open: weekly windows in the site's time zone (KRS-18).

use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::ops::Range;

/// When a purpose is open.
#[derive(Clone, Debug, PartialEq)]
pub enum Schedule {
    /// Day and night, for the reason given.
    Always {
        /// Why no narrower time would do.
        because: String,
    },
    /// In these windows of each week.
    Weekly(Vec<Window>),
}

/// A window of local time, to the minute. One that ends at or before its beginning ends the next day.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    /// The days on which it begins; index 0 is Monday.
    pub days: [bool; 7],
    /// First minute in it.
    pub from: Time,
    /// First minute after it.
    pub to: Time,
}

impl Window {
    fn is_open(&self, day: Weekday, time: Time) -> bool {
        let begins = |day: Weekday| self.days.get(day.to_monday_zero_offset() as usize).copied().unwrap_or(false);
        if self.from < self.to {
            begins(day) && self.from <= time && time < self.to
        } else {
            (begins(day) && time >= self.from) || (begins(day.previous()) && time < self.to)
        }
    }
}

impl Schedule {
    /// Whether there is no minute of the week in which it is closed.
    pub fn never_closes(&self) -> bool {
        let Self::Weekly(windows) = self else { return true };
        let minutes = (0..24).flat_map(|hour| (0..60).map(move |minute| Time::constant(hour, minute, 0, 0)));
        minutes.into_iter().all(|time| {
            Weekday::Monday.cycle_forward().take(7).all(|day| windows.iter().any(|window| window.is_open(day, time)))
        })
    }

    /// Whether the schedule is open at an instant, in local time: a window of 18:00 to 06:00 is eleven hours
    /// long in the night when clocks go forward.
    pub fn is_open(&self, at: Timestamp, zone: &TimeZone) -> bool {
        match self {
            Self::Always { .. } => true,
            Self::Weekly(windows) => {
                let local = zone.to_datetime(at);
                windows.iter().any(|window| window.is_open(local.weekday(), local.time()))
            }
        }
    }
}

/// The spans between two instants in which any of the schedules is open. Windows begin and end on whole
/// minutes, so it is enough to look once a minute.
pub fn openings(schedules: &[&Schedule], zone: &TimeZone, from: Timestamp, until: Timestamp) -> Vec<Range<Timestamp>> {
    const MINUTE: SignedDuration = SignedDuration::from_mins(1);
    let mut found: Vec<Range<Timestamp>> = vec![];
    let mut at = from;
    while at < until {
        let whole = at.as_second().div_euclid(60) * 60;
        let minute = Timestamp::from_second(whole).ok().and_then(|minute| minute.checked_add(MINUTE).ok());
        let next = minute.unwrap_or(until).min(until);
        if schedules.iter().any(|schedule| schedule.is_open(at, zone)) {
            match found.last_mut() {
                Some(span) if span.end == at => span.end = next,
                _ => found.push(at..next),
            }
        }
        at = next;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nights() -> Schedule {
        let days = [true, true, true, true, true, false, false];
        Schedule::Weekly(vec![Window { days, from: Time::constant(18, 0, 0, 0), to: Time::constant(6, 0, 0, 0) }])
    }

    fn oslo() -> TimeZone {
        TimeZone::get("Europe/Oslo").unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn inv_3_a_night_window_opens_and_closes_on_the_second() {
        let open = |text| nights().is_open(at(text), &oslo());
        assert!(!open("2026-11-20T17:59:59+01:00"), "Friday, a second early");
        assert!(open("2026-11-20T18:00:00+01:00"));
        assert!(open("2026-11-21T05:59:59+01:00"), "Friday's night ends on Saturday");
        assert!(!open("2026-11-21T06:00:00+01:00"));
        assert!(!open("2026-11-21T20:00:00+01:00"), "no window begins on Saturday");
        assert!(!open("2026-11-23T05:00:00+01:00"), "nor on Sunday");
    }

    #[test]
    fn a_week_without_a_gap_never_closes() {
        let whole = |from: i8, to: i8| Window {
            days: [true; 7],
            from: Time::constant(from, 0, 0, 0),
            to: Time::constant(to, 0, 0, 0),
        };
        assert!(Schedule::Weekly(vec![whole(0, 0)]).never_closes());
        assert!(Schedule::Weekly(vec![whole(6, 20), whole(20, 6)]).never_closes());
        assert!(!Schedule::Weekly(vec![whole(6, 20), whole(20, 5)]).never_closes());
        assert!(!nights().never_closes());
    }

    #[test]
    fn local_time_decides_across_the_change_of_clocks() {
        let days = [true; 7];
        let early = Window { days, from: Time::constant(0, 0, 0, 0), to: Time::constant(4, 0, 0, 0) };
        let spans = |from, until| openings(&[&Schedule::Weekly(vec![early.clone()])], &oslo(), at(from), at(until));
        let spring = spans("2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z");
        assert_eq!(spring, [at("2026-03-28T23:00:00Z")..at("2026-03-29T02:00:00Z")], "three hours long");
        let autumn = spans("2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z");
        assert_eq!(autumn, [at("2026-10-24T22:00:00Z")..at("2026-10-25T03:00:00Z")], "five hours long");
    }

    #[test]
    fn openings_begin_and_end_within_the_span_asked_for() {
        let always = Schedule::Always { because: "a test".into() };
        let span = at("2026-11-20T10:00:30Z")..at("2026-11-20T10:05:10Z");
        assert_eq!(openings(&[], &oslo(), span.start, span.end), []);
        assert_eq!(openings(&[&always], &oslo(), span.start, span.end), [span]);
    }
}
