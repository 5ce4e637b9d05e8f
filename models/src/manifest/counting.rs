//! `[[counting]]`: how many are counted for each that is there, measured, with its confidence interval.
//!
//! A detector misses some and sees others twice. Statistics widen their intervals by that, so that it has to be a number that
//! somebody measured: on which data, stands beside it.

use super::written::WrittenCounting;
use super::{Mistake, Task};
use crate::classes::ClassMap;
use vokter_rules::object::{ObjectClass, ObjectSet};

/// A ratio below it says that next to nothing is counted, and no interval can be made of it.
const LEAST: f64 = 0.01;
/// A ratio above it is a mistake in the measurement.
const MOST: f64 = 100.0;

/// What is counted of what is there.
#[derive(Clone, Debug, PartialEq)]
pub struct Counting {
    /// The classes that were counted together.
    pub classes: ObjectSet,
    /// How many there were.
    pub there: u32,
    /// How many were counted.
    pub counted: u32,
    /// Lower end of the 95 % confidence interval of their ratio.
    pub low: f64,
    /// Upper end of it.
    pub high: f64,
    /// What it was measured on.
    pub data: String,
}

impl Counting {
    /// Counted for each that was there.
    pub fn ratio(&self) -> f64 {
        f64::from(self.counted) / f64::from(self.there.max(1))
    }
}

pub(super) fn resolve(
    written: Vec<WrittenCounting>,
    task: Task,
    found: &ClassMap,
    mistakes: &mut Vec<Mistake>,
) -> Vec<Counting> {
    if !written.is_empty() && task != Task::Detection {
        mistakes.push(Mistake::Misplaced { key: "counting", owner: "task `detection`" });
        return vec![];
    }
    let supplied: ObjectSet = (0..found.len()).filter_map(|index| found.class(index)).collect();
    let mut all: Vec<Counting> = vec![];
    for (index, one) in written.into_iter().enumerate() {
        let before = mistakes.len();
        let mut wrong = |key, instead: String| mistakes.push(Mistake::Counting { key, number: index + 1, instead });
        let mut classes = ObjectSet::default();
        for name in &one.classes {
            match ObjectClass::from_name(name).filter(|class| supplied.contains(*class)) {
                Some(class) => classes = classes.union([class].into_iter().collect()),
                None => wrong("classes", format!("`{name}` is nothing that this model finds; take it out")),
            }
        }
        if one.classes.is_empty() {
            wrong("classes", "is empty; name what was counted".to_owned());
        }
        if all.iter().any(|earlier| earlier.classes == classes) {
            wrong("classes", "were measured above; keep one of the two".to_owned());
        }
        if one.there == 0 {
            wrong("there", "nothing was there, so nothing was measured; take the table out".to_owned());
        }
        if one.data.trim().is_empty() {
            wrong("data", "is empty; say what it was measured on".to_owned());
        }
        let measured =
            Counting { classes, there: one.there, counted: one.counted, low: one.low, high: one.high, data: one.data };
        let ratio = measured.ratio();
        if !(LEAST..=MOST).contains(&one.low) || !(LEAST..=MOST).contains(&one.high) {
            wrong(
                "low",
                format!("`low` and `high` are ratios from {LEAST} to {MOST}; without them, the error is unknown"),
            );
        } else if !(one.low - 0.001..=one.high + 0.001).contains(&ratio) {
            let (low, high) = (one.low, one.high);
            wrong("low", format!("{} of {} is {ratio:.3}, not from {low} to {high}", one.counted, one.there));
        }
        if mistakes.len() == before {
            all.push(measured);
        }
    }
    all
}
