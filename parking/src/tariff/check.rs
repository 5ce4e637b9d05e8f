//! What is wrong with a tariff, in words that say what to write instead.

use super::hours::Day;
use super::{Concession, Rate, Rates, Tariff};
use jiff::civil::Time;
use vokter_rules::limits;

/// Why a tariff is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TariffFault {
    /// A table without rates.
    #[error("{table} has no rate; add: [[{key}]] price = 4500")]
    NoRates {
        /// Which table.
        table: String,
        /// How it is written.
        key: String,
    },
    /// Some time at which no rate holds.
    #[error(
        "no rate of {table} holds on a {day} at {time}; add one for it at the end, with price = 0 if parking is free then"
    )]
    Gap {
        /// Which table.
        table: String,
        /// The day.
        day: String,
        /// From when, by the local clock.
        time: String,
    },
    /// A unit of no length.
    #[error(
        "a rate of {table} is charged per 0 minutes; write per_minutes = 1 for each started minute, 60 for each hour"
    )]
    NoUnit {
        /// Which table.
        table: String,
    },
    /// A unit longer than a day.
    #[error("a rate of {table} is charged per {minutes} minutes; write per_minutes = 1440 at most, which is a day")]
    LongUnit {
        /// Which table.
        table: String,
        /// As written.
        minutes: u32,
    },
    /// A rate that begins or ends within a minute.
    #[error("a rate of {table} begins or ends at {time}; write whole minutes, such as \"08:00\"")]
    Seconds {
        /// Which table.
        table: String,
        /// As written.
        time: String,
    },
    /// A rate that holds on no day.
    #[error("a rate of {table} has no days; leave `days` out if it holds on all")]
    NoDays {
        /// Which table.
        table: String,
    },
    /// An amount that nobody means.
    #[error("{amount} is more than an amount can be; amounts are in minor units: 45 kroner are 4500")]
    Amount {
        /// As written.
        amount: u64,
    },
    /// A cap under which nothing is ever charged.
    #[error("{what} is 0, so that nothing is ever charged; leave it out, or write price = 0")]
    NoCap {
        /// Which cap.
        what: String,
    },
    /// Holidays that the calendar does not have.
    #[error("a rate of {table} is for holidays, and the tariff keeps none; add: holidays = \"norway\"")]
    Holidays {
        /// Which table.
        table: String,
    },
    /// A concession to a table that is not there.
    #[error("a concession is to the table `{name}`, which is not there; add: [[tables.{name}]] price = 2000")]
    UnknownTable {
        /// As written.
        name: String,
    },
    /// A table that no concession is to.
    #[error("no concession is to the table `{name}`; add the likes of: electric = {{ table = \"{name}\" }}")]
    UnusedTable {
        /// As written.
        name: String,
    },
    /// More tables or rates than fit.
    #[error("{what} has more than {most} entries; join those that cost the same")]
    TooMany {
        /// Which.
        what: String,
        /// The bound.
        most: usize,
    },
}

impl Tariff {
    /// Everything that is wrong with it; nothing if it can be charged by.
    pub fn faults(&self) -> Vec<TariffFault> {
        match self {
            Self::External => vec![],
            Self::Rated(rates) => rates.faults(),
        }
    }
}

impl Rates {
    fn faults(&self) -> Vec<TariffFault> {
        let mut faults = vec![];
        self.check_table("the tariff", "rates", &self.rates, &mut faults);
        for (name, rates) in &self.tables {
            self.check_table(&format!("the table `{name}`"), &format!("tables.{name}"), rates, &mut faults);
            let is_meant = |concession: &Concession| matches!(concession, Concession::Table(to) if to == name);
            if !self.concessions.values().any(is_meant) {
                faults.push(TariffFault::UnusedTable { name: name.clone() });
            }
        }
        for concession in self.concessions.values() {
            if let Concession::Table(name) = concession
                && !self.tables.contains_key(name)
            {
                faults.push(TariffFault::UnknownTable { name: name.clone() });
            }
        }
        if self.tables.len() > limits::RATES_PER_TABLE {
            faults.push(TariffFault::TooMany { what: "`tables`".into(), most: limits::RATES_PER_TABLE });
        }
        if let Some(cap) = self.cap {
            check_cap("`cap.amount`", cap.amount, &mut faults);
        }
        faults
    }

    fn check_table(&self, table: &str, key: &str, rates: &[Rate], faults: &mut Vec<TariffFault>) {
        let name = || table.to_owned();
        if rates.is_empty() {
            faults.push(TariffFault::NoRates { table: name(), key: key.to_owned() });
            return;
        }
        if rates.len() > limits::RATES_PER_TABLE {
            faults.push(TariffFault::TooMany { what: name(), most: limits::RATES_PER_TABLE });
            return;
        }
        for rate in rates {
            match rate.per_minutes {
                0 => faults.push(TariffFault::NoUnit { table: name() }),
                1..=1440 => {}
                minutes => faults.push(TariffFault::LongUnit { table: name(), minutes }),
            }
            if let Some(time) = [rate.from, rate.to].into_iter().find(|time| is_within_a_minute(*time)) {
                faults.push(TariffFault::Seconds { table: name(), time: time.to_string() });
            }
            if rate.days.is_empty() {
                faults.push(TariffFault::NoDays { table: name() });
            }
            if rate.days == [Day::Holiday] && self.holidays.is_none() {
                faults.push(TariffFault::Holidays { table: name() });
            }
            if rate.price > limits::AMOUNT_MINOR {
                faults.push(TariffFault::Amount { amount: rate.price });
            }
            if let Some(cap) = rate.cap {
                check_cap(&format!("a `cap` of {table}"), cap, faults);
            }
        }
        if let Some((day, time)) = self.gap(rates) {
            let time = time.strftime("%H:%M").to_string();
            faults.push(TariffFault::Gap { table: name(), day: format!("{day:?}").to_lowercase(), time });
        }
    }

    /// A time at which none of these rates holds. What is uncovered begins at midnight or where a rate ends or begins.
    fn gap(&self, rates: &[Rate]) -> Option<(Day, Time)> {
        let mut edges: Vec<_> = rates.iter().flat_map(|rate| [rate.from, rate.to]).chain([Time::midnight()]).collect();
        edges.sort_unstable();
        let mut before = Day::Sunday;
        for weekday in Day::WEEK {
            let or_holiday = |day| [Some(day), self.holidays.map(|_| Day::Holiday)].into_iter().flatten();
            for today in or_holiday(weekday) {
                for yesterday in or_holiday(before) {
                    let is_held = |time: Time| rates.iter().any(|rate| rate.holds(yesterday, today, time).is_some());
                    if let Some(time) = edges.iter().find(|time| !is_held(**time)) {
                        return Some((today, *time));
                    }
                }
            }
            before = weekday;
        }
        None
    }
}

fn is_within_a_minute(time: Time) -> bool {
    time.second() != 0 || time.subsec_nanosecond() != 0
}

fn check_cap(what: &str, amount: u64, faults: &mut Vec<TariffFault>) {
    if amount == 0 {
        faults.push(TariffFault::NoCap { what: what.to_owned() });
    } else if amount > limits::AMOUNT_MINOR {
        faults.push(TariffFault::Amount { amount });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of a tariff: of reading it, or of checking it.
    fn said(rest: &str) -> Vec<String> {
        let text = format!("currency = \"NOK\"\ntime_zone = \"Europe/Oslo\"\n{rest}");
        match toml::from_str::<Tariff>(&text) {
            Ok(tariff) => tariff.faults().iter().map(ToString::to_string).collect(),
            Err(error) => vec![error.message().to_owned()],
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_what_to_write_instead() {
        for (rest, part) in [
            ("rates = []", "has no rate; add: [[rates]]"),
            ("[[rates]]\nprice = 100\nfrom = \"08:00\"\nto = \"18:00\"", "on a monday at 00:00"),
            ("[[rates]]\nprice = 100\nfrom = \"08:00\"\nto = \"07:30\"", "on a monday at 07:30"),
            ("[[rates]]\nprice = 100\ndays = [\"saturday\", \"sunday\", \"holiday\"]", "on a monday at 00:00"),
            ("[[rates]]\nprice = 100\nper_minutes = 0", "per_minutes = 1 for each started minute"),
            ("[[rates]]\nprice = 100\nper_minutes = 1441", "1440 at most"),
            ("[[rates]]\nprice = 100\nfrom = \"08:00:30\"\n[[rates]]\nprice = 1", "whole minutes"),
            ("[[rates]]\nprice = 100\n[[rates]]\nprice = 1\ndays = []", "leave `days` out"),
            ("[[rates]]\nprice = 100\n[[rates]]\nprice = 1\ndays = [\"holiday\"]", "add: holidays = \"norway\""),
            ("[[rates]]\nprice = 4500000000", "minor units"),
            ("[[rates]]\nprice = 100\ncap = 0", "nothing is ever charged"),
            ("cap = { amount = 0, each = \"24-hours\" }\n[[rates]]\nprice = 100", "nothing is ever charged"),
            ("concessions.electric = { table = \"e\" }\n[[rates]]\nprice = 100", "add: [[tables.e]]"),
            ("[[rates]]\nprice = 100\n[[tables.e]]\nprice = 1", "electric = { table = \"e\" }"),
            ("[[rates]]\nprice = 4.5", "floating point"),
            ("[[rates]]\nprice = -1", "-1"),
            ("[[rates]]\nprise = 1", "unknown field `prise`"),
            ("holidays = \"sweden\"\n[[rates]]\nprice = 1", "write \"norway\" or \"iceland\""),
            ("concessions.friend = \"free\"\n[[rates]]\nprice = 1", "unknown variant `friend`"),
        ] {
            let said = said(rest);
            assert!(said.len() == 1 && said[0].contains(part), "{rest}: {said:?}");
        }
    }

    #[test]
    fn a_gap_on_holidays_is_one_where_holidays_are_kept() {
        let weekdays = r#"["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]"#;
        let rates = format!("[[rates]]\nprice = 100\ndays = {weekdays}");
        assert_eq!(said(&rates), Vec::<String>::new());
        assert!(said(&format!("holidays = \"norway\"\n{rates}"))[0].contains("on a holiday at 00:00"));
    }

    #[test]
    fn a_time_zone_that_there_is_not_and_another_word_are_refused() {
        let said = |text| toml::from_str::<Tariff>(text).unwrap_err().message().to_owned();
        assert!(said("currency = \"NOK\"\ntime_zone = \"Oslo\"\nrates = []").contains("write the likes of"));
        #[derive(serde::Deserialize, Debug)]
        struct File {
            tariff: Tariff,
        }
        assert!(matches!(toml::from_str::<File>("tariff = \"external\"").unwrap().tariff, Tariff::External));
        let error = toml::from_str::<File>("tariff = \"elsewhere\"").unwrap_err();
        assert!(error.message().contains("\"external\" or a table of rates"), "{error}");
    }
}
