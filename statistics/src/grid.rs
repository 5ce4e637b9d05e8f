//! The fixed spans of a series. They partition the time of a place: no two overlap, and there is no other window.
//!
//! ```text
//!  day     ├───────────────────────────────────────────────────────┤  local midnight to local midnight: 23, 24 or 25 hours
//!  hour    ├──┼──┼──┼──┼──┼──┼──┼──┼──┼──┼──┼──┼──┼──┼──┼──┼──┼──┤  counted from local midnight
//!  quiet   ──────────┤──┼──┼──┼──┼──┼──┼──┼──┼──┼──┼──┼──├──────────  those that begin in the quiet hours are one
//! ```

use crate::error::StatisticsError;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use vokter_rules::policy::{Grid, QuietHours};

/// A span: its first instant, and the first after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// First instant in it.
    pub start: Timestamp,
    /// First instant after it.
    pub end: Timestamp,
}

impl Span {
    /// How long it is.
    pub fn duration(&self) -> SignedDuration {
        self.end.duration_since(self.start)
    }
}

/// The spans of a grid in a time zone.
#[derive(Clone, Debug)]
pub struct Spans {
    grid: Grid,
    quiet: Option<QuietHours>,
    zone: TimeZone,
}

impl Spans {
    /// The spans of a grid. Quiet hours merge spans that are shorter than a day.
    pub fn new(grid: Grid, quiet: Option<QuietHours>, zone: TimeZone) -> Self {
        let quiet = quiet.filter(|quiet| matches!(grid, Grid::Quarter | Grid::Hour) && quiet.from != quiet.to);
        Self { grid, quiet, zone }
    }

    /// The time zone.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The span that an instant lies in.
    ///
    /// # Errors
    /// When the calendar ends.
    pub fn at(&self, at: Timestamp) -> Result<Span, StatisticsError> {
        let mut span = self.unmerged(at)?;
        if self.is_quiet(span) {
            // Quiet hours are shorter than a day, so this ends.
            loop {
                let before = self.unmerged(span.start.checked_sub(SignedDuration::from_nanos(1))?)?;
                if !self.is_quiet(before) {
                    break;
                }
                span.start = before.start;
            }
            loop {
                let after = self.unmerged(span.end)?;
                if !self.is_quiet(after) {
                    break;
                }
                span.end = after.end;
            }
        }
        Ok(span)
    }

    /// The spans from the one that `from` lies in to the last that is over by `until`.
    ///
    /// # Errors
    /// When the calendar ends.
    pub fn between(&self, from: Timestamp, until: Timestamp) -> Result<Vec<Span>, StatisticsError> {
        let mut spans = vec![];
        let mut span = self.at(from)?;
        while span.end <= until {
            spans.push(span);
            span = self.at(span.end)?;
        }
        Ok(spans)
    }

    fn unmerged(&self, at: Timestamp) -> Result<Span, StatisticsError> {
        let local = at.to_zoned(self.zone.clone());
        let step = match self.grid {
            Grid::Quarter => SignedDuration::from_mins(15),
            Grid::Hour => SignedDuration::from_hours(1),
            Grid::Day => {
                let start = local.start_of_day()?;
                return Ok(Span { start: start.timestamp(), end: start.tomorrow()?.start_of_day()?.timestamp() });
            }
            Grid::Month => {
                let start = local.first_of_month()?.start_of_day()?;
                let end = start.checked_add(1.month())?.start_of_day()?;
                return Ok(Span { start: start.timestamp(), end: end.timestamp() });
            }
        };
        let midnight = local.start_of_day()?;
        let (begun, next) = (midnight.timestamp(), midnight.tomorrow()?.start_of_day()?.timestamp());
        let steps = at.duration_since(begun).as_secs() / step.as_secs();
        let start = begun.checked_add(SignedDuration::from_secs(steps * step.as_secs()))?;
        Ok(Span { start, end: start.checked_add(step)?.min(next) })
    }

    fn is_quiet(&self, span: Span) -> bool {
        self.quiet.is_some_and(|quiet| quiet.contains(self.zone.to_datetime(span.start).time()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::time;

    fn spans(grid: Grid, zone: &str) -> Spans {
        let quiet = QuietHours { from: time(22, 0, 0, 0), to: time(6, 0, 0, 0) };
        Spans::new(grid, Some(quiet), TimeZone::get(zone).unwrap())
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn span(grid: Grid, text: &str) -> (Timestamp, Timestamp) {
        let span = spans(grid, "Europe/Oslo").at(at(text)).unwrap();
        (span.start, span.end)
    }

    #[test]
    fn a_night_is_one_span_and_a_day_has_its_hours() {
        let night = (at("2026-11-20T22:00:00+01:00"), at("2026-11-21T06:00:00+01:00"));
        for text in ["2026-11-20T22:00:00+01:00", "2026-11-21T00:00:00+01:00", "2026-11-21T05:59:59+01:00"] {
            assert_eq!(span(Grid::Hour, text), night);
            assert_eq!(span(Grid::Quarter, text), night);
        }
        let morning = (at("2026-11-21T06:00:00+01:00"), at("2026-11-21T07:00:00+01:00"));
        assert_eq!(span(Grid::Hour, "2026-11-21T06:00:00+01:00"), morning);
        let quarter = (at("2026-11-21T06:45:00+01:00"), at("2026-11-21T07:00:00+01:00"));
        assert_eq!(span(Grid::Quarter, "2026-11-21T06:59:59.9+01:00"), quarter);
        let month = (at("2026-11-01T00:00:00+01:00"), at("2026-12-01T00:00:00+01:00"));
        assert_eq!(span(Grid::Month, "2026-11-21T06:59:59.9+01:00"), month);
    }

    #[test]
    fn spans_follow_one_another_without_gap_or_overlap_through_every_change_of_clocks() {
        for zone in ["Europe/Oslo", "Atlantic/Reykjavik", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Cairo"] {
            for grid in Grid::ALL {
                let spans = spans(*grid, zone);
                let all = spans.between(at("2026-01-01T00:00:00Z"), at("2027-01-02T00:00:00Z")).unwrap();
                assert!(all.windows(2).all(|pair| pair[0].end == pair[1].start), "{zone} {}", grid.name());
                for span in all.iter().step_by(7) {
                    let last = span.end.checked_sub(SignedDuration::from_nanos(1)).unwrap();
                    assert_eq!((spans.at(span.start).unwrap(), spans.at(last).unwrap()), (*span, *span));
                }
            }
        }
    }

    #[test]
    fn days_are_as_long_as_they_are() {
        let length = |text: &str| spans(Grid::Day, "Europe/Oslo").at(at(text)).unwrap().duration().as_hours();
        assert_eq!(length("2026-03-29T12:00:00Z"), 23);
        assert_eq!(length("2026-10-25T12:00:00Z"), 25);
    }
}
