//! What is kept, by whom it can be read, and when it is gone.
//!
//! Each item (an event, with its still) is sealed under a key of its own, that key under the key of its purpose,
//! retention class and day, and that one under the root key of the night. Its deadline is fixed when it is captured; when
//! it has passed, the key is destroyed, and with it the item in every copy. Nothing is read without a purpose's
//! [`Grant`], a role and a reason, and the reading is in the log before the first byte is shown.
//! `vault/LIFECYCLE.md` numbers each step of writing, erasing and starting anew after a crash.
//!
//! This crate refuses to know frames, models, HTTP and the clock: `now` is passed in, stills are opaque bytes, and of events
//! it knows the fields that a purpose may search by.
//!
//! ```text
//!  root key of the night ── file outside the data directory, 0600; bound to a credential where there is one
//!    └─ key of (purpose, class, day of deadline) ── a chain that is stepped on each minute; its past is unknown
//!         └─ key of an item ── its event, its still
//! ```

mod access;
mod bucket;
mod cases;
mod crypto;
mod disclosure;
mod error;
mod incident;
mod item;
mod lineage;
mod log;
mod merkle;
mod passage;
mod purge;
mod purpose;
mod ratchet;
mod read;
mod register;
mod retention;
mod rights;
mod root_key;
mod rotate;
mod segment;
mod slot;
mod store;
#[cfg(test)]
mod tests;
mod vault;
mod verify;
mod workbook;

pub use access::{Access, Operation, Role};
pub use cases::{CaseRecord, Evidence, Extract, Step};
pub use disclosure::{Ground, IcelandGround, NorwayGround, PassageGround, Request};
pub use error::VaultError;
pub use incident::{Incident, Source};
pub use item::{Draft, ItemId, Kept};
pub use log::SignedHead;
pub use passage::{Passage, PassageRecorder, StoredPassage};
pub use purge::PurgeReport;
pub use purpose::{
    AccessControl, AnonymousCounting, Care, CrimePrevention, Grant, Kind, LifeAndHealth, Mint, ParkingPayment,
    PropertyProtection, PurposeLabel, Recorder, WorkPerformance,
};
pub use read::{AccessRecord, Item, Reading, Shown};
pub use register::{Holder, Law, Register};
pub use retention::Retention;
pub use rights::{Outcome, Right, SubjectCopy, SubjectRequest};
pub use root_key::RootKey;
pub use vault::Vault;
pub use verify::{Verdict, verify};
pub use vokter_rules::jurisdiction::RetentionClass;
pub use workbook::{Cut, Page, PageKind, Workbook};
