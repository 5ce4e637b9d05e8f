//! A table as comma-separated values (RFC 4180), one line a cell.

use crate::error::StatisticsError;
use crate::grid::Spans;
use crate::published::Table;
use jiff::Timestamp;
use std::fmt::{self, Write as _};

/// A time as a reader in the place would say it, with its offset: it names one instant, when clocks go back too.
pub(crate) fn local(at: Timestamp, spans: &Spans) -> String {
    at.to_zoned(spans.zone().clone()).strftime("%Y-%m-%dT%H:%M%:z").to_string()
}

/// The table, with a line of names.
///
/// # Errors
/// When its time zone is none.
pub fn csv(table: &Table) -> Result<String, StatisticsError> {
    let breakdown = &table.info.definition.breakdown;
    let spans = table.info.definition.spans()?;
    let names: Vec<_> = breakdown.categories.iter().map(|name| field(name)).collect();
    let mut text = format!("start,end,{},value,drawn,low,high,watched,status\r\n", field(&breakdown.dimension));
    for row in &table.rows {
        let (start, end) = (local(row.span.start, &spans), local(row.span.end, &spans));
        let watched = format!("{:.2}", row.watched);
        for (category, name) in names.iter().enumerate() {
            let interval = table.interval(row, category);
            text.extend([start.as_str(), ",", end.as_str(), ",", name.as_str(), ","]);
            optional(&mut text, table.shown(row, category));
            optional(&mut text, row.drawn.get(category));
            optional(&mut text, interval.map(|interval| Tenths(interval.low)));
            optional(&mut text, interval.map(|interval| Tenths(interval.high)));
            text.extend([watched.as_str(), ",", table.status(row, category).sign(), "\r\n"]);
        }
    }
    Ok(text)
}

/// A number with one decimal.
struct Tenths(f64);

impl fmt::Display for Tenths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = (self.0 * 10.0).round() as i64;
        write!(f, "{}.{}", tenths / 10, tenths % 10)
    }
}

/// A field that may be empty, and the comma after it.
fn optional(text: &mut String, value: Option<impl fmt::Display>) {
    if let Some(value) = value {
        // Writing to a string does not fail.
        let _ = write!(text, "{value}");
    }
    text.push(',');
}

/// A field, in quotes where it needs them.
fn field(text: &str) -> String {
    let is_plain = !text.contains(['"', ',', '\r', '\n']);
    if is_plain { text.to_owned() } else { format!("\"{}\"", text.replace('"', "\"\"")) }
}
