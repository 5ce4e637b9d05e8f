//! Bands of speed, from a rendered road to the count: vehicles of known speed, our own networks, the real engine.

use crate::support::engine::runtime;
use crate::support::{DECODER, SCENE, lanes};
use glam::Vec3;
use jiff::Timestamp;
use std::fmt::Write as _;
use vokter_models::{Detector, Model, Thresholds, find_model};
use vokter_pipeline::{Engine, Options};
use vokter_rules::policy::{Documents, compile};
use vokter_scenes::{Film, Scenario};

/// Metres a second of those who drive by, one after another.
const SPEEDS: [f32; 6] = [5.0, 11.0, 6.0, 16.5, 10.0, 17.5];
/// A stretch of the road (metres on the ground).
const STRETCH: [(f32, f32); 4] = [(-5.0, 9.0), (-5.0, 33.0), (-0.3, 33.0), (-0.3, 9.0)];

const PURPOSE: &str = r#"
[purposes.traffic]
kind = "anonymous-counting"
description = "How fast vehicles drive past the workshop, for the plan of the road"
basis = "legitimate-interest"
proposed_by = "manager"
schedule = [{ days = "mon-sun", from = "05:00", to = "24:00" }]
records.balancing = "records/footfall-balancing.md"
records.dpia = "records/footfall-dpia.md"

[purposes.traffic.rules.speed]
rule = "speed-band"
camera = "gate"
zone = "stretch"
metres = [[0, 0], [0, 24], [4.7, 24], [4.7, 0]]
objects = ["car", "truck", "bus", "motorcycle"]
"#;

#[test]
fn vehicles_of_known_speed_are_counted_in_their_bands() {
    let mut scenario = format!("{}[[episodes]]\nat = \"12:10\"\nlasts = 60\nweather = \"clear\"\n", lanes::place());
    for (turn, speed) in SPEEDS.iter().enumerate() {
        let appears = turn as f32 * 9.0 + 1.0;
        let actor = "[[episodes.actors]]\nkind = \"car\"\npath = [[-2.5, -8], [-2.5, 60]]\n";
        write!(scenario, "{actor}appears = {appears}\nspeed = {speed}\n").unwrap();
    }
    let film = Film::new(Scenario::from_toml(&scenario).unwrap());
    let (width, height) = film.view().size();
    let corner = |(x, y)| {
        let pixel = film.view().project(Vec3::new(x, y, 0.0)).unwrap();
        format!("[{}, {}]", pixel.x / width as f32, pixel.y / height as f32)
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("road.toml");
    std::fs::write(&path, &scenario).unwrap();
    let zone = format!("stretch = [{}]\nlane-in =", STRETCH.map(corner).join(", "));
    let site = lanes::site(&path).replacen("lane-in =", &zone, 1) + PURPOSE;

    let compiled = compile(&site);
    let mut policy = compiled.policy.unwrap_or_else(|| panic!("{:#?}", compiled.diagnostics));
    policy.activate(Timestamp::now(), &Documents::new());
    let sources = policy.cameras().iter().map(|camera| camera.source.clone()).collect();
    let model = Model::open(&runtime(), &find_model(None).unwrap()).unwrap();
    let detectors = vec![Detector::new(&model, Thresholds::default())];
    let now = Timestamp::now();
    let options = Options { decoder: DECODER.into(), scene: SCENE.into(), pace: false, gate: true, stills: false, now };
    let (engine, alarms, _) = Engine::start(&policy, sources, detectors, Vec::new(), &options).unwrap();
    let tally = engine.tallies().iter().find(|tally| tally.rule == "speed").unwrap().clone();
    engine.join().unwrap();
    assert_eq!(alarms.into_iter().count(), 0, "nothing is reported of it");
    let mut bands = std::collections::BTreeMap::new();
    for (_, band, count) in tally.exact().iter() {
        *bands.entry(band).or_default() += count;
    }
    assert_eq!(bands, [("30 to 50", 2), ("50 to 80", 2), ("under 30", 2)].into());
}
