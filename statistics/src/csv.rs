//! A table as comma-separated values (RFC 4180), one line a cell.

use crate::error::StatisticsError;
use crate::grid::Spans;
use crate::published::Table;
use jiff::Timestamp;
use std::fmt::Write as _;

/// A time as a reader in the place would say it, with its offset: it names one instant, when clocks go back too.
pub(crate) fn local(at: Timestamp, spans: &Spans) -> String {
    at.to_zoned(spans.zone().clone()).strftime("%Y-%m-%dT%H:%M%:z").to_string()
}

/// The table, with a line of names.
///
/// # Errors
/// When its time zone is none.
pub fn csv(table: &Table) -> Result<String, StatisticsError> {
    let definition = &table.info.definition;
    let spans = definition.spans()?;
    let mut text =
        format!("start,end,{},value,drawn,low,high,watched,status\r\n", field(&definition.breakdown.dimension));
    for row in &table.rows {
        let (start, end) = (local(row.span.start, &spans), local(row.span.end, &spans));
        for (category, name) in definition.breakdown.categories.iter().enumerate() {
            let number = |value: Option<i64>| value.map(|value| value.to_string()).unwrap_or_default();
            let (value, drawn) = (number(table.shown(row, category)), number(row.drawn.get(category).copied()));
            let interval = table.interval(row, category);
            let bound = |bound: Option<f64>| bound.map(|bound| format!("{bound:.1}")).unwrap_or_default();
            let (low, high) = (bound(interval.map(|it| it.low)), bound(interval.map(|it| it.high)));
            let status = table.status(row, category).sign();
            // Writing to a string does not fail.
            let _ = write!(
                text,
                "{start},{end},{},{value},{drawn},{low},{high},{:.4},{status}\r\n",
                field(name),
                row.watched
            );
        }
    }
    Ok(text)
}

/// A field, in quotes where it needs them.
fn field(text: &str) -> String {
    let is_plain = !text.contains(['"', ',', '\r', '\n']);
    if is_plain { text.to_owned() } else { format!("\"{}\"", text.replace('"', "\"\"")) }
}
