//! Receipts: what remains of a payment. A receipt knows a number and an amount, and nothing of a plate.

use super::session::SessionId;
use crate::money::Money;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The number on a receipt: 128 bits that the caller draws at random. Who shows it leaves by it, or gets a refund.
/// It is written as 32 hexadecimal digits.
///
/// ```
/// use vokter_parking::lot::ReceiptNumber;
///
/// let number = ReceiptNumber::from(0x1f);
/// assert_eq!(number.to_string(), "0000000000000000000000000000001f");
/// assert_eq!(number.to_string().parse(), Ok(number));
/// assert!("1f".parse::<ReceiptNumber>().is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ReceiptNumber(u128);

/// Digits of a receipt's number.
const DIGITS: usize = 32;

/// What was written is not the number of a receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the number of a receipt is 32 hexadecimal digits")]
pub struct NotANumber;

impl FromStr for ReceiptNumber {
    type Err = NotANumber;

    fn from_str(text: &str) -> Result<Self, NotANumber> {
        let is_hexadecimal = text.len() == DIGITS && text.bytes().all(|digit| digit.is_ascii_hexdigit());
        let number = u128::from_str_radix(text, 16).ok().filter(|_| is_hexadecimal);
        number.map(Self).ok_or(NotANumber)
    }
}

impl TryFrom<String> for ReceiptNumber {
    type Error = NotANumber;

    fn try_from(text: String) -> Result<Self, NotANumber> {
        text.parse()
    }
}

impl From<ReceiptNumber> for String {
    fn from(number: ReceiptNumber) -> Self {
        number.to_string()
    }
}

impl fmt::Display for ReceiptNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:0DIGITS$x}", self.0)
    }
}

impl From<u128> for ReceiptNumber {
    fn from(number: u128) -> Self {
        Self(number)
    }
}

/// By which a machine repeats what it did not get the answer of: 128 bits, so that no text fits in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct IdempotencyKey(u128);

impl From<u128> for IdempotencyKey {
    fn from(key: u128) -> Self {
        Self(key)
    }
}

/// Money that was taken for a session.
#[derive(Clone, Copy, Debug)]
pub struct Payment {
    /// The same for each repetition.
    pub key: IdempotencyKey,
    /// The number of the receipt, should this be no repetition.
    pub receipt: ReceiptNumber,
    /// What was taken.
    pub amount: Money,
}

/// What the terminal prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// Its number.
    pub number: ReceiptNumber,
    /// What was paid, change taken off.
    pub amount: Money,
    /// What is to be given back.
    pub change: Money,
    /// What remains due. If it is nothing, the session is erased.
    pub outstanding: Money,
    /// When.
    pub paid: Timestamp,
    /// Up to and including when its owner may leave by it; only if the car was still in the lot and nothing is due.
    pub leave_by: Option<Timestamp>,
}

/// A receipt that can still be shown, repeated or refunded.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Issued {
    pub key: IdempotencyKey,
    /// What was taken.
    pub taken: Money,
    /// A number that is nobody's once the session is erased.
    pub session: SessionId,
    pub receipt: Receipt,
    pub is_used: bool,
    pub is_refunded: bool,
}

impl Issued {
    /// Whether a car may be on its way out with it.
    pub fn is_outstanding(&self, now: Timestamp) -> bool {
        !self.is_used && !self.is_refunded && self.receipt.leave_by.is_some_and(|by| now <= by)
    }
}
