//! When a rate holds: days and hours by the local clock, public holidays as days of their own.

use super::Rate;
use jiff::civil::{Date, Time, Weekday};
use serde::Deserialize;
use vokter_rules::calendar::{Country, holiday};

/// A day of the week. A public holiday is none: it is [`Day::Holiday`], whatever weekday it falls on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Day {
    /// Monday.
    Monday,
    /// Tuesday.
    Tuesday,
    /// Wednesday.
    Wednesday,
    /// Thursday.
    Thursday,
    /// Friday.
    Friday,
    /// Saturday.
    Saturday,
    /// Sunday.
    Sunday,
    /// A public holiday, all of it.
    Holiday,
}

impl Day {
    /// The days of a week.
    pub(super) const WEEK: [Self; 7] =
        [Self::Monday, Self::Tuesday, Self::Wednesday, Self::Thursday, Self::Friday, Self::Saturday, Self::Sunday];

    /// Every day.
    pub(super) fn all() -> Vec<Self> {
        [&Self::WEEK[..], &[Self::Holiday]].concat()
    }

    /// What a date is, where these holidays are kept.
    pub(super) fn of(date: Date, holidays: Option<Country>) -> Self {
        if holidays.and_then(|country| holiday(country, date)).is_some_and(|day| day.is_whole()) {
            return Self::Holiday;
        }
        match date.weekday() {
            Weekday::Monday => Self::Monday,
            Weekday::Tuesday => Self::Tuesday,
            Weekday::Wednesday => Self::Wednesday,
            Weekday::Thursday => Self::Thursday,
            Weekday::Friday => Self::Friday,
            Weekday::Saturday => Self::Saturday,
            Weekday::Sunday => Self::Sunday,
        }
    }
}

/// Whether the day on which a rate that holds began is that of the clock or the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Began {
    Today,
    Yesterday,
}

impl Rate {
    /// Whether it holds at a time of a day, and since when.
    pub(super) fn holds(&self, yesterday: Day, today: Day, time: Time) -> Option<Began> {
        if self.from < self.to {
            return (self.days.contains(&today) && self.from <= time && time < self.to).then_some(Began::Today);
        }
        if self.days.contains(&today) && time >= self.from {
            return Some(Began::Today);
        }
        (self.days.contains(&yesterday) && time < self.to).then_some(Began::Yesterday)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{date, time};

    #[test]
    fn a_holiday_is_no_weekday_where_it_is_kept() {
        let constitution_day = date(2028, 5, 17);
        assert_eq!(Day::of(constitution_day, Some(Country::Norway)), Day::Holiday);
        assert_eq!(Day::of(constitution_day, Some(Country::Iceland)), Day::Wednesday);
        assert_eq!(Day::of(constitution_day, None), Day::Wednesday);
        assert_eq!(Day::of(date(2026, 12, 24), Some(Country::Iceland)), Day::Thursday, "half a day is none");
    }

    #[test]
    fn a_rate_across_midnight_belongs_to_the_day_on_which_it_began() {
        let edge = |hour| time(hour, 0, 0, 0);
        let rate = Rate { days: vec![Day::Friday], from: edge(20), to: edge(6), price: 0, per_minutes: 60, cap: None };
        assert_eq!(rate.holds(Day::Thursday, Day::Friday, edge(20)), Some(Began::Today));
        assert_eq!(rate.holds(Day::Thursday, Day::Friday, edge(5)), None);
        assert_eq!(rate.holds(Day::Friday, Day::Saturday, edge(5)), Some(Began::Yesterday));
        assert_eq!(rate.holds(Day::Friday, Day::Saturday, edge(6)), None);
        assert_eq!(rate.holds(Day::Friday, Day::Saturday, edge(20)), None);
    }
}
