//! Detection networks: from a masked picture to boxes of known classes.
//!
//! ```text
//! MaskedFrame ─letterbox─▶ tensor ─ONNX Runtime─▶ output ─decode─▶ candidates ─NMS─▶ Detection
//!                                                          classes that are not ObjectClass end here
//! ```
//!
//! No model is loaded but under its manifest ([`manifest`]), held against its graph ([`graph`]) by the whitelist
//! ([`whitelist`]). `ort` is used in [`session`] alone. What a model says beyond a box, a score and a class of the closed set is
//! dropped in its decoder and reaches nobody (INV-1, IVA-3).
//!
//! This crate refuses to know raw frames, purposes, cameras, time and networks.

mod classes;
pub mod decode;
mod detector;
mod error;
mod file;
pub mod graph;
mod locate;
pub mod manifest;
mod patches;
pub mod plate;
mod proposal;
pub mod registry;
mod reshape;
mod session;
pub mod whitelist;
mod wire;

pub use classes::{COCO_80, ClassMap, Fate};
pub use decode::Detection;
pub use detector::{Detector, Model, Thresholds};
pub use error::ModelError;
pub use file::{ModelFile, manifest_of, read, read_regular};
pub use graph::Graph;
pub use locate::{find_library, find_model, find_plate_models};
pub use manifest::Manifest;
pub use plate::{FoundPlate, PlateFinder, PlateReader, PlateReading};
pub use proposal::{Proposal, propose};
pub use session::{Runtime, Session};
pub use vokter_rules::digest::Digest;
