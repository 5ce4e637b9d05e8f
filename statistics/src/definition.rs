//! What a series counts, where, over which spans, and at which privacy loss. Whatever changes of it starts a new series:
//! the two are never read as one, and neither is drawn again.

use crate::error::StatisticsError;
use crate::grid::Spans;
use crate::interval::{DetectorError, Measured};
use crate::noise::Noise;
use jiff::SignedDuration;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use vokter_rules::analysis::{Direction, SPEED_BANDS};
use vokter_rules::digest::Digest;
use vokter_rules::geometry::{Point, Segment};
use vokter_rules::object::ObjectClass;
use vokter_rules::policy::{CountedAt, Grid, Measure, Purpose, QuietHours, Series, SitePolicy, Standing};

/// The bands of a stay: each with the minutes that it begins after.
const STAYS: [(&str, i64); 4] =
    [("under 30 minutes", 0), ("30 minutes to 2 hours", 30), ("2 to 8 hours", 120), ("over 8 hours", 480)];

/// The band of a stay, by its place among the categories of `mean-stay`.
pub fn band_of_stay(stay: SignedDuration) -> usize {
    STAYS.iter().rposition(|(_, begins)| stay >= SignedDuration::from_mins(*begins)).unwrap_or(0)
}

/// The definition of a series, as it is published with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Definition {
    /// The site.
    pub site: String,
    /// The purpose that declares it.
    pub purpose: String,
    /// Its name in the purpose.
    pub series: String,
    /// What it counts.
    pub measure: Measure,
    /// Over which spans.
    pub grid: Grid,
    /// The time zone of the spans.
    pub time_zone: String,
    /// The camera that counts.
    pub camera: Option<String>,
    /// Where in its picture.
    pub place: Option<Place>,
    /// What is counted.
    pub objects: Vec<ObjectClass>,
    /// The hours whose spans are one.
    pub quiet: Option<Quiet>,
    /// What each span is broken down by: a track counts in one of them.
    pub breakdown: Breakdown,
    /// Whether it counts in files or scenes rather than in a live picture, to try it out: it says nothing of the world.
    pub commissioning: bool,
    /// The privacy loss of a track; none where the number is exact, of incidents a site and month.
    pub epsilon: Option<f64>,
    /// What the detector counts of what is there, a category each, as far as that was measured for the model that counts.
    /// None in all of them where nothing was.
    pub detector: Vec<Option<DetectorError>>,
}

/// A zone or line of a picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// `zone` or `line`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its corners, in parts of the picture.
    pub corners: Vec<(f32, f32)>,
}

/// Hours that are counted as one span.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quiet {
    /// First minute in them.
    pub from: Time,
    /// First minute after them.
    pub to: Time,
}

/// The cells of a span.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Breakdown {
    /// What tells them apart.
    pub dimension: String,
    /// Their names, in order.
    pub categories: Vec<String>,
}

impl Definition {
    /// The definitions of the series of a site whose purposes may run, and the errors of the model that counts.
    pub fn all_of(policy: &SitePolicy, measured: &[Measured]) -> Vec<Self> {
        let running = policy.purposes().iter().filter(|purpose| purpose.standing().may_run());
        let of = |purpose: &Purpose| {
            let of = |series: &Series| Self::of(policy, purpose, series, measured);
            purpose.series.iter().map(of).collect::<Vec<_>>()
        };
        running.flat_map(of).collect()
    }

    /// The definition of one series.
    pub fn of(policy: &SitePolicy, purpose: &Purpose, series: &Series, measured: &[Measured]) -> Self {
        // Exact is what says nothing but how many there were in the whole site, in a month (IVA-11c).
        let is_exact =
            series.measure == Measure::IncidentCount && series.grid == Grid::Month && series.camera.is_none();
        let breakdown = breakdown(series);
        let detector = detector(series, &breakdown, measured);
        Self {
            site: policy.name().to_owned(),
            purpose: purpose.name.clone(),
            series: series.name.clone(),
            measure: series.measure,
            grid: series.grid,
            time_zone: policy.time_zone().iana_name().unwrap_or("UTC").to_owned(),
            camera: series.camera.clone(),
            place: place(&series.at),
            objects: series.objects.iter().collect(),
            quiet: series.quiet.map(|quiet| Quiet { from: quiet.from, to: quiet.to }),
            breakdown,
            commissioning: *purpose.standing() == Standing::Commissioning,
            epsilon: (!is_exact).then_some(series.epsilon),
            detector,
        }
    }

    /// What the series is called in a site: its purpose and its name.
    pub fn name(&self) -> String {
        format!("{}.{}", self.purpose, self.series)
    }

    /// What tells this definition from every other: 16 hexadecimal digits of a SHA-256.
    pub fn fingerprint(&self) -> String {
        let text = serde_json::to_vec(self).unwrap_or_default();
        Digest::of(&text).to_string().chars().take(16).collect()
    }

    /// Its noise.
    pub fn noise(&self) -> Option<Noise> {
        self.epsilon.map(Noise::new)
    }

    /// What the interval of a value covers, in words.
    pub fn covers(&self) -> &'static str {
        let measured = self.detector.iter().filter(|error| error.is_some()).count();
        match (self.epsilon.is_some(), measured) {
            (false, _) => "none: the number is exact",
            (true, 0) => "at least 95 %: the noise alone; the detector's error is unknown",
            (true, all) if all == self.breakdown.categories.len() => {
                "at least 90 %: noise and the detector's average error, each at 95 %"
            }
            (true, _) => "noise at 95 %, and the detector's average error at 95 % where it is known",
        }
    }

    /// Its spans.
    ///
    /// # Errors
    /// When there is no such time zone.
    pub fn spans(&self) -> Result<Spans, StatisticsError> {
        let quiet = self.quiet.map(|quiet| QuietHours { from: quiet.from, to: quiet.to });
        Ok(Spans::new(self.grid, quiet, TimeZone::get(&self.time_zone)?))
    }

    /// What it is, in a line.
    pub fn title(&self) -> String {
        let place = self.place.as_ref().map(|place| format!(" at {} {}", place.kind, place.name));
        let (measure, grid) = (self.measure.name().replace('-', " "), self.grid.name());
        let trial = if self.commissioning { " (commissioning)" } else { "" };
        format!("{}: {measure}{} by {grid}{trial}", self.site, place.unwrap_or_default())
    }
}

fn place(at: &CountedAt) -> Option<Place> {
    let corners = |points: &[Point]| points.iter().map(|point| (point.x, point.y)).collect();
    match at {
        CountedAt::Zone { name, zone } => {
            Some(Place { kind: "zone".to_owned(), name: name.clone(), corners: corners(zone.vertices()) })
        }
        CountedAt::Line { name, line } => {
            Some(Place { kind: "line".to_owned(), name: name.clone(), corners: corners(&[line.from, line.to]) })
        }
        CountedAt::Elsewhere => None,
    }
}

fn breakdown(series: &Series) -> Breakdown {
    let (dimension, categories) = match (series.measure, &series.at) {
        (Measure::LineCrossings, CountedAt::Line { line, .. }) => ("direction", ways_across(*line)),
        (Measure::VehicleClasses, _) => {
            let vehicles = ObjectClass::ALL.into_iter().filter(|class| {
                !matches!(class, ObjectClass::Person | ObjectClass::Plate) && series.objects.contains(*class)
            });
            ("class", vehicles.map(ObjectClass::name).collect())
        }
        // In km/h.
        (Measure::SpeedBands, _) => ("speed", SPEED_BANDS.map(|(name, _)| name).to_vec()),
        (Measure::MeanStay, _) => ("stay", STAYS.map(|(name, _)| name).to_vec()),
        _ => ("all", vec!["all"]),
    };
    Breakdown { dimension: dimension.to_owned(), categories: categories.into_iter().map(str::to_owned).collect() }
}

/// The error of each category. Errors are measured at lines: of how long someone was in a zone, or how many were at once, they
/// say nothing.
fn detector(series: &Series, breakdown: &Breakdown, measured: &[Measured]) -> Vec<Option<DetectorError>> {
    let error = |category: &String| match series.measure {
        Measure::LineCrossings => DetectorError::of(series.objects, measured),
        Measure::VehicleClasses => DetectorError::of(ObjectClass::from_name(category).into_iter().collect(), measured),
        _ => None,
    };
    let errors: Vec<_> = breakdown.categories.iter().map(error).collect();
    if errors.iter().all(Option::is_none) { vec![] } else { errors }
}

/// The two sides of the picture towards which a line is crossed.
fn ways_across(line: Segment) -> Vec<&'static str> {
    let normal = line.normal();
    let mut ways = [normal, Point::new(-normal.x, -normal.y)].map(|movement| Direction::of(movement).name()).to_vec();
    ways.sort_unstable();
    ways
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stay_lies_in_one_band() {
        let bands =
            [-5, 0, 29, 30, 119, 120, 479, 480, 10_000].map(|minutes| band_of_stay(SignedDuration::from_mins(minutes)));
        assert_eq!(bands, [0, 0, 0, 1, 1, 2, 2, 3, 3]);
    }
}
