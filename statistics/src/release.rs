//! The release: the one place where a count becomes a published number, once.
//!
//! ```text
//!  span is over ─▶ in the ledger? ──yes──▶ what was drawn then, or refused
//!                       │ no
//!                       ▼
//!                 draw, erase the count ─▶ ledger and cells in one transaction ─▶ published
//! ```
//! The count is gone before anything is written. A write that fails is tried again with the same draw; a process that ends
//! in between has lost the count, and the span stays a gap. There is no way to a second draw.

use crate::definition::Definition;
use crate::error::StatisticsError;
use crate::grid::{Span, Spans};
use crate::noise::Laplace;
use crate::store::{Store, Tx};
use crate::tally::{OpenSpan, Tally};
use jiff::{SignedDuration, Timestamp};
use std::path::Path;
use vokter_rules::analysis::TrackId;

/// How long after its end a span is closed: what was seen in it may still be on its way through the engine.
const DELAY: SignedDuration = SignedDuration::from_secs(60);

/// The running series of a site.
pub struct Statistics {
    store: Store,
    running: Vec<Running>,
}

struct Running {
    id: i64,
    definition: Definition,
    spans: Spans,
    tally: Tally,
    noise: Option<Laplace>,
}

/// A span that came to its end.
#[derive(Clone, Debug, PartialEq)]
pub struct Closed {
    /// The span.
    pub span: Span,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a span.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It was released: its cells, as they are published.
    Released(Vec<i64>),
    /// The ledger holds a release of a part of it, so it is none: a gap.
    Refused,
}

impl Statistics {
    /// Begins or takes up series. One whose definition has changed since is a new series, and the old one has ended.
    ///
    /// # Errors
    /// When two have one name, when a time zone or privacy loss is none, or when the database cannot be opened.
    pub fn open(directory: &Path, definitions: Vec<Definition>, now: Timestamp) -> Result<Self, StatisticsError> {
        for (index, definition) in definitions.iter().enumerate() {
            if definitions.iter().take(index).any(|other| other.name() == definition.name()) {
                return Err(StatisticsError::Twice(definition.name()));
            }
        }
        let mut store = Store::open(directory)?;
        let ids = store.write(|tx| {
            // One that had left the site file counts again from now on.
            for definition in &definitions {
                tx.run(
                    "INSERT INTO taken_up SELECT id, ?3 FROM series
                     WHERE name = ?1 AND fingerprint = ?2 AND ended IS NOT NULL ON CONFLICT DO UPDATE SET at = ?3",
                    (definition.name(), definition.fingerprint(), now.as_second()),
                )?;
            }
            // Whatever is not begun again has left the site file, or is another definition.
            tx.run("UPDATE series SET ended = ?1 WHERE ended IS NULL", [now.as_second()])?;
            definitions.iter().map(|definition| begin(tx, definition, now)).collect::<Result<Vec<_>, _>>()
        })?;
        let running = ids.into_iter().zip(definitions).map(|(id, definition)| {
            let noise = definition.epsilon.map(Laplace::new).transpose()?;
            let (spans, tally) =
                (definition.spans()?, Tally::new(definition.measure.into(), definition.breakdown.categories.len()));
            Ok(Running { id, definition, spans, tally, noise })
        });
        Ok(Self { store, running: running.collect::<Result<_, StatisticsError>>()? })
    }

    /// The definitions, in the order that they were given.
    pub fn definitions(&self) -> impl Iterator<Item = &Definition> {
        self.running.iter().map(|running| &running.definition)
    }

    /// Takes note that the place of a series was looked at, before what was seen there is counted. A span of which more
    /// than a hundredth was not looked at is incomplete; one of which nothing was is a gap.
    ///
    /// # Errors
    /// When the calendar ends.
    pub fn look(&mut self, series: usize, at: Timestamp) -> Result<(), StatisticsError> {
        self.running.get_mut(series).map_or(Ok(()), |running| running.tally.look(at, &running.spans))
    }

    /// Counts a track in a category of a series, unless it counts there already.
    pub fn count(&mut self, series: usize, track: TrackId, category: usize, at: Timestamp) {
        if let Some(running) = self.running.get_mut(series) {
            running.tally.count(track, category, at);
        }
    }

    /// Counts something in a category of a series that its caller knows to be one and says once: a session, say.
    pub fn count_one(&mut self, series: usize, category: usize, at: Timestamp) {
        if let Some(running) = self.running.get_mut(series) {
            running.tally.count_one(category, at);
        }
    }

    /// Takes note that a track has left the place of a series, and may come back.
    pub fn leave(&mut self, series: usize, track: TrackId) {
        if let Some(running) = self.running.get_mut(series) {
            running.tally.leave(track);
        }
    }

    /// Forgets a track that has ended. Whoever comes back is another track.
    pub fn forget(&mut self, series: usize, track: TrackId) {
        if let Some(running) = self.running.get_mut(series) {
            running.tally.forget(track);
        }
    }

    /// Forgets every track of a series: the stream was interrupted, and none of them comes again.
    pub fn forget_all(&mut self, series: usize) {
        if let Some(running) = self.running.get_mut(series) {
            running.tally.forget_all();
        }
    }

    /// Closes every span of a series that is over, and releases it. A span that was released before is answered with what
    /// was drawn. `now` is the time of the series: of a recording, that of its pictures.
    ///
    /// # Errors
    /// When noise cannot be drawn or nothing can be written; what is due stays due, with the noise it has.
    pub fn close(&mut self, series: usize, now: Timestamp) -> Result<Vec<Closed>, StatisticsError> {
        let Some(Running { id, definition, tally, noise, .. }) = self.running.get_mut(series) else {
            return Ok(vec![]);
        };
        let by = now.saturating_sub(DELAY)?;
        let mut closed = vec![];
        while let Some(open) = tally.due(by) {
            let span = open.span;
            let released = self.store.write(|tx| release(tx, *id, definition, open, noise.as_ref(), now));
            let outcome = outcome(released)?;
            tally.close(span);
            closed.push(Closed { span, outcome });
        }
        Ok(closed)
    }

    /// The spans of a series that are over and were not released, of what is counted in records when a span is over rather than
    /// in memory while it lasts. None of them begins before `not_before`, or before the series was last taken up: what a series
    /// of another name may have released is not released again. A number that is exact has its first span whole.
    ///
    /// # Errors
    /// When the database cannot be read, or the calendar ends.
    pub fn owed(&mut self, series: usize, not_before: Timestamp, now: Timestamp) -> Result<Vec<Span>, StatisticsError> {
        let Some(Running { id, definition, spans, .. }) = self.running.get(series) else { return Ok(vec![]) };
        let sql = "SELECT MAX(began, IFNULL(at, began)), (SELECT MAX(end) FROM ledger WHERE ledger.name = series.name)
                   FROM series LEFT JOIN taken_up ON series = id WHERE id = ?1";
        let found = self.store.read(|tx| tx.row(sql, [id], |row| Ok((row.get(0)?, row.get(1)?))))?;
        let Some::<(i64, Option<i64>)>((begun, last)) = found else { return Ok(vec![]) };
        let begun = Timestamp::from_second(begun)?;
        let first = if definition.epsilon.is_none() { spans.at(begun)?.start } else { begun };
        let first = first.max(last.map(Timestamp::from_second).transpose()?.unwrap_or(first)).max(not_before);
        let over = spans.between(first, now.saturating_sub(DELAY)?)?;
        Ok(over.into_iter().filter(|span| span.start >= first).collect())
    }

    /// Releases a span of which the count stands in records: all of it was watched. A span that was released before is answered
    /// with what was drawn.
    ///
    /// # Errors
    /// When noise cannot be drawn or nothing can be written; nothing is released then.
    pub fn settle(
        &mut self,
        series: usize,
        span: Span,
        count: u64,
        now: Timestamp,
    ) -> Result<Option<Closed>, StatisticsError> {
        let Some(Running { id, definition, noise, .. }) = self.running.get_mut(series) else { return Ok(None) };
        let mut open = OpenSpan::whole(span, count);
        let released = self.store.write(|tx| release(tx, *id, definition, &mut open, noise.as_ref(), now));
        outcome(released).map(|outcome| Some(Closed { span, outcome }))
    }

    /// The exact counts of a span, for the tests of this crate.
    #[cfg(test)]
    pub(crate) fn exact(&mut self, series: usize, at: Timestamp) -> &mut Vec<i64> {
        self.running[series].tally.exact(at)
    }
}

fn outcome(released: Result<Vec<i64>, StatisticsError>) -> Result<Outcome, StatisticsError> {
    match released {
        Ok(values) => Ok(Outcome::Released(values)),
        Err(StatisticsError::Spent { .. }) => Ok(Outcome::Refused),
        Err(error) => Err(error),
    }
}

/// Begins a series, or takes up one that was begun. Returns its number.
fn begin(tx: &Tx<'_>, definition: &Definition, now: Timestamp) -> Result<i64, StatisticsError> {
    let (name, fingerprint) = (definition.name(), definition.fingerprint());
    let text = serde_json::to_string(definition).map_err(|error| tx.damaged(error.to_string()))?;
    tx.run(
        "INSERT INTO series (name, fingerprint, definition, began) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (name, fingerprint) DO UPDATE SET ended = NULL",
        (&name, &fingerprint, text, now.as_second()),
    )?;
    let id =
        tx.row("SELECT id FROM series WHERE name = ?1 AND fingerprint = ?2", (&name, &fingerprint), |row| row.get(0));
    id?.ok_or_else(|| tx.damaged("a series that was begun is not there"))
}

/// Releases a span, or says what was released of it. The ledger refuses a second release under the same name: of an edited
/// series too, and of one whose grid has changed.
fn release(
    tx: &Tx<'_>,
    series: i64,
    definition: &Definition,
    open: &mut OpenSpan,
    noise: Option<&Laplace>,
    now: Timestamp,
) -> Result<Vec<i64>, StatisticsError> {
    let (name, start, end) = (definition.name(), open.span.start.as_second(), open.span.end.as_second());
    let spent: Option<(i64, i64)> = tx.row(
        "SELECT series, start FROM ledger WHERE name = ?1 AND start < ?2 AND end > ?3 ORDER BY start LIMIT 1",
        (&name, end, start),
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    match spent {
        Some(before) if before == (series, start) => {
            let sql = "SELECT value FROM cell WHERE series = ?1 AND start = ?2 ORDER BY category";
            return tx.rows(sql, (series, start), |row| row.get(0));
        }
        Some(_) => {
            let (start, end) = (open.span.start.to_string(), open.span.end.to_string());
            return Err(StatisticsError::Spent { series: name, start, end });
        }
        None => {}
    }
    // In whole percent: to the second, it could tell when something moved.
    let watched = open.watched.as_secs_f64() / open.span.duration().as_secs_f64().max(1.0);
    let watched = (watched * 100.0).floor().clamp(0.0, 100.0) / 100.0;
    let values = open.draw(noise)?;
    tx.run(
        "INSERT INTO ledger (name, start, end, series, epsilon, watched, released) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        (&name, start, end, series, definition.epsilon, watched, now.as_second()),
    )?;
    for (category, value) in values.iter().enumerate() {
        let sql = "INSERT INTO cell (series, start, category, value) VALUES (?1, ?2, ?3, ?4)";
        tx.run(sql, (series, start, category as i64, value))?;
    }
    Ok(values.to_vec())
}
