//! From the file as written to the policy that runs: names are bound, and what cannot be bound is reported.

use super::diagnostic::{Diagnostic, Diagnostics};
use super::reader::{Written, did_you_mean};
use super::schedule::{Schedule, Window};
use super::site::{Camera, Condition, Purpose, Rule, SitePolicy, Source};
use super::source::{
    CameraSource, PurposeSource, RuleSource, ScheduleSource, Shape, SiteSource, VideoSource, WindowSource,
};
use crate::analysis::Direction;
use crate::geometry::{Point, Polygon, Segment};
use crate::limits;
use crate::object::ObjectClass;
use crate::purpose::PurposeKind;
use jiff::civil::Time;
use jiff::tz::TimeZone;

/// Binds every name. `None` when something that is needed is missing; the reason is then in `diagnostics`.
pub(super) fn resolve(source: &SiteSource, diagnostics: &mut Diagnostics) -> Option<SitePolicy> {
    let time_zone = source.time_zone.as_ref().and_then(|written| time_zone(written, diagnostics));
    too_many("cameras", source.cameras.len(), limits::CAMERAS, diagnostics);
    too_many("purposes", source.purposes.len(), limits::PURPOSES, diagnostics);
    let cameras: Vec<_> = source.cameras.iter().filter_map(|camera| self::camera(camera, diagnostics)).collect();
    let purposes = source.purposes.iter();
    let purposes: Vec<_> = purposes.filter_map(|purpose| self::purpose(purpose, source, diagnostics)).collect();
    Some(SitePolicy { name: source.name.as_ref()?.value.clone(), time_zone: time_zone?, cameras, purposes })
}

fn too_many(what: &str, count: usize, limit: usize, diagnostics: &mut Diagnostics) {
    if count > limit {
        let message = format!("{count} {what} are more than the {limit} that a site may have");
        diagnostics.push(Diagnostic::error("too-many", message, 0..0, "this file"));
    }
}

fn time_zone(written: &Written<String>, diagnostics: &mut Diagnostics) -> Option<TimeZone> {
    let zone = TimeZone::get(&written.value).ok();
    if zone.is_none() {
        let message = format!("there is no time zone `{}`", written.value);
        diagnostics.push(
            Diagnostic::error("time-zone", message, written.span.clone(), "not in the time zone database")
                .help("write an IANA name, such as \"Europe/Oslo\" or \"Atlantic/Reykjavik\""),
        );
    }
    zone
}

fn camera(source: &CameraSource, diagnostics: &mut Diagnostics) -> Option<Camera> {
    let masks = source.masks.iter().filter_map(polygon).collect();
    let video = video(source.source.as_ref()?, diagnostics)?;
    Some(Camera { name: source.name.value.clone(), source: video, masks })
}

/// `None` was reported by the check of shapes.
fn polygon(shape: &Shape) -> Option<Polygon> {
    let points: Vec<Point> = shape.points.iter().map(|point| point.value).collect();
    Polygon::new(&points).ok()
}

fn video(source: &VideoSource, diagnostics: &mut Diagnostics) -> Option<Source> {
    if let Some(variable) = &source.env {
        let spans = [source.starts_at.as_ref().map(|w| &w.span), source.frames_per_second.as_ref().map(|w| &w.span)];
        for span in spans.into_iter().flatten() {
            let message = "this key belongs to a file source";
            diagnostics.push(Diagnostic::error("source", message, span.clone(), "not with `env`"));
        }
        return Some(Source::Env(variable.value.clone()));
    }
    let address = source.address.as_ref()?;
    let parsed = match Source::from_address(&address.value) {
        Ok(parsed) => parsed,
        Err(error) => {
            let label = "not a source";
            diagnostics.push(Diagnostic::error("source", error.to_string(), address.span.clone(), label));
            return None;
        }
    };
    let Source::File(mut file) = parsed else { return Some(parsed) };
    if let Some(written) = &source.starts_at {
        match written.value.parse() {
            Ok(time) => file.starts_at = Some(time),
            Err(_) => {
                let message = format!("`{}` is no point in time", written.value);
                diagnostics.push(
                    Diagnostic::error("source", message, written.span.clone(), "not understood")
                        .help("write date, time and offset: \"2026-11-20T22:00:00+01:00\""),
                );
            }
        }
    }
    if let Some(written) = &source.frames_per_second {
        if (0.1..=1000.0).contains(&written.value) {
            file.frames_per_second = written.value;
        } else {
            let message = "a picture rate lies between 0.1 and 1000 a second";
            diagnostics.push(Diagnostic::error("source", message, written.span.clone(), "out of range"));
        }
    }
    Some(Source::File(file))
}

fn purpose(source: &PurposeSource, site: &SiteSource, diagnostics: &mut Diagnostics) -> Option<Purpose> {
    too_many("rules", source.rules.len(), limits::RULES_PER_PURPOSE, diagnostics);
    let rules = source.rules.iter().filter_map(|rule| self::rule(rule, site, diagnostics)).collect();
    Some(Purpose {
        name: source.name.value.clone(),
        kind: PurposeKind::from_name(&source.kind.as_ref()?.value)?,
        schedule: schedule(source)?,
        rules,
    })
}

fn schedule(source: &PurposeSource) -> Option<Schedule> {
    match source.schedule.as_ref()? {
        ScheduleSource::Always(_) => Some(Schedule::Always { because: source.because.as_ref()?.value.clone() }),
        ScheduleSource::Windows(windows, _) => windows.iter().map(window).collect::<Option<_>>().map(Schedule::Weekly),
    }
}

/// The window that was written, if every part of it is understood.
pub(super) fn window(source: &WindowSource) -> Option<Window> {
    let days = match &source.days {
        None => [true; 7],
        Some(words) => words.iter().try_fold([false; 7], |mut all, word| {
            for (into, from) in all.iter_mut().zip(days(&word.value)?) {
                *into |= from;
            }
            Some(all)
        })?,
    };
    let edge = |written: &Option<Written<String>>| written.as_ref().map_or(Some(Time::midnight()), |w| time(&w.value));
    Some(Window { days, from: edge(&source.from)?, to: edge(&source.to)? })
}

/// The days that a word means: `sat`, `mon-fri`, `fri-mon`. Index 0 is Monday.
pub(super) fn days(word: &str) -> Option<[bool; 7]> {
    const NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let index = |name: &str| NAMES.iter().position(|day| *day == name.trim().to_lowercase());
    let (first, last) = match word.split_once('-') {
        Some((first, last)) => (index(first)?, index(last)?),
        None => (index(word)?, index(word)?),
    };
    let length = (last + 7 - first) % 7;
    Some(std::array::from_fn(|day| (day + 7 - first) % 7 <= length))
}

/// A time of day to the minute; 24:00 is midnight.
pub(super) fn time(text: &str) -> Option<Time> {
    let (hours, minutes) = text.split_once(':')?;
    if hours.len() > 2 || minutes.len() != 2 {
        return None;
    }
    let (hours, minutes): (i8, i8) = (hours.parse().ok()?, minutes.parse().ok()?);
    Time::new(if (hours, minutes) == (24, 0) { 0 } else { hours }, minutes, 0, 0).ok()
}

fn rule(source: &RuleSource, site: &SiteSource, diagnostics: &mut Diagnostics) -> Option<Rule> {
    let written = source.camera.as_ref()?;
    let Some(camera) = site.cameras.iter().find(|camera| camera.name.value == written.value) else {
        let names = site.cameras.iter().map(|camera| camera.name.value.as_str());
        let message = format!("there is no camera `{}`", written.value);
        let help = did_you_mean(&written.value, names);
        diagnostics.push(Diagnostic::error("unknown-name", message, written.span.clone(), "no such camera").help(help));
        return None;
    };
    let objects = source.objects.as_ref()?;
    if objects.is_empty() {
        let message = format!("rule `{}` looks for nothing", source.name.value);
        diagnostics.push(
            Diagnostic::error("unknown-object", message, source.span.clone(), "`objects` is empty")
                .help("write objects = [\"person\"]"),
        );
    }
    let condition = match source.rule.as_ref()?.value.as_str() {
        "zone-intrusion" => {
            unwanted(source, &[("line", &source.line), ("direction", &source.direction)], diagnostics);
            let (name, shape) = shape("zone", &source.zone, &camera.zones, source, diagnostics)?;
            Condition::ZoneIntrusion { name, zone: polygon(shape)? }
        }
        "line-count" => {
            unwanted(source, &[("zone", &source.zone), ("direction", &source.direction)], diagnostics);
            let (name, shape) = shape("line", &source.line, &camera.lines, source, diagnostics)?;
            let [from, to] = shape.points.as_slice() else { return None };
            Condition::LineCount { name, line: Segment::new(from.value, to.value) }
        }
        "line-crossing" => {
            unwanted(source, &[("zone", &source.zone)], diagnostics);
            let shape = shape("line", &source.line, &camera.lines, source, diagnostics);
            let direction = direction(source, diagnostics)?;
            let (name, shape) = shape?;
            let [from, to] = shape.points.as_slice() else { return None };
            let line = Segment::new(from.value, to.value);
            along(source, line, direction, diagnostics);
            Condition::LineCrossing { name, line, direction }
        }
        _ => return None,
    };
    Some(Rule {
        name: source.name.value.clone(),
        camera: camera.name.value.clone(),
        objects: objects.iter().filter_map(|word| ObjectClass::from_name(&word.value)).collect(),
        condition,
    })
}

fn unwanted(rule: &RuleSource, keys: &[(&str, &Option<Written<String>>)], diagnostics: &mut Diagnostics) {
    for (key, written) in keys {
        if let (Some(written), Some(kind)) = (written, &rule.rule) {
            let message = format!("a {} rule has no `{key}`", kind.value);
            diagnostics.push(Diagnostic::error("unknown-key", message, written.span.clone(), "has no meaning here"));
        }
    }
}

fn shape<'s>(
    what: &str,
    written: &Option<Written<String>>,
    shapes: &'s [Shape],
    rule: &RuleSource,
    diagnostics: &mut Diagnostics,
) -> Option<(String, &'s Shape)> {
    let names = || shapes.iter().map(|shape| shape.name.value.as_str());
    let Some(written) = written else {
        let message = format!("rule `{}` names no {what}", rule.name.value);
        let help = match names().next() {
            Some(name) => format!("add: {what} = \"{name}\""),
            None => format!("draw one first: [cameras.NAME.{what}s]"),
        };
        diagnostics.push(
            Diagnostic::error("missing-key", message, rule.span.clone(), format!("`{what}` is missing")).help(help),
        );
        return None;
    };
    let found = shapes.iter().find(|shape| shape.name.value == written.value);
    if found.is_none() {
        let message = format!("the camera has no {what} `{}`", written.value);
        let help = did_you_mean(&written.value, names());
        let label = format!("no such {what}");
        diagnostics.push(Diagnostic::error("unknown-name", message, written.span.clone(), label).help(help));
    }
    found.map(|shape| (written.value.clone(), shape))
}

fn direction(rule: &RuleSource, diagnostics: &mut Diagnostics) -> Option<Direction> {
    let Some(written) = &rule.direction else { return Some(Direction::Any) };
    let found = Direction::ALL.into_iter().find(|direction| direction.name() == written.value);
    if found.is_none() {
        let message = format!("there is no direction `{}`", written.value);
        let names = Direction::ALL.iter().map(|direction| direction.name());
        let help = did_you_mean(&written.value, names);
        diagnostics
            .push(Diagnostic::error("unknown-name", message, written.span.clone(), "no such direction").help(help));
    }
    found
}

/// Refuses a direction that runs along the line rather than across it.
fn along(rule: &RuleSource, line: Segment, direction: Direction, diagnostics: &mut Diagnostics) {
    let (Some(towards), Some(written)) = (direction.vector(), &rule.direction) else { return };
    if line.length() < f32::EPSILON {
        return;
    }
    let normal = line.normal();
    let across = normal.x * towards.x + normal.y * towards.y;
    // 0.26 is the sine of 15 degrees.
    if across.abs() < 0.26 {
        let better = if towards.x == 0.0 { "left or right" } else { "up or down" };
        let message = format!("moving {} runs along this line, not across it", direction.name());
        diagnostics.push(
            Diagnostic::error("direction", message, written.span.clone(), "within 15 degrees of the line")
                .help(format!("write {better}, or any")),
        );
    }
}
