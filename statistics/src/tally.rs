//! The counts of one series, in memory. Nothing here can be printed, compared or stored.
//!
//! A track is remembered for as long as it lives, together with the span that it counts in: it counts in no other, however
//! long it stays and however often it crosses. That is what makes the sensitivity of a table 1.

use crate::error::StatisticsError;
use crate::grid::{Span, Spans};
use crate::noise::Laplace;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
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
    members: Members,
    /// When the place was last looked at.
    looked: Option<Timestamp>,
    /// What comes before it is too late.
    closed: Timestamp,
}

/// The living tracks that count or are in the place. Its memory is taken once, so that no copy is left behind when it grows, and
/// what is forgotten is overwritten.
struct Members(Vec<Member>);

/// One of them, or room for one.
#[derive(Clone, Copy)]
struct Member {
    is_there: bool,
    track: TrackId,
    /// The span in which it counts, by its start.
    counts_in: Option<Timestamp>,
    /// Whether it is in the place, where that matters.
    is_inside: bool,
}

impl Member {
    const NONE: Self = Self { is_there: false, track: TrackId::from_random(0), counts_in: None, is_inside: false };
}

impl Members {
    fn new() -> Self {
        Self(vec![Member::NONE; limits::TRACKS_PER_CAMERA])
    }

    /// What is known of a track.
    fn find(&mut self, track: TrackId) -> Option<&mut Member> {
        self.0.iter_mut().find(|member| member.is_there && member.track == track)
    }

    /// The same, made where there is nothing; `None` when the table is full, which the tracker's own bound prevents.
    fn find_or_make(&mut self, track: TrackId) -> Option<&mut Member> {
        let known = self.0.iter().position(|member| member.is_there && member.track == track);
        let place = known.or_else(|| self.0.iter().position(|member| !member.is_there))?;
        let member = self.0.get_mut(place)?;
        *member = Member { is_there: true, track, ..*member };
        Some(member)
    }

    fn forget(&mut self, track: TrackId) {
        if let Some(member) = self.find(track) {
            *member = Member::NONE;
        }
    }

    fn forget_all(&mut self) {
        self.0.fill(Member::NONE);
    }

    /// How many are in the place now, of those that count in a span.
    fn present(&self, start: Timestamp) -> i64 {
        let is_it = |member: &&Member| member.is_there && member.is_inside && member.counts_in == Some(start);
        self.0.iter().filter(is_it).count() as i64
    }
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
            members: Members::new(),
            looked: None,
            closed: Timestamp::MIN,
        }
    }

    /// Counts a track in a cell, unless it counts already. Where it matters, it is there until it leaves.
    pub fn count(&mut self, track: TrackId, category: usize, at: Timestamp) {
        let open = self.open_at(at);
        let counts_inside = self.kind != Kind::Sum;
        let Some(member) = self.members.find_or_make(track) else { return };
        member.is_inside = counts_inside;
        let joined = if member.counts_in.is_none() { open } else { None };
        member.counts_in = member.counts_in.or(open);
        if !member.is_inside && member.counts_in.is_none() {
            *member = Member::NONE;
        }
        match self.kind {
            Kind::Sum => {
                if let Some(count) = joined.and_then(|start| self.spans.get_mut(&start)?.cell(category)) {
                    *count += 1;
                }
            }
            Kind::Peak => {
                let Some(now) = open else { return };
                let present = self.members.present(now);
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
        let Some(member) = self.members.find(track) else { return };
        member.is_inside = false;
        if member.counts_in.is_none() {
            *member = Member::NONE;
        }
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
            let present = start.map_or(0, |start| self.members.present(start));
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
        self.members.forget(track);
    }

    /// Forgets every track: the stream was interrupted, and none of them comes again.
    pub fn forget_all(&mut self) {
        self.members.forget_all();
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
