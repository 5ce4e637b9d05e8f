//! A bucket: the items of one purpose, retention class and day of deadline, under one wrapped key.

use crate::crypto::{Key, hash, hex};
use crate::error::VaultError;
use crate::item::ItemId;
use crate::log::Entry;
use crate::ratchet::{DayKey, MINUTES};
use crate::store::Tx;
use rusqlite::Row;

/// Bytes of the map of minutes in which a deadline lies.
const USED_BYTES: usize = MINUTES as usize / 8;
const COLUMNS: &str = "id, purpose, class, day, minute, used, rekey, key";

/// A row of the table of buckets.
pub struct Bucket {
    pub id: i64,
    /// The purpose, as its label's text.
    pub purpose: String,
    pub class: String,
    /// The day of the deadlines, counted from 1970 in UTC.
    pub day: i64,
    /// Where the chain stands: no key of an earlier minute can be derived.
    pub minute: u16,
    /// A bit for each minute in which a deadline lies, so that the chain is stepped only where something ends.
    used: Vec<u8>,
    /// Whether an item was erased since the keys were last replaced.
    pub rekey: bool,
    /// The wrapped chain; gone once the day is over.
    pub key: Option<Vec<u8>>,
}

impl Bucket {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            purpose: row.get(1)?,
            class: row.get(2)?,
            day: row.get(3)?,
            minute: row.get(4)?,
            used: row.get(5)?,
            rekey: row.get(6)?,
            key: row.get(7)?,
        })
    }

    /// The bucket of a purpose, class and day, which is made with a fresh key if it is not there.
    pub fn find_or_make(
        tx: &Tx<'_>,
        (purpose, class, day): (&str, &str, i64),
        root: &Key,
    ) -> Result<(Self, Option<Entry>), VaultError> {
        let sql = format!("SELECT {COLUMNS} FROM bucket WHERE purpose = ?1 AND class = ?2 AND day = ?3");
        if let Some(bucket) = tx.row(&sql, (purpose, class, day), Self::read)? {
            return Ok((bucket, None));
        }
        let mut bucket = Self {
            id: 0,
            purpose: purpose.to_owned(),
            class: class.to_owned(),
            day,
            minute: 0,
            used: vec![0; USED_BYTES],
            rekey: false,
            key: None,
        };
        bucket.lock(root, &DayKey::starting_at(0, Key::random()?))?;
        tx.run(
            "INSERT INTO bucket (purpose, class, day, minute, used, rekey, key) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            (&bucket.purpose, &bucket.class, day, bucket.minute, &bucket.used, bucket.rekey, &bucket.key),
        )?;
        let id = tx.row("SELECT last_insert_rowid()", [], |row| row.get(0))?;
        bucket.id = id.ok_or_else(|| VaultError::damaged(tx.path(), "a row that was written is not there"))?;
        let entry = bucket.key_entry();
        Ok((bucket, Some(entry)))
    }

    /// The bucket of that number.
    pub fn get(tx: &Tx<'_>, id: i64) -> Result<Option<Self>, VaultError> {
        tx.row(&format!("SELECT {COLUMNS} FROM bucket WHERE id = ?1"), [id], Self::read)
    }

    /// Every bucket, dead or alive.
    pub fn all(tx: &Tx<'_>) -> Result<Vec<Self>, VaultError> {
        tx.rows(&format!("SELECT {COLUMNS} FROM bucket ORDER BY id"), [], Self::read)
    }

    /// The buckets with a key whose day is not after that one.
    pub fn alive_until(tx: &Tx<'_>, day: i64) -> Result<Vec<Self>, VaultError> {
        let sql = format!("SELECT {COLUMNS} FROM bucket WHERE key IS NOT NULL AND day <= ?1 ORDER BY id");
        tx.rows(&sql, [day], Self::read)
    }

    /// The buckets with a key of a purpose.
    pub fn of_purpose(tx: &Tx<'_>, purpose: &str) -> Result<Vec<Self>, VaultError> {
        let sql = format!("SELECT {COLUMNS} FROM bucket WHERE key IS NOT NULL AND purpose = ?1 ORDER BY id");
        tx.rows(&sql, [purpose], Self::read)
    }

    /// Writes the row back.
    pub fn save(&self, tx: &Tx<'_>) -> Result<(), VaultError> {
        let values = (self.id, self.minute, &self.used, self.rekey, &self.key);
        tx.run("UPDATE bucket SET minute = ?2, used = ?3, rekey = ?4, key = ?5 WHERE id = ?1", values)?;
        Ok(())
    }

    /// Wraps its chain under the purpose's own key of the night.
    pub fn lock(&mut self, root: &Key, chain: &DayKey) -> Result<(), VaultError> {
        let purpose = self.purpose_key(root);
        self.key = Some(self.with_context(|context| purpose.seal(context, chain.bytes()))?);
        Ok(())
    }

    /// Unwraps its chain; `None` if it has no key any more, or the row was changed.
    pub fn unlock(&self, root: &Key) -> Option<DayKey> {
        let (purpose, wrapped) = (self.purpose_key(root), self.key.as_deref()?);
        let plain = self.with_context(|context| purpose.open(context, wrapped))?;
        DayKey::of_bytes(self.minute, &plain)
    }

    /// The key that wraps the chains of one purpose, and of no other.
    fn purpose_key(&self, root: &Key) -> Key {
        root.derive(&[b"purpose", self.purpose.as_bytes()])
    }

    fn with_context<T>(&self, use_it: impl FnOnce(&[&[u8]]) -> T) -> T {
        let (day, minute) = (self.day.to_le_bytes(), self.minute.to_le_bytes());
        use_it(&[b"day key", self.purpose.as_bytes(), self.class.as_bytes(), &day, &minute])
    }

    /// What the log says of its key.
    pub fn key_entry(&self) -> Entry {
        Entry::Key {
            bucket: self.id,
            purpose: self.purpose.clone(),
            class: self.class.clone(),
            day: self.day,
            minute: self.minute,
            digest: hex(&hash(&[b"key", self.key.as_deref().unwrap_or_default()])),
        }
    }

    /// Marks a minute as one in which a deadline lies; returns whether it was not yet.
    pub fn mark(&mut self, minute: u16) -> bool {
        let (byte, bit) = (usize::from(minute / 8), 1 << (minute % 8));
        match self.used.get_mut(byte) {
            Some(byte) if *byte & bit == 0 => {
                *byte |= bit;
                true
            }
            _ => false,
        }
    }

    /// Whether a minute is marked.
    pub fn is_marked(&self, minute: u16) -> bool {
        self.used.get(usize::from(minute / 8)).is_some_and(|byte| byte & (1 << (minute % 8)) != 0)
    }

    /// Whether a deadline lies between where the chain stands and that minute.
    pub fn ends_before(&self, minute: u16) -> bool {
        (self.minute..minute).any(|at| self.is_marked(at))
    }

    /// The numbers that its items can have: from the first up to, and without, the last.
    pub fn numbers(id: i64) -> (i64, i64) {
        (ItemId::new(id, 0).number(), ItemId::new(id + 1, 0).number())
    }

    /// The place of its next item.
    pub fn next_place(tx: &Tx<'_>, id: i64) -> Result<i64, VaultError> {
        let last: Option<Option<i64>> =
            tx.row("SELECT max(id) FROM item WHERE id >= ?1 AND id < ?2", Self::numbers(id), |row| row.get(0))?;
        Ok(last.flatten().map_or(0, |last| ItemId::of_number(last).place() + 1))
    }
}
