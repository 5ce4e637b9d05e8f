//! What a terminal or the back end of an app does: look up, take payment, say that it is there.

use super::{Amount, Refusals, Said, Stay, ask, done, key_of};
use crate::admission::RepetitionKey;
use crate::clients::Client;
use crate::metrics::Taken;
use crate::problem::Problem;
use crate::routes::Shared;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::{Extension, Json};
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, de};
use std::fmt;
use std::sync::Arc;
use utoipa::ToSchema;
use vokter_parking::lot::{Receipt, SessionId};
use vokter_parking::plate::Plate;

/// A plate as somebody typed it. It is made straight of the body's memory, without a copy in between, unless characters of
/// it are escaped: those the JSON reader puts together in memory of its own.
pub struct Typed(Option<Plate>);

impl Typed {
    /// The plate, if it is one.
    pub fn plate(self) -> Result<Plate, Problem> {
        let none = || Problem::saying(StatusCode::UNPROCESSABLE_ENTITY, "a plate is 2 to 16 letters and digits");
        self.0.ok_or_else(none)
    }
}

impl<'de> Deserialize<'de> for Typed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Characters;
        impl de::Visitor<'_> for Characters {
            type Value = Typed;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a plate")
            }

            fn visit_str<E>(self, text: &str) -> Result<Typed, E> {
                Ok(Typed(Plate::new(text)))
            }
        }
        deserializer.deserialize_str(Characters)
    }
}

/// Who is looked for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LookUp {
    /// The plate, as it was typed.
    #[schema(value_type = String, example = "AB 12345")]
    pub plate: Typed,
}

/// What is known of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Known {
    /// One stay, or several of which the earlier ones were not paid.
    stays: Vec<Stay>,
    /// Whether what was typed differs in a character from what was read: the driver must say that the time is right.
    is_near: bool,
}

/// Money that was taken.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Payment {
    /// For which session.
    #[schema(value_type = u64, example = 17)]
    session: SessionId,
    /// How much.
    amount: Amount,
}

/// What the terminal prints. It knows nothing of a plate.
#[derive(Debug, Serialize, ToSchema)]
pub struct Printed {
    /// Its number, 32 hexadecimal digits: whoever has it leaves by it.
    #[schema(example = "5f0c3d2ab1e94c4f8a7766d1c0ffee42")]
    number: String,
    /// What was paid, change taken off.
    amount: Amount,
    /// What is to be given back.
    change: Amount,
    /// What remains due. If it is nothing, the session is erased.
    outstanding: Amount,
    /// When it was paid.
    #[schema(value_type = String, format = DateTime)]
    paid: Timestamp,
    /// Up to and including when one may leave by it.
    #[schema(value_type = Option<String>, format = DateTime)]
    leave_by: Option<Timestamp>,
}

impl From<Receipt> for Printed {
    fn from(receipt: Receipt) -> Self {
        let Receipt { number, amount, change, outstanding, paid, leave_by } = receipt;
        let (amount, change, outstanding) = (amount.into(), change.into(), outstanding.into());
        Self { number: number.to_string(), amount, change, outstanding, paid, leave_by }
    }
}

/// What a terminal says of itself.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Heartbeat {
    /// Whether it can take payment now.
    can_take_payment: bool,
}

/// What is due for a plate.
///
/// The plate stands in the body, and in no answer. An amount that is said holds for as long as paying takes.
#[utoipa::path(
    post,
    path = "/v1/parking/lots/{lot}/look-up",
    tag = "parking",
    params(("lot" = String, Path, description = "The lot")),
    request_body = LookUp,
    responses((status = 200, description = "What is due", body = Known), Refusals),
    extensions(("x-role" = json!("terminal")), ("x-purpose" = json!("parking-payment")))
)]
pub async fn look_up(
    State(shared): State<Shared>,
    Path(lot): Path<String>,
    Said(said): Said<LookUp>,
) -> Result<Json<Known>, Problem> {
    let plate = said.plate.plate()?;
    let found = ask(&shared, move |desk| desk.look_up(&lot, plate)).await?;
    Ok(Json(Known { stays: found.dues.into_iter().map(Stay::from).collect(), is_near: found.is_near }))
}

/// Money was taken for a session.
///
/// When nothing remains due, the plate, its hash and its key are erased before this answers. The same request with the same
/// key is answered as the first time, also after a restart.
#[utoipa::path(
    post,
    path = "/v1/parking/lots/{lot}/payments",
    tag = "parking",
    params(
        ("lot" = String, Path, description = "The lot"),
        ("Idempotency-Key" = String, Header, description = "A UUID, the same for each repetition")
    ),
    request_body = Payment,
    responses((status = 201, description = "The receipt", body = Printed), Refusals),
    extensions(("x-role" = json!("terminal")), ("x-purpose" = json!("parking-payment")))
)]
pub async fn pay(
    State(shared): State<Shared>,
    Path(lot): Path<String>,
    Extension(client): Extension<Arc<Client>>,
    Extension(key): Extension<RepetitionKey>,
    Said(said): Said<Payment>,
) -> Result<(StatusCode, Json<Printed>), Problem> {
    let (key, session, amount) = (key_of(&client, key, "payment"), said.session, said.amount.into());
    let paid = ask(&shared, move |desk| desk.pay(&lot, session, key, amount)).await;
    if let Some(counters) = &shared.counters {
        counters.payment(match &paid {
            Ok(receipt) if receipt.outstanding.is_zero() => Taken::Whole,
            Ok(_) => Taken::Part,
            Err(_) => Taken::Refused,
        });
    }
    Ok((StatusCode::CREATED, Json(Printed::from(paid?))))
}

/// A terminal says that it is there, and whether it can take payment.
///
/// While no terminal of a lot says that it can, no plate is read there (IVA-7a).
#[utoipa::path(
    put,
    path = "/v1/parking/lots/{lot}/terminals/{terminal}/heartbeat",
    tag = "parking",
    params(("lot" = String, Path, description = "The lot"), ("terminal" = String, Path, description = "The terminal")),
    request_body = Heartbeat,
    responses((status = 204, description = "It is noted"), Refusals),
    extensions(("x-role" = json!("terminal")), ("x-purpose" = json!("parking-payment")))
)]
pub async fn heartbeat(
    State(shared): State<Shared>,
    Path((lot, terminal)): Path<(String, String)>,
    Said(said): Said<Heartbeat>,
) -> Result<Response, Problem> {
    ask(&shared, move |desk| desk.heartbeat(&lot, &terminal, said.can_take_payment)).await.map(done)
}
