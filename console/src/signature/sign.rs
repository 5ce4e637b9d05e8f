//! Signing a request, for machines that have nothing of their own to do it, and for trying things out.

use super::{Message, base, content_digest};
use crate::clients::KeyPair;
use axum::http::{HeaderMap, HeaderValue, Uri};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use ed25519_dalek::Signer as _;
use jiff::Timestamp;

/// Why a request cannot be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// It is no address.
    #[error("this is no address of a request: write http://host:port/path")]
    Address,
    /// The key is no text that a header can have.
    #[error("an idempotency key is a UUID")]
    Key,
    /// No random bytes.
    #[error("the system gives no random bytes")]
    Random,
}

/// A request that is to be signed.
#[derive(Clone, Copy, Debug)]
pub struct Signing<'a> {
    /// `GET`, `POST`, `PUT`.
    pub method: &'a str,
    /// Its whole address.
    pub url: &'a str,
    /// Its body; empty if it has none.
    pub body: &'a [u8],
    /// Its idempotency key, if it has one.
    pub idempotency_key: Option<&'a str>,
}

impl Signing<'_> {
    /// The header fields by which the machine of that name has signed it now.
    ///
    /// # Errors
    /// When the address is none, the key is none, or there are no random bytes.
    pub fn sign(&self, name: &str, pair: &KeyPair, now: Timestamp) -> Result<Vec<(&'static str, String)>, SignError> {
        let mut nonce = [0; 16];
        getrandom::fill(&mut nonce).map_err(|_| SignError::Random)?;
        let uri: Uri = self.url.parse().map_err(|_| SignError::Address)?;
        let authority = uri.authority().ok_or(SignError::Address)?;
        let mut headers = HeaderMap::new();
        let mut covered = vec!["@method", "@authority", "@path"];
        let mut fields = vec![];
        if uri.query().is_some() {
            covered.push("@query");
        }
        let digest = (!self.body.is_empty()).then(|| content_digest(self.body));
        let key = self.idempotency_key.map(|key| format!("\"{key}\""));
        for (name, value) in [("content-digest", digest), ("idempotency-key", key)] {
            let Some(value) = value else { continue };
            headers.insert(name, HeaderValue::from_str(&value).map_err(|_| SignError::Key)?);
            covered.push(name);
            fields.push((name, value));
        }
        let covered: Vec<_> = covered.into_iter().map(str::to_owned).collect();
        let parameters = format!(
            "({});created={};nonce=\"{}\";keyid=\"{name}\";alg=\"ed25519\"",
            covered.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(" "),
            now.as_second(),
            BASE64_URL_SAFE_NO_PAD.encode(nonce),
        );
        let message = Message {
            method: self.method,
            authority: authority.as_str(),
            path: uri.path(),
            query: uri.query(),
            headers: &headers,
        };
        let base = base::of(&message, &covered, &parameters).map_err(|_| SignError::Address)?;
        let signature = BASE64_STANDARD.encode(pair.signing().sign(base.as_bytes()).to_bytes());
        fields.push(("signature-input", format!("sig={parameters}")));
        fields.push(("signature", format!("sig=:{signature}:")));
        Ok(fields)
    }
}
