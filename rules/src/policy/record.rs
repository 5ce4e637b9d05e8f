//! Records and the standing of purposes: draft, pending, active, suspended.
//!
//! ```text
//! compile ─▶ pending ──every gate shut by a valid record──▶ active ──a record expires or changes──▶ suspended
//! ```
//! A record is a document, named by path and SHA-256, that a person signed over a purpose as it then was. Three things
//! open its gate again: another text in the document, another purpose than it was signed over, and the day it expires.

use super::gate::Gate;
use super::site::SitePolicy;
use crate::digest::Digest;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::HashMap;

/// What the documents that a policy names hold today; a path that is not in it could not be read.
pub type Documents = HashMap<String, Digest>;

/// One record of a site file.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// What it is a record of.
    pub gate: Gate,
    /// The keys of the file that lead to it, such as `purposes`, `yard`, `records`, `dpia`.
    pub keys: Vec<String>,
    /// Path of the document, relative to the site file.
    pub document: String,
    /// The document's digest when it was signed.
    pub sha256: Option<Digest>,
    /// The fingerprint of what it was signed over.
    pub covers: Option<String>,
    /// Who signed.
    pub signed_by: Option<String>,
    /// When.
    pub date: Option<Date>,
    /// Last day on which it holds.
    pub expires: Option<Date>,
    /// The fingerprint of what it would be signed over now.
    pub scope: String,
}

/// Why a gate is open.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Cause {
    /// Nobody signed.
    #[error("not signed")]
    Unsigned,
    /// The document cannot be read.
    #[error("the document is not there")]
    DocumentMissing,
    /// It is not the text that was signed.
    #[error("the document changed after it was signed")]
    DocumentChanged,
    /// The purpose is not the one that was signed.
    #[error("signed over another state of the site")]
    ScopeChanged,
    /// The signature is of a day to come, or of the first day where it must precede it.
    #[error("dated {0}, which is too late")]
    TooLate(Date),
    /// It held until that day.
    #[error("expired on {0}")]
    Expired(Date),
}

impl Record {
    /// Whose it is: the name of a purpose, place, processor or joint controller, or `site`.
    pub fn owner(&self) -> &str {
        match self.keys.as_slice() {
            [_, name, _, ..] => name,
            _ => "site",
        }
    }

    /// Why its gate is open at that time; `None` when it is shut.
    pub fn open_because(&self, now: Timestamp, zone: &TimeZone, documents: &Documents) -> Option<Cause> {
        let today = zone.to_datetime(now).date();
        let (Some(sha256), Some(_), Some(date)) = (self.sha256, &self.signed_by, self.date) else {
            return Some(Cause::Unsigned);
        };
        match documents.get(&self.document) {
            None => return Some(Cause::DocumentMissing),
            Some(found) if *found != sha256 => return Some(Cause::DocumentChanged),
            Some(_) => {}
        }
        if self.covers.as_deref() != Some(self.scope.as_str()) {
            return Some(Cause::ScopeChanged);
        }
        if date > today || (date == today && self.gate.precedes_activation()) {
            return Some(Cause::TooLate(date));
        }
        self.expires.filter(|expires| *expires < today).map(Cause::Expired)
    }

    /// First instant at which it no longer holds, if there is one.
    fn ends(&self, zone: &TimeZone) -> Option<Timestamp> {
        let next = self.expires?.tomorrow().ok()?;
        Some(next.to_zoned(zone.clone()).ok()?.timestamp())
    }
}

/// A gate that stands open.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenGate {
    /// Which record, by its place among those of the policy.
    pub record: usize,
    /// Why.
    pub cause: Cause,
}

/// Whether a purpose may watch.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// It looks at files and scenes alone: what it finds is marked as commissioning, and needs no gate (INV-9).
    Commissioning,
    /// These gates are open.
    Pending(Vec<OpenGate>),
    /// Every gate is shut, until the first record expires, which ends its schedule.
    Active,
    /// It was signed in full, and these gates have opened since.
    Suspended(Vec<OpenGate>),
}

impl Standing {
    /// Whether its rules may run.
    pub const fn may_run(&self) -> bool {
        matches!(self, Self::Commissioning | Self::Active)
    }

    /// The word for it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Commissioning => "commissioning",
            Self::Pending(_) => "pending",
            Self::Active => "active",
            Self::Suspended(_) => "suspended",
        }
    }

    /// The gates that stand open.
    pub fn open_gates(&self) -> &[OpenGate] {
        match self {
            Self::Pending(gates) | Self::Suspended(gates) => gates,
            Self::Commissioning | Self::Active => &[],
        }
    }
}

impl SitePolicy {
    /// Works out the standing of every purpose at that time, with the documents as they are. Until this is called,
    /// a purpose that looks at a live camera does not run.
    pub fn activate(&mut self, now: Timestamp, documents: &Documents) {
        let (records, zone) = (&self.records, &self.time_zone);
        for purpose in &mut self.purposes {
            if purpose.standing == Standing::Commissioning {
                continue;
            }
            let its = || purpose.records.iter().filter_map(|index| Some((*index, records.get(*index)?)));
            let open: Vec<_> = its()
                .filter_map(|(record, found)| {
                    found.open_because(now, zone, documents).map(|cause| OpenGate { record, cause })
                })
                .collect();
            purpose.schedule.ends = its().filter_map(|(_, record)| record.ends(zone)).min();
            purpose.standing = if open.is_empty() {
                Standing::Active
            } else if open.iter().any(|gate| gate.cause == Cause::Unsigned) {
                Standing::Pending(open)
            } else {
                Standing::Suspended(open)
            };
        }
    }
}
