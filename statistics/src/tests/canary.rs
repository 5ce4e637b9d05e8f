//! The exact count is nowhere on the disk, neither while a span is open nor after.

use super::{Site, crossings, eight, minutes, watch};
use std::path::Path;

/// As SQLite, as text and as memory has a number.
fn spellings(count: i64) -> Vec<Vec<u8>> {
    let big = count.to_be_bytes();
    vec![big[2..].to_vec(), count.to_string().into_bytes(), count.to_le_bytes()[..6].to_vec()]
}

fn is_on_disk(folder: &Path, count: i64) -> bool {
    let files: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| std::fs::read(entry.unwrap().path()).unwrap()).collect();
    assert!(!files.is_empty());
    let holds = |spelling: &Vec<u8>| files.iter().any(|file| file.windows(spelling.len()).any(|part| part == spelling));
    spellings(count).iter().any(holds)
}

#[test]
fn inv_7_the_exact_count_is_never_on_the_disk() {
    let site = Site::new();
    // Counts that no page number, time or noise can be taken for; a noise of zero makes the value the count.
    let canaries = [0x5a17_c0de_1234_i64, 0x5b28_c0de_4321];
    let mut statistics = site.open(&[crossings()], eight());
    let mut noisy = 0;
    for hour in 0..20 {
        let from = eight() + minutes(60 * hour);
        watch(&mut statistics, 0, from, from + minutes(59));
        *statistics.exact(0, from) = canaries.to_vec();
        assert!(hour > 0 || canaries.iter().all(|canary| !is_on_disk(site.0.path(), *canary)), "the span is open");
    }
    drop(statistics);
    for hour in 0..20 {
        let site = Site::new();
        let from = eight() + minutes(60 * hour);
        let mut statistics = site.open(&[crossings()], from);
        watch(&mut statistics, 0, from, from + minutes(59));
        *statistics.exact(0, from) = canaries.to_vec();
        let closed = format!("{:?}", statistics.close(0, from + minutes(62)).unwrap());
        let drawn = site.table("visitors.crossings").rows[0].drawn.clone();
        for (canary, value) in canaries.iter().zip(&drawn).filter(|(canary, value)| canary != value) {
            noisy += 1;
            assert!(!is_on_disk(site.0.path(), *canary) && !closed.contains(&canary.to_string()));
            assert!(is_on_disk(site.0.path(), *value), "what is published is, so that it would be found");
        }
    }
    assert!(noisy > 0);
}
