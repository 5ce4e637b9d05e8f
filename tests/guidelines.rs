//! The catalogue of requirements, held against the code: what its rows cite exists, and what checks, records and rules
//! say that they are for has them in its row.

use crate::tidy::{files, read, root};
use std::collections::BTreeSet;
use vokter_rules::analysis::catalog::CATALOG;
use vokter_rules::guideline::{self, Enforcement, Guideline, Standing};
use vokter_rules::policy::{CHECKS, Gate};

/// The requirements of intelligent video analytics, some of which have parts; the other documents count through.
const IVA: [&str; 21] = [
    "1a", "1b", "2a", "2b", "3", "4a", "4b", "5", "6", "7a", "7b", "8", "9", "10", "11a", "11b", "11c", "12", "13",
    "14", "15",
];

fn row(id: &str, who: &str) -> &'static Guideline {
    let row = guideline::find(id).unwrap_or_else(|| panic!("{who} cites {id}, which is no requirement"));
    assert_eq!(row.id, id, "{who}");
    row
}

#[test]
fn every_requirement_is_there_once_and_in_order() {
    let mut expected: Vec<String> = IVA.iter().map(|part| format!("IVA-{part}")).collect();
    for (prefix, count) in [("WPC", 10), ("KRS", 36), ("ISL", 15), ("ACC", 18)] {
        expected.extend((1..=count).map(|number| format!("{prefix}-{number}")));
    }
    assert_eq!(expected.len(), 100);
    assert_eq!(guideline::all().map(|row| row.id).collect::<Vec<_>>(), expected);
}

#[test]
fn what_a_row_cites_exists() {
    let functions: BTreeSet<String> =
        files(&["rs"]).iter().flat_map(|path| read(path).lines().filter_map(function).collect::<Vec<_>>()).collect();
    let checks: BTreeSet<_> = CHECKS.iter().map(|check| check.name).collect();
    let gates: BTreeSet<_> = Gate::ALL.iter().map(|gate| gate.name()).collect();
    let mut missing = vec![];
    for row in guideline::all() {
        missing
            .extend(row.checks.iter().filter(|check| !checks.contains(*check)).map(|check| (row.id, "check", *check)));
        missing.extend(row.gates.iter().filter(|gate| !gates.contains(*gate)).map(|gate| (row.id, "record", *gate)));
        let there =
            |test: &str| if test.contains('/') { root().join(test).is_file() } else { functions.contains(test) };
        missing.extend(row.tests.iter().filter(|test| !there(test)).map(|test| (row.id, "test", *test)));
    }
    assert_eq!(missing, [], "cited, but not there");
}

/// The name of the function that begins on a line.
fn function(line: &str) -> Option<String> {
    let (_, rest) = line.split_once("fn ")?;
    Some(rest.chars().take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '_').collect())
}

#[test]
fn what_is_to_be_refused_in_the_policy_has_a_check_and_an_example() {
    for row in guideline::all().filter(|row| row.enforcement.contains(&Enforcement::AtCompile)) {
        assert!(row.standing == Standing::Enforced && !row.checks.is_empty(), "{} has no check", row.id);
        let has_example = row.tests.iter().any(|test| test.starts_with("tests/policy/"));
        assert!(has_example, "{} has no file that is refused", row.id);
    }
}

#[test]
fn every_check_record_and_rule_stands_in_the_rows_that_it_is_for() {
    for check in CHECKS {
        for id in check.requirements {
            assert!(row(id, check.name).checks.contains(&check.name), "{id} does not cite the check {}", check.name);
        }
    }
    for gate in Gate::ALL {
        for id in gate.requirements() {
            assert!(row(id, gate.name()).gates.contains(&gate.name()), "{id} does not cite the record {}", gate.name());
        }
    }
    for entry in CATALOG {
        for id in entry.guidelines {
            row(id, entry.name);
        }
    }
}
