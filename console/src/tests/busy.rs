//! While a lot is slow: no more wait for it than a bound, and what was begun is done whether or not its client waits.

use super::desk::{By, ParkingSite};
use crate::clients::Role;
use axum::http::Method;
use serde_json::json;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;
use uuid::Uuid;
use vokter_rules::limits;

/// Makes the lot wait until it is let go.
fn held(site: &ParkingSite) -> (Sender<()>, JoinHandle<()>) {
    let (north, (let_go, until), (begun, begins)) = (Arc::clone(&site.north), channel(), channel());
    let thread = std::thread::spawn(move || {
        north.hold(|| {
            begun.send(()).unwrap();
            until.recv().unwrap();
        });
    });
    begins.recv().unwrap();
    (let_go, thread)
}

#[tokio::test]
async fn inv_11_no_more_wait_for_a_lot_than_a_bound() {
    let site = Arc::new(ParkingSite::new());
    let (let_go, thread) = held(&site);
    let ask = |site: Arc<ParkingSite>| async move {
        site.ask(By::Nobody, Method::GET, "/north/occupancy", "", None).await.0.as_u16()
    };
    let waiting: Vec<_> = (0..limits::DESK_CALLS).map(|_| tokio::spawn(ask(Arc::clone(&site)))).collect();
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(ask(Arc::clone(&site)).await, 503);
    let_go.send(()).unwrap();
    thread.join().unwrap();
    for answer in waiting {
        assert_eq!(answer.await.unwrap(), 200);
    }
    assert_eq!(ask(site).await, 200);
}

#[tokio::test]
async fn what_was_begun_is_done_once_although_its_client_has_gone() {
    let site = Arc::new(ParkingSite::new());
    let session = site.north.enter("AB 12345");
    let (key, path) = (Uuid::now_v7(), format!("/north/sessions/{session}/grants"));
    let stamp = |site: Arc<ParkingSite>| {
        let path = path.clone();
        async move {
            let body = json!({ "entitlement": "validated" }).to_string();
            site.ask(site.of(Role::Tariff), Method::POST, &path, &body, Some(key)).await.0.as_u16()
        }
    };
    let (let_go, thread) = held(&site);
    let gone = tokio::spawn(stamp(Arc::clone(&site)));
    tokio::time::sleep(Duration::from_millis(200)).await;
    gone.abort();
    assert!(gone.await.unwrap_err().is_cancelled());
    assert_eq!(stamp(Arc::clone(&site)).await, 409, "it is being done");
    let_go.send(()).unwrap();
    thread.join().unwrap();
    let mut answer = 409;
    while answer == 409 {
        tokio::time::sleep(Duration::from_millis(10)).await;
        answer = stamp(Arc::clone(&site)).await;
    }
    assert_eq!((answer, site.north.state().matches("free_minutes").count()), (200, 1));
}
