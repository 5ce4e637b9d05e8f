//! `vokter sign`

use crate::arguments::Sign;
use crate::{documents, report};
use anyhow::{Context, Result, anyhow, bail};
use jiff::ToSpan;
use jiff::civil::Date;
use std::path::Path;
use std::process::ExitCode;
use toml_edit::{DocumentMut, InlineTable, Item, Value};
use vokter_rules::policy::{self, Record, SitePolicy, did_you_mean};

pub fn run(arguments: &Sign) -> Result<ExitCode> {
    let text = report::read(&arguments.site)?;
    let compiled = policy::compile(&text);
    let Some(policy) = compiled.policy else {
        report::print(&arguments.site, &text, &compiled.diagnostics)?;
        bail!("a site that is refused cannot be signed");
    };
    let mut document: DocumentMut = text.parse().context("the file cannot be edited")?;
    let today = jiff::Timestamp::now().to_zoned(policy.time_zone().clone()).date();
    let date = arguments.date.unwrap_or(today);
    for name in &arguments.records {
        let record = find(&policy, &arguments.of, name)?;
        let path = arguments.site.parent().unwrap_or(Path::new("")).join(&record.document);
        let digest = documents::digest(&path)?;
        let expires = expires(record, date, arguments.expires)?;
        set(&mut document, record, signature(record, &documents::hex(&digest), &arguments.by, date, expires))?;
        let until = expires.map_or(String::new(), |day| format!(", until {day}"));
        println!("{}: {} signed by {} on {date}{until}", arguments.of, record.gate.name(), arguments.by);
    }
    let signed = document.to_string();
    let after = policy::compile(&signed);
    if after.policy.is_none() {
        report::print(&arguments.site, &signed, &after.diagnostics)?;
        bail!("with this signature the site would be refused; nothing was written");
    }
    write(&arguments.site, &signed)?;
    Ok(ExitCode::SUCCESS)
}

/// The record of that name, of the purpose, place or party of that name.
fn find<'p>(policy: &'p SitePolicy, of: &str, name: &str) -> Result<&'p Record> {
    let its: Vec<_> = policy.records().iter().filter(|record| record.owner() == of).collect();
    if its.is_empty() {
        let owners = policy.records().iter().map(Record::owner);
        bail!("nothing called `{of}` has records; {}", did_you_mean(of, owners));
    }
    let found = its.iter().find(|record| record.gate.name() == name);
    let names = || its.iter().map(|record| record.gate.name());
    found.copied().ok_or_else(|| anyhow!("`{of}` has no record `{name}`; {}", did_you_mean(name, names())))
}

fn expires(record: &Record, date: Date, said: Option<Date>) -> Result<Option<Date>> {
    let Some(months) = record.gate.renewed_after_months() else { return Ok(said) };
    let latest = date.checked_add(months.months()).context("the date is out of range")?;
    Ok(Some(said.unwrap_or(latest)))
}

fn signature(record: &Record, sha256: &str, by: &str, date: Date, expires: Option<Date>) -> InlineTable {
    let mut table = InlineTable::new();
    table.insert("document", record.document.as_str().into());
    table.insert("sha256", sha256.into());
    table.insert("covers", record.scope.as_str().into());
    table.insert("signed_by", by.into());
    table.insert("date", day(date));
    if let Some(expires) = expires {
        table.insert("expires", day(expires));
    }
    table
}

fn day(date: Date) -> Value {
    let date = toml_edit::Date { year: date.year().unsigned_abs(), month: date.month() as u8, day: date.day() as u8 };
    toml_edit::Datetime { date: Some(date), time: None, offset: None }.into()
}

/// Puts the signature where the record is, with the comment that stood there.
fn set(document: &mut DocumentMut, record: &Record, signature: InlineTable) -> Result<()> {
    let mut item: &mut Item = document.as_item_mut();
    for key in &record.keys {
        item = item.get_mut(key.as_str()).ok_or_else(|| anyhow!("`{key}` is not where it was read"))?;
    }
    let mut value = Value::from(signature);
    if let Some(old) = item.as_value() {
        *value.decor_mut() = old.decor().clone();
    }
    *item = Item::Value(value);
    Ok(())
}

/// Replaces the file at once, so that a crash leaves the old or the new one.
fn write(path: &Path, text: &str) -> Result<()> {
    let cannot = || format!("{} cannot be written", path.display());
    let unfinished = path.with_extension(format!("toml-{}", uuid::Uuid::now_v7()));
    std::fs::write(&unfinished, text).with_context(cannot)?;
    if let Ok(metadata) = std::fs::metadata(path) {
        std::fs::set_permissions(&unfinished, metadata.permissions()).with_context(cannot)?;
    }
    std::fs::rename(&unfinished, path).inspect_err(|_| drop(std::fs::remove_file(&unfinished))).with_context(cannot)
}
