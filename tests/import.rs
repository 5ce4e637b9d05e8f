//! Site files made of what other programs were told: nothing secret in them, and nothing wrong but what is not answered.

use crate::support::VOKTER;
use std::path::Path;
use std::process::Command;
use vokter_rules::policy::{Severity, compile};

/// What the program said, its exit code, and the file that it wrote.
fn import(folder: &Path, name: &str) -> (String, Option<i32>, String) {
    let config = format!("{}/tests/import/{name}.yml", env!("CARGO_MANIFEST_DIR"));
    std::fs::copy(config, folder.join("config.yml")).unwrap();
    let output = Command::new(VOKTER).args(["import", "frigate", "config.yml"]).current_dir(folder).output().unwrap();
    assert!(output.stdout.is_empty());
    let written = std::fs::read_to_string(folder.join("site.toml")).unwrap_or_default();
    (String::from_utf8(output.stderr).unwrap(), output.status.code(), written)
}

fn snapshot(name: &str, text: &str) {
    insta::with_settings!({ snapshot_path => "import/snapshots", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(name, text);
    });
}

/// The questions of a file, answered.
fn answered(site: &str) -> String {
    let mut site = site.to_owned();
    let answers = [
        ("# name = \"\"", "name = \"Workshop\""),
        ("# time_zone = \"\"", "time_zone = \"Europe/Oslo\""),
        ("# jurisdiction = [\"\"]", "jurisdiction = [\"no\"]"),
        ("# languages = [\"\"]", "languages = [\"nb\"]"),
        ("# name = \"\"", "name = \"The workshop\""),
        ("# phone = \"\"", "phone = \"+47 00 00 00 00\""),
        ("# information = \"\"", "information = \"https://workshop.example/privacy\""),
        ("# data_protection_officer = \"\"", "data_protection_officer = \"officer@workshop.example\""),
        ("# decides_disclosure", "decides_disclosure"),
        ("# oversees_privacy", "oversees_privacy"),
        ("# [roles.manager]", "[roles.manager]"),
        ("# people = [\"\"]", "people = [\"kari.nordmann\"]"),
        ("# duty", "duty"),
        ("# reviewed =", "reviewed = 2026-11-01"),
        ("# [roles.guard]", "[roles.guard]"),
        ("# people = [\"\"]", "people = [\"ola.hansen\"]"),
        ("# reviewed =", "reviewed = 2026-11-01"),
        ("# class = \"\"", "class = \"building-exterior\""),
        ("# entrances = [\"\"]", "entrances = [\"gate\"]"),
        ("# signs = [\"\"]", "signs = [\"gate\"]"),
        ("# description = \"\"", "description = \"Copper stolen from the yard at night, twice this year\""),
        ("# interest = \"\"", "interest = \"repeated-crime\""),
        ("# proposed_by", "proposed_by"),
        ("# roles = ", "roles = "),
        (
            "# schedule = [{ days = \"\", from = \"\", to = \"\" }]",
            "schedule = [{ days = \"mon-sun\", from = \"18:00\", to = \"06:00\" }]",
        ),
    ];
    let questions = [
        "physical-security",
        "access-control",
        "locks-and-alarms",
        "sensors",
        "staffing",
        "lighting",
        "alert-staff",
        "training",
    ];
    for (from, to) in answers {
        // One of the two says its time zone itself.
        assert!(site.contains(from) || to.starts_with("time_zone"), "{from}\n{site}");
        site = site.replacen(from, to, 1);
    }
    for question in questions {
        site = site.replacen(&format!("# {question} = \"\""), &format!("{question} = \"Tried.\""), 1);
    }
    site
}

#[test]
fn what_is_taken_over_and_what_is_not_is_said_with_its_requirement() {
    for name in ["typical", "everything"] {
        let folder = tempfile::tempdir().unwrap();
        let (said, code, site) = import(folder.path(), name);
        assert_eq!(code, Some(0), "{said}");
        assert!(said.lines().all(|line| line.chars().count() <= 80), "{said}");
        assert!(!said.contains("hunter2") && !site.contains("hunter2"), "a password is told:\n{said}\n{site}");
        snapshot(name, &said);
        snapshot(&format!("{name}-site"), &site);
    }
}

#[test]
fn nothing_is_wrong_with_the_file_but_what_is_not_answered() {
    for name in ["typical", "everything"] {
        let folder = tempfile::tempdir().unwrap();
        let (said, _, site) = import(folder.path(), name);
        let errors = compile(&site).diagnostics.into_iter().filter(|found| found.severity == Severity::Error).count();
        assert!(errors > 0 && said.contains(&format!("lists the {errors} questions")), "{said}");
        let site = answered(&site);
        let compiled = compile(&site);
        let policy = compiled.policy.unwrap_or_else(|| panic!("{:#?}\n{site}", compiled.diagnostics));
        assert!(policy.purposes().iter().any(|purpose| !purpose.rules.is_empty()));
    }
}

#[test]
fn a_file_that_is_there_is_not_written_over() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("site.toml"), "mine").unwrap();
    let (said, code, site) = import(folder.path(), "typical");
    assert_eq!((code, site.as_str()), (Some(1), "mine"));
    assert!(said.contains("site.toml exists, and is not written over; name another file with --into"), "{said}");
}

#[test]
fn what_is_no_configuration_of_frigate_says_why_and_where() {
    let folder = tempfile::tempdir().unwrap();
    let (said, code, site) = import(folder.path(), "broken");
    assert_eq!((code, site.as_str()), (Some(1), ""), "nothing is written");
    assert!(said.contains("config.yml: this is no YAML that can be read") && said.contains("line 8"), "{said}");
    assert!(!said.contains("hunter2"), "{said}");
    for (text, why) in [
        ("", "it is no table of keys"),
        ("- a\n- b\n", "it is no table of keys"),
        ("mqtt: {}\n", "it names no `cameras`"),
        ("cameras:\n", "it names no `cameras`"),
        ("cameras: {}\n", "it names no `cameras`"),
        ("cameras: *nobody\n", "line 1"),
        ("cameras: 1\ncameras: 2\n", "line 2"),
        ("a: &a [x, x, x, x]\nb: &b [*a, *a, *a, *a]\nc: [*b, *b", "line 3"),
    ] {
        std::fs::write(folder.path().join("other.yml"), text).unwrap();
        let mut command = Command::new(VOKTER);
        let output = command.args(["import", "frigate", "other.yml"]).current_dir(folder.path()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{text}");
        assert!(said.contains(why) && said.lines().count() == 1, "{text}: {said}");
    }
}
