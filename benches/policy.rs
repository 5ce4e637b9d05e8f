//! How long a large site file takes to compile, and a broken one to be explained: `cargo bench --bench policy`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a bench stops where it fails"
)]

#[allow(dead_code, reason = "shared with the other benches")]
mod report;
#[allow(dead_code, reason = "shared with the tests")]
#[path = "../tests/support/site.rs"]
mod site;

use report::{Report, median};
use std::fmt::Write;
use std::process::Command;
use std::time::Instant;
use vokter_rules::policy::compile;

const CAMERAS: usize = 500;
const RULES: usize = 2000;
const PURPOSES: usize = 20;
const ZONES_PER_CAMERA: usize = RULES / CAMERAS;
const ROUNDS: usize = 11;
/// Milliseconds within which a site file compiles.
const LIMIT: f64 = 200.0;
/// Milliseconds within which every error of a broken one is found, and said.
const BROKEN_LIMIT: f64 = 2000.0;

fn main() {
    let mut report = Report::new("policy");
    let text = large();
    let compiled = compile(&text);
    let policy = compiled.policy.unwrap_or_else(|| panic!("{:#?}", compiled.diagnostics.first()));
    assert_eq!(policy.cameras().len(), CAMERAS);
    assert_eq!(policy.purposes().iter().map(|purpose| purpose.rules.len()).sum::<usize>(), RULES);
    report.figure("site file", text.len() as f64 / 1e3, "kB");
    report.against(format!("{CAMERAS} cameras, {RULES} rules"), compiling(&text), "ms", LIMIT);

    for (what, broken) in [
        ("places", text.replace("place = \"here\"", "place = \"hier\"")),
        ("zones", text.replace("zone = \"zone-0\"", "zone = \"zone-O\"")),
        ("cameras", text.replace("camera = \"camera-", "camera = \"kamera-")),
        ("keys", text.replace("place = \"here\"", "place = \"here\"\nplaze = \"here\"")),
    ] {
        let errors = compile(&broken).diagnostics.len();
        assert!(errors >= CAMERAS, "{what}: {errors}");
        report.against(format!("{errors} errors in {what}"), compiling(&broken), "ms", BROKEN_LIMIT);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("site.toml");
        std::fs::write(&path, broken).unwrap();
        for format in ["text", "json"] {
            let begun = Instant::now();
            let mut command = Command::new(env!("CARGO_BIN_EXE_vokter"));
            let output = command.arg("check").arg(&path).args(["--format", format]).output().unwrap();
            assert_eq!(output.status.code(), Some(1));
            let milliseconds = begun.elapsed().as_secs_f64() * 1e3;
            report.against(format!("{errors} errors in {what}, said as {format}"), milliseconds, "ms", BROKEN_LIMIT);
        }
    }
    report.write().unwrap();
}

/// Milliseconds that a file takes, the median of some rounds.
fn compiling(text: &str) -> f64 {
    let times = (0..ROUNDS).map(|_| {
        let begun = Instant::now();
        std::hint::black_box(compile(std::hint::black_box(text)));
        begun.elapsed().as_secs_f64() * 1e3
    });
    median(times.collect())
}

/// A site of many cameras, each with a mask and zones, and a rule for each zone.
fn large() -> String {
    let mut text = site::HEAD.to_owned();
    for camera in 0..CAMERAS {
        let _ = write!(
            text,
            "[cameras.camera-{camera}]\nplace = \"here\"\nsource = {{ env = \"CAMERA_{camera}_URL\" }}\n\
             masks.sky = [[0.0, 0.0], [1.0, 0.0], [1.0, 0.1], [0.0, 0.1]]\n"
        );
        for zone in 0..ZONES_PER_CAMERA {
            let (left, right) = (zone as f64 * 0.2, zone as f64 * 0.2 + 0.15);
            let _ = writeln!(
                text,
                "zones.zone-{zone} = [[{left:.2}, 0.9], [{right:.2}, 0.9], [{right:.2}, 0.5], [{left:.2}, 0.5]]"
            );
        }
    }
    for purpose in 0..PURPOSES {
        let name = format!("purposes.purpose-{purpose}");
        let schedule = "schedule = [{ days = \"mon-sun\", from = \"18:00\", to = \"06:00\" }]";
        let _ = write!(text, "[{name}]{}{schedule}\nretention = {{ days = 3 }}\n", site::WEIGHED);
        let cameras = CAMERAS / PURPOSES;
        for camera in purpose * cameras..(purpose + 1) * cameras {
            for zone in 0..ZONES_PER_CAMERA {
                let _ = write!(
                    text,
                    "[{name}.rules.rule-{camera}-{zone}]\nrule = \"zone-intrusion\"\ncamera = \"camera-{camera}\"\n\
                     zone = \"zone-{zone}\"\nobjects = [\"person\"]\n"
                );
            }
        }
    }
    text
}
