//! What a lot keeps in the vault: its records, the sealed plates, the keys of its hashes. Each is a page of the purpose's
//! workbook, under a key of its own.
//!
//! ```text
//! page = a line of JSON that says what it is, then the record, the plate or the key
//! ```

use super::keys::Keys;
use super::permits::Permits;
use anyhow::{Context, Result, bail};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use vokter_parking::lot::{RecordId, Records, SessionId};
use vokter_parking::permit::PermitId;
use vokter_parking::plate::Plate;
use vokter_vault::{Cut, ItemId, Page, PageKind, Vault, Workbook};
use zeroize::Zeroizing;

/// What a page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Name {
    /// What the lot remembers.
    Record(RecordId),
    /// The plate of a car that has to pay.
    Plate(SessionId),
    /// The key of the hashes of a day.
    Key(Date),
    /// A permit.
    Permit(PermitId),
}

/// What a workbook held when it was opened.
#[derive(Default)]
pub struct Found {
    /// What the lot remembers.
    pub records: Records,
    /// The keys of its hashes.
    pub keys: Keys,
    /// Who has a permit.
    pub permits: Permits,
    /// Pages that were none.
    pub strange: usize,
}

/// A change that is being put together.
#[derive(Default)]
pub struct Change {
    keep: Vec<(Name, Zeroizing<Vec<u8>>, Timestamp)>,
    erase: Vec<Name>,
}

impl Change {
    /// Keeps a page, in the place of an earlier one of that name.
    pub fn keep(&mut self, name: Name, body: &[u8], until: Timestamp) -> Result<()> {
        let head = serde_json::to_vec(&name).context("a page has no name")?;
        let mut text = Zeroizing::new(Vec::with_capacity(head.len() + 1 + body.len()));
        text.extend_from_slice(&head);
        text.push(b'\n');
        text.extend_from_slice(body);
        self.keep.push((name, text, until));
        Ok(())
    }

    /// Keeps a plate.
    pub fn keep_plate(&mut self, of: SessionId, plate: &Plate, until: Timestamp) -> Result<()> {
        self.keep(Name::Plate(of), plate.disclose_text().as_bytes(), until)
    }

    /// Erases a page, if it is there.
    pub fn erase(&mut self, name: Name) {
        self.erase.push(name);
    }

    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        self.keep.is_empty() && self.erase.is_empty()
    }
}

/// The workbook of a lot, and which page is where.
pub struct Ledger {
    vault: Arc<Vault>,
    workbook: Workbook,
    /// Whether the lot lives in the time of a recording and the vault does not.
    is_replay: bool,
    pages: BTreeMap<Name, ItemId>,
}

impl Ledger {
    /// Opens a workbook, and reads back what is in it.
    pub fn open(vault: Arc<Vault>, workbook: Workbook, is_replay: bool, now: Timestamp) -> Result<(Self, Found)> {
        let mut ledger = Self { vault, workbook, is_replay, pages: BTreeMap::new() };
        let found = ledger.read_back(now)?;
        Ok((ledger, found))
    }

    /// The time of the vault. A recording must not set its clock: other purposes lie there too.
    fn time(&self, now: Timestamp) -> Timestamp {
        if self.is_replay { Timestamp::now() } else { now }
    }

    /// Reads back what is kept: after a restart, or a change that was not kept.
    pub fn read_back(&mut self, now: Timestamp) -> Result<Found> {
        let (mut found, mut pages) = (Found::default(), BTreeMap::new());
        self.vault.read_back(&self.workbook, BY, "to go on with what is parked", self.time(now), |item, text| {
            match read(&text, &mut found) {
                Some(name) => drop(pages.insert(name, item)),
                None => found.strange += 1,
            }
        })?;
        self.pages = pages;
        Ok(found)
    }

    /// Carries a change out in one commit: when this returns, it lasts.
    pub fn commit(&mut self, change: &Change, now: Timestamp) -> Result<()> {
        let replaced = change.keep.iter().map(|(name, ..)| name);
        let mut over: Vec<_> = change.erase.iter().chain(replaced).collect();
        over.sort_unstable();
        over.dedup();
        let erase: Vec<_> = over.iter().filter_map(|name| self.pages.get(name).copied()).collect();
        let pages = change.keep.iter().map(|(name, text, until)| {
            let kind = if matches!(name, Name::Permit(_)) { PageKind::Permit } else { PageKind::Stay };
            Page { text, kind, until: *until }
        });
        let keep: Vec<_> = pages.collect();
        if keep.is_empty() && erase.is_empty() {
            return Ok(());
        }
        let is_ledger =
            |name: &&&Name| matches!(name, Name::Record(RecordId::Lot | RecordId::Receipt(_) | RecordId::Told(_)));
        let is_of_nobody = over.iter().filter(is_ledger).count() == over.len();
        let cut = if is_of_nobody { Cut::InTurn } else { Cut::Now };
        let kept = self.vault.revise(&self.workbook, &keep, &erase, cut, self.time(now))?;
        let is_lost =
            |((name, ..), item): (&(Name, _, _), &Option<ItemId>)| matches!(name, Name::Permit(_)) && item.is_none();
        if change.keep.iter().zip(&kept).any(is_lost) {
            bail!("a permit ends before the time of the vault");
        }
        for name in over {
            self.pages.remove(name);
        }
        let kept = change.keep.iter().zip(kept).filter_map(|((name, ..), item)| Some((*name, item?)));
        self.pages.extend(kept);
        Ok(())
    }

    /// A plate, to be disclosed: that and why is in the log first.
    pub fn disclose(&self, of: SessionId, why: &str, now: Timestamp) -> Result<Option<Plate>> {
        let Some(item) = self.pages.get(&Name::Plate(of)) else { return Ok(None) };
        let text = self.vault.read_page(&self.workbook, *item, BY, why, self.time(now))?;
        let body = split(&text).and_then(|(_, body)| std::str::from_utf8(body).ok());
        Ok(body.and_then(Plate::new))
    }

    /// The sessions whose plates are kept.
    pub fn plates(&self) -> impl Iterator<Item = SessionId> {
        self.pages.keys().filter_map(|name| if let Name::Plate(session) = name { Some(*session) } else { None })
    }

    /// The page of what is kept of a session: the number by which the log knows its plate.
    pub fn item_of(&self, session: SessionId) -> Option<ItemId> {
        self.pages.get(&Name::Plate(session)).copied()
    }
}

/// As whom the engine reads its own pages.
const BY: &str = "vokter";

/// The line that says what it is, and the rest.
fn split(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = text.iter().position(|byte| *byte == b'\n')?;
    Some((text.get(..end)?, text.get(end + 1..)?))
}

/// Takes a page into what was found, and says which it is.
fn read(text: &[u8], found: &mut Found) -> Option<Name> {
    let (head, body) = split(text)?;
    let name = serde_json::from_slice(head).ok()?;
    match name {
        Name::Record(id) => found.records.add(id, body).ok()?,
        Name::Key(day) => return found.keys.add(day, body).then_some(name),
        Name::Permit(id) => return found.permits.add(id, body).then_some(name),
        Name::Plate(_) => {}
    }
    Some(name)
}
