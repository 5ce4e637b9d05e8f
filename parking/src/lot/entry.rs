//! Coming in.

use super::effect::{Effect, Refusal};
use super::exception::ExceptionKind;
use super::session::{Session, SessionId, Stage, Transition};
use super::sought::Sought;
use super::terms::{Fallback, Heading, Lane, after, days, seconds};
use super::turn::Turn;
use super::{Passage, Passed};
use crate::tariff::Grant;
use jiff::Timestamp;
use vokter_rules::limits;

/// Claims of a session; those past it are not looked at.
pub(super) const GRANTS: usize = 8;

impl Turn<'_> {
    pub fn pass(&mut self, passage: Passage<'_>) -> Result<Passed, Refusal> {
        let lane = self.terms.lane(passage.lane).ok_or(Refusal::UnknownLane)?;
        if passage.sought.is_some() && !self.state.is_reading {
            return Err(Refusal::NotReading);
        }
        match (passage.heading, passage.sought) {
            (Heading::In, Some(sought)) => self.enter(lane, sought, passage.grants),
            (Heading::In, None) => Ok(self.enter_unread(lane)),
            (Heading::Out, sought) => self.leave(lane, sought, passage.grants),
        }
    }

    /// A misread of a car that is inside is taken for another car here: it will be found when it leaves, and nobody pays
    /// for the one that never does.
    fn enter(&mut self, lane: &Lane, sought: Sought, grants: Vec<Grant>) -> Result<Passed, Refusal> {
        let known = self.sessions_where(|session| session.may_be_inside() && session.is_of(&sought));
        if let Some(&id) = known.first() {
            let session = self.session(id)?;
            if session.stage == Stage::AtExit && lane.is_wrong_way(Heading::In) {
                self.transit(id, Transition::BackAway);
                return Ok(Passed::BackedAway(id));
            }
            let again_until = after(session.entered, seconds(self.terms.barrier_seconds));
            if session.stage == Stage::Parked && session.lane == lane.name && self.now <= again_until {
                self.admit(lane);
                return Ok(Passed::Again);
            }
            self.miss_exit(id);
        }
        if !lane.barrier {
            self.count(Heading::In);
        }
        if self.state.sessions.len() >= limits::SESSIONS_PER_LOT {
            self.admit(lane);
            return Ok(Passed::Uncharged);
        }
        let mut session = self.session_from(self.now, Stage::Parked, lane);
        session.hash = sought.into_todays();
        session.grants = grants.into_iter().take(GRANTS).collect();
        let deadline = session.deadline;
        let id = self.begin_session(session);
        self.effects.push(Effect::Keep { session: id, deadline });
        if lane.is_wrong_way(Heading::In) {
            self.raise(ExceptionKind::WrongDirection, Some(&lane.name), vec![id]);
        }
        self.admit(lane);
        Ok(Passed::Entered(id))
    }

    /// A session that is charged from then on; whose, nobody knows yet.
    pub fn session_from(&self, entered: Timestamp, stage: Stage, lane: &Lane) -> Session {
        let deadline = after(self.now, days(self.terms.plate_cap_days));
        let (since, lane, grants) = (self.now, lane.name.clone(), vec![]);
        Session { stage, entered, since, lane, deadline, hash: None, grants, paid: None, quote: None }
    }

    pub fn begin_session(&mut self, session: Session) -> SessionId {
        let id = SessionId(self.number());
        self.state.sessions.insert(id, session);
        id
    }

    /// It is seen coming in and was not seen leaving. Its hash is that of the new session from now on.
    fn miss_exit(&mut self, id: SessionId) {
        if let Some(session) = self.state.sessions.get_mut(&id) {
            session.hash = None;
        }
        self.transit(id, Transition::Reenter);
        self.raise(ExceptionKind::MissedExit, None, vec![id]);
    }

    fn admit(&mut self, lane: &Lane) {
        if lane.barrier && !lane.is_wrong_way(Heading::In) {
            self.release(&lane.name);
        }
    }

    /// Nothing is kept of it, and nothing can be charged by its plate.
    fn enter_unread(&mut self, lane: &Lane) -> Passed {
        if !lane.barrier {
            self.count(Heading::In);
        } else if lane.is_wrong_way(Heading::In) {
            self.raise(ExceptionKind::WrongDirection, Some(&lane.name), vec![]);
        } else {
            if self.terms.fallback == Fallback::Ticket {
                self.effects.push(Effect::IssueTicket { lane: lane.name.clone() });
            }
            self.admit(lane);
        }
        Passed::Unread
    }
}

impl Session {
    /// Whether that plate is exactly its own.
    pub(super) fn is_of(&self, sought: &Sought) -> bool {
        self.hash.as_ref().is_some_and(|hash| sought.is(hash))
    }

    /// Whether that plate may be a misread of its own.
    pub(super) fn may_be_of(&self, sought: &Sought) -> bool {
        self.hash.as_ref().is_some_and(|hash| sought.may_be(hash))
    }
}
