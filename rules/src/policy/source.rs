//! The site file as written: every value with its span, nothing yet believed.

use super::diagnostic::{Diagnostic, Diagnostics, Span};
use super::reader::{Reader, Written, points, wrong_type};
use crate::geometry::Point;
use crate::limits;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The whole file.
#[derive(Debug, Default)]
pub(super) struct SiteSource {
    pub name: Option<Written<String>>,
    pub time_zone: Option<Written<String>>,
    pub cameras: Vec<CameraSource>,
    pub purposes: Vec<PurposeSource>,
}

/// `[cameras.NAME]`
#[derive(Debug)]
pub(super) struct CameraSource {
    pub name: Written<String>,
    pub source: Option<VideoSource>,
    pub masks: Vec<Shape>,
    pub zones: Vec<Shape>,
    pub lines: Vec<Shape>,
}

/// A named list of points: a mask, zone or line.
#[derive(Debug)]
pub(super) struct Shape {
    pub name: Written<String>,
    pub points: Vec<Written<Point>>,
    pub span: Span,
}

/// `source = …`
#[derive(Debug)]
pub(super) struct VideoSource {
    /// An address or a path, unless `env` names the variable that holds it.
    pub address: Option<Written<String>>,
    pub env: Option<Written<String>>,
    pub starts_at: Option<Written<String>>,
    pub frames_per_second: Option<Written<f64>>,
}

/// `[purposes.NAME]`
#[derive(Debug)]
pub(super) struct PurposeSource {
    pub name: Written<String>,
    pub kind: Option<Written<String>>,
    pub schedule: Option<ScheduleSource>,
    pub because: Option<Written<String>>,
    pub rules: Vec<RuleSource>,
}

/// `schedule = …`
#[derive(Debug)]
pub(super) enum ScheduleSource {
    Always(Span),
    Windows(Vec<WindowSource>, Span),
}

/// One `{ days, from, to }` of a schedule.
#[derive(Debug)]
pub(super) struct WindowSource {
    pub days: Option<Vec<Written<String>>>,
    pub from: Option<Written<String>>,
    pub to: Option<Written<String>>,
    pub span: Span,
}

/// `[purposes.NAME.rules.NAME]`
#[derive(Debug)]
pub(super) struct RuleSource {
    pub name: Written<String>,
    pub rule: Option<Written<String>>,
    pub camera: Option<Written<String>>,
    pub zone: Option<Written<String>>,
    pub line: Option<Written<String>>,
    pub direction: Option<Written<String>>,
    pub objects: Option<Vec<Written<String>>>,
    pub span: Span,
}

/// Reads the text. What cannot be read is left out and reported.
pub(super) fn parse(text: &str, diagnostics: &mut Diagnostics) -> SiteSource {
    if text.len() > limits::SITE_FILE_BYTES {
        let message = format!("the file is longer than {} bytes", limits::SITE_FILE_BYTES);
        diagnostics.push(Diagnostic::error("too-long", message, 0..0, "too long"));
        return SiteSource::default();
    }
    let (root, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let span = error.span().unwrap_or(0..0);
        diagnostics.push(Diagnostic::error("toml", error.message().to_owned(), span, "here"));
    }
    if diagnostics.has_errors() {
        return SiteSource::default();
    }
    let mut file = Reader::new("site file", root.get_ref(), 0..0);
    let mut site = SiteSource::default();
    match file.value("site").map(|value| (value, value.get_ref().as_table())) {
        Some((value, Some(table))) => {
            let mut reader = Reader::new("site", table, value.span());
            site.name = reader.required_string("name", "\"Storgata car park\"", diagnostics);
            site.time_zone = reader.required_string("time_zone", "\"Europe/Oslo\"", diagnostics);
            reader.finish(diagnostics);
        }
        Some((value, None)) => diagnostics.push(wrong_type("site", "a table", value)),
        None => file.missing("site", "{ name = \"Storgata car park\", time_zone = \"Europe/Oslo\" }", diagnostics),
    }
    for (name, value) in file.entries("cameras", diagnostics) {
        if let Some(table) = table("a camera", value, diagnostics) {
            site.cameras.push(camera(name, Reader::new("camera", table, value.span()), diagnostics));
        }
    }
    for (name, value) in file.entries("purposes", diagnostics) {
        if let Some(table) = table("a purpose", value, diagnostics) {
            site.purposes.push(purpose(name, Reader::new("purpose", table, value.span()), diagnostics));
        }
    }
    file.finish(diagnostics);
    site
}

fn table<'t>(what: &str, value: &'t Spanned<DeValue<'t>>, diagnostics: &mut Diagnostics) -> Option<&'t DeTable<'t>> {
    let table = value.get_ref().as_table();
    if table.is_none() {
        diagnostics.push(wrong_type(what, "a table", value));
    }
    table
}

fn camera(name: Written<String>, mut reader: Reader<'_>, diagnostics: &mut Diagnostics) -> CameraSource {
    let source = match reader.value("source") {
        Some(value) => video_source(value, diagnostics),
        None => {
            reader.missing("source", "\"rtsp://192.168.1.20/stream1\"", diagnostics);
            None
        }
    };
    let camera = CameraSource {
        name,
        source,
        masks: shapes("masks", &mut reader, diagnostics),
        zones: shapes("zones", &mut reader, diagnostics),
        lines: shapes("lines", &mut reader, diagnostics),
    };
    reader.finish(diagnostics);
    camera
}

fn shapes(key: &'static str, reader: &mut Reader<'_>, diagnostics: &mut Diagnostics) -> Vec<Shape> {
    let entries = reader.entries(key, diagnostics).into_iter();
    entries
        .filter_map(|(name, value)| {
            let points = points(value, &name.value, diagnostics)?;
            Some(Shape { name, points, span: value.span() })
        })
        .collect()
}

fn video_source(value: &Spanned<DeValue<'_>>, diagnostics: &mut Diagnostics) -> Option<VideoSource> {
    let span = value.span();
    if let Some(text) = value.get_ref().as_str() {
        let address = Some(Written::new(text.to_owned(), span));
        return Some(VideoSource { address, env: None, starts_at: None, frames_per_second: None });
    }
    let Some(table) = value.get_ref().as_table() else {
        diagnostics.push(
            wrong_type("source", "an address, a file or a table", value)
                .help("write source = \"rtsp://…\", source = \"clip.mp4\" or source = { env = \"YARD_URL\" }"),
        );
        return None;
    };
    let mut reader = Reader::new("source", table, span.clone());
    let source = VideoSource {
        address: reader.string("file", diagnostics),
        env: reader.string("env", diagnostics),
        starts_at: reader.string("starts_at", diagnostics),
        frames_per_second: reader.number("frames_per_second", diagnostics),
    };
    reader.finish(diagnostics);
    if source.address.is_some() == source.env.is_some() {
        let message = "a source names either `file` or `env`";
        diagnostics.push(
            Diagnostic::error("source", message, span, "one of the two")
                .help("write source = { env = \"YARD_URL\" } or source = { file = \"clip.mp4\" }"),
        );
        return None;
    }
    Some(source)
}

fn purpose(name: Written<String>, mut reader: Reader<'_>, diagnostics: &mut Diagnostics) -> PurposeSource {
    let kind = reader.required_string("kind", "\"property-protection\"", diagnostics);
    let schedule = match reader.value("schedule") {
        Some(value) => schedule(value, diagnostics),
        None => {
            reader.missing("schedule", "[{ days = \"mon-fri\", from = \"18:00\", to = \"06:00\" }]", diagnostics);
            None
        }
    };
    let because = reader.string("because", diagnostics);
    let mut rules = vec![];
    for (name, value) in reader.entries("rules", diagnostics) {
        if let Some(table) = table("a rule", value, diagnostics) {
            rules.push(rule(name, Reader::new("rule", table, value.span()), diagnostics));
        }
    }
    reader.finish(diagnostics);
    PurposeSource { name, kind, schedule, because, rules }
}

fn schedule(value: &Spanned<DeValue<'_>>, diagnostics: &mut Diagnostics) -> Option<ScheduleSource> {
    match value.get_ref() {
        DeValue::String(text) if text == "always" => Some(ScheduleSource::Always(value.span())),
        DeValue::Array(items) => {
            let windows = items.iter().filter_map(|item| window(item, diagnostics)).collect();
            Some(ScheduleSource::Windows(windows, value.span()))
        }
        _ => {
            diagnostics.push(
                wrong_type("schedule", "\"always\" or a list of windows", value)
                    .help("write schedule = [{ days = \"mon-fri\", from = \"18:00\", to = \"06:00\" }]"),
            );
            None
        }
    }
}

fn window(item: &Spanned<DeValue<'_>>, diagnostics: &mut Diagnostics) -> Option<WindowSource> {
    let table = table("a window of a schedule", item, diagnostics)?;
    let mut reader = Reader::new("schedule window", table, item.span());
    let window = WindowSource {
        days: reader.strings("days", diagnostics),
        from: reader.string("from", diagnostics),
        to: reader.string("to", diagnostics),
        span: item.span(),
    };
    reader.finish(diagnostics);
    Some(window)
}

fn rule(name: Written<String>, mut reader: Reader<'_>, diagnostics: &mut Diagnostics) -> RuleSource {
    let span = name.span.clone();
    let rule = RuleSource {
        name,
        rule: reader.required_string("rule", "\"zone-intrusion\"", diagnostics),
        camera: reader.required_string("camera", "\"yard\"", diagnostics),
        zone: reader.string("zone", diagnostics),
        line: reader.string("line", diagnostics),
        direction: reader.string("direction", diagnostics),
        objects: reader.strings("objects", diagnostics),
        span,
    };
    if rule.objects.is_none() && reader.value("objects").is_none() {
        reader.missing("objects", "[\"person\"]", diagnostics);
    }
    reader.finish(diagnostics);
    rule
}
