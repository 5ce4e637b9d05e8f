//! A map that remembers which of its entries may have changed, so that a transaction writes those and no others.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;
use vokter_rules::limits;

/// A map with the keys that were touched since they were last asked for.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent, bound(deserialize = "K: Ord + Deserialize<'de>, V: Deserialize<'de>"))]
pub(super) struct Tracked<K: Ord, V> {
    map: BTreeMap<K, V>,
    #[serde(skip, default = "BTreeSet::new")]
    touched: BTreeSet<K>,
}

impl<K: Ord + Copy, V> Tracked<K, V> {
    pub fn new(map: BTreeMap<K, V>) -> Self {
        Self { map, touched: BTreeSet::new() }
    }

    pub fn insert(&mut self, key: K, value: V) {
        self.touched.insert(key);
        self.map.insert(key, value);
    }

    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let value = self.map.get_mut(key)?;
        self.touched.insert(*key);
        Some(value)
    }

    pub fn remove(&mut self, key: &K) -> Option<V> {
        let value = self.map.remove(key)?;
        self.touched.insert(*key);
        Some(value)
    }

    pub fn retain(&mut self, mut stays: impl FnMut(&K, &V) -> bool) {
        let touched = &mut self.touched;
        self.map.retain(|key, value| {
            let stays = stays(key, value);
            if !stays {
                touched.insert(*key);
            }
            stays
        });
    }

    /// Removes those that are over, as many as end in a turn.
    pub fn end(&mut self, is_over: impl Fn(&V) -> bool) {
        let mut left = limits::SESSIONS_ENDED_PER_TURN;
        self.retain(|_, value| {
            let ends = left > 0 && is_over(value);
            left -= usize::from(ends);
            !ends
        });
    }

    /// The keys that were touched since this was last asked, in order.
    pub fn take_touched(&mut self) -> BTreeSet<K> {
        std::mem::take(&mut self.touched)
    }
}

impl<K: Ord, V> Deref for Tracked<K, V> {
    type Target = BTreeMap<K, V>;

    fn deref(&self) -> &BTreeMap<K, V> {
        &self.map
    }
}
