//! Files for what is too large for the database: sealed stills, a folder a bucket.
//!
//! A file is on the disk before the row that speaks of it, so a crash leaves at most files without a row, which are cleared
//! when the vault is opened.

use crate::crypto::{Hash, hash};
use crate::error::VaultError;
use crate::item::ItemId;
use crate::root_key::sync_folder;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// The folder of sealed files.
pub struct Segments {
    folder: PathBuf,
}

impl Segments {
    /// The files of a data directory.
    pub fn in_directory(directory: &Path) -> Self {
        Self { folder: directory.join("segments") }
    }

    /// The file of an item.
    pub fn path(&self, id: ItemId) -> PathBuf {
        self.bucket(id.bucket()).join(id.to_string())
    }

    fn bucket(&self, bucket: i64) -> PathBuf {
        self.folder.join(format!("{bucket:08x}"))
    }

    /// Writes a sealed file through to the disk, and returns its digest. Its name is only as lasting as its folder:
    /// [`Self::sync`].
    pub fn write(&self, id: ItemId, sealed: &[u8]) -> Result<Hash, VaultError> {
        let path = self.path(id);
        let of_file = |error| VaultError::file(&path, "written", error);
        let folder = self.bucket(id.bucket());
        if !folder.is_dir() {
            std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder).map_err(of_file)?;
            sync_folder(&folder)?;
            sync_folder(&self.folder)?;
        }
        // A file of that name can only be one that a crash left without a row.
        let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path);
        let mut file = file.map_err(of_file)?;
        file.write_all(sealed).and_then(|()| file.sync_all()).map_err(of_file)?;
        Ok(hash(&[b"medium", sealed]))
    }

    /// Makes the names of a bucket's files lasting.
    pub fn sync(&self, bucket: i64) -> Result<(), VaultError> {
        let folder = self.bucket(bucket);
        let synced = File::open(&folder).and_then(|folder| folder.sync_all());
        synced.map_err(|error| VaultError::file(&folder, "written", error))
    }

    /// Reads a sealed file, and its digest; `None` if it is not there.
    pub fn read(&self, id: ItemId) -> Result<Option<(Vec<u8>, Hash)>, VaultError> {
        let path = self.path(id);
        match std::fs::read(&path) {
            Ok(sealed) => {
                let digest = hash(&[b"medium", &sealed]);
                Ok(Some((sealed, digest)))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(VaultError::file(&path, "read", error)),
        }
    }

    /// Takes a file away; one that is not there is none.
    pub fn remove(&self, id: ItemId) -> Result<(), VaultError> {
        let path = self.path(id);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(VaultError::file(&path, "taken away", error))
            }
            _ => Ok(()),
        }
    }

    /// Takes away every file of a bucket, and returns how many there were.
    pub fn remove_bucket(&self, bucket: i64) -> Result<u64, VaultError> {
        let folder = self.bucket(bucket);
        let count = std::fs::read_dir(&folder).map_or(0, |files| files.count());
        match std::fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(VaultError::file(&folder, "taken away", error))
            }
            _ => Ok(u64::try_from(count).unwrap_or(u64::MAX)),
        }
    }

    /// Every file, by the number in its name; `None` for a name that is no number, or lies in another bucket's folder.
    pub fn each(
        &self,
        mut visit: impl FnMut(&Path, Option<ItemId>) -> Result<(), VaultError>,
    ) -> Result<(), VaultError> {
        let of_folder = |folder: &Path, error| VaultError::file(folder, "read", error);
        let buckets = match std::fs::read_dir(&self.folder) {
            Ok(buckets) => buckets,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(of_folder(&self.folder, error)),
        };
        for bucket in buckets {
            let bucket = bucket.map_err(|error| of_folder(&self.folder, error))?.path();
            let Ok(files) = std::fs::read_dir(&bucket) else {
                visit(&bucket, None)?;
                continue;
            };
            for file in files {
                let path = file.map_err(|error| of_folder(&bucket, error))?.path();
                let id = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse().ok());
                visit(&path, id.filter(|id| self.path(*id) == path))?;
            }
        }
        Ok(())
    }
}
