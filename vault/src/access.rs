//! Who may do what with which purpose: a closed table (WPC-10, KRS-26, INV-13).

use crate::error::VaultError;
use serde::{Deserialize, Serialize};
use vokter_rules::limits;
use vokter_rules::purpose::PurposeKind;

/// What a person is to the site. There is no role that may do everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Handles alarms.
    Operator,
    /// Handles parking sessions and their payment.
    ParkingOperator,
    /// Reads anonymous counts, which are not in the vault.
    Statistician,
    /// Checks all three, by the log; sees no event (KRS-27).
    PrivacyOfficer,
    /// Installs, updates, configures; cannot read personal data (INV-13).
    Administrator,
    /// Decides on disclosure, for the one function that decides (KRS-32).
    Decider,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 6] = [
        Self::Operator,
        Self::ParkingOperator,
        Self::Statistician,
        Self::PrivacyOfficer,
        Self::Administrator,
        Self::Decider,
    ];

    /// Its name, as the command line and the log have it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::ParkingOperator => "parking-operator",
            Self::Statistician => "statistician",
            Self::PrivacyOfficer => "privacy-officer",
            Self::Administrator => "administrator",
            Self::Decider => "decider",
        }
    }

    /// The role of that name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Whether it may do that with what is kept for such a purpose.
    pub const fn may(self, operation: Operation, purpose: PurposeKind) -> bool {
        use Operation::{
            ApproveCopy, DecideDisclosure, Erase, HandleRights, Hold, OpenIncident, PrepareCopy, Read, ReadCases,
            ReadLog, RequestDisclosure,
        };
        let looks = match purpose {
            PurposeKind::ParkingPayment => matches!(self, Self::ParkingOperator),
            PurposeKind::CrimePrevention
            | PurposeKind::LifeAndHealth
            | PurposeKind::PropertyProtection
            | PurposeKind::AccessControl
            | PurposeKind::Care => matches!(self, Self::Operator),
            // Nothing is kept for them that anyone could look at.
            PurposeKind::AnonymousCounting | PurposeKind::WorkPerformance => false,
        };
        let is_kept = !matches!(purpose, PurposeKind::AnonymousCounting | PurposeKind::WorkPerformance);
        match operation {
            Erase | ReadLog | HandleRights => matches!(self, Self::PrivacyOfficer),
            Read | OpenIncident | RequestDisclosure | PrepareCopy => looks,
            Hold | DecideDisclosure | ApproveCopy => is_kept && matches!(self, Self::Decider),
            ReadCases => looks || (is_kept && matches!(self, Self::Decider | Self::PrivacyOfficer)),
        }
    }
}

/// What may be asked of what is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// See events and their stills.
    Read,
    /// Erase an item before its deadline: a data subject's right, or an error.
    Erase,
    /// See who has read what, and why.
    ReadLog,
    /// Say that something happened, and when (KRS-28).
    OpenIncident,
    /// Hold items of an incident to a review (WPC-7, KRS-34).
    Hold,
    /// Ask for items to be disclosed (KRS-31).
    RequestDisclosure,
    /// Decide on that, and note that it was received (KRS-32).
    DecideDisclosure,
    /// See what was decided about items, and why; no item (KRS-31).
    ReadCases,
    /// Note what a data subject asks for, and answer it (IVA-12).
    HandleRights,
    /// Make the copy that a data subject gets, with everyone else made unrecognisable (ISL-7).
    PrepareCopy,
    /// Look at that copy, and let it go (ISL-7).
    ApproveCopy,
}

impl Operation {
    /// Every operation.
    pub const ALL: [Self; 11] = [
        Self::Read,
        Self::Erase,
        Self::ReadLog,
        Self::OpenIncident,
        Self::Hold,
        Self::RequestDisclosure,
        Self::DecideDisclosure,
        Self::ReadCases,
        Self::HandleRights,
        Self::PrepareCopy,
        Self::ApproveCopy,
    ];

    /// Its name, as the log has it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read events",
            Self::Erase => "erase events",
            Self::ReadLog => "read the log",
            Self::OpenIncident => "open an incident",
            Self::Hold => "hold events",
            Self::RequestDisclosure => "request a disclosure",
            Self::DecideDisclosure => "decide a disclosure",
            Self::ReadCases => "see the cases",
            Self::HandleRights => "handle a request of a data subject",
            Self::PrepareCopy => "prepare a copy for a data subject",
            Self::ApproveCopy => "approve a copy for a data subject",
        }
    }
}

/// Who asks, and for what reason. In what role is found in the vault's own register; all of it is written to the log before
/// anything is shown (INV-8).
#[derive(Clone, Debug)]
pub struct Access {
    who: String,
    reason: String,
}

impl Access {
    /// An access of that person, for that reason.
    ///
    /// # Errors
    /// When there is no reason, or one longer than [`limits::REASON_CHARACTERS`].
    pub fn new(who: &str, reason: &str) -> Result<Self, VaultError> {
        let reason = reason.trim();
        if reason.is_empty() || reason.chars().count() > limits::REASON_CHARACTERS {
            return Err(VaultError::NoReason(limits::REASON_CHARACTERS));
        }
        Ok(Self { who: who.to_owned(), reason: reason.to_owned() })
    }

    /// Who asks.
    pub fn who(&self) -> &str {
        &self.who
    }

    /// For what reason.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}
