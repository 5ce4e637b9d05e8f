//! What a lot remembers. It holds no plate.

use super::exception::{Exception, ExceptionId};
use super::receipt::{IdempotencyKey, Issued, ReceiptNumber};
use super::session::{Session, SessionId};
use super::tracked::Tracked;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// The state of a lot.
#[derive(Debug)]
pub struct State {
    /// The latest time that was ever passed in.
    pub(super) latest: Timestamp,
    /// Sessions and exceptions are numbered together, from here on.
    pub(super) next_number: u64,
    pub(super) sessions: Tracked<SessionId, Session>,
    pub(super) exceptions: Tracked<ExceptionId, Exception>,
    pub(super) receipts: Tracked<ReceiptNumber, Issued>,
    /// What machines have told by a key, and when: a repetition counts once.
    pub(super) told: Tracked<IdempotencyKey, Timestamp>,
    /// When each terminal last said that it can take payment.
    pub(super) terminals: BTreeMap<String, Timestamp>,
    pub(super) is_reading: bool,
    /// Barriers that are open for one car, and until when.
    pub(super) released: BTreeMap<String, Timestamp>,
    /// Cars in the lot, as counted; it may have drifted out of what is possible.
    pub(super) occupied: i64,
    /// Of the lot's own record, what was written last.
    pub(super) written: Option<Written>,
}

/// What changes in a lot's own record: numbers, terminals, whether it reads, open barriers, cars.
pub(super) type Written = (u64, BTreeMap<String, Timestamp>, bool, BTreeMap<String, Timestamp>, i64);

impl State {
    pub(super) fn new(now: Timestamp) -> Self {
        Self {
            latest: now,
            next_number: 1,
            sessions: Tracked::new(BTreeMap::new()),
            exceptions: Tracked::new(BTreeMap::new()),
            receipts: Tracked::new(BTreeMap::new()),
            told: Tracked::new(BTreeMap::new()),
            terminals: BTreeMap::new(),
            is_reading: false,
            released: BTreeMap::new(),
            occupied: 0,
            written: None,
        }
    }

    /// The sessions, by number.
    pub fn sessions(&self) -> impl Iterator<Item = (SessionId, &Session)> {
        self.sessions.iter().map(|(id, session)| (*id, session))
    }

    /// The latest time that was ever passed in.
    pub fn latest(&self) -> Timestamp {
        self.latest
    }

    /// The lanes whose barrier is open for a car.
    pub fn released(&self, now: Timestamp) -> impl Iterator<Item = &str> {
        self.released.iter().filter(move |(_, until)| now < **until).map(|(lane, _)| lane.as_str())
    }

    /// The session of that number.
    pub fn session(&self, id: SessionId) -> Option<&Session> {
        self.sessions.get(&id)
    }

    /// What waits for a decision, oldest first.
    pub fn exceptions(&self) -> impl Iterator<Item = (ExceptionId, &Exception)> {
        self.exceptions.iter().map(|(id, exception)| (*id, exception))
    }

    /// Whether plates are read.
    pub fn is_reading(&self) -> bool {
        self.is_reading
    }
}
