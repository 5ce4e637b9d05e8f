//! Those who have not paid, handed over to the enforcement system: a file each, encrypted to its key (age, X25519).

use age::x25519::Recipient;
use anyhow::{Context, Result};
use jiff::Timestamp;
use serde::Serialize;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use vokter_parking::lot::SessionId;
use vokter_parking::money::Money;
use vokter_parking::plate::Plate;
use zeroize::Zeroizing;

/// Where hand-overs of a lot go, and who can open them.
pub struct HandOvers {
    folder: PathBuf,
    lot: String,
    recipient: Recipient,
}

/// What the enforcement system is told.
#[derive(Serialize)]
struct Unpaid<'a> {
    lot: &'a str,
    session: SessionId,
    plate: &'a str,
    entered: Timestamp,
    left: Timestamp,
    outstanding: Money,
    handed_over: Timestamp,
}

impl HandOvers {
    /// The folder `hand-over` of a data directory, for a lot.
    pub fn of(directory: &Path, lot: &str, recipient: Recipient) -> Result<Self> {
        let folder = directory.join("hand-over");
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&folder);
        made.with_context(|| format!("{} cannot be made", folder.display()))?;
        Ok(Self { folder, lot: lot.to_owned(), recipient })
    }

    /// Writes one, so that it lasts. The same one again takes the place of the first.
    pub fn write(
        &self,
        session: SessionId,
        plate: &Plate,
        (entered, left): (Timestamp, Timestamp),
        outstanding: Money,
        now: Timestamp,
    ) -> Result<()> {
        let path = self.folder.join(format!("{}-{session}.age", self.lot));
        let write = || {
            let (lot, plate) = (self.lot.as_str(), plate.disclose_text());
            let unpaid = Unpaid { lot, session, plate, entered, left, outstanding, handed_over: now };
            let mut text = Zeroizing::new(Vec::with_capacity(4096));
            serde_json::to_writer(&mut *text, &unpaid)?;
            let sealed = age::encrypt(&self.recipient, &text)?;
            let unfinished = path.with_extension("unfinished");
            let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
            file.write_all(&sealed)?;
            file.sync_all()?;
            std::fs::rename(&unfinished, &path)?;
            File::open(&self.folder)?.sync_all()?;
            anyhow::Ok(())
        };
        write().with_context(|| format!("{} cannot be written", path.display()))
    }
}
