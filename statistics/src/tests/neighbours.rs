//! Streams with and without one track: what is published hardly differs, and the same test notices when it does.
//!
//! The method is that of Ding, Wang, Wang, Zhang and Kifer, *Detecting violations of differential privacy* (2018): the
//! event that tells the two best is chosen on one half of the runs and held against the claim on the other.

use super::{EPSILON, crossings, eight, minutes, track};
use crate::noise::Laplace;
use crate::tally::{Kind, Tally};
use crate::{Noise, StatisticsError};
use std::cmp::Ordering;
use vokter_rules::analysis::TrackId;
use zeroize::Zeroizing;

/// What is published: two directions in each of two hours.
type Published = [i64; 4];

/// Others who pass, known to whoever attacks.
const OTHERS: [u64; 4] = [2, 5, 0, 1];
/// What a planted threshold on the exact count shows instead of a value.
const HIDDEN: i64 = i64::MIN / 2;

/// The stream: others in every cell, and perhaps one who walks up and down for two hours.
fn counts(is_there: bool, walker: impl Fn(u64) -> TrackId) -> Tally {
    let spans = crossings().spans().unwrap();
    let mut tally = Tally::new(Kind::Sum, 2);
    for (hour, at) in [eight(), eight() + minutes(60)].into_iter().enumerate() {
        tally.look(at, &spans).unwrap();
        for category in 0..2 {
            let cell = 2 * hour + category;
            for other in 0..OTHERS[cell] {
                tally.count(track(100 * (cell as u64 + 1) + other), category, at);
            }
            if is_there {
                tally.count(walker(cell as u64), category, at + minutes(10 + category as i64));
            }
        }
    }
    tally
}

/// What production publishes of it.
fn published(mut tally: Tally, noise: &Laplace) -> Published {
    let mut all = vec![];
    while let Some(open) = tally.due(eight() + minutes(120)) {
        let span = open.span;
        all.extend_from_slice(open.draw(Some(noise)).unwrap());
        tally.close(span);
    }
    all.try_into().unwrap()
}

/// An event: in each of these cells, a value above what the others make, or not above it.
#[derive(Clone, Copy)]
struct Event {
    cells: u8,
    above: bool,
}

impl Event {
    fn all() -> impl Iterator<Item = Self> {
        (1..16).flat_map(|cells| [true, false].map(|above| Self { cells, above }))
    }

    fn holds(self, published: &Published) -> bool {
        let cells = (0..4).filter(|cell| self.cells & (1 << cell) != 0);
        cells.into_iter().all(|cell| (published[cell] > OTHERS[cell] as i64) == self.above)
    }
}

/// A lower bound, at 99 %, on the privacy loss of the walker.
fn least_loss(runs: usize, mechanism: impl Fn(bool) -> Published) -> f64 {
    let stream = |is_there: bool| (0..runs).map(|_| mechanism(is_there)).collect::<Vec<_>>();
    let (with, without) = (stream(true), stream(false));
    let (half, size) = (runs / 2, (runs / 2) as f64);
    let seen = |runs: &[Published], event: Event| runs.iter().filter(|run| event.holds(run)).count() as f64 / size;
    let bound = |a: f64, b: f64| (least(a, size).ln() - (1.0 - least(1.0 - b, size)).ln()).max(0.0);
    let both = |part: std::ops::Range<usize>, event: Event| {
        let (with, without) = (seen(&with[part.clone()], event), seen(&without[part], event));
        bound(with, without).max(bound(without, with))
    };
    let best = Event::all().max_by(|a, b| both(0..half, *a).total_cmp(&both(0..half, *b))).unwrap();
    both(half..2 * half, best)
}

/// The least probability under which such a share is seen in one of four hundred experiments (Chernoff): two of them, each
/// way, bound a ratio at 99 %.
fn least(share: f64, runs: f64) -> f64 {
    let limit = 400.0_f64.ln() / runs;
    let divergence = |p: f64| {
        let part = |q: f64, p: f64| if q > 0.0 { q * (q / p).ln() } else { 0.0 };
        part(share, p) + part(1.0 - share, 1.0 - p)
    };
    let (mut low, mut high) = (0.0, share);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if divergence(middle) > limit { low = middle } else { high = middle }
    }
    low
}

fn one_track(_: u64) -> TrackId {
    track(1)
}

#[test]
fn inv_7_one_track_changes_what_is_published_by_no_more_than_is_claimed() {
    let noise = Laplace::new(EPSILON).unwrap();
    let loss = least_loss(120_000, |is_there| published(counts(is_there, one_track), &noise));
    println!("privacy loss of a track: at least {loss:.3} (99 %), claimed {EPSILON}");
    assert!(loss <= EPSILON, "{loss}");
    assert!(loss > 0.8 * EPSILON, "the test sees what there is to see: {loss}");
}

#[test]
fn planted_bugs_are_noticed() {
    const RUNS: usize = 12_000;
    let noise = Laplace::new(EPSILON).unwrap();
    let plain = |is_there| counts(is_there, one_track);
    let exceeds = |name: &str, loss: f64| {
        println!("{name}: at least {loss:.3}");
        assert!(loss > EPSILON, "{name} is not noticed: {loss}");
    };

    let halved = Laplace::new(2.0 * EPSILON).unwrap();
    exceeds("half the scale", least_loss(RUNS, |is_there| published(plain(is_there), &halved)));

    let each_cell = |cell| track(1 + cell);
    exceeds("a track in every cell", least_loss(RUNS, |is_there| published(counts(is_there, each_cell), &noise)));

    let threshold = |is_there| {
        let exact = exact(plain(is_there)).unwrap();
        let shown = published(plain(is_there), &noise);
        std::array::from_fn(|cell| if exact[cell] < 3 { HIDDEN } else { shown[cell] })
    };
    exceeds("a threshold on the exact count", least_loss(RUNS, threshold));

    let redraw = |is_there| {
        let draws: Vec<_> = (0..100).map(|_| published(plain(is_there), &noise)).collect();
        std::array::from_fn(|cell| {
            let mean = draws.iter().map(|draw| draw[cell]).sum::<i64>() as f64 / 100.0;
            (mean + 0.5).floor() as i64
        })
    };
    exceeds("a hundred draws", least_loss(600, redraw));
}

/// The exact counts, as a release without noise has them.
fn exact(mut tally: Tally) -> Result<Vec<i64>, StatisticsError> {
    let mut all = vec![];
    while let Some(open) = tally.due(eight() + minutes(120)) {
        let span = open.span;
        all.extend_from_slice(open.draw(None)?);
        tally.close(span);
    }
    Ok(all)
}

#[test]
fn a_track_counts_in_one_cell_of_a_table() {
    let (with, without) = (exact(counts(true, one_track)).unwrap(), exact(counts(false, one_track)).unwrap());
    let difference: Vec<_> = with.iter().zip(&without).map(|(a, b)| a - b).collect();
    assert_eq!(difference, [1, 0, 0, 0]);
}

/// Of each of so many days, whether the best guess is that someone was counted: the likelihood ratio turns between the two
/// counts that there may be.
fn guesses(noise: &Laplace, days: u32, is_there: bool) -> impl Iterator<Item = bool> {
    let counts = Zeroizing::new(vec![5 + i64::from(is_there); days as usize]);
    noise.release(&counts).unwrap().into_iter().map(|value| value > 5)
}

/// Over days the best guess is the majority of them: what the statement says of a habit is what it comes to.
#[test]
fn a_habit_is_found_as_often_as_is_said() {
    const DAYS: u32 = 30;
    const HABITS: u32 = 3_000;
    let noise = Laplace::new(EPSILON).unwrap();
    let mut right = 0.0;
    for habit in 0..HABITS {
        let comes = habit % 2 == 0;
        let days = guesses(&noise, DAYS, comes).filter(|said| *said).count() as u32;
        right += match (2 * days).cmp(&DAYS) {
            Ordering::Equal => 0.5,
            more => f64::from(u8::from((more == Ordering::Greater) == comes)),
        };
    }
    let (right, said) = (right / f64::from(HABITS), Noise::new(EPSILON).found_after(DAYS));
    println!("a habit of {DAYS} days is found: {:.1} %, said {:.1} %", right * 100.0, said * 100.0);
    assert!((right - said).abs() < 5.0 * (said * (1.0 - said) / f64::from(HABITS)).sqrt(), "{right} {said}");
}

#[test]
fn inv_7_who_guesses_is_right_no_more_often_than_is_claimed() {
    const GUESSES: u32 = 200_000;
    let noise = Laplace::new(EPSILON).unwrap();
    let right = |is_there| guesses(&noise, GUESSES / 2, is_there).filter(|said| *said == is_there).count();
    let right = (right(true) + right(false)) as f64 / f64::from(GUESSES);
    let most = 1.0 / (1.0 + (-EPSILON).exp());
    let deviation = (most * (1.0 - most) / f64::from(GUESSES)).sqrt();
    println!("guesses that are right: {:.2} %, at most {:.2} %", right * 100.0, most * 100.0);
    assert!(right <= most + 5.0 * deviation && right > most - 5.0 * deviation, "{right}");
}
