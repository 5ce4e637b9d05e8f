//! Purposes and their rules as written.

use super::record::{RecordSource, records};
use super::schedule::{ScheduleSource, schedule};
use super::table;
use crate::geometry::Point;
use crate::policy::diagnostic::{Diagnostics, Span};
use crate::policy::reader::{Reader, Written, points, string, wrong_type};
use jiff::civil::Date;
use toml::Spanned;
use toml::de::DeValue;

/// `[purposes.NAME]`
#[derive(Debug)]
pub(in crate::policy) struct PurposeSource {
    pub name: Written<String>,
    pub kind: Option<Written<String>>,
    pub description: Option<Written<String>>,
    pub interest: Option<Written<String>>,
    pub basis: Option<Written<String>>,
    pub special_need: Option<Written<String>>,
    pub health_provision: Option<Written<String>>,
    pub proposed_by: Option<Written<String>>,
    pub roles: Vec<Written<String>>,
    pub searches: Vec<Written<String>>,
    pub criminal_data: Option<Written<bool>>,
    pub schedule: Option<ScheduleSource>,
    pub because: Option<Written<String>>,
    pub recording: Option<RecordingSource>,
    pub retention: Option<RetentionSource>,
    pub lot: Option<Written<String>>,
    pub necessity: Vec<(Written<String>, Option<Written<String>>)>,
    pub records: Vec<RecordSource>,
    pub series: Vec<SeriesSource>,
    pub doors: Vec<DoorSource>,
    pub rules: Vec<RuleSource>,
}

/// `recording = …`
#[derive(Debug)]
pub(in crate::policy) struct RecordingSource {
    pub wanted: bool,
    pub because: Option<Written<String>>,
    pub span: Span,
}

/// `retention = …`
#[derive(Debug)]
pub(in crate::policy) struct RetentionSource {
    pub days: Option<Written<f64>>,
    pub because: Option<Written<String>>,
    pub exemption: Option<ExemptionSource>,
    pub span: Span,
}

/// `retention.exemption = …`
#[derive(Debug)]
pub(in crate::policy) struct ExemptionSource {
    pub reference: Option<Written<String>>,
    pub expires: Option<Written<Date>>,
    pub span: Span,
}

/// `[purposes.NAME.series.NAME]`
#[derive(Debug)]
pub(in crate::policy) struct SeriesSource {
    pub name: Written<String>,
    pub measure: Option<Written<String>>,
    pub camera: Option<Written<String>>,
    pub zone: Option<Written<String>>,
    pub line: Option<Written<String>>,
    pub grid: Option<Written<String>>,
    pub quiet: Option<QuietSource>,
    pub epsilon: Option<Written<f64>>,
    pub named_in_balancing: Option<Written<bool>>,
}

/// `[purposes.NAME.series.NAME.quiet]`
#[derive(Debug)]
pub(in crate::policy) struct QuietSource {
    pub from: Option<Written<String>>,
    pub to: Option<Written<String>>,
    pub span: Span,
}

/// `[purposes.NAME.doors.NAME]`
#[derive(Debug)]
pub(in crate::policy) struct DoorSource {
    pub name: Written<String>,
    pub stores_passages: Option<Written<bool>>,
    pub authentication: Option<Written<String>>,
    pub fields: Option<Vec<Written<String>>>,
    pub because: Option<Written<String>>,
}

/// `[purposes.NAME.rules.NAME]`
#[derive(Debug)]
pub(in crate::policy) struct RuleSource {
    pub name: Written<String>,
    pub rule: Option<Written<String>>,
    pub camera: Option<Written<String>>,
    pub zone: Option<Written<String>>,
    pub line: Option<Written<String>>,
    pub direction: Option<Written<String>>,
    pub metres: Option<Written<Vec<Point>>>,
    pub objects: Option<Vec<Written<String>>>,
    pub span: Span,
}

pub(super) fn purpose(name: Written<String>, mut reader: Reader<'_>, diagnostics: &mut Diagnostics) -> PurposeSource {
    let purpose = PurposeSource {
        name,
        kind: reader.required_string("kind", "\"property-protection\"", diagnostics),
        description: reader.string("description", diagnostics),
        interest: reader.string("interest", diagnostics),
        basis: reader.string("basis", diagnostics),
        special_need: reader.string("special_need", diagnostics),
        health_provision: reader.string("health_provision", diagnostics),
        proposed_by: reader.string("proposed_by", diagnostics),
        roles: reader.strings("roles", diagnostics).unwrap_or_default(),
        searches: reader.strings("searches", diagnostics).unwrap_or_default(),
        criminal_data: reader.boolean("criminal_data", diagnostics),
        schedule: match reader.value("schedule") {
            Some(value) => schedule(value, diagnostics),
            None => {
                reader.missing("schedule", "[{ days = \"mon-fri\", from = \"18:00\", to = \"06:00\" }]", diagnostics);
                None
            }
        },
        because: reader.string("because", diagnostics),
        recording: reader.value("recording").and_then(|value| recording(value, diagnostics)),
        retention: reader.value("retention").and_then(|value| retention(value, diagnostics)),
        lot: reader.string("lot", diagnostics),
        necessity: necessity(&mut reader, diagnostics),
        records: records(&mut reader, diagnostics),
        series: tables("series", "a series", &mut reader, diagnostics, series),
        doors: tables("doors", "a door", &mut reader, diagnostics, door),
        rules: tables("rules", "a rule", &mut reader, diagnostics, rule),
    };
    reader.finish(diagnostics);
    purpose
}

fn tables<T>(
    key: &'static str,
    what: &str,
    reader: &mut Reader<'_>,
    diagnostics: &mut Diagnostics,
    read: impl Fn(Written<String>, &mut Reader<'_>, &mut Diagnostics) -> T,
) -> Vec<T> {
    let mut found = vec![];
    for (name, value) in reader.entries(key, diagnostics) {
        if let Some(table) = table(what, value, diagnostics) {
            let kind = match key {
                "series" => "series",
                "doors" => "door",
                _ => "rule",
            };
            let mut reader = Reader::new(kind, table, value.span());
            found.push(read(name, &mut reader, diagnostics));
            reader.finish(diagnostics);
        }
    }
    found
}

fn recording(value: &Spanned<DeValue<'_>>, diagnostics: &mut Diagnostics) -> Option<RecordingSource> {
    let span = value.span();
    match value.get_ref() {
        DeValue::Boolean(wanted) => Some(RecordingSource { wanted: *wanted, because: None, span }),
        DeValue::Table(table) => {
            let mut reader = Reader::new("recording", table, span.clone());
            let because = reader.string("because", diagnostics);
            reader.finish(diagnostics);
            Some(RecordingSource { wanted: true, because, span })
        }
        _ => {
            let wrong = wrong_type("recording", "false, or { because = \"…\" }", value);
            diagnostics.push(wrong.requirement("KRS-15"));
            None
        }
    }
}

fn retention(value: &Spanned<DeValue<'_>>, diagnostics: &mut Diagnostics) -> Option<RetentionSource> {
    let mut reader = Reader::new("retention", table("retention", value, diagnostics)?, value.span());
    let exemption = reader.value("exemption").and_then(|value| {
        let mut reader = Reader::new("exemption", table("exemption", value, diagnostics)?, value.span());
        let exemption = ExemptionSource {
            reference: reader.string("reference", diagnostics),
            expires: reader.date("expires", diagnostics),
            span: value.span(),
        };
        reader.finish(diagnostics);
        Some(exemption)
    });
    let days = reader.number("days", diagnostics);
    let because = reader.string("because", diagnostics);
    reader.finish(diagnostics);
    Some(RetentionSource { days, because, exemption, span: value.span() })
}

/// The answers under `necessity`; one that is empty stays, as a question without an answer.
fn necessity(
    reader: &mut Reader<'_>,
    diagnostics: &mut Diagnostics,
) -> Vec<(Written<String>, Option<Written<String>>)> {
    let entries = reader.entries("necessity", diagnostics);
    entries
        .into_iter()
        .map(|(name, value)| {
            let blank = value.get_ref().as_str().is_some_and(|text| text.trim().is_empty());
            let answer = if blank { None } else { string(value, &name.value, diagnostics) };
            (name, answer)
        })
        .collect()
}

fn series(name: Written<String>, reader: &mut Reader<'_>, diagnostics: &mut Diagnostics) -> SeriesSource {
    SeriesSource {
        name,
        measure: reader.required_string("measure", "\"line-crossings\"", diagnostics),
        camera: reader.string("camera", diagnostics),
        zone: reader.string("zone", diagnostics),
        line: reader.string("line", diagnostics),
        grid: reader.required_string("grid", "\"hour\"", diagnostics),
        quiet: reader.value("quiet").and_then(|value| quiet(value, diagnostics)),
        epsilon: reader.number("epsilon", diagnostics),
        named_in_balancing: reader.boolean("named_in_balancing", diagnostics),
    }
}

fn quiet(value: &Spanned<DeValue<'_>>, diagnostics: &mut Diagnostics) -> Option<QuietSource> {
    let mut reader = Reader::new("quiet hours", table("quiet hours", value, diagnostics)?, value.span());
    let quiet = QuietSource {
        from: reader.required_string("from", "\"22:00\"", diagnostics),
        to: reader.required_string("to", "\"06:00\"", diagnostics),
        span: value.span(),
    };
    reader.finish(diagnostics);
    Some(quiet)
}

fn door(name: Written<String>, reader: &mut Reader<'_>, diagnostics: &mut Diagnostics) -> DoorSource {
    DoorSource {
        name,
        stores_passages: reader.boolean("stores_passages", diagnostics),
        authentication: reader.string("authentication", diagnostics),
        fields: reader.strings("fields", diagnostics),
        because: reader.string("because", diagnostics),
    }
}

fn rule(name: Written<String>, reader: &mut Reader<'_>, diagnostics: &mut Diagnostics) -> RuleSource {
    let span = name.span.clone();
    let rule = RuleSource {
        name,
        rule: reader.required_string("rule", "\"zone-intrusion\"", diagnostics),
        camera: reader.required_string("camera", "\"yard\"", diagnostics),
        zone: reader.string("zone", diagnostics),
        line: reader.string("line", diagnostics),
        direction: reader.string("direction", diagnostics),
        metres: reader.value("metres").and_then(|value| {
            let points = points(value, "metres", diagnostics)?;
            Some(Written::new(points.iter().map(|point| point.value).collect(), value.span()))
        }),
        objects: reader.strings("objects", diagnostics),
        span,
    };
    if rule.objects.is_none() && reader.value("objects").is_none() {
        reader.missing("objects", "[\"person\"]", diagnostics);
    }
    rule
}
