//! The night: every surviving key is wrapped under a new root key, and the old root key is destroyed.
//!
//! After it, a wrapped key in an earlier copy of the database, its journal or a backup of the directory opens nothing, with
//! today's key file or without. `LIFECYCLE.md` says what a crash between any two of the steps leaves.

use crate::bucket::Bucket;
use crate::crypto::{Key, hex};
use crate::error::VaultError;
use crate::item::{Binding, ItemRow};
use crate::log::Entry;
use crate::purge::PurgeReport;
use crate::ratchet::DayKey;
use crate::retention::{DAY_MS, day_and_minute};
use crate::vault::{Inner, Session, head_of};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

/// Rows whose keys are wrapped anew between two looks at the database.
const PAGE: i64 = 1024;

impl Inner {
    /// Replaces the root key.
    pub(crate) fn rotate(&mut self, now: Timestamp) -> Result<PurgeReport, VaultError> {
        // 1. Both nights stand in the key file before anything is wrapped under the new one.
        let Self { store, root, nights, .. } = self;
        let (old, new) = store.write(|tx| {
            let (head, _) = head_of(tx)?;
            // Another process may have begun the night: its file is the one that counts.
            if let Some(held) = root.read()? {
                *nights = held;
            }
            if root.of_night(nights, head.night).is_none() {
                return Err(VaultError::KeyOfAnotherNight { vault: head.night, held: nights.in_words() });
            }
            let new = nights.add(head.night)?;
            root.write(nights)?;
            Ok((head.night, new))
        })?;
        let key = root.of_night(nights, new).ok_or(VaultError::Time)?;
        let (file, both) = (root.clone(), nights.clone());
        // 2. Every surviving key is wrapped anew, in one transaction.
        let rotated = self.write(now, true, |session| {
            if session.head.night != old {
                return Ok(());
            }
            // A process that was opened since the first step may have taken the new night out of the key file again.
            if file.read()?.is_none_or(|held| file.of_night(&held, new).is_none()) {
                file.write(&both)?;
            }
            for bucket in Bucket::alive_until(session.tx, i64::MAX)? {
                session.wrap_anew(bucket, &key)?;
            }
            session.head.night = new;
            session.head.rotated = session.head.time.div_euclid(DAY_MS);
            session.log(Entry::Rotated { night: new })
        });
        self.journal_is_due = true;
        // 3. The old root key is destroyed; if the second step failed, the new one is.
        let Self { store, root, nights, .. } = self;
        store.write(|tx| {
            nights.keep_only(head_of(tx)?.0.night);
            root.write(nights)
        })?;
        let ((), mut report) = rotated?;
        // 4. The journal is cut.
        self.journal_is_due = !self.store.cut_journal().unwrap_or(false);
        report.journal_is_due = self.journal_is_due;
        Ok(report)
    }
}

impl Session<'_> {
    fn wrap_anew(&mut self, mut bucket: Bucket, root: &Key) -> Result<(), VaultError> {
        let Some(chain) = bucket.unlock(&self.root) else {
            // Nothing under it can be opened, today or under the new root; `vokter verify` names it. What is whole goes on.
            tracing::error!(bucket = bucket.id, "a key does not fit its row");
            return Ok(());
        };
        if bucket.rekey {
            let fresh = DayKey::starting_at(bucket.minute, Key::random()?);
            self.replace_keys(&bucket, &chain, &fresh)?;
            bucket.rekey = false;
            bucket.lock(root, &fresh)?;
        } else {
            bucket.lock(root, &chain)?;
        }
        bucket.save(self.tx)?;
        self.log(bucket.key_entry())
    }

    /// Wraps every item's key of a bucket under a fresh chain, so that a copy of an item that was erased, in a backup of
    /// the directory, is not opened by the key that still opens its neighbours.
    fn replace_keys(&mut self, bucket: &Bucket, chain: &DayKey, fresh: &DayKey) -> Result<(), VaultError> {
        let (mut next, end) = Bucket::numbers(bucket.id);
        let (mut digest, mut count, mut keys) = (Sha256::new(), 0, None);
        let sql = format!("SELECT {} FROM item WHERE id >= ?1 AND id < ?2 ORDER BY id LIMIT ?3", ItemRow::COLUMNS);
        loop {
            let rows = self.tx.rows(&sql, (next, end, PAGE), ItemRow::read)?;
            let Some(last) = rows.last() else { break };
            next = last.id.number() + 1;
            for mut row in rows {
                count += 1;
                let (_, minute) = day_and_minute(row.deadline);
                if keys.as_ref().is_none_or(|(at, _)| *at != minute) {
                    keys = Some((minute, chain.of_minute(minute).zip(fresh.of_minute(minute))));
                }
                let binding = Binding { purpose: &bucket.purpose, id: row.id, deadline: row.deadline };
                // A row that was erased, has come to its deadline or is damaged has no key to be wrapped, and stays.
                if let (Some((_, Some((old, new)))), Some(wrapped)) = (&keys, &row.key)
                    && let Some(key) = binding.unwrap(old, wrapped)
                {
                    row.key = Some(binding.wrap(new, &key)?);
                    self.tx.run("UPDATE item SET key = ?2 WHERE id = ?1", (row.id.number(), &row.key))?;
                }
                digest.update(row.digest());
            }
        }
        let digest = hex(&digest.finalize());
        self.log(Entry::Kept { bucket: bucket.id, first: 0, count, digest })
    }
}
