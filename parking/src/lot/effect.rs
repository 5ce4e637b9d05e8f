//! What is to be done in the world, returned with every answer.
//!
//! Answer, new state and effects belong in one transaction. What an effect does not say to keep is not kept: a read that
//! leads to no [`Effect::Keep`] is dropped when the call returns.

use super::exception::{ExceptionId, ExceptionKind};
use super::receipt::ReceiptNumber;
use super::session::SessionId;
use super::terms::Fallback;
use crate::money::Money;
use jiff::Timestamp;

/// An answer, with what is to be done for it to be true.
#[derive(Debug)]
#[must_use = "the effects are part of the answer: nothing is erased, opened or kept unless they are carried out"]
pub struct Step<A> {
    /// What was asked, or why not.
    pub answer: Result<A, Refusal>,
    /// In this order.
    pub effects: Vec<Effect>,
}

/// One thing to be done.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Seal the plate that was read under a new key of this session.
    Keep {
        /// The new session.
        session: SessionId,
        /// First instant at which nothing of it may be there.
        deadline: Timestamp,
    },
    /// Erase the session's key, hash, sealed plate, crops and queue entries (INV-6).
    Erase {
        /// The session, of which the state knows nothing any more.
        session: SessionId,
    },
    /// Open the barrier for one car.
    OpenBarrier {
        /// Where.
        lane: String,
    },
    /// Put this on the staff's list. What was read is dropped: it may be of somebody who has paid.
    Raise {
        /// Its number.
        exception: ExceptionId,
        /// What is the matter.
        kind: ExceptionKind,
        /// The sessions that it may be about.
        candidates: Vec<SessionId>,
        /// First instant at which it is gone.
        deadline: Timestamp,
    },
    /// Take it off the list.
    Withdraw {
        /// Its number.
        exception: ExceptionId,
    },
    /// Ask the system that knows the tariff.
    AskPrice {
        /// For which session.
        session: SessionId,
        /// When it came.
        entered: Timestamp,
        /// Up to when it is charged.
        until: Timestamp,
    },
    /// Count a read that was matched although it differs in a character.
    NearMatch {
        /// The only session that it can be.
        session: SessionId,
    },
    /// Disclose to the enforcement system that this car has not paid; [`Effect::Erase`] follows.
    HandOver {
        /// The session, whose sealed plate is disclosed.
        session: SessionId,
        /// When it came.
        entered: Timestamp,
        /// When it left.
        left: Timestamp,
        /// What it owes.
        outstanding: Money,
    },
    /// Pay back.
    Refund {
        /// The receipt.
        receipt: ReceiptNumber,
        /// What was paid with it.
        amount: Money,
    },
    /// Read no plate from now on, since nobody can pay here, and say so (IVA-7a).
    StopReading {
        /// What holds meanwhile.
        fallback: Fallback,
    },
    /// Read again, and close the barriers that were held open.
    ResumeReading,
    /// Print a ticket for one car.
    IssueTicket {
        /// Where.
        lane: String,
    },
}

/// Why something was not done. Nothing has changed but what time itself changes, and the staff's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No such lane.
    #[error("the lot has no such lane")]
    UnknownLane,
    /// The lane cannot do it.
    #[error("the lane has no barrier")]
    NoBarrier,
    /// No such terminal.
    #[error("the lot has no such terminal")]
    UnknownTerminal,
    /// Plates are not read now.
    #[error("no terminal can take payment, so no plate is read (IVA-7a)")]
    NotReading,
    /// No session is found.
    #[error("no car is known by that, or it has paid")]
    UnknownSession,
    /// Several sessions are, and none exactly.
    #[error("several cars may be meant; the staff is told")]
    Ambiguous,
    /// Two currencies.
    #[error("the amount is in another currency than what is due")]
    Currency,
    /// Nothing, or more than an amount can be.
    #[error("the amount is nothing, or more than an amount can be")]
    Amount,
    /// What is due is not known.
    #[error("what is due is not known yet")]
    NotPriced,
    /// The tariff is not external.
    #[error("the lot has a tariff of its own")]
    OwnTariff,
    /// The key of an earlier payment, for another one.
    #[error("the idempotency key was used for another payment")]
    KeyReused,
    /// The number of another receipt.
    #[error("the receipt number is taken")]
    NumberTaken,
    /// No such receipt.
    #[error("no such receipt, or it is too old")]
    UnknownReceipt,
    /// It has opened an exit already, or nothing was left to open.
    #[error("the receipt has been used")]
    ReceiptUsed,
    /// Something remains due.
    #[error("the receipt is of a part of what is due")]
    NotSettled,
    /// It was paid back already.
    #[error("the receipt was refunded")]
    Refunded,
    /// Past the window.
    #[error("the time for a refund is over")]
    RefundOver,
    /// No such exception.
    #[error("no such exception, or its deadline has come")]
    UnknownException,
    /// The decision does not fit.
    #[error("this cannot be decided of that exception")]
    NotDecidable,
    /// More claims than a session can have.
    #[error("the session has as many claims as it may")]
    TooManyGrants,
    /// No such permit.
    #[error("no such permit, or it has ended")]
    UnknownPermit,
    /// It would hold for nothing, or for too long.
    #[error("a permit ends, and within 366 days")]
    PermitTerm,
    /// More than a lot can have.
    #[error("the lot has as many permits as it may")]
    TooManyPermits,
    /// The tariff has no word for a claim.
    #[error("the tariff has nothing for that claim")]
    NoConcession,
}
