//! Each signed request is taken once: what was taken is remembered for as long as its signature could hold.

use super::SignatureFault;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};
use vokter_rules::limits;

/// The first half of the SHA-256 of a nonce: of fixed size, and as good as the nonce.
type Short = [u8; 16];

/// The requests of the last two minutes.
pub struct Nonces {
    /// What was taken before is not known, so nothing of then is taken.
    started: i64,
    held: Mutex<Held>,
}

struct Held {
    /// A clock that is set back forgets nothing early.
    latest: i64,
    taken: HashMap<String, BTreeSet<(i64, Short)>>,
}

impl Nonces {
    /// None yet.
    pub fn new(now: Timestamp) -> Self {
        let started = now.as_second();
        Self { started, held: Mutex::new(Held { latest: started, taken: HashMap::new() }) }
    }

    /// Takes a request that `client` has signed.
    ///
    /// # Errors
    /// When it was taken already, its time is over or has not come, or the client has sent too many.
    pub fn take(&self, client: &str, (created, nonce): (i64, &str), now: Timestamp) -> Result<(), SignatureFault> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.latest = held.latest.max(now.as_second());
        let (now, patience) = (held.latest, limits::SIGNATURE_SECONDS);
        if created < self.started || created < now - patience || created > now + patience {
            return Err(SignatureFault::Time);
        }
        held.taken.retain(|_, taken| {
            *taken = taken.split_off(&(now - patience, Short::default()));
            !taken.is_empty()
        });
        let mut short = Short::default();
        short.iter_mut().zip(Sha256::digest(nonce)).for_each(|(to, from)| *to = from);
        let taken = held.taken.entry(client.to_owned()).or_default();
        if taken.contains(&(created, short)) {
            return Err(SignatureFault::Replayed);
        }
        if taken.len() >= limits::NONCES_PER_CLIENT {
            return Err(SignatureFault::TooMany);
        }
        taken.insert((created, short));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn each_is_taken_once_while_it_holds_and_not_after() {
        let nonces = Nonces::new(at(1_000));
        let take = |client, created, nonce, now| nonces.take(client, (created, nonce), at(now));
        assert_eq!(take("hall", 1_100, "n", 1_100), Ok(()));
        for now in [1_100, 1_160, 900] {
            assert_eq!(take("hall", 1_100, "n", now), Err(SignatureFault::Replayed), "{now}");
        }
        assert_eq!(take("hall", 1_100, "m", 1_160), Ok(()));
        assert_eq!(take("exit", 1_100, "n", 1_160), Ok(()), "another machine");
        assert_eq!(take("hall", 1_100, "n", 1_161), Err(SignatureFault::Time));
        assert_eq!(take("hall", 1_100, "n", 1_100), Err(SignatureFault::Time), "a clock set back brings nothing back");
        assert_eq!(take("hall", 1_222, "n", 1_161), Err(SignatureFault::Time), "ahead");
        assert_eq!(Nonces::new(at(1_101)).take("hall", (1_100, "n"), at(1_101)), Err(SignatureFault::Time));
    }

    #[test]
    fn inv_11_what_is_remembered_is_bounded() {
        let nonces = Nonces::new(at(0));
        for number in 0..limits::NONCES_PER_CLIENT {
            nonces.take("hall", (10, &number.to_string()), at(10)).unwrap();
        }
        assert_eq!(nonces.take("hall", (10, "one more"), at(10)), Err(SignatureFault::TooMany));
        assert_eq!(nonces.take("exit", (10, "one more"), at(10)), Ok(()));
        assert_eq!(nonces.take("hall", (71, "one more"), at(71)), Ok(()), "a minute later");
    }
}
