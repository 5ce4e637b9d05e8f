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
    pub fn of(records: &[CaseRecord]) -> Self {
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
        for item in items {
            let item = lineage.current(*item);
            if self.row_of(&label.text(), item)?.is_none() {
                return Err(VaultError::NoItem { item: item.to_string(), purpose: label.to_string() });
            }
        }
        self.erase_left_of(label, items, &records, &lineage)
    }

    /// Erases what is left of items and of all that was made of them. Returns what has files to be taken away after the
    /// commit.
    pub(crate) fn erase_what_is_left(
        &mut self,
        label: &PurposeLabel,
        items: &[ItemId],
    ) -> Result<Vec<ItemId>, VaultError> {
        let records = self.records()?;
        self.erase_left_of(label, items, &records, &Lineage::of(&records))
    }

    fn erase_left_of(
        &mut self,
        label: &PurposeLabel,
        items: &[ItemId],
        records: &[CaseRecord],
        lineage: &Lineage,
    ) -> Result<Vec<ItemId>, VaultError> {
        let items: BTreeSet<_> = items.iter().map(|item| lineage.current(*item)).collect();
        let holds = |item: &ItemId| items.contains(&lineage.current(*item));
        let requests: BTreeSet<_> = records
            .iter()
            .filter(|record| matches!(&record.step, Step::Requested { items, .. } if items.iter().any(holds)))
            .map(|record| record.id)
            .collect();
        let made = records.iter().filter_map(|record| match &record.step {
            Step::Copied { item, copy, .. } if holds(item) => Some((copies_of(label), *copy)),
            Step::Decided { case, extract: Some(extract) } if requests.contains(case) => {
                Some((extracts_of(label), extract.item))
            }
            _ => None,
        });
        let mut files = Vec::new();
        for (purpose, item) in items.iter().map(|item| (label.text(), *item)).chain(made) {
            match self.erase(&purpose, label, item) {
                // It was erased before, or its time is over.
                Err(VaultError::NoItem { .. }) => {}
                other => {
                    other?;
                    files.push(item);
                }
            }
        }
        Ok(files)
    }
}
