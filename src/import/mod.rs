//! What another program was told to watch, as far as it may be done here, and what of it is left behind.
//!
//! ```text
//! config.yml ─▶ frigate ─▶ Imported ─▶ site ─▶ site.toml, with questions
//! ```
//! It reads and writes texts, and knows no file. No password gets through it: addresses are shown with what may be a
//! secret taken out.

mod address;
pub mod frigate;
mod left_behind;
mod shape;
mod site;

pub use left_behind::{LeftBehind, Lost};
pub use site::site;

use vokter_rules::object::ObjectClass;

/// What is taken over.
#[derive(Debug, Default)]
pub struct Imported {
    pub time_zone: Option<String>,
    pub cameras: Vec<Camera>,
    pub left_behind: LeftBehind,
}

/// A camera that is taken over.
#[derive(Debug)]
pub struct Camera {
    pub name: String,
    /// The environment variable that is to hold its address.
    pub variable: String,
    /// The address with what may be a secret taken out, or what to put in its place.
    pub address: String,
    /// Whether something that it was told speaks of turning it.
    pub turns: bool,
    pub masks: Vec<Outline>,
    pub zones: Vec<Zone>,
}

/// A named outline.
#[derive(Debug)]
pub struct Outline {
    pub name: String,
    /// From 0 to 1 over the picture.
    pub points: Vec<[f64; 2]>,
    /// Why it is only written as a comment, if it is.
    pub withheld: Option<&'static str>,
}

/// A zone, and what was looked for in it.
#[derive(Debug)]
pub struct Zone {
    pub outline: Outline,
    pub objects: Vec<ObjectClass>,
}

/// A name that none of those taken has: itself, or itself with a number.
fn unique<'a>(name: &str, taken: impl Iterator<Item = &'a str> + Clone) -> String {
    let candidates = (1_usize..).map(|number| if number == 1 { name.to_owned() } else { format!("{name}-{number}") });
    let mut free = candidates.filter(|candidate| !taken.clone().any(|name| name == candidate));
    free.next().unwrap_or_default()
}
