//! A driver's day, from look-up to exit, as machines and staff ask for it; and that no answer repeats a plate.

use super::desk::{By, ParkingSite};
use super::roles::{Asked, all};
use crate::clients::Role;
use axum::http::{Method, StatusCode};
use http_body_util::BodyExt as _;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, OnceLock};
use uuid::Uuid;
use vokter_parking::lot::Passed;

const PLATE: &str = "{\"plate\": \"ab-12 345\"}";

async fn post(site: &ParkingSite, role: Role, path: &str, body: &Value, key: Option<Uuid>) -> (u16, Value) {
    let (status, answer) = site.ask(site.of(role), Method::POST, path, &body.to_string(), key).await;
    (status.as_u16(), answer)
}

#[tokio::test]
async fn a_driver_looks_up_pays_and_leaves_and_is_nobody() {
    let site = ParkingSite::new();
    site.north.enter("AB 12345");
    site.north.wait(60);
    let (status, found) = site.ask(site.of(Role::Terminal), Method::POST, "/north/look-up", PLATE, None).await;
    assert_eq!(status, StatusCode::OK, "{found}");
    let stay = json!({
        "session": 1, "entered": "2026-11-23T09:00:00Z", "amount_due": { "minor": 3000, "currency": "NOK" },
        "quoted_until": "2026-11-23T10:05:00Z",
    });
    assert_eq!(found, json!({ "stays": [stay], "is_near": false }));
    let (key, whole) = (Uuid::now_v7(), json!({ "session": 1, "amount": { "minor": 3500, "currency": "NOK" } }));
    let (status, receipt) = post(&site, Role::Terminal, "/north/payments", &whole, Some(key)).await;
    assert_eq!(status, 201, "{receipt}");
    let nok = |minor: u64| json!({ "minor": minor, "currency": "NOK" });
    let number = receipt["number"].as_str().unwrap();
    assert_eq!(number.len(), 32);
    assert_eq!(
        receipt,
        json!({
            "number": number, "amount": nok(3000), "change": nok(500), "outstanding": nok(0),
            "paid": "2026-11-23T10:00:00Z", "leave_by": "2026-11-23T10:15:00Z",
        })
    );
    assert!(!site.north.state().contains("Session("), "{}", site.north.state());
    assert!(matches!(site.north.leave("AB 12345"), Passed::Undecided(_)), "nobody knows the plate any more");
    let again = post(&site, Role::Terminal, "/north/payments", &whole, Some(key)).await;
    assert_eq!(again, (201, receipt.clone()), "the same answer");
    let other = json!({ "session": 1, "amount": nok(1) });
    assert_eq!(post(&site, Role::Terminal, "/north/payments", &other, Some(key)).await.0, 422);
    assert_eq!(site.ask(site.of(Role::Terminal), Method::POST, "/north/look-up", PLATE, None).await.0, 404);
    let (exit, lane) = (format!("/north/receipts/{number}/exit"), json!({ "lane": "out" }));
    let opened = post(&site, Role::Gate, &exit, &lane, None).await;
    assert_eq!(opened, (200, json!({ "opens": true, "session": null, "amount_due": null })));
    assert_eq!(post(&site, Role::Gate, &exit, &lane, None).await.0, 409, "once");
    let crossing = json!({ "heading": "out" });
    assert_eq!(post(&site, Role::Gate, "/north/lanes/out/crossings", &crossing, Some(Uuid::now_v7())).await.0, 204);
    let refund = format!("/north/receipts/{number}/refund");
    assert_eq!(post(&site, Role::Staff, &refund, &json!({}), None).await, (200, json!({ "amount": nok(3000) })));
    assert_eq!(post(&site, Role::Staff, &refund, &json!({}), None).await.0, 409);
}

#[tokio::test]
async fn a_repetition_is_known_by_its_client_and_after_a_restart_by_the_lot() {
    let site = ParkingSite::new();
    let session = site.north.enter("AB 12345");
    site.north.wait(60);
    let (key, paid) = (Uuid::now_v7(), json!({ "session": session, "amount": { "minor": 3000, "currency": "NOK" } }));
    let missing = post(&site, Role::Terminal, "/north/payments", &paid, None).await;
    assert_eq!(missing.0, 400);
    let first = post(&site, Role::Terminal, "/north/payments", &paid, Some(key)).await;
    let restarted = ParkingSite { router: site.routes_anew(), ..site };
    let again = post(&restarted, Role::Terminal, "/north/payments", &paid, Some(key)).await;
    assert_eq!((first.0, &again), (201, &first), "the lot remembers it");
    let part = json!({ "session": session, "amount": { "minor": 1, "currency": "NOK" } });
    assert_eq!(post(&restarted, Role::Terminal, "/north/payments", &part, Some(key)).await.0, 422);
}

#[tokio::test]
async fn a_stamp_that_is_sent_twice_counts_once() {
    let site = ParkingSite::new();
    let session = site.north.enter("AB 12345");
    site.north.wait(60);
    let (path, stamp) = (format!("/north/sessions/{session}/grants"), json!({ "entitlement": "validated" }));
    let key = Uuid::now_v7();
    let (status, due) = post(&site, Role::Tariff, &path, &stamp, Some(key)).await;
    assert_eq!((status, &due["amount_due"]["minor"]), (200, &0.into()), "{due}");
    site.north.wait(150);
    let again = post(&site, Role::Tariff, &path, &stamp, Some(key)).await;
    assert_eq!(again, (200, due), "the answer of then");
    assert_eq!(site.north.state().matches("free_minutes").count(), 1);
    assert_eq!(post(&site, Role::Tariff, &path, &stamp, Some(Uuid::now_v7())).await.0, 200);
    assert_eq!(site.north.state().matches("free_minutes").count(), 2, "another stamp");
    let restarted = ParkingSite { router: site.routes_anew(), ..site };
    assert_eq!(post(&restarted, Role::Tariff, &path, &stamp, Some(key)).await.0, 200);
    assert_eq!(restarted.north.state().matches("free_minutes").count(), 2, "the lot remembers the key");
    let site = restarted;
    let exempt = json!({ "entitlement": "exempt" });
    let (status, problem) = post(&site, Role::Tariff, &path, &exempt, Some(Uuid::now_v7())).await;
    assert_eq!((status, problem["detail"].as_str()), (422, Some("the tariff has nothing for that claim")));
    let price = json!({ "amount": { "minor": 100, "currency": "NOK" } });
    let path = format!("/north/sessions/{session}/price");
    assert_eq!(post(&site, Role::Tariff, &path, &price, None).await.0, 409, "it has a tariff of its own");
}

#[tokio::test]
async fn the_staff_gives_a_permit_finds_it_by_plate_and_withdraws_it() {
    let site = ParkingSite::new();
    let (status, given) = post(&site, Role::Staff, "/north/permits", &permit("2027-11-01T00:00:00+01"), None).await;
    assert_eq!((status, &given["until"]), (201, &"2027-10-31T23:00:00Z".into()), "{given}");
    let list = json!({ "permits": [given] });
    let staff = || site.of(Role::Staff);
    assert_eq!(site.ask(staff(), Method::GET, "/north/permits", "", None).await, (StatusCode::OK, list.clone()));
    let of_it = site.ask(staff(), Method::POST, "/north/permits/look-up", PLATE, None).await;
    assert_eq!(of_it, (StatusCode::OK, list));
    let other = json!({ "plate": "CD 67890" });
    let (status, of_other) = post(&site, Role::Staff, "/north/permits/look-up", &other, None).await;
    assert_eq!((status, of_other), (200, json!({ "permits": [] })));
    let path = format!("/north/permits/{}", given["permit"]);
    for status in [StatusCode::NO_CONTENT, StatusCode::NOT_FOUND] {
        assert_eq!(site.ask(staff(), Method::DELETE, &path, "", None).await.0, status);
    }
    for (body, status) in [
        (permit("2026-11-23T09:00:00Z"), 422),
        (permit("2027-11-25T09:00:01Z"), 422),
        (json!({ "plate": "A", "entitlement": "resident", "until": "2027-11-01T00:00:00Z" }), 422),
        (json!({ "plate": "AB 12345", "entitlement": "exempt", "until": "2027-11-01T00:00:00Z" }), 422),
        (json!({ "plate": "AB 12345", "entitlement": "validated", "until": "2027-11-01T00:00:00Z" }), 422),
        (json!({ "plate": "AB 12345", "entitlement": "resident" }), 422),
    ] {
        assert_eq!(post(&site, Role::Staff, "/north/permits", &body, None).await.0, status, "{body}");
    }
    let decided = site.north.decided.lock().unwrap().clone();
    let by_anna = |what| ("anna".to_owned(), what);
    assert_eq!(decided, [by_anna("a permit"), by_anna("a permit withdrawn")]);
}

fn permit(until: &str) -> Value {
    json!({ "plate": "AB 12345", "entitlement": "resident", "until": until })
}

#[tokio::test]
async fn another_system_prices_where_the_lot_does_not() {
    let site = ParkingSite::external();
    let session = site.north.enter("AB 12345");
    site.north.wait(60);
    let (_, found) = site.ask(site.of(Role::Terminal), Method::POST, "/north/look-up", PLATE, None).await;
    assert_eq!((&found["stays"][0]["amount_due"], &found["stays"][0]["quoted_until"]), (&Value::Null, &Value::Null));
    let amount = json!({ "minor": 2500, "currency": "NOK" });
    let payment = json!({ "session": session, "amount": amount });
    assert_eq!(post(&site, Role::Terminal, "/north/payments", &payment, Some(Uuid::now_v7())).await.0, 409);
    let path = format!("/north/sessions/{session}/price");
    let (status, due) = post(&site, Role::Tariff, &path, &json!({ "amount": amount }), None).await;
    assert_eq!((status, &due["amount_due"]), (200, &amount));
    assert_eq!(post(&site, Role::Terminal, "/north/payments", &payment, Some(Uuid::now_v7())).await.0, 201);
}

#[tokio::test]
async fn the_staff_decides_and_each_decision_is_somebodys() {
    let site = ParkingSite::new();
    let session = site.north.enter("AB 12345");
    site.north.leave("XY 98765");
    let (_, list) = site.ask(site.of(Role::Staff), Method::GET, "/north/exceptions", "", None).await;
    let exception = &list["exceptions"][0];
    assert_eq!((&exception["kind"], &exception["lane"]), (&"missed-entry".into(), &"out".into()));
    let path = format!("/north/exceptions/{}/decision", exception["exception"]);
    for (decision, status) in [
        (json!({ "decision": "is" }), 422),
        (json!({ "decision": "release", "session": 1 }), 422),
        (json!({ "decision": "forgive" }), 422),
        (json!({ "decision": "is", "session": 1 }), 409),
        (json!({ "decision": "release" }), 204),
        (json!({ "decision": "release" }), 404),
    ] {
        assert_eq!(post(&site, Role::Staff, &path, &decision, None).await.0, status, "{decision}");
    }
    assert_eq!(post(&site, Role::Staff, &format!("/north/sessions/{session}/waiver"), &json!({}), None).await.0, 204);
    let (status, _) = site.ask(site.of(Role::Staff), Method::PUT, "/north/occupancy", "{\"occupied\": 40}", None).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert_eq!(site.ask(By::Nobody, Method::GET, "/north/occupancy", "", None).await.1["count"], 40);
    assert_eq!(site.ask(By::Nobody, Method::GET, "/north/free-spaces", "", None).await.1, json!({ "free_spaces": 60 }));
    assert_eq!(site.ask(By::Nobody, Method::GET, "/north/place", "", None).await.1["supplyQuantity"], 100);
    assert_eq!(site.ask(By::Nobody, Method::GET, "", "", None).await.1, json!({ "lots": ["north"] }));
    let decided = site.north.decided.lock().unwrap();
    assert!(decided.iter().all(|(who, _)| who == "anna"), "{decided:?}");
    assert_eq!(decided.last().unwrap().1, "recount");
}

#[tokio::test]
async fn a_body_that_is_not_what_is_asked_for_is_refused() {
    let site = ParkingSite::new();
    let ask = async |body: &str| {
        let (status, problem) = site.ask(site.of(Role::Terminal), Method::POST, "/north/look-up", body, None).await;
        (status.as_u16(), problem["detail"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(ask("{").await, (400, "the body is no JSON (line 1, column 1)".to_owned()));
    assert_eq!(ask("{\"plate\": 7}").await.0, 422);
    assert_eq!(ask("{\"plate\": \"AB 12345\", \"more\": 1}").await.0, 422);
    assert_eq!(ask("{\"plate\": \"?\"}").await, (422, "a plate is 2 to 16 letters and digits".to_owned()));
    assert_eq!(ask(&format!("{{\"plate\": \"{}\"}}", "A".repeat(5000))).await.0, 413);
    let mut untyped = ParkingSite::request(&By::Nobody, &Method::POST, "/v1/parking/lots/north/look-up", PLATE, None);
    untyped.headers_mut().remove("content-type");
    site.terminal.sign(&mut untyped, PLATE, jiff::Timestamp::now().as_second());
    assert_eq!(site.send(untyped).await.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test]
async fn what_was_asked_is_counted_and_nothing_of_a_lot_is() {
    let site = ParkingSite::new();
    let session = site.north.enter("AB 12345");
    site.north.wait(60);
    site.ask(site.of(Role::Terminal), Method::POST, "/north/look-up", PLATE, None).await;
    let payment = json!({ "session": session, "amount": { "minor": 1000, "currency": "NOK" } });
    post(&site, Role::Terminal, "/north/payments", &payment, Some(Uuid::now_v7())).await;
    site.ask(By::Nobody, Method::GET, "/north/exceptions", "", None).await;
    let shown = site.send(ParkingSite::request(&By::Nobody, &Method::GET, "/metrics", "", None)).await;
    let shown = String::from_utf8(shown.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap();
    for line in [
        "vokter_http_requests_total{class=\"2xx\",route=\"/v1/parking/lots/{lot}/look-up\"} 1",
        "vokter_http_requests_total{class=\"4xx\",route=\"/v1/parking/lots/{lot}/exceptions\"} 1",
        "vokter_parking_payments_total{taken=\"part\"} 1",
    ] {
        assert!(shown.contains(line), "{line}\n{shown}");
    }
    assert!(!shown.contains("north") && !shown.contains("12345"));
}

/// All that is logged from now on, by every crate and thread, in full.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn logged() -> &'static Log {
    static LOG: OnceLock<Log> = OnceLock::new();
    LOG.get_or_init(|| {
        let log = Log::default();
        let to = log.clone();
        let all = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false);
        all.with_writer(move || to.clone()).init();
        log
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// A plate that is sent to any operation, as what is asked for or as something else, stands in no answer.
    #[test]
    fn inv_6_no_answer_and_no_log_line_repeats_the_plate_that_was_sent(plate in "[G-Z]{2}[0-9]{5}", is_known: bool) {
        let log = logged();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let site = ParkingSite::new();
            if is_known {
                site.north.enter(&plate);
                site.north.wait(30);
            }
            let bodies = [
                json!({ "plate": plate }).to_string(),
                json!({ &plate: 1 }).to_string(),
                json!({ "lane": plate, "heading": plate, "decision": plate, "entitlement": plate }).to_string(),
                json!({ "decision": plate }).to_string(),
                json!({ "plate": plate, "entitlement": "resident", "until": "2027-01-01T00:00:00Z" }).to_string(),
                json!({ "entitlement": plate }).to_string(),
                json!({ "amount": { "minor": 1, "currency": plate } }).to_string(),
                json!({ "lane": plate }).to_string(),
                format!("{{\"plate\": \"{plate}"),
                format!("{{\"plate\": \"{plate}\"}} {plate}"),
                plate.clone(),
            ];
            for Asked { method, path, role, .. } in all().into_iter().filter(|asked| asked.method != Method::GET) {
                for body in &bodies {
                    for by in [Some(By::Nobody), role.map(|role| site.of(role))].into_iter().flatten() {
                        let key = (method == Method::POST).then(Uuid::now_v7);
                        let answer = site.send(ParkingSite::request(&by, &method, &path, body, key)).await;
                        let (parts, answer) = answer.into_parts();
                        let answer = answer.collect().await.unwrap().to_bytes();
                        let said = format!("{:?} {}", parts.headers, String::from_utf8_lossy(&answer)).to_uppercase();
                        prop_assert!(!said.contains(&plate), "{method} {path} {body}: {said}");
                    }
                }
            }
            let shown = site.send(ParkingSite::request(&By::Nobody, &Method::GET, "/metrics", "", None)).await;
            let shown = shown.into_body().collect().await.unwrap().to_bytes();
            prop_assert!(!String::from_utf8_lossy(&shown).contains(&plate));
            tracing::info!("the log is heard");
            let log = String::from_utf8_lossy(&log.0.lock().unwrap()).to_uppercase();
            prop_assert!(log.contains("THE LOG IS HEARD") && !log.contains(&plate));
            Ok(())
        })?;
    }
}
