//! `vokter sign`

use crate::arguments::Sign;
use crate::text::say;
use crate::{documents, report};
use anyhow::{Context, Result, anyhow, bail};
use jiff::ToSpan;
use jiff::civil::Date;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use toml_edit::{DocumentMut, InlineTable, Item, Value};
use vokter_rules::digest::Digest;
use vokter_rules::policy::{self, Record, SitePolicy, did_you_mean};

pub fn run(arguments: &Sign) -> Result<ExitCode> {
    // A link stays one: what it leads to is signed.
    let site = arguments.site.canonicalize().with_context(|| format!("{} cannot be read", arguments.site.display()))?;
    let text = report::read(&site)?;
    let compiled = policy::compile(&text);
    let Some(policy) = compiled.policy else {
        report::print(&arguments.site, &text, &compiled.diagnostics)?;
        bail!("a site that is refused cannot be signed");
    };
    let line_ends = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut document: DocumentMut = text.parse().context("the file cannot be edited")?;
    let today = jiff::Timestamp::now().to_zoned(policy.time_zone().clone()).date();
    let date = arguments.date.unwrap_or(today);
    if date.year() < 1 || arguments.by.trim().is_empty() || arguments.by.chars().any(char::is_control) {
        bail!("a signature has a name, on one line, and a day of our era");
    }
    let mut said = vec![];
    for name in &arguments.records {
        let record = find(&policy, &arguments.of, name)?;
        let path = site.parent().unwrap_or(Path::new("")).join(&record.document);
        let bytes = documents::read(&path)?;
        is_written(&path, &bytes)?;
        let expires = expires(record, date, arguments.expires)?;
        set(&mut document, record, signature(record, Digest::of(&bytes), &arguments.by, date, expires))?;
        let until = match expires {
            Some(day) if day < today => format!(", which held until {day} and is past"),
            Some(day) => format!(", until {day}"),
            None => String::new(),
        };
        said.push(format!("{}: {} signed by {} on {date}{until}", arguments.of, record.gate.name(), arguments.by));
    }
    let mut signed = document.to_string();
    if line_ends == "\r\n" {
        signed = signed.replace("\r\n", "\n").replace('\n', line_ends);
    }
    if text.starts_with('\u{feff}') && !signed.starts_with('\u{feff}') {
        signed.insert(0, '\u{feff}');
    }
    let after = policy::compile(&signed);
    if after.policy.is_none() {
        report::print(&arguments.site, &signed, &after.diagnostics)?;
        bail!("with this signature the site would be refused; nothing was written");
    }
    write(&site, &signed)?;
    say(&said.join("\n"))?;
    Ok(ExitCode::SUCCESS)
}

/// The record of that name, of the purpose, place or party of that name.
fn find<'p>(policy: &'p SitePolicy, of: &str, name: &str) -> Result<&'p Record> {
    let path = |record: &Record| record.keys.iter().take(2).cloned().collect::<Vec<_>>().join(".");
    let its: Vec<_> = policy.records().iter().filter(|record| record.owner() == of || path(record) == of).collect();
    if its.is_empty() {
        let owners = policy.records().iter().map(Record::owner);
        bail!("nothing called `{of}` has records; {}", did_you_mean(of, owners));
    }
    let found: Vec<_> = its.iter().copied().filter(|record| record.gate.name() == name).collect();
    match found.as_slice() {
        [record] => Ok(record),
        [] => {
            let names = its.iter().map(|record| record.gate.name());
            bail!("`{of}` has no record `{name}`; {}", did_you_mean(name, names))
        }
        several => {
            let paths: Vec<_> = several.iter().map(|record| path(record)).collect();
            bail!("`{of}` is several things: write {}", paths.join(" or "))
        }
    }
}

fn expires(record: &Record, date: Date, said: Option<Date>) -> Result<Option<Date>> {
    let Some(months) = record.gate.renewed_after_months() else { return Ok(said) };
    let latest = date.checked_add(months.months()).context("the date is out of range")?;
    Ok(Some(said.unwrap_or(latest)))
}

fn signature(record: &Record, sha256: Digest, by: &str, date: Date, expires: Option<Date>) -> InlineTable {
    let mut table = InlineTable::new();
    table.insert("document", record.document.as_str().into());
    table.insert("sha256", sha256.to_string().into());
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
    if let Some(table) = item.as_table_mut() {
        // Written as a table of its own, whose comments stay.
        for (key, value) in signature.into_iter().filter(|(key, _)| key != "document") {
            table.insert(&key, Item::Value(value));
        }
        return Ok(());
    }
    let mut value = Value::from(signature);
    if let Some(old) = item.as_value() {
        *value.decor_mut() = old.decor().clone();
    }
    *item = Item::Value(value);
    Ok(())
}

/// Refuses a document that is empty, or a draft with a heading that nobody wrote under.
fn is_written(path: &Path, bytes: &[u8]) -> Result<()> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        bail!("{} is empty", path.display());
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return Ok(()) };
    let mut heading: Option<&str> = None;
    for line in text.lines().chain(["## "]) {
        match (line.strip_prefix("## "), heading) {
            (Some(_), Some(open)) => bail!("{} is a draft: nothing is written under \"{open}\"", path.display()),
            (Some(next), None) => heading = Some(next),
            (None, _) if !line.trim().is_empty() => heading = None,
            _ => {}
        }
    }
    Ok(())
}

/// Replaces the file at once: after a crash it is the old or the new one.
fn write(path: &Path, text: &str) -> Result<()> {
    let cannot = || format!("{} cannot be written", path.display());
    let folder = path.parent().unwrap_or(Path::new("."));
    let unfinished = folder.join(format!(".vokter-sign-{}", uuid::Uuid::now_v7()));
    let replace = || -> std::io::Result<()> {
        let mut file = std::fs::File::create_new(&unfinished)?;
        file.write_all(text.as_bytes())?;
        file.set_permissions(std::fs::metadata(path)?.permissions())?;
        file.sync_all()?;
        std::fs::rename(&unfinished, path)?;
        std::fs::File::open(folder)?.sync_all()
    };
    replace().inspect_err(|_| drop(std::fs::remove_file(&unfinished))).with_context(cannot)
}
