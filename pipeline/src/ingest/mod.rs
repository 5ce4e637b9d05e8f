//! Where pictures come from: decoder processes, and what feeds them.
//!
//! ```text
//! rtsp.rs ──┐
//! mjpeg.rs ─┴─ packets ─▶ feed.rs ─┐            live: network, bounded, sheds the oldest
//! pictures.rs ─────────── packets ─┼─▶ worker ─▶ RawFrame
//! an mp4 or mkv file ──────────────┤            file: waits, loses nothing; pace.rs slows it down if wanted
//! a scenario, rendered ────────────┘
//! ```

pub(crate) mod backoff;
pub(crate) mod credentials;
pub(crate) mod feed;
pub(crate) mod live;
pub(crate) mod mjpeg;
pub(crate) mod pace;
pub(crate) mod pictures;
pub(crate) mod rtsp;
pub mod worker;
