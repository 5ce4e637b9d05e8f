//! A plate as a lot knows it: keyed hashes, of what was read and of what it may be a misread of.

use crate::plate::{Plate, neighbours};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The keyed hash of a plate, under the key of one lot. It stands for a person as the plate does, so it is not printed
/// either, and is overwritten when it is dropped.
#[derive(PartialEq, Eq, PartialOrd, Ord, Zeroize, ZeroizeOnDrop)]
pub struct Match {
    /// On the heap, so that moving it leaves no copy behind.
    hash: Box<[u8; 32]>,
}

impl From<[u8; 32]> for Match {
    fn from(hash: [u8; 32]) -> Self {
        Self { hash: Box::new(hash) }
    }
}

impl fmt::Debug for Match {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Match(redacted)")
    }
}

impl Serialize for Match {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let hex = |text: &mut String, byte: &u8| {
            text.extend([byte >> 4, byte & 15].iter().filter_map(|half| char::from_digit((*half).into(), 16)));
        };
        let mut text = zeroize::Zeroizing::new(String::with_capacity(64));
        self.hash.iter().for_each(|byte| hex(&mut text, byte));
        serializer.serialize_str(&text)
    }
}

impl<'de> Deserialize<'de> for Match {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = zeroize::Zeroizing::new(String::deserialize(deserializer)?);
        let refuse = || de::Error::invalid_length(text.len(), &"64 hexadecimal digits");
        let digits: Option<Vec<u8>> = text.chars().map(|digit| digit.to_digit(16)?.try_into().ok()).collect();
        let digits = zeroize::Zeroizing::new(digits.filter(|digits| digits.len() == 64).ok_or_else(refuse)?);
        let mut hash = Box::new([0; 32]);
        for (byte, pair) in hash.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = pair.iter().fold(0, |byte, half| byte << 4 | half);
        }
        Ok(Self { hash })
    }
}

/// What a session is looked for by: the hash of a plate, and those of its neighbours.
#[derive(Debug)]
pub struct Sought {
    exact: Vec<Match>,
    near: Vec<Match>,
}

impl Sought {
    /// A plate that was read or typed, hashed under the key of today and under those of earlier days whose sessions are
    /// still open.
    pub fn of<H: Fn(&Plate) -> Match>(plate: &Plate, today: &H, earlier: &[H]) -> Self {
        let keys = || std::iter::once(today).chain(earlier);
        let mut near: Vec<_> =
            neighbours(plate).flat_map(|near| keys().map(|key| key(&near)).collect::<Vec<_>>()).collect();
        near.sort_unstable();
        Self { exact: keys().map(|key| key(plate)).collect(), near }
    }

    /// The hash under the key of today.
    pub(super) fn into_todays(mut self) -> Option<Match> {
        (!self.exact.is_empty()).then(|| self.exact.swap_remove(0))
    }

    pub(super) fn is(&self, hash: &Match) -> bool {
        self.exact.contains(hash)
    }

    pub(super) fn may_be(&self, hash: &Match) -> bool {
        self.near.binary_search(hash).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A hash that is none.
    fn key(number: u8) -> impl Fn(&Plate) -> Match {
        move |plate| {
            let mut hash = [number; 32];
            hash.iter_mut().zip(plate.disclose_text().bytes()).for_each(|(byte, of)| *byte ^= of);
            hash.into()
        }
    }

    #[test]
    fn a_plate_is_sought_under_every_key_and_as_its_neighbours() {
        let plate = |text| Plate::new(text).unwrap();
        let keys = [1, 2, 3].map(key);
        let [today, earlier @ ..] = &keys;
        let sought = Sought::of(&plate("AB12345"), today, earlier);
        for number in [1, 2, 3] {
            assert!(sought.is(&key(number)(&plate("AB12345"))) && !sought.may_be(&key(number)(&plate("AB12345"))));
            assert!(sought.may_be(&key(number)(&plate("A812345"))) && !sought.is(&key(number)(&plate("A812345"))));
        }
        assert!(!sought.is(&key(4)(&plate("AB12345"))) && !sought.may_be(&key(1)(&plate("XY98765"))));
        assert_eq!(sought.into_todays(), Some(key(1)(&plate("AB12345"))));
    }

    #[test]
    fn a_hash_is_read_back_as_it_was_written_and_never_shown() {
        let hash = Match::from(std::array::from_fn(|at| at as u8 * 7));
        let text = serde_json::to_string(&hash).unwrap();
        assert!(text.starts_with("\"00070e15"), "{text}");
        assert_eq!(serde_json::from_str::<Match>(&text).unwrap(), hash);
        assert!(serde_json::from_str::<Match>("\"00070e\"").is_err());
        assert!(serde_json::from_str::<Match>(&text.replace('e', "g")).is_err());
        assert_eq!(format!("{hash:?}"), "Match(redacted)");
    }
}
