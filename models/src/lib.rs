//! Detection networks: from a masked picture to boxes of known classes.
//!
//! ```text
//! MaskedFrame ─letterbox─▶ tensor ─ONNX Runtime─▶ output ─decode─▶ candidates ─NMS─▶ Detection
//!                                                          classes that are not ObjectClass end here
//! ```
//!
//! `ort` is used in [`session`] alone. What a model says beyond a box, a score and a class of the closed set is
//! dropped in its decoder and reaches nobody (INV-1, IVA-3).
//!
//! This crate refuses to know raw frames, purposes, cameras and time.

mod classes;
mod decode;
mod detector;
mod error;
mod locate;
mod plate;
mod reshape;
mod session;

pub use decode::Detection;
pub use detector::{Detector, Model, Thresholds};
pub use error::ModelError;
pub use locate::{find_library, find_model};
pub use plate::{FinderOutput, FoundPlate, PlateFinder, PlateReader, PlateReading, SlotAlphabet};
pub use session::{Runtime, Session};
