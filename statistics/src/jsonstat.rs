//! A table as a JSON-stat 2.0 dataset (json-stat.org/full): dimensions time, breakdown and contents, in that order.

use crate::csv::local;
use crate::error::StatisticsError;
use crate::metadata::extension;
use crate::published::{Status, Table};
use serde_json::{Map, Value, json};

/// What stands in each cell.
const CONTENTS: [(&str, &str); 4] = [
    ("value", "Value as shown"),
    ("drawn", "Value as drawn"),
    ("low", "Lower end of the interval"),
    ("high", "Upper end of the interval"),
];

/// The table as a dataset.
///
/// # Errors
/// When its time zone is none.
pub fn json_stat(table: &Table) -> Result<Value, StatisticsError> {
    let definition = &table.info.definition;
    let spans = definition.spans()?;
    let breakdown = &definition.breakdown;
    let times: Vec<_> = table.rows.iter().map(|row| local(row.span.start, &spans)).collect();
    let (mut values, mut status) = (vec![], Map::new());
    for row in &table.rows {
        for category in 0..breakdown.categories.len() {
            let interval = table.interval(row, category);
            let tenth = |bound: f64| json!((bound * 10.0).round() / 10.0);
            let said = table.status(row, category);
            if said != Status::Complete {
                status.insert(values.len().to_string(), json!(said.sign()));
            }
            values.push(json!(table.shown(row, category)));
            values.push(json!(row.drawn.get(category)));
            values.push(interval.map_or(Value::Null, |it| tenth(it.low)));
            values.push(interval.map_or(Value::Null, |it| tenth(it.high)));
        }
    }
    let contents: Map<_, _> = CONTENTS.iter().map(|(id, label)| ((*id).to_owned(), json!(label))).collect();
    let units: Map<_, _> = CONTENTS
        .iter()
        .enumerate()
        .map(|(index, (id, _))| {
            let decimals = if index < 2 { 0 } else { 1 };
            ((*id).to_owned(), json!({ "label": "number", "decimals": decimals }))
        })
        .collect();
    let mut dataset = json!({
        "version": "2.0",
        "class": "dataset",
        "label": definition.title(),
        "source": definition.site,
        "id": ["time", breakdown.dimension, "contents"],
        "size": [times.len(), breakdown.categories.len(), CONTENTS.len()],
        "role": { "time": ["time"], "metric": ["contents"] },
        "dimension": {
            "time": { "label": "time", "category": { "index": times } },
            breakdown.dimension.as_str(): {
                "label": breakdown.dimension,
                "category": { "index": breakdown.categories },
            },
            "contents": {
                "label": "contents",
                "category": { "index": CONTENTS.map(|(id, _)| id), "label": contents, "unit": units },
            },
        },
        "value": values,
        "extension": extension(&table.info),
    });
    if let (Some(updated), Some(dataset)) = (table.info.updated, dataset.as_object_mut()) {
        dataset.insert("updated".to_owned(), json!(updated.to_string()));
    }
    if let (false, Some(dataset)) = (status.is_empty(), dataset.as_object_mut()) {
        dataset.insert("status".to_owned(), Value::Object(status));
    }
    Ok(dataset)
}
