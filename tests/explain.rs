//! `vokter explain`: what it says of a word of each kind, of all words, and of one that it does not know.

use crate::support::VOKTER;
use std::process::{Command, Output};
use vokter_rules::analysis::catalog::CATALOG;
use vokter_rules::guideline;
use vokter_rules::jurisdiction::Pack;
use vokter_rules::place::PlaceClass;
use vokter_rules::policy::{CHECKS, Gate, Measure};
use vokter_rules::purpose::{LawfulBasis, PurposeKind};

fn explain(arguments: &[&str]) -> Output {
    Command::new(VOKTER).arg("explain").args(arguments).output().unwrap()
}

/// What is printed of a word that is known, which fits a terminal.
fn said(arguments: &[&str]) -> String {
    let output = explain(arguments);
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0), "{arguments:?}");
    let long = said.lines().find(|line| line.chars().count() > 80);
    assert_eq!(long, None, "{arguments:?}");
    said
}

#[test]
fn each_kind_of_word_is_explained() {
    for word in ["IVA-4b", "IVA-7b", "line-crossing", "parking-payment", "always-open", "dpia"] {
        insta::with_settings!({ snapshot_path => "explain", prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(word, said(&[word]));
        });
    }
}

#[test]
fn the_list_and_the_coverage_are_whole() {
    insta::with_settings!({ snapshot_path => "explain", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("list", said(&["--list"]));
        insta::assert_snapshot!("coverage", said(&["--coverage"]));
    });
}

#[test]
fn every_word_of_the_policy_has_an_explanation_and_stands_in_the_list() {
    let ids = guideline::all().map(|row| row.id);
    let rules = CATALOG.iter().map(|entry| entry.name);
    let purposes = PurposeKind::ALL.iter().map(|kind| kind.name());
    let places = PlaceClass::ALL.iter().map(|class| class.name());
    let words =
        Measure::ALL.iter().map(|measure| measure.name()).chain(LawfulBasis::ALL.iter().map(|basis| basis.name()));
    let words = words.chain(Pack::ALL.iter().map(|pack| pack.name()));
    let others = CHECKS.iter().map(|check| check.name).chain(Gate::ALL.iter().map(|gate| gate.name()));
    let list = said(&["--list"]);
    for word in ids.chain(rules).chain(purposes).chain(places).chain(words).chain(others) {
        assert!(said(&[word]).starts_with(&format!("{word}: ")), "{word}");
        assert!(list.split_whitespace().any(|listed| listed == word), "{word} is not in the list");
    }
}

#[test]
fn a_word_is_found_however_it_is_written_and_one_that_stands_for_two_things_has_both() {
    assert_eq!(said(&["iva-4B"]), said(&["IVA-4b"]));
    assert_eq!(said(&["Line_Crossing"]), said(&["line-crossing"]));
    let both = said(&["workplace"]);
    assert!(both.contains("workplace: a class of place") && both.contains("workplace: a check"), "{both}");
}

#[test]
fn an_unknown_word_ends_with_2_and_what_may_be_meant() {
    for (word, help) in [
        ("line-crosing", "help: did you mean `line-crossing`"),
        ("KRS-47", "help: did you mean `KRS-4`"),
        ("zzz", "help: `vokter explain --list` shows every word"),
    ] {
        let output = explain(&[word]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{said}");
        assert!(said.contains(&format!("error: nothing is called `{word}`")) && said.contains(help), "{said}");
    }
    assert_eq!(explain(&[]).status.code(), Some(2));
    assert_eq!(explain(&["dpia", "--list"]).status.code(), Some(2));
}

#[test]
fn the_manual_of_the_policy_says_what_the_program_says() {
    let manual = std::fs::read_to_string(format!("{}/docs/policy.md", env!("CARGO_MANIFEST_DIR"))).unwrap();
    assert!(manual.contains(&said(&["IVA-7b"])));
    assert!(manual.contains(&String::from_utf8(explain(&["line-crosing"]).stderr).unwrap()));
    for gate in Gate::ALL {
        assert!(manual.contains(&format!("`{}`", gate.name())), "{} is not in the manual", gate.name());
    }
    for block in manual.split("```toml\n").skip(1) {
        let example = block.split("```").next().unwrap();
        assert!(example.parse::<toml::Table>().is_ok(), "{example}");
    }
}
