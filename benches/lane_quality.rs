//! How many of those who pass the gate of the example site are read exactly, by day, at dusk, at night and in rain: vehicles of
//! six countries through two lanes at 20 frames a second, four in ten of which wait at the barrier.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a bench stops where it fails")]

#[path = "../tests/support/lanes.rs"]
mod lanes;
#[allow(dead_code, reason = "this bench takes no medians")]
mod report;

use lanes::{LIGHTS, cars, reports, score, truth};
use report::Report;
use std::time::Instant;
use vokter_models::{Runtime, find_library};
use vokter_pipeline::Metric;

const PROGRAMS: [&str; 2] = [env!("CARGO_BIN_EXE_vokter-decoder"), env!("CARGO_BIN_EXE_vokter-scene")];
/// Cars in each lane and light.
const TURNS: usize = 25;

fn main() {
    let runtime = Runtime::load(&find_library().unwrap()).unwrap();
    let mut report = Report::new("lane_quality");
    let (mut passed, mut exact) = (0, 0);
    for (number, light) in LIGHTS.into_iter().enumerate() {
        let scenario = cars(light, TURNS, 1000 + number as u64);
        let begun = Instant::now();
        let (reports, camera) = reports(&runtime, &scenario, true, PROGRAMS);
        let seconds = begun.elapsed().as_secs_f64();
        let score = score(&truth(&scenario), &reports);
        let all = score.passed as f64;
        let name = light.0;
        report.against(format!("{name}: read exactly"), score.exact as f64, "passages", all);
        report.against(format!("{name}: reported once"), score.reported as f64, "passages", all);
        report.against(format!("{name}: crossed the line"), score.crossed as f64, "passages", all);
        report.figure(format!("{name}: read wrongly"), score.wrong as f64, "passages");
        report.figure(format!("{name}: not read"), score.unread as f64, "passages");
        report.figure(format!("{name}: of nobody"), score.extra as f64, "passages");
        report.figure(format!("{name}: said to go against"), score.against as f64, "reports");
        let frames = camera.count(Metric::FramesAnalysed) as f64;
        report.figure(format!("{name}: one session, rendering included"), frames / seconds, "frames/s");
        (passed, exact) = (passed + score.passed, exact + score.exact);
    }
    report.against("all: read exactly", exact as f64, "passages", passed as f64);
    report.write().unwrap();
}
