//! A lane over scripted detections: one passage a vehicle and its crossing, in the hours of its purpose alone.

use super::{Lane, LaneHappening, LaneReport, Readings};
use crate::health::CameraHealth;
use crate::metrics::{Metric, Metrics};
use crate::track::Tracker;
use crossbeam::channel::{Receiver, bounded};
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use vokter_models::Detection;
use vokter_rules::geometry::Rect;
use vokter_rules::limits;
use vokter_rules::object::ObjectClass;
use vokter_rules::policy::{Documents, compile};

/// The lane into the car park of the example, and what it reports.
fn way_in() -> (Lane, Receiver<LaneReport>) {
    let mut policy = compile(include_str!("../../../examples/site/site.toml")).policy.unwrap();
    policy.activate(Timestamp::now(), &Documents::new());
    let (sender, reports) = bounded(limits::LANE_REPORTS_WAITING);
    let (purpose, rule) = policy.rules_of("gate").find(|(_, rule)| rule.name == "way-in").unwrap();
    let health = Arc::new(CameraHealth::new("gate", Metrics::new().unwrap().of_camera("gate")));
    (Lane::of(&policy, (purpose, rule), &Arc::new(AtomicBool::new(true)), &sender, &health).unwrap(), reports)
}

fn at(clock: &str) -> Timestamp {
    format!("2026-11-20T{clock}:00+01:00").parse().unwrap()
}

/// A car that drives up the lane for four seconds, from the lower edge through the barrier; how many are settled then.
fn drive_in(lane: &mut Lane, begins: Timestamp) -> usize {
    let mut tracker = Tracker::new(1);
    for frame in 0..40 {
        let at = begins + SignedDuration::from_millis(100 * frame);
        let y = 0.98 - frame as f32 * 0.014;
        let region = Rect::new(0.2, y - 0.3, 0.4, y);
        tracker.update(&[Detection { class: ObjectClass::Car, score: 0.9, region }], at);
        lane.process(&tracker, &Readings::new(), at);
    }
    lane.passages.settled().count()
}

#[test]
fn a_car_is_one_passage_and_one_crossing_under_the_names_of_the_policy() {
    let (mut lane, reports) = way_in();
    let settled = drive_in(&mut lane, at("12:00"));
    let said: Vec<_> = reports.try_iter().collect();
    let [passage, crossing] = &said[..] else { panic!("{said:?}") };
    assert!(matches!(passage.happening, LaneHappening::Passage { obeys: true, reading: None }));
    assert!(matches!(crossing.happening, LaneHappening::Crossed { obeys: true }));
    assert_eq!((passage.purpose.as_str(), passage.lane.as_str()), ("parking", "way-in"));
    assert!(at("12:00") < passage.at && passage.at <= crossing.at);
    assert_eq!(settled, 1);
    let counted = [Metric::PassagesRead, Metric::PassagesUnread].map(|metric| lane.health.count(metric));
    assert_eq!(counted, [0, 1], "nothing was read of it");
}

#[test]
fn outside_the_hours_of_its_purpose_a_lane_sees_nobody() {
    let (mut lane, reports) = way_in();
    let settled = drive_in(&mut lane, at("04:00"));
    assert_eq!((reports.try_iter().count(), settled), (0, 0));
    // It opens at five, with a car in the lane that came before.
    drive_in(&mut lane, at("05:00") - SignedDuration::from_secs(1));
    assert_eq!(reports.try_iter().count(), 2);
}

#[test]
fn an_interruption_reports_who_was_in_the_lane_and_forgets_them() {
    let (mut lane, reports) = way_in();
    let mut tracker = Tracker::new(1);
    for frame in 0..15 {
        let (at, y) = (at("12:00") + SignedDuration::from_millis(100 * frame), 0.98 - frame as f32 * 0.014);
        let region = Rect::new(0.2, y - 0.3, 0.4, y);
        tracker.update(&[Detection { class: ObjectClass::Car, score: 0.9, region }], at);
        lane.process(&tracker, &Readings::new(), at);
    }
    assert_eq!(reports.try_iter().count(), 0, "it is on its way");
    lane.interrupt(at("12:01"));
    assert_eq!(reports.try_iter().count(), 1);
    assert_eq!(lane.passages.settled().count(), 0);
}

#[test]
fn inv_11_reports_wait_in_a_queue_that_is_bounded() {
    let (_, reports) = way_in();
    assert_eq!(reports.capacity(), Some(limits::LANE_REPORTS_WAITING));
}
