//! What all calls of a profile share, and the way a call takes through it.

mod grant;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt as _;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use rustls::ClientConfig;
use rustls_pki_types::CertificateDer;
use secrecy::ExposeSecret as _;
use tokio::sync::OnceCell;
use tokio::time::Instant;

use super::account::Account;
use super::auth::{self, Token};
use super::budget::{InFlight, Urgency};
use super::call::{Call, Who};
use super::error::Error;
use super::keyring::Drawer;
use super::latency::Latencies;
use super::person::PersonSignIn;
use super::platform::conversations::AgentNames;
use super::request::{self, Request};
use super::settings::Settings;
use super::upgrade::{self, Load, Socket};
use super::way::Way;
use super::{Answer, Dated, retry, tls, wire};
use crate::model::write::{Method, Write};
use crate::vault;

/// Says which attempt of a call this is, so that an organisation's log tells a retry from a second question.
const ATTEMPT: &str = "x-trunkline-attempt";

/// The tokens, the budgets and the connections of one profile.
#[derive(Debug)]
pub struct Session {
    pub(super) settings: Settings,
    /// The console's own client.
    pub(super) client: Option<Account>,
    /// A person's, once one has signed in.
    pub(super) person: Option<Account>,
    pub(super) sign_in: PersonSignIn,
    /// How connections leave this machine.
    pub(super) way: Way,
    /// What came of reading the organisation's own limits; none before that.
    pub(super) limits: Mutex<Option<Result<(), Error>>>,
    pub(super) latencies: Mutex<Latencies>,
    /// Names of agents, where the organisation told ids alone.
    pub(super) agents: AgentNames,
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
        let client = settings.client.iter().map(|client| &client.secret);
        let person = settings
            .person
            .iter()
            .filter_map(|person| person.secret.as_ref());
        for secret in client.chain(person) {
            vault::keep(secret.expose_secret());
        }
        let authorities = match &settings.ca_pem {
            Some(pem) => tls::authorities(pem)?,
            None => Vec::new(),
        };
        let limit = settings.requests_per_minute;
        let account = |there: bool, holder| there.then(|| Account::new(holder, limit));
        Ok(Self {
            client: account(settings.client.is_some(), Who::Client),
            person: account(settings.person.is_some(), Who::Person),
            sign_in: PersonSignIn::new(settings.person.is_some(), drawer(&settings)),
            limits: Mutex::default(),
            way: Way::new(settings.proxy.clone()).within(settings.deadline),
            settings,
            latencies: Mutex::default(),
            agents: AgentNames::default(),
            authorities,
            transport: OnceCell::new(),
        })
    }

    /// A read with its retries: a GET, or a question that is asked by POST. A sign-in that failed on the way has had its own.
    pub(super) async fn read(&self, call: &Call, urgency: Urgency) -> Result<Bytes, Error> {
        Ok(self.read_dated(call, urgency).await?.answer)
    }

    /// The same, with the moment that the answer is of.
    pub(super) async fn read_dated(
        &self,
        call: &Call,
        urgency: Urgency,
    ) -> Result<Dated<Bytes>, Error> {
        let once = |attempt| self.read_once(call, urgency, attempt);
        retry::READ
            .run(once, |error| {
                error.sign_in_put_off() || error.passing() && !error.at_sign_in()
            })
            .await
    }

    /// One attempt, and a second one with a new token if the first is refused with 401 (contract §1).
    pub(super) async fn read_once(
        &self,
        call: &Call,
        urgency: Urgency,
        attempt: u32,
    ) -> Result<Dated<Bytes>, Error> {
        let account = self.account(call)?;
        let (token, slot) = self.admitted(account, call, urgency, None).await?;
        let outcome = self.exchange(account, call, &token, slot, attempt).await;
        match outcome {
            Err(error) if error.status() == Some(401) => {
                let admitted = self.admitted(account, call, urgency, Some(&token)).await;
                let (fresh, slot) = admitted?;
                self.exchange(account, call, &fresh, slot, attempt).await
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
        let (call, rule) = (
            request.call(self.sign_in.person().is_signed_in()),
            retry::of_write(request.write().kind),
        );
        let asked = Instant::now();
        let mut attempts = 0;
        let once = |attempt| {
            attempts = attempt;
            self.write_once(&call, request.write(), attempt)
        };
        let passing = |error: &Error| rule.passing(error);
        let outcome = rule.policy.told(once, passing, waiting).await;
        outcome.map(|body| Answer {
            body,
            attempts,
            took: asked.elapsed(),
        })
    }

    /// One attempt, and a second one with a new token if the first is refused with 401 (contract §1): it was not taken then.
    async fn write_once(&self, call: &Call, write: &Write, attempt: u32) -> Result<Bytes, Error> {
        let account = self.account(call)?;
        let urgency = Urgency::Write;
        let (token, slot) = self.admitted(account, call, urgency, None).await?;
        let put = (account, write);
        match self.submit(call, put, &token, slot, attempt).await {
            Err(error) if error.status() == Some(401) => {
                let admitted = self.admitted(account, call, urgency, Some(&token)).await;
                let (fresh, slot) = admitted?;
                self.submit(call, put, &fresh, slot, attempt).await
            }
            outcome => outcome,
        }
    }

    async fn submit(
        &self,
        call: &Call,
        (account, write): (&Account, &Write),
        token: &Token,
        slot: InFlight,
        attempt: u32,
    ) -> Result<Bytes, Error> {
        let http = &self.transport().await?.http;
        let mut request = match write.method {
            Method::Post => http.post(call.url.clone()),
            Method::Put => http.put(call.url.clone()),
            Method::Patch => http.patch(call.url.clone()),
            Method::Delete => http.delete(call.url.clone()),
            Method::Frame => {
                return Err(Error::not_sendable(call.to_string(), &"no HTTP request"));
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
        let reply = wire::send(call, request, &self.way).await;
        drop(slot);
        account.heed(call, reply)
    }

    /// Opens a WebSocket, and once more with a new token if the upgrade is refused with 401.
    pub(super) async fn open(
        &self,
        call: &Call,
        protocol: Option<&'static str>,
        load: Load,
    ) -> Result<Socket, Error> {
        let tls = &self.transport().await?.streams;
        let way = || (Arc::clone(tls), &self.way);
        let account = self.account(call)?;
        let token = self.token(account, call, None).await?;
        match upgrade::open(call, Some(bearer(&token)?), protocol, load, way()).await {
            Err(error) if error.status() == Some(401) => {
                let fresh = self.token(account, call, Some(&token)).await?;
                upgrade::open(call, Some(bearer(&fresh)?), protocol, load, way()).await
            }
            outcome => outcome,
        }
    }

    /// Opens a WebSocket whose address is all the credential that it takes.
    pub(super) async fn open_bare(&self, call: &Call) -> Result<Socket, Error> {
        let tls = &self.transport().await?.streams;
        upgrade::open(call, None, None, Load::Heavy, (Arc::clone(tls), &self.way)).await
    }

    /// A token and a slot, in this order: a task that held a slot while it waited for the token could keep the token call
    /// from getting one. The wait for the slot may outlast the token, so it is looked at once more.
    async fn admitted(
        &self,
        account: &Account,
        call: &Call,
        urgency: Urgency,
        refused: Option<&Arc<Token>>,
    ) -> Result<(Arc<Token>, InFlight), Error> {
        let token = self.token(account, call, refused).await?;
        let slot = account.admit(call, urgency).await;
        if !token.ended() {
            return Ok((token, slot));
        }
        // Somebody has renewed it meanwhile, most likely: then it is here without a wait, and the slot is not lost.
        let renewed = self.token(account, call, Some(&token));
        if let Some(Ok(renewed)) = renewed.now_or_never() {
            return Ok((renewed, slot));
        }
        drop(slot);
        let token = self.token(account, call, Some(&token)).await?;
        Ok((token, account.admit(call, urgency).await))
    }

    async fn exchange(
        &self,
        account: &Account,
        call: &Call,
        token: &Token,
        slot: InFlight,
        attempt: u32,
    ) -> Result<Dated<Bytes>, Error> {
        let http = &self.transport().await?.http;
        let mut request = match call.verb {
            "GET" => http.get(call.url.clone()),
            "HEAD" => http.head(call.url.clone()),
            "POST" => http.post(call.url.clone()),
            "PUT" => http.put(call.url.clone()),
            "DELETE" => http.delete(call.url.clone()),
            _ => return Err(Error::not_sendable(call.to_string(), &"no read")),
        };
        if let Some(body) = &call.body {
            request = request
                .header(CONTENT_TYPE, request::JSON)
                .body(body.clone());
        }
        let request = request
            .header(AUTHORIZATION, bearer(token)?)
            .header(ATTEMPT, attempt);
        let at = Instant::now();
        let reply = wire::send(call, request, &self.way).await;
        drop(slot);
        if reply.outcome.is_ok() {
            self.latencies
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .note(at, at.elapsed());
        }
        let answer = account.heed(call, reply)?;
        Ok(Dated { answer, at })
    }

    /// The HTTP client alone, for what goes elsewhere and without the token.
    pub(super) async fn http(&self) -> Result<&reqwest::Client, Error> {
        Ok(&self.transport().await?.http)
    }

    async fn transport(&self) -> Result<&Transport, Error> {
        self.transport
            .get_or_try_init(|| async {
                let authorities = self.authorities.clone();
                let identity = self.settings.identity.clone();
                let config =
                    tokio::task::spawn_blocking(move || tls::config(authorities, identity))
                        .await
                        .map_err(|error| Error::not_made("TLS", &error))??;
                Ok(Transport {
                    streams: Arc::new(config.clone()),
                    http: wire::http(config, &self.way)?,
                })
            })
            .await
    }
}

/// Where the keyring keeps what renews the person's token, where one is chosen.
fn drawer(settings: &Settings) -> Option<Drawer> {
    let client = settings.person.as_ref()?;
    let keyring = client.keyring.as_ref()?;
    Some(keyring.drawer(&client.id, &auth::token_url(settings)))
}

fn bearer(token: &Token) -> Result<HeaderValue, Error> {
    token
        .header()
        .ok_or_else(|| Error::not_sendable("the token", &"no header can carry it"))
}
