//! Fingerprints: what a signature is over, as a short digest that changes when the purpose does.

use super::gate::{Aspect, Gate};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The state of each aspect of a purpose, as lines of text. The order in which the file says things means nothing, so
/// neither does that of the lines.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Aspects(BTreeMap<Aspect, Vec<String>>);

impl Aspects {
    /// Adds a line to what is known of an aspect. It is one line whatever it holds, so that two never read as one.
    pub fn add(&mut self, aspect: Aspect, line: impl std::fmt::Display) {
        let line = line.to_string().replace('\\', "\\\\").replace('\n', "\\n");
        let lines = self.0.entry(aspect).or_default();
        lines.insert(lines.partition_point(|known| *known < line), line);
    }

    /// What is known of one aspect, sorted.
    pub fn lines(&self, aspect: Aspect) -> &[String] {
        self.0.get(&aspect).map_or(&[], Vec::as_slice)
    }

    /// The fingerprint of all that a gate covers: 16 hexadecimal digits of a SHA-256.
    pub fn fingerprint(&self, gate: Gate) -> String {
        let mut hash = Sha256::new();
        for aspect in gate.covers() {
            let lines = self.lines(*aspect);
            hash.update(aspect.name());
            hash.update((lines.len() as u64).to_le_bytes());
            for line in lines {
                hash.update((line.len() as u64).to_le_bytes());
                hash.update(line);
            }
        }
        hash.finalize().iter().take(8).fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}
