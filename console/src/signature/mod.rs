//! Requests that a machine signs: HTTP Message Signatures (RFC 9421) with Ed25519, over method, authority, path, query, the
//! digest of the body (RFC 9530) and the idempotency key.
//!
//! ```text
//! Signature-Input: sig=("@method" "@authority" "@path" "content-digest");created=…;nonce="…";keyid="hall";alg="ed25519"
//! Signature:       sig=:…:
//! ```
//! One signature a request, of the last minute, and each nonce once. `@target-uri` is not asked for, since who answers
//! behind a proxy does not know by which scheme it was asked. Parameters of components are not taken.

mod base;
mod nonces;
mod sign;

pub use base::Message;
pub use nonces::Nonces;
pub use sign::{SignError, Signing};

use crate::clients::PublicKey;
use axum::http::HeaderMap;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ed25519_dalek::Signature;
use jiff::Timestamp;
use sfv::{BareItem, Dictionary, InnerList, KeyRef, ListEntry, ListSerializer, Parser};
use sha2::{Digest as _, Sha256, Sha512};
use subtle::ConstantTimeEq as _;
use vokter_rules::limits;

const INPUT: &str = "signature-input";
const SIGNATURE: &str = "signature";
const DIGEST: &str = "content-digest";

/// Why a signature is not taken. Nothing of the request is repeated in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureFault {
    /// The fields cannot be read, or hold another number of signatures than one.
    #[error("Signature-Input and Signature must hold one signature by Ed25519, under the same label (RFC 9421)")]
    Malformed,
    /// A component that is not known here, or twice.
    #[error("a component that is covered is not in the request, is there twice, or has parameters")]
    Component,
    /// Something that must be covered is not.
    #[error("the signature must cover {0}")]
    NotCovered(&'static str),
    /// A parameter is missing.
    #[error("the signature must have the parameters created, nonce (8 to 128 characters) and keyid")]
    Parameters,
    /// It is too old, or of the future.
    #[error("the signature was made more than {} s ago or ahead, or before the last start", limits::SIGNATURE_SECONDS)]
    Time,
    /// The body is another one.
    #[error("Content-Digest is not that of the body, or of neither sha-256 nor sha-512 (RFC 9530)")]
    Digest,
    /// No such machine, or not its key.
    #[error("no machine of that keyid has signed this")]
    Unknown,
    /// It was taken already.
    #[error("this request was taken already: sign each anew, with a nonce of its own")]
    Replayed,
    /// More than can be told apart.
    #[error("too many signed requests in a minute")]
    TooMany,
}

/// What a request says of its signature.
#[derive(Debug)]
pub struct Statement {
    covered: Vec<String>,
    /// The list and its parameters, serialised: the last line of what is signed.
    parameters: String,
    created: i64,
    expires: Option<i64>,
    nonce: String,
    keyid: String,
    signature: Signature,
}

/// Whether a request claims to be signed.
pub fn is_signed(headers: &HeaderMap) -> bool {
    headers.contains_key(INPUT) || headers.contains_key(SIGNATURE)
}

impl Statement {
    /// What the header fields say.
    ///
    /// # Errors
    /// When they do not say all that must be said, or something else besides.
    pub fn of(headers: &HeaderMap) -> Result<Self, SignatureFault> {
        let (inputs, signatures) = (dictionary(headers, INPUT)?, dictionary(headers, SIGNATURE)?);
        let (1, Some((label, ListEntry::InnerList(input)))) = (inputs.len(), inputs.first()) else {
            return Err(SignatureFault::Malformed);
        };
        let (1, Some(ListEntry::Item(signature))) = (signatures.len(), signatures.get(label)) else {
            return Err(SignatureFault::Malformed);
        };
        let BareItem::ByteSequence(signature) = &signature.bare_item else { return Err(SignatureFault::Malformed) };
        let signature = Signature::from_slice(signature).map_err(|_| SignatureFault::Malformed)?;
        if text(input, "alg").is_some_and(|alg| alg != "ed25519") {
            return Err(SignatureFault::Malformed);
        }
        let seconds = |name| input.params.get(key(name)).and_then(|value| value.as_integer()).map(i64::from);
        let (created, expires) = (seconds("created"), seconds("expires"));
        let (nonce, keyid) = (text(input, "nonce"), text(input, "keyid"));
        let (Some(created), Some(keyid)) = (created, keyid) else { return Err(SignatureFault::Parameters) };
        let covered = input.items.iter().map(|item| match &item.bare_item {
            BareItem::String(name) if item.params.is_empty() => Ok(name.as_str().to_owned()),
            _ => Err(SignatureFault::Component),
        });
        let mut list = ListSerializer::new();
        list.members([&ListEntry::InnerList(input.clone())]);
        Ok(Self {
            covered: covered.collect::<Result<_, _>>()?,
            parameters: list.finish().ok_or(SignatureFault::Malformed)?,
            created,
            expires,
            nonce: nonce.unwrap_or_default(),
            keyid,
            signature,
        })
    }

    /// Who says to have signed.
    pub fn keyid(&self) -> &str {
        &self.keyid
    }

    /// When, in seconds, and by which nonce.
    pub fn moment(&self) -> (i64, &str) {
        (self.created, &self.nonce)
    }

    /// Whether it says of itself that its time is over.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.expires.is_some_and(|expires| expires < now.as_second())
    }

    /// Whether the key has signed this message with all that must be covered, and this body.
    ///
    /// # Errors
    /// When it has not.
    pub fn verify(&self, message: &Message<'_>, body: &[u8], key: &PublicKey) -> Result<(), SignatureFault> {
        if !(8..=128).contains(&self.nonce.len()) {
            return Err(SignatureFault::Parameters);
        }
        let must = [
            ("@method", true),
            ("@authority", true),
            ("@path", true),
            ("@query", message.query.is_some()),
            (DIGEST, !body.is_empty()),
            ("idempotency-key", message.headers.contains_key("idempotency-key")),
        ];
        let is_covered = |name: &str| self.covered.iter().any(|covered| covered == name);
        if let Some((name, _)) = must.into_iter().find(|(name, must)| *must && !is_covered(name)) {
            return Err(SignatureFault::NotCovered(name));
        }
        if message.headers.contains_key(DIGEST) || !body.is_empty() {
            check_digest(message.headers, body)?;
        }
        self.verify_alone(message, key)
    }

    /// Whether the key has signed what is covered, whatever that is.
    fn verify_alone(&self, message: &Message<'_>, key: &PublicKey) -> Result<(), SignatureFault> {
        let base = base::of(message, &self.covered, &self.parameters)?;
        key.verifying().verify_strict(base.as_bytes(), &self.signature).map_err(|_| SignatureFault::Unknown)
    }
}

/// The digest of a body, as its header field says it (RFC 9530).
pub fn content_digest(body: &[u8]) -> String {
    format!("sha-256=:{}:", BASE64_STANDARD.encode(Sha256::digest(body)))
}

/// Each digest that is known must be that of the body, and one must be.
fn check_digest(headers: &HeaderMap, body: &[u8]) -> Result<(), SignatureFault> {
    let said = dictionary(headers, DIGEST).map_err(|_| SignatureFault::Digest)?;
    let mut is_known = false;
    for (algorithm, digest) in [("sha-256", Sha256::digest(body).to_vec()), ("sha-512", Sha512::digest(body).to_vec())]
    {
        let Some(entry) = said.get(key(algorithm)) else { continue };
        let ListEntry::Item(item) = entry else { return Err(SignatureFault::Digest) };
        let is_same = item.bare_item.as_byte_sequence().is_some_and(|said| bool::from(said.ct_eq(&digest)));
        if !is_same {
            return Err(SignatureFault::Digest);
        }
        is_known = true;
    }
    if is_known { Ok(()) } else { Err(SignatureFault::Digest) }
}

fn dictionary(headers: &HeaderMap, name: &str) -> Result<Dictionary, SignatureFault> {
    let value = base::field(headers, name).filter(|value| value.len() <= limits::SIGNATURE_BYTES);
    let value = value.ok_or(SignatureFault::Malformed)?;
    Parser::new(&value).parse().map_err(|_| SignatureFault::Malformed)
}

fn text(input: &InnerList, name: &'static str) -> Option<String> {
    input.params.get(key(name)).and_then(|value| value.as_string()).map(|text| text.as_str().to_owned())
}

fn key(name: &'static str) -> &'static KeyRef {
    KeyRef::constant(name)
}

#[cfg(test)]
mod tests;
