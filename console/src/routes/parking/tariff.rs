//! What a tariff system or a shop says: what a stay costs, what somebody has a claim to.

use super::{Amount, Refusals, Said, Stay, ask, key_of};
use crate::admission::RepetitionKey;
use crate::clients::Client;
use crate::problem::Problem;
use crate::routes::Shared;
use axum::extract::{Path, State};
use axum::{Extension, Json};
use jiff::Timestamp;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;
use vokter_parking::lot::SessionId;
use vokter_parking::tariff::Entitlement;

/// What a session costs.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// In all, what was paid of it included.
    amount: Amount,
}

/// What somebody has a claim to.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// `electric`, `resident`, `season-ticket`, `validated`, `disabled-permit` or `exempt`. What it is worth, the tariff of the
    /// lot says; which it was, is not kept.
    #[schema(value_type = String, example = "validated")]
    entitlement: Entitlement,
    /// First instant at which it no longer holds; without it, it does not end.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
}

/// What a session costs, as another system has worked it out.
#[utoipa::path(
    post,
    path = "/v1/parking/lots/{lot}/sessions/{session}/price",
    tag = "parking",
    params(
        ("lot" = String, Path, description = "The lot"),
        ("session" = u64, Path, description = "The session"),
        ("Idempotency-Key" = Option<String>, Header, description = "A UUID, the same for each repetition")
    ),
    request_body = Price,
    responses((status = 200, description = "What is due now", body = Stay), Refusals),
    extensions(("x-role" = json!("tariff")), ("x-purpose" = json!("parking-payment")))
)]
pub async fn price(
    State(shared): State<Shared>,
    Path((lot, session)): Path<(String, SessionId)>,
    Said(said): Said<Price>,
) -> Result<Json<Stay>, Problem> {
    let due = ask(&shared, move |desk| desk.price(&lot, session, said.amount.into())).await?;
    Ok(Json(due.into()))
}

/// A session gets a claim to something else: a shop has stamped it.
#[utoipa::path(
    post,
    path = "/v1/parking/lots/{lot}/sessions/{session}/grants",
    tag = "parking",
    params(
        ("lot" = String, Path, description = "The lot"),
        ("session" = u64, Path, description = "The session"),
        ("Idempotency-Key" = String, Header, description = "A UUID, the same for each repetition")
    ),
    request_body = Claim,
    responses((status = 200, description = "What is due now", body = Stay), Refusals),
    extensions(("x-role" = json!("tariff")), ("x-purpose" = json!("parking-payment")))
)]
pub async fn grant(
    State(shared): State<Shared>,
    Path((lot, session)): Path<(String, SessionId)>,
    Extension(client): Extension<Arc<Client>>,
    Extension(key): Extension<RepetitionKey>,
    Said(said): Said<Claim>,
) -> Result<Json<Stay>, Problem> {
    let (key, claim) = (key_of(&client, key, &format!("grant {session}")), (said.entitlement, said.until));
    let due = ask(&shared, move |desk| desk.grant(&lot, session, claim, key)).await?;
    Ok(Json(due.into()))
}
