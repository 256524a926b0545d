//! The secrets of one sign-in: the verifier and its challenge (RFC 7636 §4), and the state (RFC 6749 §10.12).

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::vault;

/// What proves that the program that asked is the one that hands in the code.
pub(super) struct Pkce {
    verifier: SecretString,
    state: String,
}

impl Pkce {
    /// New secrets, from the system's random numbers: 244 bits and 122.
    pub(super) fn new() -> Self {
        let random = || Uuid::new_v4().simple();
        let verifier = format!("{}{}", random(), random());
        vault::pass(&verifier);
        Self {
            verifier: verifier.into(),
            state: random().to_string(),
        }
    }

    /// Tells this sign-in from any other.
    pub(super) fn state(&self) -> &str {
        &self.state
    }

    /// Goes to the token endpoint and nowhere else.
    pub(super) fn verifier(&self) -> &str {
        self.verifier.expose_secret()
    }

    /// Goes through the browser.
    pub(super) fn challenge(&self) -> String {
        challenge(self.verifier())
    }
}

fn challenge(verifier: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_that_of_the_standard() {
        // RFC 7636, appendix B.
        assert_eq!(
            challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }

    #[test]
    fn a_verifier_is_long_enough_and_never_the_same() {
        let (one, other) = (Pkce::new(), Pkce::new());
        assert!((43..=128).contains(&one.verifier().len()));
        assert!(one.verifier().bytes().all(|b| b.is_ascii_alphanumeric()));
        assert_ne!(one.verifier(), other.verifier());
        assert_ne!(one.state(), other.state());
    }
}
