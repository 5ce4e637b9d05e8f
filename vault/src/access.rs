//! Who may do what with which purpose: a closed table (WPC-10, KRS-26, INV-13).

use crate::error::VaultError;
use vokter_rules::limits;
use vokter_rules::purpose::PurposeKind;

/// What a person is to the site. There is no role that may do everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
        use Operation::{DecideDisclosure, Erase, Hold, OpenIncident, Read, ReadLog, RequestDisclosure};
        match (operation, purpose) {
            (Erase | ReadLog, _) => matches!(self, Self::PrivacyOfficer),
            // Nothing is kept for them, so there is nothing to open, to hold or to disclose.
            (_, PurposeKind::AnonymousCounting | PurposeKind::AccessControl | PurposeKind::WorkPerformance) => false,
            (DecideDisclosure | Hold, _) => matches!(self, Self::Decider),
            (Read | OpenIncident | RequestDisclosure, PurposeKind::ParkingPayment) => {
                matches!(self, Self::ParkingOperator)
            }
            (
                Read | OpenIncident | RequestDisclosure,
                PurposeKind::CrimePrevention
                | PurposeKind::LifeAndHealth
                | PurposeKind::PropertyProtection
                | PurposeKind::Care,
            ) => matches!(self, Self::Operator),
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
}

impl Operation {
    /// Every operation.
    pub const ALL: [Self; 7] = [
        Self::Read,
        Self::Erase,
        Self::ReadLog,
        Self::OpenIncident,
        Self::Hold,
        Self::RequestDisclosure,
        Self::DecideDisclosure,
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
        }
    }
}

/// Who asks, in what role and for what reason. It is written to the log before anything is shown (INV-8).
#[derive(Clone, Debug)]
pub struct Access {
    who: String,
    role: Role,
    reason: String,
}

impl Access {
    /// An access of that person, in that role, for that reason.
    ///
    /// # Errors
    /// When there is no reason, or one longer than [`limits::REASON_CHARACTERS`].
    pub fn new(who: &str, role: Role, reason: &str) -> Result<Self, VaultError> {
        let reason = reason.trim();
        if reason.is_empty() || reason.chars().count() > limits::REASON_CHARACTERS {
            return Err(VaultError::NoReason(limits::REASON_CHARACTERS));
        }
        Ok(Self { who: who.to_owned(), role, reason: reason.to_owned() })
    }

    /// Who asks.
    pub fn who(&self) -> &str {
        &self.who
    }

    /// In what role.
    pub fn role(&self) -> Role {
        self.role
    }

    /// For what reason.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// Refuses what the role may not do.
    pub(crate) fn check(&self, operation: Operation, kind: PurposeKind, purpose: &str) -> Result<(), VaultError> {
        if self.role.may(operation, kind) {
            return Ok(());
        }
        let allowed: Vec<_> =
            Role::ALL.into_iter().filter(|role| role.may(operation, kind)).map(|role| role.name()).collect();
        Err(VaultError::NotAllowed {
            role: self.role.name(),
            operation: operation.name(),
            purpose: purpose.to_owned(),
            allowed: if allowed.is_empty() { "nobody may".into() } else { format!("{} may", allowed.join(", ")) },
        })
    }
}
