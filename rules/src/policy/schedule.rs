//! When a purpose is open: weekly windows in the site's time zone (KRS-18).

use crate::calendar::{Country, holiday};
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::ops::Range;

/// When a purpose is open: its hours, and the instant at which its records end.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    /// The hours of each week.
    pub hours: Hours,
    /// Whose public holidays `holidays` means.
    pub country: Country,
    /// First instant at which it is closed for good, because a record that it needs expires.
    pub ends: Option<Timestamp>,
}

/// The hours of a week.
#[derive(Clone, Debug, PartialEq)]
pub enum Hours {
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
    /// Whether it also begins on every public holiday.
    pub holidays: bool,
    /// First minute in it.
    pub from: Time,
    /// First minute after it.
    pub to: Time,
}

/// A day of the week that may be a public holiday.
#[derive(Clone, Copy)]
struct Day {
    weekday: Weekday,
    is_holiday: bool,
}

impl Window {
    fn minutes_of_a_week(&self) -> usize {
        let minute = |time: Time| time.hour() as usize * 60 + time.minute() as usize;
        let length = (minute(self.to) + 24 * 60 - minute(self.from)) % (24 * 60);
        let length = if length == 0 { 24 * 60 } else { length };
        length * self.days.iter().filter(|day| **day).count()
    }

    fn begins_on(&self, day: Day) -> bool {
        let weekday = day.weekday.to_monday_zero_offset() as usize;
        self.days.get(weekday).copied().unwrap_or(false) || (self.holidays && day.is_holiday)
    }

    fn is_open(&self, yesterday: Day, today: Day, time: Time) -> bool {
        if self.from < self.to {
            self.begins_on(today) && self.from <= time && time < self.to
        } else {
            (self.begins_on(today) && time >= self.from) || (self.begins_on(yesterday) && time < self.to)
        }
    }
}

impl Hours {
    /// Whether it hardly closes: for less than two hours a day, over the week.
    pub fn hardly_closes(&self) -> bool {
        const HARDLY: usize = 7 * 22 * 60;
        let Self::Weekly(windows) = self else { return true };
        let open = |day: Weekday, time: Time| {
            let plain = |weekday| Day { weekday, is_holiday: false };
            windows.iter().any(|window| window.is_open(plain(day.previous()), plain(day), time))
        };
        // Most schedules are far from it, which their lengths tell.
        if windows.iter().map(Window::minutes_of_a_week).sum::<usize>() <= HARDLY {
            return false;
        }
        let minutes = || (0..24).flat_map(|hour| (0..60).map(move |minute| Time::constant(hour, minute, 0, 0)));
        week().map(|day| minutes().filter(|time| open(day, *time)).count()).sum::<usize>() > HARDLY
    }

    /// A minute of the week that lies in these hours and in those of a place, which may be closed on public holidays.
    pub fn overlap(&self, place: &[Window], closed_on_holidays: bool) -> Option<(Weekday, Time)> {
        let always = [Window { days: [true; 7], holidays: false, from: Time::midnight(), to: Time::midnight() }];
        let windows = match self {
            Self::Always { .. } => &always[..],
            Self::Weekly(windows) => windows,
        };
        // What both have begins where a window of one of them does, or at midnight within one.
        let begins = || windows.iter().chain(place).map(|window| window.from).chain([Time::midnight()]);
        for weekday in week() {
            for (before, now) in [(false, false), (false, true), (true, false), (true, true)] {
                let yesterday = Day { weekday: weekday.previous(), is_holiday: before };
                let today = Day { weekday, is_holiday: now };
                let in_place = |window: &Window, time| {
                    let shut = closed_on_holidays && if window.begins_on_its_own_day(time) { now } else { before };
                    !shut && window.is_open(yesterday, today, time)
                };
                for time in begins() {
                    if windows.iter().any(|window| window.is_open(yesterday, today, time))
                        && place.iter().any(|window| in_place(window, time))
                    {
                        return Some((weekday, time));
                    }
                }
            }
        }
        None
    }
}

impl Window {
    /// Whether a time within it belongs to the day on which it began, rather than to the night after.
    fn begins_on_its_own_day(&self, time: Time) -> bool {
        self.from < self.to || time >= self.from
    }
}

fn week() -> impl Iterator<Item = Weekday> {
    Weekday::Monday.cycle_forward().take(7)
}

impl Schedule {
    /// Whether the schedule is open at an instant, in local time: a window of 18:00 to 06:00 is eleven hours
    /// long in the night when clocks go forward.
    pub fn is_open(&self, at: Timestamp, zone: &TimeZone) -> bool {
        if self.ends.is_some_and(|ends| at >= ends) {
            return false;
        }
        let Hours::Weekly(windows) = &self.hours else { return true };
        let local = zone.to_datetime(at);
        let minds_holidays = windows.iter().any(|window| window.holidays);
        let day = |date: Date| Day {
            weekday: date.weekday(),
            is_holiday: minds_holidays && holiday(self.country, date).is_some_and(|day| day.is_whole()),
        };
        let today = day(local.date());
        let yesterday = local.date().yesterday().map_or(today, day);
        windows.iter().any(|window| window.is_open(yesterday, today, local.time()))
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
        weekly(vec![Window { days, ..whole(18, 6) }])
    }

    fn whole(from: i8, to: i8) -> Window {
        let edge = |hour| Time::constant(hour, 0, 0, 0);
        Window { days: [true; 7], holidays: false, from: edge(from), to: edge(to) }
    }

    fn weekly(windows: Vec<Window>) -> Schedule {
        Schedule { hours: Hours::Weekly(windows), country: Country::Norway, ends: None }
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
    fn a_week_without_a_gap_hardly_closes() {
        assert!(weekly(vec![whole(0, 0)]).hours.hardly_closes());
        assert!(weekly(vec![whole(6, 20), whole(20, 6)]).hours.hardly_closes());
        assert!(weekly(vec![whole(6, 20), whole(20, 5)]).hours.hardly_closes(), "an hour a day");
        assert!(!weekly(vec![whole(6, 20), whole(20, 4)]).hours.hardly_closes());
        assert!(!nights().hours.hardly_closes());
    }

    #[test]
    fn local_time_decides_across_the_change_of_clocks() {
        let spans = |from, until| openings(&[&weekly(vec![whole(0, 4)])], &oslo(), at(from), at(until));
        let spring = spans("2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z");
        assert_eq!(spring, [at("2026-03-28T23:00:00Z")..at("2026-03-29T02:00:00Z")], "three hours long");
        let autumn = spans("2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z");
        assert_eq!(autumn, [at("2026-10-24T22:00:00Z")..at("2026-10-25T03:00:00Z")], "five hours long");
    }

    #[test]
    fn openings_begin_and_end_within_the_span_asked_for() {
        let always = Schedule { hours: Hours::Always { because: "a test".into() }, ..nights() };
        let span = at("2026-11-20T10:00:30Z")..at("2026-11-20T10:05:10Z");
        assert_eq!(openings(&[], &oslo(), span.start, span.end), []);
        assert_eq!(openings(&[&always], &oslo(), span.start, span.end), [span]);
    }

    #[test]
    fn a_public_holiday_opens_the_windows_that_name_it() {
        let holidays = Window { days: [false; 7], holidays: true, ..whole(0, 0) };
        let schedule = weekly(vec![holidays]);
        let open = |text| schedule.is_open(at(text), &oslo());
        assert!(open("2026-05-14T12:00:00+02:00"), "Ascension Day, a Thursday");
        assert!(!open("2026-05-15T00:00:00+02:00") && !open("2026-05-13T23:59:59+02:00"));
    }

    #[test]
    fn inv_3_what_ends_is_closed_from_that_second_on() {
        let schedule = Schedule { ends: Some(at("2026-11-20T20:00:00Z")), ..nights() };
        assert!(schedule.is_open(at("2026-11-20T19:59:59Z"), &oslo()));
        assert!(!schedule.is_open(at("2026-11-20T20:00:00Z"), &oslo()));
    }

    #[test]
    fn hours_overlap_to_the_minute_and_holidays_count() {
        let weekdays = |from, to| Window { days: [true, true, true, true, true, false, false], ..whole(from, to) };
        let school = [weekdays(8, 16)];
        let overlap = |windows: Vec<Window>, closed| Hours::Weekly(windows).overlap(&school, closed).is_some();
        assert!(!overlap(vec![whole(16, 8)], true));
        let early = Window { from: Time::constant(15, 59, 0, 0), ..whole(16, 8) };
        assert!(overlap(vec![early], true));
        let holidays = Window { days: [false; 7], holidays: true, ..whole(0, 0) };
        assert!(!overlap(vec![whole(16, 8), holidays.clone()], true), "closed on holidays");
        assert!(overlap(vec![whole(16, 8), holidays], false), "open on holidays");
        assert!(Hours::Always { because: String::new() }.overlap(&school, true).is_some());
    }

    proptest::proptest! {
        #[test]
        fn an_overlap_is_a_minute_that_both_have(
            a in proptest::collection::vec((0u8..127, 0i8..24, 0i8..24), 1..4),
            b in proptest::collection::vec((0u8..127, 0i8..24, 0i8..24), 1..4),
        ) {
            let windows = |from: &[(u8, i8, i8)]| from.iter().map(|(days, begin, end)| Window {
                days: std::array::from_fn(|day| days >> day & 1 == 1),
                ..whole(*begin, *end)
            }).collect::<Vec<_>>();
            let (a, b) = (windows(&a), windows(&b));
            let found = Hours::Weekly(a.clone()).overlap(&b, false).is_some();
            // The slow way: every hour of an ordinary week, far from any holiday.
            let begin = at("2026-11-09T00:30:00+01:00");
            let (first, second) = (weekly(a), weekly(b));
            let hours = (0..168).map(|hour| begin + SignedDuration::from_hours(hour));
            let slow = hours.into_iter().any(|at| first.is_open(at, &oslo()) && second.is_open(at, &oslo()));
            proptest::prop_assert_eq!(found, slow);
        }
    }
}
