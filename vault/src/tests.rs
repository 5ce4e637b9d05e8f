//! Behaviour of the whole vault, on a disk.

mod access_matrix;
mod cases;
mod clock;
mod crash;
mod forensic;
mod lifecycle;
mod tamper;
mod trouble;

use crate::{Access, Draft, Grant, ItemId, Kept, Mint, PropertyProtection, Reading, Recorder, Retention, Role};
use crate::{RootKey, Vault, VaultError, verify};
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
        Vault::open_or_create(&self.data(), self.root(), self.now).unwrap()
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

pub fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}

pub fn operator() -> Access {
    Access::new("kari", Role::Operator, "the fence was cut in the night").unwrap()
}

pub fn privacy_officer() -> Access {
    Access::new("ola", Role::PrivacyOfficer, "a data subject asked").unwrap()
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

/// Every item of a purpose: payload and still.
pub fn read(vault: &Vault, grant: &Grant<PropertyProtection>, now: Timestamp) -> Vec<(Vec<u8>, Option<Vec<u8>>)> {
    let mut shown = Vec::new();
    let reading = Reading { media: true, ..Reading::default() };
    let (count, damaged) = vault
        .read(grant, &operator(), &reading, now, |item| {
            shown.push((item.payload.to_vec(), item.medium.map(|medium| medium.to_vec())));
        })
        .unwrap();
    assert_eq!((count, damaged), (shown.len() as u64, 0));
    shown
}

/// The error of something that must be refused.
pub fn refusal<T>(result: Result<T, VaultError>) -> VaultError {
    match result {
        Ok(_) => panic!("it was not refused"),
        Err(error) => error,
    }
}
