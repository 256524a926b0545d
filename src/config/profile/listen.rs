//! The listener of the console: `[profiles.NAME.listen]` (contract §6).

mod own;
mod socket;

use std::net::{Ipv4Addr, SocketAddr};

use toml::Value;
use url::{Host, Url};

pub use self::own::OwnToken;
pub(in crate::config) use self::socket::account;
pub use self::socket::{Account, Socket};
use crate::config::endpoint::endpoint;
use crate::config::reader::{Notes, Section};
use crate::config::secret::{self, SecretSource};

/// Where `trunkline serve` listens when nobody says.
pub const DEFAULT_ADDRESS: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

/// The share of what is watched that has to be known for sure before the listener calls itself ready.
pub const READY_AT: f64 = 0.95;

/// The keys of the token that may write, of which a section has at most one.
const TOKEN: secret::Keys = ["token", "token_env", "token_file", "token_command"];

/// The keys of the token that may only read.
const READ_TOKEN: secret::Keys = [
    "read_token",
    "read_token_env",
    "read_token_file",
    "read_token_command",
];

/// Names a listener answers to; a request is compared with each.
const MOST_HOSTS: usize = 64;

/// What is answered to whoever shows neither a token nor a user on the socket's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Open {
    /// Nothing at all.
    Nothing,
    /// Whether the console is alive and ready, in one word each.
    Health,
    /// Everything that is read: dashboard, metrics, calendar.
    Reads,
}

impl Open {
    const NAMES: [(&'static str, Self); 3] = [
        ("nothing", Self::Nothing),
        ("health", Self::Health),
        ("reads", Self::Reads),
    ];

    fn word(self) -> &'static str {
        let named = Self::NAMES.iter().find(|(_, open)| *open == self);
        named.map_or("", |(word, _)| word)
    }
}

/// Where to listen, and for whom. Holds no token, only where to find it.
#[derive(Clone, Debug)]
pub struct Listen {
    /// The address; port 0 takes any free one. None listens on the socket alone.
    pub address: Option<SocketAddr>,
    /// A Unix socket, whose peers the kernel names.
    pub socket: Option<Socket>,
    /// Where the token is that may write, and read; one is made when none is named.
    pub token: Option<SecretSource>,
    /// Where the token is that may only read; one is made when none is named.
    pub read_token: Option<SecretSource>,
    /// What is answered without any token; see [`Self::open`].
    pub open: Option<Open>,
    /// Names beside those of the address by which clients may call it.
    pub hosts: Vec<String>,
    /// Where the organisation reaches it, through whatever is in front of it.
    pub public_url: Option<Url>,
    /// The share of what is watched, 0 to 1, that has to be sure for `/readyz` to answer 200.
    pub ready_at: f64,
}

impl Default for Listen {
    fn default() -> Self {
        Self {
            address: Some(DEFAULT_ADDRESS),
            socket: None,
            token: None,
            read_token: None,
            open: None,
            hosts: Vec::new(),
            public_url: None,
            ready_at: READY_AT,
        }
    }
}

impl Listen {
    /// Whether others than this machine are served, so that a token has to be named.
    #[must_use]
    pub fn beyond_loopback(&self) -> bool {
        self.address.is_some_and(|at| !at.ip().is_loopback())
    }

    /// Whether the profile names a token.
    #[must_use]
    pub fn names_a_token(&self) -> bool {
        self.token.is_some() || self.read_token.is_some()
    }

    /// Where the named tokens are.
    pub(in crate::config) fn tokens(&self) -> impl Iterator<Item = &SecretSource> {
        self.token.iter().chain(&self.read_token)
    }

    /// What is answered without any token: as the profile says, else health on this machine, and nothing where a token is
    /// named.
    #[must_use]
    pub fn open(&self) -> Open {
        let quiet = self.names_a_token() || self.beyond_loopback();
        let default = if quiet { Open::Nothing } else { Open::Health };
        self.open.unwrap_or(default)
    }

    /// Every name beside those of the address: those of `hosts`, and the host of the public address.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let public = self.public_url.as_ref().and_then(Url::host_str);
        let public = public.map(str::to_owned);
        self.hosts.iter().cloned().chain(public).collect()
    }

    /// What `config show` prints of it; tokens are masked.
    pub(in crate::config) fn shown(&self) -> Vec<(&'static str, Value)> {
        let hosts = self.hosts.iter().map(String::as_str).map(Value::from);
        let masked = |key, token: &Option<SecretSource>| {
            let token = token.as_ref()?;
            Some((key, Value::from(format!("masked: from {token}"))))
        };
        let address = self.address.map(|at| ("address", at.to_string().into()));
        let hosts = ("hosts", Value::Array(hosts.collect()));
        let public = self.public_url.as_ref();
        let public = public.map(|url| ("public_url", Value::from(url.as_str())));
        let socket = self.socket.iter().flat_map(Socket::shown);
        [
            address,
            masked("token", &self.token),
            masked("read_token", &self.read_token),
            Some(("open", self.open().word().into())),
            Some(hosts),
            public,
            Some(("ready_at", self.ready_at.into())),
        ]
        .into_iter()
        .flatten()
        .chain(socket)
        .collect()
    }
}

/// Reads the table; none after a mistake that is noted.
pub(super) fn read(mut from: Section<'_>, notes: &mut Notes<'_>) -> Option<Listen> {
    let key = from.key("address");
    let address = from.take_as("address", notes, |text: String| {
        text.parse()
            .map_err(|_| format!("{text:?} is no address and port: write \"127.0.0.1:8080\""))
    });
    let faulty = notes.has_fault(&key);
    let socket = socket::read(&mut from, notes);
    let alone = socket.is_some() && address.is_none();
    let listen = Listen {
        address: address.or((!alone).then_some(DEFAULT_ADDRESS)),
        socket,
        token: secret::read(&mut from, TOKEN, notes),
        read_token: secret::read(&mut from, READ_TOKEN, notes),
        open: from.take_as("open", notes, |word: String| open(&word)),
        hosts: from
            .take_as("hosts", notes, |names: Vec<String>| hosts(&names))
            .unwrap_or_default(),
        public_url: from.take_as("public_url", notes, |text: String| endpoint(&text)),
        ready_at: from
            .take_as("ready_at", notes, |number| share(&number))
            .unwrap_or(READY_AT),
    };
    let mut keys = TOKEN.iter().chain(&READ_TOKEN);
    let token_faulty = keys.any(|name| notes.has_fault(&from.key(name)));
    if listen.beyond_loopback() && !listen.names_a_token() && !token_faulty {
        let message = "beyond loopback everyone who can reach it could read: add token_file, token_env or token_command, or listen on 127.0.0.1";
        notes.fault(from.origin.clone(), &key, message);
    }
    if listen.beyond_loopback() && listen.open == Some(Open::Reads) {
        let message = "\"reads\" is for this machine alone: write \"nothing\" or \"health\", or listen on 127.0.0.1";
        notes.fault(from.origin.clone(), &from.key("open"), message);
    }
    from.finish(notes);
    (!faulty).then_some(listen)
}

fn open(word: &str) -> Result<Open, String> {
    let named = Open::NAMES.iter().find(|(name, _)| *name == word);
    named
        .map(|(_, open)| *open)
        .ok_or_else(|| format!("{word:?} is none of \"nothing\", \"health\" and \"reads\""))
}

fn share(number: &Value) -> Result<f64, String> {
    let share = match number {
        Value::Float(share) => *share,
        Value::Integer(0) => 0.0,
        Value::Integer(1) => 1.0,
        _ => f64::NAN,
    };
    if (0.0..=1.0).contains(&share) {
        Ok(share)
    } else {
        Err("is a share: write a number from 0 to 1, as 0.95".to_owned())
    }
}

/// Names as a `Host` header has them, without a port.
fn hosts(names: &[String]) -> Result<Vec<String>, String> {
    if names.len() > MOST_HOSTS {
        return Err(format!("at most {MOST_HOSTS} names"));
    }
    let host = |name: &String| match Host::parse(name) {
        Ok(host) => Ok(host.to_string()),
        Err(error) => Err(format!(
            "{name:?} is not a host: {error}. Write a name or an address without a port"
        )),
    };
    names.iter().map(host).collect()
}
