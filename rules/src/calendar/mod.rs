//! Public holidays of Norway and Iceland, computed: opening and staffed hours depend on them (KRS-9, KRS-18).
//!
//! Sources. Norway: lov om helligdager og helligdagsfred (24 February 1995 no. 12) § 2, and lov om 1 og 17 mai som
//! høgtidsdager (26 April 1947 no. 1). Iceland: lög um 40 stunda vinnuviku nr. 88/1971, 6. gr., and lög um
//! helgidagafrið nr. 32/1997, 2. gr.
//!
//! Ordinary Sundays are holidays by law too, but not named here: a schedule has a word for them. Days that are free
//! by custom or agreement alone (such as the 24th of December in Norway) are not holidays.

use jiff::Unit;
use jiff::civil::{Date, Time, Weekday};

/// A country whose holidays are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Country {
    /// Norway.
    Norway,
    /// Iceland.
    Iceland,
}

/// A public holiday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holiday {
    /// Its name, in the country's language.
    pub name: &'static str,
    /// When it begins: at midnight, or at 13:00 for the two half days of Iceland.
    pub from: Time,
}

impl Holiday {
    /// Whether the whole day is free.
    pub fn is_whole(&self) -> bool {
        self.from == Time::midnight()
    }
}

/// When a half day of Iceland begins.
const ONE_O_CLOCK: Time = Time::constant(13, 0, 0, 0);

/// The public holiday that a day is. Where two fall on one day, it has the name of the one that is not moved by
/// Easter.
///
/// ```
/// use jiff::civil::date;
/// use vokter_rules::calendar::{Country, holiday};
///
/// let name = |country, day| holiday(country, day).map(|holiday| holiday.name);
/// assert_eq!(name(Country::Norway, date(2026, 5, 17)), Some("grunnlovsdagen"));
/// assert_eq!(name(Country::Iceland, date(2026, 4, 23)), Some("sumardagurinn fyrsti"));
/// assert_eq!(name(Country::Norway, date(2026, 4, 23)), None);
/// ```
pub fn holiday(country: Country, day: Date) -> Option<Holiday> {
    let whole = |name| Holiday { name, from: Time::midnight() };
    let half = |name| Holiday { name, from: ONE_O_CLOCK };
    match country {
        Country::Norway => fixed_in_norway(day).or_else(|| of_easter(day, NORWEGIAN)).map(whole),
        Country::Iceland => {
            fixed_in_iceland(day).or_else(|| of_easter(day, ICELANDIC)).map(whole).or(half_in_iceland(day).map(half))
        }
    }
}

/// The days that Easter moves: days after Easter Sunday, and the name of each. The same days in both countries.
type Moved = [(i32, &'static str); 7];

const NORWEGIAN: Moved = [
    (-3, "skjærtorsdag"),
    (-2, "langfredag"),
    (0, "første påskedag"),
    (1, "andre påskedag"),
    (39, "Kristi himmelfartsdag"),
    (49, "første pinsedag"),
    (50, "andre pinsedag"),
];

const ICELANDIC: Moved = [
    (-3, "skírdagur"),
    (-2, "föstudagurinn langi"),
    (0, "páskadagur"),
    (1, "annar í páskum"),
    (39, "uppstigningardagur"),
    (49, "hvítasunnudagur"),
    (50, "annar í hvítasunnu"),
];

fn fixed_in_norway(day: Date) -> Option<&'static str> {
    Some(match (day.month(), day.day()) {
        (1, 1) => "nyttårsdag",
        (5, 1) => "arbeidernes dag",
        (5, 17) => "grunnlovsdagen",
        (12, 25) => "første juledag",
        (12, 26) => "andre juledag",
        _ => return None,
    })
}

fn fixed_in_iceland(day: Date) -> Option<&'static str> {
    Some(match (day.month(), day.day(), day.weekday()) {
        (1, 1, _) => "nýársdagur",
        // The first Thursday after the 18th of April.
        (4, 19..=25, Weekday::Thursday) => "sumardagurinn fyrsti",
        (5, 1, _) => "verkalýðsdagurinn",
        (6, 17, _) => "þjóðhátíðardagurinn",
        (8, 1..=7, Weekday::Monday) => "frídagur verslunarmanna",
        (12, 25, _) => "jóladagur",
        (12, 26, _) => "annar í jólum",
        _ => return None,
    })
}

fn half_in_iceland(day: Date) -> Option<&'static str> {
    match (day.month(), day.day()) {
        (12, 24) => Some("aðfangadagur"),
        (12, 31) => Some("gamlársdagur"),
        _ => None,
    }
}

fn of_easter(day: Date, moved: Moved) -> Option<&'static str> {
    let after = easter(day.year())?.until((Unit::Day, day)).ok()?.get_days();
    moved.into_iter().find(|(days, _)| *days == after).map(|(_, name)| name)
}

/// Easter Sunday of a year, by the anonymous Gregorian algorithm (Nature, 20 April 1876; Meeus, *Astronomical
/// Algorithms*, chapter 8). The letters are those of the source.
pub fn easter(year: i16) -> Option<Date> {
    let year = i32::from(year);
    let a = year.rem_euclid(19);
    let (b, c) = (year.div_euclid(100), year.rem_euclid(100));
    let (d, e) = (b.div_euclid(4), b.rem_euclid(4));
    let f = (b + 8).div_euclid(25);
    let g = (b - f + 1).div_euclid(3);
    let h = (19 * a + b - d - g + 15).rem_euclid(30);
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k).rem_euclid(7);
    let m = (a + 11 * h + 22 * l) / 451;
    let n = h + l - 7 * m + 114;
    let (year, month, day) = (i16::try_from(year), i8::try_from(n / 31), i8::try_from(n % 31 + 1));
    Date::new(year.ok()?, month.ok()?, day.ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::ToSpan;
    use jiff::civil::date;
    use proptest::prelude::*;

    /// The days of a year that are holidays, written as the table has them.
    fn holidays(country: Country, year: i16) -> Vec<String> {
        let days = date(year, 1, 1).series(1.day()).take_while(|day| day.year() == year);
        let found = days.filter_map(|day| Some((day, holiday(country, day)?)));
        let (whole, half): (Vec<_>, Vec<_>) = found.partition(|(_, holiday)| holiday.is_whole());
        let whole = whole.into_iter().map(|(day, _)| day.strftime("%m-%d").to_string());
        whole.chain(half.into_iter().map(|(day, _)| day.strftime("%m-%dh").to_string())).collect()
    }

    #[test]
    fn krs_9_every_holiday_from_2000_to_2060_is_that_of_another_calendar() {
        let table = include_str!("holidays.txt");
        let rows: Vec<_> = table.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(rows.len(), 2 * 61);
        for row in rows {
            let mut words = row.split(' ');
            let country = if words.next() == Some("NO") { Country::Norway } else { Country::Iceland };
            let year = words.next().unwrap().parse().unwrap();
            assert_eq!(holidays(country, year), words.collect::<Vec<_>>(), "{row}");
        }
    }

    #[test]
    fn holidays_have_the_names_that_people_know() {
        let name = |country, month, day| holiday(country, date(2026, month, day)).map(|holiday| holiday.name);
        assert_eq!(name(Country::Norway, 4, 2), Some("skjærtorsdag"));
        assert_eq!(name(Country::Norway, 5, 14), Some("Kristi himmelfartsdag"));
        assert_eq!(name(Country::Norway, 5, 25), Some("andre pinsedag"));
        assert_eq!(name(Country::Norway, 6, 17), None);
        assert_eq!(name(Country::Norway, 12, 24), None);
        assert_eq!(name(Country::Iceland, 4, 3), Some("föstudagurinn langi"));
        assert_eq!(name(Country::Iceland, 8, 3), Some("frídagur verslunarmanna"));
        assert_eq!(name(Country::Iceland, 5, 17), None);
        assert_eq!(name(Country::Iceland, 12, 31), Some("gamlársdagur"));
    }

    #[test]
    fn two_holidays_on_one_day_are_one_with_the_name_that_stays() {
        assert_eq!(holiday(Country::Norway, date(2012, 5, 17)).unwrap().name, "grunnlovsdagen");
        assert_eq!(holiday(Country::Iceland, date(2011, 4, 21)).unwrap().name, "sumardagurinn fyrsti");
    }

    #[test]
    fn half_days_of_iceland_begin_at_one() {
        let eve = holiday(Country::Iceland, date(2026, 12, 24)).unwrap();
        assert_eq!((eve.is_whole(), eve.from), (false, jiff::civil::time(13, 0, 0, 0)));
    }

    proptest! {
        #[test]
        fn easter_is_a_sunday_from_22_march_to_25_april(year in -9999i16..=9999) {
            let easter = easter(year).unwrap();
            prop_assert_eq!(easter.weekday(), Weekday::Sunday);
            prop_assert!(easter >= date(year, 3, 22) && easter <= date(year, 4, 25));
        }

        #[test]
        fn no_day_that_there_is_makes_it_panic(year in -9999i16..=9999, month in 1i8..=12, day in 1i8..=28) {
            for country in [Country::Norway, Country::Iceland] {
                let _ = holiday(country, date(year, month, day));
            }
        }
    }
}
