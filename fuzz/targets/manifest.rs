//! The manifest of a model: any text at all.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::path::Path;
use vokter_models::Manifest;

fuzz_target!(|text: &str| {
    let _ = Manifest::parse(text, Path::new("."));
});
