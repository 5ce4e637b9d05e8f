//! `vokter log` and `vokter verify`: who has read what, and whether everything holds.

use super::{open, whole};
use crate::arguments::{Log, Verify};
use crate::login;
use anyhow::{Context, Result, anyhow};
use jiff::Timestamp;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use vokter_vault::{Access, SignedHead};

pub fn log(arguments: &Log) -> Result<ExitCode> {
    let access = Access::new(&login::who(), &arguments.reason)?;
    let (vault, _) = open(&arguments.place)?;
    let (mut out, mut written) = (std::io::stdout().lock(), Ok(()));
    let shown = vault.read_log(&access, Timestamp::now(), |record| {
        let line = serde_json::to_string(&record).map_err(std::io::Error::from);
        if written.is_ok() {
            written = line.and_then(|line| writeln!(out, "{line}"));
        }
    })?;
    written.context("the log cannot be written out")?;
    whole(shown.damaged)
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

/// A head as a witness gives it: in a file, or as it is.
fn head(text: &str) -> Result<SignedHead> {
    let kept = if Path::new(text).is_file() {
        std::fs::read_to_string(text).with_context(|| format!("{text} cannot be read"))?
    } else {
        text.to_owned()
    };
    kept.trim().parse().map_err(|words: String| anyhow!("{words}"))
}
