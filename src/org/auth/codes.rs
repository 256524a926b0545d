//! What people sign in with: codes that are good once and soon, and what renews a token (RFC 6749 §4.1, §6; RFC 7636).

use std::collections::HashMap;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use tokio::time::Instant;

use super::TokenId;
use crate::org::shared::random_secret;

/// How long a code is good; a program is waiting for it.
const CODE_LIFE: Duration = Duration::from_secs(60);

/// How long a token can be renewed without anybody signing in.
const RENEWAL_LIFE: Duration = Duration::from_secs(24 * 60 * 60);

/// The most codes, and the most renewals, that are remembered; past it nobody else signs in until some are over.
const MOST: usize = 10_000;

/// What a code was given for.
pub(in crate::org) struct Consent {
    pub(in crate::org) person: usize,
    pub(in crate::org) redirect: String,
    /// BASE64URL(SHA256(verifier)).
    pub(in crate::org) challenge: String,
}

impl Consent {
    /// Whether whoever brings the code began the sign-in (RFC 7636 §4.6), and was sent back where it says.
    fn is_by(&self, verifier: &str, redirect: &str) -> bool {
        let made = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
        let same: bool = made.as_bytes().ct_eq(self.challenge.as_bytes()).into();
        same && self.redirect == redirect && matches!(verifier.len(), 43..=128)
    }
}

struct Renewal {
    person: usize,
    token: TokenId,
    until: Instant,
}

/// All of them.
#[derive(Default)]
pub(in crate::org) struct SignInCodes {
    given: HashMap<String, (Consent, Instant)>,
    renewals: HashMap<String, Renewal>,
}

impl SignInCodes {
    /// Gives a code; none when too many are about.
    pub(in crate::org) fn give(&mut self, consent: Consent, now: Instant) -> Option<SecretString> {
        self.given.retain(|_, (_, until)| *until > now);
        if self.given.len() >= MOST {
            return None;
        }
        let code = random_secret();
        let kept = code.expose_secret().to_owned();
        self.given.insert(kept, (consent, now + CODE_LIFE));
        Some(code)
    }

    /// Takes a code, whether it is good or not; the person, when it is.
    pub(in crate::org) fn take(
        &mut self,
        code: &str,
        verifier: &str,
        redirect: &str,
        now: Instant,
    ) -> Option<usize> {
        let (consent, until) = self.given.remove(code)?;
        (until > now && consent.is_by(verifier, redirect)).then_some(consent.person)
    }

    /// What renews a token of a person; none when too many are about.
    pub(in crate::org) fn renewal(
        &mut self,
        person: usize,
        token: TokenId,
        now: Instant,
    ) -> Option<SecretString> {
        self.renewals.retain(|_, renewal| renewal.until > now);
        if self.renewals.len() >= MOST {
            return None;
        }
        let secret = random_secret();
        let renewal = Renewal {
            person,
            token,
            until: now + RENEWAL_LIFE,
        };
        self.renewals
            .insert(secret.expose_secret().to_owned(), renewal);
        Some(secret)
    }

    /// Takes what renews a token: it is good once, and another comes with the new token.
    pub(in crate::org) fn renew(&mut self, secret: &str, now: Instant) -> Option<usize> {
        let renewal = self.renewals.remove(secret)?;
        (renewal.until > now).then_some(renewal.person)
    }

    /// Forgets what renews the tokens that were revoked.
    pub(in crate::org) fn forget(&mut self, revoked: impl Fn(TokenId) -> bool) {
        self.renewals.retain(|_, renewal| !revoked(renewal.token));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 7636, appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    fn consent() -> Consent {
        Consent {
            person: 2,
            redirect: "http://127.0.0.1:1/".into(),
            challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".into(),
        }
    }

    #[test]
    fn a_code_is_good_once_for_whoever_asked_for_it_and_soon() {
        let now = Instant::now();
        let mut codes = SignInCodes::default();
        let mut attempt = |verifier: &str, redirect: &str, after: u64| {
            let code = codes.give(consent(), now).unwrap();
            let then = now + Duration::from_secs(after);
            let first = codes.take(code.expose_secret(), verifier, redirect, then);
            let again = codes.take(code.expose_secret(), VERIFIER, "http://127.0.0.1:1/", then);
            assert_eq!(again, None, "a code is taken once");
            first
        };
        assert_eq!(attempt(VERIFIER, "http://127.0.0.1:1/", 59), Some(2));
        assert_eq!(attempt(VERIFIER, "http://127.0.0.1:1/", 60), None);
        assert_eq!(attempt(VERIFIER, "http://127.0.0.1:2/", 0), None);
        assert_eq!(attempt("another", "http://127.0.0.1:1/", 0), None);
    }
}
