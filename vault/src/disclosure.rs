//! Disclosure: on a closed list of grounds, each with its evidence, asked for by one person and decided by another, to a
//! package that the recipient alone can open; when they have it, every copy here is destroyed (WPC-5, ISL-6, ISL-12, KRS-32).

use crate::access::{Access, Operation};
use crate::cases::{Evidence, Record, Step};
use crate::crypto::{hash, hex};
use crate::error::VaultError;
use crate::item::ItemId;
use crate::purpose::{Grant, Kind, PurposeLabel};
use crate::read::Reading;
use crate::vault::{Session, Vault};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::str::FromStr as _;
use vokter_rules::limits;
use zeroize::Zeroizing;

/// Why something may be disclosed. The list is that of the jurisdiction, and closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "jurisdiction", content = "ground", rename_all = "kebab-case")]
pub enum Ground {
    /// Norway: three.
    Norway(NorwayGround),
    /// Iceland: five.
    Iceland(IcelandGround),
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
        let Request { ground, items, recipient } = request.clone();
        if items.is_empty() || items.len() > limits::ITEMS_PER_DISCLOSURE {
            return Err(VaultError::TooLarge { what: "a disclosure", limit: limits::ITEMS_PER_DISCLOSURE as u64 });
        }
        age::x25519::Recipient::from_str(&recipient).map_err(|_| VaultError::Recipient)?;
        let purpose = grant.purpose().text();
        self.admit_for(grant, access, Operation::RequestDisclosure, &Reading::default(), &items, now)?;
        self.with(|inner| {
            let ask = |session: &mut Session<'_>| {
                for item in &items {
                    session.open_item(&purpose, *item)?;
                }
                let items = items.iter().map(|item| item.number()).collect();
                session.record(access.who(), Step::Requested { purpose: purpose.clone(), items, ground, recipient })
            };
            Ok(inner.write(now, false, ask)?.0)
        })
    }

    /// Decides a case: with a package for the recipient, which nobody here can open, or without. The decision and the
    /// package's digest are on the disk before this returns.
    ///
    /// # Errors
    /// When the role may not, who decides is who asked (KRS-32), the case is decided already or not this purpose's, an item
    /// is over, or the disk refuses; nothing is disclosed then.
    pub fn decide_disclosure<P: Kind>(
        &self,
        grant: &Grant<P>,
        access: &Access,
        case: ItemId,
        approve: bool,
        now: Timestamp,
    ) -> Result<Option<Vec<u8>>, VaultError> {
        self.admit_for(grant, access, Operation::DecideDisclosure, &Reading::default(), &[case], now)?;
        self.with(|inner| {
            let decide = |session: &mut Session<'_>| {
                let state = session.case(case, grant.purpose())?;
                if state.is_decided {
                    return Err(VaultError::Decided(case.to_string()));
                }
                if state.asked_by == access.who() {
                    return Err(VaultError::SamePerson);
                }
                let package = approve.then(|| session.package(case, &state, grant.purpose())).transpose()?;
                let digest = package.as_ref().map(|package| hex(&hash(&[b"package", package])));
                session.record(access.who(), Step::Decided { case: case.number(), package: digest })?;
                Ok(package)
            };
            Ok(inner.write(now, false, decide)?.0)
        })
    }

    /// Notes that the recipient has the package, and destroys every copy here: rows, keys, stills (ISL-6). The digest of the
    /// package stays in the case.
    ///
    /// # Errors
    /// When the role may not, the case was not approved or is not this purpose's, or the disk refuses; nothing is erased then.
    pub fn receive_disclosure<P: Kind>(
        &self,
        grant: &Grant<P>,
        access: &Access,
        (case, receipt): (ItemId, &Evidence),
        now: Timestamp,
    ) -> Result<(), VaultError> {
        self.admit_for(grant, access, Operation::DecideDisclosure, &Reading::default(), &[case], now)?;
        self.with(|inner| {
            inner.journal_holds_secrets();
            let receive = |session: &mut Session<'_>| {
                let state = session.case(case, grant.purpose())?;
                if !state.is_approved {
                    return Err(VaultError::NotApproved(case.to_string()));
                }
                for item in &state.items {
                    match session.erase(&grant.purpose().text(), grant.purpose(), *item) {
                        // It has come to its deadline, or was erased, meanwhile.
                        Err(VaultError::NoItem { .. }) => {}
                        other => other?,
                    }
                }
                session.record(access.who(), Step::Received { case: case.number(), receipt: receipt.clone() })?;
                Ok(state.items)
            };
            let (items, _) = inner.write(now, false, receive)?;
            items.iter().try_for_each(|item| inner.segments.remove(*item))
        })
    }
}

/// Where a case stands.
struct Case {
    asked_by: String,
    items: Vec<ItemId>,
    ground: Ground,
    recipient: String,
    is_decided: bool,
    is_approved: bool,
}

/// What lies in a package beside the items.
#[derive(Serialize)]
struct Cover<'a> {
    case: String,
    purpose: &'a str,
    at: Timestamp,
    #[serde(flatten)]
    ground: &'a Ground,
}

impl Session<'_> {
    fn case(&self, case: ItemId, purpose: &PurposeLabel) -> Result<Case, VaultError> {
        let mut found: Option<Case> = None;
        for (id, Record { by, step, .. }) in self.records()? {
            match step {
                Step::Requested { purpose: of, items, ground, recipient } if id == case && of == purpose.text() => {
                    let items = items.into_iter().map(ItemId::of_number).collect();
                    let (is_decided, is_approved) = (false, false);
                    found = Some(Case { asked_by: by, items, ground, recipient, is_decided, is_approved });
                }
                Step::Decided { case: of, package } if of == case.number() => {
                    if let Some(case) = &mut found {
                        (case.is_decided, case.is_approved) = (true, package.is_some());
                    }
                }
                _ => {}
            }
        }
        found.ok_or_else(|| VaultError::NoCase { case: case.to_string(), purpose: purpose.to_string() })
    }

    /// A tar file of the items, encrypted to the recipient.
    fn package(&self, case: ItemId, state: &Case, purpose: &PurposeLabel) -> Result<Vec<u8>, VaultError> {
        let text = purpose.text();
        let at = Timestamp::from_millisecond(self.head.time).map_err(|_| VaultError::Time)?;
        let cover = Cover { case: case.to_string(), purpose: &text, at, ground: &state.ground };
        let mut files = vec![("disclosure.json".to_owned(), Zeroizing::new(json(&cover)?))];
        for id in &state.items {
            let item = self.open_item(&text, *id)?;
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
        age::encrypt(&recipient, &plain).map_err(|_| VaultError::Recipient)
    }
}

fn json(value: &impl Serialize) -> Result<Vec<u8>, VaultError> {
    serde_json::to_vec_pretty(value).map_err(|_| VaultError::Time)
}
