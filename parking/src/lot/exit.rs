//! Going out: which session a car is, if any, and what becomes of it.

use super::Passed;
use super::effect::{Effect, Refusal};
use super::entry::GRANTS;
use super::exception::ExceptionKind;
use super::receipt::{Issued, ReceiptNumber};
use super::session::{SessionId, Stage, Transition};
use super::sought::Sought;
use super::terms::{ExitAfterPayment, Heading, Lane, after, seconds};
use super::turn::Turn;
use crate::tariff::Grant;
use jiff::Timestamp;

impl Turn<'_> {
    /// A permit of its plate counts here too: coming in it may have been misread, or had none yet.
    pub fn leave(&mut self, lane: &Lane, sought: Option<Sought>, grants: Vec<Grant>) -> Result<Passed, Refusal> {
        if let Some(sought) = &sought
            && self.has_just_left(lane, sought)
        {
            return Ok(Passed::Again);
        }
        if !lane.barrier {
            self.count(Heading::Out);
        }
        let Some(sought) = sought else { return Ok(self.leave_unread(lane)) };
        let exact = self.sessions_where(|session| session.may_be_inside() && session.is_of(&sought));
        if let Some(id) = exact.first() {
            self.claim(*id, grants);
            return Ok(self.depart(*id, lane, self.now));
        }
        if self.is_released(lane) {
            // It is the one for which the barrier is open, and which is nobody any more.
            return Ok(Passed::Again);
        }
        if grants.iter().any(|grant| grant.is_free(self.now)) && !lane.is_wrong_way(Heading::Out) {
            // What was read coming in is another's, or nobody's: no session ends by it.
            if lane.barrier {
                self.release(&lane.name);
            }
            return Ok(Passed::Permitted);
        }
        let near = self.sessions_where(|session| session.may_be_inside() && session.may_be_of(&sought));
        match near[..] {
            [] => Ok(self.leave_unmatched(lane)),
            [id] if !self.is_one_outstanding() => {
                self.effects.push(Effect::NearMatch { session: id });
                Ok(self.depart(id, lane, self.now))
            }
            _ => Ok(Passed::Undecided(self.raise(ExceptionKind::AmbiguousExit, Some(&lane.name), near))),
        }
    }

    /// What a permit says now takes the place of what it said coming in; one that has ended meanwhile counts for this stay.
    fn claim(&mut self, id: SessionId, grants: Vec<Grant>) {
        let Some(session) = self.state.sessions.get_mut(&id) else { return };
        let permits: Vec<_> = grants.into_iter().filter(Grant::is_of_permit).collect();
        if !permits.is_empty() {
            session.grants.retain(|grant| !grant.is_of_permit());
            let room = GRANTS.saturating_sub(session.grants.len());
            session.grants.extend(permits.into_iter().take(room));
        }
    }

    /// An open lane has no crossing that tells one car from the next: a second read at once is of the same.
    fn has_just_left(&self, lane: &Lane, sought: &Sought) -> bool {
        self.state.sessions.values().any(|session| {
            session.stage == Stage::Left
                && session.lane == lane.name
                && session.is_of(sought)
                && self.now <= after(session.since, seconds(self.terms.barrier_seconds))
        })
    }

    /// The car of this session goes out through that lane, or went when it was read.
    pub fn depart(&mut self, id: SessionId, lane: &Lane, at: Timestamp) -> Passed {
        let Some(session) = self.state.sessions.get_mut(&id) else { return Passed::Unmatched };
        session.lane.clone_from(&lane.name);
        let outstanding = self.state.sessions.get(&id).and_then(|session| self.outstanding(session, at));
        let is_wrong_way = lane.is_wrong_way(Heading::Out);
        if outstanding.is_some_and(|outstanding| outstanding.is_zero()) {
            self.transit(id, Transition::LeaveFree);
            if lane.barrier && !is_wrong_way {
                self.release(&lane.name);
            }
            return Passed::Free(id);
        }
        let (transition, passed) = if lane.barrier && !is_wrong_way {
            (Transition::ReachExit, Passed::MustPay(id, outstanding))
        } else {
            (Transition::DriveOff, Passed::LeftUnpaid(id, outstanding))
        };
        // One that stands at the barrier already is read again, and nothing is new.
        if self.transit(id, transition).is_some()
            && let Some(session) = self.state.sessions.get_mut(&id)
        {
            session.since = at;
        }
        if is_wrong_way {
            self.raise(ExceptionKind::WrongDirection, Some(&lane.name), vec![id]);
        }
        if outstanding.is_none() {
            self.ask_price(id);
        }
        passed
    }

    pub fn ask_price(&mut self, id: SessionId) {
        if let Some(session) = self.state.sessions.get(&id) {
            let (entered, until) = (session.entered, session.charged_until(self.now));
            self.effects.push(Effect::AskPrice { session: id, entered, until });
        }
    }

    fn is_one_outstanding(&self) -> bool {
        self.state.receipts.values().any(|issued| issued.is_outstanding(self.now))
    }

    /// The oldest receipt by which a car may be on its way out.
    fn oldest_outstanding(&mut self) -> Option<&mut Issued> {
        let now = self.now;
        let receipts = self.state.receipts.values().filter(|issued| issued.is_outstanding(now));
        let oldest = receipts.min_by_key(|issued| issued.receipt.leave_by)?.receipt.number;
        self.state.receipts.get_mut(&oldest)
    }

    /// Whether the barrier is open for a car that drives out here.
    fn is_released(&self, lane: &Lane) -> bool {
        !lane.is_wrong_way(Heading::Out) && self.state.released.contains_key(&lane.name)
    }

    fn leave_unmatched(&mut self, lane: &Lane) -> Passed {
        if !lane.barrier {
            let paid = self.oldest_outstanding().map(|issued| issued.is_used = true);
            return paid.map_or(Passed::Unmatched, |()| Passed::Paid);
        }
        if lane.is_wrong_way(Heading::Out) {
            return Passed::Undecided(self.raise(ExceptionKind::WrongDirection, Some(&lane.name), vec![]));
        }
        let by_count = self.terms.exit_after_payment == ExitAfterPayment::ByCount;
        if by_count && let Some(issued) = self.oldest_outstanding() {
            issued.is_used = true;
            self.release(&lane.name);
            return Passed::Paid;
        }
        Passed::Undecided(self.raise(ExceptionKind::MissedEntry, Some(&lane.name), vec![]))
    }

    fn leave_unread(&mut self, lane: &Lane) -> Passed {
        if lane.barrier && lane.is_wrong_way(Heading::Out) {
            self.raise(ExceptionKind::WrongDirection, Some(&lane.name), vec![]);
        } else if lane.barrier && !self.is_released(lane) && !self.is_held_open() {
            self.raise(ExceptionKind::UnreadExit, Some(&lane.name), vec![]);
        }
        Passed::Unread
    }

    pub fn cross(&mut self, lane: &str, heading: Heading) -> Result<(), Refusal> {
        let lane = self.terms.lane(lane).ok_or(Refusal::UnknownLane)?;
        if !lane.barrier {
            return Err(Refusal::NoBarrier);
        }
        self.count(heading);
        if self.state.released.remove(&lane.name).is_some() {
            return Ok(());
        }
        let waiting = self.sessions_where(|session| {
            heading == Heading::Out && session.stage == Stage::AtExit && session.lane == lane.name
        });
        if self.is_held_open() {
            // Nobody could have paid.
            for id in waiting {
                self.transit(id, Transition::Waive);
            }
            return Ok(());
        }
        if let [id] = waiting[..] {
            self.transit(id, Transition::DriveOff);
        }
        self.raise(ExceptionKind::Tailgating, Some(&lane.name), waiting);
        Ok(())
    }

    /// Who comes in time leaves; who comes too late stays a while longer, from the payment on, as nobody in particular.
    pub fn show_receipt(&mut self, lane: &str, number: ReceiptNumber) -> Result<Passed, Refusal> {
        let lane = self.terms.lane(lane).ok_or(Refusal::UnknownLane)?;
        if !lane.barrier || lane.is_wrong_way(Heading::Out) {
            return Err(Refusal::NoBarrier);
        }
        let issued = self.state.receipts.get_mut(&number).ok_or(Refusal::UnknownReceipt)?;
        if !issued.receipt.outstanding.is_zero() {
            return Err(Refusal::NotSettled);
        }
        if issued.is_used {
            return Err(Refusal::ReceiptUsed);
        }
        if issued.is_refunded {
            return Err(Refusal::Refunded);
        }
        let is_in_time = issued.is_outstanding(self.now);
        issued.is_used = true;
        let paid = issued.receipt.paid;
        if is_in_time {
            self.release(&lane.name);
            return Ok(Passed::Paid);
        }
        let session = self.session_from(paid, Stage::Parked, lane);
        let id = self.begin_session(session);
        Ok(self.depart(id, lane, self.now))
    }
}
