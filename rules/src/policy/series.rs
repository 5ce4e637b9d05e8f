//! The closed sets of what may be counted, and over which spans (IVA-11a).

use crate::vocabulary::vocabulary;

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
