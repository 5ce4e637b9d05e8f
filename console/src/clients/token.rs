//! Tokens: 256 bits that a person shows. What is kept is their SHA-256, from which no token follows.

use super::ClientsError;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use std::fmt;
use subtle::ConstantTimeEq as _;
use vokter_rules::digest::Digest;
use zeroize::Zeroizing;

/// What every token begins with, so that one which lies about is known for what it is.
const PREFIX: &str = "vokter_";
const BYTES: usize = 32;

/// A token, which is shown once.
pub struct Token(Zeroizing<String>);

impl Token {
    /// A new one.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub fn draw() -> Result<Self, ClientsError> {
        let mut bytes = Zeroizing::new([0; BYTES]);
        getrandom::fill(&mut *bytes).map_err(|_| ClientsError::Random)?;
        // Room for all of it, since what grows leaves copies behind.
        let mut text = Zeroizing::new(String::with_capacity(PREFIX.len() + 2 * BYTES));
        text.push_str(PREFIX);
        BASE64_URL_SAFE_NO_PAD.encode_string(*bytes, &mut text);
        Ok(Self(text))
    }

    /// Its text, for the person whose it is.
    pub fn disclose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(redacted)")
    }
}

/// The SHA-256 of a token, written as hexadecimal digits.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TokenDigest(Digest);

impl TokenDigest {
    /// Of a token.
    pub fn of(token: &str) -> Self {
        Self(Digest::of(token.as_bytes()))
    }

    /// Whether they are the same; takes as long whatever differs.
    pub fn is(&self, other: &Self) -> bool {
        self.0.bytes().ct_eq(other.0.bytes()).into()
    }
}

impl TryFrom<String> for TokenDigest {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Digest::parse(&text).map(Self).ok_or("a SHA-256 is 64 hexadecimal digits")
    }
}

impl From<TokenDigest> for String {
    fn from(digest: TokenDigest) -> Self {
        digest.0.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_256_bits_and_none_is_drawn_twice_or_printed() {
        let (one, other) = (Token::draw().unwrap(), Token::draw().unwrap());
        assert_ne!(one.disclose(), other.disclose());
        let encoded = one.disclose().strip_prefix("vokter_").unwrap();
        assert_eq!(BASE64_URL_SAFE_NO_PAD.decode(encoded).unwrap().len(), 32);
        assert_eq!(format!("{one:?}"), "Token(redacted)");
        assert!(TokenDigest::of(one.disclose()).is(&TokenDigest::of(one.disclose())));
        assert!(!TokenDigest::of(one.disclose()).is(&TokenDigest::of(other.disclose())));
    }
}
