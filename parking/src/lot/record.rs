//! What a lot remembers, as records: each session, exception, receipt and key is one, and so is the lot itself. A transaction
//! writes those that have changed, each under a key of its own, and erases those that are gone.

use super::Lot;
use super::exception::{Exception, ExceptionId};
use super::receipt::{IdempotencyKey, Issued, ReceiptNumber};
use super::session::{Session, SessionId};
use super::state::State;
use super::terms::{after, days, hours};
use super::told::told_ends;
use super::tracked::Tracked;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use zeroize::Zeroizing;

/// Days after which the lot's own record is gone if nothing happens: its count of cars starts anew then.
const LOT_DAYS: u32 = 7;
/// Bytes that a record hardly ever exceeds, so that it does not grow and leave a copy behind.
const RECORD_BYTES: usize = 4096;

/// Which record it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RecordId {
    /// The lot: its count of cars, its terminals, the barriers that are open.
    Lot,
    /// A session, with its hash.
    Session(SessionId),
    /// An exception.
    Exception(ExceptionId),
    /// A receipt.
    Receipt(ReceiptNumber),
    /// A key by which something was told.
    Told(IdempotencyKey),
}

/// The text of a record, and the first instant at which it must be gone.
pub type RecordText = (Zeroizing<Vec<u8>>, Timestamp);

/// The lot's own record.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ledger {
    latest: Timestamp,
    next_number: u64,
    terminals: BTreeMap<String, Timestamp>,
    is_reading: bool,
    released: BTreeMap<String, Timestamp>,
    occupied: i64,
}

/// Records that a lot is restored from. Its own is missing in a new lot, or if nothing happened for a week: numbers go on from
/// the clock then, and the count of cars from nothing.
#[derive(Default)]
pub struct Records {
    ledger: Option<Ledger>,
    sessions: BTreeMap<SessionId, Session>,
    exceptions: BTreeMap<ExceptionId, Exception>,
    receipts: BTreeMap<ReceiptNumber, Issued>,
    told: BTreeMap<IdempotencyKey, Timestamp>,
}

impl Records {
    /// Takes the text of one record.
    ///
    /// # Errors
    /// When it is none of that kind.
    pub fn add(&mut self, id: RecordId, text: &[u8]) -> Result<(), serde_json::Error> {
        match id {
            RecordId::Lot => self.ledger = Some(serde_json::from_slice(text)?),
            RecordId::Session(number) => drop(self.sessions.insert(number, serde_json::from_slice(text)?)),
            RecordId::Exception(number) => drop(self.exceptions.insert(number, serde_json::from_slice(text)?)),
            RecordId::Receipt(number) => drop(self.receipts.insert(number, serde_json::from_slice(text)?)),
            RecordId::Told(key) => drop(self.told.insert(key, serde_json::from_slice(text)?)),
        }
        Ok(())
    }

    /// The state that they are of. `now` is the latest time that is known to have been, should the clock be behind it.
    pub fn into_state(self, now: Timestamp) -> State {
        let mut state = State::new(now);
        let last = self.sessions.keys().map(|id| id.0).chain(self.exceptions.keys().map(|id| id.0)).max();
        match self.ledger {
            Some(Ledger { latest, next_number, terminals, is_reading, released, occupied }) => {
                (state.latest, state.next_number) = (latest.max(now), next_number);
                (state.terminals, state.is_reading) = (terminals, is_reading);
                (state.released, state.occupied) = (released, occupied);
            }
            // Numbers that were given out before are not known: none is as large as the time.
            None => state.next_number = u64::try_from(now.as_millisecond()).unwrap_or(1),
        }
        state.next_number = state.next_number.max(last.map_or(1, |last| last.saturating_add(1)));
        state.sessions = Tracked::new(self.sessions);
        state.exceptions = Tracked::new(self.exceptions);
        state.receipts = Tracked::new(self.receipts);
        state.told = Tracked::new(self.told);
        state
    }
}

impl Lot {
    /// The records that may have changed since this was last asked, the lot's own among them if it has.
    pub fn take_changed(&mut self) -> BTreeSet<RecordId> {
        self.state.take_changed()
    }

    /// The text of a record, and the first instant at which it must be gone; `None` if it is gone already.
    ///
    /// # Errors
    /// When it cannot be written as text.
    pub fn record(&self, id: RecordId) -> Result<Option<RecordText>, serde_json::Error> {
        let State { sessions, exceptions, receipts, told, latest, .. } = &self.state;
        match id {
            RecordId::Lot => text(Some(&self.state.ledger()), |_| after(*latest, days(LOT_DAYS))),
            RecordId::Session(number) => text(sessions.get(&number), |session| session.deadline),
            RecordId::Exception(number) => text(exceptions.get(&number), |exception| exception.deadline),
            RecordId::Receipt(number) => text(receipts.get(&number), |issued| self.receipt_ends(issued)),
            RecordId::Told(key) => text(told.get(&key), |told| told_ends(*told)),
        }
    }

    /// When nothing can be done with a receipt any more.
    fn receipt_ends(&self, issued: &Issued) -> Timestamp {
        let kept = days(self.terms.refund_days).max(hours(self.terms.longest_stay_hours));
        after(issued.receipt.paid, kept)
    }
}

/// What is there as text, and when it must be gone.
fn text<R: Serialize>(
    record: Option<&R>,
    ends: impl FnOnce(&R) -> Timestamp,
) -> Result<Option<RecordText>, serde_json::Error> {
    let Some(record) = record else { return Ok(None) };
    let mut text = Zeroizing::new(Vec::with_capacity(RECORD_BYTES));
    serde_json::to_writer(&mut *text, record)?;
    Ok(Some((text, ends(record))))
}

impl State {
    fn take_changed(&mut self) -> BTreeSet<RecordId> {
        let mut changed: BTreeSet<_> = self.sessions.take_touched().into_iter().map(RecordId::Session).collect();
        changed.extend(self.exceptions.take_touched().into_iter().map(RecordId::Exception));
        changed.extend(self.receipts.take_touched().into_iter().map(RecordId::Receipt));
        changed.extend(self.told.take_touched().into_iter().map(RecordId::Told));
        let ledger = (self.next_number, self.terminals.clone(), self.is_reading, self.released.clone(), self.occupied);
        if self.written.as_ref() != Some(&ledger) {
            self.written = Some(ledger);
            changed.insert(RecordId::Lot);
        }
        changed
    }

    /// Every record that there is.
    pub fn record_ids(&self) -> impl Iterator<Item = RecordId> {
        let sessions = self.sessions.keys().copied().map(RecordId::Session);
        let exceptions = self.exceptions.keys().copied().map(RecordId::Exception);
        let receipts = self.receipts.keys().copied().map(RecordId::Receipt);
        let told = self.told.keys().copied().map(RecordId::Told);
        std::iter::once(RecordId::Lot).chain(sessions).chain(exceptions).chain(receipts).chain(told)
    }

    fn ledger(&self) -> Ledger {
        Ledger {
            latest: self.latest,
            next_number: self.next_number,
            terminals: self.terminals.clone(),
            is_reading: self.is_reading,
            released: self.released.clone(),
            occupied: self.occupied,
        }
    }
}
