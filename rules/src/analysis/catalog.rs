//! The whitelist of analysis rules, as one list that a lawyer can read (INV-3, IVA-4a).

use crate::purpose::PurposeKind;

/// One analysis rule that exists.
pub struct CatalogEntry {
    /// The word that `site.toml` uses; the rule's file has the same name.
    pub name: &'static str,
    /// What it detects, in one line.
    pub summary: &'static str,
    /// The purposes that may use it.
    pub purposes: &'static [PurposeKind],
    /// The requirements that it answers to.
    pub guidelines: &'static [&'static str],
    /// The text of its file, whose module documentation is its manual.
    source: &'static str,
}

impl CatalogEntry {
    /// What it detects, for what, and what it never records.
    pub fn manual(&self) -> String {
        crate::policy::manual(self.source)
    }
}

const SECURITY: &[PurposeKind] =
    &[PurposeKind::CrimePrevention, PurposeKind::LifeAndHealth, PurposeKind::PropertyProtection];

/// Every rule there is. A policy that names another is refused.
pub const CATALOG: &[CatalogEntry] = &[
    CatalogEntry {
        name: "line-count",
        summary: "how many objects cross a line, each way; no alarm and no picture",
        purposes: &[PurposeKind::ParkingPayment, PurposeKind::AnonymousCounting],
        guidelines: &["IVA-11a", "IVA-11b", "KRS-18"],
        source: include_str!("line_count.rs"),
    },
    CatalogEntry {
        name: "line-crossing",
        summary: "an object crosses a line, in one direction or either",
        purposes: SECURITY,
        guidelines: &["IVA-2a", "IVA-11b", "KRS-18"],
        source: include_str!("line_crossing.rs"),
    },
    CatalogEntry {
        name: "plate-read",
        summary: "a vehicle comes into a lane, once, with its plate; and crosses the lane's line",
        purposes: &[PurposeKind::ParkingPayment],
        guidelines: &["IVA-7a", "IVA-7b", "KRS-18"],
        source: include_str!("plate_read.rs"),
    },
    CatalogEntry {
        name: "queue-length",
        summary: "how many objects wait in a zone, on average; no alarm and no picture",
        purposes: &[PurposeKind::AnonymousCounting],
        guidelines: &["IVA-11a", "IVA-11b", "IVA-11c", "KRS-18"],
        source: include_str!("queue_length.rs"),
    },
    CatalogEntry {
        name: "speed-band",
        summary: "in which band the speed of a vehicle lies; no alarm, no picture and no speed",
        purposes: &[PurposeKind::AnonymousCounting],
        guidelines: &["IVA-11a", "IVA-11b", "IVA-11c", "KRS-18"],
        source: include_str!("speed_band.rs"),
    },
    CatalogEntry {
        name: "zone-count",
        summary: "how many objects come into a zone, and the most at once; no alarm and no picture",
        purposes: &[PurposeKind::AnonymousCounting],
        guidelines: &["IVA-11a", "IVA-11b", "IVA-11c", "KRS-18"],
        source: include_str!("zone_count.rs"),
    },
    CatalogEntry {
        name: "zone-intrusion",
        summary: "an object stands in a zone",
        purposes: SECURITY,
        guidelines: &["IVA-2a", "IVA-11b", "KRS-17", "KRS-18"],
        source: include_str!("zone_intrusion.rs"),
    },
];

/// The entry of that name, if the rule exists.
pub fn find(name: &str) -> Option<&'static CatalogEntry> {
    CATALOG.iter().find(|entry| entry.name == name)
}
