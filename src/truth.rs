//! What a site of synthetic scenes should have found, held against what it found.

use anyhow::{Context, Result, bail};
use jiff::{SignedDuration, Timestamp};
use std::path::Path;
use vokter_pipeline::{Alarm, Tally};
use vokter_rules::analysis::Direction;
use vokter_rules::geometry::Point;
use vokter_rules::object::ObjectClass;
use vokter_rules::policy::{Condition, Purpose, Rule, SitePolicy, Source};
use vokter_scenes::{Film, Happening, Scenario, What};

/// How far apart an event and its alarm may be. An object's place in the picture is the lower edge of its box, of a
/// vehicle up to a length from its middle.
const TOLERANCE: SignedDuration = SignedDuration::from_millis(2500);

/// An event that truly happens and that a rule should report or count.
#[derive(Clone, Debug, PartialEq)]
pub struct Expected {
    purpose: String,
    rule: String,
    is_count: bool,
    towards: Option<&'static str>,
    at: Timestamp,
}

/// One rule's row: how many there were, how many were found, and how many were found that were not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Purpose and rule.
    pub name: String,
    /// True events.
    pub there: usize,
    /// True events that were found.
    pub found: usize,
    /// Found ones that are not true.
    pub wrong: usize,
}

/// Every event that the rules of a site should find in its scenes. `sources` are those of the policy's cameras.
pub fn expected(policy: &SitePolicy, sources: &[Source]) -> Result<Vec<Expected>> {
    let mut all = Vec::new();
    for (camera, source) in policy.cameras().iter().zip(sources) {
        let Some((midnight, film)) = scene_of(source)? else {
            bail!("camera `{}` is no scene with `starts_at`: the truth is not known", camera.name)
        };
        let happenings = film.scenario().happenings();
        for (purpose, rule) in policy.rules_of(&camera.name) {
            for happening in &happenings {
                let at = midnight.saturating_add(SignedDuration::from_nanos(happening.time_ns))?;
                if purpose.schedule.is_open(at, policy.time_zone()) && concerns(rule, happening) {
                    all.push(expect(purpose, rule, happening, &film, at));
                }
            }
        }
    }
    Ok(all)
}

/// Somebody who parks: their car and its plate, as they would type it, and when they truly came.
pub struct Driver {
    /// Their plate.
    pub plate: String,
    /// When they came.
    pub came: Timestamp,
}

/// Everyone who drives into one of these lanes, each a purpose and a rule that reads plates; in order.
pub fn drivers(policy: &SitePolicy, sources: &[Source], entries: &[(String, String)]) -> Result<Vec<Driver>> {
    let mut all = Vec::new();
    for (camera, source) in policy.cameras().iter().zip(sources) {
        let Some((midnight, film)) = scene_of(source)? else { continue };
        for (purpose, rule) in policy.rules_of(&camera.name) {
            if !entries.iter().any(|(of, name)| (of, name) == (&purpose.name, &rule.name)) {
                continue;
            }
            for happening in film.scenario().happenings() {
                let line = rule.condition.line_name();
                let is_it = matches!(&happening.what, What::Crossed { line: crossed, .. } if line == Some(crossed));
                if let Some(plate) = happening.plate.filter(|_| is_it) {
                    let came = midnight.saturating_add(SignedDuration::from_nanos(happening.time_ns))?;
                    all.push(Driver { plate, came });
                }
            }
        }
    }
    all.sort_by_key(|driver| driver.came);
    Ok(all)
}

/// The scene behind a source and the midnight before it; `None` if the truth about it is not known.
fn scene_of(source: &Source) -> Result<Option<(Timestamp, Film)>> {
    let Source::File(file) = source else { return Ok(None) };
    let Some(midnight) = file.starts_at.filter(|_| file.is_scene) else { return Ok(None) };
    let path = Path::new(&file.path);
    let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let scenario = Scenario::from_toml(&text).with_context(|| format!("{} is no scenario", path.display()))?;
    Ok(Some((midnight, Film::new(scenario))))
}

/// Whether a rule should report or count what happened. What happens in lanes is neither an event nor a count.
fn concerns(rule: &Rule, happening: &Happening) -> bool {
    if matches!(rule.condition, Condition::PlateRead { .. }) {
        return false;
    }
    let shape = match &happening.what {
        What::Crossed { line, .. } => rule.condition.line_name() == Some(line.as_str()),
        // Who waits is no happening of a scene.
        What::Entered { zone } => {
            rule.condition.name() != "queue-length" && rule.condition.zone_name() == Some(zone.as_str())
        }
        _ => false,
    };
    let classes = happening.kind.classes().iter();
    shape && classes.filter_map(|name| ObjectClass::from_name(name)).any(|class| rule.objects.contains(class))
}

fn expect(purpose: &Purpose, rule: &Rule, happening: &Happening, film: &Film, at: Timestamp) -> Expected {
    let towards = match &happening.what {
        What::Crossed { line, leftwards } => {
            let ends =
                film.scenario().lines.get(line).map(|(a, b)| [a, b].map(|end| film.view().project(end.extend(0.0))));
            ends.and_then(|[a, b]| {
                // The left of a line, where the picture's y points down.
                let along = b? - a?;
                let sign = if *leftwards { 1.0 } else { -1.0 };
                Some(Direction::of(Point::new(along.y * sign, -along.x * sign)).name())
            })
        }
        _ => None,
    };
    Expected {
        purpose: purpose.name.clone(),
        rule: rule.name.clone(),
        is_count: rule.condition.is_count(),
        towards,
        at,
    }
}

/// Holds what was expected against alarms, each for one, and against counts, side by side.
pub fn compare(expected: &[Expected], alarms: &[Alarm], tallies: &[std::sync::Arc<Tally>]) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut names: Vec<_> = expected.iter().map(|one| (&one.purpose, &one.rule, one.is_count)).collect();
    names.dedup();
    names.sort();
    names.dedup();
    for (purpose, rule, is_count) in names {
        let those: Vec<_> = expected.iter().filter(|one| (&one.purpose, &one.rule) == (purpose, rule)).collect();
        let (found, wrong) = if is_count {
            let tally = tallies.iter().find(|tally| (&tally.purpose, &tally.rule) == (purpose, rule));
            counted(
                &those,
                tally.map(|tally| tally.exact().iter().map(|(_, t, n)| (t, n)).collect()).unwrap_or_default(),
            )
        } else {
            let mine = alarms.iter().map(|alarm| &alarm.event);
            let mine = mine.filter(|event| (event.purpose(), event.rule()) == (purpose.as_str(), rule.as_str()));
            matched(&those, mine.map(|event| (event.direction(), event.time())).collect())
        };
        rows.push(Row { name: format!("{purpose} / {rule}"), there: those.len(), found, wrong });
    }
    rows
}

/// Alarms against events: each event takes the nearest alarm of its direction within the tolerance.
fn matched(expected: &[&Expected], mut alarms: Vec<(Option<&'static str>, Timestamp)>) -> (usize, usize) {
    let mut found = 0;
    for one in expected {
        let fits = |(towards, at): &(Option<&'static str>, Timestamp)| {
            *towards == one.towards && at.duration_since(one.at).abs() <= TOLERANCE
        };
        let near = alarms.iter().enumerate().filter(|(_, alarm)| fits(alarm));
        if let Some((index, _)) = near.min_by_key(|(_, (_, at))| at.duration_since(one.at).abs()) {
            alarms.remove(index);
            found += 1;
        }
    }
    (found, alarms.len())
}

/// Counts against events, for each side.
fn counted(expected: &[&Expected], counts: Vec<(&'static str, u64)>) -> (usize, usize) {
    let (mut found, mut wrong) = (0, 0);
    for side in Direction::ALL.map(Direction::name) {
        let there = expected.iter().filter(|one| one.towards.unwrap_or("any") == side).count();
        let seen = counts.iter().filter(|(towards, _)| *towards == side).map(|(_, n)| *n as usize).sum::<usize>();
        found += there.min(seen);
        wrong += seen.saturating_sub(there);
    }
    (found, wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + second).unwrap()
    }

    fn one(towards: &'static str, second: i64) -> Expected {
        let (purpose, rule) = ("p".to_owned(), "r".to_owned());
        Expected { purpose, rule, is_count: false, towards: Some(towards), at: at(second) }
    }

    #[test]
    fn an_alarm_serves_one_event_of_its_direction_and_time() {
        let (a, b, c) = (one("up", 10), one("up", 11), one("down", 30));
        let alarms = vec![(Some("up"), at(10)), (Some("down"), at(40)), (Some("up"), at(31))];
        assert_eq!(matched(&[&a, &b, &c], alarms), (1, 2));
    }

    #[test]
    fn counts_are_compared_side_by_side() {
        let (a, b, c) = (one("left", 1), one("left", 2), one("right", 3));
        assert_eq!(counted(&[&a, &b, &c], vec![("left", 1), ("right", 2)]), (2, 1));
    }
}
