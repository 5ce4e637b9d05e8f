//! What was released, as tables. It reads the database alone: it needs no site file, no key, no role and no purpose.

use crate::definition::Definition;
use crate::error::StatisticsError;
use crate::grid::Span;
use crate::interval::Interval;
use crate::store::{Store, Tx};
use jiff::Timestamp;
use std::path::Path;

/// Values below it are not shown, as statistical offices do; the noisy value alone decides. It protects nobody that the
/// noise does not: it keeps small numbers from being read as exact.
const SHOWN_FROM: i64 = 3;
/// The part of a span that must have been watched for it to be complete.
const COMPLETE_FROM: f64 = 0.99;

/// The released statistics of a data directory.
pub struct Published {
    store: Store,
}

/// What a table is, without its rows.
#[derive(Clone, Debug, PartialEq)]
pub struct TableInfo {
    /// Its name: purpose, series and the beginning of the definition's fingerprint.
    pub id: String,
    /// The definition.
    pub definition: Definition,
    /// When the series began.
    pub began: Timestamp,
    /// When it ended, because its definition changed or left the site file.
    pub ended: Option<Timestamp>,
    /// When something was last released.
    pub updated: Option<Timestamp>,
    /// The first and the last span that were released.
    pub period: Option<(Span, Span)>,
    /// The other tables of the series: what it was defined as before, or after.
    pub revisions: Vec<String>,
}

/// A table with its rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// What it is.
    pub info: TableInfo,
    /// A row a span from the first to the last that was released, gaps included.
    pub rows: Vec<Row>,
}

/// One span of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The span.
    pub span: Span,
    /// The part of it in which the place was looked at, from 0 to 1, in whole hundredths.
    pub watched: f64,
    /// The values as they were drawn, one a category: a statistician's, which may be negative. None in a gap.
    pub drawn: Vec<i64>,
}

/// What is to be said of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Nothing.
    Complete,
    /// The place was not looked at all the while: the truth may be higher.
    Incomplete,
    /// Too small to be shown; see the value as drawn.
    Small,
    /// Nothing was released.
    Gap,
}

impl Status {
    /// The sign that statistical offices use.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Complete => "",
            Self::Incomplete => "*",
            Self::Small => ":",
            Self::Gap => "..",
        }
    }

    /// What it means.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Incomplete => "incomplete: the place was not watched all the while, or a count was lost",
            Self::Small => "too small to be shown; the value as drawn stands beside it",
            Self::Gap => "nothing was released",
        }
    }
}

impl Row {
    /// Whether the place was looked at all the while, but for a hundredth.
    pub fn is_complete(&self) -> bool {
        self.watched >= COMPLETE_FROM
    }

    /// What is to be said of the value of a category.
    pub fn status(&self, category: usize, is_exact: bool) -> Status {
        match self.drawn.get(category) {
            None => Status::Gap,
            Some(value) if *value < SHOWN_FROM && !is_exact => Status::Small,
            Some(_) if !self.is_complete() => Status::Incomplete,
            Some(_) => Status::Complete,
        }
    }
}

impl Table {
    /// The value of a category in a row, as it is shown: none in a gap, and none that is too small.
    pub fn shown(&self, row: &Row, category: usize) -> Option<i64> {
        let is_shown = !matches!(self.status(row, category), Status::Gap | Status::Small);
        row.drawn.get(category).copied().filter(|_| is_shown)
    }

    /// What is to be said of a value.
    pub fn status(&self, row: &Row, category: usize) -> Status {
        row.status(category, self.info.definition.epsilon.is_none())
    }

    /// The interval of a value.
    pub fn interval(&self, row: &Row, category: usize) -> Option<Interval> {
        let definition = &self.info.definition;
        let detector = definition.detector.get(category).and_then(Option::as_ref);
        row.drawn.get(category).map(|value| Interval::of(*value, definition.noise(), detector))
    }
}

impl Published {
    /// Opens what was released in a data directory.
    ///
    /// # Errors
    /// When there is nothing, or it cannot be read.
    pub fn open(directory: &Path) -> Result<Self, StatisticsError> {
        Ok(Self { store: Store::open_to_read(directory)? })
    }

    /// Every table, by name.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn tables(&mut self) -> Result<Vec<TableInfo>, StatisticsError> {
        self.store.read(tables).map(|tables| tables.into_iter().map(|(_, info)| info).collect())
    }

    /// The table of that name, with its rows. The name of a series will do where it has one definition alone.
    ///
    /// # Errors
    /// When there is none, or the database cannot be read.
    pub fn table(&mut self, name: &str) -> Result<Table, StatisticsError> {
        self.store.read(|tx| {
            let all = tables(tx)?;
            let known = || all.iter().map(|(_, info)| info.id.clone()).collect();
            let by_id = all.iter().find(|(_, info)| info.id == name);
            let by_name = || all.iter().find(|(_, info)| info.definition.name() == name && info.revisions.is_empty());
            let Some((series, info)) = by_id.or_else(by_name) else {
                return Err(StatisticsError::NoTable { name: name.to_owned(), known: known() });
            };
            Ok(Table { rows: rows(tx, *series, info)?, info: info.clone() })
        })
    }
}

/// Every table with its number.
fn tables(tx: &Tx<'_>) -> Result<Vec<(i64, TableInfo)>, StatisticsError> {
    type Found = (i64, String, String, i64, Option<i64>);
    let sql = "SELECT id, fingerprint, definition, began, ended FROM series ORDER BY name, id";
    let found: Vec<Found> =
        tx.rows(sql, (), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))?;
    let mut tables = vec![];
    for (series, fingerprint, definition, began, ended) in found {
        let definition: Definition = serde_json::from_str(&definition)
            .map_err(|error| tx.damaged(format!("the definition of series {series}: {error}")))?;
        let short: String = fingerprint.chars().take(8).collect();
        let (first, last) = (released(tx, series, "ASC")?, released(tx, series, "DESC")?);
        let info = TableInfo {
            id: format!("{}.{short}", definition.name()),
            definition,
            began: Timestamp::from_second(began)?,
            ended: ended.map(Timestamp::from_second).transpose()?,
            updated: last.map(|(_, updated)| updated),
            period: first.zip(last).map(|((first, _), (last, _))| (first, last)),
            revisions: vec![],
        };
        tables.push((series, info));
    }
    let names: Vec<_> = tables.iter().map(|(_, info)| (info.definition.name(), info.id.clone())).collect();
    for (_, info) in &mut tables {
        let name = info.definition.name();
        let others = names.iter().filter(|(other, id)| *other == name && *id != info.id);
        info.revisions = others.map(|(_, id)| id.clone()).collect();
    }
    Ok(tables)
}

/// The first or the last span that was released, by the order, and when it was.
fn released(tx: &Tx<'_>, series: i64, order: &str) -> Result<Option<(Span, Timestamp)>, StatisticsError> {
    let sql = format!("SELECT start, end, released FROM ledger WHERE series = ?1 ORDER BY start {order} LIMIT 1");
    let found: Option<(i64, i64, i64)> = tx.row(&sql, [series], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let Some((start, end, at)) = found else { return Ok(None) };
    let span = Span { start: Timestamp::from_second(start)?, end: Timestamp::from_second(end)? };
    Ok(Some((span, Timestamp::from_second(at)?)))
}

/// A row a span: those in the ledger as it has them, and between them the gaps.
fn rows(tx: &Tx<'_>, series: i64, info: &TableInfo) -> Result<Vec<Row>, StatisticsError> {
    let sql = "SELECT start, end, watched FROM ledger WHERE series = ?1 ORDER BY start";
    let ledger: Vec<(i64, i64, f64)> = tx.rows(sql, [series], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let sql = "SELECT start, value FROM cell WHERE series = ?1 ORDER BY start, category";
    let cells: Vec<(i64, i64)> = tx.rows(sql, [series], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let (spans, mut cells) = (info.definition.spans()?, cells.into_iter().peekable());
    let mut rows: Vec<Row> = Vec::with_capacity(ledger.len());
    for (start, end, watched) in ledger {
        let span = Span { start: Timestamp::from_second(start)?, end: Timestamp::from_second(end)? };
        if let Some(before) = rows.last().map(|row| row.span.end).filter(|before| *before < span.start) {
            let gaps = spans.between(before, span.start)?.into_iter();
            rows.extend(gaps.map(|span| Row { span, watched: 0.0, drawn: vec![] }));
        }
        let drawn = std::iter::from_fn(|| cells.next_if(|(at, _)| *at == start)).map(|(_, value)| value).collect();
        rows.push(Row { span, watched: watched.clamp(0.0, 1.0), drawn });
    }
    Ok(rows)
}
