//! What can go wrong with a model or the library that runs it, and what to do about it.

use std::path::PathBuf;

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
    /// No model was named and none was found.
    #[error(
        "no detection model was found (looked in {}); name one with --model FILE.onnx",
        looked_in.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
    )]
    NoModel {
        /// The folders that were searched.
        looked_in: Vec<PathBuf>,
    },
    /// Several models were found and none was named.
    #[error(
        "{} holds several models ({}); name one with --model FILE.onnx",
        folder.display(), names.join(", ")
    )]
    SeveralModels {
        /// The folder.
        folder: PathBuf,
        /// The file names in it.
        names: Vec<String>,
    },
    /// The file cannot be read.
    #[error("the model {} cannot be read: {cause}", path.display())]
    Unreadable {
        /// The model.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// ONNX Runtime does not accept the file.
    #[error("{} is no ONNX model that runs here: {cause}", path.display())]
    NotAModel {
        /// The model.
        path: PathBuf,
        /// What ONNX Runtime said.
        cause: String,
    },
    /// The model is not a detector of a kind that is known.
    #[error(
        "{} is not a YOLOX detector over the 80 COCO classes: {what}; export one with a fixed input of 1x3xHxW",
        path.display()
    )]
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
