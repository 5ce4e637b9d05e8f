//! What was made of an item: the one that took its place, the copies and extracts that hold it. They share its fate (INV-5).

use crate::cases::{CaseRecord, Step};
use crate::disclosure::extracts_of;
use crate::error::VaultError;
use crate::item::ItemId;
use crate::purpose::PurposeLabel;
use crate::rights::copies_of;
use crate::vault::Session;
use std::collections::{BTreeMap, BTreeSet};

/// Which item took the place of which: it was held, or corrected.
#[derive(Default)]
pub struct Lineage {
    successors: BTreeMap<ItemId, ItemId>,
}

impl Lineage {
    fn of(records: &[CaseRecord]) -> Self {
        let mut lineage = Self::default();
        for record in records {
            match &record.step {
                Step::Held { before, items, .. } => {
                    lineage.successors.extend(before.iter().copied().zip(items.iter().copied()));
                }
                Step::Corrected { item, corrected, .. } => {
                    lineage.successors.insert(*item, *corrected);
                }
                _ => {}
            }
        }
        lineage
    }

    /// The number that an item has now. A successor is always newer, so this ends.
    pub fn current(&self, mut item: ItemId) -> ItemId {
        while let Some(next) = self.successors.get(&item) {
            item = *next;
        }
        item
    }
}

impl Session<'_> {
    /// Which item took the place of which.
    pub(crate) fn lineage(&self) -> Result<Lineage, VaultError> {
        Ok(Lineage::of(&self.records()?))
    }

    /// Erases items, and every copy and extract that holds one of them. Returns what has files to be taken away after the
    /// commit.
    ///
    /// # Errors
    /// When one of the items is not there.
    pub(crate) fn erase_everywhere(
        &mut self,
        label: &PurposeLabel,
        items: &[ItemId],
    ) -> Result<Vec<ItemId>, VaultError> {
        let records = self.records()?;
        let lineage = Lineage::of(&records);
        let erased: BTreeSet<_> = items.iter().map(|item| lineage.current(*item)).collect();
        let holds = |item: &ItemId| erased.contains(&lineage.current(*item));
        let purpose = label.text();
        erased.iter().try_for_each(|item| self.erase(&purpose, label, *item))?;
        let mut files: Vec<_> = erased.iter().copied().collect();
        let requests: BTreeSet<_> = records
            .iter()
            .filter(|record| matches!(&record.step, Step::Requested { items, .. } if items.iter().any(holds)))
            .map(|record| record.id)
            .collect();
        for record in &records {
            let (purpose, made) = match &record.step {
                Step::Copied { item, copy, .. } if holds(item) => (copies_of(label), *copy),
                Step::Decided { case, extract: Some(extract) } if requests.contains(case) => {
                    (extracts_of(label), extract.item)
                }
                _ => continue,
            };
            match self.erase(&purpose, label, made) {
                // It was erased before, or its time is over.
                Err(VaultError::NoItem { .. }) => {}
                other => {
                    other?;
                    files.push(made);
                }
            }
        }
        Ok(files)
    }
}
