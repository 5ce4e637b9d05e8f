//! A span is released once, whatever happens round it.

use super::{EPSILON, Site, crossings, eight, minutes, track, watch};
use crate::noise::Laplace;
use crate::tally::{Kind, Tally};
use crate::{Breakdown, Closed, Definition, Outcome, Row, StatisticsError};
use jiff::{SignedDuration, Timestamp};
use vokter_rules::policy::{Grid, Measure};

/// Counts for an hour, ten to the left and four to the right, and closes what is over.
fn an_hour(site: &Site, definition: &Definition, from: Timestamp) -> Vec<Closed> {
    let mut statistics = site.open(std::slice::from_ref(definition), from);
    watch(&mut statistics, 0, from, from + minutes(60));
    for number in 0..14 {
        statistics.count(0, track(number), usize::from(number >= 10), from + minutes(5));
    }
    assert_eq!(statistics.close(0, from + minutes(60)).unwrap(), [], "what is on its way is waited for");
    statistics.close(0, from + minutes(62)).unwrap()
}

fn values(closed: &[Closed]) -> Vec<i64> {
    match closed {
        [Closed { outcome: Outcome::Released(values), .. }] => values.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_cell_that_was_closed_answers_with_what_was_drawn() {
    let site = Site::new();
    let drawn = values(&an_hour(&site, &crossings(), eight()));
    assert_eq!(drawn.len(), 2);
    for _ in 0..50 {
        assert_eq!(values(&an_hour(&site, &crossings(), eight())), drawn);
    }
    let table = site.table("visitors.crossings");
    assert_eq!(table.rows.len(), 1);
    assert_eq!(table.rows[0].drawn, drawn);
    assert!(table.rows[0].is_complete());
}

#[test]
fn inv_7_the_ledger_refuses_a_second_release_of_any_part_of_a_span() {
    let site = Site::new();
    an_hour(&site, &crossings(), eight());
    let mut edited = crossings();
    edited.objects.clear();
    let mut coarser = crossings();
    coarser.grid = Grid::Day;
    for other in [edited, coarser.clone()] {
        let closed = an_hour(&site, &other, eight());
        assert!(closed.iter().all(|closed| closed.outcome == Outcome::Refused), "{closed:?}");
        let id = format!("visitors.crossings.{}", &other.fingerprint()[..8]);
        assert_eq!(site.table(&id).rows, []);
    }
    let mut statistics = site.open(&[coarser], eight());
    watch(&mut statistics, 0, eight(), eight() + minutes(5));
    let closed = statistics.close(0, eight() + minutes(24 * 60)).unwrap();
    assert_eq!(closed[0].outcome, Outcome::Refused, "an hour of that day is published");
}

#[test]
fn an_edited_definition_is_a_new_series_from_the_next_span_on() {
    let site = Site::new();
    an_hour(&site, &crossings(), eight());
    let mut edited = crossings();
    edited.objects.clear();
    values(&an_hour(&site, &edited, eight() + minutes(60)));
    let tables = site.published().tables().unwrap();
    assert_eq!(tables.len(), 2);
    assert_eq!(tables[0].ended, Some(eight() + minutes(60)));
    assert_eq!(tables[1].ended, None);
    assert_eq!(tables[0].revisions, [tables[1].id.clone()]);
    site.open(&[], eight() + minutes(180));
    assert!(site.published().tables().unwrap().iter().all(|table| table.ended.is_some()), "it left the site file");
    let error = site.published().table("visitors.crossings").unwrap_err();
    assert!(matches!(error, StatisticsError::NoTable { ref known, .. } if known.len() == 2), "{error}");
}

#[test]
fn what_a_crash_loses_is_a_gap_and_what_it_cuts_is_incomplete() {
    let site = Site::new();
    an_hour(&site, &crossings(), eight());
    // Nine o'clock was counted for a while; then the process ended, and came back at half past ten.
    let mut statistics = site.open(&[crossings()], eight() + minutes(60));
    watch(&mut statistics, 0, eight() + minutes(60), eight() + minutes(80));
    statistics.count(0, track(1), 0, eight() + minutes(70));
    drop(statistics);
    let mut statistics = site.open(&[crossings()], eight() + minutes(150));
    watch(&mut statistics, 0, eight() + minutes(150), eight() + minutes(180));
    statistics.close(0, eight() + minutes(182)).unwrap();
    let rows = site.table("visitors.crossings").rows;
    let said: Vec<_> = rows.iter().map(|row: &Row| (row.drawn.len(), row.is_complete())).collect();
    assert_eq!(said, [(2, true), (0, false), (2, false)]);
    assert_eq!(rows[2].watched, 0.49, "rounded down");
}

#[test]
fn late_tracks_and_clocks_that_are_set_back_change_nothing() {
    let site = Site::new();
    let mut statistics = site.open(&[crossings()], eight());
    watch(&mut statistics, 0, eight(), eight() + minutes(60));
    let drawn = values(&statistics.close(0, eight() + minutes(62)).unwrap());
    watch(&mut statistics, 0, eight(), eight() + minutes(60));
    statistics.count(0, track(1), 0, eight() + minutes(5));
    // The hour after was opened by the last look, and is over too.
    for closed in statistics.close(0, eight() + minutes(300)).unwrap() {
        assert!(closed.span.start >= eight() + minutes(60));
    }
    assert_eq!(site.table("visitors.crossings").rows[0].drawn, drawn);
}

#[test]
fn a_span_that_nobody_closes_is_lost_and_bounded() {
    let site = Site::new();
    let mut statistics = site.open(&[crossings()], eight());
    for hour in 0..100 {
        statistics.look(0, eight() + minutes(60 * hour)).unwrap();
    }
    assert_eq!(
        statistics.close(0, eight() + minutes(60 * 200)).unwrap().len(),
        vokter_rules::limits::SPANS_OPEN_PER_SERIES
    );
}

#[test]
fn inv_7_what_cannot_be_written_is_not_drawn_again() {
    let noise = Laplace::new(EPSILON).unwrap();
    let mut tally = Tally::new(Kind::Sum, 1);
    tally.look(eight(), &crossings().spans().unwrap()).unwrap();
    let open = tally.due(eight() + minutes(60)).unwrap();
    let drawn = open.draw(Some(&noise)).unwrap().to_vec();
    assert!((0..100).all(|_| open.draw(Some(&noise)).unwrap() == drawn));

    let site = Site::new();
    let mut statistics = site.open(&[crossings()], eight());
    statistics.look(0, eight()).unwrap();
    let database = rusqlite::Connection::open(site.0.path().join("statistics.db")).unwrap();
    let refuse = "CREATE TRIGGER full BEFORE INSERT ON cell BEGIN SELECT RAISE(ABORT, 'the disk is full'); END";
    database.execute_batch(refuse).unwrap();
    for _ in 0..3 {
        let error = statistics.close(0, eight() + minutes(62)).unwrap_err();
        assert!(error.to_string().contains("the disk is full"), "{error}");
        assert_eq!(site.table("visitors.crossings").rows, [], "the ledger has not taken it either");
    }
    database.execute_batch("DROP TRIGGER full").unwrap();
    let drawn = values(&statistics.close(0, eight() + minutes(62)).unwrap());
    assert_eq!(site.table("visitors.crossings").rows[0].drawn, drawn);
}

#[test]
fn incidents_of_a_site_and_month_are_exact() {
    let site = Site::new();
    let mut incidents = crossings();
    (incidents.measure, incidents.grid, incidents.epsilon) = (Measure::IncidentCount, Grid::Month, None);
    incidents.breakdown.categories = vec!["all".into()];
    let mut statistics = site.open(&[incidents], eight());
    for number in 0..2 {
        statistics.look(0, eight()).unwrap();
        statistics.count(0, track(number), 0, eight());
    }
    let closed = statistics.close(0, eight() + SignedDuration::from_hours(24 * 20)).unwrap();
    assert_eq!(values(&closed), [2]);
    let table = site.table("visitors.crossings");
    assert_eq!(table.shown(&table.rows[0], 0), Some(2), "and shown, though it is small");
}

#[test]
fn the_peak_is_of_those_who_came_in_the_span() {
    let site = Site::new();
    let mut peak = crossings();
    (peak.measure, peak.epsilon) = (Measure::OccupancyPeak, None);
    peak.breakdown.categories = vec!["all".into()];
    let mut statistics = site.open(&[peak], eight());
    statistics.look(0, eight()).unwrap();
    for number in 0..5 {
        statistics.count(0, track(number), 0, eight() + minutes(number as i64));
    }
    statistics.leave(0, track(0));
    statistics.count(0, track(0), 0, eight() + minutes(9));
    statistics.leave(0, track(1));
    statistics.count(0, track(7), 0, eight() + minutes(10));
    // Five who stayed, and one who comes.
    statistics.look(0, eight() + minutes(61)).unwrap();
    statistics.count(0, track(6), 0, eight() + minutes(61));
    let closed = statistics.close(0, eight() + minutes(200)).unwrap();
    let peaks: Vec<_> = closed.iter().map(|closed| values(std::slice::from_ref(closed))[0]).collect();
    assert_eq!(peaks, [5, 1]);
}

#[test]
fn the_mean_is_over_the_time_that_was_watched() {
    let site = Site::new();
    let mut queue = crossings();
    (queue.measure, queue.epsilon) = (Measure::QueueLength, None);
    queue.breakdown.categories = vec!["all".into()];
    let mut statistics = site.open(&[queue], eight());
    statistics.look(0, eight()).unwrap();
    // Twenty wait for the first half hour, ten of them for the second too.
    (0..20).for_each(|number| statistics.count(0, track(number), 0, eight()));
    watch(&mut statistics, 0, eight(), eight() + minutes(30));
    (0..10).for_each(|number| statistics.leave(0, track(number)));
    watch(&mut statistics, 0, eight() + minutes(30), eight() + minutes(60));
    watch(&mut statistics, 0, eight() + minutes(60), eight() + minutes(120));
    let closed = statistics.close(0, eight() + minutes(200)).unwrap();
    let means: Vec<_> = closed.iter().map(|closed| values(std::slice::from_ref(closed))[0]).collect();
    assert_eq!(means, [15, 0], "who still waits counts in the hour in which they came");
}

#[test]
fn two_series_of_one_name_are_refused() {
    let site = Site::new();
    let twice = crate::Statistics::open(site.0.path(), vec![crossings(), crossings()], eight());
    assert!(matches!(twice, Err(StatisticsError::Twice(_))));
}

fn incidents(name: &str, grid: Grid, epsilon: Option<f64>) -> Definition {
    let breakdown = Breakdown { dimension: "all".into(), categories: vec!["all".into()] };
    let (series, measure) = (name.to_owned(), Measure::IncidentCount);
    Definition { series, measure, grid, epsilon, breakdown, camera: None, ..crossings() }
}

#[test]
fn what_stands_in_records_is_owed_once_and_exact_by_month() {
    let site = Site::new();
    let both = [incidents("by-month", Grid::Month, None), incidents("by-day", Grid::Day, Some(EPSILON))];
    let (never, later) = (Timestamp::MIN, eight() + minutes(60 * 24 * 12));
    let mut statistics = site.open(&both, eight());
    let months = statistics.owed(0, never, later).unwrap();
    assert_eq!(months.len(), 1, "the month in which it began is whole");
    let days = statistics.owed(1, never, later).unwrap();
    assert_eq!(
        (days.len(), days[0].start.to_string()),
        (11, "2026-11-20T23:00:00Z".to_owned()),
        "a day with noise is not"
    );
    assert_eq!(statistics.owed(1, days[3].start, later).unwrap().len(), 8);
    let settled = statistics.settle(0, months[0], 7, later).unwrap().unwrap();
    assert_eq!(settled.outcome, Outcome::Released(vec![7]));
    let again = statistics.settle(0, months[0], 8, later).unwrap().unwrap();
    assert_eq!(again.outcome, Outcome::Released(vec![7]), "what was released stays");
    let first = statistics.settle(1, days[0], 2, later).unwrap().unwrap();
    assert_eq!(statistics.settle(1, days[0], 2, later).unwrap().unwrap(), first, "drawn once");
    assert!(statistics.owed(0, never, later).unwrap().is_empty());
    assert_eq!(statistics.owed(1, never, later).unwrap().len(), 10);
    let row = &site.table("visitors.by-month").rows[0];
    assert!(row.is_complete() && row.drawn == [7]);
}

#[test]
fn inv_7_a_series_of_another_name_does_not_draw_past_spans_anew() {
    let site = Site::new();
    let (one, other) = (incidents("one", Grid::Day, Some(EPSILON)), incidents("other", Grid::Day, Some(EPSILON)));
    let at = |days: i64| eight() + minutes(60 * 24 * days);
    let owed = |definition: &Definition, days: i64| {
        let mut statistics = site.open(std::slice::from_ref(definition), at(days));
        let spans = statistics.owed(0, Timestamp::MIN, at(days + 3)).unwrap();
        spans.iter().for_each(|span| drop(statistics.settle(0, *span, 5, at(days + 3)).unwrap()));
        spans
    };
    let spans = [owed(&one, 0), owed(&other, 3), owed(&one, 6), owed(&one, 9)].concat();
    assert_eq!(spans.len(), 9, "{spans:?}");
    assert!(spans.windows(2).all(|pair| pair[0].end <= pair[1].start), "no span twice: {spans:?}");
}
