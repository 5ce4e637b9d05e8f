//! The site's vault: where it is, and who keeps for which purpose.

use crate::outlet::payload_of;
use crate::turns::Turns;
use crate::witness::Witnesses;
use crate::{login, register};
use anyhow::{Context, Result, bail};
use jiff::Timestamp;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use uuid::Uuid;
use vokter_pipeline::Alarm;
use vokter_rules::policy::SitePolicy;
use vokter_rules::purpose::PurposeKind;
use vokter_vault::{Draft, ItemId, Kept, Mint, Recorder, Retention, RootKey, Vault};

/// The name of the credential that the root key is bound to, where systemd passes one.
const CREDENTIAL: &str = "vokter";

/// The root key of a data directory: that file, or the one beside the directory; bound to a credential if there is one.
pub fn root_key(directory: &Path, key_file: Option<&Path>) -> Result<RootKey> {
    let path = key_file.map_or_else(|| beside(directory), |path| Ok(path.to_owned()))?;
    let key = RootKey::in_file(&path);
    let Some(credentials) = std::env::var_os("CREDENTIALS_DIRECTORY") else { return Ok(key) };
    let credential = PathBuf::from(credentials).join(CREDENTIAL);
    match std::fs::read(&credential) {
        Ok(secret) => Ok(key.bound_to(&secret)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(key),
        Err(error) => Err(error).with_context(|| format!("{} cannot be read", credential.display())),
    }
}

/// `DIR.key`.
fn beside(directory: &Path) -> Result<PathBuf> {
    let Some(name) = directory.file_name() else {
        bail!("{} has no name that a key file could be beside; name one with --key-file", directory.display());
    };
    let mut name = name.to_owned();
    name.push(".key");
    Ok(directory.with_file_name(name))
}

/// The vault of a running site.
pub struct Keeper {
    vault: Arc<Vault>,
    recorders: HashMap<String, Recorder>,
    lost: AtomicU64,
    over: AtomicU64,
    turns: Mutex<Option<Turns>>,
}

impl Keeper {
    /// Opens the vault, with a recorder for each purpose that keeps events, and tells it who holds which role.
    /// Comes with the mint of what else is kept there.
    pub fn open(policy: &SitePolicy, directory: &Path, key_file: Option<&Path>) -> Result<(Self, Mint)> {
        let root = root_key(directory, key_file)?;
        let witnesses = Witnesses::of(policy.outlets())?;
        let (vault, mut mint) = Vault::open_or_create(directory, root, Timestamp::now())?;
        let (vault, recorders) = (Arc::new(vault), recorders(policy, &mut mint)?);
        let turns = Turns::start(&vault, register::of(policy)?, &login::who(), witnesses)?;
        let (lost, over) = (AtomicU64::new(0), AtomicU64::new(0));
        Ok((Self { vault, recorders, lost, over, turns: Mutex::new(Some(turns)) }, mint))
    }

    /// The vault, for those who count in it.
    pub fn vault(&self) -> Arc<Vault> {
        Arc::clone(&self.vault)
    }

    /// Keeps events and their stills in one commit. Those that come back with a number are on the disk. Where the vault
    /// refuses, watching goes on, and what is not kept is said and counted.
    pub fn keep(&self, alarms: &[Alarm], ids: &[Uuid]) -> Vec<Option<ItemId>> {
        let kept = self.try_keep(alarms, ids);
        kept.unwrap_or_else(|error| {
            let before = self.lost.fetch_add(alarms.len() as u64, Ordering::Relaxed);
            tracing::error!(events = alarms.len(), before, "events are not kept: {error:#}");
            vec![None; alarms.len()]
        })
    }

    fn try_keep(&self, alarms: &[Alarm], ids: &[Uuid]) -> Result<Vec<Option<ItemId>>> {
        let payloads = alarms.iter().zip(ids).map(|(alarm, id)| payload_of(*id, &alarm.event));
        let payloads = payloads.collect::<serde_json::Result<Vec<_>>>()?;
        let drafts = alarms.iter().zip(&payloads).map(|(alarm, payload)| {
            let purpose = alarm.event.purpose();
            let recorder = self.recorders.get(purpose).with_context(|| format!("purpose `{purpose}` keeps nothing"))?;
            Ok(Draft { recorder, captured: alarm.event.time(), payload, medium: alarm.still.as_deref() })
        });
        let kept = self.vault.keep(&drafts.collect::<Result<Vec<_>>>()?, Timestamp::now())?;
        let item = |kept| match kept {
            Kept::Until(item, _) => Some(item),
            Kept::TooLate => {
                self.over.fetch_add(1, Ordering::Relaxed);
                None
            }
        };
        Ok(kept.into_iter().map(item).collect())
    }

    /// Says at the end what was not kept.
    pub fn finish(&self) -> Result<()> {
        if let Some(turns) = self.turns.lock().unwrap_or_else(PoisonError::into_inner).take() {
            turns.finish();
        }
        let over = self.over.load(Ordering::Relaxed);
        if over > 0 {
            tracing::warn!(events = over, "recorded so long ago that their deadline had come: not kept");
        }
        match self.lost.load(Ordering::Relaxed) {
            0 => Ok(()),
            lost => bail!("{lost} events could not be kept; what was reported with an item is on the disk"),
        }
    }
}

/// A recorder for each purpose that keeps events: one that counts keeps none (IVA-11), and passages have a vault of their
/// own (ACC-14).
fn recorders(policy: &SitePolicy, mint: &mut Mint) -> Result<HashMap<String, Recorder>> {
    let has_events = |kind| !matches!(kind, PurposeKind::AnonymousCounting | PurposeKind::AccessControl);
    let keeping = policy.purposes().iter().filter(|purpose| has_events(purpose.kind));
    keeping
        .map(|purpose| {
            let retention = Retention::new(purpose.retention_class, purpose.retention_days)?;
            let recorder = mint.recorder(purpose.kind, &purpose.name, retention)?;
            Ok((purpose.name.clone(), recorder))
        })
        .collect()
}
