//! Workbooks: what a car park must know again after a restart, replaced and erased as it changes.
//!
//! ```text
//!  pages to keep ─┐                       ┌─ each under a key of its own, with a deadline of its own
//!  pages to erase ┴─ one commit, a leaf each ─ journal cut, if something was erased ─▶ answered
//! ```
//! A page is an item whose text is sealed once more, under a secret that is overwritten in place when the page is erased
//! (`slot.rs`). So it is ended, rotated and verified as every other, and gone with the answer. No grant opens a workbook and no role reads it: it
//! lies under a name that no purpose can have. Who holds it reads it back, which is in the log first (INV-8).

use crate::bucket::Bucket;
use crate::error::VaultError;
use crate::item::{ItemId, Kept};
use crate::purpose::{Mint, PurposeLabel};
use crate::read::{AccessRecord, Wanted};
use crate::retention::Retention;
use crate::slot::{self, Sealed};
use crate::vault::{Session, Vault, What};
use jiff::Timestamp;
use vokter_rules::limits;
use vokter_rules::purpose::PurposeKind;
use zeroize::Zeroizing;

/// The right to keep, read back and erase the pages of one purpose of parking payment.
#[derive(Debug)]
pub struct Workbook {
    label: PurposeLabel,
    /// As the database and the keys have it.
    purpose: String,
}

/// How long the journal's readers are waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// What is erased is a person's: for as long as it takes, two seconds at most.
    Now,
    /// Nothing of it is: not again, if they were waited for in vain the last time.
    InTurn,
}

/// What a page is about, which says how long it may be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageKind {
    /// A stay, or the lot: 90 days.
    Stay,
    /// A permit: 366 days.
    Permit,
}

/// A page to be kept.
#[derive(Clone, Copy)]
pub struct Page<'a> {
    /// What stands on it.
    pub text: &'a [u8],
    /// What it is about.
    pub kind: PageKind,
    /// First instant at which it is gone, rounded down to the minute; no later than its kind allows.
    pub until: Timestamp,
}

impl Mint {
    /// The workbook of a purpose of parking payment.
    ///
    /// # Errors
    /// When it was handed out before, or the name cannot be a purpose's.
    pub fn workbook(&mut self, name: &str) -> Result<Workbook, VaultError> {
        let label = PurposeLabel::new(PurposeKind::ParkingPayment, name)?;
        self.once("workbook", &label)?;
        Ok(Workbook { purpose: format!("workbook/{name}"), label })
    }
}

impl Vault {
    /// Keeps pages and erases others in one commit: when this returns, both last, and what was erased is in neither the
    /// database nor its journal, unless another process reads all the while ([`Vault::journal_is_due`]). Pages come back
    /// with their numbers; one whose time has come already is not kept.
    ///
    /// # Errors
    /// When a page that is to be erased is not there, or the disk refuses; nothing is changed then.
    pub fn revise(
        &self,
        workbook: &Workbook,
        keep: &[Page<'_>],
        erase: &[ItemId],
        cut: Cut,
        now: Timestamp,
    ) -> Result<Vec<Option<ItemId>>, VaultError> {
        if keep.len() + erase.len() > 2 * limits::ITEMS_PER_COMMIT {
            return Err(VaultError::TooLarge { what: "a revision", limit: 2 * limits::ITEMS_PER_COMMIT as u64 });
        }
        if keep.iter().any(|page| page.text.len() > limits::ITEM_BYTES) {
            return Err(VaultError::TooLarge { what: "a page", limit: limits::ITEM_BYTES as u64 });
        }
        let Workbook { label, purpose } = workbook;
        let work = |session: &mut Session<'_>| {
            for page in erase {
                match session.erase(purpose, label, *page) {
                    // Its time came before we did.
                    Err(VaultError::NoItem { .. }) if session.has_ended(*page)? => {}
                    done => done?,
                }
                slot::free(session.tx, (page.number(), page.number() + 1))?;
            }
            let sealed = keep.iter().map(|page| Sealed::new(session.tx, purpose, page.text));
            let sealed = sealed.collect::<Result<Vec<_>, _>>()?;
            let captured = session.time()?;
            let whats = keep.iter().zip(&sealed).map(|(page, sealed)| {
                let retention = match page.kind {
                    PageKind::Stay => Retention::SESSION,
                    PageKind::Permit => Retention::PERMIT,
                };
                (retention, What { captured, until: Some(page.until), payload: &sealed.text, medium: None })
            });
            let kept = session.keep_all(purpose, whats)?.into_iter().map(|kept| match kept {
                Kept::Until(id, _) => Some(id),
                Kept::TooLate => None,
            });
            let kept: Vec<_> = kept.collect();
            for (sealed, item) in sealed.iter().zip(&kept) {
                sealed.becomes(session.tx, *item)?;
            }
            Ok(kept)
        };
        self.with(|inner| {
            if !erase.is_empty() {
                inner.journal_is_due = true;
                if cut == Cut::Now {
                    inner.journal_holds_secrets();
                }
            }
            Ok(inner.write(now, false, work)?.0)
        })
    }

    /// Every page of a workbook, for whoever holds it to go on with after a restart. That, by whom and why is in the log
    /// before the first is shown.
    ///
    /// # Errors
    /// When a page is damaged, the log cannot be written, or the database cannot be read.
    pub fn read_back(
        &self,
        workbook: &Workbook,
        by: &str,
        reason: &str,
        now: Timestamp,
        mut show: impl FnMut(ItemId, Zeroizing<Vec<u8>>),
    ) -> Result<(), VaultError> {
        let Workbook { label, purpose } = workbook;
        self.with(|inner| {
            let note = |session: &mut Session<'_>| {
                let at = session.time()?;
                session.log_access(&AccessRecord::of_engine(by, "read a workbook", label, reason, at))
            };
            inner.write(now, false, note).map_err(|error| VaultError::NotLogged(Box::new(error)))?;
            for bucket in inner.store.read(|tx| Bucket::of_purpose(tx, purpose))? {
                let (mut next, end) = Bucket::numbers(bucket.id);
                while next < end {
                    let page = inner.page(purpose, bucket.id, next, &Wanted::default(), now)?;
                    let path = inner.store.path().to_owned();
                    let damaged = || VaultError::damaged(&path, format!("a page of {label}"));
                    if page.damaged > 0 {
                        return Err(damaged());
                    }
                    for opened in page.items {
                        let text = inner.store.read(|tx| slot::open(tx, purpose, opened.id, &opened.payload))?;
                        show(opened.id, text.ok_or_else(damaged)?);
                    }
                    next = page.next.unwrap_or(end);
                }
            }
            Ok(())
        })
    }

    /// One page, to be disclosed or decided upon. That, by whom and why is in the log before it is shown.
    ///
    /// # Errors
    /// When it is not there, it is damaged, the log cannot be written, or the database cannot be read.
    pub fn read_page(
        &self,
        workbook: &Workbook,
        page: ItemId,
        by: &str,
        reason: &str,
        now: Timestamp,
    ) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let Workbook { label, purpose } = workbook;
        self.with(|inner| {
            let note = |session: &mut Session<'_>| {
                let at = session.time()?;
                let mut record = AccessRecord::of_engine(by, "read a page of a workbook", label, reason, at);
                record.items.push(page);
                session.log_access(&record)
            };
            inner.write(now, false, note).map_err(|error| VaultError::NotLogged(Box::new(error)))?;
            let mut wanted = Wanted::default();
            wanted.reading.item = Some(page);
            let found = inner.page(purpose, page.bucket(), page.number(), &wanted, now)?.items.pop();
            let none = || VaultError::NoItem { item: page.to_string(), purpose: label.to_string() };
            let opened = found.ok_or_else(none)?;
            inner.store.read(|tx| slot::open(tx, purpose, page, &opened.payload))?.ok_or_else(none)
        })
    }

    /// The latest time that the vault has seen: no clock that is set back is behind it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn latest(&self, now: Timestamp) -> Result<Timestamp, VaultError> {
        self.with(|inner| Ok(inner.write(now, false, |session| session.time())?.0))
    }
}

impl Session<'_> {
    /// Whether the time of an item has come: its row is there and over, or cleared.
    fn has_ended(&self, id: ItemId) -> Result<bool, VaultError> {
        let sql = "SELECT deadline FROM item WHERE id = ?1";
        let deadline = self.tx.row(sql, [id.number()], |row| row.get::<_, i64>(0))?;
        Ok(deadline.is_none_or(|deadline| deadline <= self.head.time))
    }
}
