//! The noise that production draws is the noise that is claimed.

use super::EPSILON;
use crate::Noise;
use crate::noise::Laplace;
use zeroize::Zeroizing;

const DRAWS: usize = 1_000_000;
/// Values beyond it are taken together.
const TAIL: i64 = 30;

/// Pearson's statistic of draws against the exact probabilities of a loss, and its degrees of freedom.
fn chi_square(draws: usize, of: &Laplace, claimed: Noise) -> (f64, f64) {
    const COUNT: i64 = 1000;
    const AT_ONCE: usize = 1000;
    let bins = 2 * TAIL as usize + 1;
    let mut observed = vec![0_u64; bins];
    let counts = Zeroizing::new(vec![COUNT; AT_ONCE]);
    for value in (0..draws / AT_ONCE).flat_map(|_| of.release(&counts).unwrap()) {
        observed[((value - COUNT).clamp(-TAIL, TAIL) + TAIL) as usize] += 1;
    }
    let tail: f64 = (TAIL..2000).map(|value| claimed.probability(value)).sum();
    let expected = (-TAIL..=TAIL).map(|value| if value.abs() == TAIL { tail } else { claimed.probability(value) });
    let statistic = observed.iter().zip(expected).map(|(observed, probability)| {
        let expected = probability * draws as f64;
        (*observed as f64 - expected).powi(2) / expected
    });
    (statistic.sum(), (bins - 1) as f64)
}

/// What Pearson's statistic passes once in a million times, after Wilson and Hilferty.
fn once_in_a_million(freedom: f64) -> f64 {
    let ninth = 2.0 / (9.0 * freedom);
    freedom * (1.0 - ninth + 4.753 * ninth.sqrt()).powi(3)
}

#[test]
fn inv_7_a_million_draws_follow_the_exact_distribution() {
    let (statistic, freedom) = chi_square(DRAWS, &Laplace::new(EPSILON).unwrap(), Noise::new(EPSILON));
    println!("chi-square of {DRAWS} draws: {statistic:.1} of {freedom} degrees of freedom");
    assert!(statistic < once_in_a_million(freedom), "{statistic}");
}

#[test]
fn a_scale_that_is_a_twentieth_off_is_noticed() {
    let (statistic, freedom) = chi_square(DRAWS / 4, &Laplace::new(EPSILON * 1.05).unwrap(), Noise::new(EPSILON));
    assert!(statistic > once_in_a_million(freedom), "{statistic}");
}
