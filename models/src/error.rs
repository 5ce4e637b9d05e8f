//! What can go wrong with a model or the library that runs it, and what to do about it.

use crate::graph::GraphError;
use crate::manifest::ManifestError;
use crate::whitelist::Refusal;
use std::fmt::Display;
use std::path::PathBuf;
use vokter_rules::limits;

/// Why a model or the runtime cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// `libonnxruntime.so` was not found.
    #[error(
        "ONNX Runtime was not found (looked at {}); run `make setup`, or name the library in ORT_DYLIB_PATH",
        looked_at.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
    )]
    NoLibrary {
        /// Where it was looked for.
        looked_at: Vec<PathBuf>,
    },
    /// The library was found and did not load.
    #[error("ONNX Runtime at {} did not load: {cause}; Vokter needs version 1.24 or later", path.display())]
    Library {
        /// The library.
        path: PathBuf,
        /// What the loader said.
        cause: String,
    },
    /// No model was named and none is installed.
    #[error(
        "no detection model was found (looked for {}); name one with --model FILE, or see `vokter models list`",
        looked_at.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
    )]
    NoModel {
        /// The manifests that were looked for.
        looked_at: Vec<PathBuf>,
    },
    /// The file cannot be read.
    #[error("the model {} cannot be read: {cause}", path.display())]
    Unreadable {
        /// The model.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// The manifest cannot be used.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// There is a model and no manifest.
    #[error("{} has no manifest; write one as {}, for example:\n\n{example}", path.display(), beside.display())]
    NoManifest {
        /// The model.
        path: PathBuf,
        /// Where its manifest is looked for.
        beside: PathBuf,
        /// A manifest that fits, or one to begin with.
        example: String,
    },
    /// The file is no ONNX file.
    #[error("{} is no ONNX model that can be read: {cause}", path.display())]
    NotAGraph {
        /// The model.
        path: PathBuf,
        /// What is wrong.
        cause: GraphError,
    },
    /// The model may not be loaded.
    #[error("the model {} is refused:{}", path.display(), refused(refusals))]
    Refused {
        /// The model.
        path: PathBuf,
        /// Every reason.
        refusals: Vec<Refusal>,
    },
    /// The model does something else.
    #[error("{} is a model for {is}, and {wanted} is wanted here", path.display())]
    WrongTask {
        /// The model.
        path: PathBuf,
        /// Its task.
        is: &'static str,
        /// The task it is to do.
        wanted: &'static str,
    },
    /// ONNX Runtime does not accept the file.
    #[error("{} is no ONNX model that runs here: {cause}", path.display())]
    NotAModel {
        /// The model.
        path: PathBuf,
        /// What ONNX Runtime said.
        cause: String,
    },
    /// The model runs, and not as its manifest says.
    #[error("{} does not run as its manifest says (IVA-3): {what}; correct the manifest, or export it with fixed shapes", path.display())]
    WrongModel {
        /// The model.
        path: PathBuf,
        /// What does not fit.
        what: String,
    },
    /// A run failed.
    #[error("inference failed: {0}")]
    Run(String),
}

/// A text without what a terminal would act on.
pub(crate) fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// The same for a text of several lines.
pub(crate) fn plain_lines(text: &str) -> String {
    text.split('\n').map(plain).collect::<Vec<_>>().join("\n")
}

/// A line for each.
pub(crate) fn listed<T: Display>(items: &[T]) -> String {
    items.iter().map(|item| format!("\n  {}", item.to_string().replace('\n', "\n  "))).collect()
}

fn refused(refusals: &[Refusal]) -> String {
    let said = refusals.iter().take(limits::REFUSALS_SAID);
    let mut lines: Vec<_> = said.map(|refusal| format!("{}: {refusal}", refusal.requirement())).collect();
    if refusals.len() > lines.len() {
        lines.push(format!("… and {} more", refusals.len() - lines.len()));
    }
    listed(&lines)
}
