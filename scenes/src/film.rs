//! A scenario as a film: its frames in order, each with its time and what is in it.

use crate::actor::Figure;
use crate::canvas::Canvas;
use crate::dice::Dice;
use crate::light::Light;
use crate::plate::Plate;
use crate::scenario::{Episode, Scenario};
use crate::stage::{Cast, Seen, Stage};
use crate::view::View;
use crate::walk::Walk;

/// An actor of one episode.
struct Player {
    actor: u32,
    figure: Figure,
    walk: Walk,
}

/// Renders a scenario frame by frame.
pub struct Film {
    scenario: Scenario,
    view: View,
    episode: usize,
    frame: usize,
    tick: u32,
    stage: Option<Stage>,
    players: Vec<Player>,
}

impl Film {
    /// A film that is about to begin.
    pub fn new(scenario: Scenario) -> Self {
        let camera = &scenario.camera;
        let (width, height) = scenario.size;
        let view = View::new(camera.position, camera.looks_at, camera.field_of_view, width, height);
        Self { scenario, view, episode: 0, frame: 0, tick: 0, stage: None, players: Vec::new() }
    }

    /// What it was made of.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// The camera.
    pub fn view(&self) -> &View {
        &self.view
    }

    /// The time of the next frame, in nanoseconds after midnight of the scenario's day; `None` at the end.
    pub fn next_time(&mut self) -> Option<i64> {
        loop {
            let episode = self.scenario.episodes.get(self.episode)?;
            if self.frame < episode.frames(self.scenario.frames_per_second) {
                let begins = episode.begins().ok()? * 1e9;
                return Some(begins as i64 + self.nanoseconds());
            }
            self.episode += 1;
            self.frame = 0;
            self.stage = None;
        }
    }

    /// Passes over the next frame without rendering it.
    pub fn skip(&mut self) {
        self.frame += 1;
        self.tick += 1;
    }

    /// Renders the next frame and says what is in it; its time is that of [`Self::next_time`] before.
    pub fn next_into(&mut self, canvas: &mut Canvas, seen: &mut Vec<Seen>) {
        let Some(episode) = self.scenario.episodes.get(self.episode) else { return };
        let seconds = self.frame as f32 / self.scenario.frames_per_second;
        if self.stage.is_none() {
            let hour = (episode.begins().unwrap_or(0.0) / 3600.0) as f32 % 24.0;
            let light = Light::at(hour, episode.weather, &self.scenario.place.lamps());
            self.stage = Some(Stage::new(self.view, light, &self.scenario.place, self.scenario.seed));
            self.players = players(&self.scenario, self.episode, episode);
        }
        let cast: Vec<_> = self
            .players
            .iter()
            .filter_map(|player| {
                Some(Cast { actor: player.actor, figure: &player.figure, pose: player.walk.at(seconds)? })
            })
            .collect();
        if let Some(stage) = &mut self.stage {
            stage.render(&cast, self.tick, self.scenario.shake, canvas, seen);
        }
        self.skip();
    }

    fn nanoseconds(&self) -> i64 {
        (self.frame as f64 * 1e9 / f64::from(self.scenario.frames_per_second)) as i64
    }
}

/// The number of an actor: the episode's in thousands, and its place in it.
pub(crate) fn actor_number(episode: usize, script: usize) -> u32 {
    (episode * 1000 + script) as u32
}

fn players(scenario: &Scenario, number: usize, episode: &Episode) -> Vec<Player> {
    let each = episode.actors.iter().enumerate().map(|(index, script)| {
        let actor = actor_number(number, index);
        let own = scenario.seed.wrapping_mul(1_000_003).wrapping_add(u64::from(actor));
        let mut dice = Dice::new(script.looks.unwrap_or(own));
        let plate = script.kind.has_plate().then(|| {
            let text = script.plate.clone().unwrap_or_else(|| script.country.text(&mut dice.fork()));
            Plate::new(script.country, &text)
        });
        Player { actor, figure: Figure::new(script.kind, plate, &mut dice), walk: Walk::new(script) }
    });
    each.collect()
}
