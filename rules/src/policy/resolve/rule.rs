//! Rules: the camera, zone or line that they name, and what must happen there.

use super::polygon;
use crate::analysis::Direction;
use crate::geometry::{Point, Segment};
use crate::ground::Ground;
use crate::object::ObjectClass;
use crate::policy::check::View;
use crate::policy::diagnostic::{Diagnostic, Diagnostics};
use crate::policy::reader::{Written, did_you_mean};
use crate::policy::site::{Condition, Rule};
use crate::policy::source::{RuleSource, Shape};

/// A rule with its names bound, and the shape that it looks at. `None` was reported.
pub(super) fn rule(source: &RuleSource, view: &View<'_>, diagnostics: &mut Diagnostics) -> Option<Rule> {
    let written = source.camera.as_ref()?;
    let Some(camera) = view.camera(&written.value) else {
        let message = format!("there is no camera `{}`", written.value);
        let help = did_you_mean(&written.value, view.camera_names());
        diagnostics.push(Diagnostic::error("unknown-name", message, written.span.clone(), "no such camera").help(help));
        return None;
    };
    let objects = source.objects.as_ref()?;
    if let Some(metres) = source.metres.as_ref().filter(|_| kind_of(source) != "speed-band") {
        let message = format!("a {} rule has no `metres`", kind_of(source));
        diagnostics.push(Diagnostic::error("unknown-key", message, metres.span.clone(), "has no meaning here"));
    }
    if objects.is_empty() {
        let message = format!("rule `{}` looks for nothing", source.name.value);
        diagnostics.push(
            Diagnostic::error("unknown-object", message, source.span.clone(), "`objects` is empty")
                .help("write objects = [\"person\"]"),
        );
    }
    let condition = match source.rule.as_ref()?.value.as_str() {
        of_a_zone @ ("zone-intrusion" | "zone-count" | "queue-length") => {
            unwanted(source, &[("line", &source.line), ("direction", &source.direction)], diagnostics);
            let (name, shape) = shape("zone", &source.zone, &camera.zones, source, diagnostics)?;
            let zone = polygon(shape)?;
            match of_a_zone {
                "zone-count" => Condition::ZoneCount { name, zone },
                "queue-length" => Condition::QueueLength { name, zone },
                _ => Condition::ZoneIntrusion { name, zone },
            }
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
        "speed-band" => {
            unwanted(source, &[("line", &source.line), ("direction", &source.direction)], diagnostics);
            vehicles(objects, diagnostics);
            let (name, shape) = shape("zone", &source.zone, &camera.zones, source, diagnostics)?;
            Condition::SpeedBand { name, zone: polygon(shape)?, ground: ground(source, shape, diagnostics)? }
        }
        "plate-read" => {
            vehicles(objects, diagnostics);
            let zone = shape("zone", &source.zone, &camera.zones, source, diagnostics);
            let line = shape("line", &source.line, &camera.lines, source, diagnostics);
            let direction = lane_direction(source, diagnostics)?;
            let ((name, zone), (line_name, line)) = (zone?, line?);
            let [from, to] = line.points.as_slice() else { return None };
            let line = Segment::new(from.value, to.value);
            along(source, line, direction, diagnostics);
            Condition::PlateRead { name, zone: polygon(zone)?, line_name, line, direction }
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

fn kind_of(rule: &RuleSource) -> &str {
    rule.rule.as_ref().map_or("", |kind| kind.value.as_str())
}

/// The ground that a zone shows.
fn ground(rule: &RuleSource, zone: &Shape, diagnostics: &mut Diagnostics) -> Option<Ground> {
    let example = "write where the four corners of the zone lie on the ground, in metres and in their order: \
                   metres = [[0, 0], [0, 40], [7, 40], [7, 0]]";
    let Some(written) = &rule.metres else {
        let message = format!("rule `{}` does not say how large its zone is", rule.name.value);
        let missing = Diagnostic::error("missing-key", message, rule.span.clone(), "`metres` is missing");
        diagnostics.push(missing.help(example));
        return None;
    };
    let corners: Vec<_> = zone.points.iter().map(|point| point.value).collect();
    let ground = match (<[Point; 4]>::try_from(corners), <[Point; 4]>::try_from(written.value.as_slice())) {
        (Ok(corners), Ok(metres)) => Ground::new(corners, metres),
        _ => None,
    };
    if ground.is_none() {
        let message = format!(
            "the corners of zone `{}` and `metres` are no four corners of one piece of ground",
            zone.name.value
        );
        diagnostics.push(
            Diagnostic::error("metres", message, written.span.clone(), "four corners, none of them bent inwards")
                .label(zone.span.clone(), "the zone")
                .help(example),
        );
    }
    ground
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

/// The way in which one drives in a lane: one of four, since who comes against it is minded.
fn lane_direction(rule: &RuleSource, diagnostics: &mut Diagnostics) -> Option<Direction> {
    let found = direction(rule, diagnostics)?;
    if found != Direction::Any {
        return Some(found);
    }
    let (span, label) = match &rule.direction {
        Some(written) => (written.span.clone(), "a lane has one direction"),
        None => (rule.span.clone(), "`direction` is missing"),
    };
    let message = format!("lane `{}` does not say which way one drives in it", rule.name.value);
    diagnostics.push(Diagnostic::error("direction", message, span, label).help(
        "write left, right, up or down, as cars move in the picture; a lane for both ways is two rules, one a way",
    ));
    None
}

/// Refuses what has no number plate.
fn vehicles(objects: &[Written<String>], diagnostics: &mut Diagnostics) {
    const VEHICLES: [ObjectClass; 4] =
        [ObjectClass::Car, ObjectClass::Motorcycle, ObjectClass::Bus, ObjectClass::Truck];
    for word in objects {
        // A plate, and what is no object at all, is refused elsewhere.
        let class = ObjectClass::from_name(&word.value).filter(|class| *class != ObjectClass::Plate);
        if class.is_some_and(|class| !VEHICLES.contains(&class)) {
            let message = format!("a {} has no number plate", word.value);
            diagnostics.push(
                Diagnostic::error("unknown-object", message, word.span.clone(), "not read in a lane")
                    .requirement("IVA-7a")
                    .help("write the vehicles that you mean: \"car\", \"motorcycle\", \"bus\" or \"truck\""),
            );
        }
    }
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
        let is_lane = rule.rule.as_ref().is_some_and(|written| written.value == "plate-read");
        let any = if is_lane { "" } else { ", or any" };
        let message = format!("moving {} runs along this line, not across it", direction.name());
        diagnostics.push(
            Diagnostic::error("direction", message, written.span.clone(), "within 15 degrees of the line")
                .help(format!("write {better}{any}")),
        );
    }
}
