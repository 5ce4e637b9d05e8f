//! The price of a stay.

use super::hours::{Began, Day};
use super::{CapOf, Concession, FreeOf, Grant, Rate, Rates};
use crate::money::Money;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use vokter_rules::limits;

/// What has been charged so far, by what a cap is counted over.
#[derive(Default)]
struct Charged {
    total: u64,
    of_day: BTreeMap<i64, u64>,
    of_rate: BTreeMap<(bool, usize, Date), u64>,
}

impl Rates {
    /// What a stay costs under these grants; of several tables the cheapest. What is longer than a stay can be is
    /// charged as the longest.
    pub fn price(&self, entered: Timestamp, until: Timestamp, grants: &[Grant]) -> Money {
        let nothing = Money::new(0, self.currency);
        let stay = until.duration_since(entered);
        let mut from = entered;
        if let Some(free) = self.free {
            let minutes = SignedDuration::from_mins(i64::from(free.minutes));
            match free.of {
                FreeOf::ShortStays if stay <= minutes => return nothing,
                FreeOf::ShortStays => {}
                FreeOf::EveryStay => from = from.checked_add(minutes).unwrap_or(until),
            }
        }
        let Some(from) = self.charged_from(from, grants) else { return nothing };
        let longest = SignedDuration::from_hours(24 * i64::from(limits::STAY_DAYS));
        let until = until.min(from.checked_add(longest).unwrap_or(until));
        let tables = grants.iter().filter_map(|grant| match &grant.concession {
            Concession::Table(name) => Some((self.tables.get(name)?.as_slice(), grant.until)),
            Concession::Free | Concession::FreeMinutes(_) => None,
        });
        let under = |(table, ends)| self.charge(from, until, table, ends);
        let cheapest = tables.map(under).min().unwrap_or_else(|| under((&self.rates, None)));
        Money::new(cheapest, self.currency)
    }

    /// What the units cost that begin from `from` on and before `until`: by a table as long as it holds, then by the
    /// ordinary rates.
    fn charge(&self, from: Timestamp, until: Timestamp, table: &[Rate], ends: Option<Timestamp>) -> u64 {
        let mut charged = Charged::default();
        let mut at = from;
        while at < until {
            let is_ordinary = ends.is_some_and(|ends| ends <= at);
            let rates = if is_ordinary { &self.rates } else { table };
            let local = self.time_zone.to_datetime(at);
            let day = |date| Day::of(date, self.holidays);
            let before = local.date().yesterday().unwrap_or(local.date());
            let (today, yesterday) = (day(local.date()), day(before));
            let held = |(number, rate): (usize, &Rate)| {
                rate.holds(yesterday, today, local.time()).map(|began| (number, began))
            };
            let found = rates.iter().enumerate().find_map(held);
            let rate = found.and_then(|(number, _)| rates.get(number)).filter(|rate| rate.price > 0);
            let (Some(rate), Some((number, began))) = (rate, found) else {
                at = next_minute(at, until);
                continue;
            };
            let began = if began == Began::Today { local.date() } else { before };
            let of_rate = charged.of_rate.entry((is_ordinary, number, began)).or_default();
            let mut price = rate.price.min(rate.cap.map_or(u64::MAX, |cap| cap.saturating_sub(*of_rate)));
            if let Some(cap) = self.cap {
                let of_day = charged.of_day.entry(cap_period(cap.each, from, at, local.date())).or_default();
                price = price.min(cap.amount.saturating_sub(*of_day));
                *of_day += price;
            }
            *of_rate += price;
            charged.total += price;
            let unit = SignedDuration::from_mins(i64::from(rate.per_minutes.max(1)));
            at = at.checked_add(unit).unwrap_or(until);
        }
        charged.total
    }
}

/// Which of the periods of a cap an instant lies in.
fn cap_period(each: CapOf, from: Timestamp, at: Timestamp, date: Date) -> i64 {
    const DAY_S: i64 = 24 * 60 * 60;
    match each {
        CapOf::CalendarDay => i64::from(date.year()) * 366 + i64::from(date.day_of_year()),
        CapOf::TwentyFourHours => at.duration_since(from).as_secs() / DAY_S,
    }
}

/// What is free lasts to the minute: rates begin on whole minutes.
fn next_minute(at: Timestamp, until: Timestamp) -> Timestamp {
    let whole = at.as_second().div_euclid(60) * 60 + 60;
    Timestamp::from_second(whole).unwrap_or(until)
}
