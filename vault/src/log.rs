//! The log: each write, reading and erasure is a leaf of a Merkle tree whose head is signed, in the transaction that it
//! speaks of (INV-8, KRS-27).
//!
//! Leaves name no content: numbers, counts, digests of what is sealed, and salted commitments to who read what and why. What
//! is committed to lies sealed among the items, and when its key is gone the salt is gone with it, while the proof holds.

use crate::crypto::{Hash, from_hex, hash, hex};
use crate::error::VaultError;
use crate::merkle::Frontier;
use crate::store::Tx;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// What a leaf says. Digests are hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum Entry {
    /// The vault was made.
    Began,
    /// The key of a purpose, class and day was written: made, stepped on, or wrapped anew.
    Key { bucket: i64, purpose: String, class: String, day: i64, minute: u16, digest: String },
    /// Items were kept under it: `count` of them from number `first`.
    Kept { bucket: i64, first: i64, count: i64, digest: String },
    /// One item was erased before its deadline.
    Erased { bucket: i64, item: i64 },
    /// The key was destroyed, and with it every item under it.
    Destroyed { bucket: i64, items: i64 },
    /// What lay under a destroyed key was cleared from the disk.
    Cleared { bucket: i64 },
    /// The root key of the night was replaced.
    Rotated { night: u64 },
    /// Somebody was let in; `item` holds who, what and why, to which `commitment` commits.
    Access { item: i64, commitment: String },
    /// Somebody was refused; as above.
    Refused { item: i64, commitment: String },
}

/// A leaf: an entry and its time, in milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaf {
    /// When.
    pub at: i64,
    /// What.
    #[serde(flatten)]
    pub entry: Entry,
}

/// The state of the log: the edge of its tree, and the latest time that the vault has seen.
#[derive(Clone, Debug)]
pub struct Head {
    frontier: Frontier,
    /// The latest time that the vault has seen; it never goes back (milliseconds since 1970).
    pub time: i64,
    /// The night whose root key wraps the keys.
    pub night: u64,
    /// The day on which that night began.
    pub rotated: i64,
}

impl Head {
    /// The head of an empty log.
    pub fn new(time: i64, night: u64, rotated: i64) -> Self {
        Self { frontier: Frontier::default(), time, night, rotated }
    }

    /// The head that the database has; `None` in a new one.
    pub fn load(tx: &Tx<'_>) -> Result<Option<(Self, SignedHead)>, VaultError> {
        let row =
            tx.row("SELECT size, time, night, rotated, peaks, signer, signature FROM head WHERE one = 1", [], |row| {
                let (size, time, night, rotated): (i64, i64, i64, i64) =
                    (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
                let (peaks, signer, signature): (Vec<u8>, Vec<u8>, Vec<u8>) = (row.get(4)?, row.get(5)?, row.get(6)?);
                Ok((size, time, night, rotated, peaks, signer, signature))
            })?;
        let Some((size, time, night, rotated, peaks, signer, signature)) = row else { return Ok(None) };
        let read = || {
            let frontier = Frontier::of_bytes(u64::try_from(size).ok()?, &peaks)?;
            let head = Self { frontier, time, night: u64::try_from(night).ok()?, rotated };
            let signed = SignedHead {
                statement: head.statement(),
                signer: signer.try_into().ok()?,
                signature: signature.try_into().ok()?,
            };
            Some((head, signed))
        };
        read().map(Some).ok_or_else(|| VaultError::damaged(tx.path(), "the head of the log is none"))
    }

    /// Adds a leaf.
    pub fn append(&mut self, tx: &Tx<'_>, entry: Entry) -> Result<(), VaultError> {
        let body = serde_json::to_vec(&Leaf { at: self.time, entry })
            .map_err(|error| VaultError::damaged(tx.path(), error.to_string()))?;
        let number = i64::try_from(self.frontier.size()).unwrap_or(i64::MAX);
        tx.run("INSERT INTO leaf (number, body) VALUES (?1, ?2)", (number, &body))?;
        self.frontier.push(&body);
        Ok(())
    }

    /// Signs the head and writes it.
    pub fn store(&self, tx: &Tx<'_>, signer: &SigningKey) -> Result<SignedHead, VaultError> {
        let statement = self.statement();
        let signature = signer.sign(statement.to_string().as_bytes()).to_bytes();
        let signed = SignedHead { statement, signer: signer.verifying_key().to_bytes(), signature };
        let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        tx.run(
            "INSERT INTO head (one, size, time, night, rotated, peaks, signer, signature)
             VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (one) DO UPDATE SET size = ?1, time = ?2, night = ?3, rotated = ?4, peaks = ?5, signer = ?6,
                 signature = ?7",
            (
                number(self.frontier.size()),
                self.time,
                number(self.night),
                self.rotated,
                self.frontier.peaks(),
                signed.signer.as_slice(),
                signed.signature.as_slice(),
            ),
        )?;
        Ok(signed)
    }

    fn statement(&self) -> Statement {
        Statement {
            size: self.frontier.size(),
            root: self.frontier.root(),
            time: self.time,
            night: self.night,
            rotated: self.rotated,
        }
    }
}

/// What a head states.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Statement {
    size: u64,
    root: Hash,
    time: i64,
    night: u64,
    rotated: i64,
}

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "vokter-head-1 {} {} {} {} {}", self.size, hex(&self.root), self.time, self.night, self.rotated)
    }
}

/// A head of the log with its signature, as a witness keeps it: one line of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedHead {
    statement: Statement,
    signer: [u8; 32],
    signature: [u8; 64],
}

impl SignedHead {
    /// How many leaves the log had.
    pub fn size(&self) -> u64 {
        self.statement.size
    }

    /// The root of its tree.
    pub(crate) fn root(&self) -> Hash {
        self.statement.root
    }

    /// The latest time that it had seen, in milliseconds since 1970.
    pub(crate) fn time(&self) -> i64 {
        self.statement.time
    }

    /// The day on which its night began, counted from 1970.
    pub(crate) fn rotated(&self) -> i64 {
        self.statement.rotated
    }

    /// The public key that signed it: the vault's identity.
    pub(crate) fn signer(&self) -> [u8; 32] {
        self.signer
    }

    /// Whether the signature is right.
    pub fn is_genuine(&self) -> bool {
        let signature = Signature::from_bytes(&self.signature);
        VerifyingKey::from_bytes(&self.signer)
            .is_ok_and(|key| key.verify_strict(self.statement.to_string().as_bytes(), &signature).is_ok())
    }
}

impl fmt::Display for SignedHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.statement, hex(&self.signer), hex(&self.signature))
    }
}

impl FromStr for SignedHead {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let read = || {
            let mut words = text.split_whitespace();
            (words.next()? == "vokter-head-1").then_some(())?;
            let size = words.next()?.parse().ok()?;
            let root = from_hex(words.next()?)?.try_into().ok()?;
            let (time, night, rotated) =
                (words.next()?.parse().ok()?, words.next()?.parse().ok()?, words.next()?.parse().ok()?);
            let signer = from_hex(words.next()?)?.try_into().ok()?;
            let signature = from_hex(words.next()?)?.try_into().ok()?;
            let head = Self { statement: Statement { size, root, time, night, rotated }, signer, signature };
            words.next().is_none().then_some(head)
        };
        read().ok_or_else(|| "that is no head: a line that begins with vokter-head-1".to_owned())
    }
}

/// The commitment to something that is sealed: without the salt it says nothing about it.
pub fn commitment(salt: &[u8], content: &[u8]) -> String {
    hex(&hash(&[b"commitment", salt, content]))
}
