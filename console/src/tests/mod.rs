//! The routes as clients meet them.

mod busy;
mod desk;
mod parking;
mod roles;
mod wire;

use crate::routes::documentation::{extension, operations};
use crate::{Role, Site, document, router};
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Method, Request, Response, StatusCode, header};
use http_body_util::BodyExt as _;
use prometheus::{IntCounter, Registry};
use std::net::SocketAddr;
use std::sync::Arc;
use tower::ServiceExt as _;
use vokter_rules::limits;
use vokter_rules::purpose::PurposeKind;

fn site(is_ready: bool) -> (Router, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let metrics = Registry::new();
    let counter = IntCounter::new("vokter_things_total", "things").unwrap();
    counter.inc_by(7);
    metrics.register(Box::new(counter)).unwrap();
    let readiness = Arc::new(move || if is_ready { Ok(()) } else { Err("camera `gate` is lost".to_owned()) });
    (
        router(Site { statistics: Some(folder.path().to_owned()), parking: None, clients: None, metrics, readiness }),
        folder,
    )
}

fn request(method: Method, path: &str, body: Body) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path).body(body).unwrap();
    request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 40_000))));
    request
}

async fn ask(router: &Router, method: Method, path: &str) -> Response<Body> {
    router.clone().oneshot(request(method, path, Body::empty())).await.unwrap()
}

async fn text(answer: Response<Body>) -> String {
    String::from_utf8(answer.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

#[test]
fn every_operation_says_which_role_it_asks_for_and_which_purpose_it_serves() {
    let document = document();
    let mut count = 0;
    for (path, item) in &document.paths.paths {
        for (method, operation) in operations(item) {
            let (role, purpose) = (extension(operation, "x-role"), extension(operation, "x-purpose"));
            assert!(role == "anyone" || Role::from_name(&role).is_some(), "{method} {path}: {role}");
            assert!(purpose == "none" || PurposeKind::from_name(&purpose).is_some(), "{method} {path}: {purpose}");
            assert!(
                operation.summary.is_some()
                    && operation.responses.responses.keys().any(|status| status.starts_with('2')),
                "{method} {path}"
            );
            count += 1;
        }
    }
    assert_eq!(count, 29);
    assert!(document.to_json().unwrap().starts_with("{\"openapi\":\"3.1"));
}

#[tokio::test]
async fn the_machine_says_whether_it_is_well_and_ready() {
    let (well, _folder) = site(true);
    assert_eq!(text(ask(&well, Method::GET, "/healthz").await).await, "ok\n");
    assert_eq!(text(ask(&well, Method::GET, "/readyz").await).await, "ready\n");
    assert!(text(ask(&well, Method::GET, "/metrics").await).await.contains("vokter_things_total 7"));
    let (ill, _folder) = site(false);
    let answer = ask(&ill, Method::GET, "/readyz").await;
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(text(answer).await.contains("camera `gate` is lost"));
}

#[tokio::test]
async fn every_refusal_is_a_problem_with_an_id_and_repeats_nothing() {
    let (router, _folder) = site(true);
    for (method, path, status) in [
        (Method::GET, "/nowhere/CANARY", StatusCode::NOT_FOUND),
        (Method::POST, "/healthz", StatusCode::METHOD_NOT_ALLOWED),
        (Method::GET, "/v1/statistics/tables/CANARY/data", StatusCode::NOT_FOUND),
        (Method::GET, "/v1/statistics/tables/x/data?outputFormat=CANARY", StatusCode::BAD_REQUEST),
        (Method::GET, "/v1/statistics/tables/x/plot?week=CANARY", StatusCode::BAD_REQUEST),
    ] {
        let answer = ask(&router, method, path).await;
        assert_eq!(answer.status(), status, "{path}");
        assert_eq!(answer.headers()[header::CONTENT_TYPE], "application/problem+json", "{path}");
        assert_eq!(answer.headers()["x-request-id"].len(), 36, "{path}");
        assert_eq!(answer.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff", "{path}");
        let problem = text(answer).await;
        let read: serde_json::Value = serde_json::from_str(&problem).unwrap();
        assert_eq!((&read["type"], &read["status"]), (&"about:blank".into(), &status.as_u16().into()));
        assert!(!problem.contains("CANARY"), "{problem}");
    }
    let large = Body::from(vec![b'x'; limits::REQUEST_BYTES + 1]);
    let mut too_large = request(Method::GET, "/healthz", large);
    too_large.headers_mut().insert(header::CONTENT_LENGTH, (limits::REQUEST_BYTES + 1).into());
    assert_eq!(router.clone().oneshot(too_large).await.unwrap().status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn who_asks_too_often_is_told_to_wait_and_nobody_else_is() {
    let (router, _folder) = site(true);
    let mut refused = 0;
    for _ in 0..limits::REQUESTS_AT_ONCE * 2 {
        let answer = ask(&router, Method::GET, "/healthz").await;
        if answer.status() == StatusCode::TOO_MANY_REQUESTS {
            assert!(answer.headers().contains_key(header::RETRY_AFTER));
            refused += 1;
        }
    }
    assert!(refused > 0);
    let mut other = request(Method::GET, "/healthz", Body::empty());
    other.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 2], 40_000))));
    assert_eq!(router.oneshot(other).await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn the_page_shows_every_operation_and_asks_nothing_of_other_machines() {
    let (router, _folder) = site(true);
    let page = text(ask(&router, Method::GET, "/").await).await;
    for (path, item) in &document().paths.paths {
        for (method, _) in operations(item) {
            assert!(page.contains(&format!("{method} {path}")), "{method} {path}");
        }
    }
    assert!(!page.contains("<script") && !page.contains("http://") && !page.contains("https://"), "{page}");
    let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    let served = text(ask(&router, Method::GET, "/openapi.json").await).await;
    assert_eq!(read(&served), read(&document().to_json().unwrap()));
}
