//! Whether the machine is well: for supervisors and dashboards.

use super::Site;
use crate::problem::Problem;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use prometheus::{Encoder as _, TextEncoder};

/// The process answers.
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "system",
    responses((status = 200, description = "It answers", body = String, content_type = "text/plain", example = "ok\n")),
    extensions(("x-role" = json!("anyone")), ("x-purpose" = json!("none")))
)]
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// The site does what it is there for: every camera runs, or rests outside its schedule.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "system",
    responses(
        (status = 200, description = "It is ready", body = String, content_type = "text/plain", example = "ready\n"),
        (status = 503, description = "It is not, for the reason given", body = Problem, content_type = "application/problem+json")
    ),
    extensions(("x-role" = json!("anyone")), ("x-purpose" = json!("none")))
)]
pub async fn readyz(State(site): State<Site>) -> Response {
    match (site.readiness)() {
        Ok(()) => "ready\n".into_response(),
        Err(why) => Problem::saying(StatusCode::SERVICE_UNAVAILABLE, why).into_response(),
    }
}

/// Counters of the machine, as Prometheus reads them. Names and labels are a closed list; no count of a released series is
/// among them.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "system",
    responses((status = 200, description = "The counters", body = String, content_type = "text/plain")),
    extensions(("x-role" = json!("anyone")), ("x-purpose" = json!("none")))
)]
pub async fn metrics(State(site): State<Site>) -> Response {
    let (encoder, mut text) = (TextEncoder::new(), Vec::new());
    match encoder.encode(&site.metrics.gather(), &mut text) {
        Ok(()) => ([(header::CONTENT_TYPE, encoder.format_type().to_owned())], text).into_response(),
        Err(_) => Problem::new(StatusCode::INTERNAL_SERVER_ERROR).into_response(),
    }
}
