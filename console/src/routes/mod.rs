//! The routes, each with the role that it asks for and the purpose that it serves.

pub mod documentation;
mod statistics;
mod system;

use crate::desk::Desk;
use crate::guard::guarded;
use crate::problem::Problem;
use axum::Router;
use axum::http::StatusCode;
use prometheus::Registry;
use std::path::PathBuf;
use std::sync::Arc;
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Whether the site does what it is there for, and if not, why.
pub type Readiness = Arc<dyn Fn() -> Result<(), String> + Send + Sync>;

/// What the routes answer about.
#[derive(Clone)]
pub struct Site {
    /// The folder that released statistics are in, if there is one.
    pub statistics: Option<PathBuf>,
    /// Its lots, where it parks cars.
    pub parking: Option<Arc<dyn Desk>>,
    /// The counters of the machine.
    pub metrics: Registry,
    /// Whether it is ready.
    pub readiness: Readiness,
}

#[derive(OpenApi)]
#[openapi(info(
    title = "Vokter",
    description = "What a site says over HTTP. Problems are `application/problem+json` (RFC 9457). `x-role` is the role that an \
                   operation asks for, `x-purpose` the purpose that it serves; what anyone may read is about nobody.",
    license(name = "Apache-2.0", identifier = "Apache-2.0")
))]
struct Base;

fn all() -> (Router<Site>, Document) {
    OpenApiRouter::with_openapi(Base::openapi())
        .routes(routes!(system::healthz))
        .routes(routes!(system::readyz))
        .routes(routes!(system::metrics))
        .routes(routes!(statistics::tables))
        .routes(routes!(statistics::one))
        .routes(routes!(statistics::metadata))
        .routes(routes!(statistics::data))
        .routes(routes!(statistics::plot))
        .routes(routes!(statistics::privacy))
        .split_for_parts()
}

/// The OpenAPI 3.1 document.
pub fn document() -> Document {
    all().1
}

/// Everything that is answered.
pub fn router(site: Site) -> Router {
    let (router, document) = all();
    let router = router
        .merge(documentation::routes(&document))
        .fallback(|| async { Problem::new(StatusCode::NOT_FOUND) })
        .with_state(site);
    guarded(router)
}
