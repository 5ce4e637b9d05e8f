//! Passages through doors: how a holder proves who they are, and what may be kept of a passage (ACC-5, ACC-6).

use crate::vocabulary::vocabulary;

vocabulary! {
    /// How the holder of an authorisation proves who they are.
    pub enum Proof {
        Card = "card": "The card alone: whoever has it passes.",
        Code = "code": "A code alone: whoever knows it passes.",
        PinAndCard = "pin-and-card": "A card, and the code of its holder.",
        BiometricOnCard = "biometric-on-card": "A card, and a feature of its holder that is compared on the card itself.",
    }
}

impl Proof {
    /// Whether it takes more than one thing, so that a passage tells who passed (ACC-6).
    pub const fn is_strong(self) -> bool {
        matches!(self, Self::PinAndCard | Self::BiometricOnCard)
    }
}

vocabulary! {
    /// What may be kept of a passage, and nothing else (ACC-5).
    pub enum PassageField {
        Holder = "holder": "The holder's internal number.",
        Vehicle = "vehicle": "The number of the car.",
        Company = "company": "The holder's company.",
        Area = "area": "The area that the authorisation opens.",
        Period = "period": "The period for which it holds.",
        Time = "time": "When the holder passed.",
        Point = "point": "Which door.",
    }
}
