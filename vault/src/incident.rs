//! Incidents and holds: what happened became known elsewhere than from what is kept, and what may be needed for it is held
//! longer, to a review, and never past the cap of its class (WPC-7, KRS-28, KRS-34, KRS-35).

use crate::access::{Access, Operation};
use crate::cases::{Evidence, Step};
use crate::error::VaultError;
use crate::item::{ItemId, Kept};
use crate::purpose::{Grant, Kind, PurposeLabel};
use crate::read::Reading;
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

impl Vault {
    /// Opens an incident. Its window is fixed; what is held for it lies inside.
    ///
    /// # Errors
    /// When the role may not, the window is empty, too long or in the future, or the disk refuses.
    pub fn open_incident<P: Kind>(
        &self,
        grant: &Grant<P>,
        access: &Access,
        incident: &Incident,
        now: Timestamp,
    ) -> Result<ItemId, VaultError> {
        let Incident { source, evidence, from, to } = incident.clone();
        if from >= to || to.duration_since(from) > SignedDuration::from_hours(limits::INCIDENT_WINDOW_HOURS) || to > now
        {
            return Err(VaultError::Window(limits::INCIDENT_WINDOW_HOURS));
        }
        let purpose = grant.purpose().text();
        let reading = Reading { from: Some(from), to: Some(to), ..Reading::default() };
        self.admit_for(grant, access, Operation::OpenIncident, &reading, &[], now)?;
        self.with(|inner| {
            let open = |session: &mut Session<'_>| {
                session.record(access.who(), Step::Incident { purpose, source, evidence, from, to })
            };
            Ok(inner.write(now, false, open)?.0)
        })
    }

    /// Holds items of an incident's window until a review, since the police will likely get them: each is sealed anew under
    /// the class of held items, and its earlier row erased. However often it is held, it ends at most 30 days after it was
    /// recorded (WPC-7). Returns the new numbers, in order.
    ///
    /// # Errors
    /// When the role may not, the incident is not this purpose's, an item lies outside its window or is not there, the
    /// review is not ahead, or the disk refuses; nothing is held then.
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
        self.admit_for(grant, access, Operation::Hold, &Reading::default(), items, now)?;
        self.with(|inner| {
            inner.journal_holds_secrets();
            let hold = |session: &mut Session<'_>| {
                let (from, to) = session.window(incident, grant.purpose())?;
                let held = items.iter().map(|item| session.hold(grant.purpose(), *item, (from, to), review));
                let held = held.collect::<Result<Vec<_>, _>>()?;
                let numbers = held.iter().map(|item| item.number()).collect();
                let (incident, evidence) = (incident.number(), evidence.clone());
                session.record(access.who(), Step::Held { incident, items: numbers, evidence, review })?;
                Ok(held)
            };
            let (held, _) = inner.write(now, false, hold)?;
            items.iter().try_for_each(|item| inner.segments.remove(*item))?;
            Ok(held)
        })
    }
}

impl Session<'_> {
    /// The window of an incident of that purpose.
    fn window(&self, incident: ItemId, purpose: &PurposeLabel) -> Result<(Timestamp, Timestamp), VaultError> {
        let records = self.records()?;
        let found = records.into_iter().find_map(|(id, record)| match record.step {
            Step::Incident { purpose: of, from, to, .. } if id == incident && of == purpose.text() => Some((from, to)),
            _ => None,
        });
        found.ok_or_else(|| VaultError::NoCase { case: incident.to_string(), purpose: purpose.to_string() })
    }

    fn hold(
        &mut self,
        label: &PurposeLabel,
        id: ItemId,
        (from, to): (Timestamp, Timestamp),
        review: Timestamp,
    ) -> Result<ItemId, VaultError> {
        let purpose = label.text();
        let held = self.open_item(&purpose, id)?;
        if held.captured < from || held.captured >= to {
            return Err(VaultError::OutsideWindow(id.to_string()));
        }
        let medium = held.medium.as_ref().map(|medium| medium.as_slice());
        let what = What { captured: held.captured, until: Some(review), payload: &held.payload, medium };
        let kept = self.keep_until(&purpose, Retention::HOLD, &what)?;
        let Kept::Until(new, _) = kept else { return Err(VaultError::NoReview) };
        self.erase(&purpose, label, id)?;
        Ok(new)
    }
}
