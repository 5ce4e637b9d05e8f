//! What people decide. Who decides is passed on with each decision.

use super::{Amount, Refusals, Said, Unread, ask, done};
use crate::clients::Client;
use crate::problem::Problem;
use crate::routes::Shared;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::{Extension, Json};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use vokter_parking::lot::{ExceptionId, ExceptionKind, ReceiptNumber, Resolution, SessionId};

/// What is given back.
#[derive(Debug, Serialize, ToSchema)]
pub struct GivenBack {
    /// How much.
    amount: Amount,
}

/// What waits for a decision.
#[derive(Debug, Serialize, ToSchema)]
pub struct Waiting {
    /// Oldest first.
    exceptions: Vec<Listed>,
}

/// An exception.
#[derive(Debug, Serialize, ToSchema)]
pub struct Listed {
    /// Its number.
    #[schema(value_type = u64)]
    exception: ExceptionId,
    /// `ambiguous-exit`, `ambiguous-payment`, `missed-entry`, `missed-exit`, `unread-exit`, `wrong-direction` or `tailgating`.
    #[schema(value_type = String)]
    kind: ExceptionKind,
    /// Where, if it is about a place.
    lane: Option<String>,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    raised: Timestamp,
    /// First instant at which it is gone.
    #[schema(value_type = String, format = DateTime)]
    deadline: Timestamp,
    /// The sessions that it may be about.
    #[schema(value_type = Vec<u64>)]
    candidates: Vec<SessionId>,
}

/// Words of a decision.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Word {
    /// The car is one of the candidates.
    Is,
    /// The barrier opens, and nothing is charged.
    Release,
    /// Nothing is done; of a missed exit, the session is forgotten.
    Dismiss,
}

/// A decision.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// Which.
    #[schema(inline)]
    decision: Word,
    /// The candidate that the car is, for `is`.
    #[schema(value_type = Option<u64>)]
    session: Option<SessionId>,
}

/// How many cars there are.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Recount {
    /// Spaces that are occupied.
    occupied: u32,
}

/// A payment is given back, by the number of its receipt.
#[utoipa::path(
    post,
    path = "/v1/parking/lots/{lot}/receipts/{receipt}/refund",
    tag = "parking",
    params(
        ("lot" = String, Path, description = "The lot"),
        ("receipt" = String, Path, description = "The number of the receipt"),
        ("Idempotency-Key" = Option<String>, Header, description = "A UUID, the same for each repetition")
    ),
    responses((status = 200, description = "What is given back", body = GivenBack), Refusals),
    extensions(("x-role" = json!("staff")), ("x-purpose" = json!("parking-payment")))
)]
pub async fn refund(
    State(shared): State<Shared>,
    Path((lot, receipt)): Path<(String, ReceiptNumber)>,
    Extension(client): Extension<Arc<Client>>,
) -> Result<Json<GivenBack>, Problem> {
    let amount = ask(&shared, move |desk| desk.refund(&lot, receipt, &client.name)).await?;
    Ok(Json(GivenBack { amount: amount.into() }))
}

/// What waits for a decision.
#[utoipa::path(
    get,
    path = "/v1/parking/lots/{lot}/exceptions",
    tag = "parking",
    params(("lot" = String, Path, description = "The lot")),
    responses((status = 200, description = "The list", body = Waiting), Unread),
    extensions(("x-role" = json!("staff")), ("x-purpose" = json!("parking-payment")))
)]
pub async fn exceptions(State(shared): State<Shared>, Path(lot): Path<String>) -> Result<Json<Waiting>, Problem> {
    let all = ask(&shared, move |desk| desk.exceptions(&lot)).await?;
    let exceptions = all.into_iter().map(|(exception, about)| Listed {
        exception,
        kind: about.kind,
        lane: about.lane,
        raised: about.raised,
        deadline: about.deadline,
        candidates: about.candidates,
    });
    Ok(Json(Waiting { exceptions: exceptions.collect() }))
}

/// An exception is decided.
#[utoipa::path(
    post,
    path = "/v1/parking/lots/{lot}/exceptions/{exception}/decision",
    tag = "parking",
    params(
        ("lot" = String, Path, description = "The lot"),
        ("exception" = u64, Path, description = "The exception"),
        ("Idempotency-Key" = Option<String>, Header, description = "A UUID, the same for each repetition")
    ),
    request_body = Decision,
    responses((status = 204, description = "It is decided"), Refusals),
    extensions(("x-role" = json!("staff")), ("x-purpose" = json!("parking-payment")))
)]
pub async fn decide(
    State(shared): State<Shared>,
    Path((lot, exception)): Path<(String, ExceptionId)>,
    Extension(client): Extension<Arc<Client>>,
    Said(said): Said<Decision>,
) -> Result<Response, Problem> {
    let resolution = match (said.decision, said.session) {
        (Word::Is, Some(session)) => Resolution::Is(session),
        (Word::Release, None) => Resolution::Release,
        (Word::Dismiss, None) => Resolution::Dismiss,
        _ => {
            let words = "`is` names the session that the car is, and nothing else names one";
            return Err(Problem::saying(StatusCode::UNPROCESSABLE_ENTITY, words));
        }
    };
    ask(&shared, move |desk| desk.resolve(&lot, exception, resolution, &client.name)).await.map(done)
}

/// A car is let off.
#[utoipa::path(
    post,
    path = "/v1/parking/lots/{lot}/sessions/{session}/waiver",
    tag = "parking",
    params(
        ("lot" = String, Path, description = "The lot"),
        ("session" = u64, Path, description = "The session"),
        ("Idempotency-Key" = Option<String>, Header, description = "A UUID, the same for each repetition")
    ),
    responses((status = 204, description = "Nothing is due, and the session is erased"), Refusals),
    extensions(("x-role" = json!("staff")), ("x-purpose" = json!("parking-payment")))
)]
pub async fn waive(
    State(shared): State<Shared>,
    Path((lot, session)): Path<(String, SessionId)>,
    Extension(client): Extension<Arc<Client>>,
) -> Result<Response, Problem> {
    ask(&shared, move |desk| desk.waive(&lot, session, &client.name)).await.map(done)
}

/// Somebody has counted the cars.
#[utoipa::path(
    put,
    path = "/v1/parking/lots/{lot}/occupancy",
    tag = "parking",
    params(("lot" = String, Path, description = "The lot")),
    request_body = Recount,
    responses((status = 204, description = "The count is that from now on"), Refusals),
    extensions(("x-role" = json!("staff")), ("x-purpose" = json!("parking-payment")))
)]
pub async fn recount(
    State(shared): State<Shared>,
    Path(lot): Path<String>,
    Extension(client): Extension<Arc<Client>>,
    Said(said): Said<Recount>,
) -> Result<Response, Problem> {
    ask(&shared, move |desk| desk.reset_occupancy(&lot, said.occupied, &client.name)).await.map(done)
}
