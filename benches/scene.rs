//! How fast the synthetic camera renders, on one core: `cargo bench --bench scene`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a bench stops where it fails")]

#[allow(dead_code, reason = "shared with the other benches")]
mod report;

use report::{Report, median};
use std::path::Path;
use std::time::Instant;
use vokter_scenes::{Canvas, Film, Scenario};

/// What a camera of this size should be rendered at, at least.
const LEAST: f64 = 200.0;
const ROUNDS: usize = 5;

fn main() {
    let mut report = Report::new("scene");
    for name in ["gate", "yard", "street"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("examples/site/{name}.toml"));
        let text = std::fs::read_to_string(path).unwrap();
        let scenario = Scenario::from_toml(&text).unwrap();
        let (width, height) = scenario.size;
        let rates = (0..ROUNDS).map(|_| rate(Film::new(scenario.clone())));
        let whole = median(rates.collect());
        report.against(format!("{name}, {width}x{height}, backgrounds included"), whole, "frames/s", LEAST);
    }
    report.write().unwrap();
}

/// Frames a second over the whole scenario.
fn rate(mut film: Film) -> f64 {
    let (width, height) = film.scenario().size;
    let (mut canvas, mut seen) = (Canvas::new(width, height), Vec::new());
    let (begun, mut frames) = (Instant::now(), 0);
    while film.next_time().is_some() {
        film.next_into(&mut canvas, &mut seen);
        frames += 1;
    }
    f64::from(frames) / begun.elapsed().as_secs_f64()
}
