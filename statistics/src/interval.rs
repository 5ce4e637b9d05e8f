//! How far a published value may lie from the truth: the noise, and the detector's error.
//!
//! The noise is known exactly. The detector's error is measured once, on held-out pictures, and comes with an interval of
//! its own. Each is taken at 95 %, so that the truth lies in the result in at least 90 % of the cells (Bonferroni).

use crate::noise::Noise;
use serde::{Deserialize, Serialize};

/// What a detector counts of what is there: 0.97 for three in a hundred missed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct DetectorError {
    /// Counted for each that is there.
    pub ratio: f64,
    /// Lower end of its 95 % confidence interval.
    pub low: f64,
    /// Upper end of it.
    pub high: f64,
}

/// An interval that holds the truth with at least 90 %.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Its lower end, not below zero.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

impl Interval {
    /// The interval round a published value.
    pub fn of(value: i64, noise: Option<Noise>, detector: Option<DetectorError>) -> Self {
        let reach = noise.map_or(0, |noise| noise.reach(0.95)) as f64;
        let (most, least) = detector.map_or((1.0, 1.0), |error| (error.high, error.low));
        let low = ((value as f64 - reach) / most).max(0.0);
        Self { low, high: ((value as f64 + reach) / least).max(low) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_and_detector_both_widen_it() {
        let noise = Noise::new(0.25);
        assert_eq!(Interval::of(100, None, None), Interval { low: 100.0, high: 100.0 });
        assert_eq!(Interval::of(100, Some(noise), None), Interval { low: 88.0, high: 112.0 });
        let detector = DetectorError { ratio: 0.97, low: 0.95, high: 1.0 };
        let both = Interval::of(100, Some(noise), Some(detector));
        assert!((both.low - 88.0).abs() < 1e-9 && (both.high - 112.0 / 0.95).abs() < 1e-9);
        assert_eq!(Interval::of(-20, Some(noise), None), Interval { low: 0.0, high: 0.0 });
    }
}
