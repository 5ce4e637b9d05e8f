//! What machines have told: a grant or a crossing whose answer was lost is told again by the same key, and counts once, after a
//! restart too. Payments have their receipts for that.

use super::effect::Refusal;
use super::receipt::IdempotencyKey;
use super::terms::after;
use super::turn::Turn;
use jiff::{SignedDuration, Timestamp};
use vokter_rules::limits;

/// When a key is forgotten.
pub(super) fn told_ends(told: Timestamp) -> Timestamp {
    after(told, SignedDuration::from_hours(limits::ANSWER_HOURS))
}

impl Turn<'_> {
    /// Does what is told by a key; if it was done by that key before, says how things are and does nothing. What is refused
    /// was not told.
    pub fn once<A>(
        &mut self,
        key: Option<IdempotencyKey>,
        act: impl FnOnce(&mut Self) -> Result<A, Refusal>,
        how_things_are: impl FnOnce(&Self) -> Result<A, Refusal>,
    ) -> Result<A, Refusal> {
        let told = key.and_then(|key| self.state.told.get(&key));
        if told.is_some_and(|told| self.now < told_ends(*told)) {
            return how_things_are(self);
        }
        let answer = act(self)?;
        if let Some(key) = key {
            self.tell(key);
        }
        Ok(answer)
    }

    /// Remembers a key. Past the bound the oldest is forgotten.
    fn tell(&mut self, key: IdempotencyKey) {
        if self.state.told.len() >= limits::ANSWERS_REMEMBERED {
            let oldest = self.state.told.iter().min_by_key(|(_, told)| **told).map(|(key, _)| *key);
            oldest.and_then(|oldest| self.state.told.remove(&oldest));
        }
        self.state.told.insert(key, self.now);
    }

    /// Forgets the keys whose time has come, some a turn.
    pub fn end_told(&mut self) {
        let now = self.now;
        self.state.told.end(|told| told_ends(*told) <= now);
    }
}
