//! Receipts: what remains of a payment. A receipt knows a number and an amount, and nothing of a plate.

use super::session::SessionId;
use crate::money::Money;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The number on a receipt: 128 bits that the caller draws at random. Who shows it leaves by it, or gets a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ReceiptNumber(u128);

impl From<u128> for ReceiptNumber {
    fn from(number: u128) -> Self {
        Self(number)
    }
}

/// By which a terminal repeats a payment whose answer it did not get: 128 bits, so that no text fits in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
        !self.is_used && self.receipt.leave_by.is_some_and(|by| now <= by)
    }
}
