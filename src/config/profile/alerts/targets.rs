//! Where alerts go beside the webhook: `[[profiles.NAME.alerts.targets]]`.

mod read;

use std::time::Duration;

use toml::Value;

pub(super) use self::read::{WrittenTarget, read};
use super::{WebhookAddress, webhook};
use crate::alert::Addressee;
use crate::config::secret::SecretSource;
use crate::text::Text;

/// One target. Holds no secret, only where to find it.
#[derive(Clone, Debug)]
pub struct TargetSettings {
    /// Its name.
    pub name: String,
    /// Which alerts it is told; none is all. It has been read once and found good.
    pub when: Option<String>,
    /// The way there.
    pub to: TargetWay,
}

/// The way to a target.
#[derive(Clone, Debug)]
pub enum TargetWay {
    /// By HTTP.
    Http {
        /// What is said there.
        kind: HttpTarget,
        /// Where.
        at: TargetPlace,
        /// Who the console is there, by Basic; without one a key is a bearer token.
        user: Option<String>,
        /// The key of a `PagerDuty` integration, a password or a token.
        key: Option<SecretSource>,
    },
    /// To a collector of syslog.
    Syslog {
        /// `udp`, `tcp` or `tls`.
        carriage: SyslogCarriage,
        /// Its name or address, without brackets.
        host: String,
        /// Its port.
        port: u16,
        /// The number of the facility (RFC 5424).
        facility: u8,
    },
    /// To a program of this machine.
    Command {
        /// The program and its arguments.
        argv: Vec<String>,
        /// How long it may take.
        timeout: Duration,
    },
}

/// What is said by HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpTarget {
    /// The body of the contract (§5).
    Webhook,
    /// The API of an Alertmanager.
    Alertmanager,
    /// `PagerDuty`'s Events API.
    PagerDuty,
    /// A message of Slack.
    Slack,
    /// A card of Microsoft Teams.
    Teams,
}

/// What carries syslog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyslogCarriage {
    /// Datagrams.
    Udp,
    /// Connections in the clear.
    Tcp,
    /// Connections that are verified and sealed.
    Tls,
}

/// Where a target is reached by HTTP.
#[derive(Clone, Debug)]
pub enum TargetPlace {
    /// The file says it; only the host is ever shown.
    Written(WebhookAddress),
    /// The address is a secret, and read when it is needed.
    Secret(SecretSource),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Http(HttpTarget),
    Syslog,
    Command,
}

const SORTS: [(&str, Sort); 7] = [
    ("webhook", Sort::Http(HttpTarget::Webhook)),
    ("alertmanager", Sort::Http(HttpTarget::Alertmanager)),
    ("pagerduty", Sort::Http(HttpTarget::PagerDuty)),
    ("slack", Sort::Http(HttpTarget::Slack)),
    ("teams", Sort::Http(HttpTarget::Teams)),
    ("syslog", Sort::Syslog),
    ("command", Sort::Command),
];

/// Schemes of syslog with the ports that they have when an address says none (RFC 5426, RFC 6587, RFC 5425).
const CARRIAGES: [(&str, SyslogCarriage, u16); 3] = [
    ("udp", SyslogCarriage::Udp, 514),
    ("tcp", SyslogCarriage::Tcp, 601),
    ("tls", SyslogCarriage::Tls, 6514),
];

impl TargetSettings {
    /// For who decides which alerts it is told.
    #[must_use]
    pub fn addressee(&self) -> Addressee {
        Addressee {
            name: Text::from(self.name.as_str()),
            when: self.when.clone(),
        }
    }

    /// Where its secrets are, and what each of them is.
    pub fn secrets(&self) -> impl Iterator<Item = (&'static str, &SecretSource)> {
        let (at, key) = match &self.to {
            TargetWay::Http { at, key, .. } => (Some(at), key.as_ref()),
            TargetWay::Syslog { .. } | TargetWay::Command { .. } => (None, None),
        };
        let at = at.and_then(|at| match at {
            TargetPlace::Secret(place) => Some(("address", place)),
            TargetPlace::Written(_) => None,
        });
        at.into_iter().chain(key.map(|key| ("key", key)))
    }

    /// Whether alerts go there in a form that others on the way can read and change.
    #[must_use]
    pub fn in_the_clear(&self) -> bool {
        match &self.to {
            TargetWay::Syslog { carriage, host, .. } => {
                let here = host == "localhost"
                    || host
                        .parse()
                        .is_ok_and(|ip: std::net::IpAddr| ip.is_loopback());
                *carriage != SyslogCarriage::Tls && !here
            }
            TargetWay::Http { .. } | TargetWay::Command { .. } => false,
        }
    }

    /// The word of its kind.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        let sort = match &self.to {
            TargetWay::Http { kind, .. } => Sort::Http(*kind),
            TargetWay::Syslog { .. } => Sort::Syslog,
            TargetWay::Command { .. } => Sort::Command,
        };
        let named = SORTS.iter().find(|(_, known)| *known == sort);
        named.map_or("", |(word, _)| word)
    }

    /// Where it is, as far as that may be shown.
    #[must_use]
    pub fn place(&self) -> String {
        match &self.to {
            TargetWay::Http {
                at: TargetPlace::Written(at),
                ..
            } => format!("masked: {at}"),
            TargetWay::Http {
                at: TargetPlace::Secret(place),
                ..
            } => format!("masked: from {place}"),
            TargetWay::Syslog {
                carriage,
                host,
                port,
                ..
            } => {
                let named = CARRIAGES.iter().find(|(_, known, _)| known == carriage);
                let scheme = named.map_or("", |(word, ..)| word);
                let open = host.contains(':');
                let host = if open {
                    format!("[{host}]")
                } else {
                    host.clone()
                };
                format!("{scheme}://{host}:{port}")
            }
            TargetWay::Command { argv, .. } => {
                let more = if argv.len() > 1 { " …" } else { "" };
                let program = argv.first().map_or("", String::as_str);
                format!("{program}{more}")
            }
        }
    }

    /// For `config show`: no secret, and no argument of a program.
    pub(super) fn shown(&self) -> Value {
        let mut pairs = vec![
            ("name", self.name.clone()),
            ("kind", self.kind().to_owned()),
            ("to", self.place()),
        ];
        let key = self.secrets().find(|(what, _)| *what == "key");
        pairs.extend(key.map(|(what, place)| (what, format!("masked: from {place}"))));
        pairs.extend(self.when.clone().map(|when| ("when", when)));
        let pairs = pairs.into_iter();
        let pairs = pairs.map(|(key, text)| (key.to_owned(), Value::from(text)));
        Value::Table(pairs.collect())
    }
}

impl TargetPlace {
    /// Reads an address that was a secret; what is said of it does not repeat it.
    pub fn address(text: &str) -> Result<WebhookAddress, String> {
        webhook(text, "alerts")
    }
}

#[cfg(test)]
mod tests;
