//! What the noise costs a statistician, on days of traffic as they are: the figures of docs/statistics.md.

use super::{Site, crossings, eight, track};
use crate::{Outcome, Quiet};
use jiff::SignedDuration;
use jiff::civil::time;
use vokter_rules::policy::Grid;

/// Passers-by of a square by the hour, from midnight; some 1,300 a day.
const DAY: [u64; 24] = [6, 3, 2, 1, 2, 8, 34, 92, 121, 84, 66, 71, 88, 79, 73, 98, 124, 112, 81, 58, 41, 30, 19, 11];
const DAYS: i64 = 60;

/// The relative error of each released total of a span, in percent, sorted.
fn errors(grid: Grid, share: u64) -> Vec<f64> {
    let site = Site::new();
    let mut definition = crossings();
    definition.grid = grid;
    definition.quiet = Some(Quiet { from: time(22, 0, 0, 0), to: time(6, 0, 0, 0) });
    let midnight = eight() - SignedDuration::from_hours(8);
    let mut statistics = site.open(&[definition], midnight);
    let (mut truth, mut errors, mut next) = (0, vec![], 0);
    for hour in 0..DAYS * 24 {
        let at = midnight + SignedDuration::from_hours(hour);
        for closed in statistics.close(0, at + SignedDuration::from_secs(60)).unwrap() {
            let Outcome::Released(values) = closed.outcome else { continue };
            let total: i64 = values.iter().sum();
            if truth > 0 {
                errors.push((total - truth).abs() as f64 / truth as f64 * 100.0);
            }
            truth = 0;
        }
        statistics.look(0, at).unwrap();
        let passers = DAY[(hour % 24) as usize] / share;
        truth += passers as i64;
        for number in next..next + passers {
            statistics.count(0, track(number), (number % 2) as usize, at);
            statistics.forget(0, track(number));
        }
        next += passers;
    }
    errors.sort_by(f64::total_cmp);
    errors
}

#[test]
fn a_day_of_a_square_is_right_within_a_few_percent() {
    println!("passers-by a day | grid | half within | 95 % within (percent of the total of both directions)");
    for (share, name) in [(1, "1,304"), (10, "120")] {
        for grid in [Grid::Hour, Grid::Day] {
            let errors = errors(grid, share);
            let at = |part: f64| errors[((errors.len() - 1) as f64 * part) as usize];
            println!("{name} | {} | {:.1} | {:.1}", grid.name(), at(0.5), at(0.95));
            if (share, grid) == (1, Grid::Day) {
                assert!(at(0.95) < 3.0, "{}", at(0.95));
            }
        }
    }
}
