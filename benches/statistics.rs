//! What statistics cost: cells closed a second, and a year of hours served: `cargo bench --bench statistics`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a bench stops where it fails")]

#[allow(dead_code, reason = "shared with the other benches")]
mod report;

use jiff::{SignedDuration, Timestamp};
use report::{Report, median};
use std::path::Path;
use std::time::Instant;
use vokter_rules::analysis::TrackId;
use vokter_rules::object::ObjectClass;
use vokter_rules::policy::{Grid, Measure};
use vokter_statistics::{Breakdown, Definition, Published, Statistics, Table, csv, json_stat, parquet};

const SERIES: usize = 100;
/// Hours that are closed, of four cells each: ten thousand cells in all.
const HOURS: i64 = 25;
const CELLS: [&str; 4] = ["bicycle", "bus", "car", "truck"];
const HOURS_OF_A_YEAR: i64 = 8760;
/// Milliseconds within which a year of hours is served.
const SERVED_WITHIN_MS: f64 = 50.0;
const ROUNDS: usize = 21;

fn main() {
    let mut report = Report::new("statistics");
    let begin: Timestamp = "2025-11-20T00:00:00+01:00".parse().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let plain = plain_commits(folder.path());
    report.figure("commits of five rows in clear", plain, "spans/s");
    let closed = close(folder.path(), begin);
    report.against("spans of four cells closed", closed, "spans/s", plain);
    report.figure("10,000 cells closed", SERIES as f64 * HOURS as f64 / closed, "s");

    let folder = tempfile::tempdir().unwrap();
    fill(folder.path(), begin);
    let mut published = Published::open(folder.path()).unwrap();
    let name = definition(SERIES / 2).name();
    let read = || Published::open(folder.path()).unwrap().table(&name).unwrap();
    let table = read();
    assert!((table.rows.len() as i64 - HOURS_OF_A_YEAR).abs() <= 1);
    let mut served = |format: &str, write: &dyn Fn(&Table) -> usize| {
        let times = (0..ROUNDS).map(|_| {
            let begun = Instant::now();
            assert!(write(&read()) > 0);
            begun.elapsed().as_secs_f64() * 1e3
        });
        report.against(format!("a year of hours as {format}"), median(times.collect()), "ms", SERVED_WITHIN_MS);
    };
    served("JSON-stat", &|table| json_stat(table).unwrap().to_string().len());
    served("CSV", &|table| csv(table).unwrap().len());
    served("Parquet", &|table| parquet(table).unwrap().len());
    let begun = Instant::now();
    let listed = published.tables().unwrap().len();
    report.figure(format!("list of {listed} tables"), begun.elapsed().as_secs_f64() * 1e3, "ms");
    report.write().unwrap();
}

fn definition(number: usize) -> Definition {
    Definition {
        site: "Town".into(),
        purpose: "traffic".into(),
        series: format!("gate-{number}"),
        measure: Measure::VehicleClasses,
        grid: Grid::Hour,
        time_zone: "Europe/Oslo".into(),
        camera: Some(format!("gate-{number}")),
        place: None,
        objects: vec![ObjectClass::Bicycle, ObjectClass::Car, ObjectClass::Bus, ObjectClass::Truck],
        quiet: None,
        breakdown: Breakdown { dimension: "class".into(), categories: CELLS.map(str::to_owned).to_vec() },
        commissioning: false,
        epsilon: Some(0.25),
        detector: vec![],
    }
}

/// Counts and closes hours of every series; returns how many spans a second are closed.
fn close(folder: &Path, begin: Timestamp) -> f64 {
    let definitions = (0..SERIES).map(definition).collect();
    let mut statistics = Statistics::open(&folder.join("data"), definitions, begin).unwrap();
    let (mut seconds, mut closed) = (0.0, 0);
    for hour in 0..HOURS {
        let at = begin + SignedDuration::from_hours(hour);
        for series in 0..SERIES {
            statistics.look(series, at).unwrap();
            for number in 0..100 {
                let track = TrackId::from_random(number);
                statistics.count(series, track, number as usize % CELLS.len(), at);
                statistics.forget(series, track);
            }
        }
        let begun = Instant::now();
        for series in 0..SERIES {
            closed += statistics.close(series, at + SignedDuration::from_mins(62)).unwrap().len();
        }
        seconds += begun.elapsed().as_secs_f64();
    }
    assert_eq!(closed as i64, SERIES as i64 * HOURS);
    closed as f64 / seconds
}

/// How many commits of as many rows SQLite makes a second on this disk: the limit.
fn plain_commits(folder: &Path) -> f64 {
    let mut database = rusqlite::Connection::open(folder.join("plain.db")).unwrap();
    database.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE row (a, b, c)").unwrap();
    let begun = Instant::now();
    for commit in 0..SERIES as i64 * HOURS {
        let transaction = database.transaction().unwrap();
        for row in 0..=CELLS.len() as i64 {
            transaction.execute("INSERT INTO row VALUES (?1, ?2, ?3)", (commit, row, commit * row)).unwrap();
        }
        transaction.commit().unwrap();
    }
    SERIES as f64 * HOURS as f64 / begun.elapsed().as_secs_f64()
}

/// A year of hours of every series, written past the release: what is measured is reading.
fn fill(folder: &Path, begin: Timestamp) {
    drop(Statistics::open(folder, (0..SERIES).map(definition).collect(), begin).unwrap());
    let database = rusqlite::Connection::open(folder.join("statistics.db")).unwrap();
    let hours = format!(
        "WITH RECURSIVE hour (start) AS (
             VALUES ({begin}) UNION ALL SELECT start + 3600 FROM hour WHERE start < {begin} + 3600 * {HOURS_OF_A_YEAR} - 3600
         )",
        begin = begin.as_second()
    );
    let cells = CELLS.len();
    database
        .execute_batch(&format!(
            "BEGIN;
             INSERT INTO ledger {hours} SELECT name, start, start + 3600, id, 0.25, 1.0, start + 3660 FROM hour, series;
             INSERT INTO cell {hours}, category (number) AS (
                 VALUES (0) UNION ALL SELECT number + 1 FROM category WHERE number < {cells} - 1
             ) SELECT id, start, number, abs(random()) % 200 FROM hour, series, category;
             COMMIT;"
        ))
        .unwrap();
}
