//! The key of a purpose, retention class and day: a chain that is stepped on each minute and cannot be stepped back.
//!
//! An item's key is wrapped under the chain's key of the minute in which its deadline lies. When that minute comes, the
//! chain has been stepped past it, and nothing on earth derives that minute's key again: one step ends every item of
//! the minute, however many there are.
//!
//! ```text
//!  minute   0 ──next──▶ 1 ──next──▶ 2 ──next──▶ …  ──▶ 1439     (forward only: HKDF)
//!           │           │           │                   │
//!         items       items       items               items
//! ```

use crate::crypto::{KEY_BYTES, Key};

/// Minutes of a day.
pub const MINUTES: u16 = 1440;

/// Where a day's chain stands, and its key there.
#[derive(Clone)]
pub struct DayKey {
    minute: u16,
    key: Key,
}

impl DayKey {
    /// A chain that begins with that minute.
    pub fn starting_at(minute: u16, key: Key) -> Self {
        Self { minute, key }
    }

    /// A chain as [`Self::bytes`] gave it.
    pub fn of_bytes(minute: u16, bytes: &[u8]) -> Option<Self> {
        (bytes.len() == KEY_BYTES).then_some(())?;
        Some(Self { minute, key: Key::of_bytes(bytes)? })
    }

    /// Its key where it stands, for wrapping alone.
    pub fn bytes(&self) -> &[u8; KEY_BYTES] {
        self.key.bytes()
    }

    /// Where it stands.
    pub fn minute(&self) -> u16 {
        self.minute
    }

    /// Steps on to a minute; it never goes back. What it held before is zeroed.
    pub fn advance(&mut self, to: u16) {
        while self.minute < to {
            self.key = self.key.derive(&[b"next"]);
            self.minute += 1;
        }
    }

    /// The key under which items of that minute are wrapped; `None` if the chain is past it.
    pub fn of_minute(&self, minute: u16) -> Option<Key> {
        if minute < self.minute || minute >= MINUTES {
            return None;
        }
        let mut there = self.clone();
        there.advance(minute);
        Some(there.key.derive(&[b"items"]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_gives_the_same_keys_from_anywhere_before_them_and_none_behind() {
        let begun = DayKey::starting_at(0, Key::of_bytes(&[3; 32]).unwrap());
        let mut later = begun.clone();
        later.advance(700);
        let of = |chain: &DayKey, minute| chain.of_minute(minute).map(|key| *key.bytes());
        assert_eq!(of(&begun, 700), of(&later, 700));
        assert_eq!(of(&begun, 1439), of(&later, 1439));
        assert_ne!(of(&later, 700), of(&later, 701));
        assert!(of(&later, 699).is_none() && of(&later, MINUTES).is_none());
        later.advance(3);
        assert!(of(&later, 699).is_none(), "it does not go back");
        assert_ne!(Some(*later.bytes()), of(&later, 700), "the chain's own key wraps nothing");
    }
}
