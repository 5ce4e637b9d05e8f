//! What the formats of countries say of characters that could be two.
//!
//! A character stays as it was read where the format admits it. Where the format wants a letter and a digit was read, or
//! the other way round, it becomes its twin, or its only look-alike that the format admits. Nothing else is changed: no
//! character is added, left out or guessed.
//!
//! ```text
//! read      A 8 1 2 3 4 S
//! Norway    L L D D D D D      8 ─▶ B, S ─▶ 5
//! ```

use super::confusable::{look_alikes, twin};
use super::country::Place;
use super::{Country, Plate};

/// Whether a plate is made up as plates of that country are.
pub(super) fn fits(country: Country, plate: &Plate) -> bool {
    let text = plate.disclose_text();
    let admits = |pattern: &Vec<Place>| pattern.iter().zip(text.chars()).all(|(place, own)| place.admits(own));
    country.patterns(text.chars().count()).iter().any(admits)
}

/// What a place makes of a character that was read; `None` if it admits neither that nor what it surely stands for.
pub(super) fn resolve(place: Place, read: char) -> Option<char> {
    if place.admits(read) {
        return Some(read);
    }
    if let Some(twin) = twin(read).filter(|twin| place.admits(*twin)) {
        return Some(twin);
    }
    let of_another_kind = |alike: &char| alike.is_ascii_digit() != read.is_ascii_digit();
    let mut admitted = look_alikes(read).filter(|alike| of_another_kind(alike) && place.admits(*alike));
    admitted.next().filter(|_| admitted.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGIT: Place = Place::Of("0123456789");

    #[test]
    fn twins_are_resolved_by_their_place() {
        let letter = Place::Of("ABCDEFGHIJKLMNOPQRSTUVWXYZ");
        for (letter_read, digit_read) in [('O', '0'), ('I', '1'), ('Z', '2'), ('S', '5'), ('G', '6'), ('B', '8')] {
            assert_eq!(resolve(letter, digit_read), Some(letter_read));
            assert_eq!(resolve(DIGIT, letter_read), Some(digit_read));
            assert_eq!(resolve(letter, letter_read), Some(letter_read));
            assert_eq!(resolve(DIGIT, digit_read), Some(digit_read));
        }
    }

    #[test]
    fn what_the_place_does_not_tell_is_not_invented() {
        assert_eq!(resolve(DIGIT, 'W'), None, "no digit looks like it");
        assert_eq!(resolve(Place::Of("ABC"), '3'), None);
        assert_eq!(resolve(Place::Of("DQ"), '0'), None, "it could be both");
        assert_eq!(resolve(Place::Of("D"), '0'), Some('D'), "no other letter is meant");
        assert_eq!(resolve(Place::Of("F"), 'E'), None, "a letter stays a letter");
    }
}
