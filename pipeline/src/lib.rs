//! From a camera to an alarm.
//!
//! ```text
//!  one process a camera     one thread a camera              one thread a core, shared        one lock a camera
//! ┌────────────────────┐   ┌──────────────────────────┐   ┌────────────────────────────┐   ┌──────────────────┐
//! │ demultiplex, decode├──▶│ RawFrame ▶ mask ▶ gate   ├──▶│ letterbox ▶ run ▶ decode   ├──▶│ track ▶ rules    ├─▶ Alarm
//! └────────────────────┘   └──────────────────────────┘   └────────────────────────────┘   └──────────────────┘
//!   slots of shared memory         leases, no copies        FairQueue: a turn a camera       in order of capture
//! ```
//! A picture stays where it was decoded until its tensor is made; what travels is a lease of its slot.
//!
//! This crate refuses to know storage, HTTP and who will read what it finds. It has no code for audio (INV-10).

mod camera;
mod engine;
mod gate;
mod health;
pub mod ingest;
mod lane;
mod metrics;
mod queue;
mod stage;
mod tally;
mod track;

pub use engine::{Engine, EngineError, Options};
pub use gate::MotionGate;
pub use health::{CameraHealth, State};
pub use lane::{LaneHappening, LaneReport, PlateChain, PlateSwitch};
pub use metrics::{Metric, Metrics};
pub use stage::Alarm;
pub use tally::{Seen, Tally};
pub use track::Tracker;
