//! Slots: a secret for each page of a workbook, which is overwritten where it stands.
//!
//! SQLite moves rows as its pages fill, and leaves copies of what it moved. A slot does not move within its page: its row has one
//! size, it is added at the end, and when it is freed its secret is overwritten in place, by zeros. So once the journal is cut, no copy of
//! the secret is in a file of the directory, and what it sealed is nothing, whatever else of the page was left behind.

use crate::crypto::{KEY_BYTES, Key};
use crate::error::VaultError;
use crate::item::ItemId;
use crate::store::Tx;
use zeroize::Zeroizing;

/// A text, sealed under a slot that is nobody's yet.
pub struct Sealed {
    slot: i64,
    pub text: Vec<u8>,
}

impl Sealed {
    /// Seals a text under a slot of its own.
    pub fn new(tx: &Tx<'_>, purpose: &str, text: &[u8]) -> Result<Self, VaultError> {
        let secret = Key::random()?;
        let free = "SELECT id FROM slot INDEXED BY slot_free WHERE secret = zeroblob(32) LIMIT 1";
        let slot: i64 = match tx.row(free, [], |row| row.get(0))? {
            Some(slot) => {
                tx.run("UPDATE slot SET secret = ?2 WHERE id = ?1", (slot, secret.bytes().as_slice()))?;
                slot
            }
            None => {
                tx.run("INSERT INTO slot (secret) VALUES (?1)", [secret.bytes().as_slice()])?;
                let slot = tx.row("SELECT last_insert_rowid()", [], |row| row.get(0))?;
                slot.ok_or_else(|| VaultError::damaged(tx.path(), "a row that was written is not there"))?
            }
        };
        let text = secret.seal(&[b"slot", purpose.as_bytes(), &slot.to_le_bytes()], text)?;
        Ok(Self { slot, text })
    }

    /// Says which item it has become; one that has not frees the slot.
    pub fn becomes(&self, tx: &Tx<'_>, item: Option<ItemId>) -> Result<(), VaultError> {
        match item {
            Some(item) => tx.run("INSERT INTO page (item, slot) VALUES (?1, ?2)", (item.number(), self.slot)),
            None => tx.run("UPDATE slot SET secret = zeroblob(32) WHERE id = ?1", [self.slot]),
        }
        .map(|_| ())
    }
}

/// Opens the text of an item; `None` if its slot was freed, or it was changed.
pub fn open(tx: &Tx<'_>, purpose: &str, item: ItemId, text: &[u8]) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
    let sql = "SELECT slot.id, secret FROM page JOIN slot ON slot.id = page.slot WHERE item = ?1";
    let found = tx.row(sql, [item.number()], |row| {
        Ok((row.get::<_, i64>(0)?, Zeroizing::new(row.get::<_, [u8; KEY_BYTES]>(1)?)))
    })?;
    let Some((slot, secret)) = found else { return Ok(None) };
    let secret = Key::of_bytes(secret.as_slice());
    Ok(secret.and_then(|secret| secret.open(&[b"slot", purpose.as_bytes(), &slot.to_le_bytes()], text)))
}

/// Overwrites the secrets of the items of these numbers, from the first up to, and without, the last.
pub fn free(tx: &Tx<'_>, (first, end): (i64, i64)) -> Result<(), VaultError> {
    let slots =
        "UPDATE slot SET secret = zeroblob(32) WHERE id IN (SELECT slot FROM page WHERE item >= ?1 AND item < ?2)";
    tx.run(slots, (first, end))?;
    tx.run("DELETE FROM page WHERE item >= ?1 AND item < ?2", (first, end)).map(|_| ())
}
