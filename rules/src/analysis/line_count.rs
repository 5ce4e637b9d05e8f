//! # line-count
//!
//! **Detects** that an object of a chosen class crosses a line, as `line-crossing` does, and adds one to a count. It
//! raises no alarm, makes no event and takes no picture: nothing but a number changes.
//!
//! **Purpose**: anonymous counting, and parking payment for the number of free places. Not for security (IVA-11b).
//!
//! **Guideline**: IVA-11a, IVA-11b (statistics have a purpose of their own), KRS-18.
//!
//! **Never records** who it was, when exactly, or that two crossings were of the same object. The count lives in
//! memory.
//!
//! **Limits**: those of `line-crossing`. An object that crosses twice counts twice. The exact count is not shown
//! for real cameras: it leaves only as a released statistic.
//!
//! **Example**
//! ```toml
//! [purposes.footfall.rules.passers-by]
//! rule = "line-count"
//! camera = "street"
//! line = "passage"
//! objects = ["person", "bicycle"]
//! ```

use crate::object::ObjectClass;

/// How often a line was crossed, by class and by the side of the picture that objects moved towards.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineCount(Vec<(ObjectClass, &'static str, u64)>);

impl LineCount {
    /// Counts one crossing.
    pub fn add(&mut self, class: ObjectClass, towards: &'static str) {
        match self.0.iter_mut().find(|(c, t, _)| (*c, *t) == (class, towards)) {
            Some((_, _, count)) => *count += 1,
            None => self.0.push((class, towards, 1)),
        }
    }

    /// Every count that is not zero: class, side, number.
    pub fn iter(&self) -> impl Iterator<Item = (ObjectClass, &'static str, u64)> {
        self.0.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crossings_are_counted_by_class_and_side() {
        let mut count = LineCount::default();
        for towards in ["left", "right", "left"] {
            count.add(ObjectClass::Person, towards);
        }
        count.add(ObjectClass::Bicycle, "left");
        let all: Vec<_> = count.iter().collect();
        let expected =
            [(ObjectClass::Person, "left", 2), (ObjectClass::Person, "right", 1), (ObjectClass::Bicycle, "left", 1)];
        assert_eq!(all, expected);
    }
}
