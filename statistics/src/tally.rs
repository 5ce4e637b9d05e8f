//! The counts of one series, in memory. Nothing here can be printed, compared or stored.
//!
//! A track is remembered for as long as it lives, together with the span that it counts in: it counts in no other, however
//! long it stays and however often it crosses. That is what makes the sensitivity of a table 1.

use crate::error::StatisticsError;
use crate::grid::{Span, Spans};
use crate::noise::Laplace;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, HashMap, HashSet};
use vokter_rules::analysis::TrackId;
use vokter_rules::limits;
use vokter_rules::policy::Measure;
use zeroize::Zeroizing;

/// Longest silence between two looks that is no gap.
const SILENCE: SignedDuration = SignedDuration::from_secs(5);

/// How a measure is counted. In each of them a track adds at most one to the cell that it counts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Tracks that came, or crossed.
    Sum,
    /// The most tracks that were there at once, of those that came in the span.
    Peak,
    /// The tracks that were there, on average over the time that was watched, of those that came in the span.
    Mean,
}

impl From<Measure> for Kind {
    fn from(measure: Measure) -> Self {
        match measure {
            Measure::OccupancyPeak => Self::Peak,
            Measure::QueueLength => Self::Mean,
            _ => Self::Sum,
        }
    }
}

/// The open spans of a series.
pub(crate) struct Tally {
    kind: Kind,
    cells: usize,
    spans: BTreeMap<Timestamp, OpenSpan>,
    /// The span in which each living track counts, by its start.
    members: HashMap<TrackId, Timestamp>,
    /// The tracks that are in the place, where that matters.
    inside: HashSet<TrackId>,
    /// When the place was last looked at.
    looked: Option<Timestamp>,
    /// What comes before it is too late.
    closed: Timestamp,
}

/// A span that is counted, or waits to be written.
pub(crate) struct OpenSpan {
    pub span: Span,
    pub watched: SignedDuration,
    kind: Kind,
    counts: Counts,
}

/// The cells of a span: exact until they are drawn, and never again. Of a mean, the milliseconds that tracks were there.
enum Counts {
    Exact(Zeroizing<Vec<i64>>),
    Drawn(Vec<i64>),
}

impl OpenSpan {
    /// A span that was watched all the while, with one cell, of which the count is known.
    pub fn whole(span: Span, count: u64) -> Self {
        let counts = Counts::Exact(Zeroizing::new(vec![i64::try_from(count).unwrap_or(i64::MAX)]));
        Self { span, watched: span.duration(), kind: Kind::Sum, counts }
    }

    fn cell(&mut self, category: usize) -> Option<&mut i64> {
        match &mut self.counts {
            Counts::Exact(counts) => counts.get_mut(category),
            Counts::Drawn(_) => None,
        }
    }

    /// The values that are released. The first call draws them and erases the counts; each later one has the same answer.
    pub fn draw(&mut self, noise: Option<&Laplace>) -> Result<&[i64], StatisticsError> {
        if let Counts::Exact(counts) = &self.counts {
            let watched = self.watched.as_millis().clamp(1, i64::MAX.into()) as i64;
            let exact = |count: i64| match self.kind {
                Kind::Sum | Kind::Peak => count,
                Kind::Mean => (count + watched / 2) / watched,
            };
            let exact = Zeroizing::new(counts.iter().map(|count| exact(*count)).collect::<Vec<_>>());
            let drawn = match noise {
                Some(noise) => noise.release(&exact)?,
                None => exact.to_vec(),
            };
            self.counts = Counts::Drawn(drawn);
        }
        match &self.counts {
            Counts::Drawn(values) => Ok(values),
            Counts::Exact(_) => Ok(&[]),
        }
    }
}

impl Tally {
    /// Nothing counted yet, in spans of so many cells.
    pub fn new(kind: Kind, cells: usize) -> Self {
        Self {
            kind,
            cells: cells.min(limits::CELLS_PER_SPAN),
            spans: BTreeMap::new(),
            members: HashMap::new(),
            inside: HashSet::new(),
            looked: None,
            closed: Timestamp::MIN,
        }
    }

    /// Counts a track in a cell, unless it counts already. Where it matters, it is there until it leaves.
    pub fn count(&mut self, track: TrackId, category: usize, at: Timestamp) {
        if self.kind != Kind::Sum && self.inside.len() < limits::TRACKS_PER_CAMERA {
            self.inside.insert(track);
        }
        let joined = if self.members.contains_key(&track) { None } else { self.join(track, at) };
        match self.kind {
            Kind::Sum => {
                if let Some(count) = joined.and_then(|start| self.spans.get_mut(&start)?.cell(category)) {
                    *count += 1;
                }
            }
            Kind::Peak => {
                let Some(now) = self.open_at(at) else { return };
                let present = self.present(now);
                // A peak has one cell: those who are there are counted together.
                if let Some(peak) = self.spans.get_mut(&now).and_then(|open| open.cell(0)) {
                    *peak = present.max(*peak);
                }
            }
            Kind::Mean => {}
        }
    }

    /// Counts one in a cell, of what is said once.
    pub fn count_one(&mut self, category: usize, at: Timestamp) {
        let Some(start) = self.open_at(at) else { return };
        if let Some(count) = self.spans.get_mut(&start).and_then(|open| open.cell(category)) {
            *count += 1;
        }
    }

    /// Takes note that a track has left the place.
    pub fn leave(&mut self, track: TrackId) {
        self.inside.remove(&track);
    }

    /// The tracks that are there now, of those that count in a span.
    fn present(&self, start: Timestamp) -> i64 {
        self.inside.iter().filter(|track| self.members.get(track) == Some(&start)).count() as i64
    }

    /// Takes note that the place was looked at, whether anyone was there or not. That alone opens a span, so that which
    /// spans are released says nothing of anyone.
    pub fn look(&mut self, at: Timestamp, spans: &Spans) -> Result<(), StatisticsError> {
        let since = self.looked.replace(at).filter(|last| *last < at && at.duration_since(*last) <= SILENCE);
        self.open(at, spans)?;
        let Some(mut from) = since else { return Ok(()) };
        while from < at {
            let end = spans.at(from)?.end.min(at);
            let start = self.open(from, spans)?;
            let present = start.map_or(0, |start| self.present(start));
            if let Some(start) = start
                && let Some(open) = self.spans.get_mut(&start)
            {
                open.watched += end.duration_since(from);
                if let (Kind::Mean, Some(waited)) = (open.kind, open.cell(0)) {
                    *waited += end.duration_since(from).as_millis() as i64 * present;
                }
            }
            from = end;
        }
        Ok(())
    }

    /// Forgets a track that has ended.
    pub fn forget(&mut self, track: TrackId) {
        self.members.remove(&track);
        self.inside.remove(&track);
    }

    /// Forgets every track: the stream was interrupted, and none of them comes again.
    pub fn forget_all(&mut self) {
        self.members.clear();
        self.inside.clear();
    }

    /// The first span that is over at that time.
    pub fn due(&mut self, by: Timestamp) -> Option<&mut OpenSpan> {
        self.spans.values_mut().next().filter(|open| open.span.end <= by)
    }

    /// Lets go of a span: what still comes for it, or for one before it, is too late.
    pub fn close(&mut self, span: Span) {
        self.spans.remove(&span.start);
        self.closed = self.closed.max(span.end);
    }

    /// The open span of that time, by its start.
    fn open_at(&self, at: Timestamp) -> Option<Timestamp> {
        let mut open = self.spans.values().rev().map(|open| open.span);
        open.find(|span| span.start <= at && at < span.end).map(|span| span.start)
    }

    /// Opens the span of that time; `None` if it is closed.
    fn open(&mut self, at: Timestamp, spans: &Spans) -> Result<Option<Timestamp>, StatisticsError> {
        let known = self.open_at(at);
        if known.is_some() || at < self.closed {
            return Ok(known);
        }
        let span = spans.at(at)?;
        if self.spans.len() >= limits::SPANS_OPEN_PER_SERIES
            && let Some((_, lost)) = self.spans.pop_first()
        {
            self.closed = self.closed.max(lost.span.end);
        }
        let counts = Counts::Exact(Zeroizing::new(vec![0; self.cells]));
        self.spans.insert(span.start, OpenSpan { span, watched: SignedDuration::ZERO, kind: self.kind, counts });
        Ok(Some(span.start))
    }

    /// Makes a track count in the span of that time.
    fn join(&mut self, track: TrackId, at: Timestamp) -> Option<Timestamp> {
        let start = self.open_at(at).filter(|_| self.members.len() < limits::TRACKS_PER_CAMERA)?;
        self.members.insert(track, start);
        Some(start)
    }

    /// The exact counts of the span of that time, for the tests of this crate.
    #[cfg(test)]
    pub fn exact(&mut self, at: Timestamp) -> &mut Vec<i64> {
        let start = self.open_at(at).unwrap();
        match &mut self.spans.get_mut(&start).unwrap().counts {
            Counts::Exact(counts) => counts,
            Counts::Drawn(_) => panic!("it is drawn"),
        }
    }
}
