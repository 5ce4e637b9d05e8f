//! Killed at any point of a close, nothing is drawn twice: each run counts the same hours anew and closes them again, and
//! every hour that was ever published has the value that it had.

use super::{Site, crossings, eight, minutes, track};
use crate::{Closed, Outcome, Statistics};
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const KILLS: u32 = 100;
const HOURS: i64 = 400;
const DIRECTORY: &str = "VOKTER_STATISTICS_CRASH_TEST_DIRECTORY";

#[test]
fn inv_7_killed_at_a_hundred_points_no_cell_is_drawn_again() {
    let site = Site::new();
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    let seed = Instant::now();
    for kill in 0..KILLS {
        let dice = seed.elapsed().as_nanos() as u64;
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "tests::crash::child", "--ignored", "--nocapture", "--test-threads=1"])
            .env(DIRECTORY, site.0.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // Some are killed while they open the database.
        if kill % 8 != 0 {
            let _ = lines.by_ref().map_while(Result::ok).find(|line| line.ends_with("begun"));
        }
        std::thread::sleep(Duration::from_micros(dice % (3_000 + 400 * u64::from(kill))));
        child.kill().unwrap();
        child.wait().unwrap();
        // The last line may be cut.
        let whole = lines.map_while(Result::ok).filter_map(|line| line.strip_suffix(" .").map(str::to_owned));
        for line in whole {
            let Some((hour, values)) = line.split_once(' ') else { continue };
            let before = seen.insert(hour.to_owned(), values.to_owned());
            assert!(before.is_none_or(|before| before == values), "{hour} was drawn again");
        }
        let Ok(mut published) = crate::Published::open(site.0.path()) else { continue };
        let Ok(table) = published.table("visitors.crossings") else { continue };
        for row in table.rows.iter().filter(|row| !row.drawn.is_empty()) {
            let (hour, values) = (row.span.start.to_string(), format!("{:?}", row.drawn));
            let before = seen.insert(hour.clone(), values.clone());
            assert!(before.is_none_or(|before| before == values), "{hour} was drawn again");
        }
    }
    println!("{KILLS} kills, {} hours published", seen.len());
    assert!(seen.len() > 10, "the children did something: {}", seen.len());
}

/// The child: counts the same hours as every other, closes each, and says what was published.
#[test]
#[ignore = "it is the child of the test above, and runs until it is killed"]
fn child() {
    let Some(folder) = std::env::var_os(DIRECTORY) else { return };
    let mut statistics = Statistics::open(Path::new(&folder), vec![crossings()], eight()).unwrap();
    let say = |words: String| {
        let mut out = std::io::stdout().lock();
        writeln!(out, "{words}").and_then(|()| out.flush()).unwrap();
    };
    say("begun".into());
    for hour in 0..HOURS {
        let from = eight() + minutes(60 * hour);
        statistics.look(0, from).unwrap();
        for number in 0..40 {
            statistics.count(0, track(1000 * hour as u64 + number), (number % 2) as usize, from + minutes(1));
            statistics.forget(0, track(1000 * hour as u64 + number));
        }
        for Closed { span, outcome, .. } in statistics.close(0, from + minutes(61)).unwrap() {
            match outcome {
                Outcome::Released(values) => say(format!("{} {values:?} .", span.start)),
                Outcome::Refused => say("an hour was refused".into()),
            }
        }
    }
    std::thread::sleep(Duration::from_secs(60));
}
