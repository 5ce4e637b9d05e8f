//! `vokter models inspect`

use super::entries;
use crate::arguments::Inspect;
use crate::text::{COLUMNS, wrapped};
use anyhow::{Context, Result};
use indicatif::DecimalBytes;
use std::path::Path;
use std::process::ExitCode;
use vokter_models::whitelist::Refusal;
use vokter_models::{Digest, Graph, Manifest, ModelError, ModelFile, manifest_of, propose, read};
use vokter_rules::limits;

/// Column in which a fact begins.
const INDENT: usize = 12;
/// Entries of metadata that are shown.
const METADATA: usize = 20;

pub fn run(arguments: &Inspect) -> Result<ExitCode> {
    let path = &arguments.file;
    let manifest = match manifest_of(path) {
        Ok(manifest) => Some(manifest),
        Err(ModelError::NoManifest { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    let described = manifest.as_deref().map(Manifest::read).transpose()?;
    let file = described.as_ref().map_or(path, |manifest| &manifest.file);
    let bytes = read(file)?;
    let digest = Digest::of(&bytes);
    let graph = Graph::read(&bytes).with_context(|| format!("{} cannot be read as a model", file.display()))?;

    println!("{}", file.display());
    fact("SHA-256", &digest.to_string());
    fact("size", &DecimalBytes(bytes.len() as u64).to_string());
    fact("licence", &licence(described.as_ref(), digest)?);
    show(&graph);

    match manifest {
        Some(manifest) => under(&manifest),
        None => {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            let proposal = propose(&graph, &name, digest);
            let refusals = proposal.refusals(&graph);
            if !refusals.is_empty() {
                refused("the model", &refusals);
                return Ok(ExitCode::FAILURE);
            }
            println!("\nIt has no manifest. This one fits; save it as {}:\n", with_toml(file));
            print!("{}", proposal.text);
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Says whether the model may be loaded under its manifest.
fn under(manifest: &Path) -> Result<ExitCode> {
    match ModelFile::open(manifest) {
        Ok(file) => {
            let Manifest { name, task, decoder, .. } = file.manifest();
            let may = format!(
                "{} may load it as `{name}`, for {}, read by the decoder {}.",
                manifest.display(),
                task.name(),
                decoder.name()
            );
            println!("\n{}", wrapped(&may, 0, 0));
            Ok(ExitCode::SUCCESS)
        }
        Err(ModelError::Refused { refusals, .. }) => {
            refused(&format!("under {}, the model", manifest.display()), &refusals);
            Ok(ExitCode::FAILURE)
        }
        Err(error) => Err(error.into()),
    }
}

fn refused(what: &str, refusals: &[Refusal]) {
    println!("\n{}", wrapped(&format!("refused: {what} cannot be loaded"), 0, 0));
    for refusal in refusals.iter().take(limits::REFUSALS_SAID) {
        println!("{}", wrapped(&format!("- {}: {refusal}", refusal.requirement()), 0, 4));
    }
    if refusals.len() > limits::REFUSALS_SAID {
        println!("… and {} more", refusals.len() - limits::REFUSALS_SAID);
    }
}

/// The manifest's licence, or that of a well-known model of the same digest.
fn licence(manifest: Option<&Manifest>, digest: Digest) -> Result<String> {
    if let Some(manifest) = manifest {
        return Ok(manifest.licence.clone());
    }
    let known =
        entries(None)?.into_iter().find(|entry| entry.download.as_ref().is_some_and(|file| file.sha256 == digest));
    Ok(known.map_or_else(
        || "not stated; ask where the file is from".to_owned(),
        |entry| format!("{} (it is {})", entry.licence, entry.name),
    ))
}

/// What the file says about itself.
fn show(graph: &Graph) {
    fact("written by", if graph.producer.trim().is_empty() { "not stated" } else { &graph.producer });
    let domain = |domain: &str| if domain.is_empty() { "ai.onnx" } else { domain }.to_owned();
    let sets: Vec<_> =
        graph.operator_sets.iter().map(|(name, version)| format!("{} {version}", domain(name))).collect();
    fact("format", &format!("IR {}, operators of {}", graph.ir_version, sets.join(", ")));
    for (kind, outlets) in [("input", &graph.inputs), ("output", &graph.outputs)] {
        outlets.iter().for_each(|outlet| fact(kind, &format!("{}: {outlet}", outlet.name)));
    }
    let operators = graph.operators.iter().map(|((domain, name), count)| match domain.as_str() {
        "" | "ai.onnx" => format!("{name} {count}"),
        domain => format!("{domain}.{name} {count}"),
    });
    fact("operators", &operators.collect::<Vec<_>>().join(", "));
    for (key, value) in graph.metadata.iter().take(METADATA) {
        let shown: String = value.chars().take(4 * COLUMNS).collect();
        fact("metadata", &format!("{key}: {shown}"));
    }
    if graph.metadata.len() > METADATA {
        fact("metadata", &format!("and {} entries more", graph.metadata.len() - METADATA));
    }
}

fn fact(what: &str, text: &str) {
    println!("{what:INDENT$}{}", wrapped(text, INDENT, INDENT));
}

fn with_toml(file: &Path) -> String {
    file.with_extension("toml").file_name().unwrap_or_default().to_string_lossy().into_owned()
}
