//! The embedded organisation: a real HTTPS and WebSocket server on loopback that speaks the direct API and, over the same
//! state, the published Platform API.
//!
//! It is the other side of the wire and knows nothing of the console: the same paths, verbs, bodies and frames as
//! the contract has them, over a TLS chain it makes itself, with faults that can be asked for and a scenario that makes it
//! feel alive. `trunkline demo`, `trunkline org` and the tests all run this one server.
//!
//! Around it stand a STUN server, and for each carrier a SIP proxy with a certificate that is good or wrong in a way
//! of its own, for probes to look at. Routes find destinations on loopback, good and bad, and deliver to them for real.
//!
//! One task accepts for each listener; every connection is one task below it, WebSocket session included; one runs the
//! errands that outlive their request, and one tells of callbacks; some more play the scenario, and there are none when
//! the rate is 0. Dropping [`Org`] ends them all.
//!
//! | path | what |
//! |---|---|
//! | `POST /oauth/token`, `GET /oauth/authorize` | tokens, by Basic or form credentials (contract §1), or by a person who signs in (Platform API) |
//! | `GET /api/v2/users`, `GET /api/v2/telephony/users/{id}/registrations` | reads (contract §3), rate limited per token (§2) |
//! | `GET /ws/v2/telephony/users/{id}/registrations` | streams (contract §3) |
//! | `GET /api/v2/telephony/providers/carriers` | reads (contract §4), rate limited as the others |
//! | `/api/v2/async-jobs…`, `/api/v2/platform/webhooks`, `GET /api/v2/telephony/providers/edges` | provisioning, its jobs and their webhooks (contract §7) |
//! | `/api/v2/outbound/integrations[/…]`, `/api/v2/analytics/events/types` | routes and events (contract §9; the table is in `org/routes.rs`) |
//! | `GET /api/v2/interactions[/{id}]`, `GET /api/v2/websocket` | interactions, and the socket that moves them (contract §8) |
//! | `POST /_org/media-callbacks[/…]` | takes what media servers are told, from anyone |
//! | `/api/v2/queues[/…]`, `/api/v2/callbacks[/…]`, `/api/v2/webhooks[/…]` | callbacks, their queues and their stream (contract §10; the table is in `org/callbacks.rs`) |
//! | `POST /_org/webhooks[/…]` | takes webhooks from anyone; the control surface lists them |
//! | `GET /_status/api/v2/summary.json` | the vendor's status page, for anyone; it is no part of the organisation |
//! | the rest of `/api/v2/…`, `GET /channels/{id}`, `GET /downloads/{id}` | the published Platform API (the rooms are in `org/platform.rs`) |
//! | `/_org/…` | the control surface, with a token of its own (the table is in `org/control.rs`) |
//!
//! The rate limit counts authorised calls under `/api`, nothing else: not the token call, not `/_org`, not WebSocket
//! upgrades. Faults apply to the token call and to upgrades as well as to reads and writes, and never to `/_org`, but
//! for the two that are made for its sink, nor to the status page, whose fault is `cloud`. `lose-request` and `lose-answer` apply to writes under `/api` alone.

mod accept;
mod access;
mod auth;
mod authorize;
mod callbacks;
mod carriers;
mod control;
mod destinations;
mod duty;
mod edges;
mod errands;
mod estate;
mod events;
mod faults;
mod garbage;
mod hooks;
mod hub;
mod interactions;
mod jobs;
mod limit;
mod media;
mod operation;
mod options;
mod outbox;
mod people;
mod plant;
mod platform;
mod post;
mod profile;
mod queues;
mod record;
mod reply;
mod rest;
mod route;
mod routes;
mod rules;
mod scenario;
mod serve;
mod session;
mod shared;
mod sip;
mod sockets;
mod state;
mod streams;
mod stun;
mod table;
mod text_socket;
mod tls;
mod token;
mod transfers;
mod upgrade;
mod vendor;
mod webhooks;

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use self::estate::{Estate, EstateAddresses};
pub use self::faults::{FaultError, Faults};
pub use self::options::{MAX_RATE, MAX_USERS, Options, OrgError};
use self::shared::Shared;
use crate::child::scratch::Scratch;

/// A running organisation. Dropping it ends every task and removes what it put in the temporary folder.
pub struct Org {
    base_url: String,
    ca_file: PathBuf,
    ca_pem: String,
    places: EstateAddresses,
    shared: Arc<Shared>,
    tasks: JoinSet<()>,
    _folder: Option<Scratch>,
}

impl fmt::Debug for Org {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Org")
            .field("base_url", &self.base_url)
            .finish_non_exhaustive()
    }
}

/// Binds, writes the files asked for and serves; when it returns, calls are answered. Needs a Tokio runtime.
pub async fn start(options: Options) -> Result<Org, OrgError> {
    options.check()?;
    let authority = tls::Authority::make()?;
    let listen_error = |source| OrgError::Listen {
        address: options.listen,
        source,
    };
    let listener = TcpListener::bind(options.listen)
        .await
        .map_err(listen_error)?;
    let address = listener.local_addr().map_err(listen_error)?;
    let acceptor = authority.api()?;
    let estate = Estate::bind(address, &authority, &carriers::carriers()).await?;
    let post = post::PostClient::trusting(authority.der())?;
    let (errands, begun) = errands::channel();
    let shared = Arc::new(Shared::new(&options, &estate.places(), errands, post));

    let ca_pem = authority.pem();
    let (ca_file, folder) = profile::place_ca(options.ca_out.as_deref(), &ca_pem)?;
    let mut org = Org {
        base_url: format!("https://{address}"),
        ca_file,
        ca_pem,
        places: estate.places(),
        shared: Arc::clone(&shared),
        tasks: JoinSet::new(),
        _folder: folder,
    };
    if let Some(path) = &options.profile_out {
        profile::write(path, &org, &options)?;
    }
    estate.serve(&shared, &mut org.tasks);
    org.tasks.spawn(errands::run(begun));
    org.tasks.spawn(callbacks::hooks::run(Arc::clone(&shared)));
    org.tasks
        .spawn(serve::serve(listener, acceptor, Arc::clone(&shared)));
    org.tasks
        .spawn(callbacks::course::keep_time(Arc::clone(&shared)));
    if options.rate > 0.0 {
        let (rate, seed) = (options.rate, options.seed);
        let here = || Arc::clone(&shared);
        org.tasks.spawn(callbacks::course::play(here(), rate, seed));
        org.tasks.spawn(events::play(here(), rate, seed));
        org.tasks.spawn(routes::seeds::drift(here()));
        org.tasks.spawn(platform::integrations::drift::play(here()));
        org.tasks.spawn(interactions::course::play(here(), seed));
        org.tasks.spawn(platform::metrics::play(here()));
        org.tasks.spawn(scenario::play(here(), rate, seed));
    }
    org.tasks.spawn(media::play(Arc::clone(&shared)));
    Ok(org)
}

/// What the help of the commands that start an organisation tells of its faults and of where things can be sent.
#[must_use]
pub fn help() -> String {
    [faults::help(), transfers::help(), destinations::help()].join("\n\n")
}

impl Org {
    /// Where it answers, as `https://127.0.0.1:PORT`.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The CA certificate to trust, as a PEM file.
    #[must_use]
    pub fn ca_file(&self) -> &Path {
        &self.ca_file
    }

    /// The CA certificate to trust, as PEM.
    #[must_use]
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// The client that may sign in.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.shared.client.id
    }

    /// That client's secret.
    #[must_use]
    pub fn client_secret(&self) -> &SecretString {
        &self.shared.client.secret
    }

    /// The client that people sign in through, on the Platform API; it has no secret, and PKCE in place of one.
    #[must_use]
    pub fn person_client_id(&self) -> String {
        self.shared.person_client()
    }

    /// The bearer token of the control surface; never one of the cloud's.
    #[must_use]
    pub fn control_token(&self) -> &SecretString {
        &self.shared.control
    }

    /// Where its STUN server answers, over UDP and TCP.
    #[must_use]
    pub fn stun(&self) -> SocketAddr {
        self.places.stun
    }

    /// The SIP proxies, each after the id of its carrier.
    #[must_use]
    pub fn sip_proxies(&self) -> &[(&'static str, SocketAddr)] {
        &self.places.proxies
    }

    /// Where routes can lead, each after its name; `healthy` is the one that is good.
    #[must_use]
    pub fn destinations(&self) -> &[(&'static str, String)] {
        &self.places.destinations
    }

    /// Where a media server is told of transfers (contract §8); it takes what anyone delivers.
    #[must_use]
    pub fn media_callback(&self) -> String {
        format!("{}{}", self.base_url, webhooks::MEDIA_PATH)
    }

    /// Where the vendor's status page is, as a profile names it.
    #[must_use]
    pub fn status_page(&self) -> String {
        format!("{}{}", self.base_url, vendor::PATH)
    }

    /// The one JSON line that `trunkline org` prints when it is ready. It holds the secrets, for whoever started it.
    #[must_use]
    pub fn ready_line(&self) -> String {
        serde_json::json!({
            "base_url": self.base_url,
            "ca_file": self.ca_file,
            "client_id": self.client_id(),
            "client_secret": self.client_secret().expose_secret(),
            "person_client_id": self.person_client_id(),
            "control_token": self.control_token().expose_secret(),
            "stun": self.stun(),
            "media_callback": self.media_callback(),
            "sip": self.sip_proxies().iter().copied().collect::<BTreeMap<_, _>>(),
            "destinations": self.destinations().iter().cloned().collect::<BTreeMap<_, _>>(),
        })
        .to_string()
    }

    /// Ends every task and returns when the port is free again.
    pub async fn stop(mut self) {
        self.tasks.shutdown().await;
    }
}
