//! `vokter models list`

use super::entries;
use crate::arguments::List;
use anyhow::Result;
use std::process::ExitCode;
use vokter_models::registry::Entry;

pub fn run(arguments: &List) -> Result<ExitCode> {
    let entries = entries(arguments.registry.as_deref())?;
    let (pulled, brought): (Vec<_>, Vec<_>) = entries.iter().partition(|entry| entry.download.is_some());
    let width = entries.iter().map(|entry| entry.name.chars().count()).max().unwrap_or(0);
    if !pulled.is_empty() {
        println!("Fetch with `vokter models pull NAME`:");
        pulled.iter().for_each(|entry| println!("{}", line(entry, width)));
    }
    if !brought.is_empty() {
        println!("\nBring the file yourself: its publisher gives no digest. `vokter models pull");
        println!("NAME` says where it is and shows its manifest:");
        brought.iter().for_each(|entry| println!("{}", line(entry, width)));
    }
    println!("\nAny other ONNX model: `vokter models inspect FILE` proposes a manifest.");
    Ok(ExitCode::SUCCESS)
}

fn line(entry: &Entry, width: usize) -> String {
    format!("  {:width$}  {:<43}  {}", entry.name, entry.what, entry.licence).trim_end().to_owned()
}
