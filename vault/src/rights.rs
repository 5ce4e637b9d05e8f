//! Requests of data subjects: access, rectification, erasure, objection. Each has a deadline from its receipt, which is
//! extended once, and is said to be overdue where nobody answers (IVA-12; GDPR 12(3), 15, 16, 17, 21).
//!
//! ```text
//! asked ─▶ window opens ─▶ copy prepared ─another person─▶ approved ─▶ fetched ─┐
//!   │                      corrected, erased ────────────────────────────────────┼─▶ answered
//!   └─ a month, or three ─▶ overdue                                              │
//! ```
//! The copy that a data subject gets is the event, and its still with everyone else made unrecognisable by whoever calls
//! [`Vault::prepare_copy`]: this crate knows no pictures (ISL-7).

use crate::access::{Access, Operation};
use crate::cases::{Evidence, Step};
use crate::error::VaultError;
use crate::incident::check_window;
use crate::item::{ItemId, Kept};
use crate::purpose::{Grant, Kind, PurposeLabel};
use crate::register::same;
use crate::vault::{Session, Vault, What};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use vokter_rules::limits;
use zeroize::Zeroizing;

/// What a data subject may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Right {
    /// To see what is kept of them, and to have a copy (GDPR 15, ISL-7, ACC-9).
    Access,
    /// To have it corrected (GDPR 16, ACC-9).
    Rectification,
    /// To have it erased (GDPR 17).
    Erasure,
    /// That it is not done to them any more (GDPR 21).
    Objection,
}

/// How a request was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It was done.
    Granted,
    /// Nothing of them was kept.
    NothingKept,
    /// It was refused, for a reason that they were told, and that they can complain.
    Refused,
}

/// What somebody asks for.
#[derive(Clone, Debug)]
pub struct SubjectRequest {
    /// Which right.
    pub right: Right,
    /// Who they are, and how that was shown.
    pub subject: Evidence,
    /// When it was received.
    pub received: Timestamp,
    /// When they say that they were there; at most [`limits::INCIDENT_WINDOW_HOURS`] long.
    pub window: Option<(Timestamp, Timestamp)>,
}

/// A copy as it lies in the vault: what its recipient gets.
#[derive(Debug)]
pub struct SubjectCopy {
    /// The event.
    pub payload: Zeroizing<Vec<u8>>,
    /// Its still, with everyone else made unrecognisable.
    pub medium: Option<Zeroizing<Vec<u8>>>,
}

impl Vault {
    /// Notes a request. Returns the number of its case, and when it is due: a month from its receipt.
    ///
    /// # Errors
    /// When nobody with a role that may is who asks, it was received in the future, its window is none, or the disk refuses.
    pub fn open_request<P: Kind>(
        &self,
        grant: &Grant<P>,
        access: &Access,
        request: &SubjectRequest,
        now: Timestamp,
    ) -> Result<(ItemId, Timestamp), VaultError> {
        let SubjectRequest { right, subject, received, window } = request.clone();
        if received > now {
            return Err(VaultError::Time);
        }
        if let Some((from, to)) = window {
            check_window(from, to, now)?;
        }
        let due = months_after(received, limits::ANSWER_MONTHS)?;
        let (purpose, (from, to)) = (grant.purpose().clone(), window.unzip());
        let step = Step::Asked { purpose, right, subject, received, from, to, due };
        let ask = |session: &mut Session<'_>| session.record(access.who(), step);
        Ok((self.step(grant, access, (Operation::HandleRights, &[]), now, ask)?, due))
    }

    /// Extends the time to answer, once, by two months; the data subject was told so and why within the first.
    ///
    /// # Errors
    /// When nobody with a role that may is who asks, the request is answered, extended already, or was due, or the disk
    /// refuses.
    pub fn extend_request<P: Kind>(
        &self,
        grant: &Grant<P>,
        access: &Access,
        (case, because): (ItemId, &Evidence),
        now: Timestamp,
    ) -> Result<Timestamp, VaultError> {
        self.handle(grant, access, case, now, |session, asked| {
            let why = match asked {
                Asked { is_extended: true, .. } => Some("was extended before; that is done once (GDPR 12(3))"),
                Asked { due, .. } if session.time()? > *due => Some("was due; only before that can it be extended"),
                _ => None,
            };
            if let Some(why) = why {
                return Err(VaultError::NotOpen { case: case.to_string(), why });
            }
            let due = months_after(asked.received, limits::ANSWER_MONTHS + limits::EXTENSION_MONTHS)?;
            session.record(access.who(), Step::Extended { case, because: because.clone(), due })?;
            Ok(due)
        })
    }

    /// Puts a corrected event in the place of one that is wrong; its deadline stays, its still too. Returns the new number.
    ///
    /// # Errors
    /// When nobody with a role that may is who asks, the request is answered, the item is not there or outside the request's
    /// window, `correct` fails, or the disk refuses.
    pub fn rectify<P: Kind>(
        &self,
        grant: &Grant<P>,
        access: &Access,
        (case, item): (ItemId, ItemId),
        now: Timestamp,
        correct: impl FnOnce(&[u8]) -> Result<Vec<u8>, String>,
    ) -> Result<ItemId, VaultError> {
        let (corrected, files) = self.handle(grant, access, case, now, |session, _| {
            let (label, purpose) = (grant.purpose(), grant.purpose().text());
            let held = session.open_inside(&purpose, item, session.window(case, label)?)?;
            let payload = Zeroizing::new(correct(&held.payload).map_err(VaultError::Copy)?);
            let medium = held.medium.as_ref().map(|medium| medium.as_slice());
            let what = What { captured: held.captured, until: Some(held.deadline), payload: &payload, medium };
            let Kept::Until(corrected, _) = session.keep_until(&purpose, held.retention, &what)? else {
                return Err(VaultError::Gone(item.to_string()));
            };
            let files = session.erase_everywhere(label, &[item])?;
            session.record(access.who(), Step::Corrected { case, item, corrected })?;
            Ok((corrected, files))
        })?;
        self.remove(&files)?;
        Ok(corrected)
    }

    /// Makes the copy of an item that a data subject gets. `conceal` is given the still and makes everyone else in it
    /// unrecognisable. The copy is sealed, and ends with the item. Returns its number.
    ///
    /// # Errors
    /// When nobody with a role that may is who asks, the request is none for access or is answered, the item is not there or
    /// outside the request's window, `conceal` fails, or the disk refuses.
    pub fn prepare_copy<P: Kind>(
        &self,
        grant: &Grant<P>,
        access: &Access,
        (case, item): (ItemId, ItemId),
        now: Timestamp,
        conceal: impl FnOnce(&[u8]) -> Result<Vec<u8>, String>,
    ) -> Result<ItemId, VaultError> {
        let prepare = |session: &mut Session<'_>| {
            session.asked(case, grant.purpose())?.must_be(Right::Access, case)?;
            let held = session.open_inside(&grant.purpose().text(), item, session.window(case, grant.purpose())?)?;
            let medium = held.medium.as_ref().map(|medium| conceal(medium)).transpose().map_err(VaultError::Copy)?;
            let (until, medium) = (Some(held.deadline), medium.as_deref());
            let what = What { captured: held.captured, until, payload: &held.payload, medium };
            let Kept::Until(copy, _) = session.keep_until(&copies_of(grant.purpose()), held.retention, &what)? else {
                return Err(VaultError::Gone(item.to_string()));
            };
            session.record(access.who(), Step::Copied { case, item, copy })?;
            Ok(copy)
        };
        self.step(grant, access, (Operation::PrepareCopy, &[case, item]), now, prepare)
    }

    /// Shows a copy to the one who is to approve it: somebody else than made it.
    ///
    /// # Errors
    /// When nobody with a role that may is who asks, who asks has made it, it is none of the case or over, or the log cannot
    /// be written.
    pub fn look_at_copy<P: Kind>(
        &self,
        grant: &Grant<P>,
        access: &Access,
        (case, copy): (ItemId, ItemId),
        now: Timestamp,
    ) -> Result<SubjectCopy, VaultError> {
        let look = |session: &mut Session<'_>| {
            session.must_be_made_by_another(case, grant.purpose(), copy, access)?;
            session.copy(copy, grant.purpose())
        };
        self.step(grant, access, (Operation::ApproveCopy, &[case, copy]), now, look)
    }

    /// Lets a copy go: nobody but the data subject can be recognised in it.
    ///
    /// # Errors
    /// As [`Self::look_at_copy`].
    pub fn approve_copy<P: Kind>(
        &self,
        grant: &Grant<P>,
        access: &Access,
        (case, copy): (ItemId, ItemId),
        now: Timestamp,
    ) -> Result<(), VaultError> {
        let approve = |session: &mut Session<'_>| {
            session.must_be_made_by_another(case, grant.purpose(), copy, access)?;
            session.copy(copy, grant.purpose())?;
            session.record(access.who(), Step::Approved { case, copy }).map(|_| ())
        };
        self.step(grant, access, (Operation::ApproveCopy, &[case, copy]), now, approve)
    }

    /// Fetches a copy that was approved, for the data subject.
    ///
    /// # Errors
    /// When nobody with a role that may is who asks, the copy was not approved or is over, or the log cannot be written.
    pub fn fetch_copy<P: Kind>(
        &self,
        grant: &Grant<P>,
        access: &Access,
        (case, copy): (ItemId, ItemId),
        now: Timestamp,
    ) -> Result<SubjectCopy, VaultError> {
        self.handle(grant, access, case, now, |session, _| {
            let (_, steps) = session.case(case, grant.purpose())?;
            let is_it = |step: &Step| matches!(step, Step::Approved { copy: of, .. } if *of == copy);
            if !steps.iter().any(is_it) {
                return Err(VaultError::NotApproved(case.to_string()));
            }
            session.copy(copy, grant.purpose())
        })
    }

    /// Notes how a request was answered. Its window is shut.
    ///
    /// # Errors
    /// When nobody with a role that may is who asks, the request is answered already, or the disk refuses.
    pub fn answer_request<P: Kind>(
        &self,
        grant: &Grant<P>,
        access: &Access,
        (case, outcome, evidence): (ItemId, Outcome, &Evidence),
        now: Timestamp,
    ) -> Result<(), VaultError> {
        self.handle(grant, access, case, now, |session, _| {
            session.record(access.who(), Step::Answered { case, outcome, evidence: evidence.clone() }).map(|_| ())
        })
    }

    /// Takes a step of a request that is not answered yet.
    fn handle<P: Kind, T>(
        &self,
        grant: &Grant<P>,
        access: &Access,
        case: ItemId,
        now: Timestamp,
        step: impl FnOnce(&mut Session<'_>, &Asked) -> Result<T, VaultError>,
    ) -> Result<T, VaultError> {
        self.step(grant, access, (Operation::HandleRights, &[case]), now, |session| {
            let asked = session.asked(case, grant.purpose())?;
            step(session, &asked)
        })
    }
}

/// The purpose under which a purpose's copies lie: of none that a site can have.
pub(crate) fn copies_of(purpose: &PurposeLabel) -> String {
    format!("copy/{}", purpose.text())
}

/// So many months of the calendar later.
fn months_after(time: Timestamp, months: i32) -> Result<Timestamp, VaultError> {
    let later = time.to_zoned(TimeZone::UTC).checked_add(Span::new().months(months));
    Ok(later.map_err(|_| VaultError::Time)?.timestamp())
}

/// A request that is not answered yet.
struct Asked {
    right: Right,
    received: Timestamp,
    due: Timestamp,
    is_extended: bool,
}

impl Asked {
    fn must_be(&self, right: Right, case: ItemId) -> Result<(), VaultError> {
        let why = "is no request for access";
        if self.right == right { Ok(()) } else { Err(VaultError::NotOpen { case: case.to_string(), why }) }
    }
}

impl Session<'_> {
    fn asked(&self, case: ItemId, purpose: &PurposeLabel) -> Result<Asked, VaultError> {
        let not_open = |why| VaultError::NotOpen { case: case.to_string(), why };
        let (begun, steps) = self.case(case, purpose)?;
        let Step::Asked { right, received, due, .. } = begun.step else {
            return Err(not_open("is no request of a data subject"));
        };
        if steps.iter().any(|step| matches!(step, Step::Answered { .. })) {
            return Err(not_open("is answered"));
        }
        let is_extended = steps.iter().any(|step| matches!(step, Step::Extended { .. }));
        Ok(Asked { right, received, due, is_extended })
    }

    fn copy(&self, copy: ItemId, purpose: &PurposeLabel) -> Result<SubjectCopy, VaultError> {
        let held = self.open_item(&copies_of(purpose), copy).map_err(|_| VaultError::Gone(copy.to_string()))?;
        Ok(SubjectCopy { payload: held.payload, medium: held.medium })
    }

    /// Refuses the one who made a copy, and a copy of another case.
    fn must_be_made_by_another(
        &self,
        case: ItemId,
        purpose: &PurposeLabel,
        copy: ItemId,
        access: &Access,
    ) -> Result<(), VaultError> {
        self.asked(case, purpose)?;
        let is_it =
            |step: &Step| matches!(step, Step::Copied { case: of, copy: made, .. } if (*of, *made) == (case, copy));
        match self.records()?.into_iter().find(|record| is_it(&record.step)) {
            None => Err(VaultError::Gone(copy.to_string())),
            Some(record) if same(&record.by, access.who()) => Err(VaultError::SamePerson),
            Some(_) => Ok(()),
        }
    }
}
