//! Rule packs: what depends on whose law it is. Packs are data, each with its source and the day from which it holds.

use crate::place::PlaceClass;
use crate::vocabulary::vocabulary;
use jiff::civil::Date;

vocabulary! {
    /// A body of rules. That of the country holds always; others are added by the file or by the places (KRS-10, ISL-4).
    pub enum Pack {
        Norway = "no": "Norway: the GDPR, the Personal Data Act, and what Datatilsynet says of video analytics.",
        NorwayWorkplace = "no-workplace": "Norway, workplaces: the Working Environment Act and its regulation on cameras.",
        NorwayMunicipality = "no-municipality": "Norway, municipalities: the routine of Kristiansand.",
        Iceland = "is": "Iceland: Act 90/2018 and Rules 50/2023.",
    }
}

vocabulary! {
    /// Why something is kept for as long as it is. Each class has its own keys in the vault, and its own longest time.
    pub enum RetentionClass {
        EngineDefault = "engine-default": "What nothing else is said about: 72 hours (EDPB 3/2019).",
        Norway = "norway": "Norway, for a reason that is written down: 30 days (WPC-7).",
        NorwayWorkplace = "norway-workplace": "A workplace in Norway: 7 days (WPC-6).",
        NorwayMunicipal = "norway-municipal": "A municipality in Norway: 7 days (KRS-33).",
        NorwayPoliceHandover = "norway-police-handover": "A clip in Norway that the police will likely get: 30 days (WPC-7, KRS-34).",
        NorwayPointOfSale = "norway-point-of-sale": "Where one pays with a card or shows identification: 3 months (WPC-8).",
        PassageLog = "passage-log": "A passage through a door: 90 days (ACC-13).",
        Iceland = "iceland": "Iceland: 90 days since Rules 1329/2025 (ISL-13).",
        Exempted = "exempted": "As long as a regulator's decision says (WPC-9).",
        ParkingSession = "parking-session": "A car that has not paid, and receipts: as long as the operator's terms say, 90 days at most. No source sets it (IVA-7b).",
        ParkingPermit = "parking-permit": "A permit to park, until it ends: 366 days at most. No source sets it.",
        AuditLog = "audit-log": "Who read what and why, in the vault's own log: a year. No source sets it.",
    }
}

/// The class of what a purpose keeps for so many days, under these packs and of these places.
pub fn class_of(days: u16, packs: &[Pack], places: &[PlaceClass], exempted: bool, passages: bool) -> RetentionClass {
    if days <= DEFAULT_RETENTION_DAYS {
        RetentionClass::EngineDefault
    } else if exempted {
        RetentionClass::Exempted
    } else if passages {
        RetentionClass::PassageLog
    } else if packs.contains(&Pack::Iceland) {
        RetentionClass::Iceland
    } else if are_all_of_payment(places) {
        RetentionClass::NorwayPointOfSale
    } else if packs.contains(&Pack::NorwayWorkplace) {
        RetentionClass::NorwayWorkplace
    } else if packs.contains(&Pack::NorwayMunicipality) && days <= MUNICIPALITY.days {
        RetentionClass::NorwayMunicipal
    } else {
        RetentionClass::Norway
    }
}

/// Whether one pays or shows identification in every one of these places, of which there is one.
fn are_all_of_payment(places: &[PlaceClass]) -> bool {
    !places.is_empty() && places.iter().all(|class| class.has_payment_or_identification())
}

/// The longest that something may be kept, counted from its recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cap {
    /// Days. The law's three months are 89 days, which no quarter of a year falls short of.
    pub days: u16,
    /// Whether a documented reason may go past it.
    pub because_may_exceed: bool,
    /// The requirement that sets it.
    pub requirement: &'static str,
    /// What it is about, in words.
    pub what: &'static str,
    /// First day on which it holds.
    pub valid_from: Date,
    /// Where it is written.
    pub source: &'static str,
}

const LONG_AGO: Date = Date::MIN;

/// Days that anything is kept if the file does not say (72 hours; EDPB 3/2019).
pub const DEFAULT_RETENTION_DAYS: u16 = 3;

/// What is longer than the default needs a reason (EDPB 3/2019).
pub const DEFAULT: Cap = Cap {
    days: DEFAULT_RETENTION_DAYS,
    because_may_exceed: true,
    requirement: "KRS-33",
    what: "damage is usually seen within days",
    valid_from: LONG_AGO,
    source: "EDPB Guidelines 3/2019, paragraph 121",
};
const WORKPLACE: Cap = Cap {
    days: 7,
    because_may_exceed: false,
    requirement: "WPC-6",
    what: "a workplace's recordings",
    valid_from: LONG_AGO,
    source: "Datatilsynet, recordings at the workplace",
};
const POINT_OF_SALE: Cap = Cap {
    days: 89,
    because_may_exceed: false,
    requirement: "WPC-8",
    what: "a point of sale, post or bank",
    valid_from: LONG_AGO,
    source: "Datatilsynet, recordings at the workplace",
};
const MUNICIPALITY: Cap = Cap {
    days: 7,
    because_may_exceed: true,
    requirement: "KRS-33",
    what: "a municipality's recordings",
    valid_from: LONG_AGO,
    source: "Kristiansand, routine for camera surveillance",
};
const NORWAY: Cap = Cap {
    days: 30,
    because_may_exceed: false,
    requirement: "WPC-7",
    what: "anything in Norway, a hand-over to the police included",
    valid_from: LONG_AGO,
    source: "Datatilsynet, recordings at the workplace",
};
const PASSAGES: Cap = Cap {
    days: 90,
    because_may_exceed: false,
    requirement: "ACC-13",
    what: "a log of passages",
    valid_from: LONG_AGO,
    source: "Datatilsynet, access control",
};
const ICELAND: &[Cap] = &[
    Cap {
        days: 30,
        because_may_exceed: false,
        requirement: "ISL-13",
        what: "anything in Iceland",
        valid_from: LONG_AGO,
        source: "Rules 50/2023, article 11(2)",
    },
    Cap {
        days: 90,
        because_may_exceed: false,
        requirement: "ISL-13",
        what: "anything in Iceland",
        valid_from: jiff::civil::date(2025, 12, 10),
        source: "Rules 50/2023, article 11(2), as amended by 1329/2025",
    },
];

impl Pack {
    /// Whether it is the law of a country, of which a site has exactly one.
    pub const fn is_country(self) -> bool {
        matches!(self, Self::Norway | Self::Iceland)
    }
}

/// The caps on what is kept of pictures of these places under these packs, on that day. The strictest wins: a
/// workplace's week holds in a municipality too, but a till may keep three months even where people work.
pub fn caps(packs: &[Pack], places: &[PlaceClass], on: Date) -> Vec<Cap> {
    let all_of_payment = are_all_of_payment(places);
    let mut caps = Vec::new();
    for pack in packs {
        match pack {
            Pack::Norway if all_of_payment => caps.push(POINT_OF_SALE),
            Pack::Norway => caps.push(NORWAY),
            Pack::NorwayWorkplace if all_of_payment => {}
            Pack::NorwayWorkplace => caps.push(WORKPLACE),
            Pack::NorwayMunicipality => caps.push(MUNICIPALITY),
            Pack::Iceland => caps.extend(ICELAND.iter().rfind(|cap| cap.valid_from <= on)),
        }
    }
    caps
}

/// The cap on a log of passages.
pub const fn passage_cap() -> Cap {
    PASSAGES
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn days(packs: &[Pack], places: &[PlaceClass], on: Date) -> Option<u16> {
        caps(packs, places, on).iter().map(|cap| cap.days).min()
    }

    #[test]
    fn iceland_has_thirty_days_before_the_amendment_and_ninety_after() {
        let yard = [PlaceClass::BuildingExterior];
        assert_eq!(days(&[Pack::Iceland], &yard, date(2025, 12, 9)), Some(30));
        assert_eq!(days(&[Pack::Iceland], &yard, date(2025, 12, 10)), Some(90));
    }

    #[test]
    fn the_strictest_cap_wins_and_a_till_may_keep_three_months() {
        let today = date(2026, 11, 22);
        let packs = [Pack::Norway, Pack::NorwayWorkplace, Pack::NorwayMunicipality];
        assert_eq!(days(&packs, &[PlaceClass::Interior], today), Some(7));
        assert_eq!(days(&packs[..2], &[PlaceClass::PointOfSale], today), Some(89));
        assert_eq!(days(&packs[..2], &[PlaceClass::PointOfSale, PlaceClass::Interior], today), Some(7));
    }
}
