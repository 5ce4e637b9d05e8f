//! Amounts: whole minor units of a currency, never a fraction.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A currency (ISO 4217).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Currency {
    /// Norwegian krone.
    Nok,
    /// Icelandic króna, which has no minor unit.
    Isk,
    /// Swedish krona.
    Sek,
    /// Danish krone.
    Dkk,
    /// Euro.
    Eur,
    /// Pound sterling.
    Gbp,
}

impl Currency {
    /// Its code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Nok => "NOK",
            Self::Isk => "ISK",
            Self::Sek => "SEK",
            Self::Dkk => "DKK",
            Self::Eur => "EUR",
            Self::Gbp => "GBP",
        }
    }

    /// Minor units in one of it.
    const fn units(self) -> u64 {
        if matches!(self, Self::Isk) { 1 } else { 100 }
    }
}

/// An amount of money.
///
/// ```
/// use vokter_parking::money::{Currency, Money};
///
/// assert_eq!(Money::new(4_550, Currency::Nok).to_string(), "45.50 NOK");
/// assert_eq!(Money::new(600, Currency::Isk).to_string(), "600 ISK");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// Minor units: øre, cents, pence; krónur in Iceland.
    pub minor: u64,
    /// Of which currency.
    pub currency: Currency,
}

impl Money {
    /// So many minor units.
    pub const fn new(minor: u64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Whether it is nothing.
    pub const fn is_zero(self) -> bool {
        self.minor == 0
    }

    /// Both together; `None` if they are of two currencies.
    pub fn plus(self, other: Self) -> Option<Self> {
        (self.currency == other.currency).then(|| Self { minor: self.minor.saturating_add(other.minor), ..self })
    }

    /// What is left when the other is taken away, nothing at the least; `None` if they are of two currencies.
    pub fn less(self, other: Self) -> Option<Self> {
        (self.currency == other.currency).then(|| Self { minor: self.minor.saturating_sub(other.minor), ..self })
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (units, code) = (self.currency.units(), self.currency.code());
        if units == 1 {
            return write!(f, "{} {code}", self.minor);
        }
        write!(f, "{}.{:02} {code}", self.minor / units, self.minor % units)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_currencies_do_not_mix() {
        let (krone, euro) = (Money::new(100, Currency::Nok), Money::new(100, Currency::Eur));
        assert_eq!((krone.plus(euro), krone.less(euro)), (None, None));
        assert_eq!(krone.plus(krone), Some(Money::new(200, Currency::Nok)));
        assert_eq!(krone.less(Money::new(500, Currency::Nok)), Some(Money::new(0, Currency::Nok)));
    }
}
