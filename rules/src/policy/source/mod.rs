//! The site file as written: every value with its span, nothing yet believed.

mod controller;
mod place;
mod purpose;
mod record;
mod schedule;

pub(super) use controller::{ControllerSource, OfficerSource, OutletSource, PartySource, RoleSource};
pub(super) use place::{CameraSource, PlaceSource};
pub(super) use purpose::{DoorSource, PurposeSource, QuietSource, RetentionSource, RuleSource, SeriesSource};
pub(super) use record::RecordSource;
pub(super) use schedule::{ScheduleSource, WindowSource};

use super::diagnostic::{Diagnostic, Diagnostics, Span, UnknownKey};
use super::reader::{Reader, Written, points, wrong_type};
use crate::geometry::Point;
use crate::limits;
use jiff::civil::Date;
use place::named;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The whole file.
#[derive(Debug, Default)]
pub(super) struct SiteSource {
    pub name: Option<Written<String>>,
    pub time_zone: Option<Written<String>>,
    pub jurisdiction: Option<Vec<Written<String>>>,
    pub languages: Option<Vec<Written<String>>>,
    pub in_force: Option<Written<Date>>,
    /// The table's span, to underline when something of the site is missing.
    pub span: Span,
    pub records: Vec<RecordSource>,
    pub controller: Option<ControllerSource>,
    pub joint_controllers: Vec<PartySource>,
    pub processors: Vec<PartySource>,
    pub roles: Vec<RoleSource>,
    pub places: Vec<PlaceSource>,
    pub cameras: Vec<CameraSource>,
    pub purposes: Vec<PurposeSource>,
    pub outlets: Vec<OutletSource>,
    pub unknown_keys: Vec<UnknownKey>,
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

/// Reads the text. What cannot be read is left out and reported.
pub(super) fn parse(text: &str, diagnostics: &mut Diagnostics) -> Option<SiteSource> {
    if text.len() > limits::SITE_FILE_BYTES {
        let message = format!("the file is longer than {} bytes", limits::SITE_FILE_BYTES);
        diagnostics.push(Diagnostic::error("too-long", message, 0..0, "too long"));
        return None;
    }
    let (root, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let span = error.span().unwrap_or(0..0);
        diagnostics.push(Diagnostic::error("toml", error.message().to_owned(), span, "here"));
    }
    if diagnostics.has_errors() {
        return None;
    }
    let mut file = Reader::new("site file", root.get_ref(), 0..0);
    let mut site = SiteSource::default();
    match file.value("site") {
        Some(value) => {
            site.span = value.span();
            if let Some(table) = table("site", value, diagnostics) {
                let mut reader = Reader::new("site", table, value.span());
                site.name = reader.required_string("name", "\"Storgata car park\"", diagnostics);
                site.time_zone = reader.required_string("time_zone", "\"Europe/Oslo\"", diagnostics);
                site.jurisdiction = reader.strings("jurisdiction", diagnostics);
                site.languages = reader.strings("languages", diagnostics);
                site.in_force = reader.date("in_force", diagnostics);
                reader.finish(diagnostics);
            }
        }
        None => file.missing("site", "{ name = \"Storgata car park\", time_zone = \"Europe/Oslo\" }", diagnostics),
    }
    match file.value("controller") {
        Some(value) => site.controller = controller::controller(value, diagnostics),
        None => file.missing("controller", "{ name = \"Storgata Parkering AS\" }", diagnostics),
    }
    site.records = record::records(&mut file, diagnostics);
    site.joint_controllers = controller::parties("joint_controllers", "joint controller", &mut file, diagnostics);
    site.processors = controller::parties("processors", "processor", &mut file, diagnostics);
    site.roles = controller::roles(&mut file, diagnostics);
    site.places = named("places", "place", &mut file, diagnostics, place::place);
    site.cameras = named("cameras", "camera", &mut file, diagnostics, place::camera);
    site.purposes = named("purposes", "purpose", &mut file, diagnostics, purpose::purpose);
    site.outlets = controller::outlets(&mut file, diagnostics);
    file.finish(diagnostics);
    site.unknown_keys = std::mem::take(&mut diagnostics.unknown_keys);
    Some(site)
}

fn table<'t>(what: &str, value: &'t Spanned<DeValue<'t>>, diagnostics: &mut Diagnostics) -> Option<&'t DeTable<'t>> {
    let table = value.get_ref().as_table();
    if table.is_none() {
        diagnostics.push(wrong_type(what, "a table", value));
    }
    table
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
