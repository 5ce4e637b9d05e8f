//! Incidents and holds: what happened became known elsewhere than from what is kept, and what may be needed for it is held
//! longer, to a review, and never past the cap of its class (WPC-7, KRS-28, KRS-34, KRS-35).

use crate::access::{Access, Operation};
use crate::cases::{CaseRecord, Evidence, Step, open_window};
use crate::error::VaultError;
use crate::item::{ItemId, Kept};
use crate::purpose::{Grant, Kind, PurposeLabel};
use crate::retention::Retention;
use crate::vault::{Session, Vault, What};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use vokter_rules::limits;

/// How an incident became known. There is none that comes from looking through what is kept (KRS-28).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// Somebody saw it or was hurt by it, and said so.
    Reported,
    /// Its traces were found on the spot.
    FoundOnSite,
    /// A live alarm reported it when it happened.
    LiveAlarm,
    /// The police or another authority asked.
    Authority,
}

/// What happened, as far as it is known without looking.
#[derive(Clone, Debug)]
pub struct Incident {
    /// How it became known.
    pub source: Source,
    /// What shows that: a report's number, a witness.
    pub evidence: Evidence,
    /// It happened not before.
    pub from: Timestamp,
    /// And before; at most [`limits::INCIDENT_WINDOW_HOURS`] later.
    pub to: Timestamp,
}

/// Refuses a window that is empty, too long or in the future.
pub(crate) fn check_window(from: Timestamp, to: Timestamp, now: Timestamp) -> Result<(), VaultError> {
    let is_too_long = to.duration_since(from) > SignedDuration::from_hours(limits::INCIDENT_WINDOW_HOURS);
    if from >= to || is_too_long || to > now {
        return Err(VaultError::Window(limits::INCIDENT_WINDOW_HOURS));
    }
    Ok(())
}

impl Vault {
    /// Opens an incident. Its window is fixed; what is looked at, held or searched for it lies inside.
    ///
    /// # Errors
    /// When nobody with a role that may is who asks, the window is empty, too long or in the future, or the disk refuses.
    pub fn open_incident<P: Kind>(
        &self,
        grant: &Grant<P>,
        access: &Access,
        incident: &Incident,
        now: Timestamp,
    ) -> Result<ItemId, VaultError> {
        let Incident { source, evidence, from, to } = incident.clone();
        check_window(from, to, now)?;
        let purpose = grant.purpose().clone();
        let step = Step::Incident { purpose, source, evidence, from, to };
        let open = |session: &mut Session<'_>| session.record(access.who(), step);
        self.step(grant, access, (Operation::OpenIncident, &[]), now, open)
    }

    /// How many incidents were opened from one time to before another: in the purpose of that name, or at the whole site. It
    /// is a number for statistics; no record of a case is shown to anyone. Records are there for a year.
    ///
    /// # Errors
    /// When the database cannot be read or the disk refuses.
    pub fn incidents_opened(
        &self,
        purpose: Option<&str>,
        (from, to): (Timestamp, Timestamp),
        now: Timestamp,
    ) -> Result<u64, VaultError> {
        let is_it = |record: &CaseRecord| {
            let Step::Incident { purpose: of, .. } = &record.step else { return false };
            (from..to).contains(&record.at) && purpose.is_none_or(|name| name == of.name())
        };
        let count =
            |session: &mut Session<'_>| Ok(session.records()?.iter().filter(|record| is_it(record)).count() as u64);
        self.with(|inner| inner.write(now, false, count).map(|(count, _)| count))
    }

    /// Closes an incident: its window is shut. What was held for it ends at its review.
    ///
    /// # Errors
    /// When nobody with a role that may is who asks, there is no such incident that is open, or the disk refuses.
    pub fn close_incident<P: Kind>(
        &self,
        grant: &Grant<P>,
        access: &Access,
        (incident, evidence): (ItemId, &Evidence),
        now: Timestamp,
    ) -> Result<(), VaultError> {
        self.step(grant, access, (Operation::OpenIncident, &[incident]), now, |session| {
            session.incident(incident, grant.purpose())?;
            session.record(access.who(), Step::Closed { case: incident, evidence: evidence.clone() }).map(|_| ())
        })
    }

    /// Holds items of an incident's window until a review, since the police will likely get them: each is sealed anew under
    /// the class of held items, and its earlier row erased. However often it is held, it ends at most 30 days after it was
    /// recorded in Norway (WPC-7), 90 in Iceland (ISL-13); it is never shortened. Copies and extracts that were made of it
    /// before end now, and are made anew. Returns the new numbers, in order.
    ///
    /// # Errors
    /// When nobody with a role that may is who asks, the incident is not this purpose's or closed, an item lies outside its
    /// window or is not there, the review is not ahead, or the disk refuses; nothing is held then.
    pub fn hold<P: Kind>(
        &self,
        grant: &Grant<P>,
        access: &Access,
        incident: ItemId,
        items: &[ItemId],
        (evidence, review): (&Evidence, Timestamp),
        now: Timestamp,
    ) -> Result<Vec<ItemId>, VaultError> {
        if items.len() > limits::ITEMS_PER_DISCLOSURE {
            return Err(VaultError::TooLarge { what: "a hold", limit: limits::ITEMS_PER_DISCLOSURE as u64 });
        }
        let (held, files) = self.step(grant, access, (Operation::Hold, items), now, |session| {
            let window = session.incident(incident, grant.purpose())?;
            let (retention, mut held) = (Retention::hold(session.law()?), Vec::new());
            for item in items {
                held.push(session.hold(grant.purpose(), *item, window, (retention, review))?);
            }
            let files = [items, &session.erase_what_is_left(grant.purpose(), items)?].concat();
            let (before, items, evidence) = (items.to_vec(), held.clone(), evidence.clone());
            session.record(access.who(), Step::Held { case: incident, before, items, evidence, review })?;
            Ok((held, files))
        })?;
        self.remove(&files)?;
        Ok(held)
    }
}

impl Session<'_> {
    /// The window of an incident that is open. A data subject's request is none: nothing is held for it.
    fn incident(&self, case: ItemId, purpose: &PurposeLabel) -> Result<(Timestamp, Timestamp), VaultError> {
        let (begun, steps) = self.case(case, purpose)?;
        if !matches!(begun.step, Step::Incident { .. }) {
            return Err(VaultError::NotOpen { case: case.to_string(), why: "is no incident" });
        }
        open_window(&begun, &steps)
    }

    /// Holds an item, and erases its earlier row. Returns the new number.
    fn hold(
        &mut self,
        label: &PurposeLabel,
        id: ItemId,
        window: (Timestamp, Timestamp),
        (retention, review): (Retention, Timestamp),
    ) -> Result<ItemId, VaultError> {
        let purpose = label.text();
        let held = self.open_inside(&purpose, id, window)?;
        let ends = retention.deadline_until(held.captured, Some(review))?;
        if ends <= self.time()? {
            return Err(VaultError::NoReview);
        }
        if ends < held.deadline {
            return Err(VaultError::EndsLater(id.to_string()));
        }
        let medium = held.medium.as_ref().map(|medium| medium.as_slice());
        let what = What { captured: held.captured, until: Some(review), payload: &held.payload, medium };
        let Kept::Until(new, _) = self.keep_until(&purpose, retention, &what)? else {
            return Err(VaultError::NoReview);
        };
        self.erase(&purpose, label, id)?;
        Ok(new)
    }
}
