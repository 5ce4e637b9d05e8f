//! What every request passes before its route: an id, and limits of time, rate and size.

use crate::metrics::Counters;
use crate::problem::Problem;
use axum::Router;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use std::time::Duration;
use tower_governor::GovernorLayer;
use tower_governor::governor::GovernorConfigBuilder;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use vokter_rules::limits;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Headers that every answer has: nothing is guessed, framed, or sent on.
const HARDENED: [(HeaderName, &str); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"),
];

/// Sets the guards before a router.
pub fn guarded(router: Router, counters: Option<Counters>) -> Router {
    let rate = GovernorConfigBuilder::default()
        .per_millisecond(1000 / limits::REQUESTS_PER_SECOND)
        .burst_size(limits::REQUESTS_AT_ONCE)
        .finish();
    let router = match rate {
        Some(rate) => router.layer(GovernorLayer::new(Arc::new(rate)).error_handler(too_often)),
        None => router,
    };
    router
        .layer(RequestBodyLimitLayer::new(limits::REQUEST_BYTES))
        .layer(from_fn(in_time))
        .layer(from_fn(in_words))
        .layer(from_fn_with_state(counters, counted))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(SetRequestIdLayer::new(REQUEST_ID, MakeRequestUuid))
}

fn too_often(error: tower_governor::GovernorError) -> Response {
    match error {
        tower_governor::GovernorError::TooManyRequests { wait_time, .. } => {
            let problem =
                Problem::saying(StatusCode::TOO_MANY_REQUESTS, format!("try again in {} s", wait_time.max(1)));
            ([(header::RETRY_AFTER, HeaderValue::from(wait_time.max(1)))], problem).into_response()
        }
        _ => Problem::new(StatusCode::INTERNAL_SERVER_ERROR).into_response(),
    }
}

/// Counts every answer, by the path that the document has for it.
async fn counted(State(counters): State<Option<Counters>>, request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().cloned();
    let answer = next.run(request).await;
    if let Some(counters) = counters {
        counters.answered(path.as_ref().map_or("other", MatchedPath::as_str), answer.status());
    }
    answer
}

/// Gives up on a request that takes too long.
async fn in_time(request: Request, next: Next) -> Response {
    let limit = Duration::from_secs(limits::REQUEST_SECONDS);
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(answer) => answer,
        Err(_) => Problem::new(StatusCode::SERVICE_UNAVAILABLE).into_response(),
    }
}

/// Makes a problem of every refusal that is none yet, and hardens every answer.
async fn in_words(request: Request, next: Next) -> Response {
    let mut answer = next.run(request).await;
    let is_problem = answer.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/problem+json");
    if (answer.status().is_client_error() || answer.status().is_server_error()) && !is_problem {
        let (parts, _) = answer.into_parts();
        let mut problem = Problem::new(parts.status).into_response();
        for (name, value) in &parts.headers {
            if name != header::CONTENT_TYPE && name != header::CONTENT_LENGTH {
                problem.headers_mut().insert(name, value.clone());
            }
        }
        answer = problem.map(Body::new);
    }
    for (name, value) in HARDENED {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    answer
}
