//! Places and cameras as written.

use super::record::{RecordSource, records};
use super::schedule::{WindowSource, windows};
use super::{Shape, VideoSource, shapes, table, video_source};
use crate::policy::diagnostic::Diagnostics;
use crate::policy::reader::{Reader, Written};

/// `[places.NAME]`
#[derive(Debug)]
pub(in crate::policy) struct PlaceSource {
    pub name: Written<String>,
    pub class: Option<Written<String>>,
    pub workplace: Option<Written<bool>>,
    pub entrances: Vec<Written<String>>,
    pub signs: Vec<Written<String>>,
    pub opening_hours: Option<Vec<WindowSource>>,
    pub staffed_hours: Option<Vec<WindowSource>>,
    pub closed_on_holidays: bool,
    pub payment_on_site: Option<Written<String>>,
    pub records: Vec<RecordSource>,
}

/// `[cameras.NAME]`
#[derive(Debug)]
pub(in crate::policy) struct CameraSource {
    pub name: Written<String>,
    pub place: Option<Written<String>>,
    pub source: Option<VideoSource>,
    pub mount: Option<Written<String>>,
    pub ptz: Option<Written<bool>>,
    pub because: Option<Written<String>>,
    pub masks: Vec<Shape>,
    pub zones: Vec<Shape>,
    pub lines: Vec<Shape>,
}

pub(super) fn place(name: Written<String>, mut reader: Reader<'_>, diagnostics: &mut Diagnostics) -> PlaceSource {
    let place = PlaceSource {
        name,
        class: reader.required_string("class", "\"parking\"", diagnostics),
        workplace: reader.boolean("workplace", diagnostics),
        entrances: reader.strings("entrances", diagnostics).unwrap_or_default(),
        signs: reader.strings("signs", diagnostics).unwrap_or_default(),
        opening_hours: windows("opening_hours", &mut reader, diagnostics),
        staffed_hours: windows("staffed_hours", &mut reader, diagnostics),
        closed_on_holidays: reader.boolean("closed_on_holidays", diagnostics).is_some_and(|written| written.value),
        payment_on_site: reader.string("payment_on_site", diagnostics),
        records: records(&mut reader, diagnostics),
    };
    reader.finish(diagnostics);
    place
}

pub(super) fn camera(name: Written<String>, mut reader: Reader<'_>, diagnostics: &mut Diagnostics) -> CameraSource {
    let source = match reader.value("source") {
        Some(value) => video_source(value, diagnostics),
        None => {
            reader.missing("source", "\"rtsp://192.168.1.20/stream1\"", diagnostics);
            None
        }
    };
    let camera = CameraSource {
        name,
        place: reader.string("place", diagnostics),
        source,
        mount: reader.string("mount", diagnostics),
        ptz: reader.boolean("ptz", diagnostics),
        because: reader.string("because", diagnostics),
        masks: shapes("masks", &mut reader, diagnostics),
        zones: shapes("zones", &mut reader, diagnostics),
        lines: shapes("lines", &mut reader, diagnostics),
    };
    reader.finish(diagnostics);
    camera
}

/// The table of a place or camera, if it is one.
pub(super) fn named<T>(
    key: &'static str,
    what: &'static str,
    file: &mut Reader<'_>,
    diagnostics: &mut Diagnostics,
    read: impl Fn(Written<String>, Reader<'_>, &mut Diagnostics) -> T,
) -> Vec<T> {
    let mut found = vec![];
    for (name, value) in file.entries(key, diagnostics) {
        if let Some(table) = table(what, value, diagnostics) {
            found.push(read(name, Reader::new(what, table, value.span()), diagnostics));
        }
    }
    found
}
