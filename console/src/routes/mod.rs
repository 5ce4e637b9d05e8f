//! The routes, each with the role that it asks for and the purpose that it serves.

pub mod documentation;
mod parking;
mod statistics;
mod system;
pub mod table;

use crate::admission::{Admission, admit};
use crate::clients::{ClientsFile, Known};
use crate::desk::Desk;
use crate::guard::guarded;
use crate::metrics::Counters;
use crate::problem::Problem;
use axum::Router;
use axum::extract::FromRef;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use prometheus::Registry;
use std::path::PathBuf;
use std::sync::Arc;
use table::{Table, say_who_may};
use tokio::sync::Semaphore;
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use vokter_rules::limits;

/// Whether the site does what it is there for, and if not, why.
pub type Readiness = Arc<dyn Fn() -> Result<(), String> + Send + Sync>;

/// What the routes answer about.
#[derive(Clone)]
pub struct Site {
    /// The folder that released statistics are in, if there is one.
    pub statistics: Option<PathBuf>,
    /// Its lots, where it parks cars.
    pub parking: Option<Arc<dyn Desk>>,
    /// The file of the clients that are known; without it, none is.
    pub clients: Option<ClientsFile>,
    /// The counters of the machine.
    pub metrics: Registry,
    /// Whether it is ready.
    pub readiness: Readiness,
}

/// What the routes share.
#[derive(Clone)]
struct Shared {
    site: Site,
    /// Calls on the lots that may still begin.
    calls: Arc<Semaphore>,
    counters: Option<Counters>,
}

impl FromRef<Shared> for Site {
    fn from_ref(shared: &Shared) -> Self {
        shared.site.clone()
    }
}

#[derive(OpenApi)]
#[openapi(info(
    title = "Vokter",
    description = "What a site says over HTTP. Problems are `application/problem+json` (RFC 9457). `x-role` is the role that an \
                   operation asks for, `x-purpose` the purpose that it serves; what anyone may read is about nobody. Amounts are whole \
                   minor units of a currency (ISO 4217).",
    license(name = "Apache-2.0", identifier = "Apache-2.0")
))]
struct Base;

fn all() -> (Router<Shared>, Document) {
    let routes = OpenApiRouter::with_openapi(Base::openapi())
        .routes(routes!(system::healthz))
        .routes(routes!(system::readyz))
        .routes(routes!(system::metrics))
        .routes(routes!(statistics::tables))
        .routes(routes!(statistics::one))
        .routes(routes!(statistics::metadata))
        .routes(routes!(statistics::data))
        .routes(routes!(statistics::plot))
        .routes(routes!(statistics::privacy))
        .routes(routes!(parking::anyone::lots))
        .routes(routes!(parking::anyone::place))
        .routes(routes!(parking::anyone::occupancy, parking::staff::recount))
        .routes(routes!(parking::anyone::free_spaces))
        .routes(routes!(parking::terminal::look_up))
        .routes(routes!(parking::terminal::pay))
        .routes(routes!(parking::terminal::heartbeat))
        .routes(routes!(parking::tariff::price))
        .routes(routes!(parking::tariff::grant))
        .routes(routes!(parking::gate::exit))
        .routes(routes!(parking::gate::cross))
        .routes(routes!(parking::permits::list, parking::permits::give))
        .routes(routes!(parking::permits::of_plate))
        .routes(routes!(parking::permits::withdraw))
        .routes(routes!(parking::staff::refund))
        .routes(routes!(parking::staff::exceptions))
        .routes(routes!(parking::staff::decide))
        .routes(routes!(parking::staff::waive));
    let (router, mut document) = routes.split_for_parts();
    say_who_may(&mut document);
    (router, document)
}

/// The OpenAPI 3.1 document.
pub fn document() -> Document {
    all().1
}

/// Everything that is answered.
pub fn router(site: Site) -> Router {
    let (router, document) = all();
    let admission = Admission::new(Table::of(&document), Known::new(site.clients.clone()));
    let counters =
        Counters::new(&site.metrics).inspect_err(|error| tracing::error!("nothing is counted: {error}")).ok();
    let shared = Shared { site, calls: Arc::new(Semaphore::new(limits::DESK_CALLS)), counters: counters.clone() };
    let router = router
        .route_layer(from_fn_with_state(Arc::new(admission), admit))
        .merge(documentation::routes(&document))
        .fallback(|| async { Problem::new(StatusCode::NOT_FOUND) })
        .with_state(shared);
    guarded(router, counters)
}
