//! Paying: look-up, amount, acknowledgement and, in the same step, erasure.

use super::effect::{Effect, Refusal};
use super::entry::GRANTS;
use super::exception::ExceptionKind;
use super::receipt::{Issued, Payment, Receipt, ReceiptNumber};
use super::session::{Quote, SessionId, Stage, Transition};
use super::sought::Sought;
use super::terms::{after, days, minutes};
use super::turn::Turn;
use crate::money::Money;
use crate::tariff::{Grant, Tariff};
use jiff::Timestamp;
use vokter_rules::limits;

/// What a session owes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// The session.
    pub session: SessionId,
    /// When its car came.
    pub entered: Timestamp,
    /// What remains to be paid; `None` if another system is asked.
    pub amount: Option<Money>,
    /// Up to and including when that holds, if it was said for some time.
    pub quoted_until: Option<Timestamp>,
}

/// What is known by a plate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// One stay, or several of which the earlier ones were not paid.
    pub dues: Vec<Due>,
    /// Whether the plate that was typed differs in a character from the one that was read, so that the driver must say
    /// that the time is right.
    pub is_near: bool,
}

impl Turn<'_> {
    pub fn look_up(&mut self, sought: &Sought) -> Result<Found, Refusal> {
        let mut ids = self.sessions_where(|session| session.is_payable() && session.is_of(sought));
        let is_near = ids.is_empty();
        if is_near {
            ids = self.sessions_where(|session| session.is_payable() && session.may_be_of(sought));
            match ids[..] {
                [] => return Err(Refusal::UnknownSession),
                [_] => {}
                _ => {
                    self.raise(ExceptionKind::AmbiguousPayment, None, ids);
                    return Err(Refusal::Ambiguous);
                }
            }
        }
        let dues: Result<_, _> = ids.into_iter().map(|id| self.quote(id)).collect();
        Ok(Found { dues: dues?, is_near })
    }

    /// Says what is due, so that it holds for as long as paying takes, and no longer for being asked again.
    fn quote(&mut self, id: SessionId) -> Result<Due, Refusal> {
        let session = self.session(id)?;
        if self.quoted(session).is_none() {
            match &self.terms.tariff {
                Tariff::Rated(rates) => {
                    let cost = rates.price(session.entered, session.charged_until(self.now), &session.grants);
                    self.hold(id, cost);
                }
                Tariff::External => self.ask_price(id),
            }
        }
        self.due(id)
    }

    pub fn due(&self, id: SessionId) -> Result<Due, Refusal> {
        let session = self.session(id)?;
        let quoted_until = session.quote.map(|quote| quote.until).filter(|until| self.now <= *until);
        let amount = self.outstanding(session, self.now);
        Ok(Due { session: id, entered: session.entered, amount, quoted_until })
    }

    /// An amount holds for some minutes; at the exit and after it for good, since nothing is added any more.
    fn hold(&mut self, id: SessionId, amount: Money) {
        let soon = after(self.now, minutes(self.terms.quote_minutes));
        if let Some(session) = self.state.sessions.get_mut(&id) {
            let is_over = matches!(session.stage, Stage::AtExit | Stage::Left);
            session.quote = Some(Quote { amount, until: if is_over { session.deadline } else { soon } });
        }
    }

    pub fn price(&mut self, id: SessionId, amount: Money) -> Result<Due, Refusal> {
        let session = self.session(id)?;
        let paid_otherwise = session.paid.is_some_and(|paid| paid.currency != amount.currency);
        match &self.terms.tariff {
            Tariff::Rated(_) => return Err(Refusal::OwnTariff),
            Tariff::External if amount.minor > limits::AMOUNT_MINOR => return Err(Refusal::Amount),
            Tariff::External if paid_otherwise => return Err(Refusal::Currency),
            Tariff::External => self.hold(id, amount),
        }
        self.recalculate(id)
    }

    pub fn grant(&mut self, id: SessionId, grant: Grant) -> Result<Due, Refusal> {
        let session = self.state.sessions.get_mut(&id).ok_or(Refusal::UnknownSession)?;
        if session.grants.len() >= GRANTS {
            return Err(Refusal::TooManyGrants);
        }
        session.grants.push(grant);
        self.recalculate(id)
    }

    /// What is due now. A car that waits at the exit and has nothing to pay any more goes; so does one that has left.
    fn recalculate(&mut self, id: SessionId) -> Result<Due, Refusal> {
        let due = self.due(id)?;
        let is_leaving = matches!(self.session(id)?.stage, Stage::AtExit | Stage::Left);
        if is_leaving && due.amount.is_some_and(Money::is_zero) {
            self.dismiss(id, Transition::LeaveFree);
        }
        Ok(due)
    }

    /// Erases a session, and opens the barrier at which its car waits.
    pub fn dismiss(&mut self, id: SessionId, transition: Transition) {
        let Some(session) = self.state.sessions.get(&id) else { return };
        let lane = (session.stage == Stage::AtExit).then(|| session.lane.clone());
        if self.transit(id, transition).is_some()
            && let Some(lane) = lane
        {
            self.release(&lane);
        }
    }

    pub fn pay(&mut self, id: SessionId, payment: Payment) -> Result<Receipt, Refusal> {
        let Payment { key, receipt: number, amount } = payment;
        if let Some(issued) = self.state.receipts.values().find(|issued| issued.key == key) {
            let is_same = issued.session == id && issued.taken == amount;
            return if is_same { Ok(issued.receipt) } else { Err(Refusal::KeyReused) };
        }
        if self.state.receipts.contains_key(&number) {
            return Err(Refusal::NumberTaken);
        }
        if amount.is_zero() || amount.minor > limits::AMOUNT_MINOR {
            return Err(Refusal::Amount);
        }
        let session = self.session(id)?;
        if !session.is_payable() {
            return Err(Refusal::UnknownSession);
        }
        let due = self.outstanding(session, self.now).ok_or(Refusal::NotPriced)?;
        let outstanding = due.less(amount).ok_or(Refusal::Currency)?;
        let change = amount.less(due).ok_or(Refusal::Currency)?;
        let net = amount.less(change).ok_or(Refusal::Currency)?;
        let is_settled = outstanding.is_zero();
        let is_inside = session.stage == Stage::Parked;
        let grace = after(self.now, minutes(self.terms.grace_minutes));
        let leave_by = (is_settled && is_inside).then_some(grace);
        let receipt = Receipt { number, amount: net, change, outstanding, paid: self.now, leave_by };
        self.issue(Issued { key, taken: amount, session: id, receipt, is_used: !is_inside, is_refunded: false });
        if is_settled {
            self.dismiss(id, Transition::Pay);
        } else if let Some(session) = self.state.sessions.get_mut(&id) {
            session.paid = session.paid.map_or(Some(net), |paid| paid.plus(net));
        }
        Ok(receipt)
    }

    /// Past the bound the oldest receipt is forgotten.
    fn issue(&mut self, issued: Issued) {
        if self.state.receipts.len() >= limits::RECEIPTS_PER_LOT {
            let receipts = self.state.receipts.values();
            let oldest = receipts.min_by_key(|issued| issued.receipt.paid).map(|issued| issued.receipt.number);
            oldest.map(|number| self.state.receipts.remove(&number));
        }
        self.state.receipts.insert(issued.receipt.number, issued);
    }

    pub fn refund(&mut self, number: ReceiptNumber) -> Result<Money, Refusal> {
        let issued = self.state.receipts.get_mut(&number).ok_or(Refusal::UnknownReceipt)?;
        let amount = issued.receipt.amount;
        if issued.is_refunded {
            return Err(Refusal::Refunded);
        }
        if after(issued.receipt.paid, days(self.terms.refund_days)) <= self.now {
            return Err(Refusal::RefundOver);
        }
        issued.is_refunded = true;
        if let Some(session) = self.state.sessions.get_mut(&issued.session) {
            session.paid = session.paid.and_then(|paid| paid.less(amount));
        }
        self.effects.push(Effect::Refund { receipt: number, amount });
        Ok(amount)
    }
}
