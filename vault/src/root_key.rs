//! The root key: a file outside the data directory that is replaced each night, and a credential that it may be bound to.
//!
//! ```text
//!  key file      ── "vokter root key 1", flags, seed of the log's signature, 1 or 2 nights (number, key), digest
//!  root of night ── HKDF(key of the night, credential)
//! ```
//!
//! Two nights stand in the file only while one replaces the other. The file is replaced by renaming; what the old one held is
//! overwritten first. That is the file: a file system that copies on write, or a disk that moves blocks, may keep the old
//! one a while, and a backup of the key file keeps it as long as the backup.

use crate::crypto::{KEY_BYTES, Key, hash};
use crate::error::VaultError;
use ed25519_dalek::SigningKey;
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

const MAGIC: &[u8] = b"vokter root key 1\n";
const DIGEST_BYTES: usize = 32;
/// More than a key file with two nights has.
const FILE_BYTES: u64 = 4096;

/// Where the root key is, and the credential that it is bound to, if any.
#[derive(Clone)]
pub struct RootKey {
    path: PathBuf,
    credential: Option<Key>,
}

impl RootKey {
    /// The key in that file, which is made with the vault. It must lie outside the data directory and its backups.
    pub fn in_file(path: &Path) -> Self {
        Self { path: path.to_owned(), credential: None }
    }

    /// Binds it to a secret that somebody else keeps, such as a systemd credential: the file alone then opens nothing.
    #[must_use]
    pub fn bound_to(self, credential: &[u8]) -> Self {
        Self { credential: Key::of_bytes(&hash(&[b"credential", credential])), ..self }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Refuses a key file that a copy of the data directory would take along.
    pub(crate) fn must_lie_outside(&self, directory: &Path) -> Result<(), VaultError> {
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        match (folder.canonicalize(), directory.canonicalize()) {
            (Ok(folder), Ok(directory)) if folder.starts_with(&directory) => {
                Err(VaultError::KeyAmongData(self.path.clone()))
            }
            _ => Ok(()),
        }
    }

    /// The nights of the file; `None` if it is not there.
    pub(crate) fn read(&self) -> Result<Option<Nights>, VaultError> {
        let file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(VaultError::file(&self.path, "read", error)),
        };
        let of_file = |error| VaultError::file(&self.path, "read", error);
        let mode = file.metadata().map_err(of_file)?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(VaultError::KeyExposed { path: self.path.clone(), mode });
        }
        let mut bytes = Zeroizing::new(Vec::with_capacity(256));
        (&file).take(FILE_BYTES).read_to_end(&mut bytes).map_err(of_file)?;
        let nights = Nights::of_bytes(&bytes).ok_or_else(|| VaultError::KeyDamaged(self.path.clone()))?;
        if nights.has_credential != self.credential.is_some() {
            return Err(VaultError::Credential { wanted: nights.has_credential });
        }
        Ok(Some(nights))
    }

    /// Replaces the file, and overwrites what the old one held.
    pub(crate) fn write(&self, nights: &Nights) -> Result<(), VaultError> {
        let of_file = |error| VaultError::file(&self.path, "written", error);
        let unfinished = self.unfinished();
        self.clear_unfinished()?;
        let mut new = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished).map_err(of_file)?;
        new.write_all(&nights.bytes()).and_then(|()| new.sync_all()).map_err(of_file)?;
        let old = OpenOptions::new().write(true).open(&self.path).ok();
        std::fs::rename(&unfinished, &self.path).map_err(of_file)?;
        sync_folder(&self.path)?;
        if let Some(old) = old {
            overwrite(&old).map_err(of_file)?;
        }
        Ok(())
    }

    /// Makes the first key file of a vault.
    pub(crate) fn create(&self) -> Result<Nights, VaultError> {
        let nights = Nights {
            has_credential: self.credential.is_some(),
            seed: Key::random()?,
            nights: vec![(1, Key::random()?)],
        };
        self.write(&nights)?;
        Ok(nights)
    }

    /// The root key of a night, if the file has it.
    pub(crate) fn of_night(&self, nights: &Nights, night: u64) -> Option<Key> {
        let (_, key) = nights.nights.iter().find(|(number, _)| *number == night)?;
        let credential = self.credential.as_ref().map_or(&[][..], |credential| credential.bytes().as_slice());
        Some(key.derive(&[b"root", credential]))
    }

    fn unfinished(&self) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(".new");
        name.into()
    }

    /// Overwrites and takes away what a crash left half written.
    pub(crate) fn clear_unfinished(&self) -> Result<(), VaultError> {
        let of_file = |error| VaultError::file(&self.path, "written", error);
        let unfinished = self.unfinished();
        match OpenOptions::new().write(true).open(&unfinished) {
            Ok(file) => overwrite(&file).and_then(|()| std::fs::remove_file(&unfinished)).map_err(of_file),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(of_file(error)),
        }
    }
}

/// What a key file holds.
#[derive(Clone)]
pub(crate) struct Nights {
    has_credential: bool,
    seed: Key,
    nights: Vec<(u64, Key)>,
}

impl Nights {
    /// What signs the log's heads.
    pub fn signer(&self) -> SigningKey {
        SigningKey::from_bytes(self.seed.bytes())
    }

    /// Adds the night that is to come, and says which it is.
    pub fn add(&mut self, after: u64) -> Result<u64, VaultError> {
        self.keep_only(after);
        self.nights.push((after + 1, Key::random()?));
        Ok(after + 1)
    }

    /// Forgets every night but one. Returns whether there were others.
    pub fn keep_only(&mut self, night: u64) -> bool {
        let before = self.nights.len();
        self.nights.retain(|(number, _)| *number == night);
        self.nights.len() < before
    }

    /// The night that has stood in the file longest.
    pub fn first(&self) -> u64 {
        self.nights.first().map_or(1, |(night, _)| *night)
    }

    /// The numbers of the nights, in words.
    pub fn in_words(&self) -> String {
        self.nights.iter().map(|(night, _)| format!("night {night}")).collect::<Vec<_>>().join(" and ")
    }

    fn bytes(&self) -> Zeroizing<Vec<u8>> {
        // Two nights fit, so that the buffer never moves and leaves a copy behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(256));
        bytes.extend_from_slice(MAGIC);
        bytes.push(u8::from(self.has_credential));
        bytes.extend_from_slice(self.seed.bytes());
        for (night, key) in &self.nights {
            bytes.extend_from_slice(&night.to_le_bytes());
            bytes.extend_from_slice(key.bytes());
        }
        let digest = hash(&[&bytes]);
        bytes.extend_from_slice(&digest);
        bytes
    }

    fn of_bytes(bytes: &[u8]) -> Option<Self> {
        let (held, digest) = bytes.split_last_chunk::<DIGEST_BYTES>()?;
        (hash(&[held]) == *digest).then_some(())?;
        let (flag, rest) = held.strip_prefix(MAGIC)?.split_first()?;
        let (seed, rest) = rest.split_first_chunk::<KEY_BYTES>()?;
        let nights: Option<Vec<_>> = rest
            .chunks(8 + KEY_BYTES)
            .map(|chunk| {
                let (night, key) = chunk.split_first_chunk::<8>()?;
                Some((u64::from_le_bytes(*night), Key::of_bytes(key)?))
            })
            .collect();
        let nights = nights.filter(|nights| (1..=2).contains(&nights.len()))?;
        Some(Self { has_credential: *flag == 1, seed: Key::of_bytes(seed)?, nights })
    }
}

/// Overwrites a file with zeros, to the disk.
fn overwrite(mut file: &File) -> std::io::Result<()> {
    let length = usize::try_from(file.metadata()?.len().min(FILE_BYTES)).unwrap_or(0);
    file.write_all(&vec![0; length])?;
    file.sync_all()
}

/// Makes a new name in a folder last through a crash.
pub(crate) fn sync_folder(path: &Path) -> Result<(), VaultError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(|error| VaultError::file(folder, "written", error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_file_is_read_back_bound_to_its_credential_and_refused_when_others_can_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("root.key");
        let (plain, bound) = (RootKey::in_file(&path), RootKey::in_file(&path).bound_to(b"from systemd"));
        assert!(plain.read().unwrap().is_none());
        let mut nights = bound.create().unwrap();
        let first = bound.of_night(&nights, 1).unwrap();
        assert!(matches!(plain.read(), Err(VaultError::Credential { wanted: true })));
        let other = RootKey::in_file(&path).bound_to(b"another");
        assert_ne!(other.of_night(&other.read().unwrap().unwrap(), 1).unwrap().bytes(), first.bytes());

        assert_eq!(nights.add(1).unwrap(), 2);
        bound.write(&nights).unwrap();
        let mut read = bound.read().unwrap().unwrap();
        assert_eq!((read.in_words().as_str(), read.signer()), ("night 1 and night 2", nights.signer()));
        assert!(read.keep_only(2) && !read.keep_only(2));
        bound.write(&read).unwrap();
        assert!(bound.of_night(&bound.read().unwrap().unwrap(), 1).is_none());

        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(bound.read(), Err(VaultError::KeyExposed { mode: 0o640, .. })));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        std::fs::write(&path, b"vokter root key 1\n").unwrap();
        assert!(matches!(bound.read(), Err(VaultError::KeyDamaged(_))));
        assert!(matches!(bound.must_lie_outside(folder.path()), Err(VaultError::KeyAmongData(_))));
        assert!(bound.must_lie_outside(&folder.path().join("data")).is_ok());
    }

    #[test]
    fn what_a_replaced_key_file_held_is_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let root = RootKey::in_file(&folder.path().join("root.key"));
        let mut nights = root.create().unwrap();
        let mut old = File::open(root.path()).unwrap();
        nights.add(1).unwrap();
        nights.keep_only(2);
        root.write(&nights).unwrap();
        let mut held = Vec::new();
        old.read_to_end(&mut held).unwrap();
        assert!(
            !held.is_empty() && held.iter().all(|byte| *byte == 0),
            "the old file is still open, and empty of keys"
        );
    }
}
