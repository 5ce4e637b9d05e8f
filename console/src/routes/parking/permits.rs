//! Permits to park: who has one is a hash, and what it was for is not kept.

use super::terminal::{LookUp, Typed};
use super::{Refusals, Said, Unread, ask, done};
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
use vokter_parking::permit::{self, PermitId};
use vokter_parking::tariff::Entitlement;

/// What a permit can be for.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Somebody lives here.
    Resident,
    /// A ticket for a month or a year.
    SeasonTicket,
    /// A permit for people with reduced mobility.
    DisabledPermit,
    /// On a list of exemptions.
    Exempt,
}

impl From<Kind> for Entitlement {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Resident => Self::Resident,
            Kind::SeasonTicket => Self::SeasonTicket,
            Kind::DisabledPermit => Self::DisabledPermit,
            Kind::Exempt => Self::Exempt,
        }
    }
}

/// A permit that is given.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// The plate that it is for. A keyed hash of it is kept, under a key of this permit alone.
    #[schema(value_type = String, example = "AB 12345")]
    plate: Typed,
    /// What for. What it is worth, the tariff of the lot says, and that is kept; what it was for is not.
    #[schema(inline)]
    entitlement: Kind,
    /// First instant at which it no longer holds: within 366 days.
    #[schema(value_type = String, format = DateTime)]
    until: Timestamp,
}

/// A permit, as it is known.
#[derive(Debug, Serialize, ToSchema)]
pub struct Permit {
    /// Its number, by which it is withdrawn. It says nothing of a plate.
    #[schema(value_type = u64, example = 4_503_599_627_370_u64)]
    permit: PermitId,
    /// First instant at which it no longer holds, and is gone.
    #[schema(value_type = String, format = DateTime)]
    until: Timestamp,
}

impl From<permit::Permit> for Permit {
    fn from(permit::Permit { id, until }: permit::Permit) -> Self {
        Self { permit: id, until }
    }
}

/// Permits that hold.
#[derive(Debug, Serialize, ToSchema)]
pub struct Permits {
    /// By number.
    permits: Vec<Permit>,
}

impl From<Vec<permit::Permit>> for Permits {
    fn from(permits: Vec<permit::Permit>) -> Self {
        Self { permits: permits.into_iter().map(Permit::from).collect() }
    }
}

/// A plate gets a permit.
///
/// It counts from the next time that the plate is read, coming in or going out. A plate has one permit: this takes the place of
/// an earlier one, so that it can be repeated.
#[utoipa::path(
    post,
    path = "/v1/parking/lots/{lot}/permits",
    tag = "parking",
    params(("lot" = String, Path, description = "The lot")),
    request_body = Given,
    responses((status = 201, description = "The permit", body = Permit), Refusals),
    extensions(("x-role" = json!("staff")), ("x-purpose" = json!("parking-payment")))
)]
pub async fn give(
    State(shared): State<Shared>,
    Path(lot): Path<String>,
    Extension(client): Extension<Arc<Client>>,
    Said(said): Said<Given>,
) -> Result<(StatusCode, Json<Permit>), Problem> {
    let (plate, entitlement, until) = (said.plate.plate()?, said.entitlement.into(), said.until);
    let permit = ask(&shared, move |desk| desk.permit(&lot, plate, entitlement, until, &client.name)).await?;
    Ok((StatusCode::CREATED, Json(permit.into())))
}

/// The permits of a lot, without the plates: nobody can read those.
#[utoipa::path(
    get,
    path = "/v1/parking/lots/{lot}/permits",
    tag = "parking",
    params(("lot" = String, Path, description = "The lot")),
    responses((status = 200, description = "The list", body = Permits), Unread),
    extensions(("x-role" = json!("staff")), ("x-purpose" = json!("parking-payment")))
)]
pub async fn list(
    State(shared): State<Shared>,
    Path(lot): Path<String>,
    Extension(client): Extension<Arc<Client>>,
) -> Result<Json<Permits>, Problem> {
    let permits = ask(&shared, move |desk| desk.permits(&lot, None, &client.name)).await?;
    Ok(Json(permits.into()))
}

/// The permits of a plate, for whoever asks after their own, or has changed cars.
#[utoipa::path(
    post,
    path = "/v1/parking/lots/{lot}/permits/look-up",
    tag = "parking",
    params(("lot" = String, Path, description = "The lot")),
    request_body = LookUp,
    responses((status = 200, description = "Its permits, none if it has none", body = Permits), Refusals),
    extensions(("x-role" = json!("staff")), ("x-purpose" = json!("parking-payment")))
)]
pub async fn of_plate(
    State(shared): State<Shared>,
    Path(lot): Path<String>,
    Extension(client): Extension<Arc<Client>>,
    Said(said): Said<LookUp>,
) -> Result<Json<Permits>, Problem> {
    let plate = said.plate.plate()?;
    let permits = ask(&shared, move |desk| desk.permits(&lot, Some(plate), &client.name)).await?;
    Ok(Json(permits.into()))
}

/// A permit is withdrawn, and gone.
///
/// A stay that it counts for already keeps what followed from it.
#[utoipa::path(
    delete,
    path = "/v1/parking/lots/{lot}/permits/{permit}",
    tag = "parking",
    params(
        ("lot" = String, Path, description = "The lot"),
        ("permit" = u64, Path, description = "The permit")
    ),
    responses((status = 204, description = "It is gone"), Refusals),
    extensions(("x-role" = json!("staff")), ("x-purpose" = json!("parking-payment")))
)]
pub async fn withdraw(
    State(shared): State<Shared>,
    Path((lot, permit)): Path<(String, PermitId)>,
    Extension(client): Extension<Arc<Client>>,
) -> Result<Response, Problem> {
    ask(&shared, move |desk| desk.withdraw_permit(&lot, permit, &client.name)).await.map(done)
}
