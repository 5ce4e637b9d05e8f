//! The checked form of a site: the only one that runs.

use super::fingerprint::Aspects;
use super::record::{Record, Standing};
use super::schedule::Schedule;
use super::series::Series;
use crate::analysis::{
    Direction, Evaluation, LineCrossing, Occurrence, QueueLength, SpeedBand, ZoneCount, ZoneIntrusion,
};
use crate::geometry::{Point, Polygon, Segment};
use crate::ground::Ground;
use crate::jurisdiction::{Pack, RetentionClass};
use crate::object::ObjectSet;
use crate::outlet::Outlet;
use crate::passage::PassageField;
use crate::purpose::PurposeKind;
use crate::search::Search;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// A site whose file passed every check. Made by [`super::compile`] alone.
#[derive(Clone, Debug)]
pub struct SitePolicy {
    pub(super) name: String,
    pub(super) time_zone: TimeZone,
    pub(super) packs: Vec<Pack>,
    pub(super) cameras: Vec<Camera>,
    pub(super) purposes: Vec<Purpose>,
    pub(super) roles: Vec<Role>,
    pub(super) decides_disclosure: String,
    pub(super) oversees_privacy: String,
    pub(super) outlets: Vec<Outlet>,
    pub(super) records: Vec<Record>,
    pub(super) deviations: Vec<Deviation>,
}

/// A rule that normally holds, and does not here, for a reason that the record of processing shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deviation {
    /// The requirement.
    pub requirement: &'static str,
    /// What differs.
    pub what: String,
    /// Why.
    pub because: String,
}

impl SitePolicy {
    /// What the site is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The time zone that schedules are in.
    pub fn time_zone(&self) -> &TimeZone {
        &self.time_zone
    }

    /// The cameras, in the file's order.
    pub fn cameras(&self) -> &[Camera] {
        &self.cameras
    }

    /// The purposes, in the file's order.
    pub fn purposes(&self) -> &[Purpose] {
        &self.purposes
    }

    /// The roles, in the file's order.
    pub fn roles(&self) -> &[Role] {
        &self.roles
    }

    /// The role that decides what is handed out (KRS-32).
    pub fn decides_disclosure(&self) -> &str {
        &self.decides_disclosure
    }

    /// The role that answers those who were filmed, and reads the log (IVA-12, KRS-27).
    pub fn oversees_privacy(&self) -> &str {
        &self.oversees_privacy
    }

    /// Where something leaves the engine for.
    pub fn outlets(&self) -> &[Outlet] {
        &self.outlets
    }

    /// The rule packs that apply.
    pub fn packs(&self) -> &[Pack] {
        &self.packs
    }

    /// Every signed record, and every one that waits for a signature.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// Where it differs from what is normal, and why.
    pub fn deviations(&self) -> &[Deviation] {
        &self.deviations
    }

    /// The rules of a camera that may run, each with its purpose. See [`Self::activate`].
    pub fn rules_of<'a>(&'a self, camera: &'a str) -> impl Iterator<Item = (&'a Purpose, &'a Rule)> {
        self.purposes.iter().filter(|purpose| purpose.standing.may_run()).flat_map(move |purpose| {
            purpose.rules.iter().filter(move |rule| rule.camera == camera).map(move |rule| (purpose, rule))
        })
    }
}

/// A role, and who holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// Its name, unique in the site.
    pub name: String,
    /// Who holds it.
    pub people: Vec<String>,
    /// The day on which it was last asked who needs it (KRS-26).
    pub reviewed: Option<Date>,
}

/// A door that a purpose of access control opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Door {
    /// Its name, unique in the purpose.
    pub name: String,
    /// Whether passages are stored; only where the holder proves themselves strongly (ACC-3, ACC-6).
    pub stores_passages: bool,
    /// What may be stored of a passage beside the door and the time (ACC-5).
    pub fields: Vec<PassageField>,
}

/// A fixed camera.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Camera {
    /// Its name, unique in the site.
    pub name: String,
    /// Where its pictures come from.
    pub source: Source,
    /// What is burned out of every picture before anything reads it (KRS-17).
    pub masks: Vec<Polygon>,
}

/// Where pictures come from.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// An `rtsp://` address, possibly with credentials.
    Rtsp(String),
    /// An `http://` address of a motion-JPEG stream, possibly with credentials.
    MotionJpeg(String),
    /// A file, for commissioning and tests (INV-9).
    File(FileSource),
    /// The environment variable that holds the address, so that no secret is in the file.
    Env(String),
}

/// A video file, a folder of JPEG pictures, or a synthetic scene (`scene:yard.toml`).
#[derive(Clone, Debug, PartialEq)]
pub struct FileSource {
    /// Path, relative to the site file.
    pub path: String,
    /// Whether it is a scenario that is rendered rather than a recording that is decoded.
    pub is_scene: bool,
    /// The time that its first frame stands for, of a scene the midnight before it; if not given, the start of the
    /// run, of a scene the midnight before that.
    pub starts_at: Option<Timestamp>,
    /// Pictures a second of a folder of pictures.
    pub frames_per_second: f64,
}

/// Why an address is no source.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// A scheme that is not spoken.
    #[error("`{0}://` is not a source that Vokter reads; it reads rtsp://, http:// (motion JPEG), files and scene:")]
    UnknownScheme(String),
    /// No host.
    #[error("the address names no host")]
    NoHost,
}

impl Source {
    /// The source that an address or path means.
    ///
    /// # Errors
    /// When the scheme is not spoken or no host is named.
    pub fn from_address(address: &str) -> Result<Self, SourceError> {
        let Some((scheme, rest)) = address.split_once("://") else {
            let scene = address.strip_prefix("scene:");
            let path = scene.unwrap_or(address).to_owned();
            let file = FileSource { path, is_scene: scene.is_some(), starts_at: None, frames_per_second: 10.0 };
            return Ok(Self::File(file));
        };
        let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        if host.is_empty() || host.starts_with(':') {
            return Err(SourceError::NoHost);
        }
        match scheme {
            "rtsp" => Ok(Self::Rtsp(address.to_owned())),
            "http" => Ok(Self::MotionJpeg(address.to_owned())),
            other => Err(SourceError::UnknownScheme(other.to_owned())),
        }
    }
}

/// Why cameras are analysed, when, and by which rules.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Purpose {
    /// Its name, unique in the site.
    pub name: String,
    /// Its kind, of a closed set.
    pub kind: PurposeKind,
    /// What it is for, in the operator's words.
    pub description: String,
    /// When it is open; outside it nothing is decoded for it.
    pub schedule: Schedule,
    /// Days after which nothing of it can be read any more.
    pub retention_days: u16,
    /// Why it is kept for as long.
    pub retention_class: RetentionClass,
    /// The roles that may look at what it finds.
    pub roles: Vec<String>,
    /// What may be asked of what it keeps, in the window of a case (IVA-4a).
    pub searches: Vec<Search>,
    /// The file of the car park's terms, beside the site file: lanes, tariff, terminals.
    pub lot: Option<String>,
    /// The doors that it opens.
    pub doors: Vec<Door>,
    /// The rules that may run.
    pub rules: Vec<Rule>,
    /// The statistics that it yields.
    pub series: Vec<Series>,
    pub(super) standing: Standing,
    pub(super) records: Vec<usize>,
    pub(super) aspects: Aspects,
}

impl Purpose {
    /// Whether it may watch, and if not, what is missing.
    pub fn standing(&self) -> &Standing {
        &self.standing
    }
}

/// One analysis rule over one camera.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Rule {
    /// Its name, unique in the purpose.
    pub name: String,
    /// The camera it looks at.
    pub camera: String,
    /// The classes it looks for.
    pub objects: ObjectSet,
    /// What must happen.
    pub condition: Condition,
}

/// What must happen for a rule to report.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// An object stands in the zone.
    ZoneIntrusion {
        /// The zone's name.
        name: String,
        /// The zone.
        zone: Polygon,
    },
    /// An object crosses the line.
    LineCrossing {
        /// The line's name.
        name: String,
        /// The line.
        line: Segment,
        /// Which way.
        direction: Direction,
    },
    /// An object crosses the line and is counted, which is all.
    LineCount {
        /// The line's name.
        name: String,
        /// The line.
        line: Segment,
    },
    /// An object comes into the zone and is counted, which is all.
    ZoneCount {
        /// The zone's name.
        name: String,
        /// The zone.
        zone: Polygon,
    },
    /// An object waits in the zone and is counted, which is all.
    QueueLength {
        /// The zone's name.
        name: String,
        /// The zone.
        zone: Polygon,
    },
    /// A vehicle drives through the zone and is counted by its speed, which is all.
    SpeedBand {
        /// The zone's name.
        name: String,
        /// The zone.
        zone: Polygon,
        /// The ground that it shows.
        ground: Ground,
    },
    /// A vehicle is read in the zone of a lane, and crosses the lane's line.
    PlateRead {
        /// The zone's name.
        name: String,
        /// Where it is read.
        zone: Polygon,
        /// The line's name.
        line_name: String,
        /// The barrier, or where one stops.
        line: Segment,
        /// Which way vehicles drive that obey.
        direction: Direction,
    },
}

impl Condition {
    /// The name of the rule in the catalogue.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::ZoneIntrusion { .. } => "zone-intrusion",
            Self::LineCrossing { .. } => "line-crossing",
            Self::LineCount { .. } => "line-count",
            Self::ZoneCount { .. } => "zone-count",
            Self::QueueLength { .. } => "queue-length",
            Self::SpeedBand { .. } => "speed-band",
            Self::PlateRead { .. } => "plate-read",
        }
    }

    /// Whether it only counts: it yields no event.
    pub const fn is_count(&self) -> bool {
        matches!(
            self,
            Self::LineCount { .. } | Self::ZoneCount { .. } | Self::QueueLength { .. } | Self::SpeedBand { .. }
        )
    }

    /// A fresh evaluation, with no track seen; `None` of a lane, which collects readings too and is evaluated by
    /// [`PlateRead`](crate::analysis::PlateRead).
    pub fn evaluation(&self) -> Option<Evaluation> {
        Some(match self {
            Self::PlateRead { .. } => return None,
            Self::ZoneIntrusion { zone, .. } => Evaluation::ZoneIntrusion(ZoneIntrusion::new(zone.clone())),
            Self::LineCrossing { line, direction, .. } => {
                Evaluation::LineCrossing(LineCrossing::new(*line, *direction))
            }
            Self::LineCount { line, .. } => Evaluation::LineCrossing(LineCrossing::new(*line, Direction::Any)),
            Self::ZoneCount { zone, .. } => Evaluation::ZoneCount(ZoneCount::new(zone.clone())),
            Self::QueueLength { zone, .. } => Evaluation::QueueLength(QueueLength::new(zone.clone())),
            Self::SpeedBand { zone, ground, .. } => Evaluation::SpeedBand(SpeedBand::new(zone.clone(), *ground)),
        })
    }

    /// The zone's name, for a rule that has one.
    pub fn zone_name(&self) -> Option<&str> {
        match self {
            Self::ZoneIntrusion { name, .. }
            | Self::ZoneCount { name, .. }
            | Self::QueueLength { name, .. }
            | Self::SpeedBand { name, .. }
            | Self::PlateRead { name, .. } => Some(name),
            Self::LineCrossing { .. } | Self::LineCount { .. } => None,
        }
    }

    /// The line's name, for a rule that has one.
    pub fn line_name(&self) -> Option<&str> {
        match self {
            Self::LineCrossing { name, .. }
            | Self::LineCount { name, .. }
            | Self::PlateRead { line_name: name, .. } => Some(name),
            Self::ZoneIntrusion { .. } | Self::ZoneCount { .. } | Self::QueueLength { .. } | Self::SpeedBand { .. } => {
                None
            }
        }
    }

    /// Towards which side of the picture the occurrence went, for a line; in which band of speed, for a drive.
    pub fn heading(&self, occurrence: Occurrence) -> Option<&'static str> {
        if let Occurrence::Drove { band } = occurrence {
            return Some(band);
        }
        let (Self::LineCrossing { line, .. } | Self::LineCount { line, .. }) = self else { return None };
        let Occurrence::CrossedLine { along_normal } = occurrence else { return None };
        let normal = line.normal();
        let sign = if along_normal { 1.0 } else { -1.0 };
        Some(Direction::of(Point::new(normal.x * sign, normal.y * sign)).name())
    }
}
