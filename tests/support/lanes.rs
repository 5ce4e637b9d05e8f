//! The gate of the example site with other cars: what truly passes it, and what its lanes report.

use jiff::Timestamp;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use vokter_models::{Detector, Model, ModelFile, Runtime, Thresholds, find_model, find_plate_models};
use vokter_pipeline::{CameraHealth, Engine, LaneHappening, LaneReport, Options, PlateChain};
use vokter_rules::policy::{Documents, compile};
use vokter_scenes::plate::Country;
use vokter_scenes::{Dice, Scenario, What};

/// Seconds in which one car passes each lane.
const TURN: f32 = 9.0;
/// Seconds between one visitor and the next.
const VISIT: f32 = 7.0;

/// A light: its name, the hour and the weather.
pub type Light = (&'static str, &'static str, &'static str);

/// The lights that lanes are read in.
pub const LIGHTS: [Light; 4] =
    [("day", "12:10", "clear"), ("dusk", "17:36", "clear"), ("night", "22:30", "clear"), ("rain", "12:10", "rain")];

/// What passed a lane: which, whose, and at which nanosecond of the day it crossed the line.
pub struct Passed {
    pub lane: &'static str,
    pub plate: String,
    pub time_ns: i64,
}

/// Cars of several countries through both lanes, some of which wait at the line.
pub fn cars(light: Light, turns: usize, seed: u64) -> String {
    let mut text = place();
    let (_, at, weather) = light;
    let lasts = turns as f32 * TURN + 14.0;
    write!(text, "[[episodes]]\nat = \"{at}\"\nlasts = {lasts}\nweather = \"{weather}\"\n").unwrap();
    let mut dice = Dice::new(seed);
    for turn in 0..turns {
        for is_in in [true, false] {
            let kind = dice.pick(&["car", "car", "car", "van"], "car");
            let country = if dice.chance(0.7) { Country::Norway } else { dice.pick(&Country::ALL, Country::Norway) };
            let plate = country.text(&mut dice);
            let country = format!("{country:?}").to_lowercase();
            let speed = dice.range(4.0, 7.5);
            let appears = turn as f32 * TURN + dice.range(0.5, 2.0);
            let (path, stop) = if is_in { ("[-2.5, -8], [-2.5, 40]", 16.0) } else { ("[2.5, 44], [2.5, -9]", 33.0) };
            let wait = if dice.chance(0.4) { dice.range(1.0, 3.0) } else { 0.0 };
            write!(
                text,
                "[[episodes.actors]]\nkind = \"{kind}\"\nappears = {appears}\npath = [{path}]\nspeed = {speed}\n\
                 plate = \"{plate}\"\ncountry = \"{country}\"\npauses = [{{ after = {stop}, seconds = {wait} }}]\n"
            )
            .unwrap();
        }
    }
    text
}

/// The gate of the example without its cars, at 20 pictures a second.
pub fn place() -> String {
    let gate = std::fs::read_to_string(site_folder().join("gate.toml")).unwrap();
    let (place, _) = gate.split_once("[[episodes]]").unwrap();
    format!("frames_per_second = 20\n{place}")
}

/// Cars that come in one after another and go out in another order twenty minutes later, all of them Norwegian or of a country
/// near by.
#[allow(dead_code, reason = "for the bench of car parks")]
pub fn visits((_, at, weather): Light, count: usize, seed: u64) -> String {
    let mut dice = Dice::new(seed);
    let visit = |dice: &mut Dice| {
        let country = if dice.chance(0.8) { Country::Norway } else { dice.pick(&Country::ALL, Country::Norway) };
        (country.text(dice), format!("{country:?}").to_lowercase())
    };
    let mut cars: Vec<_> = (0..count).map(|_| visit(&mut dice)).collect();
    let later: jiff::civil::Time = at.parse().unwrap();
    let later = later.wrapping_add(jiff::SignedDuration::from_mins(20)).strftime("%H:%M").to_string();
    let mut text = place();
    for (at, path, stop) in [(at, "[-2.5, -8], [-2.5, 40]", 16.0), (later.as_str(), "[2.5, 44], [2.5, -9]", 33.0)] {
        let lasts = count as f32 * VISIT + 14.0;
        write!(text, "[[episodes]]\nat = \"{at}\"\nlasts = {lasts}\nweather = \"{weather}\"\n").unwrap();
        for (turn, (plate, country)) in cars.iter().enumerate() {
            let appears = turn as f32 * VISIT + dice.range(0.5, 1.5);
            let (speed, wait) = (dice.range(4.5, 7.0), if dice.chance(0.5) { dice.range(0.5, 1.5) } else { 0.0 });
            write!(
                text,
                "[[episodes.actors]]\nkind = \"car\"\nappears = {appears}\npath = [{path}]\nspeed = {speed}\n\
                 plate = \"{plate}\"\ncountry = \"{country}\"\npauses = [{{ after = {stop}, seconds = {wait} }}]\n"
            )
            .unwrap();
        }
        for place in 1..cars.len() {
            cars.swap(place, dice.below(place + 1));
        }
    }
    text
}

/// What truly passes the lanes of a scenario, in order.
pub fn truth(scenario: &str) -> Vec<Passed> {
    let crossed = |happening: vokter_scenes::Happening| {
        let What::Crossed { line, .. } = happening.what else { return None };
        let lane = match line.as_str() {
            "barrier-in" => "way-in",
            "barrier-out" => "way-out",
            _ => return None,
        };
        Some(Passed { lane, plate: happening.plate?.replace(' ', ""), time_ns: happening.time_ns })
    };
    Scenario::from_toml(scenario).unwrap().happenings().into_iter().filter_map(crossed).collect()
}

/// The example site with its gate alone, over another scenario.
pub fn site(scenario: &Path) -> String {
    let site = std::fs::read_to_string(site_folder().join("site.toml")).unwrap();
    let cut = |text: &str, from: &str, to: &str| {
        let (before, rest) = text.split_once(from).unwrap();
        format!("{before}{to}{}", rest.split_once(to).unwrap().1)
    };
    let site = cut(&site, "[places.yard]", "# `scene:`");
    let site = cut(&site, "[cameras.yard]", "# The parking operator");
    let (site, _) = site.split_once("# The statistician").unwrap();
    site.replace("scene:gate.toml", &format!("scene:{}", scenario.display()))
}

/// What the lanes of a scenario report, with reading on or off; and the camera.
pub fn reports(
    runtime: &Runtime,
    scenario: &str,
    reads: bool,
    [decoder, scene]: [&str; 2],
) -> (Vec<LaneReport>, Arc<CameraHealth>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gate.toml");
    std::fs::write(&path, scenario).unwrap();
    let mut policy = compile(&site(&path)).policy.expect("the example compiles");
    policy.activate(Timestamp::now(), &Documents::new());
    let sources = policy.cameras().iter().map(|camera| camera.source.clone()).collect();
    let model = Model::open(runtime, &find_model(None).unwrap()).unwrap();
    let [finder, reader] = find_plate_models().unwrap().map(|path| ModelFile::open(&path).unwrap());
    let chain = PlateChain::open(runtime, &finder, &reader).unwrap();
    let detectors = vec![Detector::new(&model, Thresholds::default())];
    let now = midnight();
    let options = Options { decoder: decoder.into(), scene: scene.into(), pace: false, gate: true, stills: false, now };
    let (engine, _, reports) = Engine::start(&policy, sources, detectors, vec![chain], &options).unwrap();
    let switch = engine.reading("parking").expect("the purpose has lanes");
    assert!(!switch.is_on(), "nothing is read until its owner wants it");
    if reads {
        switch.resume();
    }
    let receiver = std::thread::spawn(move || reports.into_iter().collect());
    let cameras = engine.join().unwrap();
    (receiver.join().unwrap(), Arc::clone(&cameras[0]))
}

fn site_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/site")
}

/// The beginning of the example's day.
fn midnight() -> Timestamp {
    "2026-11-20T00:00:00+01:00".parse().unwrap()
}

/// What was got right of what passed.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// Vehicles that passed.
    pub passed: usize,
    /// Passages that were reported.
    pub reported: usize,
    /// Crossings that were reported.
    pub crossed: usize,
    /// Passages whose plate is that of the vehicle.
    pub exact: usize,
    /// Passages whose plate is another.
    pub wrong: usize,
    /// Passages of nobody, or of who has one already.
    pub extra: usize,
    /// Passages without a plate.
    pub unread: usize,
    /// Passages and crossings against the direction of the lane, of which there are none.
    pub against: usize,
}

/// Holds what the lanes reported against the truth: a passage is of the next vehicle that crosses the line of its lane within
/// ten seconds and has no passage yet.
pub fn score(truth: &[Passed], reports: &[LaneReport]) -> Score {
    let mut score = Score { passed: truth.len(), ..Score::default() };
    for lane in ["way-in", "way-out"] {
        let mut waiting: Vec<_> = truth.iter().filter(|passed| passed.lane == lane).collect();
        let (mut passages, mut crossings) = (0, 0);
        for report in reports.iter().filter(|report| report.lane == lane) {
            match &report.happening {
                LaneHappening::Passage { obeys, reading } => {
                    score.against += usize::from(!obeys);
                    let at_ns = report.at.duration_since(midnight()).as_nanos() as i64;
                    let near = |passed: &&Passed| (-2_000_000_000..10_000_000_000).contains(&(passed.time_ns - at_ns));
                    let index = waiting.iter().position(near);
                    let plate = index.map(|index| waiting.remove(index).plate.as_str());
                    let said = reading.as_ref().map(|reading| reading.plate.disclose_text());
                    match (said, plate) {
                        (_, None) => score.extra += 1,
                        (None, _) => score.unread += 1,
                        (said, plate) if said == plate => score.exact += 1,
                        _ => score.wrong += 1,
                    }
                    passages += 1;
                }
                LaneHappening::Crossed { obeys } => {
                    score.against += usize::from(!obeys);
                    crossings += 1;
                    assert!(crossings <= passages, "a passage comes before its crossing");
                }
            }
        }
        score.reported += passages;
        score.crossed += crossings;
    }
    score
}
