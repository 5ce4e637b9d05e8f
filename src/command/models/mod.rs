//! `vokter models`

mod download;
mod inspect;
mod list;
mod pull;

use crate::arguments::{Models, ModelsCommand};
use anyhow::{Context, Result, anyhow};
use std::path::Path;
use std::process::ExitCode;
use vokter_models::registry::{self, Entry};

pub fn run(arguments: &Models) -> Result<ExitCode> {
    match &arguments.command {
        ModelsCommand::List(list) => list::run(list),
        ModelsCommand::Inspect(inspect) => inspect::run(inspect),
        ModelsCommand::Pull(pull) => pull::run(pull),
    }
}

/// The models of a list, or the well-known ones.
fn entries(list: Option<&Path>) -> Result<Vec<Entry>> {
    let Some(path) = list else { return registry::entries().map_err(|cause| anyhow!("the registry: {cause}")) };
    let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    registry::parse(&text).map_err(|cause| anyhow!("{} is no list of models: {cause}", path.display()))
}
