//! What was released, for anyone: no role, no purpose and no reason, since it is about nobody (IVA-11c).
//!
//! Paths and names are those of PxWeb's second API, so that its clients find their way.

use super::Site;
use crate::problem::Problem;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use vokter_statistics::{
    Language, Published, StatisticsError, Table, csv, json_stat, listing, parquet, series_plot, statement, week_profile,
};

/// Where the tables are.
pub const BASE: &str = "/v1/statistics";

/// In which format.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// A JSON-stat 2.0 dataset.
    #[default]
    #[serde(alias = "json-stat2")]
    JsonStat,
    /// Comma-separated values.
    Csv,
    /// Apache Parquet.
    Parquet,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
pub struct DataQuery {
    /// In which format: `json-stat`, `csv` or `parquet`.
    #[serde(default, rename = "outputFormat")]
    #[param(inline)]
    output_format: Format,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
pub struct PlotQuery {
    /// The average week rather than the whole time.
    #[serde(default)]
    week: bool,
}

/// In which language.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Tongue {
    /// English.
    #[default]
    En,
    /// Norwegian, bokmål.
    Nb,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
pub struct StatementQuery {
    /// In which language: `en` or `nb`.
    #[serde(default)]
    #[param(inline)]
    language: Tongue,
}

/// The tables that there are.
#[utoipa::path(
    get,
    path = "/v1/statistics/tables",
    tag = "statistics",
    responses((status = 200, description = "A page of tables, as PxWeb lists them", body = Object)),
    extensions(("x-role" = json!("anyone")), ("x-purpose" = json!("anonymous-counting")))
)]
pub async fn tables(State(site): State<Site>) -> Result<Response, Problem> {
    blocking(site, |published| Ok(json(&listing(&published.tables()?, BASE)?))).await
}

/// One of the tables.
#[utoipa::path(
    get,
    path = "/v1/statistics/tables/{id}",
    tag = "statistics",
    params(("id" = String, Path, description = "The table")),
    responses(
        (status = 200, description = "The table, as PxWeb lists it", body = Object),
        (status = 404, description = "There is no such table", body = Problem, content_type = "application/problem+json")
    ),
    extensions(("x-role" = json!("anyone")), ("x-purpose" = json!("anonymous-counting")))
)]
pub async fn one(State(site): State<Site>, Path(id): Path<String>) -> Result<Response, Problem> {
    table(site, id, |_, table| {
        let listed = listing(std::slice::from_ref(&table.info), BASE)?;
        Ok(json(listed.pointer("/tables/0").unwrap_or(&listed)))
    })
    .await
}

/// What must be known of a table to use it: definition, noise, detector error, gaps, revisions.
#[utoipa::path(
    get,
    path = "/v1/statistics/tables/{id}/metadata",
    tag = "statistics",
    params(("id" = String, Path, description = "The table")),
    responses(
        (status = 200, description = "The metadata", body = Object),
        (status = 404, description = "There is no such table", body = Problem, content_type = "application/problem+json")
    ),
    extensions(("x-role" = json!("anyone")), ("x-purpose" = json!("anonymous-counting")))
)]
pub async fn metadata(State(site): State<Site>, Path(id): Path<String>) -> Result<Response, Problem> {
    table(site, id, |_, table| Ok(json(&vokter_statistics::metadata(table)?))).await
}

/// The values of a table: as shown, as drawn, and the interval that the truth lies in.
#[utoipa::path(
    get,
    path = "/v1/statistics/tables/{id}/data",
    tag = "statistics",
    params(("id" = String, Path, description = "The table"), DataQuery),
    responses(
        (status = 200, description = "The values", body = Object),
        (status = 404, description = "There is no such table", body = Problem, content_type = "application/problem+json")
    ),
    extensions(("x-role" = json!("anyone")), ("x-purpose" = json!("anonymous-counting")))
)]
pub async fn data(
    State(site): State<Site>,
    Path(id): Path<String>,
    Query(query): Query<DataQuery>,
) -> Result<Response, Problem> {
    table(site, id, move |_, table| {
        Ok(match query.output_format {
            Format::JsonStat => json(&json_stat(table)?),
            Format::Csv => typed("text/csv; charset=utf-8", csv(table)?.into_bytes()),
            Format::Parquet => typed("application/vnd.apache.parquet", parquet(table)?),
        })
    })
    .await
}

/// A picture of a table, as SVG.
#[utoipa::path(
    get,
    path = "/v1/statistics/tables/{id}/plot",
    tag = "statistics",
    params(("id" = String, Path, description = "The table"), PlotQuery),
    responses(
        (status = 200, description = "The picture", body = String, content_type = "image/svg+xml"),
        (status = 404, description = "There is no such table", body = Problem, content_type = "application/problem+json")
    ),
    extensions(("x-role" = json!("anyone")), ("x-purpose" = json!("anonymous-counting")))
)]
pub async fn plot(
    State(site): State<Site>,
    Path(id): Path<String>,
    Query(query): Query<PlotQuery>,
) -> Result<Response, Problem> {
    table(site, id, move |_, table| {
        let picture = if query.week { week_profile(table)? } else { series_plot(table)? };
        Ok(typed("image/svg+xml", picture.into_bytes()))
    })
    .await
}

/// What a table promises to those who were counted, in plain words.
#[utoipa::path(
    get,
    path = "/v1/statistics/tables/{id}/statement",
    tag = "statistics",
    params(("id" = String, Path, description = "The table"), StatementQuery),
    responses(
        (status = 200, description = "The statement", body = String, content_type = "text/plain"),
        (status = 404, description = "There is no such table", body = Problem, content_type = "application/problem+json")
    ),
    extensions(("x-role" = json!("anyone")), ("x-purpose" = json!("anonymous-counting")))
)]
pub async fn privacy(
    State(site): State<Site>,
    Path(id): Path<String>,
    Query(query): Query<StatementQuery>,
) -> Result<Response, Problem> {
    table(site, id, move |published, table| {
        let language = match query.language {
            Tongue::En => Language::English,
            Tongue::Nb => Language::Norwegian,
        };
        let words = statement(&table.info, &published.tables()?, language);
        Ok(typed("text/plain; charset=utf-8", words.into_bytes()))
    })
    .await
}

/// Answers about one table.
async fn table(
    site: Site,
    id: String,
    answer: impl FnOnce(&mut Published, &Table) -> Result<Response, StatisticsError> + Send + 'static,
) -> Result<Response, Problem> {
    blocking(site, move |published| {
        let table = published.table(&id)?;
        answer(published, &table)
    })
    .await
}

/// Reads the database on a thread that may wait.
async fn blocking(
    site: Site,
    answer: impl FnOnce(&mut Published) -> Result<Response, StatisticsError> + Send + 'static,
) -> Result<Response, Problem> {
    let nothing = || Problem::saying(StatusCode::NOT_FOUND, "nothing was released yet");
    let folder = site.statistics.ok_or_else(nothing)?;
    let read = move || Published::open(&folder).and_then(|mut published| answer(&mut published));
    match tokio::task::spawn_blocking(read).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(problem(&error)),
        Err(_) => Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR)),
    }
}

fn json(value: &serde_json::Value) -> Response {
    typed("application/json", serde_json::to_vec(value).unwrap_or_default())
}

fn typed(kind: &'static str, body: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, kind)], body).into_response()
}

/// What is said of an error: nothing of the disk, which is the administrator's.
fn problem(error: &StatisticsError) -> Problem {
    match error {
        StatisticsError::NoTable { .. } => {
            Problem::saying(StatusCode::NOT_FOUND, format!("there is no such table; {BASE}/tables lists them"))
        }
        StatisticsError::NoStatistics(_) => Problem::saying(StatusCode::NOT_FOUND, "nothing was released yet"),
        other => {
            tracing::error!("statistics cannot be read: {other}");
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR)
        }
    }
}
