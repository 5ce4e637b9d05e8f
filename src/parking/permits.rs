//! The permits of a lot: of each, a keyed hash of its plate under a key of its own, what it is worth, and when it ends.
//!
//! ```text
//! plate given ─▶ key drawn ─▶ HMAC ─▶ a page of the workbook, which ends with the permit
//! plate read ──▶ HMAC under the key of each permit ─▶ equal: what that one is worth
//! ```
//! The plate itself is kept nowhere, so nobody can list who has one; whoever opens the vault can try out plates.

use super::keys::{Key, draw, hash};
use super::ledger::{Change, Name};
use anyhow::{Context, Result};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use vokter_parking::lot::Match;
use vokter_parking::permit::{Permit, PermitId};
use vokter_parking::plate::Plate;
use vokter_parking::tariff::Grant;
use vokter_rules::limits;
use zeroize::Zeroizing;

/// Bytes that a permit's page hardly ever exceeds, so that its text does not grow and leave a copy behind.
const PAGE_BYTES: usize = 1024;

/// A permit. Its page is the key, then the rest as JSON.
struct Held {
    key: Key,
    rest: Rest,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rest {
    hash: Match,
    grant: Grant,
    until: Timestamp,
}

impl Held {
    fn is_of(&self, plate: &Plate) -> bool {
        hash(&self.key, plate) == self.rest.hash
    }

    fn holds(&self, now: Timestamp) -> bool {
        now < self.rest.until
    }

    /// Reads a page; `None` if it is none.
    fn read(page: &[u8]) -> Option<Self> {
        let (key, rest) = page.split_first_chunk()?;
        Some(Self { key: Zeroizing::new(*key), rest: serde_json::from_slice(rest).ok()? })
    }

    fn page(&self) -> Result<Zeroizing<Vec<u8>>> {
        let mut page = Zeroizing::new(Vec::with_capacity(PAGE_BYTES));
        page.extend_from_slice(self.key.as_slice());
        serde_json::to_writer(&mut *page, &self.rest).context("a permit cannot be written")?;
        Ok(page)
    }
}

/// The permits that there are, by number.
#[derive(Default)]
pub struct Permits(BTreeMap<PermitId, Held>);

impl Permits {
    /// Takes one that was kept; whether it is one.
    pub fn add(&mut self, id: PermitId, page: &[u8]) -> bool {
        let held = Held::read(page);
        held.is_some_and(|held| {
            self.0.insert(id, held);
            true
        })
    }

    /// Gives one, in the place of an earlier one of that plate; `None` if the lot has as many as it may.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn give(
        &mut self,
        plate: &Plate,
        (grant, until): (Grant, Timestamp),
        change: &mut Change,
    ) -> Result<Option<Permit>> {
        let replaced: Vec<_> = self.0.iter().filter(|(_, held)| held.is_of(plate)).map(|(id, _)| *id).collect();
        if self.0.len() - replaced.len() >= limits::PERMITS_PER_LOT {
            return Ok(None);
        }
        let id = loop {
            let id = PermitId::from(getrandom::u64().context("the system gives no random numbers")?);
            if !self.0.contains_key(&id) {
                break id;
            }
        };
        let key = draw()?;
        let rest = Rest { hash: hash(&key, plate), grant: grant.of_permit(), until };
        let held = Held { key, rest };
        change.keep(Name::Permit(id), &held.page()?, until)?;
        replaced.into_iter().for_each(|id| self.end(id, change));
        self.0.insert(id, held);
        Ok(Some(Permit { id, until }))
    }

    /// Withdraws one; whether there was one.
    pub fn withdraw(&mut self, id: PermitId, change: &mut Change) -> bool {
        let is_there = self.0.contains_key(&id);
        self.end(id, change);
        is_there
    }

    /// Ends those whose time has come, some a turn.
    pub fn end_some(&mut self, now: Timestamp, change: &mut Change) {
        let over = self.0.iter().filter(|(_, held)| !held.holds(now)).map(|(id, _)| *id);
        let over: Vec<_> = over.take(limits::SESSIONS_ENDED_PER_TURN).collect();
        over.into_iter().for_each(|id| self.end(id, change));
    }

    fn end(&mut self, id: PermitId, change: &mut Change) {
        if self.0.remove(&id).is_some() {
            change.erase(Name::Permit(id));
        }
    }

    /// Those that hold: of a plate, or all.
    pub fn list(&self, of: Option<&Plate>, now: Timestamp) -> Vec<Permit> {
        self.holding(of, now).map(|(id, held)| Permit { id: *id, until: held.rest.until }).collect()
    }

    /// What a plate has a claim to.
    pub fn grants(&self, plate: &Plate, now: Timestamp) -> Vec<Grant> {
        self.holding(Some(plate), now).map(|(_, held)| held.rest.grant.clone()).collect()
    }

    fn holding<'a>(&'a self, of: Option<&'a Plate>, now: Timestamp) -> impl Iterator<Item = (&'a PermitId, &'a Held)> {
        self.0.iter().filter(move |(_, held)| held.holds(now) && of.is_none_or(|plate| held.is_of(plate)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;
    use vokter_parking::tariff::{Entitlement, Tariff};

    const TARIFF: &str = r#"
        currency = "NOK"
        time_zone = "Europe/Oslo"
        rates = [{ price = 100 }]
        concessions = { disabled-permit = "free" }
    "#;

    #[test]
    fn inv_6_a_page_says_what_a_permit_is_worth_and_neither_whose_it_is_nor_why() {
        let tariff: Tariff = toml::from_str(TARIFF).unwrap();
        let now = Timestamp::UNIX_EPOCH;
        let until = now + SignedDuration::from_hours(1);
        let grant = tariff.grant(Entitlement::DisabledPermit, Some(until)).unwrap();
        let plate = Plate::new("AB 12345").unwrap();
        let (mut permits, mut change) = (Permits::default(), Change::default());
        let permit = permits.give(&plate, (grant.clone(), until), &mut change).unwrap().unwrap();
        let page = permits.0[&permit.id].page().unwrap();
        let text = String::from_utf8_lossy(&page);
        assert!(!text.contains("AB12345") && !text.contains("disabled"), "{text}");
        assert!(page.len() <= PAGE_BYTES && page.capacity() == PAGE_BYTES);

        let mut read = Permits::default();
        assert!(read.add(permit.id, &page) && !read.add(permit.id, &page[..40]) && !read.add(permit.id, b"short"));
        assert_eq!(read.grants(&plate, now), [grant.of_permit()]);
        assert_eq!(read.grants(&Plate::new("AB 12346").unwrap(), now), []);
        assert_eq!(read.grants(&plate, until), [], "from then on it no longer holds");
    }
}
