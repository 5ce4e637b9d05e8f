//! What a gate says: a receipt was shown, a car has passed.

use super::{Amount, Refusals, Said, ask, done, key_of};
use crate::admission::RepetitionKey;
use crate::clients::Client;
use crate::problem::Problem;
use crate::routes::Shared;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use vokter_parking::lot::{Heading, Passed, ReceiptNumber, SessionId};

/// Where a receipt is shown.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Exit {
    /// The lane.
    lane: String,
}

/// What came of it.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct Left {
    /// Whether the barrier opens.
    opens: bool,
    /// The session that must be paid first: its time to leave is over.
    #[schema(value_type = Option<u64>)]
    session: Option<SessionId>,
    /// What is due for it; nothing is said while another system is asked.
    amount_due: Option<Amount>,
}

/// Which way a car has passed.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// Into the lot.
    In,
    /// Out of it.
    Out,
}

/// A car has passed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Crossing {
    /// Which way.
    #[schema(inline)]
    heading: Way,
}

/// A receipt is shown at an exit.
#[utoipa::path(
    post,
    path = "/v1/parking/lots/{lot}/receipts/{receipt}/exit",
    tag = "parking",
    params(
        ("lot" = String, Path, description = "The lot"),
        ("receipt" = String, Path, description = "The number of the receipt"),
        ("Idempotency-Key" = Option<String>, Header, description = "A UUID, the same for each repetition")
    ),
    request_body = Exit,
    responses((status = 200, description = "Whether the barrier opens", body = Left), Refusals),
    extensions(("x-role" = json!("gate")), ("x-purpose" = json!("parking-payment")))
)]
pub async fn exit(
    State(shared): State<Shared>,
    Path((lot, receipt)): Path<(String, ReceiptNumber)>,
    Said(said): Said<Exit>,
) -> Result<Json<Left>, Problem> {
    let passed = ask(&shared, move |desk| desk.show_receipt(&lot, &said.lane, receipt)).await?;
    Ok(Json(match passed {
        Passed::Paid | Passed::Permitted | Passed::Free(_) => Left { opens: true, ..Left::default() },
        Passed::MustPay(session, amount) | Passed::LeftUnpaid(session, amount) => {
            Left { opens: false, session: Some(session), amount_due: amount.map(Amount::from) }
        }
        _ => Left::default(),
    }))
}

/// A car has passed the barrier of a lane.
#[utoipa::path(
    post,
    path = "/v1/parking/lots/{lot}/lanes/{lane}/crossings",
    tag = "parking",
    params(
        ("lot" = String, Path, description = "The lot"),
        ("lane" = String, Path, description = "The lane"),
        ("Idempotency-Key" = String, Header, description = "A UUID, the same for each repetition")
    ),
    request_body = Crossing,
    responses((status = 204, description = "It is counted"), Refusals),
    extensions(("x-role" = json!("gate")), ("x-purpose" = json!("parking-payment")))
)]
pub async fn cross(
    State(shared): State<Shared>,
    Path((lot, lane)): Path<(String, String)>,
    Extension(client): Extension<Arc<Client>>,
    Extension(key): Extension<RepetitionKey>,
    Said(said): Said<Crossing>,
) -> Result<Response, Problem> {
    let heading = match said.heading {
        Way::In => Heading::In,
        Way::Out => Heading::Out,
    };
    let key = key_of(&client, key, &format!("crossing {lane}"));
    ask(&shared, move |desk| desk.cross(&lot, &lane, heading, key)).await.map(done)
}
