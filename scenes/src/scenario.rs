//! A scenario: a camera, a place and what happens there, as a small TOML file.

use crate::actor::{Kind, Posture};
use crate::light::Weather;
use crate::place::Place;
use crate::plate::Country;
use glam::{Vec2, Vec3};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Everything that a scenario file says. Lengths are metres on the ground, times seconds.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// One line about it.
    pub title: String,
    /// Decides on everything that is not said: looks, textures, noise.
    #[serde(default)]
    pub seed: u64,
    /// Frames a second.
    #[serde(default = "Scenario::usual_rate")]
    pub frames_per_second: f32,
    /// Width and height of the picture in pixels.
    #[serde(default = "Scenario::usual_size")]
    pub size: (usize, usize),
    /// How far the camera is shaken from frame to frame, in steps of two pixels.
    #[serde(default)]
    pub shake: f32,
    /// The camera.
    pub camera: Camera,
    /// What stands still.
    #[serde(default)]
    pub place: Place,
    /// Named lines on the ground, from one end to the other.
    #[serde(default)]
    pub lines: BTreeMap<String, (Vec2, Vec2)>,
    /// Named zones on the ground.
    #[serde(default)]
    pub zones: BTreeMap<String, Vec<Vec2>>,
    /// What happens, in order of time. Between episodes nothing happens, and no frames are made.
    pub episodes: Vec<Episode>,
}

/// Where the camera stands.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Camera {
    /// Its place: right, away, up.
    pub position: Vec3,
    /// What it looks at.
    pub looks_at: Vec3,
    /// Its horizontal field of view in degrees.
    pub field_of_view: f32,
}

/// A stretch of time in one light.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Episode {
    /// When it begins, `HH:MM` on the scenario's day.
    pub at: String,
    /// How long it lasts.
    pub lasts: f32,
    /// What comes down.
    #[serde(default)]
    pub weather: Weather,
    /// Who appears.
    #[serde(default)]
    pub actors: Vec<Script>,
}

/// What an actor does in an episode.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// What it is.
    pub kind: Kind,
    /// When it appears, counted from the episode's beginning.
    #[serde(default)]
    pub appears: f32,
    /// Where it goes; a single point for what stands still.
    pub path: Vec<Vec2>,
    /// How fast it goes, in metres a second; what is usual for its kind if not given.
    pub speed: Option<f32>,
    /// Where it stops on the way.
    #[serde(default)]
    pub pauses: Vec<Pause>,
    /// Whether it stays where its path ends rather than being gone.
    #[serde(default)]
    pub stays: bool,
    /// Where what stands still is headed, in degrees: 0 to the right, 90 away.
    #[serde(default)]
    pub heading: f32,
    /// What stands on its number plate; made up if not given.
    pub plate: Option<String>,
    /// Where its number plate is from.
    #[serde(default)]
    pub country: Country,
    /// Decides on its looks; the same number in two episodes or scenarios is the same actor.
    pub looks: Option<u64>,
}

/// A stop on the way.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pause {
    /// After how many metres.
    pub after: f32,
    /// For how long.
    pub seconds: f32,
    /// How a person holds themselves meanwhile.
    #[serde(default)]
    pub posture: Posture,
}

/// Why a scenario is none.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// The text is not TOML of this form.
    #[error("{0}")]
    Form(String),
    /// Something in it cannot be.
    #[error("{0}")]
    Impossible(String),
}

impl Scenario {
    /// Reads a scenario.
    ///
    /// # Errors
    /// When the text is not of that form, or says what cannot be.
    pub fn from_toml(text: &str) -> Result<Self, ScenarioError> {
        let scenario: Self = toml::from_str(text).map_err(|error| ScenarioError::Form(error.to_string()))?;
        scenario.check().map_err(ScenarioError::Impossible)?;
        Ok(scenario)
    }

    fn usual_rate() -> f32 {
        12.5
    }

    fn usual_size() -> (usize, usize) {
        (1280, 720)
    }

    fn check(&self) -> Result<(), String> {
        let (width, height) = self.size;
        let fits = |side: usize| side.is_multiple_of(2) && (64..=3840).contains(&side);
        if !fits(width) || !fits(height) {
            return Err(format!("size {width}x{height}: both sides must be even, from 64 to 3840"));
        }
        if !(1.0..=120.0).contains(&self.frames_per_second) {
            return Err(format!("frames_per_second is {}, and must be from 1 to 120", self.frames_per_second));
        }
        let mut end = 0.0;
        for episode in &self.episodes {
            let begins = episode.begins()?;
            if begins < end {
                return Err(format!("the episode at {} begins before the one before it has ended", episode.at));
            }
            if !(0.0..=86_400.0).contains(&episode.lasts) {
                return Err(format!("the episode at {} lasts {} seconds", episode.at, episode.lasts));
            }
            end = begins + f64::from(episode.lasts);
            if let Some(script) = episode.actors.iter().find(|script| script.path.is_empty()) {
                return Err(format!("a {:?} in the episode at {} has no path", script.kind, episode.at));
            }
        }
        if self.episodes.is_empty() { Err("there is no episode".to_owned()) } else { Ok(()) }
    }

    /// Frames of all episodes together.
    pub fn frames(&self) -> usize {
        self.episodes.iter().map(|episode| episode.frames(self.frames_per_second)).sum()
    }
}

impl Episode {
    /// Seconds from midnight to its beginning.
    ///
    /// # Errors
    /// When its time is none.
    pub fn begins(&self) -> Result<f64, String> {
        let parts = self.at.split_once(':').and_then(|(h, m)| Some((h.parse::<u32>().ok()?, m.parse::<u32>().ok()?)));
        match parts {
            Some((hours, minutes)) if hours < 48 && minutes < 60 => Ok(f64::from(hours * 3600 + minutes * 60)),
            _ => Err(format!("`{}` is no time; write it as \"07:40\" (after midnight as \"25:10\")", self.at)),
        }
    }

    pub(crate) fn frames(&self, rate: f32) -> usize {
        (self.lasts * rate).round().max(0.0) as usize
    }
}
