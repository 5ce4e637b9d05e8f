//! Reading: with a grant, a role and a reason, and in the log before the first byte is shown (INV-8, KRS-27).

use crate::access::{Access, Operation, Role};
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
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::marker::PhantomData;
use vokter_rules::limits;
use vokter_rules::purpose::PurposeKind;
use vokter_rules::search::Search;
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

/// What is asked for. What was recorded more than [`limits::ALARM_HOURS`] hours ago, and passages of whatever age, are shown
/// in the window of a case alone (KRS-28, ACC-10).
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// Recorded at or after.
    pub from: Option<Timestamp>,
    /// Recorded before.
    pub to: Option<Timestamp>,
    /// With the stills.
    pub media: bool,
    /// One item alone.
    pub item: Option<ItemId>,
    /// The incident, or the data subject's request, in whose window one looks.
    pub case: Option<ItemId>,
    /// One of the purpose's searches, and what is searched for; in the window of a case alone (IVA-4a).
    pub search: Option<(Search, String)>,
}

/// What a reading came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// Items that were shown.
    pub items: u64,
    /// Items that could not be opened, because their row or file is damaged.
    pub damaged: u64,
    /// Items that a case would show.
    pub withheld: u64,
}

/// What a page may hold.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    pub reading: Reading,
    /// Nothing recorded earlier is shown; it is counted.
    pub not_before: Option<Timestamp>,
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
    pub items: Vec<ItemId>,
    /// The case in whose window it lay.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub case: Option<ItemId>,
    /// What was searched for.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub search: Option<String>,
}

impl Vault {
    /// Opens what is kept for a purpose, in the order in which it was kept, and shows it item by item. The reading is in
    /// the log, on the disk, before the first is shown.
    ///
    /// # Errors
    /// When nobody with a role that may is who asks, the case is not this purpose's, the search is none of its, the log
    /// cannot be written, or the database cannot be read.
    pub fn read<P: Kind>(
        &self,
        grant: &Grant<P>,
        access: &Access,
        reading: &Reading,
        now: Timestamp,
        mut show: impl FnMut(Item<P>),
    ) -> Result<Shown, VaultError> {
        let purpose = grant.purpose().text();
        let wanted =
            self.admit(Some(grant.purpose()), access, Operation::Read, reading, reading.item.as_slice(), now)?;
        let item = wanted.reading.item;
        let buckets = self.with(|inner| {
            let buckets = inner.store.read(|tx| Bucket::of_purpose(tx, &purpose))?;
            let ids = buckets.into_iter().map(|bucket| bucket.id);
            Ok(ids.filter(|id| item.is_none_or(|item| item.bucket() == *id)).collect::<Vec<_>>())
        })?;
        self.show_pages(&purpose, &buckets, &wanted, now, |opened| {
            let Opened { id, captured, deadline, payload, has_medium, medium } = opened;
            show(Item { id, captured, deadline, payload, has_medium, medium, kind: PhantomData });
            true
        })
    }

    /// Erases items before their deadline: row, key and file, and every copy and extract that holds one. Their key is destroyed in the database now, and in every copy
    /// of it when the next night begins: the other items of the day are then wrapped under a fresh key.
    ///
    /// # Errors
    /// When nobody with a role that may is who asks, an item is not there or not this purpose's, or the disk refuses; none
    /// is erased then.
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
        let erase = |session: &mut Session<'_>| session.erase_everywhere(grant.purpose(), items);
        let files = self.step(grant, access, (Operation::Erase, items), now, erase)?;
        self.remove(&files)
    }

    /// Takes files away whose items are erased.
    pub(crate) fn remove(&self, items: &[ItemId]) -> Result<(), VaultError> {
        self.with(|inner| items.iter().try_for_each(|item| inner.segments.remove(*item)))
    }

    /// Whether what was erased still stands in the journal, because somebody reads all the while: the next turn of
    /// maintenance cuts it.
    pub fn journal_is_due(&self) -> bool {
        self.with(|inner| Ok(inner.journal_is_due)).unwrap_or(true)
    }

    /// Shows who has read what, and why. This too is logged.
    ///
    /// # Errors
    /// When nobody with a role that may is who asks, the log cannot be written, or the database cannot be read.
    pub fn read_log(
        &self,
        access: &Access,
        now: Timestamp,
        mut show: impl FnMut(AccessRecord),
    ) -> Result<Shown, VaultError> {
        self.admit(None, access, Operation::ReadLog, &Reading::default(), &[], now)?;
        let buckets = self.with(|inner| inner.store.read(|tx| Bucket::of_purpose(tx, LOG_PURPOSE)))?;
        let buckets: Vec<_> = buckets.into_iter().map(|bucket| bucket.id).collect();
        self.show_pages(LOG_PURPOSE, &buckets, &Wanted::default(), now, |opened| {
            let record = opened.payload.get(SALT_BYTES..).and_then(|record| serde_json::from_slice(record).ok());
            record.map(&mut show).is_some()
        })
    }

    /// Shows what a purpose's buckets hold, a page at a time; `show` says whether it could make something of an item.
    fn show_pages(
        &self,
        purpose: &str,
        buckets: &[i64],
        wanted: &Wanted,
        now: Timestamp,
        mut show: impl FnMut(Opened) -> bool,
    ) -> Result<Shown, VaultError> {
        let mut shown = Shown::default();
        for bucket in buckets {
            let (mut next, end) = Bucket::numbers(*bucket);
            while next < end {
                let page = self.with(|inner| inner.page(purpose, *bucket, next, wanted, now))?;
                shown.damaged += page.damaged;
                shown.withheld += page.withheld;
                for opened in page.items {
                    if show(opened) { shown.items += 1 } else { shown.damaged += 1 }
                }
                next = page.next.unwrap_or(end);
            }
        }
        Ok(shown)
    }

    /// Lets somebody in who has the grant of a purpose and a role that may, and logs it; or logs that they were refused.
    pub(crate) fn admit_for<P: Kind>(
        &self,
        grant: &Grant<P>,
        access: &Access,
        operation: Operation,
        items: &[ItemId],
        now: Timestamp,
    ) -> Result<(), VaultError> {
        self.admit(Some(grant.purpose()), access, operation, &Reading::default(), items, now).map(|_| ())
    }

    /// Takes a step: lets somebody in as [`Self::admit_for`] does, works in one transaction, and logs it as a refusal too if
    /// it is refused there. What it destroys is cut from the journal.
    pub(crate) fn step<P: Kind, T>(
        &self,
        grant: &Grant<P>,
        access: &Access,
        (operation, items): (Operation, &[ItemId]),
        now: Timestamp,
        work: impl FnOnce(&mut Session<'_>) -> Result<T, VaultError>,
    ) -> Result<T, VaultError> {
        self.admit_for(grant, access, operation, items, now)?;
        let done = self.with(|inner| {
            inner.journal_holds_secrets();
            Ok(inner.write(now, false, work)?.0)
        });
        if done.as_ref().is_err_and(VaultError::is_refusal) {
            let note = |session: &mut Session<'_>| {
                let (purpose, reading) = (Some(grant.purpose()), Reading::default());
                let record = AccessRecord::of(access, operation, purpose, &reading, items, session.time()?, None);
                session.log_access(&record)
            };
            let noted = self.with(|inner| inner.write(now, false, note).map(|_| ()));
            noted.map_err(|error| VaultError::NotLogged(Box::new(error)))?;
        }
        done
    }

    /// Writes an access to the log, or a refusal, and lets nobody in who may not. Returns what may be shown.
    pub(crate) fn admit(
        &self,
        purpose: Option<&PurposeLabel>,
        access: &Access,
        operation: Operation,
        reading: &Reading,
        items: &[ItemId],
        now: Timestamp,
    ) -> Result<Wanted, VaultError> {
        let logged = self.with(|inner| {
            inner.write(now, false, |session| {
                let role = session.admit(access, operation, purpose);
                let admitted = role.and_then(|role| Ok((role, session.wanted(purpose, operation, reading)?)));
                let role = admitted.as_ref().ok().map(|(role, _)| *role);
                let at = session.time()?;
                session.log_access(&AccessRecord::of(access, operation, purpose, reading, items, at, role))?;
                let admitted = admitted.map(|(_, wanted)| wanted);
                Ok(admitted)
            })
        });
        logged.map_err(|error| VaultError::NotLogged(Box::new(error)))?.0
    }
}

impl AccessRecord {
    /// The record of a register that somebody's site file told the vault.
    pub(crate) fn of_enrolment(by: &str, at: Timestamp) -> Self {
        Self::in_no_role(by, "tell who holds which role", LOG_PURPOSE.to_owned(), "the site file that runs", at)
    }

    /// The record of what the engine itself read of a purpose, to go on with its work.
    pub(crate) fn of_engine(by: &str, operation: &str, purpose: &PurposeLabel, reason: &str, at: Timestamp) -> Self {
        Self::in_no_role(by, operation, purpose.text(), reason, at)
    }

    fn in_no_role(by: &str, operation: &str, purpose: String, reason: &str, at: Timestamp) -> Self {
        Self {
            at,
            who: by.to_owned(),
            role: "none".to_owned(),
            operation: operation.to_owned(),
            purpose,
            reason: reason.to_owned(),
            refused: false,
            from: None,
            to: None,
            items: Vec::new(),
            case: None,
            search: None,
        }
    }

    /// The record of an access in that role, or of a refusal.
    fn of(
        access: &Access,
        operation: Operation,
        purpose: Option<&PurposeLabel>,
        reading: &Reading,
        items: &[ItemId],
        at: Timestamp,
        role: Option<Role>,
    ) -> Self {
        Self {
            at,
            who: access.who().to_owned(),
            role: role.map_or("none", Role::name).to_owned(),
            operation: operation.name().to_owned(),
            purpose: purpose.map_or_else(|| LOG_PURPOSE.to_owned(), PurposeLabel::text),
            reason: access.reason().to_owned(),
            refused: role.is_none(),
            from: reading.from,
            to: reading.to,
            items: items.to_vec(),
            case: reading.case,
            search: reading.search.as_ref().map(|(search, value)| format!("{}={value}", search.name())),
        }
    }
}

/// What a page of a bucket holds.
#[derive(Default)]
pub(crate) struct Page {
    pub items: Vec<Opened>,
    pub damaged: u64,
    withheld: u64,
    /// Rows that were erased.
    pub erased: u64,
    /// Where the next page begins; none at the end.
    pub next: Option<i64>,
}

/// What becomes an [`Item`].
pub(crate) struct Opened {
    pub id: ItemId,
    pub captured: Timestamp,
    deadline: Timestamp,
    pub payload: Zeroizing<Vec<u8>>,
    has_medium: bool,
    pub medium: Option<Zeroizing<Vec<u8>>>,
}

impl Inner {
    /// Opens a page of a bucket of that purpose, and of no other.
    pub(crate) fn page(
        &mut self,
        purpose: &str,
        bucket: i64,
        first: i64,
        wanted: &Wanted,
        now: Timestamp,
    ) -> Result<Page, VaultError> {
        let Self { store, root, nights, segments, .. } = self;
        store.read(|tx| {
            let (head, _) = head_of(tx)?;
            let time = head.time.max(now.as_millisecond());
            let root = key_of_night(root, nights, head.night)?;
            page_of(tx, &root, segments, time, (purpose, bucket, first), wanted)
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
    wanted: &Wanted,
) -> Result<Page, VaultError> {
    let reading = &wanted.reading;
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
    // Deadlines mostly come in the order in which items were kept, so one chain is stepped through them.
    let (mut walk, mut minute_key) = (chain.clone(), None);
    for row in rows {
        page.erased += u64::from(row.key.is_none());
        let (Some(wrapped), true) = (&row.key, row.deadline > time) else { continue };
        let (day, minute) = day_and_minute(row.deadline);
        if minute_key.as_ref().is_none_or(|(at, _)| *at != minute) {
            if walk.minute() > minute {
                walk = chain.clone();
            }
            walk.advance(minute);
            minute_key = walk.of_minute(minute).map(|key| (minute, key));
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
        if !reading.search.as_ref().is_none_or(|(search, value)| answers(*search, value, &payload)) {
            continue;
        }
        if wanted.not_before.is_some_and(|earliest| captured < earliest) {
            page.withheld += 1;
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

/// Whether an event has that value in the field that a search looks at. The vault knows no more of events than that.
fn answers(search: Search, value: &str, payload: &[u8]) -> bool {
    let event: Option<serde_json::Value> = serde_json::from_slice(payload).ok();
    event.is_some_and(|event| event.get(search.name()).and_then(serde_json::Value::as_str) == Some(value))
}

fn open_medium(
    segments: &Segments,
    binding: &Binding<'_>,
    key: &Key,
) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
    Ok(segments.read(binding.id)?.and_then(|(sealed, _)| binding.open_medium(key, &sealed)))
}

impl Session<'_> {
    /// The latest time that the vault has seen.
    pub(crate) fn time(&self) -> Result<Timestamp, VaultError> {
        Timestamp::from_millisecond(self.head.time).map_err(|_| VaultError::Time)
    }

    /// What a reading may show: what is as fresh as an alarm, or what lies in the window of its case.
    fn wanted(
        &self,
        purpose: Option<&PurposeLabel>,
        operation: Operation,
        reading: &Reading,
    ) -> Result<Wanted, VaultError> {
        let mut wanted = Wanted { reading: reading.clone(), not_before: None };
        let (Operation::Read, Some(purpose)) = (operation, purpose) else { return Ok(wanted) };
        if let Some((search, _)) = &reading.search {
            self.admit_search(purpose, *search)?;
        }
        match reading.case {
            Some(case) => {
                let (from, to) = self.window(case, purpose)?;
                wanted.reading.from = Some(reading.from.map_or(from, |asked| asked.max(from)));
                wanted.reading.to = Some(reading.to.map_or(to, |asked| asked.min(to)));
            }
            None if reading.search.is_some() || purpose.kind() == PurposeKind::AccessControl => {
                return Err(VaultError::NeedsCase(purpose.to_string()));
            }
            None => wanted.not_before = Some(self.time()? - SignedDuration::from_hours(limits::ALARM_HOURS)),
        }
        Ok(wanted)
    }

    /// Seals the record of an access among the items, and commits to it in the log.
    pub(crate) fn log_access(&mut self, record: &AccessRecord) -> Result<(), VaultError> {
        let content = serde_json::to_vec(record).map_err(|_| VaultError::Time)?;
        let mut salted = Zeroizing::new(vec![0; SALT_BYTES]);
        fill(&mut salted)?;
        let commitment = commitment(&salted, &content);
        salted.extend_from_slice(&content);
        let item = self.keep_own(LOG_PURPOSE, &salted)?.number();
        self.log(if record.refused { Entry::Refused { item, commitment } } else { Entry::Access { item, commitment } })
    }

    /// The row of an item that is there, and its bucket.
    pub(crate) fn row_of(&self, purpose: &str, id: ItemId) -> Result<Option<(Bucket, ItemRow)>, VaultError> {
        let Some(bucket) = Bucket::get(self.tx, id.bucket())? else { return Ok(None) };
        let sql = format!("SELECT {} FROM item WHERE id = ?1", ItemRow::COLUMNS);
        let row = self.tx.row(&sql, [id.number()], ItemRow::read)?;
        let is_there = |row: &ItemRow| row.key.is_some() && row.deadline > self.head.time;
        let is_its = bucket.purpose == purpose && bucket.key.is_some();
        Ok(row.filter(|row| is_its && is_there(row)).map(|row| (bucket, row)))
    }

    /// Destroys the key of an item. Its row stays, as the digest of what it was, until its day is cleared.
    pub(crate) fn erase(&mut self, purpose: &str, label: &PurposeLabel, id: ItemId) -> Result<(), VaultError> {
        let nothing = || VaultError::NoItem { item: id.to_string(), purpose: label.to_string() };
        let (mut bucket, row) = self.row_of(purpose, id)?.ok_or_else(nothing)?;
        let digest = row.digest();
        self.tx.run("UPDATE item SET key = NULL, sealed = ?2, medium = NULL WHERE id = ?1", (id.number(), digest))?;
        bucket.rekey = true;
        bucket.save(self.tx)?;
        self.log(Entry::Erased { bucket: bucket.id, item: id.number() })
    }
}
