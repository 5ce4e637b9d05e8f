//! What machines have told: a grant or a crossing whose answer was lost is told again by the same key, and counts once, after a
//! restart too. Payments have their receipts for that.

use super::receipt::IdempotencyKey;
use super::terms::{after, hours};
use super::turn::Turn;
use jiff::Timestamp;
use vokter_rules::limits;

/// When a key is forgotten.
pub(super) fn told_ends(told: Timestamp) -> Timestamp {
    after(told, hours(limits::ANSWER_HOURS.unsigned_abs() as u32))
}

impl Turn<'_> {
    /// Whether something was told by that key.
    pub fn is_told(&self, key: Option<IdempotencyKey>) -> bool {
        let told = key.and_then(|key| self.state.told.get(&key));
        told.is_some_and(|told| self.now < told_ends(*told))
    }

    /// Remembers that something was. Past the bound the oldest is forgotten.
    pub fn tell(&mut self, key: Option<IdempotencyKey>) {
        let Some(key) = key else { return };
        if self.state.told.len() >= limits::ANSWERS_REMEMBERED {
            let oldest = self.state.told.iter().min_by_key(|(_, told)| **told).map(|(key, _)| *key);
            oldest.and_then(|oldest| self.state.told.remove(&oldest));
        }
        self.state.told.insert(key, self.now);
    }

    /// Forgets the keys whose time has come, some a turn.
    pub fn end_told(&mut self) {
        let (now, mut left) = (self.now, limits::SESSIONS_ENDED_PER_TURN);
        self.state.told.retain(|_, told| {
            let ends = told_ends(*told) <= now && left > 0;
            left -= usize::from(ends);
            !ends
        });
    }
}
