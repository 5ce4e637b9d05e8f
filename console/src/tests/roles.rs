//! Each operation of the document, asked by nobody, by every wrong role and by the right one; and how one is not known.

use super::desk::{By, ParkingSite};
use crate::clients::Role;
use crate::document;
use crate::routes::documentation::{extension, operations};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use jiff::Timestamp;
use uuid::Uuid;

/// An operation.
pub struct Asked {
    pub method: Method,
    /// Its path, filled in.
    pub path: String,
    /// The role that it asks for.
    pub role: Option<Role>,
    /// How the document says that it answers.
    said: Vec<String>,
}

/// Every operation of the document.
pub fn all() -> Vec<Asked> {
    let mut found = vec![];
    for (path, item) in &document().paths.paths {
        for (method, operation) in operations(item) {
            let mut filled = path.replace("{lot}", "north").replace("{terminal}", "hall").replace("{lane}", "out");
            filled = filled.replace("{session}", "1").replace("{exception}", "1").replace("{id}", "visitors");
            filled = filled.replace("{receipt}", &"0".repeat(32));
            let role = Role::from_name(&extension(operation, "x-role"));
            let said = operation.responses.responses.keys().cloned().collect();
            found.push(Asked { method: method.parse().unwrap(), path: filled, role, said });
        }
    }
    found
}

#[tokio::test]
async fn each_operation_is_for_the_role_that_the_document_names() {
    let site = ParkingSite::new();
    let mut asked = 0;
    for Asked { method, path, role, said } in all() {
        let send = async |by: By<'_>| {
            let body = if method == Method::GET { "" } else { "{}" };
            let key = (method == Method::POST).then(Uuid::now_v7);
            site.send(ParkingSite::request(&by, &method, &path, body, key)).await
        };
        let nobody = send(By::Nobody).await;
        let Some(role) = role else {
            assert!(!matches!(nobody.status().as_u16(), 401 | 403), "{method} {path}: {}", nobody.status());
            continue;
        };
        assert_eq!(nobody.status(), StatusCode::UNAUTHORIZED, "{method} {path}");
        assert_eq!(nobody.headers()[header::WWW_AUTHENTICATE], "Bearer realm=\"vokter\"");
        assert_eq!(nobody.headers()[header::CONTENT_TYPE], "application/problem+json");
        for wrong in Role::ALL.into_iter().filter(|other| *other != role) {
            let status = send(site.of(wrong)).await.status();
            assert_eq!(status, StatusCode::FORBIDDEN, "{method} {path} by {}", wrong.name());
        }
        let right = send(site.of(role)).await;
        assert!(!matches!(right.status().as_u16(), 401 | 403), "{method} {path}: {}", right.status());
        assert!(said.contains(&right.status().as_str().to_owned()), "{method} {path}: {} is not said", right.status());
        assert_eq!(right.headers()[header::CACHE_CONTROL], "no-store", "{method} {path}");
        asked += 1;
    }
    assert_eq!(asked, 16);
}

#[tokio::test]
async fn the_document_says_how_each_role_is_asked_for() {
    let read: serde_json::Value = serde_json::from_str(&document().to_json().unwrap()).unwrap();
    assert_eq!(read["components"]["securitySchemes"]["token"]["scheme"], "bearer");
    assert_eq!(read["components"]["securitySchemes"]["signature"]["in"], "header");
    for (path, item) in read["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let scheme = match operation["x-role"].as_str().unwrap() {
                "anyone" => {
                    assert!(operation.get("security").is_none(), "{method} {path}");
                    continue;
                }
                "staff" => "token",
                _ => "signature",
            };
            assert!(operation["security"][0][scheme].is_array(), "{method} {path}");
            for status in ["401", "403", "429"] {
                assert!(operation["responses"][status].is_object(), "{method} {path}");
            }
        }
    }
}

#[tokio::test]
async fn who_shows_no_token_that_holds_is_nobody() {
    let site = ParkingSite::new();
    let path = "/v1/parking/lots/north/exceptions";
    let ask = async |authorization: &str| {
        let request = Request::builder().uri(path).header("authorization", authorization);
        let answer = site.send(request.body(Body::empty()).unwrap()).await;
        let challenge = answer.headers().get(header::WWW_AUTHENTICATE).map(|value| value.to_str().unwrap().to_owned());
        (answer.status().as_u16(), challenge.unwrap_or_default())
    };
    assert_eq!(ask(&format!("bearer {}", site.staff)).await.0, 200);
    let invalid = (401, "Bearer realm=\"vokter\", error=\"invalid_token\"".to_owned());
    for shown in ["Bearer vokter_x", "Bearer", "Basic dXNlcjpwYXNz", &format!("Bearer {}x", site.staff)] {
        assert_eq!(ask(shown).await, invalid, "{shown}");
    }
    site.file.revoke("anna").unwrap();
    assert_eq!(ask(&format!("Bearer {}", site.staff)).await, invalid, "revoked");
}

#[tokio::test]
async fn a_signed_request_is_taken_once_and_while_it_is_new() {
    let site = ParkingSite::new();
    let (path, body) = ("/v1/parking/lots/north/look-up", "{\"plate\": \"AB 12345\"}");
    let signed = |age: i64| {
        let mut request = ParkingSite::request(&By::Nobody, &Method::POST, path, body, None);
        site.terminal.sign(&mut request, body, Timestamp::now().as_second() - age);
        request
    };
    let status = async |request| site.send(request).await.status().as_u16();
    let copy = |request: &Request<Body>, body: &str| {
        let mut again =
            Request::builder().method(request.method()).uri(request.uri()).body(Body::from(body.to_owned()));
        *again.as_mut().unwrap().headers_mut() = request.headers().clone();
        again.unwrap()
    };
    let first = signed(0);
    let again = copy(&first, body);
    let other = copy(&signed(0), "{\"plate\": \"XY 98765\"}");
    assert_eq!(status(first).await, 404, "nobody parks there, and it was asked");
    assert_eq!(status(again).await, 401, "a replay");
    assert_eq!(status(other).await, 401, "another body");
    assert_eq!(status(signed(-61)).await, 401, "ahead");
    assert_eq!(status(signed(61)).await, 401, "old");
    let mut both = signed(0);
    both.headers_mut().insert("authorization", format!("Bearer {}", site.staff).parse().unwrap());
    assert_eq!(status(both).await, 401);
    let moved = copy(&signed(0), body);
    let (mut parts, moved) = moved.into_parts();
    parts.headers.insert("host", "other.example".parse().unwrap());
    assert_eq!(status(Request::from_parts(parts, moved)).await, 401, "another host");
    site.file.revoke("hall-terminal").unwrap();
    assert_eq!(status(signed(0)).await, 401, "revoked");
}

#[tokio::test]
async fn a_client_is_of_its_lot_and_a_terminal_speaks_for_itself() {
    let site = ParkingSite::new();
    let plate = "{\"plate\": \"AB 12345\"}";
    let forbidden = StatusCode::FORBIDDEN;
    assert_eq!(site.ask(site.of(Role::Terminal), Method::POST, "/south/look-up", plate, None).await.0, forbidden);
    assert_eq!(site.ask(site.of(Role::Staff), Method::GET, "/south/exceptions", "", None).await.0, 404);
    let beat = "{\"can_take_payment\": true}";
    let terminal = || site.of(Role::Terminal);
    assert_eq!(site.ask(terminal(), Method::PUT, "/north/terminals/hall/heartbeat", beat, None).await.0, 204);
    assert_eq!(site.ask(terminal(), Method::PUT, "/north/terminals/exit/heartbeat", beat, None).await.0, forbidden);
    assert_eq!(site.ask(terminal(), Method::PATCH, "/north/look-up", plate, None).await.0, 405);
}

/// `docs/parking-api.md` names every operation of parking under the role that lets it in, and no other.
#[test]
fn the_manual_names_every_operation_under_its_role() {
    let manual = include_str!("../../../docs/parking-api.md");
    let mut named = vec![];
    for row in manual.lines().filter(|line| line.starts_with("| ") && line.contains(" /v1/")) {
        let role = row.split('|').nth(1).unwrap().trim().trim_matches('`').to_owned();
        let operations = row.split('`').filter(|text| text.contains(" /v1/"));
        named.extend(operations.map(|text| (text.to_owned(), role.clone())));
    }
    let mut held = vec![];
    for (path, item) in document().paths.paths.iter().filter(|(path, _)| path.starts_with("/v1/parking/")) {
        held.extend(operations(item).map(|(method, one)| (format!("{method} {path}"), extension(one, "x-role"))));
    }
    named.sort();
    held.sort();
    assert_eq!(named, held);
}
