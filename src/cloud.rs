//! What the console asks of Genesys Cloud, in the model's words: reads, streams, the budget they share and how they fail.
//!
//! One [`Client`] belongs to one profile. Everything that wants something of the organisation holds a clone: they
//! share the token, the request budget, the connection pool and the TLS trust.

pub mod budget;
pub mod direct;
mod error;

use std::sync::Arc;

use reqwest::Url;
use secrecy::SecretString;
use tokio::net::TcpStream;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

pub use budget::{BudgetReading, Urgency};
pub use error::Error;

use crate::model::UserId;
use crate::model::registration::{Device, User};
use crate::text::Text;
use crate::time::Millis;

/// An open registration stream; what it carries is for [`direct::decode`].
pub type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Everything a profile says about how to reach its organisation.
#[derive(Debug)]
pub struct Settings {
    /// Where the API is; `https`, or `http` on loopback.
    pub base_url: Url,
    /// Where tokens are issued, when that is another host.
    pub login_url: Option<Url>,
    /// The OAuth client's id.
    pub client_id: String,
    /// The OAuth client's secret.
    pub secret: SecretString,
    /// How the two are sent.
    pub auth: AuthStyle,
    /// Scopes to ask for; none asks for all that the client has.
    pub scopes: Option<Vec<String>>,
    /// Further trusted certificate authorities, as PEM.
    pub ca_pem: Option<Vec<u8>>,
    /// Requests allowed in any minute; none is no limit.
    pub requests_per_minute: Option<u32>,
}

/// How the client credentials are sent to the token endpoint (contract §1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AuthStyle {
    /// HTTP Basic.
    #[default]
    Basic,
    /// As form fields.
    Form,
}

/// One profile's organisation. Clones share everything.
#[derive(Clone, Debug)]
pub struct Client(Arc<Settings>);

/// One page of the list of users.
#[derive(Clone, Debug, Default)]
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
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// Those that could be read.
    pub devices: Vec<Device>,
    /// Entries that could not be read; the last one counts those left out.
    pub faults: Vec<Fault>,
}

/// One entry of an answer that could not be used, while the rest of the answer still shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault(pub Text);

impl Client {
    /// Checks the settings; connects to nothing yet.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        Ok(Self(Arc::new(settings)))
    }

    /// Reads one page of a hundred users, counting from 1 (contract §3).
    pub async fn users_page(&self, page: u32, urgency: Urgency) -> Result<UsersPage, Error> {
        todo!()
    }

    /// Reads all devices of one user (contract §3).
    pub async fn registrations(&self, user: &UserId, urgency: Urgency) -> Result<Listing, Error> {
        todo!()
    }

    /// Opens the registration stream of one user (contract §3).
    pub async fn open_registrations(&self, user: &UserId) -> Result<Socket, Error> {
        todo!()
    }

    /// What the budget's current minute has seen.
    #[must_use]
    pub fn budget(&self) -> BudgetReading {
        todo!()
    }

    /// When the token ends; none before the first sign-in.
    #[must_use]
    pub fn token_until(&self) -> Option<Millis> {
        todo!()
    }
}
