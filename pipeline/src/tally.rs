//! What the counting rules have counted, in memory.

use crate::health::lock;
use std::sync::Mutex;
use vokter_rules::analysis::LineCount;

/// The count of one counting rule.
#[derive(Debug)]
pub struct Tally {
    /// The purpose it belongs to.
    pub purpose: String,
    /// The rule.
    pub rule: String,
    /// The camera it looks at.
    pub camera: String,
    count: Mutex<LineCount>,
}

impl Tally {
    pub(crate) fn new(purpose: &str, rule: &str, camera: &str) -> Self {
        let (purpose, rule, camera) = (purpose.to_owned(), rule.to_owned(), camera.to_owned());
        Self { purpose, rule, camera, count: Mutex::default() }
    }

    pub(crate) fn count(&self) -> std::sync::MutexGuard<'_, LineCount> {
        lock(&self.count)
    }

    /// The exact count so far. Not for publication: what is published is released with noise (IVA-11c).
    pub fn exact(&self) -> LineCount {
        self.count().clone()
    }
}
