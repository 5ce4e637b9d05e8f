//! Site files that are refused, each beside what is said about it (message, help and underlined text), and beside one
//! close by that is accepted.

use crate::support::VOKTER;
use serde::Deserialize;
use std::path::Path;
use std::process::{Command, Output};
use vokter_rules::policy::CHECKS;

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
