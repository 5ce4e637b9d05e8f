//! Which characters are taken for each other, and how far apart two plates are when that is minded.

use super::Plate;

/// A letter and the digit that it is drawn like.
const TWINS: &[(char, char)] =
    &[('O', '0'), ('I', '1'), ('Z', '2'), ('A', '4'), ('S', '5'), ('G', '6'), ('T', '7'), ('B', '8')];

/// What else is taken for each other, in bad light or from the side.
const LOOK_ALIKES: &[(char, char)] = &[
    ('D', '0'),
    ('Q', '0'),
    ('L', '1'),
    ('O', 'D'),
    ('O', 'Q'),
    ('D', 'Q'),
    ('I', 'L'),
    ('I', 'T'),
    ('E', 'F'),
    ('P', 'R'),
    ('B', 'R'),
    ('U', 'V'),
    ('V', 'Y'),
    ('M', 'N'),
    ('H', 'N'),
    ('C', 'G'),
    ('K', 'X'),
    ('A', 'Å'),
    ('A', 'Ä'),
    ('O', 'Ö'),
    ('O', 'Ø'),
    ('U', 'Ü'),
    ('0', '8'),
    ('1', '7'),
    ('3', '8'),
    ('5', '6'),
    ('6', '8'),
];

/// What a difference costs: one between look-alikes, or any other.
const LOOK_ALIKE: usize = 1;
const OTHER: usize = 2;

/// The digit that a letter is drawn like, or the letter that a digit is.
pub(super) fn twin(character: char) -> Option<char> {
    partners(TWINS, character).next()
}

/// Every character that is taken for this one.
pub(super) fn look_alikes(character: char) -> impl Iterator<Item = char> {
    partners(TWINS, character).chain(partners(LOOK_ALIKES, character))
}

fn partners(pairs: &'static [(char, char)], character: char) -> impl Iterator<Item = char> {
    pairs.iter().filter_map(move |(one, other)| match character {
        _ if *one == character => Some(*other),
        _ if *other == character => Some(*one),
        _ => None,
    })
}

/// How far apart two plates are: the least cost of changing one into the other (Levenshtein 1966), where a look-alike
/// costs 1 and another character, one too many or one too few costs 2.
///
/// ```
/// use vokter_parking::plate::{Plate, distance};
///
/// let plate = |text| Plate::new(text).unwrap();
/// assert_eq!(distance(&plate("AB 12345"), &plate("AB 12345")), 0);
/// assert_eq!(distance(&plate("AB 12345"), &plate("A8 12345")), 1);
/// assert_eq!(distance(&plate("AB 12345"), &plate("AW 12345")), 2);
/// ```
pub fn distance(one: &Plate, other: &Plate) -> usize {
    let other = other.disclose_text();
    let mut above: Vec<usize> = (0..=other.chars().count()).map(|count| count * OTHER).collect();
    for (row, character) in (1..).zip(one.disclose_text().chars()) {
        let mut left = row * OTHER;
        let mut here = vec![left];
        for (column, against) in above.windows(2).zip(other.chars()) {
            let &[diagonal, up] = column else { continue };
            left = (diagonal + cost(character, against)).min(up + OTHER).min(left + OTHER);
            here.push(left);
        }
        above = here;
    }
    above.last().copied().unwrap_or(0)
}

fn cost(one: char, other: char) -> usize {
    if one == other {
        0
    } else if look_alikes(one).any(|alike| alike == other) {
        LOOK_ALIKE
    } else {
        OTHER
    }
}

/// Every plate at distance 1: those that a misread of one character makes of this one.
pub fn neighbours(plate: &Plate) -> impl Iterator<Item = Plate> {
    let text = plate.disclose_text();
    text.chars().enumerate().flat_map(move |(place, character)| {
        look_alikes(character).filter_map(move |alike| {
            let changed = |(at, own): (usize, char)| if at == place { alike } else { own };
            Plate::of(text.chars().enumerate().map(changed))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::ALPHABET;
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn plate(text: &str) -> Plate {
        Plate::new(text).unwrap()
    }

    #[test]
    fn every_pair_is_of_plates_and_stands_once() {
        let mut seen = BTreeSet::new();
        for (one, other) in TWINS.iter().chain(LOOK_ALIKES) {
            assert!(ALPHABET.contains(*one) && ALPHABET.contains(*other), "{one}{other}");
            assert!(seen.insert((*one.min(other), *one.max(other))), "{one}{other}");
        }
    }

    #[test]
    fn distances_add_up() {
        for (one, other, far) in [
            ("AB12345", "A812345", 1),
            ("AB12345", "A81Z345", 2),
            ("AB12345", "AB1234", 2),
            ("AB12345", "B12345", 2),
            ("AB12345", "AB12354", 4),
            ("AB12345", "CD67890", 13),
        ] {
            assert_eq!(distance(&plate(one), &plate(other)), far, "{one} {other}");
        }
    }

    proptest! {
        #[test]
        fn neighbours_are_the_plates_at_distance_one(one in "[A-Z]{2}[0-9]{4,5}", other in "[A-Z]{2}[0-9]{4,5}") {
            let (one, other) = (plate(&one), plate(&other));
            prop_assert_eq!(distance(&one, &other), distance(&other, &one));
            let found: Vec<_> = neighbours(&one).collect();
            prop_assert!(found.iter().all(|near| distance(&one, near) == 1));
            let distinct: BTreeSet<_> = found.iter().map(Plate::disclose_text).collect();
            prop_assert_eq!(distinct.len(), found.len());
            prop_assert_eq!(distance(&one, &other) == 1, distinct.contains(other.disclose_text()));
        }
    }
}
