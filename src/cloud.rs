//! What the console asks of Genesys Cloud, in the model's words: reads, streams, the budget they share and how they fail.
//!
//! One [`Client`] belongs to one profile. Everything that wants something of the organisation holds a clone: they
//! share the token, the request budget, the connection pool and the TLS trust.
//!
//! A read goes through four layers, each in its own module: [`retry`] decides whether it is tried again, `auth` has a token
//! for it, [`budget`] lets it pass, and `wire` sends it and judges the answer.

mod auth;
mod budget;
mod call;
pub mod direct;
mod error;
mod names;
mod retry;
mod settings;
mod tls;
mod unreachable;
mod upgrade;
mod wire;

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use reqwest::Url;
use reqwest::header::AUTHORIZATION;
use rustls::ClientConfig;
use rustls_pki_types::CertificateDer;
use tokio::sync::OnceCell;
use tokio::time::Instant;

pub use self::budget::{BudgetReading, Urgency};
pub use self::call::{Call, Needs};
pub use self::error::{Error, Refusal};
pub use self::settings::{AuthStyle, Settings};
pub use self::unreachable::Unreachable;
pub use self::upgrade::Socket;

use self::auth::{Token, Tokens};
use self::budget::{Budget, Slot};
use crate::model::UserId;
use crate::model::registration::{Device, User};
use crate::text::Text;
use crate::time::Millis;

/// Users on one page (contract §3).
const PAGE_SIZE: &str = "100";

/// The sub-protocol of registration streams (contract §3).
const STREAM_PROTOCOL: &str = "v2";

/// Says which attempt of a call this is, so that an organisation's log tells a retry from a second question.
const ATTEMPT: &str = "x-trunkline-attempt";

/// One page of the list of users.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UsersPage {
    /// Those that could be read.
    pub users: Vec<User>,
    /// How many the organisation says there are.
    pub total: Option<u64>,
    /// How many pages the organisation says there are.
    pub page_count: Option<u32>,
    /// Entries that could not be read; the last one counts those left out.
    pub faults: Vec<Fault>,
}

/// All devices of one user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Those that could be read.
    pub devices: Vec<Device>,
    /// Entries that could not be read; the last one counts those left out.
    pub faults: Vec<Fault>,
}

/// One entry of an answer that could not be used, while the rest of the answer still shows: the call, the field, the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault(pub Text);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One profile's organisation. Clones share everything.
#[derive(Clone, Debug)]
pub struct Client(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    settings: Settings,
    authorities: Vec<CertificateDer<'static>>,
    tokens: Tokens,
    budget: Budget,
    /// Made at the first call, because the machine's trust store is slow to read and the first frame does not wait.
    transport: OnceCell<Transport>,
}

/// What carries bytes: one trust, used by REST and by the streams.
#[derive(Clone, Debug)]
struct Transport {
    http: reqwest::Client,
    streams: Arc<ClientConfig>,
}

impl Client {
    /// Checks the settings; connects to nothing and reads no trust store yet.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        settings.check()?;
        let authorities = match &settings.ca_pem {
            Some(pem) => tls::authorities(pem)?,
            None => Vec::new(),
        };
        Ok(Self(Arc::new(Shared {
            budget: Budget::new(settings.requests_per_minute),
            settings,
            authorities,
            tokens: Tokens::default(),
            transport: OnceCell::new(),
        })))
    }

    /// Reads one page of a hundred users, counting from 1 (contract §3).
    pub async fn users_page(&self, page: u32, urgency: Urgency) -> Result<UsersPage, Error> {
        let mut url = self.url(&["api", "v2", "users"])?;
        url.query_pairs_mut()
            .append_pair("pageSize", PAGE_SIZE)
            .append_pair("pageNumber", &page.to_string());
        let call = get(url);
        let body = self.read(&call, urgency).await?;
        direct::users_page(&body, &call).map_err(|reason| unusable(&call, reason))
    }

    /// Reads all devices of one user (contract §3).
    pub async fn registrations(&self, user: &UserId, urgency: Urgency) -> Result<Listing, Error> {
        let call = get(self.url(&[
            "api",
            "v2",
            "telephony",
            "users",
            user.raw(),
            "registrations",
        ])?);
        let body = self.read(&call, urgency).await?;
        direct::listing(&body, user, &call).map_err(|reason| unusable(&call, reason))
    }

    /// Opens the registration stream of one user (contract §3). It is tried once: when to come back is the feed's to decide.
    pub async fn open_registrations(&self, user: &UserId) -> Result<Socket, Error> {
        let mut url = self.url(&[
            "ws",
            "v2",
            "telephony",
            "users",
            user.raw(),
            "registrations",
        ])?;
        let scheme = if url.scheme() == "http" { "ws" } else { "wss" };
        // Both are special schemes, so the change cannot be refused.
        let _ = url.set_scheme(scheme);
        let call = Call {
            verb: "WebSocket",
            url,
            needs: Needs::Streaming,
        };
        let tls = &self.transport().await?.streams;
        let token = self.token(&call, None).await?;
        match upgrade::open(&call, bearer(&token)?, STREAM_PROTOCOL, Arc::clone(tls)).await {
            Err(error) if error.status() == Some(401) => {
                let fresh = self.token(&call, Some(&token)).await?;
                upgrade::open(&call, bearer(&fresh)?, STREAM_PROTOCOL, Arc::clone(tls)).await
            }
            outcome => outcome,
        }
    }

    /// What the budget's current minute has seen.
    #[must_use]
    pub fn budget(&self) -> BudgetReading {
        self.0.budget.reading()
    }

    /// When the token ends; none before the first sign-in.
    #[must_use]
    pub fn token_until(&self) -> Option<Millis> {
        self.0.tokens.until()
    }

    /// An API URL; each segment is percent-encoded.
    fn url(&self, segments: &[&str]) -> Result<Url, Error> {
        if let Some(dots) = segments.iter().find(|s| matches!(**s, "" | "." | "..")) {
            return Err(Error::Settings(format!(
                "{dots:?} cannot be the id of a user: no URL can carry it. Check registrations.users in the profile."
            )));
        }
        let mut url = self.0.settings.base_url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        Ok(url)
    }

    /// A GET with its retries. A sign-in that failed on the way has had its own.
    async fn read(&self, call: &Call, urgency: Urgency) -> Result<Bytes, Error> {
        let once = |attempt| self.read_once(call, urgency, attempt);
        retry::READ
            .run(once, |error| error.passing() && !error.at_sign_in())
            .await
    }

    /// One attempt, and a second one with a new token if the first is refused with 401 (contract §1).
    async fn read_once(&self, call: &Call, urgency: Urgency, attempt: u32) -> Result<Bytes, Error> {
        let (token, slot) = self.admitted(call, urgency, None).await?;
        let outcome = self.exchange(call, &token, slot, attempt).await;
        match outcome {
            Err(error) if error.status() == Some(401) => {
                let (fresh, slot) = self.admitted(call, urgency, Some(&token)).await?;
                self.exchange(call, &fresh, slot, attempt).await
            }
            outcome => outcome,
        }
    }

    /// A token and a slot, in this order: a task that held a slot while it waited for the token could keep the token call
    /// from getting one. The wait for the slot may outlast the token, so it is looked at once more.
    async fn admitted(
        &self,
        call: &Call,
        urgency: Urgency,
        refused: Option<&Arc<Token>>,
    ) -> Result<(Arc<Token>, Slot), Error> {
        let token = self.token(call, refused).await?;
        let slot = self.0.budget.draw(urgency).await;
        if !token.ended() {
            return Ok((token, slot));
        }
        drop(slot);
        let token = self.token(call, Some(&token)).await?;
        Ok((token, self.0.budget.draw(urgency).await))
    }

    async fn exchange(
        &self,
        call: &Call,
        token: &Token,
        slot: Slot,
        attempt: u32,
    ) -> Result<Bytes, Error> {
        let request = self
            .transport()
            .await?
            .http
            .get(call.url.clone())
            .header(AUTHORIZATION, bearer(token)?)
            .header(ATTEMPT, attempt);
        let outcome = wire::send(call, request).await;
        drop(slot);
        self.heed(outcome)
    }

    /// Holds the whole budget when the organisation says how long to stay away (429).
    fn heed<T>(&self, outcome: Result<T, Error>) -> Result<T, Error> {
        if let Err(error) = &outcome
            && error.status() == Some(429)
            && let Some(wait) = error.retry_after()
        {
            self.0.budget.hold(wait);
        }
        outcome
    }

    /// The token for a call, or the scopes that it lacks.
    async fn token(&self, call: &Call, refused: Option<&Arc<Token>>) -> Result<Arc<Token>, Error> {
        let token = self.0.tokens.get(refused, || self.sign_in()).await?;
        let missing = token.lacks(call.needs.required());
        if missing.is_empty() {
            return Ok(token);
        }
        Err(Error::Scopes {
            call: Box::new(call.clone()),
            missing,
        })
    }

    /// The token call with its retries; it draws from the budget before anything else, because everything waits for it.
    async fn sign_in(&self) -> Result<Token, Error> {
        let call = Call {
            verb: "POST",
            url: auth::token_url(&self.0.settings),
            needs: Needs::Nothing,
        };
        let once = |attempt| self.sign_in_once(&call, attempt);
        retry::SIGN_IN.run(once, Error::passing).await
    }

    async fn sign_in_once(&self, call: &Call, attempt: u32) -> Result<Token, Error> {
        let post = self
            .transport()
            .await?
            .http
            .post(call.url.clone())
            .header(ATTEMPT, attempt);
        let slot = self.0.budget.draw(Urgency::Write).await;
        let asked = Instant::now();
        let outcome = wire::send(call, auth::request(post, &self.0.settings)).await;
        drop(slot);
        match self.heed(outcome) {
            Ok(body) => Token::read(&body, asked).map_err(|reason| unusable(call, reason)),
            Err(Error::Refused { call, refusal }) if matches!(refusal.status, 400 | 401) => {
                Err(Error::SignIn { call, refusal })
            }
            Err(error) => Err(error),
        }
    }

    async fn transport(&self) -> Result<&Transport, Error> {
        self.0
            .transport
            .get_or_try_init(|| async {
                let authorities = self.0.authorities.clone();
                let config = tokio::task::spawn_blocking(move || tls::config(authorities))
                    .await
                    .map_err(|error| {
                        Error::Settings(format!("TLS could not be set up: {error}."))
                    })??;
                Ok(Transport {
                    streams: Arc::new(config.clone()),
                    http: wire::http(config, self.0.settings.is_loopback())?,
                })
            })
            .await
    }
}

fn get(url: Url) -> Call {
    Call {
        verb: "GET",
        url,
        needs: Needs::Reading,
    }
}

fn bearer(token: &Token) -> Result<reqwest::header::HeaderValue, Error> {
    token
        .header()
        .ok_or_else(|| Error::Settings("The token cannot be sent as a header.".into()))
}

fn unusable(call: &Call, reason: String) -> Error {
    Error::Answer {
        call: Box::new(call.clone()),
        reason,
    }
}
