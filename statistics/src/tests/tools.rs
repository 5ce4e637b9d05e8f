//! The tools of statisticians read what was written: `scripts/check-statistics.sh` makes their environment and runs this.

use super::Site;
use super::formats::table;
use crate::{csv, json_stat, parquet, series_plot, week_profile};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

#[test]
#[ignore = "it needs the Python environment that scripts/check-statistics.sh makes"]
fn the_tools_of_statisticians_read_the_same() {
    let Some(python) = std::env::var_os("VOKTER_STATISTICS_PYTHON") else { return };
    let (site, folder) = (Site::new(), tempfile::tempdir().unwrap());
    let table = table(&site);
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    write("table.json", json_stat(&table).unwrap().to_string().as_bytes());
    write("table.csv", csv(&table).unwrap().as_bytes());
    write("table.parquet", &parquet(&table).unwrap());
    write("series.svg", series_plot(&table).unwrap().as_bytes());
    write("week.svg", week_profile(&table).unwrap().as_bytes());
    let drawn: Vec<Vec<i64>> = table.rows.iter().map(|row| row.drawn.clone()).collect();
    write("truth.json", Value::from(drawn).to_string().as_bytes());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/check_statistics.py");
    let read = Command::new(python).arg(script).arg(folder.path()).output().unwrap();
    let said = String::from_utf8_lossy(&read.stdout).into_owned() + &String::from_utf8_lossy(&read.stderr);
    println!("{said}");
    assert!(read.status.success(), "{said}");
}
