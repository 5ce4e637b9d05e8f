//! Parking: free spaces for anyone; amounts, payments, receipts and decisions for those whose role it is.
//!
//! A plate is sent in a body, of a look-up or of a permit, and stands in no path, answer or problem (INV-6).

pub mod anyone;
pub mod gate;
pub mod permits;
pub mod staff;
pub mod tariff;
pub mod terminal;

use super::Shared;
use super::table::problem;
use crate::admission::{RepetitionKey, Written};
use crate::clients::Client;
use crate::desk::{Desk, DeskError};
use crate::problem::Problem;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use utoipa::openapi::RefOr;
use utoipa::{IntoResponses, ToSchema};
use vokter_parking::lot::{Due, IdempotencyKey, Refusal, SessionId};
use vokter_parking::money::{Currency, Money};

/// Whole minor units of a currency.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Amount {
    /// Minor units: øre, cents, pence; krónur in Iceland.
    #[schema(example = 4_550)]
    minor: u64,
    /// The currency (ISO 4217): `NOK`, `ISK`, `SEK`, `DKK`, `EUR` or `GBP`.
    #[schema(value_type = String, example = "NOK")]
    currency: Currency,
}

impl From<Money> for Amount {
    fn from(Money { minor, currency }: Money) -> Self {
        Self { minor, currency }
    }
}

impl From<Amount> for Money {
    fn from(Amount { minor, currency }: Amount) -> Self {
        Self { minor, currency }
    }
}

/// What a stay owes.
#[derive(Debug, Serialize, ToSchema)]
pub struct Stay {
    /// The number of its session. It says nothing of a plate.
    #[schema(value_type = u64, example = 17)]
    session: SessionId,
    /// When its car came.
    #[schema(value_type = String, format = DateTime)]
    entered: Timestamp,
    /// What remains to be paid; nothing is said while another system is asked.
    amount_due: Option<Amount>,
    /// Up to and including when that holds.
    #[schema(value_type = Option<String>, format = DateTime)]
    quoted_until: Option<Timestamp>,
}

impl From<Due> for Stay {
    fn from(due: Due) -> Self {
        let Due { session, entered, amount, quoted_until } = due;
        Self { session, entered, amount_due: amount.map(Amount::from), quoted_until }
    }
}

/// What the body of a request says. A refusal repeats nothing of it.
pub struct Said<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Said<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if kind.split(';').next().is_none_or(|kind| !kind.trim().eq_ignore_ascii_case("application/json")) {
            return Err(Problem::saying(StatusCode::UNSUPPORTED_MEDIA_TYPE, "send application/json"));
        }
        let body = parts.extensions.get::<Written>().ok_or_else(|| Problem::new(StatusCode::BAD_REQUEST))?;
        serde_json::from_slice(&body.0).map(Self).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            let place = format!("line {line}, column {column}");
            match error.is_data() {
                true => Problem::saying(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    format!("the body is not what this asks for ({place}); see /openapi.json"),
                ),
                false => Problem::saying(StatusCode::BAD_REQUEST, format!("the body is no JSON ({place})")),
            }
        })
    }
}

/// How the lots refuse what changes something, for the document.
pub struct Refusals;

/// How they refuse what is only read.
pub struct Unread;

type Responses = BTreeMap<String, RefOr<utoipa::openapi::Response>>;

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        responses(&[
            ("400", "It cannot be read, or has no idempotency key and must"),
            ("404", "There is no such lot, session, receipt, exception, permit, lane or terminal"),
            ("409", "It cannot be done now, for the reason given"),
            ("413", "The body is larger than 4 KiB"),
            ("415", "The body is of another type than application/json"),
            ("422", "It is understood and cannot be done so: an amount, a currency, a key that was used otherwise"),
            ("503", "Nothing was done; the same request can be sent again"),
        ])
    }
}

impl IntoResponses for Unread {
    fn responses() -> Responses {
        responses(&[("404", "There is no such lot"), ("503", "Too many ask at once; it can be asked again")])
    }
}

fn responses(all: &[(&str, &str)]) -> Responses {
    all.iter().map(|(status, words)| ((*status).to_owned(), RefOr::T(problem(words)))).collect()
}

/// Asks the lots, on a thread that may wait. No more ask at once than a bound.
async fn ask<A: Send + 'static>(
    shared: &Shared,
    question: impl FnOnce(&dyn Desk) -> Result<A, DeskError> + Send + 'static,
) -> Result<A, Problem> {
    let none = || Problem::saying(StatusCode::NOT_FOUND, "this site parks no cars");
    let desk = shared.site.parking.clone().ok_or_else(none)?;
    let turn = shared.calls.clone().try_acquire_owned();
    let turn = turn.map_err(|_| Problem::saying(StatusCode::SERVICE_UNAVAILABLE, "too many ask at once; try again"))?;
    let asked = tokio::task::spawn_blocking(move || {
        let answer = question(&*desk);
        drop(turn);
        answer
    });
    match asked.await {
        Ok(answer) => answer.map_err(Problem::from),
        Err(_) => Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR)),
    }
}

impl From<DeskError> for Problem {
    fn from(error: DeskError) -> Self {
        let status = match error {
            DeskError::UnknownLot => StatusCode::NOT_FOUND,
            DeskError::Failed => StatusCode::SERVICE_UNAVAILABLE,
            DeskError::Refused(refusal) => status(refusal),
        };
        Self::saying(status, error.to_string())
    }
}

const fn status(refusal: Refusal) -> StatusCode {
    match refusal {
        Refusal::UnknownLane
        | Refusal::UnknownTerminal
        | Refusal::UnknownSession
        | Refusal::UnknownReceipt
        | Refusal::UnknownPermit
        | Refusal::UnknownException => StatusCode::NOT_FOUND,
        Refusal::Currency | Refusal::Amount | Refusal::KeyReused | Refusal::NoConcession | Refusal::PermitTerm => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        Refusal::NoBarrier
        | Refusal::NotReading
        | Refusal::Ambiguous
        | Refusal::NotPriced
        | Refusal::OwnTariff
        | Refusal::ReceiptUsed
        | Refusal::NotSettled
        | Refusal::Refunded
        | Refusal::RefundOver
        | Refusal::NotDecidable
        | Refusal::TooManyGrants
        | Refusal::TooManyPermits => StatusCode::CONFLICT,
        // The lots draw the number, and draw another one the next time.
        Refusal::NumberTaken => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// A key as the lot knows it: neither two clients nor two operations that use the same one meet.
fn key_of(client: &Client, key: RepetitionKey, operation: &str) -> IdempotencyKey {
    let digest = Sha256::new().chain_update(key.0.as_bytes()).chain_update(operation).chain_update([0]);
    let digest = digest.chain_update(&client.name).finalize();
    let half = digest.iter().take(size_of::<u128>());
    half.fold(0_u128, |number, byte| number << 8 | u128::from(*byte)).into()
}

/// Done, and there is nothing to say.
fn done((): ()) -> Response {
    StatusCode::NO_CONTENT.into_response()
}
