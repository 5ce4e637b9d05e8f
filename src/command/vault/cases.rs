//! `vokter cases`: what was decided about items, by whom, on which evidence.

use super::{Desk, at_desk};
use crate::arguments::{Cases, Format};
use crate::text;
use anyhow::{Context, Result};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use std::io::Write as _;
use std::process::ExitCode;
use vokter_vault::{CaseRecord, ItemId, Kind, Step};

pub fn run(arguments: &Cases) -> Result<ExitCode> {
    at_desk!(&arguments.asking, self::show, arguments)
}

fn show<P: Kind>(desk: &Desk<P>, arguments: &Cases) -> Result<ExitCode> {
    let records = desk.vault.read_cases(&desk.grant, &desk.access, desk.now)?;
    let mut out = std::io::stdout().lock();
    let written = match arguments.format {
        Format::Json => records.iter().try_for_each(|record| writeln!(out, "{}", serde_json::to_string(record)?)),
        Format::Text => {
            let begun = records.iter().filter(|record| record.step.case().is_none());
            let mut cases = begun.map(|begun| {
                let steps = records.iter().filter(|record| record.step.case() == Some(begun.id));
                let steps: Vec<_> = std::iter::once(begun).chain(steps).map(words).collect();
                format!("case {}\n{}", begun.id, steps.join("\n"))
            });
            cases.try_for_each(|case| writeln!(out, "{case}"))
        }
    };
    written.context("cases cannot be written out")?;
    Ok(ExitCode::SUCCESS)
}

/// A step in words.
fn words(record: &CaseRecord) -> String {
    let what = match &record.step {
        Step::Incident { source, evidence, from, to, .. } => {
            format!("incident, {} ({}), from {} to {}", word(source), word(evidence), time(*from), time(*to))
        }
        Step::Closed { evidence, .. } => format!("closed: {}", word(evidence)),
        Step::Held { items, evidence, review, .. } => {
            format!("held to {}: {} ({})", time(*review), list(items), word(evidence))
        }
        Step::Requested { items, ground, within, recipient, .. } => {
            format!("disclosure asked for: {} of {within} ({}), to {recipient}", list(items), word(ground))
        }
        Step::Decided { extract: Some(extract), .. } => {
            format!("approved; the package of SHA-256 {} ends {}", extract.sha256, time(extract.ends))
        }
        Step::Decided { extract: None, .. } => "refused".to_owned(),
        Step::Fetched { .. } => "the package was written out".to_owned(),
        Step::Received { receipt, .. } => format!("received ({}); every copy here is destroyed", word(receipt)),
        Step::Destroyed { extract, .. } => {
            format!("certificate: no receipt was noted, and it is destroyed: the package of SHA-256 {}", extract.sha256)
        }
        Step::Asked { right, subject, received, from, to, due, .. } => {
            let window = from.zip(*to).map(|(from, to)| format!(", there from {} to {}", time(from), time(to)));
            let (right, subject, window) = (word(right), word(subject), window.unwrap_or_default());
            format!("{right} asked for by {subject}{window}, received {}; due {}", time(*received), time(*due))
        }
        Step::Extended { because, due, .. } => format!("extended to {}: {}", time(*due), word(because)),
        Step::Corrected { item, corrected, .. } => format!("corrected: {item} is now {corrected}"),
        Step::Copied { item, copy, .. } => format!("copy {copy} made of {item}"),
        Step::Approved { copy, .. } => format!("copy {copy} let go"),
        Step::Answered { outcome, evidence, .. } => format!("answered, {} ({})", word(outcome), word(evidence)),
        Step::Overdue { .. } => "OVERDUE: nobody has answered".to_owned(),
    };
    let line = format!("{} by {}: {what}", time(record.at), record.by);
    format!("  {}", text::wrapped(&line, 2, 4))
}

/// A time as people read it, to the minute, in UTC as everything in the vault.
fn time(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%MZ").to_string()
}

fn list(items: &[ItemId]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// The text of something that is recorded as text, or as a tree of texts.
fn word(of: &impl Serialize) -> String {
    fn plain(value: &Value) -> String {
        match value {
            Value::String(text) => text.clone(),
            Value::Object(fields) => {
                let of_each = fields.iter().map(|(key, value)| match value {
                    Value::Object(_) => format!("{key}: {}", plain(value)),
                    _ if ["jurisdiction", "ground"].contains(&key.as_str()) => plain(value),
                    _ => format!("{}: {}", key.replace('_', " "), plain(value)),
                });
                of_each.collect::<Vec<_>>().join(", ")
            }
            other => other.to_string(),
        }
    }
    plain(&serde_json::to_value(of).unwrap_or_default())
}
