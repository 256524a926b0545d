//! The token: one a holder, shared by all tasks, at most one refresh in flight (contract §1).
//!
//! Its life is measured on the monotonic clock from before the request was sent, so it is never thought to live longer
//! than it does. It exists in memory only.

mod issue;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use tokio::time::Instant;

pub(super) use self::issue::{Grant, authorize_url, refreshing, request, request_as, token_url};

use super::error::Error;
use crate::time::Millis;
use crate::vault;
use crate::vocabulary::problem::Trouble;

/// Refreshes are at least this far apart, however short a token lives.
const APART: Duration = Duration::from_secs(3);

/// How long refused credentials are not tried again: every task asks for the token, and login servers lock out.
const REFUSED_APART: Duration = Duration::from_secs(30);

/// A bearer token and how long it is good for.
#[derive(Debug)]
pub struct Token {
    secret: SecretString,
    /// What was granted; none when the organisation does not say.
    scopes: Option<Vec<String>>,
    ends: Instant,
    refresh: Instant,
    until: Millis,
}

impl Token {
    /// `life` counts from `asked`, the moment just before the request was sent; `until` is for display.
    pub fn new(
        secret: SecretString,
        scopes: Option<Vec<String>>,
        asked: Instant,
        life: Duration,
        until: Millis,
    ) -> Self {
        let ahead = if life > Duration::from_secs(600) {
            Duration::from_secs(300)
        } else {
            Duration::from_secs(30)
        };
        vault::pass(secret.expose_secret());
        // One that hardly outlives that is still used for a while, or it would be renewed at every call.
        let at_least = (life / 2).min(Duration::from_secs(10));
        let refresh = life.saturating_sub(ahead).max(at_least);
        Self {
            secret,
            scopes,
            ends: asked + life,
            refresh: asked + refresh,
            until,
        }
    }

    /// The `Authorization` header, marked so that no library logs it; none when the token cannot be a header.
    pub fn header(&self) -> Option<HeaderValue> {
        let bearer = format!("Bearer {}", self.secret.expose_secret());
        let mut header = HeaderValue::from_str(&bearer).ok()?;
        header.set_sensitive(true);
        Some(header)
    }

    /// When it ends, for display.
    pub fn until(&self) -> Millis {
        self.until
    }

    /// Whether its life is over.
    pub fn ended(&self) -> bool {
        Instant::now() >= self.ends
    }

    /// What it was granted for; none when the organisation does not say.
    pub fn scopes(&self) -> Option<&[String]> {
        self.scopes.as_deref()
    }

    /// Which of `required` it was granted without; none when the organisation does not say what it granted.
    pub fn lacks(&self, required: &[&'static str]) -> Vec<&'static str> {
        let Some(granted) = &self.scopes else {
            return Vec::new();
        };
        required
            .iter()
            .filter(|scope| !granted.iter().any(|held| held == *scope))
            .copied()
            .collect()
    }
}

/// A holder's token, and the one refresh that may be in flight.
#[derive(Debug, Default)]
pub struct Tokens {
    state: Mutex<State>,
    refreshing: tokio::sync::Mutex<()>,
}

/// A token to use, or why there is none.
type Outcome = Result<Arc<Token>, Error>;

#[derive(Debug, Default)]
struct State {
    token: Option<Arc<Token>>,
    /// Counts refreshes, so that whoever waited for one knows that it is over.
    rounds: u64,
    /// What the last refresh came to.
    last: Option<Outcome>,
    /// No refresh before this.
    next: Option<Instant>,
}

impl Tokens {
    /// The token to use now. `refused` is one that the organisation has just answered 401 to: it is not given again.
    ///
    /// `issue` asks the organisation for a new one; it is called by one task at a time and not too often.
    pub async fn get<F, Fut>(&self, refused: Option<&Arc<Token>>, issue: F) -> Outcome
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<Token, Error>>,
    {
        let rounds = match self.state().settled(refused) {
            Ok(outcome) => return outcome,
            Err(rounds) => rounds,
        };
        let _turn = self.refreshing.lock().await;
        if let Some(outcome) = self.state().news_since(rounds, refused) {
            return outcome;
        }
        let next = self.state().next;
        if let Some(next) = next {
            tokio::time::sleep_until(next).await;
        }
        let issued = issue().await;
        self.state().record(issued, refused)
    }

    /// When the token ends; none before the first sign-in.
    pub fn until(&self) -> Option<Millis> {
        self.state().token.as_ref().map(|token| token.until)
    }

    /// Uses this token from now on: somebody has signed in.
    pub fn put(&self, token: Token) {
        let mut state = self.state();
        let token = Arc::new(token);
        state.rounds = state.rounds.wrapping_add(1);
        state.last = Some(Ok(Arc::clone(&token)));
        state.next = None;
        state.token = Some(token);
    }

    /// Forgets the token.
    pub fn clear(&self) {
        let mut state = self.state();
        let rounds = state.rounds.wrapping_add(1);
        *state = State {
            rounds,
            ..State::default()
        };
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// What can be answered without a refresh; otherwise how many refreshes there have been.
    fn settled(&self, refused: Option<&Arc<Token>>) -> Result<Outcome, u64> {
        let now = Instant::now();
        let resting = self.next.is_some_and(|next| now < next);
        match (self.usable(refused), &self.last) {
            (Some(token), _) if resting || now < token.refresh => Ok(Ok(token)),
            // One that was only put off is waited for: how often, the call decides.
            (None, Some(Err(error))) if resting && !error.sign_in_put_off() => {
                let left = self.next.map(|next| next.saturating_duration_since(now));
                Ok(Err(error.clone().resting(left.unwrap_or_default())))
            }
            _ => Err(self.rounds),
        }
    }

    /// What a refresh came to that ended after `rounds` was read.
    fn news_since(&self, rounds: u64, refused: Option<&Arc<Token>>) -> Option<Outcome> {
        let last = self.last.as_ref().filter(|_| self.rounds != rounds)?;
        Some(self.or_still_usable(last.clone(), refused))
    }

    fn record(&mut self, issued: Result<Token, Error>, refused: Option<&Arc<Token>>) -> Outcome {
        let outcome = issued.map(Arc::new);
        let rest = match &outcome {
            Err(error) if error.trouble() == Trouble::Credentials => REFUSED_APART,
            Err(error) if error.sign_in_put_off() => error.retry_after().unwrap_or(APART),
            _ => APART,
        };
        let outcome = outcome.map_err(|error| error.resting(rest));
        self.rounds = self.rounds.wrapping_add(1);
        self.next = Some(Instant::now() + rest);
        self.last = Some(outcome.clone());
        if let Ok(token) = &outcome {
            self.token = Some(Arc::clone(token));
        }
        self.or_still_usable(outcome, refused)
    }

    /// A refresh ahead of time that fails leaves the older token in use while it lives.
    fn or_still_usable(&self, outcome: Outcome, refused: Option<&Arc<Token>>) -> Outcome {
        outcome.or_else(|error| self.usable(refused).ok_or(error))
    }

    fn usable(&self, refused: Option<&Arc<Token>>) -> Option<Arc<Token>> {
        let token = self.token.as_ref()?;
        let again = refused.is_some_and(|refused| Arc::ptr_eq(refused, token));
        (!again && !token.ended()).then(|| Arc::clone(token))
    }
}

#[cfg(test)]
mod tests;
