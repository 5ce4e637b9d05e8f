//! The statistics as users of the program meet them: what is listed, exported, drawn and promised.

use crate::support::VOKTER;
use jiff::{SignedDuration, Timestamp};
use std::path::Path;
use std::process::{Command, Output};
use vokter_rules::analysis::TrackId;
use vokter_rules::object::ObjectClass;
use vokter_rules::policy::{Grid, Measure};
use vokter_statistics::{Breakdown, Definition, Outcome, Statistics};

fn definition() -> Definition {
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
        epsilon: Some(0.25),
        detector: None,
    }
}

fn statistics(folder: &tempfile::TempDir, arguments: &[&str]) -> Output {
    Command::new(VOKTER).arg("statistics").args(arguments).current_dir(folder.path()).output().unwrap()
}

fn shown(folder: &tempfile::TempDir, arguments: &[&str]) -> String {
    let output = statistics(folder, arguments);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Releases an hour of a series into `data`; returns what was drawn.
pub fn release(folder: &Path) -> Vec<i64> {
    let begin: Timestamp = "2026-11-20T08:00:00+01:00".parse().unwrap();
    let mut counter = Statistics::open(&folder.join("data"), vec![definition()], begin).unwrap();
    counter.look(0, begin).unwrap();
    (0..90).for_each(|number| counter.count(0, TrackId::from_random(number), number as usize % 2, begin));
    let closed = counter.close(0, begin + SignedDuration::from_mins(62)).unwrap();
    let Outcome::Released(drawn) = &closed[0].outcome else { panic!("{closed:?}") };
    drawn.clone()
}

#[test]
fn what_was_released_is_listed_exported_drawn_and_explained() {
    let folder = tempfile::tempdir().unwrap();
    let drawn = release(folder.path());

    let table = ["visitors.crossings", "--data-dir", "data"];
    let list = shown(&folder, &["list", "--data-dir", "data"]);
    assert!(list.starts_with("visitors.crossings.") && list.contains("Town square: line crossings by hour"), "{list}");
    let csv = shown(&folder, &[&["export"][..], &table].concat());
    for (way, value) in ["left", "right"].iter().zip(&drawn) {
        assert!(csv.contains(&format!(",{way},{value},{value},")), "{csv}");
    }
    let json = shown(&folder, &[&["export", "--format", "json-stat"][..], &table].concat());
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["value"][1], drawn[0]);
    let parquet = statistics(&folder, &[&["export", "--format", "parquet"][..], &table].concat()).stdout;
    assert!(parquet.starts_with(b"PAR1") && parquet.ends_with(b"PAR1"));
    assert!(shown(&folder, &[&["plot"][..], &table].concat()).starts_with("<svg"));
    assert!(shown(&folder, &[&["plot", "--week"][..], &table].concat()).contains("Week profile"));
    let statement = shown(&folder, &[&["statement", "--language", "nb"][..], &table].concat());
    assert!(statement.contains("differensielt privat"), "{statement}");
}

#[test]
fn what_is_not_there_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let refused = statistics(&folder, &["list", "--data-dir", "data"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("there are no statistics at data"));
    drop(Statistics::open(&folder.path().join("data"), vec![definition()], Timestamp::UNIX_EPOCH).unwrap());
    let refused = statistics(&folder, &["export", "footfall", "--data-dir", "data"]);
    assert!(
        String::from_utf8_lossy(&refused.stderr).contains("there is no table `footfall`; there is visitors.crossings.")
    );
}
