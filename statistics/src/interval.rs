//! How far a published value may lie from the truth: the noise, and the detector's error.
//!
//! The noise is known exactly. The detector's error is measured for a model, on pictures of which the truth is known, and comes
//! with an interval of its own. Each is taken at 95 %, so that both hold in at least 90 % of the cells (Bonferroni). Where the
//! detector's error was not measured, the interval is of the noise alone.

use crate::noise::Noise;
use serde::{Deserialize, Serialize};
use vokter_rules::object::ObjectSet;

/// What a detector counts of what is there, on average: 0.97 for three in a hundred missed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DetectorError {
    /// Counted for each that is there.
    pub ratio: f64,
    /// Lower end of its 95 % confidence interval.
    pub low: f64,
    /// Upper end of it.
    pub high: f64,
    /// What it was measured on.
    pub data: String,
}

/// The error with which a model counts some classes together.
#[derive(Clone, Debug)]
pub struct Measured {
    /// The classes.
    pub objects: ObjectSet,
    /// The error.
    pub error: DetectorError,
}

impl DetectorError {
    /// The error of counting objects: as it was measured for just these classes together, or what covers the errors of all of
    /// them. None where one of them was not measured.
    pub(crate) fn of(objects: ObjectSet, measured: &[Measured]) -> Option<Self> {
        if let Some(together) = measured.iter().find(|measured| measured.objects == objects) {
            return Some(together.error.clone());
        }
        let mut each = objects.iter().map(|class| {
            let alone = [class].into_iter().collect();
            measured.iter().find(|measured| measured.objects == alone).map(|measured| &measured.error)
        });
        let first = each.next()??.clone();
        each.try_fold(first, |all, one| {
            let one = one?;
            let (low, high) = (all.low.min(one.low), all.high.max(one.high));
            let data = if all.data.contains(&one.data) { all.data } else { format!("{}; {}", all.data, one.data) };
            Some(Self { ratio: (low * high).sqrt(), low, high, data })
        })
    }
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
    pub fn of(value: i64, noise: Option<Noise>, detector: Option<&DetectorError>) -> Self {
        let reach = noise.map_or(0, |noise| noise.reach(0.95)) as f64;
        let (most, least) = detector.map_or((1.0, 1.0), |error| (error.high, error.low));
        let low = ((value as f64 - reach) / most).max(0.0);
        Self { low, high: ((value as f64 + reach) / least).max(low) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vokter_rules::object::ObjectClass;

    fn error(low: f64, high: f64) -> DetectorError {
        DetectorError { ratio: 0.97, low, high, data: "a day".into() }
    }

    #[test]
    fn classes_are_as_they_were_measured_together_or_as_all_of_them() {
        use ObjectClass::{Bus, Car, Person, Truck};
        let set = |classes: &[ObjectClass]| classes.iter().copied().collect::<ObjectSet>();
        let of = |classes: &[ObjectClass], low, high| Measured { objects: set(classes), error: error(low, high) };
        let measured = [of(&[Car], 1.0, 1.2), of(&[Bus], 0.4, 0.9), of(&[Car, Bus, Truck], 0.97, 1.02)];
        let ends = |classes: &[ObjectClass]| {
            DetectorError::of(set(classes), &measured).map(|error| (error.low, error.high, error.data))
        };
        let a_day = |low, high| Some((low, high, "a day".to_owned()));
        assert_eq!(ends(&[Truck, Car, Bus]), a_day(0.97, 1.02));
        assert_eq!(ends(&[Car, Bus]), a_day(0.4, 1.2));
        assert_eq!(ends(&[Car]), a_day(1.0, 1.2));
        assert_eq!((ends(&[Car, Person]), ends(&[Person]), ends(&[])), (None, None, None));
    }

    #[test]
    fn noise_and_detector_both_widen_it() {
        let noise = Noise::new(0.25);
        assert_eq!(Interval::of(100, None, None), Interval { low: 100.0, high: 100.0 });
        assert_eq!(Interval::of(100, Some(noise), None), Interval { low: 88.0, high: 112.0 });
        let detector = error(0.95, 1.0);
        let both = Interval::of(100, Some(noise), Some(&detector));
        assert!((both.low - 88.0).abs() < 1e-9 && (both.high - 112.0 / 0.95).abs() < 1e-9);
        assert_eq!(Interval::of(-20, Some(noise), None), Interval { low: 0.0, high: 0.0 });
    }
}
