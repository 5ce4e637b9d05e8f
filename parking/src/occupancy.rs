//! How full a lot is, in the terms of ISO/TS 5206-1 (Alliance for Parking Data Standards 4.0): `Place` and `Occupancy`, and
//! nothing else of it, since its `Session` and `Observation` can carry plates. Fields have the standard's names; a
//! reference is the plain name of the place.
//!
//! The count goes up and down with the cars that pass, read or not. What is missed makes it drift: it is clamped to what
//! is possible when it is shown, and put right when somebody counts.

use jiff::Timestamp;
use serde::Serialize;

/// A lot as a place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// Which element of the hierarchy it is: the whole of a car park.
    r#type: &'static str,
    id: String,
    name: String,
    /// Spaces that there are.
    supply_quantity: u32,
}

impl Place {
    pub(crate) fn new(name: &str, capacity: u32) -> Self {
        Self { r#type: "place", id: name.to_owned(), name: name.to_owned(), supply_quantity: capacity }
    }
}

/// How many cars are in a place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Occupancy {
    place_id: String,
    /// Occupied spaces.
    count: u32,
    #[serde(skip)]
    vacant: u32,
    /// Whole parts of a hundred that are occupied, rounded up.
    percentage: u32,
    /// How it is known: by counting who passes.
    occupancy_calculation: &'static str,
    record_date_time: Timestamp,
}

impl Occupancy {
    pub(crate) fn new(name: &str, capacity: u32, occupied: i64, at: Timestamp) -> Self {
        let count = u32::try_from(occupied.clamp(0, capacity.into())).unwrap_or(0);
        let percentage = u64::from(count) * 100;
        let percentage = u32::try_from(percentage.div_ceil(u64::from(capacity.max(1)))).unwrap_or(100);
        Self {
            place_id: name.to_owned(),
            count,
            vacant: capacity - count,
            percentage,
            occupancy_calculation: "counted",
            record_date_time: at,
        }
    }

    /// Occupied spaces.
    pub fn occupied(&self) -> u32 {
        self.count
    }

    /// Free spaces, for a sign.
    pub fn vacant(&self) -> u32 {
        self.vacant
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_clamped_to_what_is_possible_and_says_who_is_in_it_to_nobody() {
        let shown = |occupied| Occupancy::new("north", 3, occupied, Timestamp::UNIX_EPOCH);
        assert_eq!((shown(-2).occupied(), shown(-2).vacant()), (0, 3));
        assert_eq!((shown(2).occupied(), shown(2).vacant()), (2, 1));
        assert_eq!((shown(7).occupied(), shown(7).vacant()), (3, 0));
        assert_eq!(
            serde_json::to_string(&shown(2)).unwrap(),
            r#"{"placeId":"north","count":2,"percentage":67,"occupancyCalculation":"counted","recordDateTime":"1970-01-01T00:00:00Z"}"#
        );
        assert_eq!(
            serde_json::to_string(&Place::new("north", 3)).unwrap(),
            r#"{"type":"place","id":"north","name":"north","supplyQuantity":3}"#
        );
        assert_eq!(Occupancy::new("none", 0, 1, Timestamp::UNIX_EPOCH).vacant(), 0);
    }
}
