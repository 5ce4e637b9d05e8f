//! Counts that are about nobody: the only things that leave without a purpose, and may be kept for ever.
//!
//! A [`Definition`] says what is counted, where, over which fixed spans. [`Statistics`] counts in memory, where a track
//! counts in at most one cell of a table, and releases each cell once: when its span is over, noise is drawn, the count is
//! erased, and the noisy value and its price are written in one transaction. [`Published`] reads what was released; the
//! formats, pictures and the privacy statement are made of that alone.
//!
//! This crate refuses to know pictures, plates and the clock: a track is a random number that nothing outside the run
//! knows, and `now` is passed in. No exact count of a released series is ever written, printed or returned.
//!
//! ```text
//!  track, cell ──▶ count in memory ──close──▶ count + discrete Laplace ──▶ statistics.db ──▶ JSON-stat, CSV, Parquet
//!                   one cell a track           drawn once, count erased     cells, ledger     SVG, statement
//! ```

mod csv;
mod definition;
mod error;
mod grid;
mod interval;
mod jsonstat;
mod listing;
mod metadata;
mod noise;
#[cfg(feature = "parquet")]
mod parquet;
mod plot;
mod published;
mod release;
mod statement;
mod store;
mod tally;
#[cfg(test)]
mod tests;

pub use csv::csv;
pub use definition::{Breakdown, Definition, Place, Quiet, band_of_stay};
pub use error::StatisticsError;
pub use grid::{Span, Spans};
pub use interval::{DetectorError, Interval, Measured};
pub use jsonstat::json_stat;
pub use listing::listing;
pub use metadata::metadata;
pub use noise::Noise;
#[cfg(feature = "parquet")]
pub use parquet::parquet;
pub use plot::{series_plot, week_profile};
pub use published::{Published, Row, Status, Table, TableInfo};
pub use release::{Closed, Outcome, Statistics};
pub use statement::{Language, statement};
