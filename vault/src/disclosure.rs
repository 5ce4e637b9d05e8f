//! Disclosure: on a closed list of grounds, each with its evidence, asked for by one person and decided by another, as a
//! package that the recipient alone can open; when they have it, every copy here is destroyed (WPC-5, ISL-6, ISL-12, KRS-32).
//!
//! ```text
//! request ─another person─▶ decided ─▶ extract: sealed here, ends with the first of its items
//!                            │            ├─ fetched ─▶ received: items and extract are erased
//!                            └─ refused   └─ its end comes ─▶ destroyed, with a certificate
//! ```

use crate::access::{Access, Operation};
use crate::cases::{Evidence, Extract, Step};
use crate::error::VaultError;
use crate::item::{ItemId, Kept};
use crate::lineage::Lineage;
use crate::purpose::{Grant, Kind, PurposeLabel};
use crate::register::{Law, same};
use crate::retention::Retention;
use crate::vault::{Session, Vault, What};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::str::FromStr as _;
use vokter_rules::digest::Digest;
use vokter_rules::limits;
use vokter_rules::purpose::PurposeKind;
use zeroize::Zeroizing;

/// Why something may be disclosed. The list is that of the law, and closed; that of passages is shorter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "jurisdiction", content = "ground", rename_all = "kebab-case")]
pub enum Ground {
    /// Norway: three.
    Norway(NorwayGround),
    /// Iceland: five.
    Iceland(IcelandGround),
    /// Passages through doors: two.
    Passages(PassageGround),
}

/// The two grounds on which passages may be disclosed (ACC-11).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PassageGround {
    /// The holder consents.
    Consent {
        /// The consent.
        of_the_holder: Evidence,
    },
    /// The police demand it in a criminal case.
    CriminalCase {
        /// Their case.
        investigation: Evidence,
    },
}

impl Ground {
    /// Refuses a ground that is of another law, or of another kind of purpose.
    fn check(&self, law: Law, purpose: &PurposeLabel) -> Result<(), VaultError> {
        let is_of_passages = purpose.kind() == PurposeKind::AccessControl;
        let (fits, requirement) = match (is_of_passages, law) {
            (true, _) => (matches!(self, Self::Passages(_)), "ACC-11"),
            (false, Law::Norway) => (matches!(self, Self::Norway(_)), "WPC-5"),
            (false, Law::Iceland) => (matches!(self, Self::Iceland(_)), "ISL-12"),
        };
        if fits { Ok(()) } else { Err(VaultError::NoGround { purpose: purpose.to_string(), requirement }) }
    }
}

/// The three grounds of Norway (WPC-5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NorwayGround {
    /// Everyone who can be recognised consents.
    Consent {
        /// The consent of each.
        of_everyone: Evidence,
    },
    /// The police investigate a crime or an accident, and no statutory secrecy bars it.
    Police {
        /// Their case.
        investigation: Evidence,
        /// How it was found that no secrecy bars it.
        no_secrecy: Evidence,
    },
    /// A law provides for it.
    Law {
        /// The provision.
        provision: Evidence,
    },
}

/// The five grounds of Iceland (ISL-12).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IcelandGround {
    /// Everyone who can be recognised consents.
    Consent {
        /// The consent of each.
        of_everyone: Evidence,
    },
    /// An accident or an alleged crime, to the competent authority.
    CompetentAuthority {
        /// Their case.
        investigation: Evidence,
    },
    /// A law provides for it.
    Law {
        /// The provision.
        provision: Evidence,
    },
    /// A data subject needs it for a legal claim, such as with an insurer.
    LegalClaim {
        /// The claim.
        claim: Evidence,
    },
    /// Persónuvernd decided it.
    SupervisoryAuthority {
        /// The decision.
        decision: Evidence,
    },
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Request {
    /// Why it may be.
    pub ground: Ground,
    /// The incident, or the data subject's request, in whose window the items lie.
    pub within: ItemId,
    /// Which items.
    pub items: Vec<ItemId>,
    /// The recipient's public key, of the form `age1…` (age-encryption.org/v1, X25519).
    pub recipient: String,
}

impl Vault {
    /// Asks for a disclosure, and returns the number of the case. Nothing leaves the vault yet.
    ///
    /// # Errors
    /// When the role may not, the recipient's key is none, an item is not there, or the disk refuses.
    pub fn request_disclosure<P: Kind>(
        &self,
        grant: &Grant<P>,
        access: &Access,
        request: &Request,
        now: Timestamp,
    ) -> Result<ItemId, VaultError> {
        let Request { ground, within, items, recipient } = request.clone();
        if items.is_empty() || items.len() > limits::ITEMS_PER_DISCLOSURE {
            return Err(VaultError::TooLarge { what: "a disclosure", limit: limits::ITEMS_PER_DISCLOSURE as u64 });
        }
        age::x25519::Recipient::from_str(&recipient).map_err(|_| VaultError::Recipient)?;
        let purpose = grant.purpose().clone();
        self.step(grant, access, (Operation::RequestDisclosure, &request.items), now, |session| {
            ground.check(session.law()?, &purpose)?;
            let (window, mut bytes) = (session.window(within, &purpose)?, 0);
            for item in &items {
                let held = session.open_inside(&purpose.text(), *item, window)?;
                bytes += held.payload.len() + held.medium.map_or(0, |medium| medium.len());
            }
            if bytes > limits::EXTRACT_BYTES / 2 {
                return Err(VaultError::TooLarge { what: "an extract", limit: limits::EXTRACT_BYTES as u64 / 2 });
            }
            session.record(access.who(), Step::Requested { purpose, within, items, ground, recipient })
        })
    }

    /// Decides a case: with an extract for the recipient, which nobody here can open, or without. Decision and extract are
    /// on the disk before this returns.
    ///
    /// # Errors
    /// When nobody with a role that may is who asks, who decides is who asked (KRS-32), the case is decided already or not
    /// this purpose's, an item is over, or the disk refuses; nothing is disclosed then.
    pub fn decide_disclosure<P: Kind>(
        &self,
        grant: &Grant<P>,
        access: &Access,
        (case, approve): (ItemId, bool),
        now: Timestamp,
    ) -> Result<Option<Extract>, VaultError> {
        self.step(grant, access, (Operation::DecideDisclosure, &[case]), now, |session| {
            let state = session.disclosure(case, grant.purpose())?;
            if state.is_decided {
                return Err(VaultError::Decided(case.to_string()));
            }
            if same(&state.asked_by, access.who()) {
                return Err(VaultError::SamePerson);
            }
            let extract = approve.then(|| session.extract(case, &state, grant.purpose())).transpose()?;
            session.record(access.who(), Step::Decided { case, extract: extract.clone() })?;
            Ok(extract)
        })
    }

    /// Fetches what was made for the recipient, as often as it takes for it to arrive.
    ///
    /// # Errors
    /// When nobody with a role that may is who asks, the case was not approved or is not this purpose's, the recipient has
    /// it, its time is over, or the log cannot be written.
    pub fn fetch_extract<P: Kind>(
        &self,
        grant: &Grant<P>,
        access: &Access,
        case: ItemId,
        now: Timestamp,
    ) -> Result<Vec<u8>, VaultError> {
        self.step(grant, access, (Operation::DecideDisclosure, &[case]), now, |session| {
            let state = session.disclosure(case, grant.purpose())?;
            let extract = state.extract.ok_or_else(|| VaultError::NotApproved(case.to_string()))?;
            let held = session.open_item(&extracts_of(grant.purpose()), extract.item);
            let package = held.ok().and_then(|held| held.medium).ok_or_else(|| VaultError::Gone(case.to_string()))?;
            session.record(access.who(), Step::Fetched { case })?;
            Ok(package.to_vec())
        })
    }

    /// Notes that the recipient has the package, and destroys every copy here: rows, keys, stills, the extract (ISL-6). The
    /// digest of the package stays in the case.
    ///
    /// # Errors
    /// When nobody with a role that may is who asks, the case was not approved or is not this purpose's, or the disk
    /// refuses; nothing is erased then.
    pub fn receive_disclosure<P: Kind>(
        &self,
        grant: &Grant<P>,
        access: &Access,
        (case, receipt): (ItemId, &Evidence),
        now: Timestamp,
    ) -> Result<(), VaultError> {
        let files = self.step(grant, access, (Operation::DecideDisclosure, &[case]), now, |session| {
            let label = grant.purpose();
            let state = session.disclosure(case, label)?;
            if state.extract.is_none() {
                return Err(VaultError::NotApproved(case.to_string()));
            }
            let current: Vec<_> = state.items.iter().map(|(_, current)| *current).collect();
            // The extract goes with its items. What is not there has come to its deadline, or was erased, meanwhile.
            let files = session.erase_what_is_left(label, &current)?;
            session.record(access.who(), Step::Received { case, receipt: receipt.clone() })?;
            Ok(files)
        })?;
        self.remove(&files)
    }
}

/// The purpose under which a purpose's extracts lie: of none that a site can have, so that no grant opens them.
pub(crate) fn extracts_of(purpose: &PurposeLabel) -> String {
    format!("extract/{}", purpose.text())
}

/// Where a disclosure stands.
struct Disclosure {
    asked_by: String,
    /// By the numbers that were asked for, and by those that they have now.
    items: Vec<(ItemId, ItemId)>,
    ground: Ground,
    recipient: String,
    is_decided: bool,
    extract: Option<Extract>,
}

/// What lies in a package beside the items.
#[derive(Serialize)]
struct Cover<'a> {
    case: ItemId,
    purpose: &'a str,
    at: Timestamp,
    #[serde(flatten)]
    ground: &'a Ground,
}

impl Session<'_> {
    fn disclosure(&self, case: ItemId, purpose: &PurposeLabel) -> Result<Disclosure, VaultError> {
        let records = self.records()?;
        let lineage = Lineage::of(&records);
        let (begun, steps) = Self::case_among(records, case, purpose)?;
        let Step::Requested { items, ground, recipient, .. } = begun.step else {
            return Err(VaultError::NotOpen { case: case.to_string(), why: "is no request for a disclosure" });
        };
        let items = items.into_iter().map(|item| (item, lineage.current(item))).collect();
        let decided = steps.into_iter().find_map(|step| match step {
            Step::Decided { extract, .. } => Some(extract),
            _ => None,
        });
        let is_decided = decided.is_some();
        Ok(Disclosure { asked_by: begun.by, items, ground, recipient, is_decided, extract: decided.flatten() })
    }

    /// Makes the package and seals it, until the first of its items ends.
    fn extract(&mut self, case: ItemId, state: &Disclosure, purpose: &PurposeLabel) -> Result<Extract, VaultError> {
        let (package, ends) = self.package(case, state, purpose)?;
        let what = What { captured: self.time()?, until: Some(ends), payload: b"extract", medium: Some(&package) };
        match self.keep_until(&extracts_of(purpose), Retention::hold(self.law()?), &what)? {
            Kept::Until(item, ends) => Ok(Extract { item, sha256: Digest::of(&package).to_string(), ends }),
            Kept::TooLate => Err(VaultError::Gone(case.to_string())),
        }
    }

    /// A tar file of the items, encrypted to the recipient, and when the first of them ends.
    fn package(
        &self,
        case: ItemId,
        state: &Disclosure,
        purpose: &PurposeLabel,
    ) -> Result<(Vec<u8>, Timestamp), VaultError> {
        let (at, text) = (self.time()?, purpose.text());
        let cover = Cover { case, purpose: &text, at, ground: &state.ground };
        let mut files = vec![("disclosure.json".to_owned(), Zeroizing::new(json(&cover)?))];
        let mut ends = Timestamp::MAX;
        for (id, current) in &state.items {
            let item = self.open_item(&text, *current)?;
            ends = ends.min(item.deadline);
            files.push((format!("{id}.json"), item.payload));
            files.extend(item.medium.map(|medium| (format!("{id}.jpg"), medium)));
        }
        let mut archive = tar::Builder::new(Vec::new());
        for (name, content) in &files {
            let mut header = tar::Header::new_gnu();
            header.set_size(content.len() as u64);
            header.set_mode(0o600);
            header.set_mtime(u64::try_from(at.as_second()).unwrap_or(0));
            archive.append_data(&mut header, name, content.as_slice()).map_err(|_| VaultError::Recipient)?;
        }
        let plain = Zeroizing::new(archive.into_inner().map_err(|_| VaultError::Recipient)?);
        let recipient = age::x25519::Recipient::from_str(&state.recipient).map_err(|_| VaultError::Recipient)?;
        Ok((age::encrypt(&recipient, &plain).map_err(|_| VaultError::Recipient)?, ends))
    }
}

fn json(value: &impl Serialize) -> Result<Vec<u8>, VaultError> {
    serde_json::to_vec_pretty(value).map_err(|_| VaultError::Time)
}
