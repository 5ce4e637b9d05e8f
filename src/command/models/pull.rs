//! `vokter models pull`

use super::download::{Order, download};
use super::entries;
use crate::arguments::Pull;
use anyhow::{Context, Result, bail};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;
use vokter_models::registry::{Download, Entry};
use vokter_models::{Digest, Manifest, ModelFile, read};

pub fn run(arguments: &Pull) -> Result<ExitCode> {
    let entries = entries(arguments.registry.as_deref())?;
    let Some(entry) = entries.iter().find(|entry| entry.name == arguments.name) else {
        let names: Vec<_> = entries.iter().map(|entry| entry.name.as_str()).collect();
        bail!("no model is called `{}`; write one of {}", arguments.name, names.join(", "));
    };
    let Some(file) = &entry.download else { bail!(by_hand(entry)) };
    let published = file.url.rsplit('/').next().unwrap_or(&file.url);
    let url = arguments
        .from
        .as_ref()
        .map_or_else(|| file.url.clone(), |mirror| format!("{}/{published}", mirror.trim_end_matches('/')));
    let into = &arguments.into;
    std::fs::create_dir_all(into).with_context(|| format!("the folder {} cannot be made", into.display()))?;
    // An address may end in anything; an entry's name is fit for a file.
    let name = format!("{}.onnx", entry.name);
    let (model, manifest) = (into.join(&name), into.join(format!("{}.toml", entry.name)));
    let is_described = std::fs::symlink_metadata(&manifest).is_ok();
    if is_described {
        let described = Manifest::read(&manifest)?;
        if described.sha256 != file.sha256 || described.file != model {
            bail!(
                "{} describes another file: {}, SHA-256 {};\nnothing was fetched; move it away, or pull into another \
                 folder with --into",
                manifest.display(),
                described.file.display(),
                described.sha256
            );
        }
    }
    if has(&model, file) {
        println!("{} is there already", model.display());
    } else {
        let stall = Duration::from_secs(u64::from(arguments.stall));
        download(&Order { url: &url, sha256: file.sha256, bytes: file.bytes, to: &model, stall })?;
        println!("{}: {} bytes, SHA-256 as published", model.display(), file.bytes);
    }
    if !is_described {
        write(&manifest, &entry.manifest(&name))?;
    }
    ModelFile::open(&manifest)?;
    println!("{} is its manifest; licence {}", manifest.display(), entry.licence);
    Ok(ExitCode::SUCCESS)
}

/// Whether the file is there and is the one.
fn has(model: &Path, file: &Download) -> bool {
    model.is_file() && read(model).is_ok_and(|bytes| Digest::of(&bytes) == file.sha256)
}

/// Writes a file whole or not at all.
fn write(path: &Path, text: &str) -> Result<()> {
    let part = path.with_extension("toml.part");
    std::fs::write(&part, text)
        .and_then(|()| std::fs::rename(&part, path))
        .with_context(|| format!("{} cannot be written", path.display()))
}

/// What to do for a model whose digest nobody publishes.
fn by_hand(entry: &Entry) -> String {
    format!(
        "the publisher of {} gives no digest, so it cannot be fetched safely.\n\
         Fetch it from {}\nand save this beside it, with the file's own name and digest:\n\n{}",
        entry.name,
        entry.page,
        entry.manifest("FILE.onnx")
    )
}
