//! What the tests share: a site with one hourly series, tracks, and time that is watched.

mod canary;
mod crash;
mod differencing;
mod distribution;
mod formats;
mod ledger;
mod neighbours;
mod sensitivity;
#[cfg(feature = "parquet")]
mod tools;
mod utility;

use crate::{Breakdown, Definition, Published, Statistics, Table};
use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;
use vokter_rules::analysis::TrackId;
use vokter_rules::object::ObjectClass;
use vokter_rules::policy::{Grid, Measure};

/// The claim that the tests hold.
const EPSILON: f64 = 0.25;

/// An hour of a Friday morning begins.
fn eight() -> Timestamp {
    "2026-11-20T08:00:00+01:00".parse().unwrap()
}

fn minutes(count: i64) -> SignedDuration {
    SignedDuration::from_mins(count)
}

fn track(number: u64) -> TrackId {
    TrackId::from_random(number)
}

/// Crossings of a line by the hour, left or right.
fn crossings() -> Definition {
    Definition {
        site: "Town square".into(),
        purpose: "visitors".into(),
        series: "crossings".into(),
        measure: Measure::LineCrossings,
        grid: Grid::Hour,
        time_zone: "Europe/Oslo".into(),
        camera: Some("square".into()),
        place: None,
        objects: vec![ObjectClass::Person],
        quiet: None,
        breakdown: Breakdown { dimension: "direction".into(), categories: vec!["left".into(), "right".into()] },
        commissioning: false,
        epsilon: Some(EPSILON),
        detector: vec![],
    }
}

/// A data directory.
struct Site(TempDir);

impl Site {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn open(&self, definitions: &[Definition], now: Timestamp) -> Statistics {
        Statistics::open(self.0.path(), definitions.to_vec(), now).unwrap()
    }

    fn published(&self) -> Published {
        Published::open(self.0.path()).unwrap()
    }

    fn table(&self, name: &str) -> Table {
        self.published().table(name).unwrap()
    }
}

/// Looks at a series every five seconds, to the last moment before `until`.
fn watch(statistics: &mut Statistics, series: usize, from: Timestamp, until: Timestamp) {
    let mut at = from;
    while at < until {
        statistics.look(series, at).unwrap();
        at += SignedDuration::from_secs(5);
    }
    statistics.look(series, until - SignedDuration::from_millis(1)).unwrap();
}
