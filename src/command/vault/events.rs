//! `vokter events` and `vokter erase`.

use super::{Desk, at_desk, whole};
use crate::arguments::{Erase, Events};
use anyhow::{Context, Result, bail};
use jiff::Timestamp;
use serde::Serialize;
use std::io::Write;
use std::process::ExitCode;
use vokter_rules::limits;
use vokter_vault::{Kind, Reading};

/// An event as it is shown.
#[derive(Serialize)]
struct Line<'a> {
    item: String,
    gone_at: Timestamp,
    has_still: bool,
    #[serde(flatten)]
    event: &'a serde_json::Map<String, serde_json::Value>,
}

pub fn events(arguments: &Events) -> Result<ExitCode> {
    at_desk!(&arguments.asking, self::show, arguments)
}

pub fn erase(arguments: &Erase) -> Result<ExitCode> {
    at_desk!(&arguments.asking, self::take, arguments)
}

fn show<P: Kind>(desk: &Desk<P>, arguments: &Events) -> Result<ExitCode> {
    let (from, to, item) = (arguments.from, arguments.to, arguments.still);
    let (case, search) = (arguments.case, arguments.search.clone());
    let reading = Reading { from, to, item, media: item.is_some(), case, search };
    let (mut out, mut written) = (std::io::stdout().lock(), Ok(()));
    let shown = desk.vault.read(&desk.grant, &desk.access, &reading, desk.now, |item| {
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
    if shown.withheld > 0 && arguments.still.is_none() {
        eprintln!("{}", withheld(shown.withheld));
    }
    if let Some(wanted) = arguments.still.filter(|_| shown.items + shown.damaged == 0) {
        let purpose = &arguments.asking.purpose;
        match shown.withheld {
            0 => bail!("there is no item {wanted} of purpose `{purpose}`: it never was, or its time is over"),
            withheld => bail!("{}", self::withheld(withheld)),
        }
    }
    whole(shown.damaged)
}

fn withheld(count: u64) -> String {
    let events = if count == 1 { "1 event is".to_owned() } else { format!("{count} events are") };
    format!(
        "{events} not shown: after {} hours events are looked at in the window of a case alone (KRS-28): \
         `vokter incident open`, then --case",
        limits::ALARM_HOURS
    )
}

fn take<P: Kind>(desk: &Desk<P>, arguments: &Erase) -> Result<ExitCode> {
    desk.vault.erase(&desk.grant, &desk.access, &arguments.items, desk.now)?;
    println!("erased: {}", arguments.items.len());
    if desk.vault.journal_is_due() {
        eprintln!("somebody is reading: until they are done, copies of what was erased stand in the journal");
    }
    Ok(ExitCode::SUCCESS)
}
