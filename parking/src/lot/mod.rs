//! A lot: which cars are in it, what they owe, and what must be done about it.
//!
//! ```text
//!  passage, crossing ─┐                      ┌─ answer: entered, must pay, …       or a refusal
//!  look-up, payment   ├─▶ Lot: now ─ deadlines ─ transition ─┤
//!  heartbeat, decision┘      ▲     first                     └─ effects: keep, erase, open the barrier, …
//!                            └── Terms, state (serialised, and read back after a restart)
//! ```
//! - The state holds hashes and times, never a plate. Answer, state and effects are one transaction: when a payment is
//!   acknowledged in full, the same [`Step`] says to erase, and the state knows the session no more (INV-6).
//! - A car that has paid is nobody. It leaves by its receipt, or by the count of those who have paid and not left.
//! - A read is matched to a session if it is the only explanation. A misread of one character is, if no other session and
//!   no car that has paid can be meant; everything else is an [`Exception`] with a deadline, for a person to decide.
//! - Time never goes back: the latest that was ever passed in counts. Whoever had no chance to pay is not handed over.
//! - Several lots are several values; nothing connects them, and a plate has another hash in each.

mod decision;
mod effect;
mod entry;
mod exception;
mod exit;
mod payment;
mod receipt;
mod record;
mod session;
mod sought;
mod state;
mod terminal;
mod terms;
#[cfg(test)]
mod tests;
mod told;
mod tracked;
mod turn;

pub use effect::{Effect, Refusal, Step};
pub use exception::{Exception, ExceptionId, ExceptionKind, Resolution};
pub use payment::{Due, Found};
pub use receipt::{IdempotencyKey, NotANumber, Payment, Receipt, ReceiptNumber};
pub use record::{RecordId, RecordText, Records};
pub use session::{Next, Session, SessionId, Stage, Transition};
pub use sought::{Match, Sought};
pub use state::State;
pub use terms::{ExitAfterPayment, Fallback, Heading, Lane, LaneDirection, Terms, TermsFault};

use crate::money::Money;
use crate::occupancy::{Occupancy, Place};
use crate::tariff::Grant;
use jiff::Timestamp;
use turn::Turn;

/// A lot under its terms.
#[derive(Debug)]
pub struct Lot {
    terms: Terms,
    state: State,
}

/// A car in a lane, as it was read.
#[derive(Debug)]
pub struct Passage<'a> {
    /// The lane's name.
    pub lane: &'a str,
    /// Which way the car drives.
    pub heading: Heading,
    /// Its plate, hashed; `None` if it could not be read.
    pub sought: Option<Sought>,
    /// What its plate has a claim to.
    pub grants: Vec<Grant>,
}

/// What a passage came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passed {
    /// A session has begun.
    Entered(SessionId),
    /// The car was read before, and nothing is new.
    Again,
    /// It has come in or stands at an exit, and nobody knows its plate.
    Unread,
    /// It has come in, and the lot knows as many cars as it may.
    Uncharged,
    /// It has backed away from the exit.
    BackedAway(SessionId),
    /// It leaves, and has nothing to pay.
    Free(SessionId),
    /// It stands at the exit, and has to pay; `None` if another system is asked how much.
    MustPay(SessionId, Option<Money>),
    /// It has driven off, and has to pay.
    LeftUnpaid(SessionId, Option<Money>),
    /// It leaves, and has paid.
    Paid,
    /// It leaves by its permit; no session is its own.
    Permitted,
    /// A person must decide.
    Undecided(ExceptionId),
    /// It has driven off, and no session is its own.
    Unmatched,
}

impl Lot {
    /// An empty lot, in which plates are read once a terminal has said that it can take payment.
    ///
    /// # Errors
    /// Everything that is wrong with the terms.
    pub fn new(terms: Terms, now: Timestamp) -> Result<Self, Vec<TermsFault>> {
        Self::restore(terms, State::new(now))
    }

    /// The lot as its state says.
    ///
    /// # Errors
    /// Everything that is wrong with the terms.
    pub fn restore(terms: Terms, state: State) -> Result<Self, Vec<TermsFault>> {
        let faults = terms.faults();
        if faults.is_empty() { Ok(Self { terms, state }) } else { Err(faults) }
    }

    /// The terms.
    pub fn terms(&self) -> &Terms {
        &self.terms
    }

    /// What there is to be kept across a restart.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Time goes by: deadlines come, and terminals fall silent. To be called at least once a minute.
    pub fn tick(&mut self, now: Timestamp) -> Step<()> {
        self.turn(now, |_| Ok(()))
    }

    /// A car was read in a lane, or seen there and not read: one passage, however long it waits.
    pub fn pass(&mut self, passage: Passage<'_>, now: Timestamp) -> Step<Passed> {
        self.turn(now, |turn| turn.pass(passage))
    }

    /// A car has passed the barrier of a lane. What is told again by the same key counts once.
    pub fn cross(&mut self, lane: &str, heading: Heading, key: Option<IdempotencyKey>, now: Timestamp) -> Step<()> {
        self.turn(now, |turn| turn.once(key, |turn| turn.cross(lane, heading), |_| Ok(())))
    }

    /// What is to be paid for a plate.
    pub fn look_up(&mut self, sought: &Sought, now: Timestamp) -> Step<Found> {
        self.turn(now, |turn| turn.look_up(sought))
    }

    /// Another system says what a session costs in all.
    pub fn price(&mut self, session: SessionId, amount: Money, now: Timestamp) -> Step<Due> {
        self.turn(now, |turn| turn.price(session, amount))
    }

    /// A session gets a claim to something else: a shop has stamped it. What is told again by the same key counts once.
    pub fn grant(
        &mut self,
        session: SessionId,
        grant: Grant,
        key: Option<IdempotencyKey>,
        now: Timestamp,
    ) -> Step<Due> {
        self.turn(now, |turn| turn.once(key, |turn| turn.grant(session, grant), |turn| turn.due(session)))
    }

    /// Money was taken for a session. If nothing remains due, the same step erases it.
    pub fn pay(&mut self, session: SessionId, payment: Payment, now: Timestamp) -> Step<Receipt> {
        self.turn(now, |turn| turn.pay(session, payment))
    }

    /// A receipt is shown at an exit.
    pub fn show_receipt(&mut self, lane: &str, number: ReceiptNumber, now: Timestamp) -> Step<Passed> {
        self.turn(now, |turn| turn.show_receipt(lane, number))
    }

    /// A payment is given back, by the number of its receipt.
    pub fn refund(&mut self, number: ReceiptNumber, now: Timestamp) -> Step<Money> {
        self.turn(now, |turn| turn.refund(number))
    }

    /// A terminal says that it is there, and whether it can take payment.
    pub fn heartbeat(&mut self, terminal: &str, can_take_payment: bool, now: Timestamp) -> Step<()> {
        self.turn(now, |turn| turn.heartbeat(terminal, can_take_payment))
    }

    /// The staff decides an exception.
    pub fn resolve(&mut self, exception: ExceptionId, resolution: Resolution, now: Timestamp) -> Step<()> {
        self.turn(now, |turn| turn.resolve(exception, resolution))
    }

    /// The staff lets a car off.
    pub fn waive(&mut self, session: SessionId, now: Timestamp) -> Step<()> {
        self.turn(now, |turn| turn.waive(session))
    }

    /// A car was counted in a lane where plates are not read.
    pub fn count(&mut self, heading: Heading, now: Timestamp) -> Step<()> {
        self.turn(now, |turn| {
            turn.count(heading);
            Ok(())
        })
    }

    /// Somebody has counted the cars in the lot: the count was off.
    pub fn reset_occupancy(&mut self, occupied: u32, now: Timestamp) -> Step<()> {
        self.turn(now, |turn| {
            turn.state.occupied = occupied.into();
            Ok(())
        })
    }

    /// The lot as a place, in the terms of ISO/TS 5206-1.
    pub fn place(&self) -> Place {
        Place::new(&self.terms.name, self.terms.capacity)
    }

    /// How full it is, in the terms of ISO/TS 5206-1.
    pub fn occupancy(&self) -> Occupancy {
        Occupancy::new(&self.terms.name, self.terms.capacity, self.state.occupied, self.state.latest)
    }

    fn turn<A>(&mut self, now: Timestamp, take: impl FnOnce(&mut Turn<'_>) -> Result<A, Refusal>) -> Step<A> {
        let mut turn = Turn::begin(&self.terms, &mut self.state, now);
        let answer = take(&mut turn);
        Step { answer, effects: turn.effects }
    }
}
