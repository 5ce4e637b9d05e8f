//! The privacy statement of a table, in plain words: what is claimed, against whom, what is assumed, and how it adds up.
//! It is made from the definition that counted, so that it cannot say anything else.

mod english;
mod norwegian;

use crate::definition::Definition;
use crate::noise::Noise;
use crate::published::TableInfo;
use vokter_rules::policy::Measure;

/// The tracks that a person is assumed to make in a day. Nothing can count them: that would take knowing people again.
pub(crate) const TRACKS_A_DAY: u32 = 4;

/// A language of the statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// Norwegian, bokmål.
    Norwegian,
}

/// What a table counts one of, and protects.
#[derive(Clone, Copy)]
enum Unit {
    /// A walk through a picture.
    Track,
    /// A stay of a vehicle.
    Session,
    /// What a case was opened for.
    Incident,
}

impl Unit {
    const fn of(measure: Measure) -> Self {
        match measure {
            Measure::IncidentCount => Self::Incident,
            _ if measure.is_of_parking() => Self::Session,
            _ => Self::Track,
        }
    }
}

/// How a language speaks of a unit.
struct Words {
    /// One of them, and several.
    one: &'static str,
    many: &'static str,
    /// What becomes of the exact count.
    exact: &'static str,
    /// What one is, and how often it counts.
    meaning: &'static str,
    /// The cap that is assumed, up to the number, and after it.
    cap: (&'static str, &'static str),
    /// Why nothing enforces it.
    unenforced: &'static str,
    /// What is assumed of whoever counts.
    assumed: &'static str,
}

/// What a statement says, in numbers.
struct Facts<'a> {
    definition: &'a Definition,
    noise: Noise,
    /// The privacy loss of a person and day, in this table.
    of_a_day: f64,
    /// The same in all tables of the site that run, and how many they are.
    of_the_site: f64,
    tables: usize,
    /// How often, in percent, the best guess is right whether a person was counted: once, and for a daily habit.
    once: f64,
    month: f64,
    year: f64,
}

/// The statement of a table, among all tables of its site.
pub fn statement(info: &TableInfo, all: &[TableInfo], language: Language) -> String {
    let definition = &info.definition;
    let Some(noise) = definition.noise() else {
        return match language {
            Language::English => english::exact(definition),
            Language::Norwegian => norwegian::exact(definition),
        };
    };
    let running = all.iter().filter(|table| table.ended.is_none()).filter_map(|table| table.definition.epsilon);
    let tracks = f64::from(TRACKS_A_DAY);
    let facts = Facts {
        definition,
        noise,
        of_a_day: noise.epsilon() * tracks,
        of_the_site: running.clone().sum::<f64>() * tracks,
        tables: running.count(),
        once: noise.found_after(1) * 100.0,
        month: noise.found_after(30) * 100.0,
        year: noise.found_after(365) * 100.0,
    };
    match language {
        Language::English => english::noisy(&facts),
        Language::Norwegian => norwegian::noisy(&facts),
    }
}
