//! Reading: with a grant, a role and a reason, and in the log before the first byte is shown (INV-8, KRS-27).

use crate::access::{Access, Operation};
use crate::bucket::Bucket;
use crate::crypto::{Key, fill};
use crate::error::VaultError;
use crate::item::{Binding, ItemId, ItemRow};
use crate::log::{Entry, commitment};
use crate::purpose::{Grant, Kind, PurposeLabel};
use crate::retention::{day_and_minute, minutes_over};
use crate::segment::Segments;
use crate::store::Tx;
use crate::vault::{Inner, Session, Vault, head_of, key_of_night};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::marker::PhantomData;
use vokter_rules::limits;
use vokter_rules::purpose::PurposeKind;
use zeroize::Zeroizing;

/// Rows that are read in one transaction, so that a slow reader does not keep the journal from being cut.
const PAGE: usize = 256;
/// The purpose under which the vault keeps who read what. Its name is none that a site's purpose can have.
pub(crate) const LOG_PURPOSE: &str = "log";
const SALT_BYTES: usize = 16;

/// An item that was opened, of a purpose of that kind.
#[derive(Debug)]
pub struct Item<P: Kind> {
    /// Its number.
    pub id: ItemId,
    /// When it was recorded.
    pub captured: Timestamp,
    /// When it will be gone.
    pub deadline: Timestamp,
    /// The event.
    pub payload: Zeroizing<Vec<u8>>,
    /// Whether it has a still.
    pub has_medium: bool,
    /// Its still, if it has one and it was asked for.
    pub medium: Option<Zeroizing<Vec<u8>>>,
    kind: PhantomData<P>,
}

/// What is asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reading {
    /// Recorded at or after.
    pub from: Option<Timestamp>,
    /// Recorded before.
    pub to: Option<Timestamp>,
    /// With the stills.
    pub media: bool,
    /// One item alone.
    pub item: Option<ItemId>,
}

/// Who asked for what, and why, as it lies sealed in the vault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessRecord {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub who: String,
    /// In what role.
    pub role: String,
    /// What was asked.
    pub operation: String,
    /// Of which purpose: kind and name.
    pub purpose: String,
    /// Why.
    pub reason: String,
    /// Whether it was refused.
    pub refused: bool,
    /// Recorded at or after.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub from: Option<Timestamp>,
    /// Recorded before.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub to: Option<Timestamp>,
    /// The items that were asked for by their numbers.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub items: Vec<String>,
}

impl Vault {
    /// Opens what is kept for a purpose, in the order in which it was kept, and shows it item by item. The reading is in
    /// the log, on the disk, before the first is shown.
    ///
    /// Returns how many were shown, and how many could not be opened because their row or file is damaged.
    ///
    /// # Errors
    /// When the role may not, the log cannot be written, or the database cannot be read.
    pub fn read<P: Kind>(
        &self,
        grant: &Grant<P>,
        access: &Access,
        reading: &Reading,
        now: Timestamp,
        mut show: impl FnMut(Item<P>),
    ) -> Result<(u64, u64), VaultError> {
        let purpose = grant.purpose().text();
        self.admit_for(grant, access, Operation::Read, reading, reading.item.as_slice(), now)?;
        let (mut shown, mut damaged) = (0, 0);
        let buckets = self.with(|inner| {
            let buckets = inner.store.read(|tx| Bucket::of_purpose(tx, &purpose))?;
            let ids = buckets.into_iter().map(|bucket| bucket.id);
            Ok(ids.filter(|id| reading.item.is_none_or(|item| item.bucket() == *id)).collect::<Vec<_>>())
        })?;
        for bucket in buckets {
            let (mut next, end) = Bucket::numbers(bucket);
            while next < end {
                let page = self.with(|inner| inner.page(&purpose, bucket, next, reading, now))?;
                damaged += page.damaged;
                for opened in page.items {
                    shown += 1;
                    let Opened { id, captured, deadline, payload, has_medium, medium } = opened;
                    show(Item { id, captured, deadline, payload, has_medium, medium, kind: PhantomData });
                }
                next = page.next.unwrap_or(end);
            }
        }
        Ok((shown, damaged))
    }

    /// Erases items before their deadline: row, key and file. Their key is destroyed in the database now, and in every copy
    /// of it when the next night begins: the other items of the day are then wrapped under a fresh key.
    ///
    /// # Errors
    /// When the role may not, an item is not there or not this purpose's, or the disk refuses; none is erased then.
    pub fn erase<P: Kind>(
        &self,
        grant: &Grant<P>,
        access: &Access,
        items: &[ItemId],
        now: Timestamp,
    ) -> Result<(), VaultError> {
        if items.len() > limits::ITEMS_PER_COMMIT {
            return Err(VaultError::TooLarge { what: "an erasure", limit: limits::ITEMS_PER_COMMIT as u64 });
        }
        let purpose = grant.purpose().text();
        self.admit_for(grant, access, Operation::Erase, &Reading::default(), items, now)?;
        self.with(|inner| {
            inner.journal_holds_secrets();
            inner.write(now, false, |session| {
                items.iter().try_for_each(|item| session.erase(&purpose, grant.purpose(), *item))
            })?;
            items.iter().try_for_each(|item| inner.segments.remove(*item))
        })
    }

    /// Shows who has read what, and why. This too is logged.
    ///
    /// # Errors
    /// When the role may not, the log cannot be written, or the database cannot be read.
    pub fn read_log(
        &self,
        access: &Access,
        now: Timestamp,
        mut show: impl FnMut(AccessRecord),
    ) -> Result<(u64, u64), VaultError> {
        let allowed = access.check(Operation::ReadLog, PurposeKind::AnonymousCounting, "every purpose");
        self.admit(LOG_PURPOSE, allowed, (access, Operation::ReadLog), &Reading::default(), &[], now)?;
        let (mut shown, mut damaged) = (0, 0);
        let buckets = self.with(|inner| inner.store.read(|tx| Bucket::of_purpose(tx, LOG_PURPOSE)))?;
        for bucket in buckets {
            let (mut next, end) = Bucket::numbers(bucket.id);
            while next < end {
                let page = self.with(|inner| inner.page(LOG_PURPOSE, bucket.id, next, &Reading::default(), now))?;
                damaged += page.damaged;
                for opened in page.items {
                    match opened.payload.get(SALT_BYTES..).and_then(|record| serde_json::from_slice(record).ok()) {
                        Some(record) => {
                            shown += 1;
                            show(record);
                        }
                        None => damaged += 1,
                    }
                }
                next = page.next.unwrap_or(end);
            }
        }
        Ok((shown, damaged))
    }

    /// Lets somebody in who has the grant of a purpose.
    pub(crate) fn admit_for<P: Kind>(
        &self,
        grant: &Grant<P>,
        access: &Access,
        operation: Operation,
        reading: &Reading,
        items: &[ItemId],
        now: Timestamp,
    ) -> Result<(), VaultError> {
        let allowed = access.check(operation, P::KIND, &grant.purpose().to_string());
        self.admit(&grant.purpose().text(), allowed, (access, operation), reading, items, now)
    }

    /// Writes an access to the log, or a refusal, and lets nobody in who may not.
    fn admit(
        &self,
        purpose: &str,
        allowed: Result<(), VaultError>,
        (access, operation): (&Access, Operation),
        reading: &Reading,
        items: &[ItemId],
        now: Timestamp,
    ) -> Result<(), VaultError> {
        let logged = self.with(|inner| {
            inner.write(now, false, |session| {
                let record = AccessRecord {
                    at: Timestamp::from_millisecond(session.head.time).map_err(|_| VaultError::Time)?,
                    who: access.who().to_owned(),
                    role: access.role().name().to_owned(),
                    operation: operation.name().to_owned(),
                    purpose: purpose.to_owned(),
                    reason: access.reason().to_owned(),
                    refused: allowed.is_err(),
                    from: reading.from,
                    to: reading.to,
                    items: items.iter().map(ToString::to_string).collect(),
                };
                session.log_access(&record)
            })
        });
        logged.map_err(|error| VaultError::NotLogged(Box::new(error)))?;
        allowed
    }
}

/// What a page of a bucket holds.
#[derive(Default)]
pub(crate) struct Page {
    pub items: Vec<Opened>,
    damaged: u64,
    /// Where the next page begins; none at the end.
    pub next: Option<i64>,
}

/// What becomes an [`Item`].
pub(crate) struct Opened {
    pub id: ItemId,
    captured: Timestamp,
    deadline: Timestamp,
    pub payload: Zeroizing<Vec<u8>>,
    has_medium: bool,
    medium: Option<Zeroizing<Vec<u8>>>,
}

impl Inner {
    /// Opens a page of a bucket of that purpose, and of no other.
    fn page(
        &mut self,
        purpose: &str,
        bucket: i64,
        first: i64,
        reading: &Reading,
        now: Timestamp,
    ) -> Result<Page, VaultError> {
        let Self { store, root, nights, segments, .. } = self;
        store.read(|tx| {
            let (head, _) = head_of(tx)?;
            let time = head.time.max(now.as_millisecond());
            let root = key_of_night(root, nights, head.night)?;
            page_of(tx, &root, segments, time, (purpose, bucket, first), reading)
        })
    }
}

/// Opens a page of a bucket as it is at that time. The key is derived from the purpose that is asked for, whatever the
/// bucket's row says.
pub(crate) fn page_of(
    tx: &Tx<'_>,
    root: &Key,
    segments: &Segments,
    time: i64,
    (purpose, bucket, first): (&str, i64, i64),
    reading: &Reading,
) -> Result<Page, VaultError> {
    let Some(mut bucket) = Bucket::get(tx, bucket)? else { return Ok(Page::default()) };
    purpose.clone_into(&mut bucket.purpose);
    let (_, end) = Bucket::numbers(bucket.id);
    // One item that is asked for by its number is found by its number.
    let (first, end) = reading.item.map_or((first, end), |item| (first.max(item.number()), end.min(item.number() + 1)));
    let sql = format!("SELECT {} FROM item WHERE id >= ?1 AND id < ?2 ORDER BY id LIMIT ?3", ItemRow::COLUMNS);
    let rows = tx.rows(&sql, (first, end, i64::try_from(PAGE).unwrap_or(i64::MAX)), ItemRow::read)?;
    let next = rows.last().filter(|_| rows.len() == PAGE).map(|row| row.id.number() + 1);
    let mut page = Page { next, ..Page::default() };
    let Some(mut chain) = bucket.unlock(root) else {
        page.damaged = u64::try_from(rows.len()).unwrap_or(0);
        return Ok(page);
    };
    chain.advance(minutes_over(bucket.day, time));
    let mut minute_key = None;
    for row in rows {
        let (Some(wrapped), true) = (&row.key, row.deadline > time) else { continue };
        let (day, minute) = day_and_minute(row.deadline);
        if minute_key.as_ref().is_none_or(|(at, _)| *at != minute) {
            minute_key = chain.of_minute(minute).map(|key| (minute, key));
        }
        let binding = Binding { purpose, id: row.id, deadline: row.deadline };
        let opened = minute_key.as_ref().filter(|_| day == bucket.day).and_then(|(_, minute)| {
            let key = binding.unwrap(minute, wrapped)?;
            let (captured, payload) = binding.open_event(&key, &row.sealed)?;
            Some((key, Timestamp::from_millisecond(captured).ok()?, payload))
        });
        let Some((key, captured, payload)) = opened else {
            page.damaged += 1;
            continue;
        };
        if reading.from.is_some_and(|from| captured < from) || reading.to.is_some_and(|to| captured >= to) {
            continue;
        }
        let mut medium = None;
        if row.medium.is_some() && reading.media {
            medium = open_medium(segments, &binding, &key)?;
            if medium.is_none() {
                page.damaged += 1;
                continue;
            }
        }
        let deadline = Timestamp::from_millisecond(row.deadline).map_err(|_| VaultError::Time)?;
        let (id, has_medium) = (row.id, row.medium.is_some());
        page.items.push(Opened { id, captured, deadline, payload, has_medium, medium });
    }
    Ok(page)
}

fn open_medium(
    segments: &Segments,
    binding: &Binding<'_>,
    key: &Key,
) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
    Ok(segments.read(binding.id)?.and_then(|(sealed, _)| binding.open_medium(key, &sealed)))
}

impl Session<'_> {
    /// Seals the record of an access among the items, and commits to it in the log.
    fn log_access(&mut self, record: &AccessRecord) -> Result<(), VaultError> {
        let content = serde_json::to_vec(record).map_err(|_| VaultError::Time)?;
        let mut salted = Zeroizing::new(vec![0; SALT_BYTES]);
        fill(&mut salted)?;
        let commitment = commitment(&salted, &content);
        salted.extend_from_slice(&content);
        let item = self.keep_own(LOG_PURPOSE, &salted)?.number();
        self.log(if record.refused { Entry::Refused { item, commitment } } else { Entry::Access { item, commitment } })
    }

    /// Destroys the key of an item. Its row stays, as the digest of what it was, until its day is cleared.
    pub(crate) fn erase(&mut self, purpose: &str, label: &PurposeLabel, id: ItemId) -> Result<(), VaultError> {
        let nothing = || VaultError::NoItem { item: id.to_string(), purpose: label.to_string() };
        let mut bucket = Bucket::get(self.tx, id.bucket())?.ok_or_else(nothing)?;
        let sql = format!("SELECT {} FROM item WHERE id = ?1", ItemRow::COLUMNS);
        let row = self.tx.row(&sql, [id.number()], ItemRow::read)?.ok_or_else(nothing)?;
        if bucket.purpose != purpose || bucket.key.is_none() || row.key.is_none() || row.deadline <= self.head.time {
            return Err(nothing());
        }
        let digest = row.digest();
        self.tx.run("UPDATE item SET key = NULL, sealed = ?2, medium = NULL WHERE id = ?1", (id.number(), digest))?;
        bucket.rekey = true;
        bucket.save(self.tx)?;
        self.log(Entry::Erased { bucket: bucket.id, item: id.number() })
    }
}
