//! What ends: deadlines that have come, and what is cleared from the disk after.
//!
//! To end a minute of a purpose is one step of a chain, and to end a day is to destroy one key; neither costs more where there
//! are more items. The rows and files under a destroyed key are dead weight from then on, and are cleared in turns.

use crate::bucket::Bucket;
use crate::error::VaultError;
use crate::log::Entry;
use crate::ratchet::MINUTES;
use crate::retention::{DAY_MS, minutes_over};
use crate::slot;
use crate::vault::{Inner, Session};
use jiff::Timestamp;
use vokter_rules::limits;

/// What a turn of maintenance did: counts, never content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PurgeReport {
    /// Keys of a purpose, class and day that were destroyed: the day is over.
    pub keys_destroyed: u64,
    /// Items that had been kept under them.
    pub items_ended: u64,
    /// Chains that were stepped past minutes in which deadlines lay.
    pub chains_stepped: u64,
    /// Dead rows that were cleared from the disk.
    pub items_cleared: u64,
    /// Dead files that were cleared from the disk.
    pub files_cleared: u64,
    /// Extracts that nobody received, and that are destroyed: a certificate was written for each.
    pub extracts_destroyed: u64,
    /// Requests of data subjects that are to be answered within [`limits::DUE_DAYS`] days, or were to be.
    pub requests_due: u64,
    /// Those whose time is over.
    pub requests_overdue: u64,
    /// Whether the root key was replaced and the old one destroyed.
    pub night_began: bool,
    /// Whether the journal could not be cut, because another process was reading: it is cut at the next turn.
    pub journal_is_due: bool,
}

impl PurgeReport {
    pub(crate) fn has_destroyed(&self) -> bool {
        self.keys_destroyed + self.chains_stepped > 0
    }
}

/// Lets every deadline come that has come.
pub(crate) fn sweep(session: &mut Session<'_>, report: &mut PurgeReport) -> Result<(), VaultError> {
    let now = session.head.time;
    for mut bucket in Bucket::alive_until(session.tx, now.div_euclid(DAY_MS))? {
        let over = minutes_over(bucket.day, now);
        if over >= MINUTES {
            destroy(session, &mut bucket, report)?;
        } else if bucket.ends_before(over) {
            step(session, &mut bucket, over, report)?;
        }
    }
    Ok(())
}

fn destroy(session: &mut Session<'_>, bucket: &mut Bucket, report: &mut PurgeReport) -> Result<(), VaultError> {
    bucket.key = None;
    bucket.save(session.tx)?;
    let items = Bucket::next_place(session.tx, bucket.id)?;
    session.log(Entry::Destroyed { bucket: bucket.id, items })?;
    report.keys_destroyed += 1;
    report.items_ended += u64::try_from(items).unwrap_or(0);
    Ok(())
}

fn step(session: &mut Session<'_>, bucket: &mut Bucket, to: u16, report: &mut PurgeReport) -> Result<(), VaultError> {
    let Some(mut chain) = bucket.unlock(&session.root) else {
        // Nothing under it can be opened, so nothing outlives its deadline; `vokter verify` names it. What is whole goes on.
        tracing::error!(bucket = bucket.id, "a key does not fit its row");
        return Ok(());
    };
    chain.advance(to);
    bucket.minute = to;
    bucket.lock(&session.root, &chain)?;
    bucket.save(session.tx)?;
    session.log(bucket.key_entry())?;
    report.chains_stepped += 1;
    Ok(())
}

/// How often cases are looked after.
const CASES_EVERY_MS: i64 = 3_600_000;

impl Inner {
    /// See [`crate::Vault::maintain`].
    pub(crate) fn maintain(&mut self, now: Timestamp) -> Result<PurgeReport, VaultError> {
        let ((time, night_is_over), mut report) = self.write(now, true, |session| {
            Ok((session.head.time, session.head.time.div_euclid(DAY_MS) != session.head.rotated))
        })?;
        // One that cannot be done keeps none of the others from being done; the first failure is said.
        let mut done = Ok(());
        if time >= self.cases_are_due {
            done = self.write(now, false, |session| session.look_after_cases(&mut report)).map(|_| ());
            self.cases_are_due = time + CASES_EVERY_MS;
        }
        if night_is_over {
            match self.rotate(now) {
                Ok(_) => report.night_began = true,
                Err(error) => done = done.and(Err(error)),
            }
        }
        let (rows, files) = self.clear(now)?;
        (report.items_cleared, report.files_cleared) = (rows, files);
        // Another process may have left in the journal what it erased while somebody was reading.
        if self.store.give_back()? || rows > 0 || self.journal_is_due || self.store.has_journal() {
            self.journal_is_due = !self.store.cut_journal()?;
        }
        report.journal_is_due = self.journal_is_due;
        done.map(|()| report)
    }

    /// Clears a bounded part of what lies under destroyed keys.
    fn clear(&mut self, now: Timestamp) -> Result<(u64, u64), VaultError> {
        let (cleared, _) = self.write(now, false, |session| {
            let sql = "SELECT id FROM bucket WHERE key IS NULL ORDER BY id LIMIT 1";
            let Some(bucket) = session.tx.row(sql, [], |row| row.get::<_, i64>(0))? else { return Ok(None) };
            let (first, end) = Bucket::numbers(bucket);
            let rows = session.tx.run(
                "DELETE FROM item WHERE id IN (SELECT id FROM item WHERE id >= ?1 AND id < ?2 LIMIT ?3)",
                (first, end, i64::try_from(limits::ITEMS_CLEARED_PER_TURN).unwrap_or(i64::MAX)),
            )?;
            let is_last = rows < limits::ITEMS_CLEARED_PER_TURN;
            if is_last {
                slot::free(session.tx, (first, end))?;
                session.tx.run("DELETE FROM bucket WHERE id = ?1", [bucket])?;
                session.log(Entry::Cleared { bucket })?;
            }
            Ok(Some((u64::try_from(rows).unwrap_or(0), is_last.then_some(bucket))))
        })?;
        let Some((rows, emptied)) = cleared else { return Ok((0, 0)) };
        // After the commit: a file without a row is cleared when the vault is opened, a row without its file is damage.
        let files = emptied.map_or(Ok(0), |bucket| self.segments.remove_bucket(bucket))?;
        Ok((rows, files))
    }
}
