//! `vokter serve`

use crate::arguments::Serve;
use crate::web;
use anyhow::{Context, Result, bail};
use std::process::ExitCode;
use std::sync::Arc;
use vokter_console::{ClientsFile, Site};
use vokter_pipeline::Metrics;
use vokter_statistics::Published;

pub fn run(arguments: &Serve) -> Result<ExitCode> {
    if arguments.listen.listen.is_none() {
        bail!("say where: --listen 127.0.0.1:8080");
    }
    Published::open(&arguments.data_dir)?;
    let metrics = Metrics::new()?.registry().clone();
    let (statistics, readiness) = (Some(arguments.data_dir.clone()), Arc::new(|| Ok(())));
    let clients = Some(ClientsFile::of(&arguments.data_dir));
    let site = Site { statistics, parking: None, clients, metrics, readiness };
    let server = web::start(&arguments.listen, site)?;
    let (stop, stopped) = std::sync::mpsc::channel();
    ctrlc::set_handler(move || {
        // Whoever waits has gone already.
        let _ = stop.send(());
    })
    .context("signals cannot be heard")?;
    stopped.recv().context("signals cannot be heard")?;
    if let Some(server) = server {
        server.stop();
    }
    Ok(ExitCode::SUCCESS)
}
