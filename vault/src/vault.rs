//! The vault itself: how it is opened, and the transaction in which everything else happens.

use crate::bucket::Bucket;
use crate::crypto::{Key, hex};
use crate::error::VaultError;
use crate::item::{Binding, Draft, ItemId, ItemRow, Kept};
use crate::log::{Entry, Head, SignedHead};
use crate::purge::{self, PurgeReport};
use crate::purpose::{Mint, PurposeLabel};
use crate::ratchet::DayKey;
use crate::retention::{DAY_MS, Retention, day_and_minute};
use crate::root_key::{Nights, RootKey};
use crate::segment::Segments;
use crate::store::{Store, Tx};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use vokter_rules::limits;
use vokter_rules::purpose::PurposeKind;

/// An open vault. Several processes may have the same one open; each transaction is one process's alone.
pub struct Vault {
    inner: Mutex<Inner>,
}

/// What [`Vault`] guards.
pub(crate) struct Inner {
    pub(crate) store: Store,
    pub(crate) root: RootKey,
    pub(crate) nights: Nights,
    pub(crate) segments: Segments,
    chains: Chains,
    /// Whether a destroyed key may still stand in the journal.
    pub(crate) journal_is_due: bool,
    /// Whether it could not be cut the last time; commits do not wait for it then, maintenance does.
    journal_was_busy: bool,
    /// When cases are looked after next (milliseconds since 1970).
    pub(crate) cases_are_due: i64,
}

/// Chains of buckets that were written to lately, each with the wrapped key that it was unwrapped from.
type Chains = HashMap<i64, (Vec<u8>, DayKey)>;

impl Vault {
    /// Opens the vault of a data directory. What has come to its deadline while nobody looked is gone before this returns.
    ///
    /// # Errors
    /// When there is none, the root key is missing or does not fit, or the disk refuses; nothing is changed then.
    pub fn open(directory: &Path, root: RootKey, now: Timestamp) -> Result<(Self, Mint), VaultError> {
        if !Store::path_in(directory).is_file() {
            return Err(VaultError::NoVault(directory.to_owned()));
        }
        Self::open_or_create(directory, root, now)
    }

    /// Opens the vault of a data directory, which is made, with its root key, if it is not there.
    ///
    /// # Errors
    /// When the root key is missing or does not fit, or the disk refuses; nothing is changed then.
    pub fn open_or_create(directory: &Path, root: RootKey, now: Timestamp) -> Result<(Self, Mint), VaultError> {
        no_core_dumps(directory)?;
        let mut store = Store::open(directory)?;
        root.must_lie_outside(directory)?;
        let segments = Segments::in_directory(directory);
        let now_ms = now.as_millisecond();
        let nights = store.write(|tx| {
            root.clear_unfinished()?;
            let nights = match (Head::load(tx)?, root.read()?) {
                (Some(_), None) => return Err(VaultError::KeyMissing(root.path().to_owned())),
                (Some((head, signed)), Some(nights)) => fitting(tx, &root, nights, &head, &signed)?,
                (None, held) => {
                    let mut nights = held.map_or_else(|| root.create(), Ok)?;
                    nights.keep_only(nights.first());
                    let mut head = Head::new(now_ms, nights.first(), now_ms.div_euclid(DAY_MS));
                    head.append(tx, Entry::Began)?;
                    head.store(tx, &nights.signer())?;
                    nights
                }
            };
            clear_files_without_rows(tx, &segments)?;
            Ok(nights)
        })?;
        let (chains, journal_is_due, journal_was_busy) = (Chains::new(), true, false);
        let cases_are_due = i64::MIN;
        let mut inner =
            Inner { store, root, nights, segments, chains, journal_is_due, journal_was_busy, cases_are_due };
        inner.write(now, true, |_| Ok(()))?;
        Ok((Self { inner: Mutex::new(inner) }, Mint::default()))
    }

    /// Keeps items, all in one commit: when this returns, they are on the disk, or none is.
    ///
    /// # Errors
    /// When the disk or the database refuses; nothing is kept then.
    pub fn keep(&self, drafts: &[Draft<'_>], now: Timestamp) -> Result<Vec<Kept>, VaultError> {
        if drafts.len() > limits::ITEMS_PER_COMMIT {
            return Err(VaultError::TooLarge { what: "a commit", limit: limits::ITEMS_PER_COMMIT as u64 });
        }
        for draft in drafts {
            if draft.payload.len() > limits::ITEM_BYTES {
                return Err(VaultError::TooLarge { what: "an item", limit: limits::ITEM_BYTES as u64 });
            }
            if draft.medium.is_some_and(|medium| medium.len() > limits::MEDIUM_BYTES) {
                return Err(VaultError::TooLarge { what: "a medium", limit: limits::MEDIUM_BYTES as u64 });
            }
        }
        self.with(|inner| Ok(inner.write(now, false, |session| session.keep(drafts))?.0))
    }

    /// Lets deadlines come, replaces the root key if a night has begun, and clears from the disk a bounded part of what is
    /// dead. To be called each minute. The report holds counts and no content.
    ///
    /// # Errors
    /// When the disk or the database refuses.
    pub fn maintain(&self, now: Timestamp) -> Result<PurgeReport, VaultError> {
        self.with(|inner| inner.maintain(now))
    }

    /// The purposes for which something is kept.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn purposes(&self) -> Result<Vec<PurposeLabel>, VaultError> {
        self.with(|inner| {
            let names: Vec<String> = inner.store.read(|tx| {
                let sql = "SELECT DISTINCT purpose FROM bucket WHERE key IS NOT NULL ORDER BY purpose";
                tx.rows(sql, [], |row| row.get(0))
            })?;
            Ok(names.iter().filter_map(|name| PurposeLabel::of_text(name)).collect())
        })
    }

    /// The head of the log, for a witness to keep.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn head(&self) -> Result<SignedHead, VaultError> {
        self.with(|inner| inner.store.read(|tx| Ok(head_of(tx)?.1)))
    }

    /// The vault, alone. One who panicked in a transaction has left nothing half done: it was rolled back.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut Inner) -> Result<T, VaultError>) -> Result<T, VaultError> {
        work(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Inner {
    /// Runs work in a transaction of its own. Deadlines that have come are kept first, and the head is signed last.
    pub(crate) fn write<T>(
        &mut self,
        now: Timestamp,
        always_sweep: bool,
        work: impl FnOnce(&mut Session<'_>) -> Result<T, VaultError>,
    ) -> Result<(T, PurgeReport), VaultError> {
        let Self { store, root, nights, segments, chains, .. } = self;
        let mut report = PurgeReport::default();
        let mut written = Vec::new();
        let done = store.write(|tx| {
            let (mut head, _) = head_of(tx)?;
            let key = key_of_night(root, nights, head.night)?;
            // The latest time ever seen counts: a clock that is set back brings nothing back.
            let before = head.time;
            head.time = before.max(now.as_millisecond());
            let turned = head.time.div_euclid(60_000) != before.div_euclid(60_000);
            let mut session = Session { tx, head, root: key, segments, chains, written: &mut written };
            if turned || always_sweep {
                purge::sweep(&mut session, &mut report)?;
            }
            let done = work(&mut session)?;
            session.head.store(tx, &nights.signer())?;
            Ok(done)
        });
        if done.is_err() {
            for id in written {
                // What cannot be taken away now is when the vault is opened.
                let _ = self.segments.remove(id);
            }
        }
        let done = done?;
        if report.has_destroyed() {
            self.chains.clear();
            self.journal_holds_secrets();
        }
        if self.journal_is_due && (always_sweep || !self.journal_was_busy) {
            // What was committed is committed; a journal that cannot be cut now is cut at the next turn, and reported.
            self.journal_is_due = !self.store.cut_journal().unwrap_or(false);
            self.journal_was_busy = self.journal_is_due;
        }
        report.journal_is_due = self.journal_is_due;
        Ok((done, report))
    }

    /// Notes that the journal holds what was destroyed, so that it is cut after the next commit.
    pub(crate) fn journal_holds_secrets(&mut self) {
        (self.journal_is_due, self.journal_was_busy) = (true, false);
    }
}

/// The root key of the night that the database is of; the key file is read again if another process has replaced it.
pub(crate) fn key_of_night(root: &RootKey, nights: &mut Nights, night: u64) -> Result<Key, VaultError> {
    if let Some(key) = root.of_night(nights, night) {
        return Ok(key);
    }
    *nights = root.read()?.ok_or_else(|| VaultError::KeyMissing(root.path().to_owned()))?;
    root.of_night(nights, night).ok_or_else(|| VaultError::KeyOfAnotherNight { vault: night, held: nights.in_words() })
}

/// The head of a database that must have one.
pub(crate) fn head_of(tx: &Tx<'_>) -> Result<(Head, SignedHead), VaultError> {
    Head::load(tx)?.ok_or_else(|| VaultError::damaged(tx.path(), "the head of the log is missing"))
}

/// Refuses a key file that is not this database's, and takes a night out of it that a crash left there.
fn fitting(
    tx: &Tx<'_>,
    root: &RootKey,
    mut nights: Nights,
    head: &Head,
    signed: &SignedHead,
) -> Result<Nights, VaultError> {
    if !signed.is_genuine() {
        return Err(VaultError::damaged(tx.path(), "the head of the log was changed"));
    }
    let is_ours = signed.signer() == nights.signer().verifying_key().to_bytes();
    if !is_ours || root.of_night(&nights, head.night).is_none() {
        return Err(VaultError::KeyOfAnotherNight { vault: head.night, held: nights.in_words() });
    }
    if nights.keep_only(head.night) {
        root.write(&nights)?;
    }
    Ok(nights)
}

fn clear_files_without_rows(tx: &Tx<'_>, segments: &Segments) -> Result<(), VaultError> {
    segments.each(|_, id| {
        let Some(id) = id else { return Ok(()) };
        let row = tx.row("SELECT 1 FROM item WHERE id = ?1 AND medium IS NOT NULL", [id.number()], |_| Ok(()))?;
        if row.is_none() { segments.remove(id) } else { Ok(()) }
    })
}

/// A transaction in which the vault is written to.
pub(crate) struct Session<'a> {
    pub(crate) tx: &'a Tx<'a>,
    pub(crate) head: Head,
    pub(crate) root: Key,
    pub(crate) segments: &'a Segments,
    chains: &'a mut Chains,
    /// Files that go if the transaction does.
    written: &'a mut Vec<ItemId>,
}

/// What is to be kept.
#[derive(Clone, Copy)]
pub(crate) struct What<'a> {
    pub captured: Timestamp,
    /// A time at which it ends, if that is before its deadline.
    pub until: Option<Timestamp>,
    pub payload: &'a [u8],
    pub medium: Option<&'a [u8]>,
}

/// A bucket that is being written to.
struct Open {
    bucket: Bucket,
    chain: DayKey,
    first: i64,
    next: i64,
    rows: Sha256,
    minute: Option<(u16, Key)>,
    has_files: bool,
    is_changed: bool,
}

impl Session<'_> {
    /// Adds a leaf to the log.
    pub(crate) fn log(&mut self, entry: Entry) -> Result<(), VaultError> {
        self.head.append(self.tx, entry)
    }

    /// Keeps items, each under the key of its purpose, class and day.
    pub(crate) fn keep(&mut self, drafts: &[Draft<'_>]) -> Result<Vec<Kept>, VaultError> {
        let mut opened: Vec<Open> = Vec::new();
        let kept = drafts.iter().map(|draft| {
            let (purpose, retention) = (draft.recorder.purpose().text(), draft.recorder.retention());
            let what = What { captured: draft.captured, until: None, payload: draft.payload, medium: draft.medium };
            self.keep_one(&mut opened, &purpose, retention, &what)
        });
        let kept = kept.collect::<Result<_, _>>()?;
        self.close(opened)?;
        Ok(kept)
    }

    /// Keeps one item of the vault's own.
    pub(crate) fn keep_own(&mut self, purpose: &str, payload: &[u8]) -> Result<ItemId, VaultError> {
        let what = What { captured: self.time()?, until: None, payload, medium: None };
        match self.keep_until(purpose, Retention::AUDIT, &what)? {
            Kept::Until(id, _) => Ok(id),
            Kept::TooLate => Err(VaultError::Time),
        }
    }

    /// Keeps one item of a purpose, at most until a time that is earlier than its deadline.
    pub(crate) fn keep_until(
        &mut self,
        purpose: &str,
        retention: Retention,
        what: &What<'_>,
    ) -> Result<Kept, VaultError> {
        self.keep_all(purpose, std::iter::once((retention, *what)))?.pop().ok_or(VaultError::Time)
    }

    /// Keeps items of one purpose, each at most until a time that is earlier than its deadline.
    pub(crate) fn keep_all<'a>(
        &mut self,
        purpose: &str,
        whats: impl Iterator<Item = (Retention, What<'a>)>,
    ) -> Result<Vec<Kept>, VaultError> {
        let mut opened = Vec::new();
        let keep = |(retention, what)| self.keep_one(&mut opened, purpose, retention, &what);
        let kept = whats.map(keep).collect::<Result<_, _>>()?;
        self.close(opened)?;
        Ok(kept)
    }

    fn keep_one(
        &mut self,
        opened: &mut Vec<Open>,
        purpose: &str,
        retention: Retention,
        what: &What<'_>,
    ) -> Result<Kept, VaultError> {
        let What { captured, until, payload, medium } = *what;
        // Nothing was recorded in the future; a clock ahead of ours must not lengthen what is kept.
        let captured = captured.min(self.time()?);
        let deadline = retention.deadline_until(captured, until)?;
        if deadline.as_millisecond() <= self.head.time {
            return Ok(Kept::TooLate);
        }
        let (day, minute) = day_and_minute(deadline.as_millisecond());
        let class = retention.class().name();
        let is_it =
            |open: &Open| open.bucket.day == day && open.bucket.purpose == purpose && open.bucket.class == class;
        let at = match opened.iter().position(is_it) {
            Some(at) => at,
            None => {
                opened.push(self.open(purpose, class, day)?);
                opened.len() - 1
            }
        };
        let Some(open) = opened.get_mut(at) else { return Err(VaultError::Time) };
        if u64::try_from(open.next).unwrap_or(u64::MAX) >= limits::ITEMS_PER_BUCKET {
            return Err(VaultError::TooLarge { what: "a day of a purpose", limit: limits::ITEMS_PER_BUCKET });
        }
        let id = ItemId::new(open.bucket.id, open.next);
        let binding = Binding { purpose, id, deadline: deadline.as_millisecond() };
        let key = Key::random()?;
        let wrapped = binding.wrap(open.key_of(minute, &self.root, self.tx)?, &key)?;
        let sealed = binding.seal_event(&key, captured.as_millisecond(), payload)?;
        let medium = match medium {
            Some(medium) => {
                self.written.push(id);
                open.has_files = true;
                Some(self.segments.write(id, &binding.seal_medium(&key, medium)?)?.to_vec())
            }
            None => None,
        };
        let row = ItemRow { id, deadline: deadline.as_millisecond(), key: Some(wrapped), sealed, medium };
        self.tx.run(
            "INSERT INTO item (id, deadline, key, sealed, medium) VALUES (?1, ?2, ?3, ?4, ?5)",
            (id.number(), row.deadline, &row.key, &row.sealed, &row.medium),
        )?;
        open.rows.update(row.digest());
        open.next += 1;
        open.is_changed |= open.bucket.mark(minute);
        Ok(Kept::Until(id, deadline))
    }

    fn open(&mut self, purpose: &str, class: &str, day: i64) -> Result<Open, VaultError> {
        let (bucket, made) = Bucket::find_or_make(self.tx, (purpose, class, day), &self.root)?;
        if let Some(made) = made {
            self.keep_apart(purpose)?;
            self.log(made)?;
        }
        let cached = self.chains.get(&bucket.id).filter(|(wrapped, _)| Some(wrapped) == bucket.key.as_ref());
        let chain = match cached {
            Some((_, chain)) => chain.clone(),
            None => bucket.unlock(&self.root).ok_or_else(|| damaged_key(self.tx, &bucket))?,
        };
        let next = Bucket::next_place(self.tx, bucket.id)?;
        let rows = Sha256::new();
        Ok(Open { bucket, chain, first: next, next, rows, minute: None, has_files: false, is_changed: false })
    }

    /// Refuses passages where something else of a site lies, and anything else where passages lie (ACC-14).
    fn keep_apart(&self, purpose: &str) -> Result<(), VaultError> {
        let is_passages = |label: &PurposeLabel| label.kind() == PurposeKind::AccessControl;
        let Some(label) = PurposeLabel::of_text(purpose) else { return Ok(()) };
        let names: Vec<String> = self.tx.rows("SELECT DISTINCT purpose FROM bucket", [], |row| row.get(0))?;
        let others = names.iter().filter_map(|name| PurposeLabel::of_text(name));
        if others.into_iter().any(|other| is_passages(&other) != is_passages(&label)) {
            return Err(VaultError::NotApart);
        }
        Ok(())
    }

    /// Logs what was kept in each bucket, after its files have lasting names.
    fn close(&mut self, opened: Vec<Open>) -> Result<(), VaultError> {
        for open in opened.into_iter().filter(|open| open.next > open.first) {
            if open.has_files {
                self.segments.sync(open.bucket.id)?;
            }
            if open.is_changed {
                open.bucket.save(self.tx)?;
            }
            let digest = hex(&open.rows.finalize());
            let (bucket, first) = (open.bucket.id, open.first);
            self.log(Entry::Kept { bucket, first, count: open.next - first, digest })?;
            if let Some(key) = open.bucket.key {
                self.chains.insert(bucket, (key, open.chain));
            }
        }
        Ok(())
    }
}

impl Open {
    /// The key of a minute. The chain is left a little before it, since cameras are not in step.
    fn key_of(&mut self, minute: u16, root: &Key, tx: &Tx<'_>) -> Result<&Key, VaultError> {
        const BEHIND: u16 = 3;
        if self.minute.as_ref().is_none_or(|(at, _)| *at != minute) {
            if self.chain.of_minute(minute).is_none() {
                // The kept chain is past the minute of a late frame; the wrapped one is not.
                self.chain = self.bucket.unlock(root).ok_or_else(|| damaged_key(tx, &self.bucket))?;
            }
            self.chain.advance(minute.saturating_sub(BEHIND));
            let key = self.chain.of_minute(minute).ok_or_else(|| damaged_key(tx, &self.bucket))?;
            self.minute = Some((minute, key));
        }
        self.minute.as_ref().map(|(_, key)| key).ok_or(VaultError::Time)
    }
}

/// The error of a bucket whose key does not unwrap.
pub(crate) fn damaged_key(tx: &Tx<'_>, bucket: &Bucket) -> VaultError {
    let Bucket { id, purpose, class, .. } = bucket;
    VaultError::damaged(tx.path(), format!("key {id}, of {purpose}, {class}, does not fit its row"))
}

/// Keys are never written into a core dump: the process has none.
fn no_core_dumps(directory: &Path) -> Result<(), VaultError> {
    use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    let done = setrlimit(Resource::Core, none).and_then(|()| set_dumpable_behavior(DumpableBehavior::NotDumpable));
    done.map_err(|error| VaultError::file(directory, "guarded against core dumps", error.into()))
}
