//! The listener of the console: `[profiles.NAME.listen]` (contract §6).

use std::net::{Ipv4Addr, SocketAddr};

use toml::Value;
use url::{Host, Url};

use crate::config::endpoint::endpoint;
use crate::config::reader::{Notes, Section};
use crate::config::secret::{self, SecretSource};

/// Where `trunkline serve` listens when nobody says.
pub const DEFAULT_ADDRESS: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

/// The keys of the bearer token, of which a section has at most one.
const TOKEN: secret::Keys = ["token", "token_env", "token_file", "token_command"];

/// Names a listener answers to; a request is compared with each.
const MOST_HOSTS: usize = 64;

/// Where to listen, and for whom. Holds no token, only where to find it.
#[derive(Clone, Debug)]
pub struct Listen {
    /// The address; port 0 takes any free one.
    pub address: SocketAddr,
    /// Where the bearer token is; none serves everyone on this machine.
    pub token: Option<SecretSource>,
    /// Names beside those of the address by which clients may call it.
    pub hosts: Vec<String>,
    /// Where the organisation reaches it, through whatever is in front of it.
    pub public_url: Option<Url>,
}

impl Default for Listen {
    fn default() -> Self {
        Self {
            address: DEFAULT_ADDRESS,
            token: None,
            hosts: Vec::new(),
            public_url: None,
        }
    }
}

impl Listen {
    /// Whether others than this machine are served, so that a token is needed.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !self.address.ip().is_loopback()
    }

    /// Every name beside those of the address: those of `hosts`, and the host of the public address.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let public = self.public_url.as_ref().and_then(Url::host_str);
        let public = public.map(str::to_owned);
        self.hosts.iter().cloned().chain(public).collect()
    }

    /// What `config show` prints of it; a token is masked.
    pub(in crate::config) fn shown(&self) -> Vec<(&'static str, Value)> {
        let hosts = self.hosts.iter().map(String::as_str).map(Value::from);
        let token = self.token.as_ref().map(|token| {
            let masked = format!("masked: from {token}");
            ("token", Value::from(masked))
        });
        let address = ("address", Value::from(self.address.to_string()));
        let hosts = ("hosts", Value::Array(hosts.collect()));
        let public = self.public_url.as_ref();
        let public = public.map(|url| ("public_url", Value::from(url.as_str())));
        [Some(address), token, Some(hosts), public]
            .into_iter()
            .flatten()
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
    let listen = Listen {
        address: address.unwrap_or(DEFAULT_ADDRESS),
        token: secret::read(&mut from, TOKEN, notes),
        hosts: from
            .take_as("hosts", notes, |names: Vec<String>| hosts(&names))
            .unwrap_or_default(),
        public_url: from.take_as("public_url", notes, |text: String| endpoint(&text)),
    };
    let token_faulty = TOKEN.iter().any(|name| notes.has_fault(&from.key(name)));
    if listen.is_open() && listen.token.is_none() && !token_faulty {
        let message = "beyond loopback everyone who can reach it could read: add token_file, token_env or token_command, or listen on 127.0.0.1";
        notes.fault(from.origin.clone(), &key, message);
    }
    from.finish(notes);
    (!faulty).then_some(listen)
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
