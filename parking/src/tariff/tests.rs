//! Prices, case by case: the nights when clocks change, leap days, caps and rates across midnight, holidays, claims.

use super::*;
use crate::money::Money;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

const HEAD: &str = "currency = \"NOK\"\ntime_zone = \"Europe/Oslo\"\nholidays = \"norway\"\n";

/// Days at 45 an hour, the rest at 10 and at most 50 a day; at most 250 a day in all.
const TOWN: &str = r#"
    free = { minutes = 15, of = "short-stays" }
    cap = { amount = 25000, each = "calendar-day" }
    [[rates]]
    days = ["monday", "tuesday", "wednesday", "thursday", "friday"]
    from = "08:00"
    to = "18:00"
    price = 4500
    [[rates]]
    price = 1000
    cap = 5000
    [concessions]
    electric = { table = "electric" }
    resident = "free"
    validated = { free_minutes = 120 }
    disabled-permit = { table = "nothing" }
    [[tables.electric]]
    price = 2000
    [[tables.nothing]]
    price = 0
"#;

/// Nights from 20 to 8 at 10 an hour and at most 60 a night, days at 30.
const NIGHTS: &str = "[[rates]]\nfrom = \"20:00\"\nto = \"08:00\"\nprice = 1000\ncap = 6000\n[[rates]]\nprice = 3000";

/// 10 an hour, and free from midnight to six.
const FREE_NIGHTS: &str = "[[rates]]\nto = \"06:00\"\nprice = 0\n[[rates]]\nprice = 1000";

/// Free on Sundays and holidays, otherwise 20 an hour.
const FREE_HOLIDAYS: &str = "[[rates]]\ndays = [\"sunday\", \"holiday\"]\nprice = 0\n[[rates]]\nprice = 2000";

const HOURLY: &str = "[[rates]]\nprice = 1000";
const BY_THE_MINUTE: &str = "[[rates]]\nprice = 50\nper_minutes = 1";

fn rates(text: &str) -> Rates {
    let Tariff::Rated(rates) = toml::from_str(&format!("{HEAD}{text}")).unwrap() else { panic!("rates") };
    assert_eq!(Tariff::Rated(rates.clone()).faults(), [], "{text}");
    *rates
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn assert_prices(text: &str, cases: &[(&str, &str, u64, &str)]) {
    let rates = rates(text);
    for (entered, until, kroner, why) in cases {
        let price = rates.price(at(entered), at(until), &[]);
        assert_eq!(price, Money::new(kroner * 100, Currency::Nok), "{entered} {until}: {why}");
    }
}

#[test]
fn units_are_charged_when_they_begin() {
    assert_prices(
        TOWN,
        &[
            ("2026-11-23T10:00:00+01", "2026-11-23T10:00:00+01", 0, "no time at all"),
            ("2026-11-23T10:00:00+01", "2026-11-23T09:00:00+01", 0, "a clock that went back"),
            ("2026-11-23T10:00:00+01", "2026-11-23T10:15:00+01", 0, "a short stay"),
            ("2026-11-23T10:00:00+01", "2026-11-23T10:15:01+01", 45, "is charged from its beginning"),
            ("2026-11-23T10:00:00+01", "2026-11-23T11:00:00+01", 45, "an hour to the second"),
            ("2026-11-23T10:00:00+01", "2026-11-23T11:00:01+01", 90, "a second hour is begun"),
            ("2026-11-23T17:30:00+01", "2026-11-23T18:30:00+01", 45, "by the rate at which the hour begins"),
            ("2026-11-23T17:30:00+01", "2026-11-23T18:31:00+01", 55, "and the next by the next"),
            ("2026-11-28T10:00:00+01", "2026-11-28T12:00:00+01", 20, "a Saturday"),
        ],
    );
    let by_the_minute = rates(BY_THE_MINUTE);
    let price = |until| by_the_minute.price(at("2026-11-23T10:00:30+01"), at(until), &[]).minor;
    assert_eq!(price("2026-11-23T10:10:30+01"), 500);
    assert_eq!(price("2026-11-23T10:10:31+01"), 550);
}

#[test]
fn caps_are_counted_by_day_across_midnight() {
    assert_prices(
        TOWN,
        &[
            ("2026-11-23T08:00:00+01", "2026-11-23T18:00:00+01", 250, "450 without the cap"),
            ("2026-11-23T08:00:00+01", "2026-11-24T00:00:00+01", 250, "to the end of the day"),
            ("2026-11-23T12:00:00+01", "2026-11-24T12:00:00+01", 480, "250, then 50 of the night and 4 hours"),
            ("2026-11-23T22:00:00+01", "2026-11-24T05:00:00+01", 70, "20 before midnight, 50 after"),
            ("2026-11-23T22:00:00+01", "2026-11-24T08:00:00+01", 70, "the night's cap"),
        ],
    );
    let daily = format!("cap = {{ amount = 10000, each = \"24-hours\" }}\n{HOURLY}");
    assert_prices(
        &daily,
        &[
            ("2026-11-23T20:00:00+01", "2026-11-24T20:00:00+01", 100, "24 hours"),
            ("2026-11-23T20:00:00+01", "2026-11-24T20:00:01+01", 110, "and one more"),
            ("2026-11-23T20:00:00+01", "2026-11-25T20:00:00+01", 200, "48 hours"),
        ],
    );
}

#[test]
fn rates_across_midnight_have_one_cap_a_night() {
    assert_prices(
        NIGHTS,
        &[
            ("2026-11-23T23:00:00+01", "2026-11-24T02:00:00+01", 30, "three hours of a night"),
            ("2026-11-23T20:00:00+01", "2026-11-24T08:00:00+01", 60, "a night"),
            ("2026-11-23T19:30:00+01", "2026-11-24T08:30:00+01", 90, "an hour of the day before it"),
            ("2026-11-23T19:30:00+01", "2026-11-24T08:31:00+01", 120, "and one after it"),
            ("2026-11-23T20:00:00+01", "2026-11-25T08:00:00+01", 480, "two nights and a day"),
        ],
    );
}

#[test]
fn hours_are_elapsed_time_and_days_those_of_the_clock_when_clocks_change() {
    assert_prices(
        HOURLY,
        &[
            ("2026-03-29T01:00:00+01", "2026-03-29T04:00:00+02", 20, "two hours in spring"),
            ("2026-10-25T01:00:00+02", "2026-10-25T04:00:00+01", 40, "four in autumn"),
            ("2026-10-25T02:30:00+02", "2026-10-25T02:30:00+01", 10, "from half past two to half past two"),
        ],
    );
    assert_prices(
        FREE_NIGHTS,
        &[
            ("2026-03-28T23:00:00+01", "2026-03-29T07:00:00+02", 20, "free until six by the clock"),
            ("2026-10-24T23:00:00+02", "2026-10-25T07:00:00+01", 20, "in autumn too"),
            ("2026-10-25T02:30:00+02", "2026-10-25T06:00:00+01", 0, "all of it free"),
            ("2026-10-24T23:00:30+02", "2026-10-25T06:00:01+01", 20, "free from the unit's end to six on the second"),
        ],
    );
    let capped = format!("cap = {{ amount = 24000, each = \"calendar-day\" }}\n{HOURLY}");
    assert_prices(
        &capped,
        &[
            ("2026-03-29T00:00:00+01", "2026-03-30T00:00:00+02", 230, "a day of 23 hours"),
            ("2026-10-25T00:00:00+02", "2026-10-26T00:00:00+01", 240, "a day of 25 hours, capped"),
        ],
    );
    let daily = format!("cap = {{ amount = 10000, each = \"24-hours\" }}\n{HOURLY}");
    assert_prices(&daily, &[("2026-10-24T12:00:00+02", "2026-10-25T12:00:00+01", 110, "25 hours from noon to noon")]);
    assert_prices(
        NIGHTS,
        &[
            ("2026-03-28T20:00:00+01", "2026-03-29T01:00:00+01", 50, "five hours"),
            ("2026-03-28T20:00:00+01", "2026-03-29T08:00:00+02", 60, "eleven, capped"),
        ],
    );
}

#[test]
fn a_leap_day_is_a_day_and_new_year_none_too_many() {
    let capped = format!("cap = {{ amount = 5000, each = \"calendar-day\" }}\n{HOURLY}");
    assert_prices(
        &capped,
        &[
            ("2028-02-28T12:00:00+01", "2028-03-01T12:00:00+01", 150, "28 and 29 February, 1 March"),
            ("2027-02-28T12:00:00+01", "2027-03-01T12:00:00+01", 100, "none in 2027"),
            ("2028-12-31T12:00:00+01", "2029-01-01T12:00:00+01", 100, "the 366th day and the first"),
        ],
    );
}

#[test]
fn holidays_are_days_of_their_own() {
    assert_prices(
        TOWN,
        &[
            ("2026-05-14T10:00:00+02", "2026-05-14T12:00:00+02", 20, "Ascension Day, a Thursday"),
            ("2026-05-15T10:00:00+02", "2026-05-15T12:00:00+02", 90, "the day after"),
        ],
    );
    assert_prices(
        FREE_HOLIDAYS,
        &[
            ("2026-05-16T22:00:00+02", "2026-05-17T10:00:00+02", 40, "two hours of Saturday"),
            ("2026-12-24T23:00:00+01", "2026-12-27T01:00:00+01", 20, "Christmas, and then a Sunday"),
            ("2026-12-24T23:00:00+01", "2026-12-28T01:00:00+01", 40, "and an hour of Monday"),
        ],
    );
    let iceland = "currency = \"ISK\"\ntime_zone = \"Atlantic/Reykjavik\"\nholidays = \"iceland\"\n";
    let Tariff::Rated(rates) = toml::from_str(&format!("{iceland}{FREE_HOLIDAYS}")).unwrap() else { panic!("rates") };
    let price = |from, until| rates.price(at(from), at(until), &[]).to_string();
    assert_eq!(price("2026-04-23T10:00:00Z", "2026-04-23T12:00:00Z"), "0 ISK", "the first day of summer");
    assert_eq!(price("2026-05-17T23:00:00Z", "2026-05-18T01:00:00Z"), "2000 ISK", "a Sunday and a Monday");
}

#[test]
fn claims_change_what_is_charged_for_as_long_as_they_hold() {
    let tariff = Tariff::Rated(Box::new(rates(TOWN)));
    let grant = |entitlement, until: Option<&str>| tariff.grant(entitlement, until.map(at)).unwrap();
    let (noon, three) = ("2026-11-23T12:00:00+01", "2026-11-23T15:00:00+01");
    let (electric, validated) = (grant(Entitlement::Electric, None), grant(Entitlement::Validated, None));
    let disabled = grant(Entitlement::DisabledPermit, None);
    for (grants, kroner, why) in [
        (vec![], 135, "three hours"),
        (vec![electric.clone()], 60, "three electric hours"),
        (vec![grant(Entitlement::Electric, Some("2026-11-23T13:00:00+01"))], 110, "one of them"),
        (vec![validated.clone()], 45, "the shop pays for two"),
        (vec![validated.clone(), electric.clone()], 20, "both"),
        (vec![validated.clone(), validated], 0, "two shops pay for four"),
        (vec![grant(Entitlement::Resident, None)], 0, "a resident"),
        (vec![grant(Entitlement::Resident, Some("2026-11-23T14:00:00+01"))], 45, "whose permit ends"),
        (vec![grant(Entitlement::Resident, Some(noon))], 135, "or has ended"),
        (vec![grant(Entitlement::Validated, Some(noon))], 135, "a stamp that has"),
        (vec![electric, disabled], 0, "the cheaper of two tables"),
    ] {
        let Tariff::Rated(rates) = &tariff else { panic!("rates") };
        assert_eq!(rates.price(at(noon), at(three), &grants).minor, kroner * 100, "{why}");
    }
    assert_eq!(tariff.grant(Entitlement::SeasonTicket, None), None, "the tariff has nothing for it");
    assert_eq!(Tariff::External.grant(Entitlement::Electric, None), None);
}

#[test]
fn free_minutes_of_every_stay_are_taken_off() {
    let text = format!("free = {{ minutes = 30, of = \"every-stay\" }}\n{HOURLY}");
    assert_prices(
        &text,
        &[
            ("2026-11-23T10:00:00+01", "2026-11-23T10:30:00+01", 0, "half an hour"),
            ("2026-11-23T10:00:00+01", "2026-11-23T11:30:00+01", 10, "and an hour"),
            ("2026-11-23T10:00:00+01", "2026-11-23T11:30:01+01", 20, "and one more"),
        ],
    );
}

#[test]
fn no_stay_is_longer_than_a_stay_can_be() {
    let price = |days| rates(HOURLY).price(at("2026-01-01T00:00:00Z"), at("2026-01-01T00:00:00Z") + days, &[]).minor;
    assert_eq!(price(SignedDuration::from_hours(24 * 90)), 24 * 90 * 1000);
    assert_eq!(price(SignedDuration::from_hours(24 * 3000)), 24 * 90 * 1000);
}

proptest! {
    #[test]
    fn longer_is_never_cheaper_and_caps_hold(
        begin in 1_760_000_000_i64..1_800_000_000,
        seconds in 0_i64..400_000,
        more in 0_i64..90_000,
        which in 0_usize..5,
    ) {
        let rates = rates([TOWN, NIGHTS, FREE_NIGHTS, FREE_HOLIDAYS, HOURLY][which]);
        let instant = |second| Timestamp::from_second(second).unwrap();
        let price = |stay| rates.price(instant(begin), instant(begin + stay), &[]).minor;
        prop_assert!(price(seconds) <= price(seconds + more));
        if let Some(cap) = rates.cap {
            // A stay touches at most one calendar day more than it has whole days, and one more.
            let days = seconds as u64 / (23 * 3600) + 2;
            prop_assert!(price(seconds) <= cap.amount * days);
        }
    }
}
