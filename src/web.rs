//! The site over HTTP: what `vokter run --listen` and `vokter serve` answer.

use crate::arguments::Listen;
use anyhow::Result;
use std::path::PathBuf;
use std::sync::Arc;
use vokter_console::{Certificate, ClientsFile, Desk, Options, Readiness, Server, Site, router};
use vokter_pipeline::{CameraHealth, Metrics, State};

/// Begins to answer, where that is asked for.
pub fn start(listen: &Listen, site: Site) -> Result<Option<Server>> {
    let Some(address) = listen.listen else { return Ok(None) };
    let pair = listen.tls_cert.clone().zip(listen.tls_key.clone());
    let certificate = pair.map(|(chain, key)| Certificate { chain, key });
    let scheme = if certificate.is_some() { "https" } else { "http" };
    let server = Server::start(&Options { listen: address, certificate }, router(site))?;
    eprintln!("{scheme}://{}/", server.address());
    Ok(Some(server))
}

/// A running site.
pub fn site(
    cameras: &[Arc<CameraHealth>],
    metrics: &Metrics,
    statistics: Option<PathBuf>,
    parking: Option<Arc<dyn Desk>>,
) -> Site {
    let cameras = cameras.to_vec();
    let readiness: Readiness = Arc::new(move || ready(&cameras));
    let clients = statistics.as_deref().map(ClientsFile::of);
    Site { statistics, parking, clients, metrics: metrics.registry().clone(), readiness }
}

/// Whether every camera does what it is there for. What one said of itself stays here: causes may hold addresses.
fn ready(cameras: &[Arc<CameraHealth>]) -> Result<(), String> {
    let is_well = |state| matches!(state, State::Running | State::OutsideSchedule | State::Ended);
    let ill: Vec<_> = cameras.iter().filter(|camera| !is_well(camera.state())).map(|camera| camera.name()).collect();
    if ill.is_empty() { Ok(()) } else { Err(format!("no pictures of: {}", ill.join(", "))) }
}
