//! Site files that are refused, each beside what is said about it: message, help and underlined text.

use crate::support::VOKTER;
use std::process::Command;

#[test]
fn every_refused_site_says_what_it_always_said() {
    let folder = format!("{}/tests/policy", env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<_> = std::fs::read_dir(&folder).unwrap().flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    assert!(files.len() >= 8, "the files are there");
    for path in files {
        let name = path.file_name().unwrap().to_str().unwrap();
        let output = Command::new(VOKTER).args(["check", name]).current_dir(&folder).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.lines().all(|line| line.chars().count() <= 80), "{said}");
        insta::with_settings!({ snapshot_path => "policy/snapshots", prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(name.trim_end_matches(".toml"), said);
        });
        let accepted = name.starts_with("accepted");
        assert_eq!(output.status.code(), Some(i32::from(!accepted)), "{name}");
    }
}
