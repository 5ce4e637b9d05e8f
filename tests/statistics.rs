//! The statistics as users of the program meet them: what is listed, exported, drawn and promised.

use crate::support::VOKTER;
use crate::support::site::{HEAD, WEIGHED, recent_walk};
use crate::vault::me;
use jiff::{SignedDuration, Timestamp};
use std::path::Path;
use std::process::{Command, Output};
use vokter_rules::analysis::TrackId;
use vokter_rules::object::ObjectClass;
use vokter_rules::policy::{Documents, Grid, Measure, compile};
use vokter_statistics::{Breakdown, Definition, Outcome, Statistics};
use vokter_vault::{
    Access, Evidence, Holder, Incident, Law, PropertyProtection, Register, Role, RootKey, Source, Vault,
};

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
        detector: vec![],
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

/// A site whose incidents are counted by month, exactly, and by day, with noise.
fn site_with_incidents() -> String {
    let series = |name: &str, grid: &str| {
        format!(
            "[purposes.test.series.{name}]\nmeasure = \"incident-count\"\ngrid = \"{grid}\"\nepsilon = 1.0\n\
             named_in_balancing = true\n"
        )
    };
    format!(
        "{}[cameras.walk]\nplace = \"here\"\nsource = \"scene:walk.toml\"\nzones.all = [[0, 0], [1, 0], [1, 1], [0, 1]]\n\
         [purposes.test]\n{WEIGHED}schedule = \"always\"\nbecause = \"a test\"\n{}{}\
         [purposes.test.rules.there]\nrule = \"zone-intrusion\"\ncamera = \"walk\"\nzone = \"all\"\nobjects = [\"person\"]\n",
        HEAD.replace("ola.hansen", &me()),
        series("by-month", "month"),
        series("by-day", "day")
    )
}

#[test]
fn iva_11b_incidents_of_a_month_are_published_exactly_once_it_is_over() {
    let folder = tempfile::tempdir().unwrap();
    let (site, data) = (site_with_incidents(), folder.path().join("data"));
    std::fs::write(folder.path().join("walk.toml"), recent_walk()).unwrap();
    std::fs::write(folder.path().join("site.toml"), &site).unwrap();

    // The engine first ran in the middle of last month, in which three incidents were opened, two of them on one day.
    let now = jiff::Zoned::now().in_tz("Europe/Oslo").unwrap();
    let month = now.first_of_month().unwrap().start_of_day().unwrap();
    let begun = month.yesterday().unwrap().first_of_month().unwrap().start_of_day().unwrap();
    let day = |days: i64| begun.timestamp() + SignedDuration::from_hours(24 * days + 12);
    let mut policy = compile(&site).policy.unwrap();
    policy.activate(day(10), &Documents::new());
    drop(Statistics::open(&data, Definition::all_of(&policy, &[]), day(10)).unwrap());
    open_incidents(&data, &[day(8), day(14), day(14)]);

    let run = || {
        let arguments = ["run", "site.toml", "--data-dir", "data"];
        let output = Command::new(VOKTER).args(arguments).current_dir(folder.path()).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    };
    run();
    let export = |name: &str| shown(&folder, &["export", name, "--data-dir", "data"]);
    let table = export("test.by-month");
    let row = format!("{},{},all,3,3,3.0,3.0,1.00,", offset(&begun), offset(&month));
    assert_eq!(table.lines().skip(1).collect::<Vec<_>>(), [row], "{table}");
    let days = export("test.by-day");
    let values: Vec<i64> = days.lines().skip(1).map(|line| line.split(',').nth(4).unwrap().parse().unwrap()).collect();
    let whole = now.start_of_day().unwrap().duration_since(&begun).as_hours() / 24 - 11;
    // Some two dozen a turn, from the day after it began.
    assert!((whole.min(24) - 1..=whole + 1).contains(&(values.len() as i64)), "{whole} {days}");
    assert!((values.iter().sum::<i64>() - 2).abs() < 100, "{days}");

    // One that is opened now counts in this month, which is not over.
    let now = Timestamp::now();
    let open = ["incident", "open", "--data-dir", "data", "--purpose", "test", "--reason", "a car was scratched"];
    let (from, to) = ((now - SignedDuration::from_hours(1)).to_string(), now.to_string());
    let what = ["--source", "reported", "--evidence", "a note", "--from", &from, "--to", &to];
    let opened = Command::new(VOKTER).args(open).args(what).current_dir(folder.path()).output().unwrap();
    assert_eq!(opened.status.code(), Some(0), "{}", String::from_utf8_lossy(&opened.stderr));
    run();
    assert_eq!(export("test.by-month"), table);
    assert!(export("test.by-day").starts_with(&days));
}

fn offset(at: &jiff::Zoned) -> String {
    at.strftime("%Y-%m-%dT%H:%M%:z").to_string()
}

/// Opens incidents at those times, past ones, for which there is no command.
fn open_incidents(data: &Path, times: &[Timestamp]) {
    let root = RootKey::in_file(&data.with_extension("key"));
    let (vault, mut mint) = Vault::open_or_create(data, root, times[0]).unwrap();
    let people = vec!["ola.hansen".to_owned()];
    let holders = vec![Holder { role: Role::Operator, purpose: None, people, until: None }];
    let register = Register { law: Law::Norway, purposes: vec![], holders, searches: vec![] };
    let grant = mint.grant::<PropertyProtection>("test").unwrap();
    let access = Access::new("ola.hansen", "the shed was broken open").unwrap();
    for at in times {
        vault.enrol(&register, "a test", *at).unwrap();
        let (source, evidence) = (Source::Reported, Evidence::new("a note").unwrap());
        let incident = Incident { source, evidence, from: *at - SignedDuration::from_hours(1), to: *at };
        vault.open_incident(&grant, &access, &incident, *at).unwrap();
    }
}
