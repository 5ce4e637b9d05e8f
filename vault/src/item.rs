//! An item: what a component asks to be kept, its number, and the row that it becomes.
//!
//! A row is `number, deadline, wrapped key, sealed event, digest of the sealed still`. Purpose, number and deadline are bound
//! to each of the three sealed things, so none can be moved to another row, given another deadline or another purpose.

use crate::crypto::{Hash, Key, hash};
use crate::error::VaultError;
use crate::purpose::Recorder;
use jiff::Timestamp;
use rusqlite::Row;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use vokter_rules::limits;
use zeroize::Zeroizing;

/// Bits of an item's number that count within its bucket.
const BITS: u32 = limits::ITEMS_PER_BUCKET.trailing_zeros();
const _: () = assert!(limits::ITEMS_PER_BUCKET.is_power_of_two() && BITS < 56);

/// The number of an item: opaque, and never given twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct ItemId(i64);

impl ItemId {
    /// The item of that place in a bucket.
    pub(crate) fn new(bucket: i64, place: i64) -> Self {
        Self((bucket << BITS) | place)
    }

    pub(crate) fn of_number(number: i64) -> Self {
        Self(number)
    }

    pub(crate) fn number(self) -> i64 {
        self.0
    }

    pub(crate) fn bucket(self) -> i64 {
        self.0 >> BITS
    }

    pub(crate) fn place(self) -> i64 {
        self.0 & ((1 << BITS) - 1)
    }
}

impl fmt::Display for ItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl From<ItemId> for String {
    fn from(id: ItemId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for ItemId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl FromStr for ItemId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = if text.len() == 16 { i64::from_str_radix(text, 16).ok() } else { None };
        number.map(Self).ok_or_else(|| format!("`{text}` is no item's number: 16 hexadecimal digits"))
    }
}

/// What a component asks to be kept.
#[derive(Clone, Copy)]
pub struct Draft<'a> {
    /// For which purpose, and how long.
    pub recorder: &'a Recorder,
    /// When it was recorded; the deadline counts from here.
    pub captured: Timestamp,
    /// The event.
    pub payload: &'a [u8],
    /// Its still.
    pub medium: Option<&'a [u8]>,
}

/// What became of a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It is on the disk until its deadline.
    Until(ItemId, Timestamp),
    /// Its deadline had come before it was to be kept, so it is not.
    TooLate,
}

/// A row of the table of items. `key` is gone in one that was erased before its deadline, and `sealed` is then the digest
/// of what stood there.
pub struct ItemRow {
    pub id: ItemId,
    pub deadline: i64,
    pub key: Option<Vec<u8>>,
    pub sealed: Vec<u8>,
    pub medium: Option<Vec<u8>>,
}

impl ItemRow {
    /// The columns that [`Self::read`] reads.
    pub const COLUMNS: &str = "id, deadline, key, sealed, medium";

    /// Reads a row.
    pub fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: ItemId::of_number(row.get(0)?),
            deadline: row.get(1)?,
            key: row.get(2)?,
            sealed: row.get(3)?,
            medium: row.get(4)?,
        })
    }

    /// The digest that the log has of it; it outlasts the row's erasure.
    pub fn digest(&self) -> Hash {
        match (&self.key, <Hash>::try_from(self.sealed.as_slice())) {
            (None, Ok(digest)) => digest,
            _ => hash(&[
                b"item",
                &self.id.number().to_le_bytes(),
                &self.deadline.to_le_bytes(),
                self.key.as_deref().unwrap_or_default(),
                &self.sealed,
                self.medium.as_deref().unwrap_or_default(),
            ]),
        }
    }
}

/// What an item is bound to, whatever of it is sealed.
pub struct Binding<'a> {
    pub purpose: &'a str,
    pub id: ItemId,
    pub deadline: i64,
}

impl Binding<'_> {
    fn with<T>(&self, part: &[u8], use_it: impl FnOnce(&[&[u8]]) -> T) -> T {
        let (id, deadline) = (self.id.number().to_le_bytes(), self.deadline.to_le_bytes());
        use_it(&[part, self.purpose.as_bytes(), &id, &deadline])
    }

    /// Wraps the key of an item.
    pub fn wrap(&self, minute: &Key, key: &Key) -> Result<Vec<u8>, VaultError> {
        self.with(b"item key", |context| minute.seal(context, key.bytes()))
    }

    /// Unwraps it.
    pub fn unwrap(&self, minute: &Key, wrapped: &[u8]) -> Option<Key> {
        Key::of_bytes(&self.with(b"item key", |context| minute.open(context, wrapped))?)
    }

    /// Seals the event, with the time of its capture before it.
    pub fn seal_event(&self, key: &Key, captured: i64, payload: &[u8]) -> Result<Vec<u8>, VaultError> {
        let mut plain = Zeroizing::new(Vec::with_capacity(8 + payload.len()));
        plain.extend_from_slice(&captured.to_le_bytes());
        plain.extend_from_slice(payload);
        self.with(b"event", |context| key.seal(context, &plain))
    }

    /// Opens the event: the time of its capture, and the event.
    pub fn open_event(&self, key: &Key, sealed: &[u8]) -> Option<(i64, Zeroizing<Vec<u8>>)> {
        let plain = self.with(b"event", |context| key.open(context, sealed))?;
        let (captured, payload) = plain.split_first_chunk::<8>()?;
        Some((i64::from_le_bytes(*captured), Zeroizing::new(payload.to_vec())))
    }

    /// Seals a still.
    pub fn seal_medium(&self, key: &Key, medium: &[u8]) -> Result<Vec<u8>, VaultError> {
        self.with(b"medium", |context| key.seal(context, medium))
    }

    /// Opens a still.
    pub fn open_medium(&self, key: &Key, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        self.with(b"medium", |context| key.open(context, sealed))
    }
}
