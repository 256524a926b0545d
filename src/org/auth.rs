//! Who may call: the client, its tokens, their scopes, and how long they hold.

use std::collections::HashMap;
use std::time::Duration;

use hyper::StatusCode;
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;
use tokio::time::Instant;

use super::limit::Window;
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

struct Token {
    id: TokenId,
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
    /// Makes a token that holds `scopes` for `ttl`.
    pub(super) fn issue(
        &mut self,
        scopes: Vec<&'static str>,
        ttl: Duration,
        now: Instant,
    ) -> SecretString {
        if self.issued.len() >= MAX_TOKENS {
            self.make_room(now);
        }
        self.count += 1;
        let secret = random_secret();
        let token = Token {
            id: TokenId(self.count),
            expires: now + ttl,
            scopes,
            window: Window::default(),
        };
        self.issued.insert(secret.expose_secret().to_owned(), token);
        secret
    }

    /// Admits a call that needs `scope`, without counting it.
    pub(super) fn admit(
        &self,
        bearer: &str,
        scope: &str,
        now: Instant,
    ) -> Result<TokenId, Refusal> {
        let token = self
            .issued
            .get(bearer)
            .ok_or_else(|| Refusal::unauthorized("the token is not known here"))?;
        if token.expires <= now {
            return Err(Refusal::unauthorized("the token has expired"));
        }
        if !token.scopes.contains(&scope) {
            let message =
                format!("this call needs the scope {scope}, which the token does not hold");
            return Err(Refusal::new(
                StatusCode::FORBIDDEN,
                "missing.scope",
                message,
            ));
        }
        Ok(token.id)
    }

    /// Counts an admitted call against `limit` calls per minute.
    pub(super) fn count(&mut self, bearer: &str, limit: u32, now: Instant) -> Result<(), Refusal> {
        let Some(token) = self.issued.get_mut(bearer) else {
            return Ok(());
        };
        token.window.take(limit, now).map_err(|seconds| {
            let message =
                format!("over {limit} calls in a minute with this token; try again in {seconds} s");
            let refusal = Refusal::new(StatusCode::TOO_MANY_REQUESTS, "too.many.requests", message);
            refusal.retry_after(Some(seconds))
        })
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
        let first = tokens.issue(SCOPES.to_vec(), Duration::from_secs(60), now);
        for _ in 0..MAX_TOKENS {
            tokens.issue(Vec::new(), Duration::from_secs(60), now);
        }
        assert_eq!(tokens.issued.len(), MAX_TOKENS);
        assert!(tokens.admit(first.expose_secret(), SCOPES[0], now).is_err());
    }

    #[test]
    fn a_token_ends_at_its_time() {
        let now = Instant::now();
        let mut tokens = Tokens::default();
        let token = tokens.issue(SCOPES.to_vec(), Duration::from_secs(60), now);
        let admit = |after| {
            tokens.admit(
                token.expose_secret(),
                SCOPES[0],
                now + Duration::from_secs(after),
            )
        };
        assert!(admit(59).is_ok());
        assert!(admit(60).is_err());
    }
}
