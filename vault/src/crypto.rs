//! Keys, and what is done with them: XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) and HKDF-SHA-256 (RFC 5869).

use crate::error::VaultError;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// Bytes of a key.
pub const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;

/// A secret key: zeroed when it is dropped, and never printed.
#[derive(Clone)]
pub struct Key(Zeroizing<[u8; KEY_BYTES]>);

impl Key {
    /// A fresh key from the system.
    pub fn random() -> Result<Self, VaultError> {
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        fill(key.as_mut_slice())?;
        Ok(Self(key))
    }

    /// A key of those bytes, if they are as many as a key has.
    pub fn of_bytes(bytes: &[u8]) -> Option<Self> {
        Some(Self(Zeroizing::new(bytes.try_into().ok()?)))
    }

    /// Its bytes, for the key file and for wrapping alone.
    pub fn bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }

    /// The key that follows from this one for that use. Fields are kept apart by their lengths.
    pub fn derive(&self, fields: &[&[u8]]) -> Self {
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        // Both lengths are right by construction: the key is as long as the hash, and so is what is asked for.
        if let Ok(hkdf) = Hkdf::<Sha256>::from_prk(self.0.as_slice()) {
            let info = framed(fields);
            let expanded = hkdf.expand(&info, key.as_mut_slice());
            debug_assert!(expanded.is_ok());
        }
        Self(key)
    }

    /// Seals bytes: a fresh nonce, the ciphertext, its tag. `context` is bound to it and must be the same to open.
    pub fn seal(&self, context: &[&[u8]], plain: &[u8]) -> Result<Vec<u8>, VaultError> {
        let mut nonce = [0; NONCE_BYTES];
        fill(&mut nonce)?;
        let aad = framed(context);
        let sealed = self
            .cipher()
            .encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: &aad })
            .map_err(|_| VaultError::TooLarge { what: "what is sealed", limit: u64::from(u32::MAX) })?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Opens what [`Self::seal`] made under the same context; `None` if the key or the context is another, or a bit
    /// has changed.
    pub fn open(&self, context: &[&[u8]], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>()?;
        let aad = framed(context);
        let plain = self.cipher().decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: &aad }).ok()?;
        Some(Zeroizing::new(plain))
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.0).into())
    }
}

/// Random bytes from the system.
pub fn fill(bytes: &mut [u8]) -> Result<(), VaultError> {
    getrandom::fill(bytes).map_err(|error| VaultError::Random(error.to_string()))
}

/// Fields, each after its length, so that no two lists of fields are the same bytes.
fn framed(fields: &[&[u8]]) -> Vec<u8> {
    let mut framed = Vec::with_capacity(fields.iter().map(|field| field.len() + 4).sum());
    for field in fields {
        framed.extend_from_slice(&u32::try_from(field.len()).unwrap_or(u32::MAX).to_le_bytes());
        framed.extend_from_slice(field);
    }
    framed
}

/// A SHA-256 digest.
pub type Hash = [u8; 32];

/// The digest of fields, each after its length.
pub fn hash(fields: &[&[u8]]) -> Hash {
    let mut hasher = Sha256::new();
    for field in fields {
        hasher.update(u64::try_from(field.len()).unwrap_or(u64::MAX).to_le_bytes());
        hasher.update(field);
    }
    hasher.finalize().into()
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Hexadecimal digits as bytes.
pub fn from_hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_under_the_same_key_and_context_alone() {
        let (key, other) = (Key::random().unwrap(), Key::random().unwrap());
        let mut sealed = key.seal(&[b"a", b"bc"], b"secret").unwrap();
        assert_eq!(key.open(&[b"a", b"bc"], &sealed).unwrap().as_slice(), b"secret");
        assert!(key.open(&[b"ab", b"c"], &sealed).is_none(), "fields are kept apart");
        assert!(other.open(&[b"a", b"bc"], &sealed).is_none());
        *sealed.last_mut().unwrap() ^= 1;
        assert!(key.open(&[b"a", b"bc"], &sealed).is_none());
        assert!(key.open(&[], b"short").is_none());
    }

    #[test]
    fn derived_keys_differ_by_their_fields() {
        let key = Key::of_bytes(&[7; 32]).unwrap();
        assert_ne!(key.derive(&[b"a", b"b"]).bytes(), key.derive(&[b"ab"]).bytes());
        assert_ne!(key.derive(&[b"a"]).bytes(), &[0; 32]);
        assert_eq!(from_hex(&hex(&[0, 255, 16])), Some(vec![0, 255, 16]));
        assert!(from_hex("abc").is_none() && from_hex("zz").is_none());
    }
}
