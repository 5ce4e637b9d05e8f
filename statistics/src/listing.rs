//! The tables that there are, as PxWeb's second API lists them, so that its clients find their way.

use crate::csv::local;
use crate::error::StatisticsError;
use crate::published::TableInfo;
use serde_json::{Value, json};

/// The list of tables. `base` is the address that the links begin with.
///
/// # Errors
/// When a time zone is none.
pub fn listing(tables: &[TableInfo], base: &str) -> Result<Value, StatisticsError> {
    let table = |info: &TableInfo| {
        let definition = &info.definition;
        let spans = definition.spans()?;
        let period = info.period.map(|(first, last)| (local(first.start, &spans), local(last.start, &spans)));
        let (first, last) = period.unzip();
        let link =
            |rel: &str, path: &str| json!({ "rel": rel, "hreflang": "en", "href": format!("{base}/tables/{path}") });
        Ok(json!({
            "type": "Table",
            "id": info.id,
            "label": definition.title(),
            "description": definition.measure.summary(),
            "updated": info.updated.map(|updated| updated.to_string()),
            "firstPeriod": first,
            "lastPeriod": last,
            "category": "public",
            "discontinued": info.ended.is_some(),
            "source": definition.site,
            "variableNames": ["time", definition.breakdown.dimension, "contents"],
            "links": [
                link("self", &info.id),
                link("metadata", &format!("{}/metadata", info.id)),
                link("data", &format!("{}/data", info.id)),
            ],
        }))
    };
    let tables = tables.iter().map(table).collect::<Result<Vec<_>, StatisticsError>>()?;
    let page = json!({ "pageNumber": 1, "pageSize": tables.len(), "totalElements": tables.len(), "totalPages": 1 });
    Ok(json!({ "language": "en", "tables": tables, "page": page }))
}
