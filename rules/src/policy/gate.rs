//! Gates: what a person must have decided and signed before a purpose may watch anyone.

use crate::vocabulary::vocabulary;

vocabulary! {
    /// A signed record without which a purpose stays closed.
    pub enum Gate {
        Balancing = "balancing": "The interest weighed against the privacy of those who pass, with their views heard.",
        Necessity = "necessity": "Why milder means would not do, looked at anew each year.",
        Dpia = "dpia": "The data protection impact assessment.",
        Discussion = "discussion": "Minutes of the discussion with the employees' representatives.",
        Notice = "notice": "The notice that employees were given before it began.",
        Letter = "letter": "The information letter, on the web and to those who are regularly there.",
        Receipts = "receipts": "Proof that those who are regularly there were told.",
        Sign = "sign": "That the signs hang where the plan says.",
        Threat = "threat": "The identified danger, beyond the ordinary, to a place of a limited circle.",
        PaymentOnSite = "payment-on-site": "That one can pay on the spot.",
        PerformanceNeed = "performance-need": "Why work cannot be managed in another way.",
        RightsRoutine = "rights-routine": "How requests for access, correction and erasure are answered within a month.",
        RiskAnalysis = "risk-analysis": "Confidentiality, integrity and availability, by the rules of other systems.",
        DisclosureRoutine = "disclosure-routine": "Who decides what is handed over, to whom, on which grounds.",
        Exemption = "exemption": "A regulator's decision that allows what the law caps, and until when.",
        Agreement = "agreement": "The agreement with a processor or joint controller.",
    }
}

vocabulary! {
    /// What a signature can be about. A change of it opens the gates of the records that were signed over it.
    pub enum Aspect {
        Kind = "kind": "kind, description, interest and lawful basis",
        Places = "places": "places and what they are",
        Cameras = "cameras": "cameras and how they are mounted",
        Zones = "zones": "masks, zones and lines",
        Rules = "rules": "rules and what they look for",
        Schedule = "schedule": "hours",
        Retention = "retention": "what is kept, and for how long",
        Access = "access": "roles that may look",
        Series = "series": "statistics",
        Necessity = "necessity": "why milder means would not do",
        Controller = "controller": "controller, telephone and where information is",
    }
}

impl Gate {
    /// The requirements that it answers to, first the one that diagnostics cite.
    pub const fn requirements(self) -> &'static [&'static str] {
        match self {
            Self::Balancing => &["IVA-1a", "KRS-7"],
            Self::Necessity => &["KRS-6", "KRS-4", "ISL-3"],
            Self::Dpia => &["IVA-13", "KRS-12"],
            Self::Discussion => &["KRS-11", "ACC-1"],
            Self::Notice => &["KRS-12", "WPC-1", "ACC-8"],
            Self::Letter => &["KRS-23"],
            Self::Receipts => &["ISL-10"],
            Self::Sign => &["IVA-9", "KRS-22", "ISL-9"],
            Self::Threat => &["KRS-13", "ISL-2"],
            Self::PaymentOnSite => &["IVA-7a"],
            Self::PerformanceNeed => &["ISL-14"],
            Self::RightsRoutine => &["IVA-12"],
            Self::RiskAnalysis => &["KRS-36", "IVA-8"],
            Self::DisclosureRoutine => &["KRS-30", "KRS-32"],
            Self::Exemption => &["WPC-9"],
            Self::Agreement => &["IVA-15", "ACC-12", "KRS-14"],
        }
    }

    /// What its document answers, as headings of a draft.
    pub const fn questions(self) -> &'static [&'static str] {
        match self {
            Self::Balancing => &[
                "What happened here, when, and how often?",
                "Who passes, and what do they expect?",
                "What does the camera see of them, and for how long is it kept?",
                "What makes it milder: masks, hours, no recording, few who look?",
                "What do those concerned, or their representatives, say?",
                "What weighs more, and why?",
            ],
            Self::Necessity => {
                &["What was tried, and did not help?", "Why would nothing milder do?", "When is it looked at anew?"]
            }
            Self::Dpia => &[
                "What is done, with which pictures, by whom?",
                "Is it necessary, and in proportion?",
                "What can go wrong for those who pass?",
                "What is done about it?",
                "What does the data protection officer say?",
            ],
            Self::Discussion => &[
                "Who took part, and when?",
                "What was presented?",
                "What did the employees' side say?",
                "What was changed?",
            ],
            Self::Notice | Self::Letter => &[
                "Who watches, and how can they be reached?",
                "What for, and on which lawful basis?",
                "Where and when?",
                "Who sees it, and when is it gone?",
                "Which rights are there, and where can one complain?",
            ],
            Self::Receipts => &["Who was told, when, and how is it proven?"],
            Self::Sign => &["Where does each sign hang, since when?", "Can it be seen before one is seen?"],
            Self::Threat => &["What is the danger, to whom?", "What makes it concrete, and more than ordinary?"],
            Self::PaymentOnSite => &["Where and how can one pay on the spot?", "What happens when it is out of order?"],
            Self::PerformanceNeed => {
                &["Why can work not be managed in another way?", "What was agreed with the employees?"]
            }
            Self::RightsRoutine => {
                &["Who answers requests for access, correction and erasure?", "How is the month kept?"]
            }
            Self::RiskAnalysis => {
                &["What could become known, be lost, or be changed?", "How likely, how bad?", "What is done about it?"]
            }
            Self::DisclosureRoutine => {
                &["Who decides?", "On which grounds is something handed out?", "How is it logged?"]
            }
            Self::Exemption => &["Who decided, when, under which reference?", "What is allowed, for what, until when?"],
            Self::Agreement => &["Who does what for whom?", "Which instructions, security and sub-processors?"],
        }
    }

    /// What a signature under it covers (KRS-11: a new zone is discussed anew; IVA-9: a new controller, a new sign).
    pub const fn covers(self) -> &'static [Aspect] {
        use Aspect::{Access, Cameras, Controller, Kind, Places, Retention, Rules, Schedule, Series, Zones};
        match self {
            Self::Balancing => &[Kind, Places, Cameras, Zones, Rules, Schedule, Retention, Series],
            Self::Necessity => &[Kind, Places, Cameras, Rules, Aspect::Necessity],
            Self::Threat | Self::PerformanceNeed => &[Kind, Places, Cameras, Rules],
            Self::Dpia => &[Kind, Places, Cameras, Zones, Rules, Schedule, Retention, Access, Series],
            Self::Discussion => &[Kind, Places, Cameras, Zones, Rules, Schedule, Retention, Access],
            Self::Notice | Self::Letter | Self::Receipts => &[Kind, Places, Schedule, Retention, Controller],
            Self::Sign => &[Kind, Places, Schedule, Controller],
            Self::PaymentOnSite => &[Places],
            Self::Exemption => &[Kind, Places, Cameras, Retention],
            Self::RightsRoutine | Self::RiskAnalysis | Self::DisclosureRoutine | Self::Agreement => &[Controller],
        }
    }

    /// Months after its signature at which a record must be looked at anew, for those that must (KRS-4, KRS-11).
    pub const fn renewed_after_months(self) -> Option<i32> {
        match self {
            Self::Balancing | Self::Necessity | Self::Discussion => Some(12),
            _ => None,
        }
    }

    /// Whether it must have been there before the first day, rather than on it (WPC-1).
    pub const fn precedes_activation(self) -> bool {
        matches!(self, Self::Notice | Self::Letter | Self::Receipts)
    }
}
