//! Keys of machines: Ed25519 (RFC 8032), in the files that OpenSSL reads and writes (RFC 8410), or 32 bytes in Base64.

use super::ClientsError;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ed25519_dalek::{SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use zeroize::Zeroizing;

/// What stands before the 32 bytes of a private key in PKCS #8 (RFC 8410, section 7).
const PRIVATE: [u8; 16] = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
/// What stands before the 32 bytes of a public key in SubjectPublicKeyInfo (RFC 8410, section 4).
const PUBLIC: [u8; 12] = [0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0];

/// The public key of a machine, written as Base64.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PublicKey(VerifyingKey);

/// Why something is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// It is no public key.
    #[error("this is no public key of Ed25519: neither 32 bytes in Base64 nor a PEM file of one")]
    Public,
    /// It is no private key.
    #[error("this is no private key of Ed25519 in a PEM file, as `vokter token key` or `openssl genpkey` writes it")]
    Private,
}

impl PublicKey {
    pub(crate) fn verifying(&self) -> &VerifyingKey {
        &self.0
    }
}

impl FromStr for PublicKey {
    type Err = KeyError;

    /// 32 bytes in Base64, or the text of a PEM file.
    fn from_str(text: &str) -> Result<Self, KeyError> {
        let bytes = match armoured(text, "PUBLIC KEY") {
            Some(bytes) => bytes.strip_prefix(&PUBLIC).map(<[u8]>::to_vec),
            None => BASE64_STANDARD.decode(text.trim()).ok(),
        };
        let bytes: [u8; 32] = bytes.and_then(|bytes| bytes.try_into().ok()).ok_or(KeyError::Public)?;
        let key = VerifyingKey::from_bytes(&bytes).ok().filter(|key| !key.is_weak());
        key.map(Self).ok_or(KeyError::Public)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64_STANDARD.encode(self.0.as_bytes()))
    }
}

impl TryFrom<String> for PublicKey {
    type Error = KeyError;

    fn try_from(text: String) -> Result<Self, KeyError> {
        text.parse()
    }
}

impl From<PublicKey> for String {
    fn from(key: PublicKey) -> Self {
        key.to_string()
    }
}

/// A key pair, which stays with its machine.
pub struct KeyPair(SigningKey);

impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyPair(redacted)")
    }
}

impl KeyPair {
    /// A new one.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub fn draw() -> Result<Self, ClientsError> {
        let mut seed = Zeroizing::new([0; 32]);
        getrandom::fill(&mut *seed).map_err(|_| ClientsError::Random)?;
        Ok(Self(SigningKey::from_bytes(&seed)))
    }

    /// That of a PEM file.
    ///
    /// # Errors
    /// When there is none in it.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let bytes = armoured(text, "PRIVATE KEY").ok_or(KeyError::Private)?;
        let seed = bytes.strip_prefix(&PRIVATE).and_then(|seed| <&[u8; 32]>::try_from(seed).ok());
        seed.map(|seed| Self(SigningKey::from_bytes(seed))).ok_or(KeyError::Private)
    }

    /// As a PEM file.
    pub fn to_pem(&self) -> Zeroizing<String> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(PRIVATE.len() + 32));
        bytes.extend(PRIVATE);
        bytes.extend(self.0.as_bytes());
        let mut pem = Zeroizing::new(String::with_capacity(200));
        pem.push_str("-----BEGIN PRIVATE KEY-----\n");
        BASE64_STANDARD.encode_string(&*bytes, &mut pem);
        pem.push_str("\n-----END PRIVATE KEY-----\n");
        pem
    }

    /// Its public half.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    pub(crate) fn signing(&self) -> &SigningKey {
        &self.0
    }
}

/// The bytes of a PEM file of that kind (RFC 7468).
fn armoured(text: &str, kind: &str) -> Option<Zeroizing<Vec<u8>>> {
    let (begin, end) = (format!("-----BEGIN {kind}-----"), format!("-----END {kind}-----"));
    let (_, rest) = text.split_once(&begin)?;
    let (inner, _) = rest.split_once(&end)?;
    let inner: Zeroizing<String> = Zeroizing::new(inner.split_whitespace().collect());
    BASE64_STANDARD.decode(inner.as_bytes()).ok().map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The private key of RFC 9421, appendix B.1.4, and its public half.
    const RFC_PRIVATE: &str = "-----BEGIN PRIVATE KEY-----\n\
        MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF\n-----END PRIVATE KEY-----\n";
    const RFC_PUBLIC: &str = "-----BEGIN PUBLIC KEY-----\n\
        MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=\n-----END PUBLIC KEY-----\n";

    #[test]
    fn keys_are_read_and_written_as_openssl_does() {
        let pair = KeyPair::from_pem(RFC_PRIVATE).unwrap();
        assert_eq!(*pair.to_pem(), RFC_PRIVATE);
        assert_eq!(RFC_PUBLIC.parse(), Ok(pair.public()));
        assert_eq!(pair.public().to_string(), "JrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=");
        assert_eq!(pair.public().to_string().parse(), Ok(pair.public()));
        assert_eq!(format!("{pair:?}"), "KeyPair(redacted)");
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for text in ["", "AAAA", RFC_PRIVATE, &BASE64_STANDARD.encode([0; 32])] {
            assert_eq!(text.parse::<PublicKey>(), Err(KeyError::Public), "{text}");
        }
        assert_eq!(KeyPair::from_pem(RFC_PUBLIC).unwrap_err(), KeyError::Private);
    }
}
