//! What all calls of a profile share, and the way a call takes through it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt as _;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use rustls::ClientConfig;
use rustls_pki_types::CertificateDer;
use tokio::sync::OnceCell;
use tokio::time::Instant;

use super::auth::{self, Token, Tokens};
use super::budget::{Budget, Slot, Urgency};
use super::call::{Call, Needs};
use super::error::Error;
use super::latency::Latencies;
use super::request::{self, Request};
use super::settings::Settings;
use super::upgrade::{self, Socket};
use super::{Answer, retry, tls, wire};
use crate::model::write::{Method, Write};

/// Says which attempt of a call this is, so that an organisation's log tells a retry from a second question.
const ATTEMPT: &str = "x-trunkline-attempt";

/// The token, the budget and the connections of one profile.
#[derive(Debug)]
pub struct Session {
    pub(super) settings: Settings,
    pub(super) tokens: Tokens,
    pub(super) budget: Budget,
    pub(super) latencies: Mutex<Latencies>,
    authorities: Vec<CertificateDer<'static>>,
    /// Made at the first call, because the machine's trust store is slow to read and the first frame does not wait.
    transport: OnceCell<Transport>,
}

/// What carries bytes: one trust, used by REST and by the streams.
#[derive(Debug)]
struct Transport {
    http: reqwest::Client,
    streams: Arc<ClientConfig>,
}

impl Session {
    pub(super) fn new(settings: Settings) -> Result<Self, Error> {
        settings.check()?;
        let authorities = match &settings.ca_pem {
            Some(pem) => tls::authorities(pem)?,
            None => Vec::new(),
        };
        Ok(Self {
            budget: Budget::new(settings.requests_per_minute),
            settings,
            tokens: Tokens::default(),
            latencies: Mutex::default(),
            authorities,
            transport: OnceCell::new(),
        })
    }

    /// A read with its retries: a GET, or a question that is asked by POST. A sign-in that failed on the way has had its own.
    pub(super) async fn read(&self, call: &Call, urgency: Urgency) -> Result<Bytes, Error> {
        let once = |attempt| self.read_once(call, urgency, attempt);
        retry::READ
            .run(once, |error| error.passing() && !error.at_sign_in())
            .await
    }

    /// One attempt, and a second one with a new token if the first is refused with 401 (contract §1).
    pub(super) async fn read_once(
        &self,
        call: &Call,
        urgency: Urgency,
        attempt: u32,
    ) -> Result<Bytes, Error> {
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

    /// A write with the retries of its kind; `waiting` hears why and how long before each further attempt.
    pub(super) async fn write(
        &self,
        request: &Request,
        waiting: impl FnMut(&Error, Duration),
    ) -> Result<Answer, Error> {
        let (call, rule) = (request.call(), retry::of_write(request.write().kind));
        let asked = Instant::now();
        let mut attempts = 0;
        let once = |attempt| {
            attempts = attempt;
            self.write_once(&call, request.write(), attempt)
        };
        let outcome = rule.policy.told(once, rule.passing, waiting).await;
        outcome.map(|body| Answer {
            body,
            attempts,
            took: asked.elapsed(),
        })
    }

    /// One attempt, and a second one with a new token if the first is refused with 401 (contract §1): it was not taken then.
    async fn write_once(&self, call: &Call, write: &Write, attempt: u32) -> Result<Bytes, Error> {
        let (token, slot) = self.admitted(call, Urgency::Write, None).await?;
        match self.submit(call, write, &token, slot, attempt).await {
            Err(error) if error.status() == Some(401) => {
                let (fresh, slot) = self.admitted(call, Urgency::Write, Some(&token)).await?;
                self.submit(call, write, &fresh, slot, attempt).await
            }
            outcome => outcome,
        }
    }

    async fn submit(
        &self,
        call: &Call,
        write: &Write,
        token: &Token,
        slot: Slot,
        attempt: u32,
    ) -> Result<Bytes, Error> {
        let http = &self.transport().await?.http;
        let mut request = match write.method {
            Method::Post => http.post(call.url.clone()),
            Method::Put => http.put(call.url.clone()),
            Method::Patch => http.patch(call.url.clone()),
            Method::Delete => http.delete(call.url.clone()),
            Method::Frame => {
                return Err(Error::Settings(format!("{call} is no HTTP request.")));
            }
        };
        if let Some(body) = &write.body {
            request = request
                .header(CONTENT_TYPE, request::JSON)
                .body(body.clone());
        }
        let request = request
            .header(AUTHORIZATION, bearer(token)?)
            .header(ATTEMPT, attempt);
        let outcome = wire::send(call, request).await;
        drop(slot);
        self.heed(outcome)
    }

    /// Opens a WebSocket, and once more with a new token if the upgrade is refused with 401.
    pub(super) async fn open(
        &self,
        call: &Call,
        protocol: Option<&'static str>,
    ) -> Result<Socket, Error> {
        let tls = &self.transport().await?.streams;
        let token = self.token(call, None).await?;
        match upgrade::open(call, Some(bearer(&token)?), protocol, Arc::clone(tls)).await {
            Err(error) if error.status() == Some(401) => {
                let fresh = self.token(call, Some(&token)).await?;
                upgrade::open(call, Some(bearer(&fresh)?), protocol, Arc::clone(tls)).await
            }
            outcome => outcome,
        }
    }

    /// Opens a WebSocket whose address is all the credential that it takes.
    pub(super) async fn open_bare(&self, call: &Call) -> Result<Socket, Error> {
        let tls = &self.transport().await?.streams;
        upgrade::open(call, None, None, Arc::clone(tls)).await
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
        let slot = self.budget.draw(urgency).await;
        if !token.ended() {
            return Ok((token, slot));
        }
        // Somebody has renewed it meanwhile, most likely: then it is here without a wait, and the slot is not lost.
        if let Some(Ok(renewed)) = self.token(call, Some(&token)).now_or_never() {
            return Ok((renewed, slot));
        }
        drop(slot);
        let token = self.token(call, Some(&token)).await?;
        Ok((token, self.budget.draw(urgency).await))
    }

    async fn exchange(
        &self,
        call: &Call,
        token: &Token,
        slot: Slot,
        attempt: u32,
    ) -> Result<Bytes, Error> {
        let http = &self.transport().await?.http;
        let mut request = match call.verb {
            "GET" => http.get(call.url.clone()),
            "HEAD" => http.head(call.url.clone()),
            "POST" => http.post(call.url.clone()),
            "PUT" => http.put(call.url.clone()),
            "DELETE" => http.delete(call.url.clone()),
            _ => return Err(Error::Settings(format!("{call} is no read."))),
        };
        if let Some(body) = &call.body {
            request = request
                .header(CONTENT_TYPE, request::JSON)
                .body(body.clone());
        }
        let request = request
            .header(AUTHORIZATION, bearer(token)?)
            .header(ATTEMPT, attempt);
        let asked = Instant::now();
        let outcome = wire::send(call, request).await;
        drop(slot);
        if outcome.is_ok() {
            self.latencies
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .note(asked, asked.elapsed());
        }
        self.heed(outcome)
    }

    /// Holds the whole budget when the organisation says how long to stay away (429).
    fn heed<T>(&self, outcome: Result<T, Error>) -> Result<T, Error> {
        if let Err(error) = &outcome
            && error.status() == Some(429)
            && let Some(wait) = error.retry_after()
        {
            self.budget.hold(wait);
        }
        outcome
    }

    /// The token for a call, or the scopes that it lacks.
    async fn token(&self, call: &Call, refused: Option<&Arc<Token>>) -> Result<Arc<Token>, Error> {
        let token = self.tokens.get(refused, || self.sign_in()).await?;
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
        let call = Call::new("POST", auth::token_url(&self.settings), Needs::Nothing);
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
        let slot = self.budget.draw(Urgency::Write).await;
        let asked = Instant::now();
        let outcome = wire::send(call, auth::request(post, &self.settings)).await;
        drop(slot);
        match self.heed(outcome) {
            Ok(body) => Token::read(&body, asked).map_err(|reason| Error::answer(call, reason)),
            Err(Error::Refused { call, refusal }) if matches!(refusal.status, 400 | 401) => {
                Err(Error::SignIn { call, refusal })
            }
            Err(error) => Err(error),
        }
    }

    /// The HTTP client alone, for what goes elsewhere and without the token.
    pub(super) async fn http(&self) -> Result<&reqwest::Client, Error> {
        Ok(&self.transport().await?.http)
    }

    async fn transport(&self) -> Result<&Transport, Error> {
        self.transport
            .get_or_try_init(|| async {
                let authorities = self.authorities.clone();
                let config = tokio::task::spawn_blocking(move || tls::config(authorities))
                    .await
                    .map_err(|error| {
                        Error::Settings(format!("TLS could not be set up: {error}."))
                    })??;
                Ok(Transport {
                    streams: Arc::new(config.clone()),
                    http: wire::http(config, self.settings.is_loopback())?,
                })
            })
            .await
    }
}

fn bearer(token: &Token) -> Result<HeaderValue, Error> {
    token
        .header()
        .ok_or_else(|| Error::Settings("The token cannot be sent as a header.".into()))
}
