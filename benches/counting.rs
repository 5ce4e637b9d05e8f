//! How right counts are: rendered days of traffic through the whole engine, held against what truly happened, and what is left
//! of that once noise is added: `cargo bench --bench counting`. `VOKTER_DAYS` says how many days; 6 without it.
//!
//! Prints the tables `[[counting]]` of a model's manifest, and the rows of the table in docs/statistics.md.
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

use crossbeam::channel::unbounded;
use jiff::{SignedDuration, Timestamp};
use report::{Report, median};
use site::HEAD;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use vokter_models::{Detector, Model, Runtime, Thresholds, find_library, find_model};
use vokter_pipeline::{Engine, Options, Seen};
use vokter_rules::object::ObjectClass;
use vokter_rules::policy::{Measure, SitePolicy, Source, compile};
use vokter_scenes::{Film, Scenario, What};
use vokter_statistics::{Definition, Outcome, Statistics};

/// Places that no training picture shows, with the line that is counted.
const STREET: (&str, &str) = (include_str!("../examples/site/street.toml"), "passage");
const GATE: (&str, &str) = (include_str!("../examples/site/gate.toml"), "gate");
/// Half a minute of each hour of a day is rendered.
const HOURS: std::ops::Range<usize> = 6..22;
const LASTS: f32 = 30.0;
const MIDNIGHT: &str = "2026-11-20T00:00:00+01:00";
const RESAMPLES: usize = 4000;
/// How often each released total is drawn anew, on the same days: what an error usually is, not what it was once.
const DRAWS: usize = 41;

/// Numbers that look random (Steele, Lea and Flood, *Fast splittable pseudorandom number generators*, 2014).
struct Dice(u64);

impl Dice {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let a = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let b = (a ^ (a >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        b ^ (b >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.bits() % end as u64) as usize
    }

    fn range(&mut self, from: f32, to: f32) -> f32 {
        from + (to - from) * (self.bits() >> 40) as f32 / (1 << 24) as f32
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}

/// What truly crossed and what was counted of it, in one half minute.
#[derive(Clone, Copy, Default)]
struct Episode {
    there: usize,
    counted: usize,
}

/// How far totals of days were off, in percent of what was there.
struct Errors {
    name: &'static str,
    counted: Vec<f64>,
    released: Vec<f64>,
    truth: Vec<usize>,
}

impl Errors {
    fn of(name: &'static str) -> Self {
        Self { name, counted: vec![], released: vec![], truth: vec![] }
    }
}

/// A day's camera: its film, and where its line is in the picture.
struct Camera {
    name: &'static str,
    text: String,
    film: Film,
    line: &'static str,
}

impl Camera {
    fn new(name: &'static str, (place, line): (&str, &'static str), episodes: &str, seed: u64) -> Self {
        let (head, _) = place.split_once("[[episodes]]").unwrap();
        let begin = head.find("seed = ").unwrap();
        let rest = head[begin..].find('\n').unwrap();
        let text = format!("{}seed = {seed}{}{episodes}", &head[..begin], &head[begin + rest..]);
        let film = Film::new(Scenario::from_toml(&text).unwrap());
        Self { name, text, film, line }
    }

    /// The camera in a site file.
    fn in_site(&self) -> String {
        let shapes = self.film.scenario().shapes_in_picture(self.film.view());
        let (_, ends) = shapes.iter().find(|(name, _)| name == self.line).unwrap();
        let (name, line) = (self.name, self.line);
        format!(
            "[cameras.{name}]\nplace = \"here\"\nsource = {{ file = \"scene:{name}.toml\", starts_at = \"{MIDNIGHT}\" }}\n\
             lines.{line} = [[{}, {}], [{}, {}]]\n",
            ends[0].x, ends[0].y, ends[1].x, ends[1].y
        )
    }

    /// How many of a class truly crossed, in each hour.
    fn truth(&self, class: ObjectClass) -> [usize; 24] {
        let mut hours = [0; 24];
        for one in self.film.scenario().happenings() {
            let is_it = matches!(&one.what, What::Crossed { line, .. } if line == self.line);
            if is_it && one.kind.classes().contains(&class.name()) {
                hours[(one.time_ns / 3_600_000_000_000) as usize] += 1;
            }
        }
        hours
    }
}

/// Half a minute of traffic in each hour: on foot and by bicycle.
fn on_the_pavement(dice: &mut Dice) -> String {
    let mut text = String::new();
    for hour in HOURS {
        begin(&mut text, hour, dice);
        for _ in 0..2 + dice.below(6) {
            let (y, appears, speed) = (dice.range(4.4, 8.4), dice.range(0.2, 12.0), dice.range(1.25, 1.8));
            actor(&mut text, "person", appears, dice.pick(&[-1.0, 1.0]), (11.5, y), speed);
        }
        if dice.below(3) == 0 {
            actor(&mut text, "cyclist", dice.range(2.0, 20.0), dice.pick(&[-1.0, 1.0]), (14.0, 4.2), 4.5);
        }
    }
    text
}

fn begin(text: &mut String, hour: usize, dice: &mut Dice) {
    let weather = dice.pick(&["clear", "clear", "overcast", "rain"]);
    let minute = dice.below(50);
    writeln!(text, "[[episodes]]\nat = \"{hour:02}:{minute:02}\"\nlasts = {LASTS}\nweather = \"{weather}\"\n").unwrap();
}

fn actor(text: &mut String, kind: &str, appears: f32, way: f32, (far, y): (f32, f32), speed: f32) {
    writeln!(
        text,
        "[[episodes.actors]]\nkind = \"{kind}\"\nappears = {appears:.1}\nspeed = {speed:.2}\n\
         path = [[{:.2}, {y:.2}], [{:.2}, {y:.2}]]\n",
        -far * way,
        far * way
    )
    .unwrap();
}

/// Half a minute of traffic in each hour: vehicles, one behind the other, in on the left and out on the right.
fn through_the_gate(dice: &mut Dice) -> String {
    let mut text = String::new();
    let kinds = ["car", "car", "car", "car", "van", "van", "bus", "lorry", "motorcyclist"];
    for hour in HOURS {
        begin(&mut text, hour, dice);
        for path in ["[[-2.5, -8], [-2.5, 40]]", "[[2.5, 44], [2.5, -9]]"] {
            let (mut appears, speed) = (dice.range(0.5, 6.0), dice.range(5.0, 6.5));
            while appears < 19.0 {
                let kind = dice.pick(&kinds);
                writeln!(
                    text,
                    "[[episodes.actors]]\nkind = \"{kind}\"\nappears = {appears:.1}\nspeed = {speed:.2}\npath = {path}\n"
                )
                .unwrap();
                appears += dice.range(4.0, 9.0);
            }
        }
    }
    text
}

fn site_of(cameras: &[Camera]) -> SitePolicy {
    let mut text = HEAD.to_owned();
    cameras.iter().for_each(|camera| text += &camera.in_site());
    text += "[purposes.traffic]\nkind = \"anonymous-counting\"\n\
             description = \"How many pass on foot and by vehicle each day, for the plan of the street\"\n\
             basis = \"legitimate-interest\"\nproposed_by = \"manager\"\nschedule = \"always\"\nbecause = \"a bench\"\n\
             records.balancing = \"balancing.md\"\nrecords.dpia = \"dpia.md\"\n";
    let objects = "objects = [\"bicycle\", \"car\", \"motorcycle\", \"bus\", \"truck\"]";
    for (camera, objects) in cameras.iter().zip(["objects = [\"person\"]", objects]) {
        let (name, line) = (camera.name, camera.line);
        write!(
            text,
            "[purposes.traffic.rules.{name}]\nrule = \"line-count\"\ncamera = \"{name}\"\nline = \"{line}\"\n{objects}\n\
             [purposes.traffic.series.{name}]\nmeasure = \"line-crossings\"\ncamera = \"{name}\"\nline = \"{line}\"\n\
             grid = \"day\"\nnamed_in_balancing = true\n"
        )
        .unwrap();
    }
    let name = cameras[0].name;
    write!(
        text,
        "[purposes.traffic.rules.cycles]\nrule = \"line-count\"\ncamera = \"{name}\"\nline = \"{}\"\n\
         objects = [\"bicycle\"]\n",
        cameras[0].line
    )
    .unwrap();
    let compiled = compile(&text);
    let Some(policy) = compiled.policy else { panic!("{:#?}\n{text}", compiled.diagnostics) };
    policy
}

/// What the rules of a day saw, by the rule's name.
fn run(policy: &SitePolicy, folder: &Path, model: &Model) -> Vec<(String, Seen)> {
    let sources = policy.cameras().iter().map(|camera| match &camera.source {
        Source::File(file) => {
            let mut file = file.clone();
            file.path = folder.join(&file.path).display().to_string();
            Source::File(file)
        }
        source => source.clone(),
    });
    let detectors = (0..2).map(|_| Detector::new(model, Thresholds::default())).collect();
    let options = Options {
        decoder: PathBuf::from(env!("CARGO_BIN_EXE_vokter-decoder")),
        scene: PathBuf::from(env!("CARGO_BIN_EXE_vokter-scene")),
        pace: false,
        gate: true,
        stills: false,
        now: MIDNIGHT.parse().unwrap(),
    };
    let (engine, _alarms, _reports) = Engine::start(policy, sources.collect(), detectors, vec![], &options).unwrap();
    let (sender, seen) = unbounded();
    for tally in engine.tallies() {
        let (sender, rule) = (sender.clone(), tally.rule.clone());
        tally.tell(move |seen| {
            let _ = sender.send((rule.clone(), seen));
        });
    }
    engine.join().unwrap();
    drop(sender);
    seen.try_iter().collect()
}

fn main() {
    let days: u64 = std::env::var("VOKTER_DAYS").ok().and_then(|days| days.parse().ok()).unwrap_or(6);
    let runtime = Runtime::load(&find_library().unwrap()).unwrap();
    let model = Model::open(&runtime, &find_model(None).unwrap()).unwrap();
    let mut report = Report::new("counting");
    let classes = &ObjectClass::ALL[..6];
    let mut episodes: Vec<Vec<Episode>> = vec![vec![]; classes.len()];
    let mut errors = ["street", "gate"].map(Errors::of);
    for day in 0..days {
        let mut dice = Dice(1_000 + day);
        let street = Camera::new("street", STREET, &on_the_pavement(&mut dice), 500 + day);
        let gate = Camera::new("gate", GATE, &through_the_gate(&mut dice), 600 + day);
        let folder = tempfile::tempdir().unwrap();
        for camera in [&street, &gate] {
            std::fs::write(folder.path().join(format!("{}.toml", camera.name)), &camera.text).unwrap();
        }
        let cameras = [street, gate];
        let policy = site_of(&cameras);
        let seen = run(&policy, folder.path(), &model);
        for (index, class) in classes.iter().enumerate() {
            let (camera, rule) = match class {
                ObjectClass::Person => (&cameras[0], "street"),
                ObjectClass::Bicycle => (&cameras[0], "cycles"),
                _ => (&cameras[1], "gate"),
            };
            let counted = counted(&seen, rule, |other| other == *class);
            let truth = camera.truth(*class);
            episodes[index].extend(HOURS.map(|hour| Episode { there: truth[hour], counted: counted[hour] }));
        }
        for (series, camera) in cameras.iter().enumerate() {
            let of_it = |class: &&ObjectClass| (**class == ObjectClass::Person) == (series == 0);
            // Cyclists ride past the pavement's camera, which counts walkers and riders.
            let truth: usize = classes
                .iter()
                .filter(of_it)
                .filter(|class| series == 0 || **class != ObjectClass::Bicycle)
                .map(|class| camera.truth(*class).iter().sum::<usize>())
                .sum();
            let counted: usize = counted(&seen, camera.name, |_| true).iter().sum();
            let released = released(&policy, &seen, camera.name);
            let error = |value: f64| (value - truth as f64).abs() / truth as f64 * 100.0;
            println!(
                "day {day} | {} | {truth} crossed | {counted} counted, {:.1} % off | released first as {}, {:.1} % off",
                camera.name,
                error(counted as f64),
                released[0],
                error(released[0] as f64)
            );
            errors[series].counted.push(error(counted as f64));
            errors[series].released.extend(released.iter().map(|value| error(*value as f64)));
            errors[series].truth.push(truth);
        }
    }
    for Errors { name, counted, released, truth } in errors {
        let mean = truth.iter().sum::<usize>() as f64 / truth.len() as f64;
        report.figure(format!("{name}: crossings a day"), mean, "");
        report.figure(format!("{name}: error of the count, median day"), median(counted.clone()), "%");
        report.figure(format!("{name}: error of the count, worst day"), worst(&counted, 1.0), "%");
        report.figure(format!("{name}: error released, half within"), median(released.clone()), "%");
        report.figure(format!("{name}: error released, 95 % within"), worst(&released, 0.95), "%");
    }
    println!();
    for (class, episodes) in classes.iter().zip(&episodes) {
        manifest(&[*class], episodes, days);
    }
    let motor = [ObjectClass::Car, ObjectClass::Motorcycle, ObjectClass::Bus, ObjectClass::Truck];
    let of_motor = classes.iter().zip(&episodes).filter(|(class, _)| motor.contains(class));
    let together = of_motor.fold(vec![Episode::default(); episodes[0].len()], |mut all, (_, episodes)| {
        for (sum, one) in all.iter_mut().zip(episodes) {
            sum.there += one.there;
            sum.counted += one.counted;
        }
        all
    });
    manifest(&motor, &together, days);
    report.write().unwrap();
}

/// What a rule counted of some classes, in each hour.
fn counted(seen: &[(String, Seen)], rule: &str, of: impl Fn(ObjectClass) -> bool) -> [usize; 24] {
    let midnight: Timestamp = MIDNIGHT.parse().unwrap();
    let mut hours = [0; 24];
    for (name, seen) in seen {
        if let Seen::Counted { class, at, .. } = seen
            && name == rule
            && of(*class)
        {
            hours[at.duration_since(midnight).as_hours() as usize] += 1;
        }
    }
    hours
}

/// The day's total over both directions, as it is released: so many times, each in a data directory of its own.
fn released(policy: &SitePolicy, seen: &[(String, Seen)], rule: &str) -> Vec<i64> {
    let midnight: Timestamp = MIDNIGHT.parse().unwrap();
    let definitions = Definition::all_of(policy, &[]);
    let definition = definitions.into_iter().find(|definition| definition.series == rule).unwrap();
    assert_eq!(definition.measure, Measure::LineCrossings);
    let draw = |_| {
        let folder = tempfile::tempdir().unwrap();
        let mut statistics = Statistics::open(folder.path(), vec![definition.clone()], midnight).unwrap();
        for (_, seen) in seen.iter().filter(|(name, _)| name == rule) {
            match seen {
                Seen::Looked(at) => statistics.look(0, *at).unwrap(),
                Seen::Counted { track, towards, at, .. } => {
                    let category =
                        definition.breakdown.categories.iter().position(|name| Some(name.as_str()) == *towards);
                    statistics.count(0, *track, category.unwrap(), *at);
                }
                Seen::Left(track) => statistics.leave(0, *track),
                Seen::Ended(track) => statistics.forget(0, *track),
                Seen::Interrupted => statistics.forget_all(0),
            }
        }
        let closed = statistics.close(0, midnight + SignedDuration::from_hours(25)).unwrap();
        let Outcome::Released(values) = &closed[0].outcome else { panic!("{closed:?}") };
        values.iter().sum()
    };
    (0..DRAWS).map(draw).collect()
}

fn worst(values: &[f64], part: f64) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values[((values.len() - 1) as f64 * part) as usize]
}

/// Prints what stands in the manifest of the model: what was counted of what was there, and between which ratios the truth lies
/// with 95 %, by resampling half minutes (Efron's percentile method): misses of one half minute have one cause.
fn manifest(classes: &[ObjectClass], episodes: &[Episode], days: u64) {
    let sum = |of: fn(&Episode) -> usize| episodes.iter().map(of).sum::<usize>();
    let (there, counted) = (sum(|one| one.there), sum(|one| one.counted));
    let mut dice = Dice(7);
    let mut ratios: Vec<f64> = (0..RESAMPLES)
        .filter_map(|_| {
            let drawn: Vec<_> = (0..episodes.len()).map(|_| episodes[dice.below(episodes.len())]).collect();
            let there: usize = drawn.iter().map(|one| one.there).sum();
            let counted: usize = drawn.iter().map(|one| one.counted).sum();
            (there > 0).then(|| counted as f64 / there as f64)
        })
        .collect();
    ratios.sort_by(f64::total_cmp);
    let at = |part: f64| ratios[((ratios.len() - 1) as f64 * part) as usize];
    let place = if matches!(classes, [ObjectClass::Person | ObjectClass::Bicycle]) { "street" } else { "gate" };
    let names: Vec<_> = classes.iter().map(|class| class.name()).collect();
    println!(
        "[[counting]]\nclasses = {names:?}\nthere = {there}\ncounted = {counted}\nlow = {:.3}\nhigh = {:.3}\n\
         data = \"{days} rendered days at examples/site/{place}.toml, seeds from 1000: benches/counting.rs\"\n",
        at(0.025),
        at(0.975)
    );
}
