//! What plates look like and how their texts are made up, by country.

use crate::dice::Dice;
use glam::Vec3;
use serde::Deserialize;

/// Where a plate is from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Country {
    /// `AB 12345`; `EL`, `EK` and `EV` for electric vehicles.
    #[default]
    Norway,
    /// `AB A12`
    Iceland,
    /// `ABC 123` or `ABC 12A`
    Sweden,
    /// `AB 12 345`
    Denmark,
    /// `B AB 1234`
    Germany,
    /// `AB12 CDE`
    Britain,
}

/// The colours of a plate.
pub(super) struct Style {
    pub ground: Vec3,
    pub ink: Vec3,
    pub border: Vec3,
    pub has_band: bool,
}

impl Country {
    /// Every country.
    pub const ALL: [Self; 6] = [Self::Norway, Self::Iceland, Self::Sweden, Self::Denmark, Self::Germany, Self::Britain];

    pub(super) fn style(self) -> Style {
        let white = Vec3::splat(0.8);
        let black = Vec3::splat(0.015);
        let style = |ink, border, has_band| Style { ground: white, ink, border, has_band };
        match self {
            Self::Norway | Self::Sweden | Self::Germany => style(black, black, true),
            Self::Iceland => style(Vec3::new(0.02, 0.05, 0.3), Vec3::new(0.02, 0.05, 0.3), false),
            Self::Denmark => style(black, Vec3::new(0.5, 0.02, 0.02), true),
            Self::Britain => Style { ground: Vec3::new(0.8, 0.62, 0.05), ..style(black, black, true) },
        }
    }

    /// The patterns in use; `A` is a letter, `1` a digit, anything else itself.
    fn patterns(self) -> &'static [Pattern] {
        match self {
            Self::Norway => &[Pattern("AA 11111"), Pattern("AA 11111"), Pattern("EL 11111"), Pattern("EK 11111")],
            Self::Iceland => &[Pattern("AA A11"), Pattern("AA 111")],
            Self::Sweden => &[Pattern("AAA 111"), Pattern("AAA 11A")],
            Self::Denmark => &[Pattern("AA 11 111")],
            Self::Germany => &[Pattern("A AA 1111"), Pattern("AA AA 111")],
            Self::Britain => &[Pattern("AA11 AAA")],
        }
    }

    /// Letters that plates of the country use.
    fn letters(self) -> &'static [u8] {
        match self {
            Self::Norway => b"BCDFHJKLNPRSTUVXYZ",
            Self::Sweden => b"ABCDEFGHJKLMNOPRSTUWXYZ",
            _ => b"ABCDEFGHJKLMNPRSTUVWXYZ",
        }
    }

    /// A text that a plate of this country could bear.
    pub fn text(self, dice: &mut Dice) -> String {
        let pattern = dice.pick(self.patterns(), Pattern("AA 11111"));
        pattern.fill(self.letters(), dice)
    }
}

/// How a text is made up.
#[derive(Clone, Copy, Debug)]
pub struct Pattern(&'static str);

impl Pattern {
    fn fill(self, letters: &[u8], dice: &mut Dice) -> String {
        let fixed = self.0.starts_with('E');
        let each = self.0.chars().enumerate().map(|(place, symbol)| match symbol {
            _ if fixed && place < 2 => symbol,
            'A' => char::from(dice.pick(letters, b'A')),
            '1' => char::from(b'0' + dice.below(10) as u8),
            other => other,
        });
        each.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_follow_their_country() {
        let mut dice = Dice::new(4);
        for _ in 0..200 {
            let norwegian = Country::Norway.text(&mut dice);
            let (letters, digits) = norwegian.split_once(' ').unwrap();
            assert!(letters.len() == 2 && letters.bytes().all(|b| b.is_ascii_uppercase()), "{norwegian}");
            assert!(digits.len() == 5 && digits.bytes().all(|b| b.is_ascii_digit()), "{norwegian}");
            assert_eq!(Country::Britain.text(&mut dice).len(), 8);
        }
    }
}
