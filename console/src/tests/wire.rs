//! The flow of a payment over a socket, as a terminal and a gate have it.

use super::desk::{By, ParkingSite};
use crate::clients::Role;
use crate::{Options, Server};
use axum::http::Method;
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use uuid::Uuid;

/// Sends a request that is signed for that address, and reads the answer.
fn send(
    address: SocketAddr,
    by: &By<'_>,
    method: &Method,
    path: &str,
    body: &Value,
    key: Option<Uuid>,
) -> (u16, Value) {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let mut request = ParkingSite::request(&By::Nobody, method, path, &body, key);
    request.headers_mut().insert("host", address.to_string().parse().unwrap());
    match by {
        By::Nobody => {}
        By::Token(token) => {
            request.headers_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
        }
        By::Machine(signer) => signer.sign(&mut request, &body, jiff::Timestamp::now().as_second()),
    }
    let mut text = format!("{method} {path} HTTP/1.1\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in request.headers() {
        text += &format!("{name}: {}\r\n", value.to_str().unwrap());
    }
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(format!("{text}\r\n{body}").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap_or_default())
}

#[test]
fn look_up_payment_and_exit_over_a_socket() {
    let site = ParkingSite::new();
    let options = Options { listen: "127.0.0.1:0".parse().unwrap(), certificate: None };
    let server = Server::start(&options, site.router.clone()).unwrap();
    let (terminal, gate) = (site.of(Role::Terminal), site.of(Role::Gate));
    let post = |by: &By<'_>, path: &str, body: &Value, key| {
        send(server.address(), by, &Method::POST, &format!("/v1/parking/lots/north{path}"), body, key)
    };
    site.north.enter("AB 12345");
    site.north.wait(45);
    let (status, found) = post(&terminal, "/look-up", &json!({ "plate": "AB12345" }), None);
    assert_eq!(status, 200, "{found}");
    let stay = &found["stays"][0];
    let payment = json!({ "session": stay["session"], "amount": stay["amount_due"] });
    assert_eq!(post(&By::Nobody, "/payments", &payment, Some(Uuid::now_v7())).0, 401);
    assert_eq!(post(&gate, "/payments", &payment, Some(Uuid::now_v7())).0, 403);
    let (status, receipt) = post(&terminal, "/payments", &payment, Some(Uuid::now_v7()));
    assert_eq!((status, &receipt["outstanding"]["minor"]), (201, &0.into()), "{receipt}");
    let exit = format!("/receipts/{}/exit", receipt["number"].as_str().unwrap());
    let (status, left) = post(&gate, &exit, &json!({ "lane": "out" }), None);
    assert_eq!((status, &left["opens"]), (200, &true.into()));
    let beat = "/v1/parking/lots/north/terminals/hall/heartbeat";
    let (status, _) = send(server.address(), &terminal, &Method::PUT, beat, &json!({ "can_take_payment": true }), None);
    assert_eq!(status, 204);
    let staff = By::Token(&site.staff);
    let list = send(server.address(), &staff, &Method::GET, "/v1/parking/lots/north/exceptions", &Value::Null, None);
    assert_eq!(list, (200, json!({ "exceptions": [] })));
    server.stop();
}
