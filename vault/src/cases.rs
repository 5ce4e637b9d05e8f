//! What people decided about items: incidents, holds, disclosures. Each step is a record, sealed among the vault's own items
//! and committed to in the log; records name items by number and hold no content (KRS-31).

use crate::bucket::Bucket;
use crate::disclosure::Ground;
use crate::error::VaultError;
use crate::incident::Source;
use crate::item::{Binding, ItemId, ItemRow};
use crate::read::{Reading, page_of};
use crate::retention::day_and_minute;
use crate::vault::Session;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use vokter_rules::limits;
use zeroize::Zeroizing;

/// The purpose of case records. Its name is none that a site's purpose can have.
const CASES: &str = "cases";

/// A reference to what proves something: a letter, a case number, a provision. It is never empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Evidence(String);

impl Evidence {
    /// Evidence in words.
    ///
    /// # Errors
    /// When there are none, or more than [`limits::REASON_CHARACTERS`] characters.
    pub fn new(words: &str) -> Result<Self, VaultError> {
        let words = words.trim();
        if words.is_empty() || words.chars().count() > limits::REASON_CHARACTERS {
            return Err(VaultError::NoEvidence(limits::REASON_CHARACTERS));
        }
        Ok(Self(words.to_owned()))
    }
}

impl TryFrom<String> for Evidence {
    type Error = VaultError;

    fn try_from(words: String) -> Result<Self, VaultError> {
        Self::new(&words)
    }
}

impl From<Evidence> for String {
    fn from(evidence: Evidence) -> Self {
        evidence.0
    }
}

/// A step of a case, as it is sealed.
#[derive(Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "kebab-case")]
pub(crate) enum Step {
    Incident { purpose: String, source: Source, evidence: Evidence, from: Timestamp, to: Timestamp },
    Held { incident: i64, items: Vec<i64>, evidence: Evidence, review: Timestamp },
    Requested { purpose: String, items: Vec<i64>, ground: Ground, recipient: String },
    Decided { case: i64, package: Option<String> },
    Received { case: i64, receipt: Evidence },
}

/// A step, who took it, and when.
#[derive(Serialize, Deserialize)]
pub(crate) struct Record {
    pub at: Timestamp,
    pub by: String,
    #[serde(flatten)]
    pub step: Step,
}

/// An item that was opened inside a transaction.
pub(crate) struct Held {
    pub captured: Timestamp,
    pub payload: Zeroizing<Vec<u8>>,
    pub medium: Option<Zeroizing<Vec<u8>>>,
}

impl Session<'_> {
    /// Seals a record and returns its number.
    pub(crate) fn record(&mut self, by: &str, step: Step) -> Result<ItemId, VaultError> {
        let at = Timestamp::from_millisecond(self.head.time).map_err(|_| VaultError::Time)?;
        let record = serde_json::to_vec(&Record { at, by: by.to_owned(), step }).map_err(|_| VaultError::Time)?;
        self.keep_own(CASES, &record)
    }

    /// Every record, in the order in which they were made.
    pub(crate) fn records(&self) -> Result<Vec<(ItemId, Record)>, VaultError> {
        let mut records = Vec::new();
        for bucket in Bucket::of_purpose(self.tx, CASES)? {
            let (mut next, end) = Bucket::numbers(bucket.id);
            while next < end {
                let place = (CASES, bucket.id, next);
                let page = page_of(self.tx, &self.root, self.segments, self.head.time, place, &Reading::default())?;
                for opened in page.items {
                    if let Ok(record) = serde_json::from_slice(&opened.payload) {
                        records.push((opened.id, record));
                    }
                }
                next = page.next.unwrap_or(end);
            }
        }
        Ok(records)
    }

    /// Opens an item of a purpose, with its still.
    pub(crate) fn open_item(&self, purpose: &str, id: ItemId) -> Result<Held, VaultError> {
        let nothing = || VaultError::NoItem { item: id.to_string(), purpose: format!("purpose `{purpose}`") };
        let bucket =
            Bucket::get(self.tx, id.bucket())?.filter(|bucket| bucket.purpose == purpose).ok_or_else(nothing)?;
        let sql = format!("SELECT {} FROM item WHERE id = ?1", ItemRow::COLUMNS);
        let row = self.tx.row(&sql, [id.number()], ItemRow::read)?.filter(|row| row.deadline > self.head.time);
        let row = row.ok_or_else(nothing)?;
        let binding = Binding { purpose, id, deadline: row.deadline };
        let open = || {
            let minute = bucket.unlock(&self.root)?.of_minute(day_and_minute(row.deadline).1)?;
            let key = binding.unwrap(&minute, row.key.as_deref()?)?;
            let (captured, payload) = binding.open_event(&key, &row.sealed)?;
            Some((key, Timestamp::from_millisecond(captured).ok()?, payload))
        };
        let (key, captured, payload) = open().ok_or_else(nothing)?;
        let medium = match row.medium {
            Some(_) => {
                let sealed = self.segments.read(id)?.ok_or_else(nothing)?.0;
                Some(binding.open_medium(&key, &sealed).ok_or_else(nothing)?)
            }
            None => None,
        };
        Ok(Held { captured, payload, medium })
    }
}
