//! Passages through doors: what may be kept of one, where its holder proved who they are (ACC-3, ACC-5, ACC-6, ACC-13).
//!
//! ```text
//! a line of the access control system ─parse─▶ Passage ─the door's rule─▶ StoredPassage ─▶ kept, 90 days
//!   a field too many is refused                   └─ not stored here, or a card alone ─▶ nothing, nowhere
//! ```
//! They have a vault of their own, with a key of its own: nothing of it can be joined with what a site's cameras keep, or
//! with working time (ACC-14).

use crate::error::VaultError;
use crate::item::{Draft, Kept};
use crate::purpose::{Mint, Recorder};
use crate::retention::Retention;
use crate::vault::Vault;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use vokter_rules::passage::{PassageField, Proof};
use vokter_rules::policy::Door;
use vokter_rules::purpose::PurposeKind;

/// Characters of a field.
const FIELD_CHARACTERS: usize = 100;

/// A passage as an access control system says it. There are no other fields.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Passage {
    /// Which door.
    pub point: String,
    /// When.
    pub time: Timestamp,
    /// How the holder proved who they are: a word of [`Proof`].
    proof: String,
    holder: Option<String>,
    vehicle: Option<String>,
    company: Option<String>,
    area: Option<String>,
    period: Option<String>,
}

/// A passage that may be kept. There is no other way to one than [`Passage::stored`].
#[derive(Debug, Serialize)]
pub struct StoredPassage {
    point: String,
    time: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    holder: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vehicle: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    company: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    area: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    period: Option<String>,
}

impl Passage {
    /// Reads a passage from a line of JSON.
    ///
    /// # Errors
    /// In words, when it is none or has a field that no passage has. They hold nothing of what the line says.
    pub fn parse(line: &str) -> Result<Self, String> {
        let passage: Self = serde_json::from_str(line).map_err(|error| {
            // The message of an unknown field names it, and that of another type quotes the value.
            let what = if error.to_string().starts_with("unknown field") {
                "a field that no passage has (ACC-5)"
            } else {
                "not a passage"
            };
            format!("column {}: {what}", error.column())
        })?;
        let texts = [&passage.holder, &passage.vehicle, &passage.company, &passage.area, &passage.period];
        let is_long = |text: &String| text.chars().count() > FIELD_CHARACTERS;
        if texts.into_iter().flatten().chain([&passage.point]).any(is_long) {
            return Err(format!("a field is longer than {FIELD_CHARACTERS} characters"));
        }
        if Proof::from_name(&passage.proof).is_none() {
            let names: Vec<_> = Proof::ALL.iter().map(|proof| proof.name()).collect();
            return Err(format!("`proof` is none of {}", names.join(", ")));
        }
        Ok(passage)
    }

    /// What may be kept of it: nothing where the door stores nothing or the proof is weak (ACC-6, ACC-7), and of the fields
    /// those that the door has named.
    pub fn stored(self, door: &Door) -> Option<StoredPassage> {
        let is_strong = Proof::from_name(&self.proof).is_some_and(Proof::is_strong);
        if !door.stores_passages || !is_strong || door.name != self.point {
            return None;
        }
        let named = |field, value: Option<String>| value.filter(|_| door.fields.contains(&field));
        Some(StoredPassage {
            holder: named(PassageField::Holder, self.holder),
            vehicle: named(PassageField::Vehicle, self.vehicle),
            company: named(PassageField::Company, self.company),
            area: named(PassageField::Area, self.area),
            period: named(PassageField::Period, self.period),
            point: self.point,
            time: self.time,
        })
    }
}

/// The right to keep passages for one purpose of access control; it opens nothing.
#[derive(Debug)]
pub struct PassageRecorder(Recorder);

impl Mint {
    /// The recorder that keeps passages for a purpose of access control.
    ///
    /// # Errors
    /// When it was handed out before, or the name cannot be a purpose's.
    pub fn passage_recorder(&mut self, name: &str, retention: Retention) -> Result<PassageRecorder, VaultError> {
        self.any_recorder(PurposeKind::AccessControl, name, retention).map(PassageRecorder)
    }
}

impl Vault {
    /// Keeps passages, all in one commit. Returns how many are kept: one whose deadline has come is not.
    ///
    /// # Errors
    /// When something else than passages lies in this vault (ACC-14), or the disk or the database refuses; nothing is kept
    /// then.
    pub fn keep_passages(
        &self,
        recorder: &PassageRecorder,
        passages: &[StoredPassage],
        now: Timestamp,
    ) -> Result<usize, VaultError> {
        let payloads = passages.iter().map(serde_json::to_vec).collect::<Result<Vec<_>, _>>();
        let payloads = payloads.map_err(|_| VaultError::Time)?;
        let drafts = passages.iter().zip(&payloads).map(|(passage, payload)| Draft {
            recorder: &recorder.0,
            captured: passage.time,
            payload,
            medium: None,
        });
        let kept = self.keep(&drafts.collect::<Vec<_>>(), now)?;
        Ok(kept.iter().filter(|kept| matches!(kept, Kept::Until(..))).count())
    }
}
