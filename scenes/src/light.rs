//! Day, dusk, night and weather, and what a colour looks like in them.

use crate::canvas::Paint;
use glam::Vec3;
use serde::Deserialize;

/// What comes down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weather {
    /// Sun and shadows.
    #[default]
    Clear,
    /// No shadows.
    Overcast,
    /// Overcast, wet, with streaks.
    Rain,
}

/// A street lamp.
#[derive(Clone, Copy, Debug)]
pub struct Lamp {
    /// Where it hangs, in metres.
    pub at: Vec3,
    /// How bright it is; 1 is usual.
    pub power: f32,
}

/// The light of one moment.
#[derive(Clone, Debug)]
pub struct Light {
    /// Where the sun stands, of length one.
    pub towards_sun: Vec3,
    /// The sun's colour and strength; zero when there are no shadows.
    pub sun: Vec3,
    /// What comes from everywhere else.
    pub sky: Vec3,
    /// What the sky looks like.
    pub sky_colour: Vec3,
    /// Whether lamps and headlights are on.
    pub is_dark: bool,
    /// How much the camera turns up.
    pub exposure: f32,
    /// Standard deviation of the sensor's noise, in levels.
    pub noise: f32,
    /// What comes down.
    pub weather: Weather,
    lamps: Vec<Lamp>,
}

impl Light {
    /// The light at that hour of the day, 0 to 24, with lamps that come on when it is dark.
    pub fn at(hour: f32, weather: Weather, lamps: &[Lamp]) -> Self {
        let turn = (hour - 6.0) / 12.0 * std::f32::consts::PI;
        let elevation = turn.sin() * 0.85;
        let azimuth = (hour - 12.0) / 12.0 * std::f32::consts::PI + 0.6;
        let towards_sun =
            Vec3::new(-azimuth.sin() * elevation.cos(), -azimuth.cos() * elevation.cos(), elevation.sin()).normalize();
        let day = ((elevation + 0.12) / 0.35).clamp(0.0, 1.0);
        let low = (1.0 - elevation / 0.4).clamp(0.0, 1.0);
        let direct = if weather == Weather::Clear { ((elevation - 0.02) / 0.25).clamp(0.0, 1.0) } else { 0.0 };
        let sun = Vec3::new(1.0, 0.95 - 0.25 * low, 0.85 - 0.45 * low) * 1.15 * direct;
        let grey = if weather == Weather::Clear { Vec3::new(0.42, 0.48, 0.60) } else { Vec3::new(0.62, 0.64, 0.68) };
        let night = Vec3::new(0.028, 0.031, 0.042);
        let is_dark = day < 0.35;
        let exposure = 1.0 + 2.6 * (1.0 - day).powi(2);
        let blue = if weather == Weather::Clear { Vec3::new(0.55, 0.72, 0.98) } else { Vec3::splat(0.75) };
        Self {
            towards_sun,
            sun,
            sky: grey * day.powf(1.3) + night,
            sky_colour: blue * day.powf(1.2) * 1.3 + night * 2.0,
            is_dark,
            exposure,
            noise: 1.6 + 4.5 * (1.0 - day),
            weather,
            lamps: if is_dark { lamps.to_vec() } else { Vec::new() },
        }
    }

    /// What falls on a surface at that place with that outward direction. `sunlit` is 0 in shadow, 1 in the sun.
    pub fn falling(&self, at: Vec3, normal: Vec3, sunlit: f32) -> Vec3 {
        let mut light = self.sky * (0.75 + 0.25 * normal.z);
        light += self.sun * (normal.dot(self.towards_sun).max(0.0) * sunlit);
        for lamp in &self.lamps {
            let to = lamp.at - at;
            let square = to.length_squared();
            let facing = (0.35 + 0.65 * normal.dot(to / square.sqrt().max(0.1))).max(0.05);
            light += Vec3::new(1.0, 0.86, 0.62) * (lamp.power * 9.0 * facing / (12.0 + square));
        }
        light
    }

    /// What a shadow leaves of the light, in 256ths of luma.
    pub fn shadow(&self) -> u16 {
        let (sun, sky) = (self.sun.max_element(), self.sky.max_element());
        256 - (sun / (sun + sky) * 150.0) as u16
    }

    /// The paint of a surface of that colour.
    pub fn paint(&self, colour: Vec3, at: Vec3, normal: Vec3) -> Paint {
        self.develop(colour * self.falling(at, normal, 1.0))
    }

    /// What the camera makes of light of that colour and strength.
    pub fn develop(&self, light: Vec3) -> Paint {
        let curve = |c: f32| (1.0 - (-c * self.exposure * 1.35).exp()).max(0.0).powf(1.0 / 2.2);
        Paint::from_rgb(curve(light.x), curve(light.y), curve(light.z))
    }
}
