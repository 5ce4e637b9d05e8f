//! What a stay costs: a plain table that an operator writes, or another system that is asked.
//!
//! ```text
//! entered ──unit──┬──unit──┬──unit──┬──unit──▶ until      a unit costs what the rate says that holds when it begins,
//!   day rate      │        │ night  │                     less what is above the cap of the rate and of the day
//! ```
//! Units are elapsed time, so an hour is an hour in the nights when clocks change; rates, days and holidays are those of
//! the local clock. Amounts are whole minor units.
//!
//! ```
//! use vokter_parking::tariff::Tariff;
//!
//! let tariff: Tariff = toml::from_str(r#"
//!     currency = "NOK"
//!     time_zone = "Europe/Oslo"
//!     holidays = "norway"
//!     free = { minutes = 15, of = "short-stays" }
//!     cap = { amount = 25000, each = "calendar-day" }
//!
//!     [[rates]]
//!     days = ["monday", "tuesday", "wednesday", "thursday", "friday"]
//!     from = "08:00"
//!     to = "18:00"
//!     price = 4500
//!     per_minutes = 60
//!
//!     [[rates]]                  # the first that holds counts: this one nights, weekends and holidays
//!     price = 1000
//!     per_minutes = 60
//!     cap = 5000
//!
//!     [concessions]
//!     electric = { table = "electric" }
//!     resident = "free"
//!     validated = { free_minutes = 120 }
//!
//!     [[tables.electric]]
//!     price = 2000
//!     per_minutes = 60
//! "#).unwrap();
//! assert_eq!(tariff.faults(), []);
//! ```

mod check;
mod concession;
mod hours;
mod price;
#[cfg(test)]
mod tests;

pub use check::TariffFault;
pub use concession::{Concession, Entitlement, Grant};
pub use hours::Day;

use crate::money::Currency;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use serde::de::value::MapAccessDeserializer;
use serde::{Deserialize, Deserializer, de};
use std::collections::BTreeMap;
use std::fmt;
use vokter_rules::calendar;

/// How a stay is priced.
#[derive(Clone, Debug)]
pub enum Tariff {
    /// Another system is told the times and says the amount: `tariff = "external"`.
    External,
    /// By these rates.
    Rated(Box<Rates>),
}

/// A tariff of rates.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rates {
    /// What amounts are in.
    pub currency: Currency,
    /// The local clock.
    #[serde(deserialize_with = "time_zone")]
    pub time_zone: TimeZone,
    /// Whose public holidays are a day of their own; without it, no day is a holiday.
    #[serde(default, deserialize_with = "country")]
    pub holidays: Option<calendar::Country>,
    /// What is free of each stay, or of short ones.
    pub free: Option<FreeMinutes>,
    /// The most that a stay costs a day.
    pub cap: Option<Cap>,
    /// The rates; the first that holds counts.
    pub rates: Vec<Rate>,
    /// What those who have a claim to something else pay.
    #[serde(default)]
    pub concessions: BTreeMap<Entitlement, Concession>,
    /// Rates for them, by name.
    #[serde(default)]
    pub tables: BTreeMap<String, Vec<Rate>>,
}

/// Minutes for which nothing is charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FreeMinutes {
    /// How many.
    pub minutes: u32,
    /// Of which stays.
    pub of: FreeOf,
}

/// Which stays have free minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FreeOf {
    /// A stay that is no longer costs nothing; a longer one is charged from its beginning.
    ShortStays,
    /// Every stay is charged from when they are over.
    EveryStay,
}

/// The most that a day costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cap {
    /// In minor units.
    pub amount: u64,
    /// What a day is.
    pub each: CapOf,
}

/// What a cap counts as a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CapOf {
    /// From midnight to midnight, by the local clock.
    CalendarDay,
    /// Each 24 hours from when charging began.
    #[serde(rename = "24-hours")]
    TwentyFourHours,
}

/// What a unit of time costs, and when.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// The days on which it begins; if not given, all.
    #[serde(default = "Day::all")]
    pub days: Vec<Day>,
    /// First minute of it; if not given, midnight.
    #[serde(default)]
    pub from: Time,
    /// First minute after it. One that ends at or before its beginning ends the next day.
    #[serde(default)]
    pub to: Time,
    /// What each unit costs that is begun, in minor units; 0 is free.
    pub price: u64,
    /// Minutes of a unit: 1 for each started minute, 60 for each started hour.
    #[serde(default = "one_hour")]
    pub per_minutes: u32,
    /// The most that it costs from one beginning of it to its end, in minor units.
    pub cap: Option<u64>,
}

fn one_hour() -> u32 {
    60
}

fn time_zone<'de, D: Deserializer<'de>>(deserializer: D) -> Result<TimeZone, D::Error> {
    let name = String::deserialize(deserializer)?;
    let refuse = |_| de::Error::custom(format!("`{name}` is no time zone; write the likes of \"Europe/Oslo\""));
    TimeZone::get(&name).map_err(refuse)
}

fn country<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<calendar::Country>, D::Error> {
    match String::deserialize(deserializer)?.as_str() {
        "norway" => Ok(Some(calendar::Country::Norway)),
        "iceland" => Ok(Some(calendar::Country::Iceland)),
        other => Err(de::Error::custom(format!(
            "the holidays of `{other}` are not known; write \"norway\" or \"iceland\", or leave `holidays` out"
        ))),
    }
}

impl<'de> Deserialize<'de> for Tariff {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Tariff;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("\"external\" or a table of rates")
            }

            fn visit_str<E: de::Error>(self, word: &str) -> Result<Tariff, E> {
                match word {
                    "external" => Ok(Tariff::External),
                    _ => Err(E::invalid_value(de::Unexpected::Str(word), &self)),
                }
            }

            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Tariff, A::Error> {
                Rates::deserialize(MapAccessDeserializer::new(map)).map(|rates| Tariff::Rated(Box::new(rates)))
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}
