//! Outlets: where something leaves the engine for, by the site's own file (IVA-15).

use crate::vocabulary::vocabulary;

vocabulary! {
    /// What an outlet is sent.
    pub enum Sends {
        Alarms = "alarms": "Alarms, as they happen.",
        Barriers = "barriers": "Barriers that are to open, as cars come and pay; no plate (IVA-7b).",
        Prices = "prices": "Stays that another system is asked to price; no plate.",
        Heads = "heads": "The head of the vault's log, once a night, for a witness to keep (KRS-27).",
    }
}

/// An outlet of a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outlet {
    /// Its name, unique in the site.
    pub name: String,
    /// Its address, or the environment variable that holds it.
    pub address: Address,
    /// What it is sent.
    pub sends: Sends,
}

/// Where an outlet is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// As the file says.
    Written(String),
    /// In that environment variable, so that no secret is in the file.
    Env(String),
}
