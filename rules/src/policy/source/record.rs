//! Records as written: which document was signed by whom, when, and for how long it holds.

use super::table;
use crate::policy::diagnostic::{Diagnostics, Span};
use crate::policy::reader::{Reader, Written, string, wrong_type};
use jiff::civil::Date;
use toml::Spanned;
use toml::de::DeValue;

/// One entry of a `records` table: a path, or a table that also says who signed it.
#[derive(Debug)]
pub(in crate::policy) struct RecordSource {
    pub name: Written<String>,
    pub document: Option<Written<String>>,
    pub sha256: Option<Written<String>>,
    pub covers: Option<Written<String>>,
    pub signed_by: Option<Written<String>>,
    pub date: Option<Written<Date>>,
    pub expires: Option<Written<Date>>,
    pub span: Span,
}

/// The entries of `records`.
pub(super) fn records(reader: &mut Reader<'_>, diagnostics: &mut Diagnostics) -> Vec<RecordSource> {
    let entries = reader.entries("records", diagnostics);
    entries.into_iter().filter_map(|(name, value)| record(name, value, diagnostics)).collect()
}

/// One record, under a name of its own.
pub(super) fn record(
    name: Written<String>,
    value: &Spanned<DeValue<'_>>,
    diagnostics: &mut Diagnostics,
) -> Option<RecordSource> {
    let span = value.span();
    let mut record = RecordSource {
        name,
        document: None,
        sha256: None,
        covers: None,
        signed_by: None,
        date: None,
        expires: None,
        span: span.clone(),
    };
    if value.get_ref().as_str().is_some() {
        record.document = Some(string(value, "document", diagnostics)?);
        return Some(record);
    }
    if value.get_ref().as_table().is_none() {
        let wrong = wrong_type(&record.name.value, "the path of a document, or a table", value);
        diagnostics.push(wrong.help("write { document = \"records/balancing.md\" }; `vokter sign` adds the rest"));
        return None;
    }
    let mut reader = Reader::new("record", table("a record", value, diagnostics)?, span);
    record.document = reader.required_string("document", "\"records/balancing.md\"", diagnostics);
    record.sha256 = reader.string("sha256", diagnostics);
    record.covers = reader.string("covers", diagnostics);
    record.signed_by = reader.string("signed_by", diagnostics);
    record.date = reader.date("date", diagnostics);
    record.expires = reader.date("expires", diagnostics);
    reader.finish(diagnostics);
    Some(record)
}
