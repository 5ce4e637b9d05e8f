//! What the staff decides.

use super::effect::Refusal;
use super::exception::{ExceptionId, ExceptionKind, Resolution};
use super::session::{SessionId, Transition};
use super::turn::Turn;

impl Turn<'_> {
    pub fn resolve(&mut self, id: ExceptionId, resolution: Resolution) -> Result<(), Refusal> {
        let exception = self.state.exceptions.get(&id).ok_or(Refusal::UnknownException)?.clone();
        let lane = exception.lane.as_deref().and_then(|name| self.terms.lane(name));
        match (resolution, lane) {
            (Resolution::Is(session), Some(lane))
                if exception.kind == ExceptionKind::AmbiguousExit
                    && exception.candidates.contains(&session)
                    && self.session(session)?.may_be_inside() =>
            {
                self.withdraw(id);
                self.depart(session, lane, exception.raised);
            }
            (Resolution::Release, Some(lane)) if lane.barrier && exception.kind.is_of_a_waiting_car() => {
                self.release(&lane.name);
            }
            (Resolution::Dismiss, _) => {
                self.withdraw(id);
                if exception.kind == ExceptionKind::MissedExit {
                    exception.candidates.iter().for_each(|session| {
                        self.transit(*session, Transition::Forget);
                    });
                }
            }
            _ => return Err(Refusal::NotDecidable),
        }
        Ok(())
    }

    pub fn waive(&mut self, id: SessionId) -> Result<(), Refusal> {
        self.session(id)?;
        self.dismiss(id, Transition::Waive);
        Ok(())
    }
}
