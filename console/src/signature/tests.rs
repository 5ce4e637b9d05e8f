//! Signatures against the RFC's own, and what is left out of one.

use super::*;
use crate::clients::KeyPair;
use axum::http::{HeaderName, HeaderValue, Uri};
use jiff::Timestamp;

fn fields(all: &[(&'static str, &str)]) -> HeaderMap {
    let name = |name: &'static str| HeaderName::from_static(name);
    all.iter().map(|(field, value)| (name(field), HeaderValue::from_str(value).unwrap())).collect()
}

/// RFC 9421, appendix B.2.6, with the key of B.1.4.
#[test]
fn the_example_of_the_rfc_is_its_own() {
    let input = "sig-b26=(\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" \"content-length\")\
                 ;created=1618884473;keyid=\"test-key-ed25519\"";
    let signature =
        "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:";
    let headers = fields(&[
        ("date", "Tue, 20 Apr 2021 02:07:55 GMT"),
        ("content-type", "application/json"),
        ("content-length", "18"),
        (INPUT, input),
        (SIGNATURE, signature),
    ]);
    let key: PublicKey = "JrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=".parse().unwrap();
    let statement = Statement::of(&headers).unwrap();
    let at = |second| Timestamp::from_second(second).unwrap();
    assert!(!statement.is_over(at(i64::from(u32::MAX))), "it says nothing of its end");
    let mut ending = headers.clone();
    ending.insert(INPUT, HeaderValue::from_str(&input.replace(";keyid", ";expires=1618884533;keyid")).unwrap());
    let ending = Statement::of(&ending).unwrap();
    assert!(!ending.is_over(at(1_618_884_533)) && ending.is_over(at(1_618_884_534)));
    assert_eq!((statement.keyid(), statement.moment().0), ("test-key-ed25519", 1_618_884_473));
    fn message(headers: &HeaderMap) -> Message<'_> {
        let query = Some("param=Value&Pet=dog");
        Message { method: "POST", authority: "example.com", path: "/foo", query, headers }
    }
    assert_eq!(
        base::of(&message(&headers), &statement.covered, &statement.parameters).unwrap(),
        "\"date\": Tue, 20 Apr 2021 02:07:55 GMT\n\"@method\": POST\n\"@path\": /foo\n\"@authority\": example.com\n\
         \"content-type\": application/json\n\"content-length\": 18\n\"@signature-params\": (\"date\" \"@method\" \
         \"@path\" \"@authority\" \"content-type\" \"content-length\");created=1618884473;keyid=\"test-key-ed25519\""
    );
    assert_eq!(statement.verify_alone(&message(&headers), &key), Ok(()));
    let other = Message { method: "GET", ..message(&headers) };
    assert_eq!(statement.verify_alone(&other, &key), Err(SignatureFault::Unknown));
    let stranger = KeyPair::draw().unwrap().public();
    assert_eq!(statement.verify_alone(&message(&headers), &stranger), Err(SignatureFault::Unknown));
    assert_eq!(statement.verify(&message(&headers), b"", &key), Err(SignatureFault::Parameters), "it has no nonce");
    let mut undated = headers.clone();
    undated.remove("date");
    assert_eq!(statement.verify_alone(&message(&undated), &key), Err(SignatureFault::Component));
}

/// RFC 9530, appendix B.
#[test]
fn a_digest_is_that_of_the_body() {
    let body = b"{\"hello\": \"world\"}\n";
    let digest = content_digest(body);
    assert_eq!(digest, "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:");
    let check = |said: &str, body: &[u8]| check_digest(&fields(&[(DIGEST, said)]), body);
    assert_eq!(check(&digest, body), Ok(()));
    assert_eq!(check(&format!("md5=:AAAA:, {digest}"), body), Ok(()), "an unknown one says nothing");
    let sha512 = "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:";
    assert_eq!(check(sha512, b"{\"hello\": \"world\"}"), Ok(()));
    for (said, body) in
        [(&*digest, &b"{}"[..]), ("md5=:AAAA:", body), (&format!("{digest}, {sha512}"), body), ("", body)]
    {
        assert_eq!(check(said, body), Err(SignatureFault::Digest), "{said}");
    }
}

/// A signed request, and whether it holds when some field or the rest of it is another one.
fn holds(change: impl FnOnce(&mut HeaderMap, &mut String, &mut Vec<u8>)) -> Result<(), SignatureFault> {
    let (pair, now) = (KeyPair::draw().unwrap(), Timestamp::now());
    let (mut url, mut body) = ("http://Lot.example:80/v1/x?a=b".to_owned(), b"{}".to_vec());
    let key = "0199e3a4-0000-7000-8000-000000000001";
    let signing = Signing { method: "POST", url: &url, body: &body, idempotency_key: Some(key) };
    let signed = signing.sign("hall", &pair, now).unwrap();
    let mut headers: HeaderMap = signed
        .iter()
        .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()))
        .collect();
    change(&mut headers, &mut url, &mut body);
    let uri: Uri = url.parse().unwrap();
    let authority = uri.authority().unwrap().as_str();
    let message = Message { method: "POST", authority, path: uri.path(), query: uri.query(), headers: &headers };
    Statement::of(&headers)?.verify(&message, &body, &pair.public())
}

#[test]
fn what_was_signed_holds_and_nothing_else() {
    use SignatureFault as Fault;
    assert_eq!(holds(|_, _, _| {}), Ok(()));
    assert_eq!(holds(|_, url, _| *url = "https://lot.EXAMPLE:443/v1/x?a=b".into()), Ok(()), "the same authority");
    assert_eq!(holds(|_, url, _| *url = "http://other.example/v1/x?a=b".into()), Err(Fault::Unknown));
    assert_eq!(holds(|_, url, _| *url = "http://lot.example/v1/y?a=b".into()), Err(Fault::Unknown));
    assert_eq!(holds(|_, url, _| *url = "http://lot.example/v1/x?a=c".into()), Err(Fault::Unknown));
    assert_eq!(holds(|_, _, body| body.push(b' ')), Err(Fault::Digest));
    assert_eq!(holds(|_, _, body| body.clear()), Err(Fault::Digest));
    let set = |name: &'static str, value: &'static str| {
        move |headers: &mut HeaderMap, _: &mut String, _: &mut Vec<u8>| {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    assert_eq!(holds(set("idempotency-key", "\"0199e3a4-0000-7000-8000-000000000002\"")), Err(Fault::Unknown));
    assert_eq!(holds(|headers, _, _| drop(headers.remove("content-digest"))), Err(Fault::Digest));
    assert_eq!(holds(|headers, _, _| drop(headers.remove("signature"))), Err(Fault::Malformed));
    assert_eq!(holds(set("signature", "sig=:AAAA:")), Err(Fault::Malformed));
}

#[test]
fn what_must_be_covered_must_be() {
    use SignatureFault as Fault;
    let input = |text: &str| {
        let text = format!("sig={text}");
        holds(move |headers, _, _| drop(headers.insert("signature-input", HeaderValue::from_str(&text).unwrap())))
    };
    let rest = ";created=1;nonce=\"12345678\";keyid=\"hall\"";
    let all = "\"@method\" \"@authority\" \"@path\" \"@query\" \"content-digest\" \"idempotency-key\"";
    for name in ["@method", "@authority", "@path", "@query", "content-digest", "idempotency-key"] {
        let fewer = all.replace(&format!("\"{name}\""), "");
        assert_eq!(input(&format!("({fewer}){rest}")), Err(Fault::NotCovered(name)));
    }
    assert_eq!(input(&format!("({all}){rest}")), Err(Fault::Unknown), "all is covered, by another signature");
    assert_eq!(input(&format!("({all} \"@path\"){rest}")), Err(Fault::Component), "twice");
    assert_eq!(input(&format!("({all} \"@target-uri\"){rest}")), Err(Fault::Component));
    assert_eq!(input(&format!("({all} \"date\";sf){rest}")), Err(Fault::Component));
    assert_eq!(input(&format!("({all}){rest};alg=\"rsa-v1_5-sha256\"")), Err(Fault::Malformed));
    assert_eq!(input(&format!("({all});created=1;nonce=\"1234567\";keyid=\"hall\"")), Err(Fault::Parameters));
    assert_eq!(input(&format!("({all});nonce=\"12345678\";keyid=\"hall\"")), Err(Fault::Parameters));
    assert_eq!(input(&format!("({all}){rest}, other=({all}){rest}")), Err(Fault::Malformed), "two signatures");
    assert_eq!(input("1"), Err(Fault::Malformed));
}

proptest::proptest! {
    #[test]
    fn fields_of_any_text_are_read_or_refused(input in "[ -~]{0,80}", signature in "(sig=:[A-Za-z0-9+/=]{0,90}:|[ -~]{0,40})") {
        let headers = fields(&[(INPUT, &input), (SIGNATURE, &signature), (DIGEST, &input)]);
        if let Ok(statement) = Statement::of(&headers) {
            let message = Message { method: "GET", authority: "x", path: "/", query: None, headers: &headers };
            proptest::prop_assert!(statement.verify(&message, b"", &KeyPair::draw().unwrap().public()).is_err());
        }
        let _ = check_digest(&headers, b"");
    }
}
