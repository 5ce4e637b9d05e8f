//! The noise: discrete Laplace, drawn by OpenDP from OpenSSL's private generator, and what is known of it exactly.
//!
//! With a = e^-ε, P(k) = (1 - a) / (1 + a) · a^|k| (Ghosh, Roughgarden and Sundararajan, *Universally utility-maximizing
//! privacy mechanisms*, 2009; drawn as in Canonne, Kamath and Steinke, 2020). A track changes the counts of a table by one
//! in all, so that what is released of them is ε-differentially private.

use crate::error::StatisticsError;
use opendp::core::Measurement;
use opendp::domains::{AtomDomain, VectorDomain};
use opendp::measurements::make_laplace;
use opendp::measures::MaxDivergence;
use opendp::metrics::L1Distance;
use zeroize::Zeroizing;

/// The noise of a privacy loss ε, as a distribution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Noise {
    epsilon: f64,
}

impl Noise {
    /// The noise that makes a count of sensitivity 1 ε-differentially private.
    pub const fn new(epsilon: f64) -> Self {
        Self { epsilon }
    }

    /// The privacy loss of a track.
    pub const fn epsilon(self) -> f64 {
        self.epsilon
    }

    /// The probability of a value.
    pub fn probability(self, value: i64) -> f64 {
        let a = (-self.epsilon).exp();
        (1.0 - a) / (1.0 + a) * (-self.epsilon * value.unsigned_abs() as f64).exp()
    }

    /// The standard deviation.
    pub fn standard_deviation(self) -> f64 {
        let a = (-self.epsilon).exp();
        (2.0 * a).sqrt() / (1.0 - a)
    }

    /// How often the best guess is right whether someone came once every day for so many days, or never.
    ///
    /// The likelihood ratio of a day only says on which side of the midpoint its value lies; over days the best guess is
    /// the majority, and each day is right with e^ε / (1 + e^ε).
    pub fn found_after(self, days: u32) -> f64 {
        let right = 1.0 / (1.0 + (-self.epsilon).exp());
        let (hit, miss) = (right.ln(), (1.0 - right).ln());
        let mut choose = 0.0_f64;
        let mut found = 0.0;
        for hits in 0..=days {
            let probability = (choose + f64::from(hits) * hit + f64::from(days - hits) * miss).exp();
            found += probability
                * match (2 * hits).cmp(&days) {
                    std::cmp::Ordering::Greater => 1.0,
                    std::cmp::Ordering::Equal => 0.5,
                    std::cmp::Ordering::Less => 0.0,
                };
            choose += f64::from(days - hits).ln() - f64::from(hits + 1).ln();
        }
        found
    }

    /// The least reach within which the noise lies with at least such a probability.
    pub fn reach(self, probability: f64) -> u64 {
        let a = (-self.epsilon).exp();
        // P(|k| > reach) = 2 a^(reach + 1) / (1 + a)
        let reach = ((1.0 - probability) * (1.0 + a) / 2.0).ln() / -self.epsilon - 1.0;
        reach.max(0.0).ceil() as u64
    }
}

/// Draws the noise: a scale of which OpenDP's own proof says that it keeps to a privacy loss.
pub(crate) struct Laplace {
    scale: f64,
}

type Counts = VectorDomain<AtomDomain<i64>>;
type Mechanism = Measurement<Counts, L1Distance<i64>, MaxDivergence, Vec<i64>>;

impl Laplace {
    /// The mechanism of a privacy loss.
    pub fn new(epsilon: f64) -> Result<Self, StatisticsError> {
        // The reciprocal may be rounded to where the loss is a hair above: then the next scale is taken.
        let mut scale = 1.0 / epsilon;
        for _ in 0..4 {
            if mechanism(scale)?.map(&1).map_err(refused)? <= epsilon {
                return Ok(Self { scale });
            }
            scale = scale.next_up();
        }
        Err(StatisticsError::Noise(format!("there is no scale for a privacy loss of {epsilon}")))
    }

    /// The counts of a span, each with its noise. One track changes them by one, all in all, which is the distance that the
    /// mechanism is told.
    pub fn release(&self, counts: &Zeroizing<Vec<i64>>) -> Result<Vec<i64>, StatisticsError> {
        mechanism(self.scale)?.invoke(counts).map_err(refused)
    }
}

fn mechanism(scale: f64) -> Result<Mechanism, StatisticsError> {
    make_laplace(VectorDomain::new(AtomDomain::default()), L1Distance::default(), scale, None).map_err(refused)
}

fn refused(error: opendp::error::Error) -> StatisticsError {
    StatisticsError::Noise(format!("{:?}: {}", error.variant, error.message.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figures_of_a_quarter_are_those_that_are_stated() {
        let noise = Noise::new(0.25);
        assert!((noise.standard_deviation() - 5.642).abs() < 0.001);
        assert_eq!((noise.reach(0.95), noise.reach(0.99)), (12, 18));
        let all: f64 = (-400..=400).map(|value| noise.probability(value)).sum();
        assert!((all - 1.0).abs() < 1e-12);
        for reach in [0.5, 0.9, 0.95, 0.99] {
            let within = |reach: i64| (-reach..=reach).map(|value| noise.probability(value)).sum::<f64>();
            let least = noise.reach(reach) as i64;
            assert!(within(least) >= reach && (least == 0 || within(least - 1) < reach));
        }
    }

    #[test]
    fn a_habit_is_found_in_time() {
        let found = [1, 30, 365].map(|days| (Noise::new(0.25).found_after(days) * 1000.0).round() / 1000.0);
        assert_eq!(found, [0.562, 0.751, 0.991]);
        assert!((Noise::new(1.0).found_after(1) - 0.731).abs() < 0.001);
    }

    #[test]
    fn every_privacy_loss_that_a_site_may_state_has_a_mechanism() {
        for hundredth in 1..=100 {
            Laplace::new(f64::from(hundredth) / 100.0).unwrap();
        }
    }
}
