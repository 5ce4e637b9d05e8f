//! The import of a Frigate configuration: whatever is read becomes a site file that is TOML, with nothing wrong in it
//! but what people have to answer.
#![no_main]

#[allow(dead_code, reason = "shared with the program")]
#[path = "../../src/import/mod.rs"]
mod import;

use libfuzzer_sys::fuzz_target;
use vokter_rules::policy::{Severity, compile};

/// What the questions of a site file that is not answered are called; all else would be a mistake of the import.
const QUESTIONS: &[&str] = &[
    "missing-key",
    "jurisdiction",
    "languages",
    "data-protection-officer",
    "decider",
    "sign",
    "necessity",
    "proposer",
    "role",
    "vague-purpose",
    "weighty-interest",
    "empty-string",
    "time-zone",
    "too-many",
];

fuzz_target!(|text: &str| {
    let Ok(imported) = import::frigate::read(text) else { return };
    let site = import::site(&imported, "config.yml");
    for diagnostic in compile(&site).diagnostics.iter().filter(|found| found.severity == Severity::Error) {
        assert!(QUESTIONS.contains(&diagnostic.check), "{diagnostic:?}\n{site}");
    }
});
