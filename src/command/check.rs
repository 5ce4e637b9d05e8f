//! `vokter check`

use crate::arguments::{Check, Format};
use crate::parking::LotFile;
use crate::text::say;
use crate::{report, supplied};
use anyhow::Result;
use std::process::ExitCode;
use vokter_rules::policy;

pub fn run(arguments: &Check) -> Result<ExitCode> {
    let text = match report::read(&arguments.site) {
        Ok(text) => text,
        Err(error) => {
            eprintln!("error: {error:#}");
            return Ok(ExitCode::from(2));
        }
    };
    let compiled = policy::compile_for(&text, supplied::classes(arguments.model.as_deref())?);
    let lots = compiled.policy.as_ref().map_or(Ok(vec![]), |policy| LotFile::all(policy, &arguments.site));
    let lots_refused = lots.err().map(|error| format!("{error:#}"));
    match arguments.format {
        Format::Json => say(&report::json(&arguments.site, &text, &compiled, lots_refused.as_deref())?)?,
        Format::Text => {
            report::print(&arguments.site, &text, &compiled.diagnostics)?;
            if let Some(error) = &lots_refused {
                eprintln!("error: {error}");
            } else if let Some(site) = &compiled.policy {
                say(&report::summary(site))?;
            }
        }
    }
    Ok(if compiled.policy.is_some() && lots_refused.is_none() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
