//! What people decided about items: incidents, holds, disclosures, requests of data subjects. Each step is a record, sealed
//! among the vault's own items and committed to in the log; records name items by number and hold no content (KRS-31).

use crate::access::{Access, Operation, Role};
use crate::bucket::Bucket;
use crate::disclosure::Ground;
use crate::error::VaultError;
use crate::incident::Source;
use crate::item::{Binding, ItemId};
use crate::purge::PurgeReport;
use crate::purpose::{Grant, Kind, PurposeLabel};
use crate::read::{Wanted, page_of};
use crate::retention::{Retention, day_and_minute};
use crate::rights::{Outcome, Right};
use crate::vault::{Session, Vault};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use vokter_rules::jurisdiction::RetentionClass;
use vokter_rules::limits;
use zeroize::Zeroizing;

/// The purpose of case records. Its name is none that a site's purpose can have.
const CASES: &str = "cases";
/// Who takes the steps that time takes.
const THE_VAULT: &str = "vokter";

/// A reference to what proves something: a letter, a case number, a provision. It is never empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Evidence(String);

impl Evidence {
    /// Evidence in words.
    ///
    /// # Errors
    /// When there are none, or more than [`limits::REASON_CHARACTERS`] characters.
    pub fn new(words: &str) -> Result<Self, VaultError> {
        let words = words.trim();
        if words.is_empty() || words.chars().count() > limits::REASON_CHARACTERS {
            return Err(VaultError::NoEvidence(limits::REASON_CHARACTERS));
        }
        Ok(Self(words.to_owned()))
    }
}

impl TryFrom<String> for Evidence {
    type Error = VaultError;

    fn try_from(words: String) -> Result<Self, VaultError> {
        Self::new(&words)
    }
}

impl From<Evidence> for String {
    fn from(evidence: Evidence) -> Self {
        evidence.0
    }
}

/// A step of a case, as it is sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "kebab-case")]
pub enum Step {
    /// Something happened; it became known elsewhere than from what is kept.
    Incident {
        /// Whose purpose's items may be looked at for it.
        purpose: PurposeLabel,
        /// How it became known.
        source: Source,
        /// What shows that.
        evidence: Evidence,
        /// It happened not before.
        from: Timestamp,
        /// And before.
        to: Timestamp,
    },
    /// An incident is cleared up; its window is shut.
    Closed {
        /// The incident.
        case: ItemId,
        /// How it was cleared up.
        evidence: Evidence,
    },
    /// Items are held to a review.
    Held {
        /// The incident.
        case: ItemId,
        /// The items, by the numbers that they had.
        before: Vec<ItemId>,
        /// And by those that they have now.
        items: Vec<ItemId>,
        /// What shows that they will be needed.
        evidence: Evidence,
        /// When they end, unless they are held anew.
        review: Timestamp,
    },
    /// Somebody asked for items to be disclosed.
    Requested {
        /// Whose items.
        purpose: PurposeLabel,
        /// The incident, or the data subject's request, in whose window they lie.
        within: ItemId,
        /// Which.
        items: Vec<ItemId>,
        /// Why they may be.
        ground: Ground,
        /// The recipient's public key.
        recipient: String,
    },
    /// That was decided.
    Decided {
        /// The request.
        case: ItemId,
        /// What was made for the recipient; nothing if it was refused.
        extract: Option<Extract>,
    },
    /// The package was written out for the recipient.
    Fetched {
        /// The request.
        case: ItemId,
    },
    /// The recipient has it; every copy here is destroyed.
    Received {
        /// The request.
        case: ItemId,
        /// What shows that they have it.
        receipt: Evidence,
    },
    /// A certificate: nobody noted that it was received, and its key was destroyed at its end (KRS-34). Whether it was ever
    /// written out, a step before says.
    Destroyed {
        /// The request.
        case: ItemId,
        /// What was destroyed.
        extract: Extract,
    },
    /// A data subject asks for something.
    Asked {
        /// Whose items it is about.
        purpose: PurposeLabel,
        /// What they ask for.
        right: Right,
        /// Who they are, and how that was shown.
        subject: Evidence,
        /// When the request was received.
        received: Timestamp,
        /// They were there from then.
        from: Option<Timestamp>,
        /// And until then.
        to: Option<Timestamp>,
        /// When it must be answered (IVA-12).
        due: Timestamp,
    },
    /// The time to answer was extended, and the data subject told so and why.
    Extended {
        /// The request.
        case: ItemId,
        /// Why.
        because: Evidence,
        /// When it must be answered now.
        due: Timestamp,
    },
    /// An item was corrected.
    Corrected {
        /// The request.
        case: ItemId,
        /// The item that is gone.
        item: ItemId,
        /// The one in its place.
        corrected: ItemId,
    },
    /// A copy was made, with everyone else made unrecognisable.
    Copied {
        /// The request.
        case: ItemId,
        /// Of which item.
        item: ItemId,
        /// The copy.
        copy: ItemId,
    },
    /// Another person looked at the copy and let it go.
    Approved {
        /// The request.
        case: ItemId,
        /// The copy.
        copy: ItemId,
    },
    /// The request was answered.
    Answered {
        /// The request.
        case: ItemId,
        /// How.
        outcome: Outcome,
        /// The answer's reference, or why it was refused.
        evidence: Evidence,
    },
    /// The time to answer is over, and nobody has (IVA-12).
    Overdue {
        /// The request.
        case: ItemId,
    },
}

/// What was made for a recipient: it lies sealed in the vault until it is received or over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extract {
    /// Its number.
    pub item: ItemId,
    /// SHA-256 of the package.
    pub sha256: String,
    /// When it is destroyed if nobody has received it: when the first of its items is.
    pub ends: Timestamp,
}

/// A step, who took it, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseRecord {
    /// Its number; that of the case, if it begins one.
    #[serde(skip_deserializing, default)]
    pub id: ItemId,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// What.
    #[serde(flatten)]
    pub step: Step,
}

impl Step {
    /// The case that it is a step of; none if it begins one.
    pub fn case(&self) -> Option<ItemId> {
        match self {
            Self::Incident { .. } | Self::Requested { .. } | Self::Asked { .. } => None,
            Self::Closed { case, .. }
            | Self::Held { case, .. }
            | Self::Decided { case, .. }
            | Self::Fetched { case }
            | Self::Received { case, .. }
            | Self::Destroyed { case, .. }
            | Self::Extended { case, .. }
            | Self::Corrected { case, .. }
            | Self::Copied { case, .. }
            | Self::Approved { case, .. }
            | Self::Answered { case, .. }
            | Self::Overdue { case } => Some(*case),
        }
    }

    /// The purpose of the case that it begins.
    fn purpose(&self) -> Option<&PurposeLabel> {
        match self {
            Self::Incident { purpose, .. } | Self::Requested { purpose, .. } | Self::Asked { purpose, .. } => {
                Some(purpose)
            }
            _ => None,
        }
    }
}

/// An item that was opened inside a transaction.
pub(crate) struct Held {
    pub captured: Timestamp,
    pub deadline: Timestamp,
    /// As long as its class allows.
    pub retention: Retention,
    pub payload: Zeroizing<Vec<u8>>,
    pub medium: Option<Zeroizing<Vec<u8>>>,
}

impl Vault {
    /// The cases of a purpose, step by step, in the order in which they were taken.
    ///
    /// # Errors
    /// When nobody with a role that may is who asks, the log cannot be written, or the database cannot be read.
    pub fn read_cases<P: Kind>(
        &self,
        grant: &Grant<P>,
        access: &Access,
        now: Timestamp,
    ) -> Result<Vec<CaseRecord>, VaultError> {
        let (mut records, role) = self.step(grant, access, (Operation::ReadCases, &[]), now, |session| {
            let role = session.admit(access, Operation::ReadCases, Some(grant.purpose()))?;
            Ok((session.records()?, role))
        })?;
        // Who asks for their rights is for those alone who answer them.
        if role != Role::PrivacyOfficer {
            for record in &mut records {
                if let Step::Asked { subject, .. } = &mut record.step {
                    *subject = Evidence("a person whom the privacy officer knows".to_owned());
                }
            }
        }
        let of_purpose = |record: &&CaseRecord| record.step.purpose() == Some(grant.purpose());
        let cases: BTreeSet<_> = records.iter().filter(of_purpose).map(|record| record.id).collect();
        let is_of = |record: &CaseRecord| cases.contains(&record.step.case().unwrap_or(record.id));
        Ok(records.into_iter().filter(is_of).collect())
    }
}

impl Session<'_> {
    /// Seals a record and returns its number.
    pub(crate) fn record(&mut self, by: &str, step: Step) -> Result<ItemId, VaultError> {
        let record = CaseRecord { id: ItemId::default(), at: self.time()?, by: by.to_owned(), step };
        let record = serde_json::to_vec(&record).map_err(|_| VaultError::Time)?;
        self.keep_own(CASES, &record)
    }

    /// Every record, in the order in which they were made.
    pub(crate) fn records(&self) -> Result<Vec<CaseRecord>, VaultError> {
        let mut records = Vec::new();
        for bucket in Bucket::of_purpose(self.tx, CASES)? {
            let (mut next, end) = Bucket::numbers(bucket.id);
            while next < end {
                let place = (CASES, bucket.id, next);
                let page = page_of(self.tx, &self.root, self.segments, self.head.time, place, &Wanted::default())?;
                // A step that cannot be read may be the one that closed a case: nothing is decided without it.
                let damaged = || VaultError::damaged(self.tx.path(), "a step of a case cannot be opened");
                if page.damaged + page.erased > 0 {
                    return Err(damaged());
                }
                for opened in page.items {
                    let record = serde_json::from_slice::<CaseRecord>(&opened.payload).map_err(|_| damaged())?;
                    records.push(CaseRecord { id: opened.id, ..record });
                }
                next = page.next.unwrap_or(end);
            }
        }
        Ok(records)
    }

    /// The steps of one case of that purpose: the one that began it, and those that followed.
    pub(crate) fn case(&self, case: ItemId, purpose: &PurposeLabel) -> Result<(CaseRecord, Vec<Step>), VaultError> {
        Self::case_among(self.records()?, case, purpose)
    }

    /// As [`Self::case`], among records that were read.
    pub(crate) fn case_among(
        records: Vec<CaseRecord>,
        case: ItemId,
        purpose: &PurposeLabel,
    ) -> Result<(CaseRecord, Vec<Step>), VaultError> {
        let mut records = records.into_iter();
        let begun = records.find(|record| record.id == case && record.step.purpose() == Some(purpose));
        let no_case = || VaultError::NoCase { case: case.to_string(), purpose: purpose.to_string() };
        let begun = begun.ok_or_else(no_case)?;
        let steps = records.filter(|record| record.step.case() == Some(case)).map(|record| record.step).collect();
        Ok((begun, steps))
    }

    /// The window of an incident, or of a data subject's request, that is open.
    pub(crate) fn window(&self, case: ItemId, purpose: &PurposeLabel) -> Result<(Timestamp, Timestamp), VaultError> {
        let (begun, steps) = self.case(case, purpose)?;
        open_window(&begun, &steps)
    }

    /// Takes the steps that time takes: certificates of what nobody received, requests that nobody answered.
    pub(crate) fn look_after_cases(&mut self, report: &mut PurgeReport) -> Result<(), VaultError> {
        let (records, now) = (self.records()?, self.time()?);
        let of = |case: ItemId| records.iter().map(|record| &record.step).filter(move |step| step.case() == Some(case));
        let mut steps = Vec::new();
        for CaseRecord { id, step, .. } in &records {
            match step {
                Step::Decided { case, extract: Some(extract) } if extract.ends <= now => {
                    let is_over = |step: &Step| matches!(step, Step::Received { .. } | Step::Destroyed { .. });
                    if !of(*case).any(is_over) {
                        steps.push(Step::Destroyed { case: *case, extract: extract.clone() });
                        report.extracts_destroyed += 1;
                    }
                }
                Step::Asked { due, .. } => {
                    let extended = |step: &Step| if let Step::Extended { due, .. } = step { Some(*due) } else { None };
                    let due = of(*id).filter_map(extended).fold(*due, Timestamp::max);
                    let soon = now + jiff::SignedDuration::from_hours(24 * limits::DUE_DAYS);
                    if due > soon || of(*id).any(|step| matches!(step, Step::Answered { .. })) {
                        continue;
                    }
                    report.requests_due += 1;
                    if due <= now && !of(*id).any(|step| matches!(step, Step::Overdue { .. })) {
                        steps.push(Step::Overdue { case: *id });
                    }
                    report.requests_overdue += u64::from(due <= now);
                }
                _ => {}
            }
        }
        steps.into_iter().try_for_each(|step| self.record(THE_VAULT, step).map(|_| ()))
    }

    /// Opens an item of a purpose, with its still.
    pub(crate) fn open_item(&self, purpose: &str, id: ItemId) -> Result<Held, VaultError> {
        let nothing = || VaultError::NoItem { item: id.to_string(), purpose: format!("purpose `{purpose}`") };
        let (bucket, row) = self.row_of(purpose, id)?.ok_or_else(nothing)?;
        let binding = Binding { purpose, id, deadline: row.deadline };
        let open = || {
            let minute = bucket.unlock(&self.root)?.of_minute(day_and_minute(row.deadline).1)?;
            let key = binding.unwrap(&minute, row.key.as_deref()?)?;
            let (captured, payload) = binding.open_event(&key, &row.sealed)?;
            Some((key, Timestamp::from_millisecond(captured).ok()?, payload))
        };
        let (key, captured, payload) = open().ok_or_else(nothing)?;
        let medium = match row.medium {
            Some(_) => {
                let sealed = self.segments.read(id)?.ok_or_else(nothing)?.0;
                Some(binding.open_medium(&key, &sealed).ok_or_else(nothing)?)
            }
            None => None,
        };
        let deadline = Timestamp::from_millisecond(row.deadline).map_err(|_| VaultError::Time)?;
        let class = RetentionClass::from_name(&bucket.class).ok_or_else(nothing)?;
        Ok(Held { captured, deadline, retention: Retention::within(class), payload, medium })
    }

    /// Opens an item of a purpose that was recorded inside a window.
    pub(crate) fn open_inside(
        &self,
        purpose: &str,
        id: ItemId,
        (from, to): (Timestamp, Timestamp),
    ) -> Result<Held, VaultError> {
        let held = self.open_item(purpose, id)?;
        if held.captured < from || held.captured >= to {
            return Err(VaultError::OutsideWindow(id.to_string()));
        }
        Ok(held)
    }
}

/// The window of a case, if it is open and has one.
pub(crate) fn open_window(begun: &CaseRecord, steps: &[Step]) -> Result<(Timestamp, Timestamp), VaultError> {
    let not_open = |why| VaultError::NotOpen { case: begun.id.to_string(), why };
    if steps.iter().any(|step| matches!(step, Step::Closed { .. } | Step::Answered { .. })) {
        return Err(not_open("is closed"));
    }
    match &begun.step {
        Step::Incident { from, to, .. } | Step::Asked { from: Some(from), to: Some(to), .. } => Ok((*from, *to)),
        _ => Err(not_open("has no window in which anything may be looked at")),
    }
}
