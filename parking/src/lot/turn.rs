//! One call on a lot: deadlines first, then what was asked, with the effects of both. Every change of stage goes
//! through [`Turn::transit`].

use super::effect::{Effect, Refusal};
use super::exception::{Exception, ExceptionId, ExceptionKind};
use super::session::{Next, Session, SessionId, Stage, Transition};
use super::state::State;
use super::terms::{Fallback, Heading, Terms, after, days, hours, seconds};
use crate::money::Money;
use crate::tariff::Tariff;
use jiff::Timestamp;
use vokter_rules::limits;

pub(super) struct Turn<'a> {
    pub terms: &'a Terms,
    pub state: &'a mut State,
    pub now: Timestamp,
    pub effects: Vec<Effect>,
}

impl<'a> Turn<'a> {
    /// Begins with what time has brought since the last one. A clock that is set back stands still until it has caught up.
    pub fn begin(terms: &'a Terms, state: &'a mut State, now: Timestamp) -> Self {
        state.latest = state.latest.max(now);
        let now = state.latest;
        let mut turn = Self { terms, state, now, effects: vec![] };
        turn.watch_terminals();
        turn.end_exceptions();
        turn.end_sessions();
        turn.end_receipts();
        turn.end_told();
        turn.state.released.retain(|_, until| now < *until);
        turn
    }

    /// A number that was never given out.
    pub fn number(&mut self) -> u64 {
        let number = self.state.next_number;
        self.state.next_number += 1;
        number
    }

    /// Moves a session on; `None` if it is not there or that cannot happen to it. Whoever goes is erased here, and nowhere
    /// else.
    pub fn transit(&mut self, id: SessionId, transition: Transition) -> Option<()> {
        let session = self.state.sessions.get_mut(&id)?;
        let next = session.stage.after(transition)?;
        if session.stage == Stage::MissedExit || next == Next::Gone {
            self.settle(id, next == Next::Gone);
        }
        match next {
            Next::Stage(stage) => {
                let session = self.state.sessions.get_mut(&id)?;
                session.stage = stage;
                session.since = self.now;
                if matches!(stage, Stage::Parked | Stage::MissedExit) {
                    // What was said of a stay that was over.
                    session.quote = None;
                }
            }
            Next::Gone => {
                self.state.sessions.remove(&id);
                self.effects.push(Effect::Erase { session: id });
            }
        }
        Some(())
    }

    /// Takes off the list what is about a session: all of it, since what was read may be of its plate, or that it was
    /// missed.
    fn settle(&mut self, id: SessionId, is_gone: bool) {
        let of_it = |exception: &Exception| {
            exception.candidates.contains(&id) && (is_gone || exception.kind == ExceptionKind::MissedExit)
        };
        self.withdraw_where(of_it);
    }

    pub fn withdraw(&mut self, id: ExceptionId) {
        if self.state.exceptions.remove(&id).is_some() {
            self.effects.push(Effect::Withdraw { exception: id });
        }
    }

    pub fn withdraw_where(&mut self, which: impl Fn(&Exception) -> bool) {
        let effects = &mut self.effects;
        self.state.exceptions.retain(|id, exception| {
            let goes = which(exception);
            if goes {
                effects.push(Effect::Withdraw { exception: *id });
            }
            !goes
        });
    }

    /// Puts something on the list; once, as long as the same car waits at a barrier or the same sessions are meant. Past the
    /// bound the oldest is forgotten.
    pub fn raise(&mut self, kind: ExceptionKind, lane: Option<&str>, candidates: Vec<SessionId>) -> ExceptionId {
        let has_barrier = |lane| self.terms.lane(lane).is_some_and(|lane| lane.barrier);
        let may_be_there = lane.is_none_or(|lane| kind.is_of_a_waiting_car() && has_barrier(lane));
        let is_same = |exception: &Exception| {
            exception.kind == kind && exception.lane.as_deref() == lane && exception.candidates == candidates
        };
        let mut exceptions = self.state.exceptions.iter();
        if let Some((id, _)) = exceptions.find(|(_, exception)| may_be_there && is_same(exception)) {
            return *id;
        }
        if self.state.exceptions.len() >= limits::EXCEPTIONS_PER_LOT
            && let Some(oldest) = self.state.exceptions.keys().next().copied()
        {
            self.state.exceptions.remove(&oldest);
            self.effects.push(Effect::Withdraw { exception: oldest });
        }
        let deadlines = candidates.iter().filter_map(|id| Some(self.state.sessions.get(id)?.deadline));
        let deadline = deadlines.fold(after(self.now, hours(self.terms.exception_hours)), Timestamp::min);
        let id = ExceptionId(self.number());
        self.effects.push(Effect::Raise { exception: id, kind, candidates: candidates.clone(), deadline });
        let lane = lane.map(str::to_owned);
        self.state.exceptions.insert(id, Exception { kind, lane, raised: self.now, deadline, candidates });
        id
    }

    /// Opens a barrier for one car. What a person was to decide about the car that waited there is settled.
    pub fn release(&mut self, lane: &str) {
        self.withdraw_where(|exception| {
            exception.kind.is_of_a_waiting_car() && exception.lane.as_deref() == Some(lane)
        });
        let until = after(self.now, seconds(self.terms.barrier_seconds));
        self.state.released.insert(lane.to_owned(), until);
        self.effects.push(Effect::OpenBarrier { lane: lane.to_owned() });
    }

    /// Whether barriers are held open, since nobody can pay.
    pub fn is_held_open(&self) -> bool {
        !self.state.is_reading && self.terms.fallback == Fallback::GatesOpen
    }

    pub fn count(&mut self, heading: Heading) {
        let one = if heading == Heading::In { 1 } else { -1 };
        self.state.occupied = self.state.occupied.saturating_add(one);
    }

    pub fn sessions_where(&self, which: impl Fn(&Session) -> bool) -> Vec<SessionId> {
        let sessions = self.state.sessions.iter().filter(|(_, session)| which(session));
        sessions.map(|(id, _)| *id).collect()
    }

    pub fn session(&self, id: SessionId) -> Result<&Session, Refusal> {
        self.state.sessions.get(&id).ok_or(Refusal::UnknownSession)
    }

    /// What was said that a session costs, as long as it holds.
    pub fn quoted(&self, session: &Session) -> Option<Money> {
        session.quote.filter(|quote| self.now <= quote.until).map(|quote| quote.amount)
    }

    /// What a session costs in all, were it over then; `None` if another system has not said, or what it said holds no longer.
    fn cost(&self, session: &Session, at: Timestamp) -> Option<Money> {
        let quote = self.quoted(session);
        match &self.terms.tariff {
            Tariff::External => quote,
            Tariff::Rated(rates) => {
                let cost = rates.price(session.entered, session.charged_until(at), &session.grants);
                Some(quote.filter(|quote| quote.minor < cost.minor).unwrap_or(cost))
            }
        }
    }

    /// What remains due then; `None` if it is not known.
    pub fn outstanding(&self, session: &Session, at: Timestamp) -> Option<Money> {
        let cost = self.cost(session, at)?;
        session.paid.map_or(Some(cost), |paid| cost.less(paid))
    }

    fn end_exceptions(&mut self) {
        let over = |exception: &Exception| exception.deadline <= self.now;
        let missed = self
            .state
            .exceptions
            .values()
            .filter(|exception| over(exception) && exception.kind == ExceptionKind::MissedExit);
        let sessions: Vec<_> = missed.flat_map(|exception| exception.candidates.clone()).collect();
        for id in sessions {
            self.transit(id, Transition::Forget);
        }
        let now = self.now;
        self.withdraw_where(|exception| exception.deadline <= now);
    }

    fn end_sessions(&mut self) {
        let longest = hours(self.terms.longest_stay_hours);
        let is_due = |session: &Session| match session.stage {
            Stage::Parked | Stage::AtExit => after(session.since, longest) <= self.now,
            Stage::Left => after(session.since, hours(self.terms.pay_within_hours)) <= self.now,
            Stage::MissedExit => false,
        };
        let sessions = self.state.sessions.iter();
        let due: Vec<_> = sessions
            .filter(|(_, session)| session.deadline <= self.now || is_due(session))
            .map(|(id, session)| (*id, session.stage, session.deadline))
            .take(limits::SESSIONS_ENDED_PER_TURN)
            .collect();
        for (id, stage, deadline) in due {
            if stage == Stage::Left {
                self.hand_over(id);
            } else if deadline <= self.now {
                self.transit(id, Transition::Forget);
            } else {
                self.transit(id, Transition::Overstay);
                self.raise(ExceptionKind::MissedExit, None, vec![id]);
            }
        }
    }

    /// The time to pay is over: a disclosure if the policy has one, something is known to be due and somebody could have
    /// taken it. After a power cut, or a clock that leapt, nobody could.
    fn hand_over(&mut self, id: SessionId) {
        let Some(session) = self.state.sessions.get(&id) else { return };
        let (entered, left) = (session.entered, session.since);
        let outstanding = self.outstanding(session, self.now).filter(|outstanding| !outstanding.is_zero());
        match outstanding.filter(|_| self.terms.hand_over && self.state.is_reading) {
            Some(outstanding) => {
                self.effects.push(Effect::HandOver { session: id, entered, left, outstanding });
                self.transit(id, Transition::HandOver);
            }
            None => {
                self.transit(id, Transition::Forget);
            }
        }
    }

    /// Receipts end when nothing can be done with them any more.
    fn end_receipts(&mut self) {
        let refundable = days(self.terms.refund_days);
        let longest = hours(self.terms.longest_stay_hours);
        let now = self.now;
        self.state.receipts.end(|issued| {
            let may_leave = !issued.is_used && issued.receipt.leave_by.is_some();
            let kept = if may_leave { refundable.max(longest) } else { refundable };
            after(issued.receipt.paid, kept) <= now
        });
    }
}
