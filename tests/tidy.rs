//! The house rules: which crate may know which, that files say what they are for and stay small, that the catalogue
//! and its files agree, and that every invariant is defended by a test.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A file past this wants a second room.
const LINES: usize = 600;

/// Which crate may depend on which (docs/architecture.md).
const EDGES: &[(&str, &[&str])] = &[
    ("rules", &[]),
    ("frames", &["rules"]),
    ("decoder", &["frames"]),
    ("models", &["frames", "rules"]),
    ("pipeline", &["frames", "models", "parking", "rules"]),
    ("scenes", &["frames"]),
    ("console", &["parking", "rules", "statistics"]),
    ("parking", &["rules"]),
    ("statistics", &["rules"]),
    ("vault", &["rules"]),
];

/// What a pure crate may not name: clocks, disks, sockets, processes, threads, the environment.
const PURE: &[&str] = &["rules", "frames", "parking"];
const BANNED_IN_PURE: &[&str] =
    &["std::fs", "std::net", "std::process", "std::thread", "std::env", "std::time::Instant", "SystemTime", "tokio"];

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file of the project with one of these extensions.
pub fn files(extensions: &[&str]) -> Vec<PathBuf> {
    let mut found = vec![];
    let mut folders = vec![root().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if path.is_dir() && !name.starts_with('.') && name != "target" && name != "demo-out" {
                folders.push(path);
            } else if path.extension().is_some_and(|e| extensions.iter().any(|extension| e == *extension)) {
                found.push(path);
            }
        }
    }
    found.sort();
    assert!(!found.is_empty());
    found
}

pub fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

fn named(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().display().to_string()
}

#[test]
fn crates_know_only_what_the_architecture_lets_them() {
    let members: toml::Table = read(&root().join("Cargo.toml")).parse().unwrap();
    let members = members["workspace"]["members"].as_array().unwrap().iter().map(|m| m.as_str().unwrap().to_owned());
    assert_eq!(members.collect::<BTreeSet<_>>(), EDGES.iter().map(|(name, _)| (*name).to_owned()).collect());
    for (name, allowed) in EDGES {
        let manifest: toml::Table = read(&root().join(name).join("Cargo.toml")).parse().unwrap();
        let known = manifest["dependencies"].as_table().unwrap().keys().filter_map(|key| key.strip_prefix("vokter-"));
        for known in known {
            assert!(allowed.contains(&known), "{name} may not depend on {known}");
        }
    }
}

#[test]
fn the_engine_links_no_video_library() {
    let needed = std::process::Command::new("ldd").arg(crate::support::VOKTER).output().unwrap();
    let needed = String::from_utf8_lossy(&needed.stdout).into_owned();
    assert!(needed.contains("libc.so") && !needed.contains("libav"), "{needed}");
}

#[test]
fn pure_crates_touch_nothing() {
    for name in PURE {
        for path in files(&["rs"]).iter().filter(|path| path.starts_with(root().join(name))) {
            for (number, line) in read(path).lines().enumerate() {
                let code = line.split("//").next().unwrap_or("");
                let banned = BANNED_IN_PURE.iter().find(|banned| code.contains(*banned));
                assert!(banned.is_none(), "{}:{} names {banned:?}", named(path), number + 1);
            }
        }
    }
}

#[test]
fn ort_is_used_behind_one_module_and_libc_behind_few() {
    for path in files(&["rs"]) {
        let (name, text) = (named(&path), read(&path));
        let is_test = name.starts_with("tests/") || name.starts_with("benches/");
        let uses_ort = text.lines().any(|line| line.starts_with("use ort::") || line.contains(" ort::"));
        if uses_ort && !is_test {
            assert!(name == "models/src/session.rs", "{name} uses ort");
        }
        if text.contains("extern \"C\"") && !is_test {
            assert!(name.starts_with("decoder/"), "{name} calls C");
        }
    }
}

#[test]
fn files_say_what_they_are_for_and_stay_small() {
    for path in files(&["rs", "c"]) {
        let (name, text) = (named(&path), read(&path));
        let first = text.lines().next().unwrap_or("");
        assert!(first.starts_with("//! ") || first.starts_with("/* "), "{name} does not begin with what it is for");
        assert!(text.lines().count() <= LINES, "{name} is longer than {LINES} lines");
        // Spelt in two parts, so that this file does not hold them.
        for mark in [["TO", "DO"], ["FIX", "ME"], ["X", "XX"]].map(|parts| parts.concat()) {
            assert!(!text.contains(&mark), "{name} holds {mark}");
        }
    }
}

#[test]
fn every_analysis_rule_has_its_file_its_manual_and_its_entry() {
    let folder = root().join("rules/src/analysis");
    let others = ["mod.rs", "catalog.rs", "per_track.rs", "stays.rs", "tests.rs"];
    let files = std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path());
    let rules: Vec<_> = files.filter(|path| !others.contains(&path.file_name().unwrap().to_str().unwrap())).collect();
    let catalog = vokter_rules::analysis::catalog::CATALOG;
    assert_eq!(rules.len(), catalog.len());
    for path in rules {
        let (name, text) = (path.file_stem().unwrap().to_str().unwrap().replace('_', "-"), read(&path));
        let entry = catalog.iter().find(|entry| entry.name == name).unwrap_or_else(|| panic!("{name} is no entry"));
        for part in ["**Detects**", "**Purpose**", "**Guideline**", "**Never records**", "**Limits**", "**Example**"] {
            assert!(text.contains(part), "{name} has no {part}");
        }
        for guideline in entry.guidelines {
            assert!(text.contains(guideline), "{name} does not cite {guideline}");
        }
    }
}

#[test]
fn every_check_is_listed_and_cites_what_it_enforces() {
    let folder = root().join("rules/src/policy/check");
    let list = read(&folder.join("mod.rs"));
    for entry in std::fs::read_dir(&folder).unwrap().flatten().filter(|entry| entry.file_name() != "mod.rs") {
        let name = entry.path().file_stem().unwrap().to_str().unwrap().to_owned();
        assert!(name == "view" || list.contains(&format!("    {name} \"")), "{name} is not run");
        let begins = read(&entry.path()).starts_with("//! **");
        assert!(name == "view" || begins, "{name} does not begin with its requirement");
    }
}

#[test]
fn the_invariants_that_the_code_can_break_are_named_by_tests() {
    let tests: String = files(&["rs"]).iter().map(|path| read(path)).collect();
    for invariant in
        ["inv_1_", "inv_2_", "inv_3_", "inv_4_", "inv_5_", "inv_6_", "inv_7_", "inv_8_", "inv_9_", "inv_11_", "inv_13_"]
    {
        assert!(tests.contains(&format!("fn {invariant}")), "no test is named {invariant}");
    }
    assert!(tests.contains("INV-10: "), "no test speaks of INV-10");
    let architecture = read(&root().join("docs/architecture.md"));
    for number in 1..=13 {
        assert!(architecture.contains(&format!("**INV-{number} ")), "INV-{number} is not in docs/architecture.md");
    }
}
