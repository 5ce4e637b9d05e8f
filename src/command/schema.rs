//! `vokter schema`

use anyhow::Result;
use std::process::ExitCode;
use vokter_rules::policy;

pub fn run() -> Result<ExitCode> {
    crate::text::say(&serde_json::to_string_pretty(&policy::schema())?)?;
    Ok(ExitCode::SUCCESS)
}
