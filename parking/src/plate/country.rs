//! Countries whose plates are known: how their texts are made up, and which of them say that a vehicle is electric.
//!
//! Sources. Norway: Statens vegvesen (two letters and five digits from 10000, four from 1000 for motorcycles and
//! trailers; EL for electric vehicles from 1999). Iceland: Samgöngustofa (`AB 123` until 2007, `AB C12` since).
//! Sweden: Transportstyrelsen (`ABC 123`, since 2019 `ABC 12D`). Denmark: Motorstyrelsen (`AB 12 345`). Germany:
//! Fahrzeug-Zulassungsverordnung, annex 2 and § 9a (`E`, electric) and § 9 (`H`, historic). Britain: DVLA INF104
//! (`AB12 CDE` since 2001, `A123 BCD` before it).

use super::Plate;
use serde::{Deserialize, Serialize};

/// Where a plate is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Country {
    /// `AB 12345`
    Norway,
    /// `AB C12`, `AB 123`
    Iceland,
    /// `ABC 123`, `ABC 12D`
    Sweden,
    /// `AB 12 345`
    Denmark,
    /// `B AB 1234E`
    Germany,
    /// `AB12 CDE`
    Britain,
}

/// What may stand at a place of a plate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// One of these.
    Of(&'static str),
    /// This one.
    Only(char),
}

impl Place {
    pub fn admits(self, character: char) -> bool {
        match self {
            Self::Of(characters) => characters.contains(character),
            Self::Only(only) => only == character,
        }
    }
}

const DIGIT: Place = Place::Of("0123456789");
const FIRST_DIGIT: Place = Place::Of("123456789");

/// Norway's electric series, in the order in which they were given out; EJ and EN are the next (elbil.no, July 2023).
const ELECTRIC_IN_NORWAY: &[&str] = &["EL", "EK", "EV", "EB", "EC", "ED", "EE", "EF", "EH", "EJ", "EN"];

impl Country {
    /// Every country.
    pub const ALL: [Self; 6] = [Self::Norway, Self::Iceland, Self::Sweden, Self::Denmark, Self::Germany, Self::Britain];

    /// The ways in which its plates of that many characters are made up.
    pub(super) fn patterns(self, length: usize) -> Vec<Vec<Place>> {
        let all = match self {
            Self::Norway => {
                let letter = Place::Of("ABCDEFGHJKLNPRSTUVXYZ");
                let four = [letter, letter, FIRST_DIGIT, DIGIT, DIGIT, DIGIT];
                vec![four.to_vec(), [&four[..], &[DIGIT]].concat()]
            }
            Self::Iceland => {
                let letter = Place::Of("ABCDEFGHIJKLMNOPRSTUVXYZ");
                let either = Place::Of("0123456789ABCDEFGHJKLMNPRSTUVXYZ");
                vec![vec![letter, letter, either, DIGIT, DIGIT]]
            }
            Self::Sweden => {
                let letter = Place::Of("ABCDEFGHJKLMNOPRSTUWXYZ");
                let either = Place::Of("0123456789ABCDEFGHJKLMNPRSTUWXYZ");
                vec![vec![letter, letter, letter, DIGIT, DIGIT, either]]
            }
            Self::Denmark => {
                let letter = Place::Of("ABCDEGHJKLMNPRSTUVXYZ");
                vec![[&[letter; 2][..], &[DIGIT; 5]].concat()]
            }
            Self::Germany => german(),
            Self::Britain => {
                let letter = Place::Of("ABCDEFGHJKLMNOPRSTUVWXYZ");
                let now = [letter, letter, DIGIT, DIGIT, letter, letter, letter];
                let before = |digits| [&[letter][..], &[FIRST_DIGIT], &vec![DIGIT; digits], &[letter; 3]].concat();
                vec![now.to_vec(), before(0), before(1), before(2)]
            }
        };
        all.into_iter().filter(|pattern| pattern.len() == length).collect()
    }

    /// Whether the series of the plate is kept for electric vehicles in this country. Iceland, Sweden, Denmark and
    /// Britain have none that stands in the text.
    pub fn is_electric(self, plate: &Plate) -> bool {
        let text = plate.disclose_text();
        let fits = super::format::fits(self, plate);
        match self {
            Self::Norway => fits && ELECTRIC_IN_NORWAY.iter().any(|series| text.starts_with(series)),
            Self::Germany => fits && text.ends_with('E'),
            Self::Iceland | Self::Sweden | Self::Denmark | Self::Britain => false,
        }
    }
}

/// District and letters, two to five in all; one to four digits; `E` or `H` or neither. Eight characters at most.
fn german() -> Vec<Vec<Place>> {
    let letter = Place::Of("ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÜ");
    let mut all = vec![];
    for letters in 2..=5 {
        for digits in 0..=3 {
            for suffix in [&[][..], &[Place::Only('E')], &[Place::Only('H')]] {
                let pattern = [&vec![letter; letters][..], &[FIRST_DIGIT], &vec![DIGIT; digits], suffix].concat();
                if pattern.len() <= 8 {
                    all.push(pattern);
                }
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::super::format::fits;
    use super::*;

    #[test]
    fn plates_fit_their_country() {
        for (country, plates) in [
            (Country::Norway, &["AB 12345", "EL 10000", "DP 1234"][..]),
            (Country::Iceland, &["AB 123", "AB C12"]),
            (Country::Sweden, &["ABC 123", "ABC 12D"]),
            (Country::Denmark, &["AB 12 345"]),
            (Country::Germany, &["B A 1", "M-AB 1234", "EBE AB 123", "B AB 123E", "HH A 1H", "MÜ A 12"]),
            (Country::Britain, &["AB12 CDE", "A1 BCD", "A12 BCD", "A123 BCD"]),
        ] {
            for text in plates {
                assert!(fits(country, &Plate::new(text).unwrap()), "{country:?} {text}");
            }
        }
    }

    #[test]
    fn others_do_not() {
        for (country, plates) in [
            (Country::Norway, &["AB 01234", "ABC 1234", "QB 12345", "AB 123456", "AB 123"][..]),
            (Country::Iceland, &["AB 1C3", "A1 123"]),
            (Country::Sweden, &["ABI 123", "ABC 12O"]),
            (Country::Denmark, &["AB 1234"]),
            (Country::Germany, &["B A 0123", "B 1234", "EBE AB 1234", "B AB 123X"]),
            (Country::Britain, &["AI12 CDE", "A0 BCD"]),
        ] {
            for text in plates {
                assert!(!fits(country, &Plate::new(text).unwrap()), "{country:?} {text}");
            }
        }
    }

    #[test]
    fn electric_series_are_those_of_their_country_alone() {
        let is_electric = |country: Country, text| country.is_electric(&Plate::new(text).unwrap());
        for text in ["EL 12345", "EK 12345", "EV 12345", "EB 12345", "EC 12345"] {
            assert!(is_electric(Country::Norway, text), "{text}");
            assert!(!is_electric(Country::Denmark, text), "{text}");
        }
        assert!(!is_electric(Country::Norway, "AB 12345"));
        assert!(!is_electric(Country::Norway, "EL 12A"));
        assert!(is_electric(Country::Germany, "B AB 123E"));
        assert!(!is_electric(Country::Germany, "B AE 123"));
    }
}
