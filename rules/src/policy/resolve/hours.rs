//! Hours: windows, days and times of day as they are written.

use crate::policy::reader::Written;
use crate::policy::schedule::{Hours, Window};
use crate::policy::source::{PurposeSource, ScheduleSource, WindowSource};
use jiff::civil::Time;

/// The hours of a purpose, if every part of them is understood.
pub(in crate::policy) fn hours(source: &PurposeSource) -> Option<Hours> {
    match source.schedule.as_ref()? {
        ScheduleSource::Always(_) => Some(Hours::Always {
            because: source.because.as_ref().map(|reason| reason.value.clone()).unwrap_or_default(),
        }),
        ScheduleSource::Windows(windows, _) => self::windows(windows).map(Hours::Weekly),
    }
}

/// These windows, if every part of them is understood.
pub(in crate::policy) fn windows(sources: &[WindowSource]) -> Option<Vec<Window>> {
    sources.iter().map(window).collect()
}

/// The window that was written, if every part of it is understood.
fn window(source: &WindowSource) -> Option<Window> {
    let days = match &source.days {
        None => Days { week: [true; 7], holidays: false },
        Some(words) => words.iter().try_fold(Days::default(), |all, word| Some(all.and(days(&word.value)?)))?,
    };
    let edge = |written: &Option<Written<String>>| written.as_ref().map_or(Some(Time::midnight()), |w| time(&w.value));
    Some(Window { days: days.week, holidays: days.holidays, from: edge(&source.from)?, to: edge(&source.to)? })
}

/// Days of the week, index 0 is Monday, and public holidays.
#[derive(Clone, Copy, Default)]
pub(in crate::policy) struct Days {
    week: [bool; 7],
    holidays: bool,
}

impl Days {
    fn and(self, other: Self) -> Self {
        let week = std::array::from_fn(|day| self.week.get(day) == Some(&true) || other.week.get(day) == Some(&true));
        Self { week, holidays: self.holidays || other.holidays }
    }
}

/// The days that a word means: `sat`, `mon-fri`, `fri-mon`, `holidays`.
pub(in crate::policy) fn days(word: &str) -> Option<Days> {
    const NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    if word == "holidays" {
        return Some(Days { holidays: true, ..Days::default() });
    }
    let index = |name: &str| NAMES.iter().position(|day| *day == name.trim().to_lowercase());
    let (first, last) = match word.split_once('-') {
        Some((first, last)) => (index(first)?, index(last)?),
        None => (index(word)?, index(word)?),
    };
    let length = (last + 7 - first) % 7;
    Some(Days { week: std::array::from_fn(|day| (day + 7 - first) % 7 <= length), holidays: false })
}

/// A time of day to the minute; 24:00 is midnight.
pub(in crate::policy) fn time(text: &str) -> Option<Time> {
    let (hours, minutes) = text.split_once(':')?;
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !(1..=2).contains(&hours.len()) || minutes.len() != 2 || !digits(hours) || !digits(minutes) {
        return None;
    }
    let (hours, minutes): (i8, i8) = (hours.parse().ok()?, minutes.parse().ok()?);
    Time::new(if (hours, minutes) == (24, 0) { 0 } else { hours }, minutes, 0, 0).ok()
}
