//! The JSON Schema of a site file: it accepts what the compiler accepts, and refuses what is no word of the language.

use crate::support::VOKTER;
use jsonschema::Validator;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

fn validator() -> Validator {
    let output = Command::new(VOKTER).arg("schema").output().unwrap();
    assert!(output.status.success());
    let schema: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(jsonschema::draft202012::meta::is_valid(&schema));
    jsonschema::draft202012::options().should_validate_formats(true).build(&schema).unwrap()
}

/// TOML as editors hand it to a schema: days and times are strings.
fn json(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(boolean) => boolean.into(),
        toml::Value::Datetime(time) => time.to_string().into(),
        toml::Value::Array(items) => items.into_iter().map(json).collect(),
        toml::Value::Table(table) => table.into_iter().map(|(key, value)| (key, json(value))).collect(),
    }
}

fn complaints(validator: &Validator, text: &str) -> Vec<String> {
    let file = json(toml::Value::Table(text.parse().unwrap()));
    let complaints = validator.iter_errors(&file);
    complaints.map(|error| format!("{}: {error}", error.instance_path())).collect()
}

fn read(path: impl AsRef<Path>) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The site files of a folder.
fn sites(folder: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap();
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    assert!(!paths.is_empty());
    paths
}

#[test]
fn the_schema_accepts_whatever_the_compiler_accepts() {
    let validator = validator();
    let (mut accepted, mut paths) = (0, sites("examples"));
    paths.push("examples/site/site.toml".into());
    paths.extend(sites("tests/policy"));
    for path in paths {
        let text = read(&path);
        if vokter_rules::policy::compile(&text).policy.is_some() {
            assert_eq!(complaints(&validator, &text), [""; 0], "{}", path.display());
            accepted += 1;
        }
    }
    assert!(accepted >= 6, "{accepted}");
}

#[test]
fn the_schema_refuses_what_is_no_word_of_the_language() {
    let validator = validator();
    let site = read("examples/car-park.toml");
    for (from, to) in [
        ("[controller]", "[controler]"),
        ("languages =", "langauges ="),
        ("class = \"parking\"", "class = \"garage\""),
        ("kind = \"property-protection\"", "kind = \"security\""),
        ("basis = \"contract\"", "basis = \"because we can\""),
        ("interest = \"repeated-crime\"", "interest = \"curiosity\""),
        ("rule = \"zone-intrusion\"", "rule = \"face-recognition\""),
        ("objects = [\"person\"]", "objects = [\"woman\"]"),
        ("jurisdiction = [\"no\"]", "jurisdiction = [\"mars\"]"),
        ("days = \"mon-sun\"", "days = \"always\""),
        ("to = \"24:00\"", "to = \"25:00\""),
        ("reviewed = 2026-11-01", "reviewed = \"last year\""),
        ("lines.fence = [[0.0, 0.412], [1.0, 0.412]]", "lines.fence = [[0.0, 412], [1.0, 0.412]]"),
        ("retention = { days = 3 }", "retention = { days = \"three\" }"),
        ("lighting =", "lightning ="),
        ("balancing =", "balance ="),
        ("duty = \"system-owner\"", "duty = \"owner\""),
        ("source = { env = \"GATE_URL\" }", "source = { env = \"GATE_URL\", audio = true }"),
    ] {
        let broken = site.replacen(from, to, 1);
        assert_ne!(broken, site, "{from}");
        assert_ne!(complaints(&validator, &broken), [""; 0], "{to}");
    }
}
