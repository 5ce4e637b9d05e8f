//! What those pay who have a claim to something else.
//!
//! Whether a plate has a claim is decided when it is read, by whoever holds the sealed permits. A session keeps only what
//! follows from it for the price, never why: no state says that somebody has a disabled permit (IVA-3), unless a table of the
//! tariff is called so.

use super::{Rates, Tariff};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A claim that a vehicle can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Entitlement {
    /// Its plate is of an electric series.
    Electric,
    /// A resident's permit.
    Resident,
    /// A ticket for a month or a year.
    SeasonTicket,
    /// A shop has stamped it.
    Validated,
    /// A permit for people with reduced mobility.
    DisabledPermit,
    /// On a list of exemptions.
    Exempt,
}

/// What follows for the price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Concession {
    /// Nothing is charged.
    Free,
    /// Charging begins later.
    FreeMinutes(u32),
    /// The rates of this table hold.
    Table(String),
}

/// A concession that a session has, and until when. [`Tariff::grant`] alone makes it, so that it holds no word that the
/// tariff does not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    pub(super) concession: Concession,
    /// First instant at which it no longer holds; if there is none, it does not end.
    pub(super) until: Option<Timestamp>,
    /// Whether it is of a permit, which is read anew at the exit.
    #[serde(default)]
    is_of_permit: bool,
}

impl Grant {
    /// The same, of a permit.
    pub fn of_permit(self) -> Self {
        Self { is_of_permit: true, ..self }
    }

    /// Whether it is of a permit.
    pub(crate) fn is_of_permit(&self) -> bool {
        self.is_of_permit
    }

    /// Whether nothing is charged by it then.
    pub(crate) fn is_free(&self, now: Timestamp) -> bool {
        self.concession == Concession::Free && self.until.is_none_or(|until| now < until)
    }
}

impl Tariff {
    /// What a claim that holds until then is worth; `None` if the tariff has nothing for it, or another system prices.
    pub fn grant(&self, entitlement: Entitlement, until: Option<Timestamp>) -> Option<Grant> {
        let Self::Rated(rates) = self else { return None };
        rates.concessions.get(&entitlement).map(|concession| Grant {
            concession: concession.clone(),
            until,
            is_of_permit: false,
        })
    }
}

impl Rates {
    /// When charging begins under these grants; `None` if it never does.
    pub(super) fn charged_from(&self, entered: Timestamp, grants: &[Grant]) -> Option<Timestamp> {
        let mut from = entered;
        let mut minutes = 0_i64;
        for grant in grants {
            match (&grant.concession, grant.until) {
                (Concession::Free, None) => return None,
                (Concession::Free, Some(until)) => from = from.max(until),
                (Concession::FreeMinutes(more), until) if until.is_none_or(|until| entered < until) => {
                    minutes += i64::from(*more);
                }
                (Concession::FreeMinutes(_) | Concession::Table(_), _) => {}
            }
        }
        from.checked_add(jiff::SignedDuration::from_mins(minutes)).ok()
    }
}
