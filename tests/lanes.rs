//! Lanes of a car park, from a rendered scene to what they report: our own models, the real engine.

use crate::support::engine::runtime;
use crate::support::lanes::{LIGHTS, Score, cars, reports, score, truth};
use crate::support::{DECODER, SCENE};
use vokter_pipeline::{LaneHappening, State};

#[test]
fn each_car_is_read_once_in_its_lane_before_it_crosses_the_line() {
    let scenario = cars(LIGHTS[0], 2, 3);
    let (reports, camera) = reports(&runtime(), &scenario, true, [DECODER, SCENE]);
    assert_eq!(camera.state(), State::Ended);
    let all = Score { passed: 4, reported: 4, crossed: 4, exact: 4, ..Score::default() };
    assert_eq!(score(&truth(&scenario), &reports), all);
    assert!(reports.iter().all(|report| report.purpose == "parking"));
    let said = format!("{reports:?}");
    for passed in truth(&scenario) {
        assert!(!said.contains(&passed.plate), "INV-6: a report does not print a plate");
    }
}

#[test]
fn iva_7a_nothing_is_read_until_the_owner_wants_it_and_passages_are_reported_all_the_same() {
    let scenario = cars(LIGHTS[1], 1, 5);
    let (reports, _) = reports(&runtime(), &scenario, false, [DECODER, SCENE]);
    let unread = Score { passed: 2, reported: 2, crossed: 2, unread: 2, ..Score::default() };
    assert_eq!(score(&truth(&scenario), &reports), unread);
    let first = reports.iter().map(|report| &report.happening).next();
    assert!(matches!(first, Some(LaneHappening::Passage { obeys: true, reading: None })));
}
