//! `vokter events`, `erase`, `log` and `verify`: what is kept, for those who may see it.

use crate::arguments::{Erase, Events, Log, Place, Verify};
use crate::keeper::root_key;
use anyhow::{Context, Result, anyhow, bail};
use jiff::Timestamp;
use serde::Serialize;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use vokter_rules::purpose::PurposeKind;
use vokter_vault::{Access, Kind, Mint, Reading, Role, SignedHead, Vault};

/// An event as it is shown.
#[derive(Serialize)]
struct Line<'a> {
    item: String,
    gone_at: Timestamp,
    has_still: bool,
    #[serde(flatten)]
    event: &'a serde_json::Map<String, serde_json::Value>,
}

/// Calls a function with a kind of purpose as a type.
macro_rules! of_kind {
    ($kind:expr, $call:ident($($argument:expr),*)) => {
        of_kind!(
            $kind, $call($($argument),*),
            CrimePrevention, LifeAndHealth, PropertyProtection, ParkingPayment, AnonymousCounting, AccessControl, Care,
            WorkPerformance
        )
    };
    ($kind:expr, $call:ident $arguments:tt, $($name:ident),*) => {
        match $kind { $(PurposeKind::$name => $call::<vokter_vault::$name> $arguments,)* }
    };
}

pub fn events(arguments: &Events) -> Result<ExitCode> {
    let access = access(&arguments.role, &arguments.reason)?;
    let (vault, mint) = open(&arguments.place)?;
    of_kind!(kind(&vault, &arguments.purpose)?, show(&vault, mint, &access, arguments))
}

pub fn erase(arguments: &Erase) -> Result<ExitCode> {
    let access = access(&arguments.role, &arguments.reason)?;
    let (vault, mint) = open(&arguments.place)?;
    of_kind!(kind(&vault, &arguments.purpose)?, take(&vault, mint, &access, arguments))
}

pub fn log(arguments: &Log) -> Result<ExitCode> {
    let access = access(&arguments.role, &arguments.reason)?;
    let (vault, _) = open(&arguments.place)?;
    let (mut out, mut written) = (std::io::stdout().lock(), Ok(()));
    let (_, damaged) = vault.read_log(&access, Timestamp::now(), |record| {
        let line = serde_json::to_string(&record).map_err(std::io::Error::from);
        if written.is_ok() {
            written = line.and_then(|line| writeln!(out, "{line}"));
        }
    })?;
    written.context("the log cannot be written out")?;
    whole(damaged)
}

pub fn verify(arguments: &Verify) -> Result<ExitCode> {
    let since = arguments.since.as_deref().map(head).transpose()?;
    let verdict = vokter_vault::verify(&arguments.data_dir, since.as_ref(), Timestamp::now())?;
    let mut out = std::io::stdout().lock();
    for words in &verdict.holds {
        writeln!(out, "holds: {words}")?;
    }
    for words in &verdict.findings {
        writeln!(out, "DOES NOT HOLD: {words}")?;
    }
    if let Some(head) = &verdict.head {
        writeln!(out, "{head}")?;
    }
    Ok(if verdict.findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn show<P: Kind>(vault: &Vault, mut mint: Mint, access: &Access, arguments: &Events) -> Result<ExitCode> {
    let grant = mint.grant::<P>(&arguments.purpose)?;
    let (from, to, item) = (arguments.from, arguments.to, arguments.still);
    let reading = Reading { from, to, item, media: item.is_some() };
    let (mut out, mut written) = (std::io::stdout().lock(), Ok(()));
    let (shown, damaged) = vault.read(&grant, access, &reading, Timestamp::now(), |item| {
        if written.is_err() {
            return;
        }
        written = match (&arguments.still, &item.medium) {
            (Some(_), Some(still)) => out.write_all(still).and_then(|()| out.flush()),
            (Some(_), None) => Err(std::io::Error::other("the item has no still")),
            (None, _) => serde_json::from_slice(&item.payload)
                .and_then(|event| {
                    let (item, gone_at, has_still) = (item.id.to_string(), item.deadline, item.has_medium);
                    serde_json::to_string(&Line { item, gone_at, has_still, event: &event })
                })
                .map_err(std::io::Error::from)
                .and_then(|line| writeln!(out, "{line}")),
        };
    })?;
    written.context("events cannot be written out")?;
    if let Some(wanted) = arguments.still.filter(|_| shown + damaged == 0) {
        bail!("there is no item {wanted} of purpose `{}`: it never was, or its time is over", arguments.purpose);
    }
    whole(damaged)
}

fn take<P: Kind>(vault: &Vault, mut mint: Mint, access: &Access, arguments: &Erase) -> Result<ExitCode> {
    let grant = mint.grant::<P>(&arguments.purpose)?;
    vault.erase(&grant, access, &arguments.items, Timestamp::now())?;
    println!("erased: {}", arguments.items.len());
    Ok(ExitCode::SUCCESS)
}

fn open(place: &Place) -> Result<(Vault, Mint)> {
    let root = root_key(&place.data_dir, place.key_file.as_deref())?;
    Ok(Vault::open(&place.data_dir, root, Timestamp::now())?)
}

/// Whoever runs this program, in that role, for that reason.
fn access(role: &str, reason: &str) -> Result<Access> {
    let Some(role) = Role::from_name(role) else {
        let roles: Vec<_> = Role::ALL.into_iter().map(Role::name).collect();
        bail!("`{role}` is no role; there are {}", roles.join(", "));
    };
    Ok(Access::new(&who()?, role, reason)?)
}

/// The user as the system knows them, whatever the environment says.
fn who() -> Result<String> {
    let number = rustix::process::getuid().as_raw().to_string();
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let name = users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (name, _, found) = (fields.next()?, fields.next()?, fields.next()?);
        (found == number).then(|| name.to_owned())
    });
    Ok(name.map_or_else(|| format!("user {number}"), |name| format!("{name} (user {number})")))
}

/// The kind of a purpose, by its name.
fn kind(vault: &Vault, name: &str) -> Result<PurposeKind, anyhow::Error> {
    let purposes = vault.purposes()?;
    let found: Vec<_> = purposes.iter().filter(|purpose| purpose.name() == name).collect();
    match found.as_slice() {
        [purpose] => Ok(purpose.kind()),
        [] => {
            let names: Vec<_> = purposes.iter().map(|purpose| purpose.name()).collect();
            let there = if names.is_empty() {
                "nothing is kept yet".to_owned()
            } else {
                format!("kept are: {}", names.join(", "))
            };
            Err(anyhow!("nothing is kept for a purpose `{name}`; {there}"))
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

/// A head as a witness gives it: in a file, or as it is.
fn head(text: &str) -> Result<SignedHead> {
    let kept = if Path::new(text).is_file() {
        std::fs::read_to_string(text).with_context(|| format!("{text} cannot be read"))?
    } else {
        text.to_owned()
    };
    kept.trim().parse().map_err(|words: String| anyhow!("{words}"))
}

/// Says what could not be opened; that is the exit code.
fn whole(damaged: u64) -> Result<ExitCode> {
    if damaged > 0 {
        bail!("{damaged} items could not be opened: they are damaged. `vokter verify` names them");
    }
    Ok(ExitCode::SUCCESS)
}
