//! Site files that are refused, each beside what is said about it (message, help and underlined text), and beside one
//! close by that is accepted.

use crate::support::VOKTER;
use serde::Deserialize;
use std::path::Path;
use std::process::{Command, Output};
use vokter_rules::policy::{CHECKS, compile};

#[derive(Deserialize)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    check: String,
    name: Option<String>,
    base: String,
    model: Option<String>,
    #[serde(default)]
    refused: Vec<(String, String)>,
    /// Accepted, but not without a word.
    #[serde(default)]
    warned: Vec<(String, String)>,
    accepted: Vec<(String, String)>,
}

impl Case {
    fn title(&self) -> String {
        let more = self.name.as_ref().map_or(String::new(), |name| format!("-{}", name.replace([' ', ',', '\''], "-")));
        format!("{}{more}", self.check)
    }

    fn base(&self) -> String {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let folder = if self.base == "iceland" { "tests/policy" } else { "examples" };
        std::fs::read_to_string(root.join(folder).join(format!("{}.toml", self.base))).unwrap()
    }

    fn with(&self, changes: &[(String, String)]) -> String {
        changes.iter().fold(self.base(), |text, (find, write)| {
            assert!(text.contains(find.as_str()), "{}: {find}", self.title());
            text.replacen(find, write, 1)
        })
    }
}

/// The terms of a lot whose lane is the gate of the example.
const LOT: &str = r#"
capacity = 10
terminals = ["hall"]
fallback = "ticket"
hand_over = false
plate_cap_days = 5
tariff = "external"
lanes = [{ name = "through-the-gate", direction = "both", barrier = true }]
"#;

fn cases() -> Vec<Case> {
    let cases: Cases = toml::from_str(include_str!("policy/cases.toml")).unwrap();
    cases.case
}

fn check(folder: &Path, text: &str, model: Option<&str>, format: &str) -> Output {
    std::fs::write(folder.join("site.toml"), text).unwrap();
    let mut command = Command::new(VOKTER);
    command.args(["check", "site.toml", "--format", format]).current_dir(folder);
    if let Some(model) = model {
        command.arg("--model").arg(Path::new(env!("CARGO_MANIFEST_DIR")).join(model));
    }
    command.output().unwrap()
}

/// The checks that spoke, and how severely.
fn speakers(output: &Output) -> Vec<(String, String)> {
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let word = |found: &serde_json::Value, key: &str| found[key].as_str().unwrap().to_owned();
    report["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| (word(found, "check"), word(found, "severity")))
        .collect()
}

#[test]
fn every_check_refuses_a_site_and_accepts_one_close_by() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("lot.toml"), LOT).unwrap();
    let mut wrong = vec![];
    for case in cases() {
        let (title, model) = (case.title(), case.model.as_deref());
        let (changes, severity, code) =
            if case.warned.is_empty() { (&case.refused, "error", 1) } else { (&case.warned, "warning", 0) };
        let text = case.with(changes);
        let output = check(folder.path(), &text, model, "json");
        let expected = (case.check.clone(), severity.to_owned());
        if output.status.code() != Some(code) || !speakers(&output).contains(&expected) {
            wrong.push(format!("{title} is not refused: {:?}", speakers(&output)));
        }

        let said = String::from_utf8(check(folder.path(), &text, model, "text").stderr).unwrap();
        // What is quoted of the file is as wide as the file.
        let own = said.lines().filter(|line| !line.contains(['│', '·']));
        assert!(own.into_iter().all(|line| line.chars().count() <= 80), "{said}");
        insta::with_settings!({ snapshot_path => "policy/snapshots", prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(title.clone(), said);
        });

        let output = check(folder.path(), &case.with(&case.accepted), model, "json");
        if output.status.code() != Some(0) || !speakers(&output).is_empty() {
            wrong.push(format!("{title} is not accepted: {:?}", speakers(&output)));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_check_has_a_case_and_a_manual_with_its_requirements() {
    let cases = cases();
    for known in CHECKS {
        assert!(cases.iter().any(|case| case.check == known.name), "no case of {}", known.name);
        let manual = known.manual();
        assert!(known.requirements.iter().any(|id| manual.contains(id)), "{}", known.name);
        assert!(manual.len() > 80, "{}", known.name);
    }
}

/// Every place in a document where a value stands, as the keys that lead there.
fn leaves(table: &dyn toml_edit::TableLike, keys: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
    for (key, item) in table.iter() {
        keys.push(key.to_owned());
        match item.as_table_like() {
            Some(table) => leaves(table, keys, found),
            None => found.push(keys.clone()),
        }
        keys.pop();
    }
}

fn table_at<'d>(document: &'d mut toml_edit::DocumentMut, keys: &[String]) -> &'d mut dyn toml_edit::TableLike {
    let start: &mut dyn toml_edit::TableLike = document.as_table_mut();
    keys.iter().fold(start, |table, key| table.get_mut(key).unwrap().as_table_like_mut().unwrap())
}

fn examples() -> Vec<(String, String)> {
    let names = ["car-park", "school", "municipal-building", "shop-entrance", "workplace-yard"];
    let read = |name: &str| std::fs::read_to_string(format!("{}/examples/{name}.toml", env!("CARGO_MANIFEST_DIR")));
    names.iter().map(|name| ((*name).to_owned(), read(name).unwrap())).collect()
}

/// What may be left out of an example, and what is then meant.
fn may_be_left_out(keys: &[String]) -> bool {
    let last = keys.last().unwrap().as_str();
    // Rules as they are now; three days; nothing masked; the class alone decides; one role more or less. Of shapes,
    // those that no rule names.
    matches!(last, "in_force" | "retention" | "days" | "workplace" | "closed_on_holidays" | "reviewed")
        || keys.iter().any(|key| key == "masks")
        || matches!(last, "from" | "to")
}

#[test]
fn leaving_anything_out_is_refused_unless_it_means_less() {
    for (name, example) in examples() {
        let document: toml_edit::DocumentMut = example.parse().unwrap();
        let mut found = vec![];
        leaves(document.as_table(), &mut vec![], &mut found);
        assert!(found.len() > 40, "{name}: {}", found.len());
        for keys in found {
            let mut without = document.clone();
            let (last, before) = keys.split_last().unwrap();
            table_at(&mut without, before).remove(last);
            let compiled = compile(&without.to_string());
            assert!(
                compiled.policy.is_none() || may_be_left_out(&keys),
                "{name} is accepted without {}",
                keys.join(".")
            );
        }
    }
}

#[test]
fn no_number_passes_a_cap_unsaid() {
    // Days that are accepted, by example: without a reason, and with one (WPC-6, WPC-7, KRS-33).
    for (name, plain, reasoned) in
        [("car-park", 3, 30), ("school", 3, 7), ("shop-entrance", 3, 7), ("workplace-yard", 3, 7)]
    {
        let example = std::fs::read_to_string(format!("{}/examples/{name}.toml", env!("CARGO_MANIFEST_DIR"))).unwrap();
        for days in (0..100).chain([365, 65_535, 65_536, 1_000_000]) {
            let with = |retention: &str| compile(&example.replace("retention = { days = 3 }", retention)).policy;
            assert_eq!(with(&format!("retention = {{ days = {days} }}")).is_some(), days <= plain, "{name} {days}");
            let said = with(&format!("retention = {{ days = {days}, because = \"A reason\" }}"));
            assert_eq!(said.is_some(), days <= reasoned, "{name} {days}");
            if let Some(policy) = said.filter(|_| days > plain) {
                assert_eq!(policy.deviations().len(), 1, "{name} {days}: what differs is written down");
            }
        }
        for days in ["-1", "2.5", "nan", "\"3\"", "3 "] {
            let policy =
                compile(&example.replace("retention = { days = 3 }", &format!("retention = {{ days = {days} }}")));
            assert_eq!(policy.policy.is_some(), days == "3 ", "{name} {days}");
        }
    }
}

#[test]
fn krs_9_no_wider_schedule_reaches_into_a_minute_in_which_the_school_is_open() {
    let school = std::fs::read_to_string(format!("{}/examples/school.toml", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let before = "{ days = \"mon-fri\", from = \"20:00\", to = \"06:00\" }";
    for from in (0..24 * 60).step_by(17) {
        for to in (0..24 * 60).step_by(23).filter(|to| *to != from) {
            let at = |minutes: i32| format!("{:02}:{:02}", minutes / 60, minutes % 60);
            let window = format!("{{ days = \"mon-thu\", from = \"{}\", to = \"{}\" }}", at(from), at(to));
            let accepted = compile(&school.replace(before, &window)).policy.is_some();
            // Minute by minute: the school is open from 6:30 to 17:00.
            let length = (to - from + 1440) % 1440;
            let reaches = (0..length).any(|minute| (390..1020).contains(&((from + minute) % 1440)));
            assert_eq!(accepted, !reaches, "{window}");
        }
    }
}
