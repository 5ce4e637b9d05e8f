//! A synthetic camera: pictures of a small site, the same for the same seed, with the truth about what is in them.
//!
//! ```text
//! scenario (TOML) ─▶ Film ──▶ Stage ──▶ frames, YUV 4:2:0        demo, tests, benches
//!                     │                └▶ Seen: boxes, plates     detector quality
//!                     └▶ happenings: who crossed which line when  true against found
//! dice (a seed) ────▶ dataset: random places and casts            training
//! ```
//! Perspective is true: everything is placed in metres and seen through a pinhole camera.
//!
//! This crate refuses to know the engine, its rules and its networks: it is the world, not the watcher.

pub mod actor;
mod canvas;
pub mod dataset;
mod dice;
mod drawing;
mod film;
mod happening;
mod light;
pub mod place;
pub mod plate;
pub mod program;
pub mod scenario;
mod stage;
mod view;
mod walk;
pub mod worker;

pub use canvas::{Canvas, Ink, Paint};
pub use dice::Dice;
pub use film::Film;
pub use happening::{Happening, What};
pub use light::{Lamp, Light, Weather};
pub use scenario::{Scenario, ScenarioError};
pub use stage::{Cast, Seen, Stage};
pub use view::View;
