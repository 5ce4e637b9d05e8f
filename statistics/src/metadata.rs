//! What must be known of a table to use it: its definition, what the noise is, how far the detector errs, what is missing.

use crate::csv::local;
use crate::definition::Definition;
use crate::error::StatisticsError;
use crate::published::{Status, Table, TableInfo};
use serde_json::{Value, json};

/// The metadata of a table.
///
/// # Errors
/// When its time zone is none.
pub fn metadata(table: &Table) -> Result<Value, StatisticsError> {
    let spans = table.info.definition.spans()?;
    let starts = |of: &dyn Fn(&crate::Row) -> bool| -> Vec<String> {
        table.rows.iter().filter(|row| of(row)).map(|row| local(row.span.start, &spans)).collect()
    };
    Ok(json!({
        "id": table.info.id,
        "title": table.info.definition.title(),
        "began": table.info.began.to_string(),
        "ended": table.info.ended.map(|ended| ended.to_string()),
        "updated": table.info.updated.map(|updated| updated.to_string()),
        "spans": table.rows.len(),
        "gaps": starts(&|row| row.drawn.is_empty()),
        "incomplete": starts(&|row| !row.drawn.is_empty() && !row.is_complete()),
        "extension": extension(&table.info),
    }))
}

/// The part of it that travels with every dataset.
pub(crate) fn extension(info: &TableInfo) -> Value {
    let definition = &info.definition;
    let noise = definition.noise().map(|noise| {
        json!({
            "mechanism": "discrete Laplace",
            "epsilon": noise.epsilon(),
            "sensitivity": 1,
            "standard_deviation": (noise.standard_deviation() * 1000.0).round() / 1000.0,
            "within_95_percent": noise.reach(0.95),
            "within_99_percent": noise.reach(0.99),
            "drawn": "once a cell",
        })
    });
    let signs = [Status::Incomplete, Status::Small, Status::Gap].map(|status| (status.sign(), status.meaning()));
    json!({
        "definition": definition,
        "fingerprint": definition.fingerprint(),
        "noise": noise,
        "detector_error": detector_error(definition),
        "interval": definition.covers(),
        "totals": "each grid is counted and drawn by itself: hours need not add up to days",
        "signs": signs.into_iter().collect::<std::collections::BTreeMap<_, _>>(),
        "revisions": info.revisions,
    })
}

/// By category: what is counted for each that is there, or that it is unknown.
fn detector_error(definition: &Definition) -> Value {
    let error = |category: usize| definition.detector.get(category).and_then(Option::as_ref);
    let said = |(category, name): (usize, &String)| {
        let said = error(category).map_or_else(
            || json!("unknown"),
            |error| {
                json!({
                    "counted_for_each": (error.ratio * 1000.0).round() / 1000.0,
                    "from": error.low,
                    "to": error.high,
                    "confidence": 0.95,
                    "measured_on": error.data,
                })
            },
        );
        (name.clone(), said)
    };
    definition.breakdown.categories.iter().enumerate().map(said).collect::<serde_json::Map<_, _>>().into()
}
