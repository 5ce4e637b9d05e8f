//! The keys of a lot's hashes: one a day, so that a hash of one day means nothing on another, and none of a day from which no
//! car is known any more.

use anyhow::{Context, Result};
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use sha2::Sha256;
use std::collections::{BTreeMap, BTreeSet};
use vokter_parking::lot::{Match, Sought};
use vokter_parking::plate::Plate;
use zeroize::Zeroizing;

/// Bytes of a key: as many as the hash has.
const BYTES: usize = 32;

/// A key, overwritten when it is dropped.
pub type Key = Zeroizing<[u8; BYTES]>;

/// The keys that there are, by the day (UTC) on which cars came under them.
#[derive(Default)]
pub struct Keys(BTreeMap<Date, Key>);

impl Keys {
    /// Takes a key that was kept; whether it is one.
    pub fn add(&mut self, day: Date, bytes: &[u8]) -> bool {
        let Ok(key) = bytes.try_into() else { return false };
        self.0.insert(day, Zeroizing::new(key));
        true
    }

    /// Makes the key of a day if it is not there; then it is to be kept.
    pub fn begin(&mut self, day: Date) -> Result<Option<&[u8]>> {
        if self.0.contains_key(&day) {
            return Ok(None);
        }
        Ok(Some(self.0.entry(day).or_insert(draw()?).as_slice()))
    }

    /// Forgets the keys of days from which nobody is known, and which are not that one; returns which.
    pub fn forget(&mut self, known: &BTreeSet<Date>, today: Date) -> Vec<Date> {
        let over: Vec<_> = self.0.keys().copied().filter(|day| *day != today && !known.contains(day)).collect();
        over.iter().for_each(|day| drop(self.0.remove(day)));
        over
    }

    /// What a plate is sought by, on that day; `None` if the day has no key.
    pub fn sought(&self, plate: &Plate, day: Date) -> Option<Sought> {
        let today = hasher(self.0.get(&day)?);
        let earlier: Vec<_> = self.0.iter().filter(|(of, _)| **of != day).map(|(_, key)| hasher(key)).collect();
        Some(Sought::of(plate, &today, &earlier))
    }
}

fn hasher(key: &Key) -> impl Fn(&Plate) -> Match {
    |plate| hash(key, plate)
}

/// A new key.
pub fn draw() -> Result<Key> {
    let mut key = Zeroizing::new([0; BYTES]);
    getrandom::fill(key.as_mut_slice()).context("the system gives no random numbers")?;
    Ok(key)
}

/// The hash of a plate under a key (HMAC-SHA-256, RFC 2104).
pub fn hash(key: &Key, plate: &Plate) -> Match {
    bytes(key, plate).into()
}

fn bytes(key: &Key, plate: &Plate) -> [u8; BYTES] {
    let mut hash = [0; BYTES];
    // A key of any length is taken.
    if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.as_slice()) {
        mac.update(plate.disclose_text().as_bytes());
        hash.copy_from_slice(&mac.finalize().into_bytes());
    }
    hash
}

#[cfg(test)]
impl Keys {
    /// The hash of a plate on a day, to be looked for.
    pub(super) fn hash_of(&self, plate: &Plate, day: Date) -> Option<Vec<u8>> {
        Some(bytes(self.0.get(&day)?, plate).to_vec())
    }
}

/// The day of a time, in UTC.
pub fn day_of(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_plate_has_another_hash_each_day_and_is_found_under_the_days_that_are_known() {
        let (monday, tuesday) = (date(2026, 11, 23), date(2026, 11, 24));
        let plate = Plate::new("AB 12345").unwrap();
        let mut keys = Keys::default();
        assert!(keys.sought(&plate, monday).is_none());
        assert!(keys.begin(monday).unwrap().is_some() && keys.begin(monday).unwrap().is_none());
        assert!(keys.begin(tuesday).unwrap().is_some());
        let hash_of = |keys: &Keys, day| hasher(&keys.0[&day])(&plate);
        assert_ne!(hash_of(&keys, monday), hash_of(&keys, tuesday));
        assert_eq!(hash_of(&keys, monday), hash_of(&keys, monday));
        assert_eq!(keys.forget(&BTreeSet::from([monday]), tuesday), []);
        assert_eq!(keys.forget(&BTreeSet::new(), tuesday), [monday]);
        assert!(keys.sought(&plate, monday).is_none() && keys.sought(&plate, tuesday).is_some());
        assert!(!keys.add(monday, &[1; 31]) && keys.add(monday, &[1; 32]));
    }
}
