//! Number plates: the text, the formats of countries, what is easily mistaken for what, and the vote over a passage.
//!
//! ```text
//! readings of one passage ─▶ Ballot ─per slot─▶ Format of a country ─▶ Reading: Plate + confidence of each character
//!                             or nothing          O or 0?
//! ```
//! A [`Plate`] is personal data. It cannot be printed, copied or serialised, and its memory is overwritten when it is
//! dropped (INV-6).

mod ballot;
mod confusable;
mod country;
mod format;

pub use ballot::{Ballot, Reading, Slot};
pub use confusable::{distance, neighbours};
pub use country::Country;

use std::fmt;
use vokter_rules::limits;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The text of a number plate: upper case, letters and digits alone.
///
/// ```
/// use vokter_parking::plate::Plate;
///
/// let plate = Plate::new("ab 12-345").unwrap();
/// assert_eq!(plate.disclose_text(), "AB12345");
/// assert_eq!(format!("{plate:?}"), "Plate(redacted)");
/// ```
///
/// It does not print itself:
///
/// ```compile_fail
/// let plate = vokter_parking::plate::Plate::new("AB 12345").unwrap();
/// println!("{plate}");
/// ```
///
/// nor can it be serialised:
///
/// ```compile_fail
/// fn serialise(_: &impl serde::Serialize) {}
/// serialise(&vokter_parking::plate::Plate::new("AB 12345").unwrap());
/// ```
///
/// nor copied:
///
/// ```compile_fail
/// let plate = vokter_parking::plate::Plate::new("AB 12345").unwrap();
/// let copy = plate.clone();
/// ```
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Plate {
    text: Box<str>,
}

impl Plate {
    /// The plate that a text means, if it is one: spaces, hyphens and dots are left out. `None` for anything else that
    /// is no letter or digit of a plate, and for what is longer or shorter than plates are.
    pub fn new(text: &str) -> Option<Self> {
        Self::of(text.chars().filter(|character| !matches!(character, ' ' | '-' | '.')).flat_map(char::to_uppercase))
    }

    /// Made at once in memory of the largest size, since what grows leaves copies behind.
    fn of(characters: impl Iterator<Item = char>) -> Option<Self> {
        let mut text = zeroize::Zeroizing::new(String::with_capacity(limits::PLATE_SLOTS * char::MAX.len_utf8()));
        let mut count = 0;
        for character in characters {
            count += 1;
            if count > limits::PLATE_SLOTS || !is_of_plates(character) {
                return None;
            }
            text.push(character);
        }
        (count >= SHORTEST).then(|| Self { text: text.as_str().into() })
    }

    /// The text: personal data, to be hashed or sealed under the session's key, or dropped.
    pub fn disclose_text(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for Plate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Plate(redacted)")
    }
}

/// Characters of the shortest plate.
const SHORTEST: usize = 2;

/// Every character that plates of the countries have, in the order of their votes.
const ALPHABET: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZÄÅÆÖØÜ";

fn is_of_plates(character: char) -> bool {
    ALPHABET.contains(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plate_is_normalised() {
        let text = |written| Plate::new(written).map(|plate| plate.disclose_text().to_owned());
        assert_eq!(text(" ab 12 345 ").as_deref(), Some("AB12345"));
        assert_eq!(text("m-ü 1234e").as_deref(), Some("MÜ1234E"));
        assert_eq!(text("ab\u{a0}12345"), None, "not a space of a plate");
        assert_eq!(text("A"), None);
        assert_eq!(text(""), None);
        assert_eq!(text("AB12345AB12345ABC"), None, "17 characters");
    }

    #[test]
    fn inv_6_debug_says_nothing_and_zeroing_leaves_nothing() {
        let mut plate = Plate::new("AB 12345").unwrap();
        assert_eq!(
            format!("{plate:?} {plate:#?} {:?}", Some(&plate)),
            "Plate(redacted) Plate(redacted) Some(Plate(redacted))"
        );
        plate.zeroize();
        assert!(plate.disclose_text().bytes().all(|byte| byte == 0));
    }
}
