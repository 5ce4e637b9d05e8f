//! The commands over what is kept, for those who may see it.
//!
//! ```text
//! --data-dir, --purpose, --reason ─▶ Desk<kind of purpose> ─▶ a step, logged before it is taken
//!  who: the user that logged in
//! ```

pub mod cases;
pub mod disclose;
pub mod events;
pub mod incident;
pub mod log;
pub mod passages;
pub mod subject;

use crate::arguments::{Asking, Place};
use crate::keeper::root_key;
use crate::login;
use anyhow::{Context, Result, anyhow, bail};
use jiff::Timestamp;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::process::ExitCode;
use vokter_rules::purpose::PurposeKind;
use vokter_vault::{Access, Grant, Kind, Mint, Vault};

/// An open vault, the right to one purpose of it, and who asks why.
pub struct Desk<P: Kind> {
    pub vault: Vault,
    pub grant: Grant<P>,
    pub access: Access,
    pub now: Timestamp,
}

/// Calls a function with the desk of the purpose that is asked for, whose kind becomes its type.
macro_rules! at_desk {
    ($asking:expr, $call:path, $argument:expr) => {
        at_desk!(
            $asking, $call, $argument;
            CrimePrevention, LifeAndHealth, PropertyProtection, ParkingPayment, AnonymousCounting, AccessControl, Care,
            WorkPerformance
        )
    };
    ($asking:expr, $call:path, $argument:expr; $($name:ident),*) => {{
        let opened = $crate::command::vault::open_for($asking)?;
        match opened.kind {
            $(vokter_rules::purpose::PurposeKind::$name => {
                $call(&opened.desk::<vokter_vault::$name>($asking)?, $argument)
            })*
        }
    }};
}
pub(crate) use at_desk;

/// A vault that was opened for a purpose.
pub struct Opened {
    pub kind: PurposeKind,
    vault: Vault,
    mint: Mint,
    access: Access,
}

impl Opened {
    pub fn desk<P: Kind>(mut self, asking: &Asking) -> Result<Desk<P>> {
        let grant = self.mint.grant::<P>(&asking.purpose)?;
        Ok(Desk { vault: self.vault, grant, access: self.access, now: Timestamp::now() })
    }
}

/// Opens the vault in which a purpose is kept.
pub fn open_for(asking: &Asking) -> Result<Opened> {
    let access = Access::new(&login::who(), &asking.reason)?;
    let (vault, mint) = open(&asking.place)?;
    let kind = kind(&vault, &asking.purpose)?;
    Ok(Opened { kind, vault, mint, access })
}

fn open(place: &Place) -> Result<(Vault, Mint)> {
    let root = root_key(&place.data_dir, place.key_file.as_deref())?;
    Ok(Vault::open(&place.data_dir, root, Timestamp::now())?)
}

/// The kind of a purpose, by its name.
fn kind(vault: &Vault, name: &str) -> Result<PurposeKind, anyhow::Error> {
    let purposes = vault.known_purposes()?;
    let found: Vec<_> = purposes.iter().filter(|purpose| purpose.name() == name).collect();
    match found.as_slice() {
        [purpose] => Ok(purpose.kind()),
        [] => {
            let names: Vec<_> = purposes.iter().map(|purpose| purpose.name()).collect();
            let there = if names.is_empty() {
                "this vault was told of none yet".to_owned()
            } else {
                format!("there are: {}", names.join(", "))
            };
            Err(anyhow!("there is no purpose `{name}`; {there}"))
        }
        several => {
            let kinds: Vec<_> = several.iter().map(|purpose| purpose.kind().name()).collect();
            Err(anyhow!(
                "purpose `{name}` is kept as {}: its kind was changed. Wait until the deadline of the older one",
                kinds.join(" and as ")
            ))
        }
    }
}

/// Says what could not be opened; that is the exit code.
fn whole(damaged: u64) -> Result<ExitCode> {
    if damaged > 0 {
        bail!("{damaged} items could not be opened: they are damaged. `vokter verify` names them");
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes a file that was not there, for its owner alone.
fn write_new(path: &Path, content: &[u8]) -> Result<()> {
    let mut options = std::fs::OpenOptions::new();
    let file = options.write(true).create_new(true).mode(0o600).open(path);
    let written = file.and_then(|mut file| file.write_all(content).and_then(|()| file.sync_all()));
    written.with_context(|| format!("{} cannot be written", path.display()))
}
