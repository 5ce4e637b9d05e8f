//! From the file as written to the policy that runs: names are bound, and what cannot be bound is reported.

mod hours;
mod record;
mod rule;
mod series;

pub(super) use hours::{days, hours, time, windows};
pub(super) use series::{line_of, quiet};

use super::check::{View, class_of as class_of_place};
use super::diagnostic::{Diagnostic, Diagnostics};
use super::fingerprint::Aspects;
use super::gate::Aspect;
use super::reader::Written;
use super::record::Standing;
use super::schedule::Schedule;
use super::site::{Camera, Door, Purpose, Role, SitePolicy, Source};
use super::source::{CameraSource, DoorSource, OutletSource, RoleSource, Shape, VideoSource};
use crate::geometry::{Point, Polygon};
use crate::jurisdiction::{self, DEFAULT_RETENTION_DAYS};
use crate::limits;
use crate::outlet::{Address, Outlet, Sends};
use crate::passage::{PassageField, Proof};
use crate::purpose::PurposeKind;
use crate::search::Search;
use jiff::tz::TimeZone;
use record::Records;

/// Binds every name. `None` when something that is needed is missing; the reason is then in `diagnostics`.
pub(super) fn resolve(view: &View<'_>, diagnostics: &mut Diagnostics) -> Option<SitePolicy> {
    let source = view.site;
    let time_zone = source.time_zone.as_ref().and_then(|written| time_zone(written, diagnostics));
    too_many("cameras", source.cameras.len(), limits::CAMERAS, diagnostics);
    too_many("purposes", source.purposes.len(), limits::PURPOSES, diagnostics);
    let cameras: Vec<_> = source.cameras.iter().filter_map(|camera| self::camera(camera, diagnostics)).collect();
    let mut records = Records::of_site(view);
    let mut purposes = vec![];
    for number in 0..view.purposes.len() {
        purposes.extend(purpose(number, view, &cameras, &mut records, diagnostics));
    }
    let controller = source.controller.as_ref()?;
    Some(SitePolicy {
        name: source.name.as_ref()?.value.clone(),
        time_zone: time_zone?,
        packs: view.packs.clone(),
        cameras,
        purposes,
        roles: source.roles.iter().map(role).collect(),
        decides_disclosure: controller.decides_disclosure.as_ref()?.value.clone(),
        oversees_privacy: controller.oversees_privacy.as_ref()?.value.clone(),
        outlets: source.outlets.iter().filter_map(outlet).collect(),
        records: records.into_inner(),
        deviations: vec![],
    })
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

fn role(source: &RoleSource) -> Role {
    let people = source.people.iter().map(|person| person.value.clone()).collect();
    Role { name: source.name.value.clone(), people, reviewed: source.reviewed.as_ref().map(|day| day.value) }
}

/// `None` was reported by the check of outlets.
fn outlet(source: &OutletSource) -> Option<Outlet> {
    let written = source.address.as_ref().map(|address| Address::Written(address.value.clone()));
    let address = written.or_else(|| source.env.as_ref().map(|env| Address::Env(env.value.clone())))?;
    let sends = source.sends.as_ref().map_or(Some(Sends::Alarms), |written| Sends::from_name(&written.value))?;
    Some(Outlet { name: source.name.value.clone(), address, sends })
}

fn door(source: &DoorSource) -> Door {
    let is_strong = source.authentication.as_ref().and_then(|written| Proof::from_name(&written.value));
    let stores = source.stores_passages.as_ref().is_some_and(|stores| stores.value);
    let fields = source.fields.iter().flatten().filter_map(|field| PassageField::from_name(&field.value)).collect();
    let stores_passages = stores && is_strong.is_some_and(Proof::is_strong);
    Door { name: source.name.value.clone(), stores_passages, fields }
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

fn purpose(
    number: usize,
    view: &View<'_>,
    cameras: &[Camera],
    records: &mut Records,
    diagnostics: &mut Diagnostics,
) -> Option<Purpose> {
    let looked = view.purposes.get(number)?;
    let source = looked.source;
    too_many("rules", source.rules.len(), limits::RULES_PER_PURPOSE, diagnostics);
    let rules: Vec<_> = source.rules.iter().filter_map(|rule| rule::rule(rule, view, diagnostics)).collect();
    too_many("series", source.series.len(), limits::SERIES_PER_PURPOSE, diagnostics);
    let series = source.series.iter().filter_map(|series| series::series(series, view, &rules)).collect();
    let hours = hours(source)?;
    let retention_days = source.retention.as_ref().and_then(|kept| kept.days.as_ref());
    let retention_days = retention_days.map_or(DEFAULT_RETENTION_DAYS, |days| days.value.clamp(0.0, 36_500.0) as u16);
    let classes: Vec<_> = looked.places.iter().filter_map(|place| class_of_place(place)).collect();
    let retention_class = jurisdiction::class_of(
        retention_days,
        &view.packs_of(looked),
        &classes,
        source.retention.as_ref().is_some_and(|kept| kept.exemption.is_some()),
        looked.kind == Some(PurposeKind::AccessControl),
    );
    let mut aspects = Aspects::default();
    view.describe_controller(&mut aspects);
    view.describe_purpose(looked, &mut aspects);
    looked.places.iter().for_each(|place| view.describe_place(place, &mut aspects));
    for rule in &rules {
        let objects: Vec<_> = rule.objects.iter().map(|class| class.name()).collect();
        aspects.add(Aspect::Rules, format_args!("{:?} {} {}", rule.name, rule.condition.name(), objects.join(" ")));
        aspects.add(Aspect::Zones, format_args!("{:?} {:?}", rule.camera, rule.condition));
    }
    let of = |name: &str| cameras.iter().find(|camera| camera.name == name);
    let watched = || looked.cameras.iter().filter_map(|camera| of(&camera.name.value));
    for camera in watched() {
        aspects.add(Aspect::Zones, format_args!("{:?} {:?}", camera.name, camera.masks));
    }
    // A purpose that looks at nothing has doors, or nothing at all: neither is a recording.
    let is_commissioning =
        watched().next().is_some() && watched().all(|camera| matches!(camera.source, Source::File(_)));
    let records = records.of_purpose(number, view, &aspects);
    Some(Purpose {
        name: source.name.value.clone(),
        kind: looked.kind?,
        description: source.description.as_ref().map(|written| written.value.clone()).unwrap_or_default(),
        schedule: Schedule { hours, country: view.country(), ends: None },
        retention_days,
        retention_class,
        roles: source.roles.iter().map(|role| role.value.clone()).collect(),
        searches: source.searches.iter().filter_map(|written| Search::from_name(&written.value)).collect(),
        lot: source.lot.as_ref().map(|written| written.value.clone()),
        doors: source.doors.iter().map(door).collect(),
        rules,
        series,
        standing: if is_commissioning { Standing::Commissioning } else { Standing::Pending(vec![]) },
        records,
        aspects,
    })
}
