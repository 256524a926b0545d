//! What the console asks of Genesys Cloud, in the model's words: reads, streams, the budget they share and how they fail.
//!
//! One [`Client`] belongs to one profile. Everything that wants something of the organisation holds a clone: they
//! share the token, the request budget, the connection pool and the TLS trust.
//!
//! A read goes through four layers, which `session` puts together: `retry` decides whether it is tried again, `auth` has a
//! token for it, `budget` lets it pass, and `wire` sends it and judges the answer.
//!
//! A connection that stays open is a [`supervisor::Connection`], and kept up in one way, whatever it carries.

mod account;
mod auth;
pub mod breaker;
mod budget;
mod call;
mod callbacks;
mod checkup;
mod concern;
pub mod direct;
mod entities;
mod error;
pub mod extent;
mod jobs;
pub mod keyring;
mod latency;
pub mod login;
pub(crate) mod names;
mod outside;
pub mod pages;
mod person;
pub mod platform;
pub mod raw;
pub mod request;
mod retry;
pub mod routes;
mod session;
mod settings;
pub mod supervisor;
pub mod tls;
mod transfers;
pub(crate) mod unreachable;
mod upgrade;
mod vendor;
pub mod way;
mod webhooks;
mod wire;

use std::fmt;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use reqwest::Url;
use tokio::time::Instant;

pub use self::account::{Spending, Spent};
pub use self::budget::{BudgetReading, Quota, Urgency};
pub use self::call::{Call, Needs, Who, lacking};
pub use self::callbacks::{CallbackListing, QueueListing};
pub use self::checkup::Skew;
pub use self::concern::Concern;
pub use self::error::{Error, Fate, Refusal};
pub use self::routes::{RouteListing, made_as};
pub use self::settings::{AuthStyle, Credentials, PersonClient, Settings};
pub use self::transfers::InteractionListing;
pub use self::unreachable::Unreachable;
use self::upgrade::Load;
pub use self::upgrade::{Socket, security};

use self::pages::Page;
use self::platform::Platform;
use self::session::Session;
use crate::cause::Cause;
use crate::model::UserId;
use crate::model::api::Api;
use crate::model::carrier::Carrier;
use crate::model::person::Person;
use crate::model::registration::{Device, User};
use crate::model::write::Write;
use crate::text::Text;
use crate::time::Millis;

/// Users on one page (contract §3).
const PAGE_SIZE: &str = "100";

/// The sub-protocol of registration streams (contract §3).
const STREAM_PROTOCOL: &str = "v2";

/// What a read was answered, and when the attempt that was answered went out: what it says was so no earlier, and is known of no
/// later moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dated<T> {
    /// What was answered.
    pub answer: T,
    /// When the request went out, after every wait for a token and the budget.
    pub at: Instant,
}

impl<T> Dated<T> {
    fn try_map<U, E>(self, make: impl FnOnce(T) -> Result<U, E>) -> Result<Dated<U>, E> {
        let (answer, at) = (make(self.answer)?, self.at);
        Ok(Dated { answer, at })
    }
}

/// All devices of one user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Those that could be read.
    pub devices: Vec<Device>,
    /// Entries that could not be read; the last one counts those left out.
    pub faults: Vec<Fault>,
}

/// All carriers of the organisation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CarrierListing {
    /// Those that could be read.
    pub carriers: Vec<Carrier>,
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

/// An HTTP client for calls beside the API (webhooks, health checks): it trusts what a profile's [`Client`] trusts, follows
/// no redirects, sends no token, and leaves this machine by the same way.
///
/// Reads the machine's trust store: call it off the runtime's worker threads.
pub fn http_client(ca_pem: Option<&[u8]>, way: &way::Way) -> Result<reqwest::Client, Error> {
    let own = ca_pem.map_or(Ok(Vec::new()), tls::authorities)?;
    wire::http(tls::config(own, None)?, way)
}

/// Whether an address is on this very machine, where plain http is fine and no proxy belongs in between.
#[must_use]
pub fn on_this_machine(url: &Url) -> bool {
    settings::is_loopback(url)
}

/// What a write was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The body, as it came.
    pub body: Bytes,
    /// Attempts that it took.
    pub attempts: u32,
    /// From the first attempt to the answer, waits included.
    pub took: Duration,
}

/// One profile's organisation. Clones share everything.
#[derive(Clone, Debug)]
pub struct Client(Arc<Session>);

impl Client {
    /// Checks the settings; connects to nothing and reads no trust store yet.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        Ok(Self(Arc::new(Session::new(settings)?)))
    }

    /// Reads one page of a hundred users, counting from 1 (contract §3).
    pub async fn users_page(&self, page: u32, urgency: Urgency) -> Result<Page<User>, Error> {
        let mut url = self.url(&["api", "v2", "users"])?;
        url.query_pairs_mut()
            .append_pair("pageSize", PAGE_SIZE)
            .append_pair("pageNumber", &page.to_string());
        let call = get(url);
        let body = self.0.read(&call, urgency).await?;
        direct::users_page(&body, &call).map_err(|reason| Error::answer(&call, reason))
    }

    /// Reads all devices of one user (contract §3).
    pub async fn registrations(
        &self,
        user: &UserId,
        urgency: Urgency,
    ) -> Result<Dated<Listing>, Error> {
        let path = [
            "api",
            "v2",
            "telephony",
            "users",
            user.raw(),
            "registrations",
        ];
        let call = get(self.url(&path)?);
        let read = self.0.read_dated(&call, urgency).await?;
        read.try_map(|body| direct::listing(&body, user, &call))
            .map_err(|reason| Error::answer(&call, reason))
    }

    /// Reads all carriers (contract §4; on the Platform API trunk bases with their trunks).
    pub async fn carriers(&self, urgency: Urgency) -> Result<CarrierListing, Error> {
        if let Ok(platform) = self.platform() {
            return platform.carriers(urgency).await;
        }
        let call = Call {
            needs: Needs::Carriers,
            ..get(self.url(&["api", "v2", "telephony", "providers", "carriers"])?)
        };
        let body = self.0.read(&call, urgency).await?;
        direct::carriers(&body, &call).map_err(|reason| Error::answer(&call, reason))
    }

    /// Opens the registration stream of one user (contract §3). It is tried once: when to come back is the feed's to decide.
    pub async fn open_registrations(&self, user: &UserId) -> Result<Socket, Error> {
        let path = [
            "ws",
            "v2",
            "telephony",
            "users",
            user.raw(),
            "registrations",
        ];
        let mut url = self.url(&path)?;
        to_websocket(&mut url);
        let call = Call::new("WebSocket", url, Needs::Streaming);
        self.0.open(&call, Some(STREAM_PROTOCOL), Load::Light).await
    }

    /// Sends a write exactly as its request shows it, with the retries of its kind (contract §2); `waiting` hears why and how
    /// long before each further attempt. What an error means for the write, [`Error::fate`] says.
    pub async fn write(
        &self,
        request: &request::Request,
        waiting: impl FnMut(&Error, Duration),
    ) -> Result<Answer, Error> {
        self.0.write(request, waiting).await
    }

    /// The request that a write becomes at this organisation.
    pub fn request(&self, write: Write) -> Result<request::Request, Error> {
        request::Request::new(&self.0.settings.base_url, write)
    }

    /// Which API the organisation is reached by.
    #[must_use]
    pub fn api(&self) -> Api {
        self.0.settings.api
    }

    /// The calls that only the Platform API has; an error where [`Self::api`] is another, so that none of them can be made
    /// there.
    pub fn platform(&self) -> Result<Platform<'_>, Error> {
        match self.api() {
            Api::Platform => Ok(Platform(&self.0)),
            Api::Direct => Err(Error::settings(Cause::PlatformOnly.told())),
        }
    }

    /// What the current minute has seen of the budget that reads draw from: the client's, or the person's where there is no
    /// client.
    #[must_use]
    pub fn budget(&self) -> BudgetReading {
        let account = self.0.client.as_ref().or(self.0.person.as_ref());
        account.map_or_else(BudgetReading::default, |account| account.budget.reading())
    }

    /// Every token's budget, and on what it goes.
    #[must_use]
    pub fn spending(&self) -> Vec<Spending> {
        let accounts = self.0.client.iter().chain(&self.0.person);
        accounts.map(account::Account::spending).collect()
    }

    /// Whether the console has a client of its own; else a person does everything.
    #[must_use]
    pub fn has_own(&self) -> bool {
        self.0.client.is_some()
    }

    /// Who has signed in, and every change of that.
    #[must_use]
    pub fn person(&self) -> tokio::sync::watch::Receiver<Person> {
        self.0.sign_in.watch()
    }

    /// The person by whose name a write goes out, for its record; none where it is the client's.
    #[must_use]
    pub fn acting(&self, write: &Write) -> Option<Person> {
        let person = self.0.sign_in.person();
        let signed_in = person.is_signed_in();
        let theirs = request::by_person(write, signed_in) || !self.has_own();
        (theirs && signed_in).then_some(person)
    }

    /// How long reads took within the last hour; none before the first.
    #[must_use]
    pub fn latency(&self) -> Option<crate::vocabulary::news::Latency> {
        let mut latencies = self
            .0
            .latencies
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        latencies.reading(Instant::now())
    }

    /// When the token ends; none before the first sign-in.
    #[must_use]
    pub fn token_until(&self) -> Option<Millis> {
        let account = self.0.client.as_ref().or(self.0.person.as_ref());
        account.and_then(|account| account.tokens.until())
    }

    /// An API URL; each segment is percent-encoded.
    fn url(&self, segments: &[&str]) -> Result<Url, Error> {
        api_url(&self.0.settings.base_url, segments)
    }
}

/// A URL under the API's address; each segment is percent-encoded.
fn api_url(base_url: &Url, segments: &[&str]) -> Result<Url, Error> {
    if let Some(dots) = segments.iter().find(|s| matches!(**s, "" | "." | "..")) {
        let told = Cause::IdUnfit.told().with("id", format!("{dots:?}"));
        return Err(Error::settings(told));
    }
    let mut url = base_url.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    Ok(url)
}

/// The same place, by WebSocket.
fn to_websocket(url: &mut Url) {
    let scheme = if url.scheme() == "http" { "ws" } else { "wss" };
    // All four are special schemes, between which a change is never refused.
    let _ = url.set_scheme(scheme);
}

fn get(url: Url) -> Call {
    Call::new("GET", url, Needs::Reading)
}
