//! The policy compiler: any text at all. It may refuse, and never panics; what it says lies inside the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vokter_rules::policy::{Severity, compile};

fuzz_target!(|text: &str| {
    let compiled = compile(text);
    let has_errors = compiled.diagnostics.iter().any(|found| found.severity == Severity::Error);
    assert_eq!(compiled.policy.is_none(), has_errors, "it runs, or says why not");
    for diagnostic in &compiled.diagnostics {
        assert!(!diagnostic.message.is_empty() && !diagnostic.labels.is_empty());
        for label in &diagnostic.labels {
            assert!(text.get(label.span.clone()).is_some(), "{diagnostic:?} underlines nothing");
        }
    }
});
