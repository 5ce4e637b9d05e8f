//! Behaviour of the whole vault, on a disk.

mod access_matrix;
mod cases;
mod clock;
mod crash;
mod forensic;
mod lifecycle;
mod passage;
mod rights;
mod tamper;
mod trouble;
mod workbook;

use crate::bucket::Bucket;
use crate::read::Wanted;
use crate::{Access, Draft, Grant, Holder, ItemId, Kept, Law, Mint, PropertyProtection, Reading, Recorder, Register};
use crate::{Retention, Role, RootKey, Vault, VaultError, verify};
use jiff::{SignedDuration, Timestamp};
use std::path::{Path, PathBuf};
use vokter_rules::purpose::PurposeKind;

/// A data directory with its key beside it, and the time that it is there.
pub struct Site {
    folder: tempfile::TempDir,
    pub now: Timestamp,
}

impl Site {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), now: "2026-11-22T10:30:15Z".parse().unwrap() }
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub fn key(&self) -> PathBuf {
        self.folder.path().join("root.key")
    }

    pub fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn root(&self) -> RootKey {
        RootKey::in_file(&self.key())
    }

    pub fn open(&self) -> (Vault, Mint) {
        let (vault, mint) = Vault::open_or_create(&self.data(), self.root(), self.now).unwrap();
        vault.enrol(&register(), "vokter", self.now).unwrap();
        (vault, mint)
    }

    pub fn pass(&mut self, time: SignedDuration) -> Timestamp {
        self.now += time;
        self.now
    }

    /// Fails unless `verify` finds nothing.
    pub fn assert_verified(&self) {
        let verdict = verify(&self.data(), None, self.now).unwrap();
        assert!(verdict.findings.is_empty(), "{:#?}", verdict.findings);
    }

    /// The database, to be tampered with.
    pub fn database(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.data().join("vault.db")).unwrap()
    }

    /// Copies the data directory, as a backup does.
    pub fn back_up(&self, name: &str) -> PathBuf {
        let to = self.beside(name);
        copy(&self.data(), &to);
        to
    }
}

pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() { copy(&path, &to) } else { std::fs::copy(path, to).map(|_| ()).unwrap() }
    }
}

/// Who holds which role in these tests, for every purpose.
pub fn register() -> Register {
    let held = [
        (Role::Operator, "kari"),
        (Role::ParkingOperator, "parker"),
        (Role::PrivacyOfficer, "ola"),
        (Role::Administrator, "root"),
        (Role::Decider, "per"),
        (Role::Statistician, "stina"),
    ];
    let holder = |(role, who): (Role, &str)| Holder {
        role,
        purpose: None,
        people: vec![who.to_owned(), format!("CANARY-{who}-4711")],
        until: None,
    };
    Register { law: Law::Norway, purposes: vec![], holders: held.into_iter().map(holder).collect(), searches: vec![] }
}

pub fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}

pub fn operator() -> Access {
    Access::new("kari", "the fence was cut in the night").unwrap()
}

pub fn privacy_officer() -> Access {
    Access::new("ola", "a data subject asked").unwrap()
}

pub fn decider() -> Access {
    Access::new("per", "the police asked in writing").unwrap()
}

pub fn recorder(mint: &mut Mint, name: &str) -> Recorder {
    mint.recorder(PurposeKind::PropertyProtection, name, Retention::DEFAULT).unwrap()
}

/// Keeps one item, captured now.
pub fn keep(vault: &Vault, recorder: &Recorder, payload: &[u8], medium: Option<&[u8]>, now: Timestamp) -> ItemId {
    let kept = vault.keep(&[Draft { recorder, captured: now, payload, medium }], now).unwrap();
    match kept.as_slice() {
        [Kept::Until(id, _)] => *id,
        other => panic!("{other:?}"),
    }
}

/// Every item of a purpose that can be opened: payload and still. Also reads it as an operator would, who sees of it what is
/// as fresh as an alarm.
pub fn read(vault: &Vault, grant: &Grant<PropertyProtection>, now: Timestamp) -> Vec<(Vec<u8>, Option<Vec<u8>>)> {
    let mut fresh = Vec::new();
    let reading = Reading { media: true, ..Reading::default() };
    let shown = vault
        .read(grant, &operator(), &reading, now, |item| fresh.push((item.payload.to_vec(), medium_of(item.medium))))
        .unwrap();
    let everything: Vec<_> = all(vault, grant, now).into_iter().map(|(_, payload, medium)| (payload, medium)).collect();
    assert_eq!((shown.items, shown.damaged), (fresh.len() as u64, 0));
    assert_eq!(shown.items + shown.withheld, everything.len() as u64);
    assert!(fresh.iter().all(|item| everything.contains(item)));
    everything
}

fn medium_of(medium: Option<zeroize::Zeroizing<Vec<u8>>>) -> Option<Vec<u8>> {
    medium.map(|medium| medium.to_vec())
}

/// An item with its still.
pub type Opened = (ItemId, Vec<u8>, Option<Vec<u8>>);

/// What the keys that are left can open of a purpose, whoever may see it. Nothing of it is damaged.
pub fn all(vault: &Vault, grant: &Grant<PropertyProtection>, now: Timestamp) -> Vec<Opened> {
    let purpose = grant.purpose().text();
    let wanted = Wanted { reading: Reading { media: true, ..Reading::default() }, not_before: None };
    vault
        .with(|inner| {
            let buckets = inner.store.read(|tx| Bucket::of_purpose(tx, &purpose))?;
            let mut items = Vec::new();
            for bucket in buckets {
                let (mut next, end) = Bucket::numbers(bucket.id);
                while next < end {
                    let page = inner.page(&purpose, bucket.id, next, &wanted, now)?;
                    assert_eq!(page.damaged, 0);
                    let opened = page.items.into_iter();
                    items.extend(opened.map(|item| (item.id, item.payload.to_vec(), medium_of(item.medium))));
                    next = page.next.unwrap_or(end);
                }
            }
            Ok(items)
        })
        .unwrap()
}

/// The error of something that must be refused.
pub fn refusal<T>(result: Result<T, VaultError>) -> VaultError {
    match result {
        Ok(_) => panic!("it was not refused"),
        Err(error) => error,
    }
}
