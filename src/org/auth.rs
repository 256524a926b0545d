//! Who may call: the client, its tokens, their scopes, and how long they hold.

pub(super) mod codes;

use std::collections::HashMap;
use std::time::Duration;

use hyper::StatusCode;
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;
use tokio::time::Instant;

use super::limit::{Exceeded, Usage, Window};
use super::reply::Refusal;
use super::shared::random_secret;

/// Every scope the client holds: the whole table of contract §1.
pub(super) const SCOPES: [&str; 17] = [
    "telephony:users:read",
    "telephony:providers:read",
    "websocket:read",
    "telephony:edge:write",
    "telephony:edge:read",
    "asyncjobs:read",
    "webhooks:write",
    "interaction:transfer",
    "websocket:use",
    "interaction:view",
    "integration:outbound:write",
    "integration:outbound:read",
    "analytics:events:read",
    "callback:read",
    "callback:write",
    "webhook:read",
    "webhook:write",
];

/// The most tokens that are remembered; past it the oldest is forgotten, as if revoked.
const MAX_TOKENS: usize = 10_000;

/// The one client that may sign in.
pub(super) struct Client {
    pub(super) id: String,
    pub(super) secret: SecretString,
}

impl Client {
    /// Compares in constant time, both halves always.
    pub(super) fn is(&self, id: &str, secret: &str) -> bool {
        let id = self.id.as_bytes().ct_eq(id.as_bytes());
        let secret = self
            .secret
            .expose_secret()
            .as_bytes()
            .ct_eq(secret.as_bytes());
        (id & secret).into()
    }
}

/// Names a token inside the organisation without being one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct TokenId(u64);

/// Who calls: a token, and the person who signed in for it, when one did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Holder {
    pub(super) id: TokenId,
    /// The place in the table of people; none for a client by itself.
    pub(super) person: Option<usize>,
}

struct Token {
    id: TokenId,
    person: Option<usize>,
    expires: Instant,
    scopes: Vec<&'static str>,
    window: Window,
}

/// The tokens that were issued and not forgotten.
#[derive(Default)]
pub(super) struct Tokens {
    issued: HashMap<String, Token>,
    count: u64,
}

impl Tokens {
    /// Makes a token that holds `scopes` for `ttl`, of a person or of the client by itself.
    pub(super) fn issue(
        &mut self,
        person: Option<usize>,
        scopes: Vec<&'static str>,
        ttl: Duration,
        now: Instant,
    ) -> (TokenId, SecretString) {
        if self.issued.len() >= MAX_TOKENS {
            self.make_room(now);
        }
        self.count += 1;
        let secret = random_secret();
        let token = Token {
            id: TokenId(self.count),
            person,
            expires: now + ttl,
            scopes,
            window: Window::default(),
        };
        let id = token.id;
        self.issued.insert(secret.expose_secret().to_owned(), token);
        (id, secret)
    }

    /// Refuses a token that lacks one of these scopes.
    pub(super) fn check(&self, bearer: &str, scopes: &[&str], now: Instant) -> Result<(), Refusal> {
        for scope in scopes {
            if !self.good(bearer, now)?.scopes.contains(scope) {
                let message =
                    format!("this call needs the scope {scope}, which the token does not hold");
                return Err(Refusal::new(
                    StatusCode::FORBIDDEN,
                    "missing.scope",
                    message,
                ));
            }
        }
        Ok(())
    }

    /// Who holds a token, whatever its scopes.
    pub(super) fn holder(&self, bearer: &str, now: Instant) -> Result<Holder, Refusal> {
        let token = self.good(bearer, now)?;
        Ok(Holder {
            id: token.id,
            person: token.person,
        })
    }

    fn good(&self, bearer: &str, now: Instant) -> Result<&Token, Refusal> {
        let token = self
            .issued
            .get(bearer)
            .ok_or_else(|| Refusal::unauthorized("the token is not known here"))?;
        if token.expires <= now {
            return Err(Refusal::unauthorized("the token has expired"));
        }
        Ok(token)
    }

    /// Counts an admitted call against `limit` calls per minute, and tells how many there are now.
    pub(super) fn count(
        &mut self,
        bearer: &str,
        limit: u32,
        now: Instant,
    ) -> Result<Usage, Exceeded> {
        let Some(token) = self.issued.get_mut(bearer) else {
            return Ok(Usage::default());
        };
        let counted = token.window.take(limit, now);
        counted.map_err(|seconds| Exceeded { limit, seconds })
    }

    /// Forgets one token, or all of them, and says which they were.
    pub(super) fn revoke(&mut self, bearer: Option<&str>) -> Vec<TokenId> {
        match bearer {
            Some(bearer) => self
                .issued
                .remove(bearer)
                .map(|token| token.id)
                .into_iter()
                .collect(),
            None => self.issued.drain().map(|(_, token)| token.id).collect(),
        }
    }

    /// Forgets the token of this name.
    pub(super) fn forget(&mut self, id: TokenId) {
        self.issued.retain(|_, token| token.id != id);
    }

    fn make_room(&mut self, now: Instant) {
        self.issued.retain(|_, token| token.expires > now);
        if self.issued.len() < MAX_TOKENS {
            return;
        }
        let oldest = self
            .issued
            .iter()
            .min_by_key(|(_, token)| token.id)
            .map(|(secret, _)| secret.clone());
        if let Some(oldest) = oldest {
            self.issued.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_memory_of_tokens_is_bounded() {
        let now = Instant::now();
        let mut tokens = Tokens::default();
        let (_, first) = tokens.issue(None, SCOPES.to_vec(), Duration::from_secs(60), now);
        for _ in 0..MAX_TOKENS {
            tokens.issue(None, Vec::new(), Duration::from_secs(60), now);
        }
        assert_eq!(tokens.issued.len(), MAX_TOKENS);
        assert!(tokens.check(first.expose_secret(), &SCOPES, now).is_err());
    }

    #[test]
    fn a_token_ends_at_its_time() {
        let now = Instant::now();
        let mut tokens = Tokens::default();
        let (_, token) = tokens.issue(None, SCOPES.to_vec(), Duration::from_secs(60), now);
        let check = |after| {
            let now = now + Duration::from_secs(after);
            tokens.check(token.expose_secret(), &SCOPES, now)
        };
        assert!(check(59).is_ok());
        assert!(check(60).is_err());
    }
}
