//! The closed set of purposes that a camera may serve (IVA-2a).

use serde::Serialize;

/// Why a camera is analysed. Bare "security" is not a purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PurposeKind {
    /// Prevent or solve repeated or serious crime.
    CrimePrevention,
    /// Protect life and health.
    LifeAndHealth,
    /// Protect property against intrusion and damage.
    PropertyProtection,
    /// Charge for parking by number plate.
    ParkingPayment,
    /// Count, about nobody.
    AnonymousCounting,
}

impl PurposeKind {
    /// Every kind, in declaration order.
    pub const ALL: [Self; 5] = [
        Self::CrimePrevention,
        Self::LifeAndHealth,
        Self::PropertyProtection,
        Self::ParkingPayment,
        Self::AnonymousCounting,
    ];

    /// The word that `site.toml` and events use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CrimePrevention => "crime-prevention",
            Self::LifeAndHealth => "life-and-health",
            Self::PropertyProtection => "property-protection",
            Self::ParkingPayment => "parking-payment",
            Self::AnonymousCounting => "anonymous-counting",
        }
    }

    /// The kind of that name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}
