//! What changed between two policies, and which gates that opens (KRS-11).

use super::gate::{Aspect, Gate};
use super::site::SitePolicy;

/// One change of one purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The purpose.
    pub purpose: String,
    /// What of it changed; `None` for a purpose that is new.
    pub aspect: Option<Aspect>,
    /// Lines that are there now and were not before.
    pub added: Vec<String>,
    /// Lines that were there before and are not now.
    pub removed: Vec<String>,
    /// The gates of its records that this opens.
    pub reopens: Vec<Gate>,
}

/// What differs in `new` from `old`, purpose by purpose. A purpose that is gone needs no gate and is not named.
pub fn diff(old: &SitePolicy, new: &SitePolicy) -> Vec<Change> {
    let mut changes = vec![];
    for purpose in &new.purposes {
        let gates = || purpose.records.iter().filter_map(|index| new.records.get(*index)).map(|record| record.gate);
        let name = purpose.name.clone();
        let Some(before) = old.purposes.iter().find(|before| before.name == purpose.name) else {
            let (added, removed, reopens) = (vec![], vec![], gates().collect());
            changes.push(Change { purpose: name, aspect: None, added, removed, reopens });
            continue;
        };
        for aspect in Aspect::ALL.iter().copied() {
            let (was, is) = (before.aspects.lines(aspect), purpose.aspects.lines(aspect));
            if was == is {
                continue;
            }
            let only = |these: &[String], those: &[String]| {
                these.iter().filter(|line| !those.contains(line)).cloned().collect()
            };
            changes.push(Change {
                purpose: name.clone(),
                aspect: Some(aspect),
                added: only(is, was),
                removed: only(was, is),
                reopens: gates().filter(|gate| gate.covers().contains(&aspect)).collect(),
            });
        }
    }
    changes
}
