//! What a profile says of probes: how often, of what beside the carriers, and with which credentials.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use serde::Deserialize;
use serde_json::json;
use toml::Value;

use crate::config::paths;
use crate::config::reader::{self, Notes, Section, Typed};
use crate::config::secret::SecretSource;
use crate::model::finding::{Protocol, Target};
use crate::probe::{DEFAULT_EXPIRING_DAYS, schedule::LEAST_INTERVAL};
use crate::process;
use crate::text::is_plain;

/// Seconds between two probes of one target when the profile does not say.
pub const DEFAULT_INTERVAL: Duration = Duration::from_secs(60);

/// Certificates are rarely longer valid than this.
const MOST_EXPIRING_DAYS: u16 = 825;

/// More resolvers than fit into a probe's deadline help nobody; more servers are not one profile's.
const MOST_RESOLVERS: usize = 4;
const MOST_SERVERS: usize = 64;

/// The probes of a profile. Holds no password, only where to find it.
#[derive(Clone, Debug)]
pub struct Probes {
    /// The time between two probes of one target.
    pub interval: Duration,
    /// Days before its end at which a certificate is `expiring` (contract §4).
    pub expiring_days: u16,
    /// Resolvers that are asked when the machine's own does not answer.
    pub resolvers: Vec<SocketAddr>,
    /// Whether the SIP proxies of carriers are asked by OPTIONS as well, over TLS.
    pub options: bool,
    /// SIP servers to ask by OPTIONS.
    pub sip: Vec<Target>,
    /// STUN servers to watch.
    pub stun: Vec<Target>,
    /// TURN servers to watch.
    pub turn: Vec<TurnAccount>,
}

/// A TURN server and who the console is to it.
#[derive(Clone, Debug)]
pub struct TurnAccount {
    /// The server, with its transport.
    pub server: Target,
    /// The user's name.
    pub username: String,
    /// Where the user's password is.
    pub password: SecretSource,
}

impl Default for Probes {
    fn default() -> Self {
        Self {
            interval: DEFAULT_INTERVAL,
            expiring_days: DEFAULT_EXPIRING_DAYS,
            resolvers: Vec::new(),
            options: false,
            sip: Vec::new(),
            stun: Vec::new(),
            turn: Vec::new(),
        }
    }
}

impl Probes {
    /// What is in force, for `config show`: passwords as the places they come from.
    pub(in crate::config) fn shown(&self) -> Vec<(&'static str, Value)> {
        let seconds = i64::try_from(self.interval.as_secs()).unwrap_or(i64::MAX);
        let list = |all: Vec<String>| Value::from(all);
        let resolvers = self.resolvers.iter().map(ToString::to_string);
        let stun = self.stun.iter().map(|target| target.address().to_owned());
        let sip = self.sip.iter().map(|target| target.address().to_owned());
        let turn = self.turn.iter().map(|account| {
            let (server, user) = (account.server.address(), &account.username);
            format!("{server} as {user}, masked: from {}", account.password)
        });
        vec![
            ("interval_seconds", seconds.into()),
            ("expiring_days", i64::from(self.expiring_days).into()),
            ("resolvers", list(resolvers.collect())),
            ("options", self.options.into()),
            ("sip", list(sip.collect())),
            ("stun", list(stun.collect())),
            ("turn", list(turn.collect())),
        ]
    }
}

/// A TURN server as the file writes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    server: String,
    username: String,
    password_env: Option<String>,
    password_file: Option<String>,
    password_command: Option<Vec<String>>,
}

impl Typed for Written {
    fn schema() -> serde_json::Value {
        let text = || json!({"type": "string"});
        reader::table_of([
            ("server", text(), true),
            ("username", text(), true),
            ("password_env", text(), false),
            ("password_file", text(), false),
            ("password_command", Vec::<String>::schema(), false),
        ])
    }
}

pub(super) fn read(mut from: Section<'_>, notes: &mut Notes<'_>) -> Probes {
    let default = Probes::default();
    let folder = notes.beside("");
    let read = Probes {
        interval: from
            .take_as("interval_seconds", notes, interval)
            .unwrap_or(default.interval),
        expiring_days: from
            .take_as("expiring_days", notes, expiring)
            .unwrap_or(default.expiring_days),
        resolvers: from
            .take_as("resolvers", notes, |list: Vec<String>| {
                each(&list, MOST_RESOLVERS, |text| resolver(text))
            })
            .unwrap_or_default(),
        options: from.take("options", notes).unwrap_or(default.options),
        sip: from
            .take_as("sip", notes, |list: Vec<String>| {
                each(&list, MOST_SERVERS, |text| server(Protocol::Sip, text))
            })
            .unwrap_or_default(),
        stun: from
            .take_as("stun", notes, |list: Vec<String>| {
                each(&list, MOST_SERVERS, |text| server(Protocol::Stun, text))
            })
            .unwrap_or_default(),
        turn: from
            .take_as("turn", notes, |list: Vec<Written>| {
                each(&list, MOST_SERVERS, |written| account(written, &folder))
            })
            .unwrap_or_default(),
    };
    from.finish(notes);
    read
}

fn interval(seconds: u32) -> Result<Duration, String> {
    let interval = Duration::from_secs(seconds.into());
    let least = LEAST_INTERVAL.as_secs();
    (interval >= LEAST_INTERVAL)
        .then_some(interval)
        .ok_or_else(|| format!("{seconds} is too often: at least {least} seconds"))
}

fn expiring(days: u16) -> Result<u16, String> {
    (days <= MOST_EXPIRING_DAYS)
        .then_some(days)
        .ok_or_else(|| format!("at most {MOST_EXPIRING_DAYS} days"))
}

fn resolver(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| {
        format!("{text:?} is no resolver: write ADDRESS:PORT, for example \"1.1.1.1:53\"")
    })
}

fn server(protocol: Protocol, text: &str) -> Result<Target, String> {
    Target::new(protocol, text).map_err(|error| error.to_string())
}

fn account(written: &Written, folder: &Path) -> Result<TurnAccount, String> {
    let server = server(Protocol::Turn, &written.server)?;
    if written.username.is_empty() || !is_plain(&written.username) {
        return Err(format!(
            "{server}: the username is empty or cannot be shown"
        ));
    }
    let file = written
        .password_file
        .clone()
        .map(paths::written)
        .transpose()?;
    let places = [
        written.password_env.clone().map(|name| {
            process::holds_credential(&name);
            SecretSource::Variable(name)
        }),
        file.map(|path| SecretSource::File(folder.join(path))),
        written.password_command.clone().map(SecretSource::Command),
    ];
    let mut places = places.into_iter().flatten();
    match (places.next(), places.next()) {
        (Some(password), None) => Ok(TurnAccount {
            server,
            username: written.username.clone(),
            password,
        }),
        _ => Err(format!(
            "{server}: name one place of the password: password_env, password_file or password_command"
        )),
    }
}

fn each<W, T>(
    list: &[W],
    most: usize,
    read: impl FnMut(&W) -> Result<T, String>,
) -> Result<Vec<T>, String> {
    if list.len() > most {
        return Err(format!("at most {most}"));
    }
    list.iter().map(read).collect()
}
