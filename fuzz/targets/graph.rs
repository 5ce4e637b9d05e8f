//! What a model's file says about itself: any bytes at all.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vokter_models::Graph;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(graph) = Graph::read(bytes) {
        let _ = graph.labels();
    }
});
