//! Who is let in: by the table that the OpenAPI document is, a token or a signature, and the lot of the client.
//!
//! ```text
//! operation ─▶ role? ─no─▶ route
//!                └yes─▶ body read ─▶ who asks? ─▶ role, lot, terminal ─▶ repeated? ─▶ route
//!                                       401            403               the answer of then
//! ```
//! The body is read once, into memory that is overwritten when the request is over, since it may hold a plate (INV-6). What
//! the network library and TLS hold of it is theirs until they use that memory again.

use crate::answers::{Answers, Begun, Id};
use crate::clients::{Client, Known};
use crate::problem::Problem;
use crate::routes::table::{Asked, IDEMPOTENCY_KEY, Repetition, Table};
use crate::signature::{Message, Nonces, SignatureFault, Statement, is_signed};
use axum::body::Body;
use axum::extract::{MatchedPath, RawPathParams, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt as _;
use jiff::Timestamp;
use sfv::{BareItem, Item, Parser};
use std::sync::Arc;
use uuid::Uuid;
use vokter_rules::limits;
use zeroize::Zeroizing;

/// The body of a request, overwritten when the last who has it is done.
#[derive(Clone)]
pub struct Written(pub Arc<Zeroizing<Vec<u8>>>);

/// The key by which a repetition is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RepetitionKey(pub Uuid);

/// What is asked of everyone before a route.
pub struct Admission {
    table: Table,
    clients: Known,
    nonces: Nonces,
    answers: Arc<Answers>,
}

impl Admission {
    /// By that table, for those clients.
    pub fn new(table: Table, clients: Known) -> Self {
        Self { table, clients, nonces: Nonces::new(Timestamp::now()), answers: Arc::default() }
    }

    /// Who has sent this.
    fn who(&self, parts: &Parts, body: &[u8]) -> Result<Client, Stranger> {
        match (bearer(&parts.headers)?, is_signed(&parts.headers)) {
            (Some(_), true) => Err(Stranger::Both),
            (Some(token), false) => self.clients.now().person(token, Timestamp::now()).ok_or(Stranger::Token),
            (None, true) => self.signer(parts, body).map_err(Stranger::Signature),
            (None, false) => Err(Stranger::Nobody),
        }
    }

    fn signer(&self, parts: &Parts, body: &[u8]) -> Result<Client, SignatureFault> {
        let (headers, clients) = (&parts.headers, self.clients.now());
        let statement = Statement::of(headers)?;
        let (client, key) = clients.machine(statement.keyid()).ok_or(SignatureFault::Unknown)?;
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let message = Message {
            method: parts.method.as_str(),
            authority: parts.uri.authority().map(axum::http::uri::Authority::as_str).or(host).unwrap_or_default(),
            path: parts.uri.path(),
            query: parts.uri.query(),
            headers,
        };
        statement.verify(&message, body, key)?;
        let now = Timestamp::now();
        if statement.is_over(now) {
            return Err(SignatureFault::Time);
        }
        self.nonces.take(&client.name, statement.moment(), now)?;
        Ok(client)
    }
}

/// Why nobody that is known asks.
#[derive(Clone, Copy, Debug)]
enum Stranger {
    Nobody,
    Both,
    Token,
    Signature(SignatureFault),
}

impl IntoResponse for Stranger {
    fn into_response(self) -> Response {
        let (challenge, words) = match self {
            Self::Nobody => ("Bearer realm=\"vokter\"", "people show a token, machines sign (RFC 9421)".to_owned()),
            Self::Both => ("Bearer realm=\"vokter\"", "show a token or sign, not both".to_owned()),
            Self::Token => {
                ("Bearer realm=\"vokter\", error=\"invalid_token\"", "the token is unknown, revoked or over".to_owned())
            }
            Self::Signature(SignatureFault::TooMany) => {
                let problem = Problem::saying(StatusCode::TOO_MANY_REQUESTS, SignatureFault::TooMany.to_string());
                return ([(header::RETRY_AFTER, HeaderValue::from(limits::SIGNATURE_SECONDS))], problem)
                    .into_response();
            }
            Self::Signature(fault) => ("Bearer realm=\"vokter\"", fault.to_string()),
        };
        let problem = Problem::saying(StatusCode::UNAUTHORIZED, words);
        ([(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge))], problem).into_response()
    }
}

/// Lets a request through to its route, or not.
pub async fn admit(
    State(admission): State<Arc<Admission>>,
    path: MatchedPath,
    parameters: RawPathParams,
    request: Request,
    next: Next,
) -> Response {
    let Some(need) = admission.table.need(request.method(), path.as_str()) else {
        let allowed = HeaderValue::from_str(&admission.table.methods(path.as_str()));
        let allowed = allowed.unwrap_or(HeaderValue::from_static(""));
        return ([(header::ALLOW, allowed)], Problem::new(StatusCode::METHOD_NOT_ALLOWED)).into_response();
    };
    let role = match need.asked {
        Asked::Anyone => return next.run(request).await,
        Asked::Of(role) => role,
        Asked::Nobody => return Problem::new(StatusCode::FORBIDDEN).into_response(),
    };
    let (mut parts, body) = request.into_parts();
    let body = match read(body).await {
        Ok(body) => body,
        Err(problem) => return problem.into_response(),
    };
    let client = match admission.who(&parts, &body) {
        Ok(client) => client,
        Err(stranger) => return stranger.into_response(),
    };
    let refuse = |words: String| Problem::saying(StatusCode::FORBIDDEN, words).into_response();
    if !client.roles.contains(&role) {
        return refuse(format!("this is for the role {}", role.name()));
    }
    for (name, value) in &parameters {
        if name == "lot" && client.lot.as_deref().is_some_and(|lot| lot != value) {
            return refuse("this client is of another lot".to_owned());
        }
        if name == "terminal" && client.terminal.as_deref() != Some(value) {
            return refuse("a terminal speaks for itself alone".to_owned());
        }
    }
    let key = match repetition_key(&parts.headers) {
        Ok(key) => key.filter(|_| need.repetition != Repetition::Harmless),
        Err(problem) => return problem.into_response(),
    };
    if need.repetition == Repetition::Keyed && key.is_none() {
        let words = "say a header Idempotency-Key with a UUID, the same when this request is repeated";
        return Problem::saying(StatusCode::BAD_REQUEST, words).into_response();
    }
    let id = key.map(|key| Id::new(&client.name, key, &parts.method, parts.uri.path()));
    let begun = id.map(|id| admission.answers.begin(id, admission.answers.fingerprint(&body)));
    parts.extensions.insert(Arc::new(client));
    parts.extensions.insert(Written(Arc::new(body)));
    if let Some(key) = key {
        parts.extensions.insert(RepetitionKey(key));
    }
    let request = Request::from_parts(parts, Body::empty());
    let mut answer = match begun {
        Some(begun) => once(begun, request, next).await,
        None => next.run(request).await,
    };
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

/// Does what is asked once, and says again what was said. It is done to its end, whether or not the client waits for it, so
/// that what a repetition is told is what has happened.
async fn once(begun: Begun, request: Request, next: Next) -> Response {
    let words = match begun {
        Begun::New(begun) => {
            let done = tokio::spawn(async move { begun.end(next.run(request).await).await }).await;
            return done.unwrap_or_else(|_| Problem::new(StatusCode::INTERNAL_SERVER_ERROR).into_response());
        }
        Begun::Again(answer) => return answer,
        Begun::Running => (StatusCode::CONFLICT, "the same request is being answered"),
        Begun::Other => (StatusCode::UNPROCESSABLE_ENTITY, "the idempotency key was used for another request"),
    };
    Problem::saying(words.0, words.1).into_response()
}

/// The body, in memory of its largest size at once, since what grows leaves copies behind.
async fn read(mut body: Body) -> Result<Zeroizing<Vec<u8>>, Problem> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(limits::DESK_BYTES));
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Problem::new(StatusCode::BAD_REQUEST))?;
        let Ok(data) = frame.into_data() else { continue };
        if bytes.len() + data.len() > limits::DESK_BYTES {
            return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE));
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes)
}

/// The token that is shown, if one is (RFC 6750, section 2.1).
fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Stranger> {
    let mut shown = headers.get_all(header::AUTHORIZATION).iter();
    let Some(first) = shown.next() else { return Ok(None) };
    let (scheme, token) = first.to_str().ok().and_then(|text| text.split_once(' ')).ok_or(Stranger::Token)?;
    let is_one = shown.next().is_none() && scheme.eq_ignore_ascii_case("bearer");
    if is_one { Ok(Some(token.trim())) } else { Err(Stranger::Token) }
}

/// The key of a repetition: a UUID, as a string of structured fields (draft-ietf-httpapi-idempotency-key-header) or bare.
fn repetition_key(headers: &HeaderMap) -> Result<Option<Uuid>, Problem> {
    let mut said = headers.get_all(IDEMPOTENCY_KEY).iter();
    let Some(first) = said.next() else { return Ok(None) };
    let bare = first.to_str().ok().and_then(|text| Uuid::try_parse(text).ok());
    let quoted = Parser::new(first.as_bytes()).parse::<Item>().ok().and_then(|item| match item.bare_item {
        BareItem::String(text) => Uuid::try_parse(text.as_str()).ok(),
        _ => None,
    });
    let key = bare.or(quoted).filter(|_| said.next().is_none());
    let problem = || Problem::saying(StatusCode::BAD_REQUEST, "an Idempotency-Key is one UUID");
    key.map(Some).ok_or_else(problem)
}
