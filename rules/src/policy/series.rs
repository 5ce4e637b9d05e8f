//! Statistics as a site declares them: what may be counted, where, and over which spans (IVA-11a).

use crate::geometry::{Polygon, Segment};
use crate::object::ObjectSet;
use crate::policy::site::Rule;
use crate::vocabulary::vocabulary;
use jiff::civil::Time;

vocabulary! {
    /// What a series counts.
    pub enum Measure {
        LineCrossings = "line-crossings": "Objects that crossed a line, by direction.",
        ZoneEntries = "zone-entries": "Objects that came into a zone.",
        OccupancyPeak = "occupancy-peak": "The most objects that were in a zone at once.",
        QueueLength = "queue-length": "Objects that waited in a zone, on average.",
        VehicleClasses = "vehicle-classes": "Vehicles that crossed a line, by class.",
        SpeedBands = "speed-bands": "Vehicles by band of speed, in a calibrated zone.",
        ParkingArrivals = "parking-arrivals": "Vehicles that came to park.",
        ParkingDepartures = "parking-departures": "Vehicles that left.",
        MeanStay = "mean-stay": "How long vehicles stayed, by band.",
        IncidentCount = "incident-count": "How many incidents there were, a site and month.",
    }
}

impl Measure {
    /// Whether it is counted in pictures of a camera, rather than from sessions or incidents.
    pub const fn is_of_pictures(self) -> bool {
        !self.is_of_parking() && !matches!(self, Self::IncidentCount)
    }

    /// Whether it is counted in a zone.
    pub const fn is_of_a_zone(self) -> bool {
        matches!(self, Self::ZoneEntries | Self::OccupancyPeak | Self::QueueLength | Self::SpeedBands)
    }

    /// Whether it is counted at a line.
    pub const fn is_of_a_line(self) -> bool {
        matches!(self, Self::LineCrossings | Self::VehicleClasses)
    }

    /// The analysis rule that counts it.
    pub const fn counted_by(self) -> Option<&'static str> {
        match self {
            Self::LineCrossings | Self::VehicleClasses => Some("line-count"),
            Self::ZoneEntries | Self::OccupancyPeak => Some("zone-count"),
            Self::QueueLength => Some("queue-length"),
            Self::SpeedBands => Some("speed-band"),
            _ => None,
        }
    }

    /// Whether it is about parking.
    pub const fn is_of_parking(self) -> bool {
        matches!(self, Self::ParkingArrivals | Self::ParkingDepartures | Self::MeanStay)
    }
}

vocabulary! {
    /// The fixed spans over which a series counts, aligned to the clock.
    pub enum Grid {
        Quarter = "quarter-hour": "Fifteen minutes.",
        Hour = "hour": "An hour.",
        Day = "day": "A day.",
        Month = "month": "A month.",
    }
}

/// What a track may cost at most, if the file does not say: a day of hours and one of days come to twice that.
pub const DEFAULT_EPSILON: f64 = 0.25;

/// One series, with its names bound.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Series {
    /// Its name, unique in the purpose.
    pub name: String,
    /// What it counts.
    pub measure: Measure,
    /// Over which spans.
    pub grid: Grid,
    /// The camera that counts, for what is counted in pictures.
    pub camera: Option<String>,
    /// Where in its picture.
    pub at: CountedAt,
    /// What is counted there: the objects of the purpose's counting rules at the same place.
    pub objects: ObjectSet,
    /// The hours of the night that are one span.
    pub quiet: Option<QuietHours>,
    /// The privacy loss of a track.
    pub epsilon: f64,
}

impl Series {
    /// Whether a rule of its purpose counts for it: the rule of its measure, at its place.
    pub fn is_fed_by(&self, rule: &Rule) -> bool {
        let is_at = match &self.at {
            CountedAt::Zone { name, .. } => rule.condition.zone_name() == Some(name),
            CountedAt::Line { name, .. } => rule.condition.line_name() == Some(name),
            CountedAt::Elsewhere => false,
        };
        is_at && self.camera.as_ref() == Some(&rule.camera) && self.measure.counted_by() == Some(rule.condition.name())
    }
}

/// Where in a picture a series counts.
#[derive(Clone, Debug, PartialEq)]
pub enum CountedAt {
    /// In a zone.
    Zone {
        /// Its name.
        name: String,
        /// The zone.
        zone: Polygon,
    },
    /// At a line.
    Line {
        /// Its name.
        name: String,
        /// The line.
        line: Segment,
    },
    /// Not in a picture.
    Elsewhere,
}

/// Hours in which so few pass that their spans are merged into one, each night alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuietHours {
    /// First minute in them, local time.
    pub from: Time,
    /// First minute after them; the next day where it comes before `from`.
    pub to: Time,
}

impl QuietHours {
    /// Whether a time of day lies in them.
    pub fn contains(&self, time: Time) -> bool {
        if self.from < self.to { self.from <= time && time < self.to } else { self.from <= time || time < self.to }
    }
}
