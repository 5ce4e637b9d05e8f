//! `vokter new`, `status` and `sign`: from an example to a site whose gates are shut.

use crate::support::VOKTER;
use crate::support::engine::{Manner, Running};
use std::path::Path;
use std::process::{Command, Output};
use vokter_rules::policy::{Documents, compile};

const KINDS: [&str; 5] = ["car-park", "school", "municipal-building", "shop-entrance", "workplace-yard"];

fn vokter(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(VOKTER).args(arguments).current_dir(folder).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn standings(folder: &Path) -> Vec<(String, String)> {
    let output = vokter(folder, &["status", "site.toml", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let word = |found: &serde_json::Value, key: &str| found[key].as_str().unwrap().to_owned();
    report["purposes"].as_array().unwrap().iter().map(|found| (word(found, "name"), word(found, "standing"))).collect()
}

#[test]
fn every_new_site_checks_clean_and_keeps_the_names_that_were_given() {
    for kind in KINDS {
        let folder = tempfile::tempdir().unwrap();
        let output = vokter(folder.path(), &["new", kind, "--yes", "--name", "Our \"own\" site", "--phone", "+47 1"]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        let checked = vokter(folder.path(), &["check", "site.toml"]);
        assert_eq!((checked.status.code(), text(&checked.stderr)), (Some(0), String::new()), "{kind}");
        let written = std::fs::read_to_string(folder.path().join("site.toml")).unwrap();
        assert!(written.contains("Our \\\"own\\\" site") || written.contains("'Our \"own\" site'"), "{written}");
        assert!(written.contains("+47 1") && written.lines().filter(|line| line.contains('#')).count() > 10);
        for record in compile(&written).policy.unwrap().records() {
            assert!(folder.path().join(&record.document).is_file(), "a draft of {}", record.document);
        }
        let again = vokter(folder.path(), &["new", kind, "--yes"]);
        assert!(!again.status.success() && text(&again.stderr).contains("already there"));
        assert_eq!(std::fs::read_to_string(folder.path().join("site.toml")).unwrap(), written);
    }
}

#[test]
fn every_new_site_runs_on_a_synthetic_scene() {
    let scene = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenes/walk.toml");
    for kind in KINDS {
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("examples/{kind}.toml"));
        let mut site = std::fs::read_to_string(example).unwrap();
        let policy = compile(&site).policy.unwrap();
        let source = format!("{{ file = \"scene:{}\", starts_at = \"2026-11-21T00:00:00+01:00\" }}", scene.display());
        for camera in policy.cameras() {
            let vokter_rules::policy::Source::Env(variable) = &camera.source else { panic!("{:?}", camera.source) };
            site = site.replace(&format!("{{ env = \"{variable}\" }}"), &source);
        }
        // The scenario plays by day.
        let site = open_at_noon(&site);
        let (cameras, _) = Running::start_with_own_model(&site, Manner::default()).finish();
        for camera in cameras {
            assert_eq!(camera.state(), vokter_pipeline::State::Ended, "{kind}");
            assert!(camera.count(vokter_pipeline::Metric::FramesAnalysed) > 100, "{kind}");
        }
    }
}

/// The site with every purpose open on Saturday noon, when the scenario plays.
fn open_at_noon(site: &str) -> String {
    let mut document: toml_edit::DocumentMut = site.parse().unwrap();
    let purposes = document["purposes"].as_table_like_mut().unwrap();
    for (_, purpose) in purposes.iter_mut() {
        let mut window = toml_edit::InlineTable::new();
        window.insert("days", "sat".into());
        let windows: toml_edit::Array = [toml_edit::Value::from(window)].into_iter().collect();
        purpose["schedule"] = toml_edit::value(windows);
        purpose["because"] = toml_edit::value("a test");
    }
    document.to_string()
}

#[test]
fn a_site_is_signed_record_by_record_until_it_is_active() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    assert!(vokter(at, &["new", "workplace-yard", "--yes"]).status.success());
    let draft = vokter(at, &["sign", "site.toml", "copper", "dpia", "--by", "Kari"]);
    assert!(!draft.status.success() && text(&draft.stderr).contains("is a draft: nothing is written under"));
    write_documents(at);
    let of = |standing: &str| vec![("copper".to_owned(), standing.to_owned())];
    assert_eq!(standings(at), of("pending"));
    let sign = |of: &str, records: &[&str], date: &str| {
        let mut arguments = vec!["sign", "site.toml", of];
        arguments.extend(records);
        arguments.extend(["--by", "Kari Nordmann, manager", "--date", date]);
        let output = vokter(at, &arguments);
        assert!(output.status.success(), "{}", text(&output.stderr));
    };
    let yesterday = jiff::Zoned::now().date().yesterday().unwrap().to_string();
    sign("site", &["rights-routine", "risk-analysis", "disclosure-routine"], &yesterday);
    sign("yard", &["sign"], &yesterday);
    sign("copper", &["balancing", "necessity", "dpia", "discussion"], &yesterday);
    let run = vokter(at, &["run", "site.toml"]);
    assert!(!run.status.success());
    let said = text(&run.stderr);
    assert!(
        said.contains("purpose `copper` is pending: notice not signed") && said.contains("may watch yet"),
        "{said}"
    );
    sign("copper", &["notice"], &yesterday);
    assert_eq!(standings(at), of("active"));
    assert_eq!(vokter(at, &["status", "site.toml"]).status.code(), Some(0));

    // Comments and the rest of the file are as they were.
    let signed = std::fs::read_to_string(at.join("site.toml")).unwrap();
    assert!(
        signed.contains("# minutes with the employees' representatives") && signed.contains("# who handles the alarms")
    );

    // Another document, another zone, and a day past the last.
    std::fs::write(at.join("records/dpia.md"), "rewritten").unwrap();
    assert_eq!(standings(at), of("suspended"));
    sign("copper", &["dpia"], &yesterday);
    assert_eq!(standings(at), of("active"));
    std::fs::write(at.join("before.toml"), &signed).unwrap();
    let moved = std::fs::read_to_string(at.join("site.toml")).unwrap().replace("[0.402, 0.854]", "[0.502, 0.854]");
    std::fs::write(at.join("site.toml"), &moved).unwrap();
    let output = vokter(at, &["status", "site.toml", "--since", "before.toml"]);
    let said = text(&output.stdout);
    assert!(said.lines().all(|line| line.chars().count() <= 80), "{said}");
    assert!(
        said.contains("copper: masks, zones and lines")
            && said.contains("    + ")
            && said.contains("opens again: balancing, dpia"),
        "{said}"
    );
    assert!(said.contains("discussion") && said.contains("signed over another state of the site"), "KRS-11: {said}");
    assert_eq!(standings(at), of("suspended"));
    sign("copper", &["balancing", "dpia", "discussion"], "2025-01-01");
    assert_eq!(standings(at), of("suspended"), "a signature of long ago has expired");
}

/// Writes an answer under every heading.
fn write_documents(folder: &Path) {
    for entry in std::fs::read_dir(folder.join("records")).unwrap().flatten() {
        let draft = std::fs::read_to_string(entry.path()).unwrap();
        let lines = draft
            .lines()
            .map(|line| if line.starts_with("## ") { format!("{line}\nAnswered.\n") } else { format!("{line}\n") });
        std::fs::write(entry.path(), lines.collect::<String>()).unwrap();
    }
}

#[test]
fn a_signature_leaves_line_ends_links_and_comments_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    assert!(vokter(at, &["new", "shop-entrance", "--yes", "--into", "real/site.toml"]).status.success());
    write_documents(&at.join("real"));
    let site = std::fs::read_to_string(at.join("real/site.toml")).unwrap();
    let table =
        "[purposes.burglary.records.necessity]\n# looked at anew\ndocument = \"records/necessity.md\" # a file\n";
    let site = site
        .replace("necessity = \"records/necessity.md\"\n", "")
        .replace("[purposes.burglary.rules", &format!("{table}\n[purposes.burglary.rules"));
    std::fs::write(at.join("real/site.toml"), site.replace('\n', "\r\n")).unwrap();
    std::os::unix::fs::symlink("real/site.toml", at.join("site.toml")).unwrap();
    let output = vokter(at, &["sign", "site.toml", "burglary", "balancing", "necessity", "--by", "Kari"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(at.join("site.toml").symlink_metadata().unwrap().is_symlink());
    let signed = std::fs::read_to_string(at.join("real/site.toml")).unwrap();
    assert_eq!(signed.matches('\n').count(), signed.matches("\r\n").count());
    assert!(signed.contains("# looked at anew") && signed.matches("signed_by").count() == 2, "{signed}");
    assert_eq!(std::fs::read_dir(at.join("real")).unwrap().count(), 2, "nothing else is left");
}

#[test]
fn what_cannot_be_signed_is_said_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    assert!(vokter(at, &["new", "shop-entrance", "--yes"]).status.success());
    write_documents(at);
    let before = std::fs::read_to_string(at.join("site.toml")).unwrap();
    std::fs::remove_file(at.join("records/dpia.md")).unwrap();
    for (arguments, cause) in [
        (["burglry", "dpia"], "did you mean `burglary`?"),
        (["burglary", "balance"], "did you mean `balancing`?"),
        (["burglary", "dpia"], "records/dpia.md cannot be read"),
    ] {
        let output = vokter(at, &["sign", "site.toml", arguments[0], arguments[1], "--by", "Kari"]);
        assert!(!output.status.success() && text(&output.stderr).contains(cause), "{}", text(&output.stderr));
        assert_eq!(std::fs::read_to_string(at.join("site.toml")).unwrap(), before);
    }
    let late = [
        "sign",
        "site.toml",
        "burglary",
        "balancing",
        "--by",
        "Kari",
        "--date",
        "2026-01-01",
        "--expires",
        "2028-01-01",
    ];
    let output = vokter(at, &late);
    assert!(!output.status.success() && text(&output.stderr).contains("KRS-4"), "{}", text(&output.stderr));
    assert_eq!(std::fs::read_to_string(at.join("site.toml")).unwrap(), before);
}

#[test]
fn a_record_expires_at_the_end_of_its_last_day() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/workplace-yard.toml");
    let (site, documents) = crate::support::site::signed(&std::fs::read_to_string(example).unwrap());
    let mut policy = compile(&site).policy.unwrap();
    let last = policy.records().iter().filter_map(|record| record.expires).min().unwrap();
    let zone = policy.time_zone().clone();
    let midnight = last.tomorrow().unwrap().to_zoned(zone).unwrap().timestamp();
    let standing = |policy: &mut vokter_rules::policy::SitePolicy, now, documents: &Documents| {
        policy.activate(now, documents);
        policy.purposes()[0].standing().name()
    };
    let second = jiff::SignedDuration::from_secs(1);
    assert_eq!(standing(&mut policy, midnight - second, &documents), "active");
    assert_eq!(policy.purposes()[0].schedule.ends, Some(midnight), "while it runs, its schedule ends there");
    assert_eq!(standing(&mut policy, midnight, &documents), "suspended");
    assert_eq!(standing(&mut policy, midnight - second, &Documents::new()), "suspended", "documents are gone");
}
