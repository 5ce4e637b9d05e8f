//! Answers that are remembered, so that a request which is repeated is done once (draft-ietf-httpapi-idempotency-key-header).
//!
//! ```text
//! client, key, operation ─┬─ not known ─▶ done; a success is remembered for a day
//!                         ├─ same body ─▶ the answer of then, or "it is being answered"
//!                         └─ other body ─▶ refused
//! ```
//! They live in memory alone, and past a bound the oldest is forgotten; a lot remembers payments itself. A refusal is not
//! remembered, since it has changed nothing. No operation that is sent a plate is remembered, nor any answer that holds one.

use crate::problem::Problem;
use axum::body::{Body, Bytes};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::collections::VecDeque;
use std::collections::hash_map::{HashMap, RandomState};
use std::hash::BuildHasher as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use uuid::Uuid;
use vokter_rules::limits;

const KEPT: Duration = Duration::from_secs(limits::ANSWER_HOURS.unsigned_abs() * 3600);

/// By what a repetition is known: who asks, by which key, for what.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Id {
    client: String,
    key: Uuid,
    method: Method,
    path: String,
}

impl Id {
    /// Of a request.
    pub fn new(client: &str, key: Uuid, method: &Method, path: &str) -> Self {
        Self { client: client.to_owned(), key, method: method.clone(), path: path.to_owned() }
    }
}

/// What was said.
#[derive(Clone)]
struct Answer {
    status: StatusCode,
    kind: Option<axum::http::HeaderValue>,
    body: Bytes,
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        if let Some(kind) = self.kind {
            response.headers_mut().insert(header::CONTENT_TYPE, kind);
        }
        response
    }
}

struct Remembered {
    fingerprint: u64,
    /// `None` while it is being answered.
    answer: Option<Answer>,
}

#[derive(Default)]
struct Held {
    of: HashMap<Id, Remembered>,
    order: VecDeque<(Instant, Id)>,
}

/// The answers of a day.
#[derive(Default)]
pub struct Answers {
    held: Mutex<Held>,
    /// Drawn at random with each start: a fingerprint says nothing of a body.
    hasher: RandomState,
}

/// What is known of a request.
pub enum Begun {
    /// Nothing: it is to be done.
    New(Doing),
    /// It was done, and this was said.
    Again(Response),
    /// It is being done.
    Running,
    /// The key is of another one.
    Other,
}

/// A request that is being done; forgotten unless it ends well.
pub struct Doing {
    answers: Arc<Answers>,
    id: Id,
}

impl Answers {
    /// By which a body is told from another one.
    pub fn fingerprint(&self, body: &[u8]) -> u64 {
        self.hasher.hash_one(body)
    }

    /// Begins to do a request, unless it was begun.
    pub fn begin(self: &Arc<Self>, id: Id, fingerprint: u64) -> Begun {
        let (mut held, now) = (self.lock(), Instant::now());
        held.forget(now, usize::MAX);
        match held.of.get(&id) {
            Some(known) if known.fingerprint != fingerprint => Begun::Other,
            Some(Remembered { answer: Some(answer), .. }) => Begun::Again(answer.clone().into_response()),
            Some(Remembered { answer: None, .. }) => Begun::Running,
            None => {
                held.forget(now, limits::ANSWERS_REMEMBERED);
                held.of.insert(id.clone(), Remembered { fingerprint, answer: None });
                held.order.push_back((now, id.clone()));
                Begun::New(Doing { answers: Arc::clone(self), id })
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    /// Forgets what is a day old, and the oldest, so that there are fewer than so many.
    fn forget(&mut self, now: Instant, fewer_than: usize) {
        while let Some((since, _)) = self.order.front() {
            if self.order.len() < fewer_than && now.duration_since(*since) < KEPT {
                break;
            }
            if let Some((_, id)) = self.order.pop_front() {
                self.of.remove(&id);
            }
        }
    }
}

impl Doing {
    /// Remembers a success, and passes the answer on.
    pub async fn end(self, answer: Response) -> Response {
        if !answer.status().is_success() {
            return answer;
        }
        let (parts, body) = answer.into_parts();
        let Ok(body) = axum::body::to_bytes(body, limits::DESK_BYTES).await else {
            return Problem::new(StatusCode::INTERNAL_SERVER_ERROR).into_response();
        };
        let kind = parts.headers.get(header::CONTENT_TYPE).cloned();
        let remembered = Answer { status: parts.status, kind, body: body.clone() };
        if let Some(known) = self.answers.lock().of.get_mut(&self.id) {
            known.answer = Some(remembered);
        }
        Response::from_parts(parts, Body::from(body))
    }
}

impl Drop for Doing {
    fn drop(&mut self) {
        let mut held = self.answers.lock();
        if held.of.get(&self.id).is_some_and(|known| known.answer.is_none()) {
            held.of.remove(&self.id);
            held.order.retain(|(_, id)| *id != self.id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u128) -> Id {
        Id::new("hall", Uuid::from_u128(number), &Method::POST, "/x")
    }

    #[tokio::test]
    async fn a_success_is_said_again_and_a_refusal_is_not() {
        let answers = Arc::new(Answers::default());
        let (body, other) = (answers.fingerprint(b"{}"), answers.fingerprint(b"{ }"));
        let Begun::New(doing) = answers.begin(id(1), body) else { panic!("new") };
        assert!(matches!(answers.begin(id(1), body), Begun::Running));
        let said = doing.end((StatusCode::CREATED, "done").into_response()).await;
        let Begun::Again(again) = answers.begin(id(1), body) else { panic!("again") };
        assert_eq!((said.status(), again.status()), (StatusCode::CREATED, StatusCode::CREATED));
        assert_eq!(axum::body::to_bytes(again.into_body(), 9).await.unwrap(), "done");
        assert!(matches!(answers.begin(id(1), other), Begun::Other));
        let Begun::New(doing) = answers.begin(id(2), body) else { panic!("new") };
        doing.end(StatusCode::CONFLICT.into_response()).await;
        let Begun::New(doing) = answers.begin(id(2), body) else { panic!("not remembered") };
        drop(doing);
        assert!(matches!(answers.begin(id(2), other), Begun::New(_)));
    }

    #[tokio::test]
    async fn inv_11_a_day_and_a_number_of_them_are_remembered() {
        let answers = Arc::new(Answers::default());
        for number in 0..=limits::ANSWERS_REMEMBERED as u128 {
            let Begun::New(doing) = answers.begin(id(number), 0) else { panic!("new") };
            doing.end(StatusCode::OK.into_response()).await;
        }
        assert_eq!(answers.lock().of.len(), limits::ANSWERS_REMEMBERED);
        assert!(matches!(answers.begin(id(1), 0), Begun::Again(_)));
        assert!(matches!(answers.begin(id(0), 0), Begun::New(_)), "the oldest is forgotten");
        answers.lock().forget(Instant::now() + KEPT, usize::MAX);
        assert!(answers.lock().of.is_empty() && answers.lock().order.is_empty());
    }
}
