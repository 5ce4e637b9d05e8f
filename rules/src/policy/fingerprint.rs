//! Fingerprints: what a signature is over, as a short digest that changes when the purpose does.

use super::gate::{Aspect, Gate};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

/// The state of each aspect of a purpose, as text that changes when, and only when, the aspect does.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Aspects(Vec<(Aspect, String)>);

impl Aspects {
    /// Adds to what is known of an aspect.
    pub fn add(&mut self, aspect: Aspect, text: impl std::fmt::Display) {
        let at = match self.0.iter().position(|(known, _)| *known == aspect) {
            Some(at) => at,
            None => {
                self.0.push((aspect, String::new()));
                self.0.len() - 1
            }
        };
        if let Some((_, state)) = self.0.get_mut(at) {
            let _ = writeln!(state, "{text}");
        }
    }

    /// The state of one aspect.
    pub fn state(&self, aspect: Aspect) -> &str {
        self.0.iter().find(|(known, _)| *known == aspect).map_or("", |(_, state)| state)
    }

    /// The fingerprint of all that a gate covers: 16 hexadecimal digits of a SHA-256.
    pub fn fingerprint(&self, gate: Gate) -> String {
        let mut hash = Sha256::new();
        for aspect in gate.covers() {
            let state = self.state(*aspect);
            hash.update(aspect.name());
            hash.update((state.len() as u64).to_le_bytes());
            hash.update(state);
        }
        hash.finalize().iter().take(8).fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}
