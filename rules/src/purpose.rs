//! The closed sets of purposes, interests and lawful bases (IVA-1a, IVA-2a, KRS-7).

use crate::vocabulary::vocabulary;

vocabulary! {
    /// Why a camera is analysed. Bare "security" is not a purpose (IVA-2a).
    pub enum PurposeKind {
        CrimePrevention = "crime-prevention": "Prevent or solve repeated or serious crime.",
        LifeAndHealth = "life-and-health": "Protect life and health.",
        PropertyProtection = "property-protection": "Protect property against intrusion and damage.",
        ParkingPayment = "parking-payment": "Charge for parking by number plate, where one can pay on the spot.",
        AnonymousCounting = "anonymous-counting": "Count, about nobody.",
        AccessControl = "access-control": "Open doors to those who may enter, and know of doors that were forced.",
        Care = "care": "Help residents of a home or institution, as health law provides.",
        WorkPerformance = "work-performance": "Watch how work is done: refused in Norway, and exceptional in Iceland.",
    }
}

impl PurposeKind {
    /// Whether it protects people or things, as against counting, charging or opening doors.
    pub const fn is_security(self) -> bool {
        matches!(self, Self::CrimePrevention | Self::LifeAndHealth | Self::PropertyProtection)
    }
}

vocabulary! {
    /// What weighs more than the privacy of those who pass (IVA-1a).
    pub enum Interest {
        RepeatedCrime = "repeated-crime": "The same crimes have happened here again and again.",
        SeriousCrime = "serious-crime": "A serious crime has happened or is concretely to be feared.",
        LifeAndHealth = "life-and-health": "Someone's life or health is in danger here.",
    }
}

vocabulary! {
    /// The lawful basis of a purpose, by article of the GDPR (KRS-7).
    pub enum LawfulBasis {
        LegitimateInterest = "legitimate-interest": "Article 6(1)(f): an interest that outweighs privacy, by a balancing.",
        LegalObligation = "legal-obligation": "Article 6(1)(c): a law demands it; in care with article 9(2)(h).",
        Contract = "contract": "Article 6(1)(b): a contract with the person, such as that of a parking customer.",
        PublicTask = "public-task": "Article 6(1)(e): a task in the public interest, given by law.",
        VitalInterest = "vital-interest": "Article 6(1)(d): someone's life is at stake.",
        Consent = "consent": "Article 6(1)(a): freely given; from an employee it seldom is (ACC-4).",
    }
}
