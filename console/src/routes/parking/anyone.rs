//! What anyone may ask of a lot: it is about nobody. Place and occupancy are those of ISO/TS 5206-1 (APDS 4.0).

use super::{Unread, ask};
use crate::problem::Problem;
use crate::routes::Shared;
use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use utoipa::ToSchema;
use vokter_parking::occupancy::{Occupancy, Place};

/// The lots of the site.
#[derive(Debug, Serialize, ToSchema)]
pub struct Lots {
    /// Their names.
    lots: Vec<String>,
}

/// For a sign.
#[derive(Debug, Serialize, ToSchema)]
pub struct FreeSpaces {
    /// Spaces that are free, as counted.
    free_spaces: u32,
}

/// The lots.
#[utoipa::path(
    get,
    path = "/v1/parking/lots",
    tag = "parking",
    responses((status = 200, description = "Their names", body = Lots), Unread),
    extensions(("x-role" = json!("anyone")), ("x-purpose" = json!("parking-payment")))
)]
pub async fn lots(State(shared): State<Shared>) -> Result<Json<Lots>, Problem> {
    ask(&shared, |desk| Ok(desk.lots())).await.map(|lots| Json(Lots { lots }))
}

/// A lot as a place (ISO/TS 5206-1, `Place`).
#[utoipa::path(
    get,
    path = "/v1/parking/lots/{lot}/place",
    tag = "parking",
    params(("lot" = String, Path, description = "The lot")),
    responses((status = 200, description = "The place", body = Object), Unread),
    extensions(("x-role" = json!("anyone")), ("x-purpose" = json!("parking-payment")))
)]
pub async fn place(State(shared): State<Shared>, Path(lot): Path<String>) -> Result<Json<Place>, Problem> {
    ask(&shared, move |desk| desk.place(&lot)).await.map(Json)
}

/// How full a lot is (ISO/TS 5206-1, `Occupancy`).
#[utoipa::path(
    get,
    path = "/v1/parking/lots/{lot}/occupancy",
    tag = "parking",
    params(("lot" = String, Path, description = "The lot")),
    responses((status = 200, description = "How many spaces are occupied", body = Object), Unread),
    extensions(("x-role" = json!("anyone")), ("x-purpose" = json!("parking-payment")))
)]
pub async fn occupancy(State(shared): State<Shared>, Path(lot): Path<String>) -> Result<Json<Occupancy>, Problem> {
    ask(&shared, move |desk| desk.occupancy(&lot)).await.map(Json)
}

/// How many spaces are free, for a sign.
#[utoipa::path(
    get,
    path = "/v1/parking/lots/{lot}/free-spaces",
    tag = "parking",
    params(("lot" = String, Path, description = "The lot")),
    responses((status = 200, description = "How many", body = FreeSpaces), Unread),
    extensions(("x-role" = json!("anyone")), ("x-purpose" = json!("parking-payment")))
)]
pub async fn free_spaces(State(shared): State<Shared>, Path(lot): Path<String>) -> Result<Json<FreeSpaces>, Problem> {
    let occupancy = ask(&shared, move |desk| desk.occupancy(&lot)).await?;
    Ok(Json(FreeSpaces { free_spaces: occupancy.vacant() }))
}
