//! The closed set of places that a camera may look at, and what follows from each (IVA-6, KRS-10, KRS-13).

use crate::vocabulary::vocabulary;

vocabulary! {
    /// What kind of place a camera looks at. Most of the rules follow from it, so that every camera has one (IVA-6).
    pub enum PlaceClass {
        PublicOutdoor = "public-outdoor": "A street, square or park that anyone may use.",
        Parking = "parking": "A car park or its lanes.",
        BuildingExterior = "building-exterior": "The outside of a building or a yard, not aimed at its entrances.",
        Entrance = "entrance": "A door or gate that people use to go in and out.",
        Interior = "interior": "Inside a building, where visitors come.",
        Workplace = "workplace": "Where people work.",
        LimitedCircle = "limited-circle": "Where a limited circle of people regularly is.",
        BreakRoom = "break-room": "Where employees rest, eat or change.",
        School = "school": "A school, inside or out.",
        Kindergarten = "kindergarten": "A kindergarten, inside or out.",
        HomeOrInstitution = "home-or-institution": "Where people live and are cared for.",
        SharedProperty = "shared-property": "What the residents of a house own together: stairs, garage, yard.",
        Retail = "retail": "A shop.",
        PointOfSale = "point-of-sale": "Where one pays with a card or shows identification.",
        PostOrBank = "post-or-bank": "Premises with post or bank services.",
        Health = "health": "A clinic, pharmacy or hospital.",
        Worship = "worship": "A church, mosque, synagogue or temple.",
        Politics = "politics": "Where a party, union or movement meets.",
    }
}

impl PlaceClass {
    /// Where anyone may be: a DPIA is due (IVA-13).
    pub const fn is_public(self) -> bool {
        matches!(self, Self::PublicOutdoor | Self::Parking | Self::Entrance | Self::Interior | Self::Retail)
            || matches!(self, Self::PointOfSale | Self::PostOrBank | Self::Health | Self::School)
    }

    /// Where the rules for workplaces hold whatever the file says (KRS-10): all but an outside that is not aimed at
    /// entrances, and what nobody works at.
    pub const fn is_workplace(self) -> bool {
        !matches!(self, Self::PublicOutdoor | Self::Parking | Self::BuildingExterior | Self::SharedProperty)
    }

    /// Where to be seen tells of health, religion, politics or sexual orientation: nobody is tracked there (IVA-6).
    pub const fn is_sensitive(self) -> bool {
        matches!(self, Self::Health | Self::Worship | Self::Politics)
    }

    /// Where a limited circle regularly is: watched only against an identified danger (KRS-13, ISL-2).
    pub const fn is_limited_circle(self) -> bool {
        matches!(self, Self::LimitedCircle | Self::BreakRoom | Self::SharedProperty)
    }

    /// Where children are: watched only when it is closed (KRS-9).
    pub const fn is_for_children(self) -> bool {
        matches!(self, Self::School | Self::Kindergarten)
    }

    /// Where recordings may be kept for three months (WPC-8).
    pub const fn has_payment_or_identification(self) -> bool {
        matches!(self, Self::PointOfSale | Self::PostOrBank)
    }
}
