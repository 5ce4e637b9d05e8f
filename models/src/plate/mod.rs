//! Number plates: where they are, and what they say. For a parking purpose and no other (IVA-7a).
//!
//! ```text
//! MaskedFrame + lane or vehicle ─▶ PlateFinder ─▶ FoundPlate ─▶ PlateReader ─▶ PlateReading
//!                                  four corners                 upright crop   redacted, zeroed on drop
//! ```
//! This module refuses to know what a text means, whose it is and how many readings make a plate.

pub(crate) mod corners;
mod finder;
mod reader;
mod reading;

pub use finder::{FoundPlate, PlateFinder};
pub use reader::PlateReader;
pub use reading::PlateReading;
