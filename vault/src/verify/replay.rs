//! What the log says ought to be there.

use crate::bucket::Bucket;
use crate::crypto::{hash, hex};
use crate::log::{Entry, Leaf};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// The state that the leaves, one after another, lead to.
#[derive(Default)]
pub struct Replay {
    /// Buckets by number.
    pub buckets: BTreeMap<i64, BucketState>,
    /// How many leaves are readings or refusals.
    pub accesses: u64,
    time: i64,
}

/// What the log says of one bucket.
#[derive(Default)]
pub struct BucketState {
    id: i64,
    purpose: String,
    class: String,
    day: i64,
    minute: u16,
    digest: String,
    /// Batches by the place of their first item: how many items, and their digest.
    pub batches: BTreeMap<i64, (i64, String)>,
    /// Numbers of items that were erased before their deadline.
    pub erased: BTreeSet<i64>,
    /// Whether the key was destroyed.
    pub is_destroyed: bool,
    /// Whether what lay under it was cleared.
    pub is_cleared: bool,
    /// Whether an item was erased since the other items' keys were last replaced.
    awaits_new_keys: bool,
}

impl Replay {
    /// Takes a leaf.
    pub fn take(&mut self, number: i64, leaf: Leaf, findings: &mut Vec<String>) {
        if leaf.at < self.time {
            findings.push(format!("leaf {number} of the log is of an earlier time than the one before it"));
        }
        self.time = self.time.max(leaf.at);
        let mut unknown =
            |bucket| findings.push(format!("leaf {number} of the log speaks of key {bucket}, which is unknown"));
        match leaf.entry {
            Entry::Began => {}
            Entry::Key { bucket, purpose, class, day, minute, digest } => {
                let state = self.buckets.entry(bucket).or_default();
                (state.id, state.purpose, state.class, state.day) = (bucket, purpose, class, day);
                (state.minute, state.digest) = (minute, digest);
            }
            Entry::Kept { bucket, first, count, digest } => match self.buckets.get_mut(&bucket) {
                Some(state) => {
                    // A batch from the first place on stands for all before: their keys were replaced.
                    if first == 0 {
                        state.batches.clear();
                        state.awaits_new_keys = false;
                    }
                    state.batches.insert(first, (count, digest));
                }
                None => unknown(bucket),
            },
            Entry::Erased { bucket, item } => match self.buckets.get_mut(&bucket) {
                Some(state) => {
                    state.erased.insert(item);
                    state.awaits_new_keys = true;
                }
                None => unknown(bucket),
            },
            Entry::Destroyed { bucket, .. } => match self.buckets.get_mut(&bucket) {
                Some(state) => {
                    state.is_destroyed = true;
                    state.digest = hex(&hash(&[b"key", &[]]));
                    state.batches.clear();
                }
                None => unknown(bucket),
            },
            Entry::Cleared { bucket } => match self.buckets.get_mut(&bucket) {
                Some(state) => {
                    state.is_cleared = true;
                    state.erased.clear();
                }
                None => unknown(bucket),
            },
            Entry::Rotated { night } => {
                for state in self.buckets.values().filter(|state| state.awaits_new_keys && !state.is_destroyed) {
                    findings.push(format!(
                        "night {night} left the keys of {state} as they were, though an item was erased"
                    ));
                }
            }
            Entry::Access { .. } | Entry::Refused { .. } => self.accesses += 1,
        }
    }
}

impl Replay {
    /// Whether an item was erased since the other items' keys were last replaced.
    pub fn awaits_night(&self) -> bool {
        self.buckets.values().any(|state| state.awaits_new_keys && !state.is_destroyed)
    }
}

impl BucketState {
    /// How many items were ever kept under it.
    pub fn count(&self) -> i64 {
        self.batches.iter().next_back().map_or(0, |(first, (count, _))| first + count)
    }

    /// Says how a row differs from what the log has.
    pub fn compare(&self, row: &Bucket, findings: &mut Vec<String>) {
        if (&row.purpose, &row.class, row.day, row.minute) != (&self.purpose, &self.class, self.day, self.minute) {
            findings.push(format!(
                "{self} was changed: the database has purpose `{}`, class {}, day {}, minute {}",
                row.purpose, row.class, row.day, row.minute
            ));
        }
        if row.rekey != self.awaits_new_keys && !self.is_destroyed {
            findings.push(format!("{self} was changed: whether its items' keys are to be replaced"));
        }
        match (&row.key, self.is_destroyed) {
            (Some(_), true) => findings.push(format!("{self} was destroyed, and is there again")),
            (None, false) => findings.push(format!("{self} has lost its key, and the log does not say why")),
            (Some(key), false) if hex(&hash(&[b"key", key])) != self.digest => {
                findings.push(format!("{self} was changed: it is not the one that was written"));
            }
            _ => {}
        }
    }
}

impl fmt::Display for BucketState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let day = jiff::civil::Date::constant(1970, 1, 1).checked_add(jiff::Span::new().days(self.day));
        let day = day.map_or_else(|_| self.day.to_string(), |day| day.to_string());
        write!(f, "key {} (`{}`, {}, {day})", self.id, self.purpose, self.class)
    }
}
