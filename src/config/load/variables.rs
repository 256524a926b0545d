//! A profile out of the environment alone: the variables that the documents of the integrations use, where there is no file.
//!
//! Each becomes a line of the very TOML that a file would have, so that every rule of the file holds, and a mistake is told at
//! the variable that made it.

use std::fmt::Write as _;

use toml::Value;

use crate::environment::{CLIENT_ID, CLIENT_SECRET, Environment};
use crate::environment::{GENESYS_CLIENT_ID, GENESYS_CLIENT_SECRET};
use crate::model::carrier::EVERY;
use crate::model::region::Region;

/// What such a profile is called.
pub(super) const NAME: &str = "environment";

/// The API's host, or its whole address.
const HOSTNAME: &str = "GENESYS_HOSTNAME";
/// The organisation's own name before its domain.
const SUBDOMAIN: &str = "GENESYS_SUBDOMAIN";
/// The domain, or the region by its name.
const DOMAIN: &str = "GENESYS_ENVIRONMENT";

/// The domain of a subdomain that names none.
const DEFAULT_DOMAIN: &str = "mypurecloud.com";

/// The variables that are settings as they are.
const PLAIN: [(&str, &str); 4] = [
    ("WEBHOOK_URL", "alerts.webhook"),
    ("MEDIA_SERVER_WEBHOOK", "transfers.media_callback"),
    ("EXTERNAL_CALENDAR_WEBHOOK_URL", "callbacks.webhook"),
    ("TRUNKLINE_API", "api"),
];

/// What the environment says of an organisation, as a file would, and the variable of each line.
#[derive(Debug, Default)]
pub(super) struct Variables {
    /// TOML.
    pub text: String,
    /// The variables, by the lines that they made.
    pub lines: Vec<&'static str>,
}

impl Variables {
    /// What is said; none unless an organisation is named, and a client for it: variables that other tools share do not
    /// stand in the way of a first start.
    pub fn read(env: &Environment) -> Option<Self> {
        let has = |ours, shared| env.get(ours).or(env.get(shared)).is_some();
        let client = has(CLIENT_ID, GENESYS_CLIENT_ID) && has(CLIENT_SECRET, GENESYS_CLIENT_SECRET);
        let word = |name: &'static str| {
            env.get(name)
                .map(|value| value.to_string_lossy().into_owned())
        };
        let mut said = Self::default();
        said.place(word);
        if !client || said.lines.is_empty() {
            return None;
        }
        if let Some(users) = word("TARGET_USER_ID") {
            let users = users.split(',').map(str::trim).filter(|id| !id.is_empty());
            let users: Vec<Value> = users.map(Value::from).collect();
            said.put("TARGET_USER_ID", "registrations.users", users.into());
        }
        if let Some(host) = word("SIP_PROXY_HOST") {
            said.proxy(&host);
        }
        for (name, key) in PLAIN {
            if let Some(value) = word(name) {
                said.put(name, key, value.into());
            }
        }
        Some(said)
    }

    /// Where the API is: by its host, else by the organisation's name or the region.
    fn place(&mut self, word: impl Fn(&'static str) -> Option<String>) {
        if let Some(host) = word(HOSTNAME) {
            self.put(HOSTNAME, "base_url", address(&host).into());
            return;
        }
        let written = word(DOMAIN);
        let domain = written.clone().map(|word| domain(&word));
        if let Some(name) = word(SUBDOMAIN) {
            let domain = domain.as_deref().unwrap_or(DEFAULT_DOMAIN);
            let host = format!("{name}.{domain}");
            self.put(SUBDOMAIN, "base_url", address(&host).into());
        } else if let Some(domain) = domain {
            let of = |host: &str| address(&format!("{host}.{domain}"));
            self.put(DOMAIN, "base_url", of("api").into());
            self.put(DOMAIN, "login_url", of("login").into());
        }
    }

    /// The one proxy is that of every carrier; a port may stand behind it.
    fn proxy(&mut self, host: &str) {
        let (name, port) = match host.rsplit_once(':') {
            Some((name, port)) if !name.contains(':') || name.ends_with(']') => {
                (name, port.parse::<i64>().ok())
            }
            _ => (host, None),
        };
        let key = |key: &str| format!("carriers.\"{EVERY}\".{key}");
        // A port that is no number stays with the host, which is then refused as it was written.
        let name = if port.is_some() { name } else { host };
        self.put("SIP_PROXY_HOST", &key("host"), name.into());
        if let Some(port) = port {
            self.put("SIP_PROXY_HOST", &key("port"), port.into());
        }
    }

    fn put(&mut self, variable: &'static str, key: &str, value: Value) {
        // A value of TOML is on one line unless it has line ends itself, and those are escaped in a basic string.
        let value = match value {
            Value::String(text) => serde_json::Value::from(text).to_string(),
            other => other.to_string(),
        };
        // Writing to a string does not fail.
        let _ = writeln!(self.text, "profiles.{NAME}.{key} = {value}");
        self.lines.push(variable);
    }
}

/// A host as an address; an address as it is.
fn address(host: &str) -> String {
    if host.contains("://") {
        host.to_owned()
    } else {
        format!("https://{host}")
    }
}

/// The domain that a region's name stands for; anything else is one.
fn domain(word: &str) -> String {
    Region::named(word).map_or_else(|| word.to_owned(), |region| region.domain.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(variables: &[(&str, &str)]) -> Option<String> {
        let client = [(GENESYS_CLIENT_ID, "id"), (GENESYS_CLIENT_SECRET, "s")];
        let env = client.iter().chain(variables).copied().collect();
        Variables::read(&env).map(|said| said.text)
    }

    #[test]
    fn the_place_is_told_by_the_host_else_by_the_name_else_by_the_region() {
        let place = |variables: &[(&str, &str)]| {
            let text = said(variables).unwrap();
            text.lines()
                .map(|line| {
                    line.rsplit_once(" = ")
                        .unwrap()
                        .1
                        .trim_matches('"')
                        .to_owned()
                })
                .collect::<Vec<_>>()
        };
        let host = (HOSTNAME, "api.example.com");
        let both = [host, (SUBDOMAIN, "acme"), (DOMAIN, "eu-west-1")];
        assert_eq!(place(&both), ["https://api.example.com"]);
        assert_eq!(place(&both[1..]), ["https://acme.mypurecloud.ie"]);
        assert_eq!(place(&both[1..2]), ["https://acme.mypurecloud.com"]);
        assert_eq!(
            place(&both[2..]),
            ["https://api.mypurecloud.ie", "https://login.mypurecloud.ie"]
        );
        let whole = (HOSTNAME, "https://127.0.0.1:8443");
        assert_eq!(place(&[whole]), ["https://127.0.0.1:8443"]);
        assert_eq!(said(&[]), None, "no organisation is named");
    }

    #[test]
    fn every_line_has_its_variable_and_nothing_breaks_out_of_it() {
        let env: Environment = [
            (CLIENT_ID, "id"),
            (CLIENT_SECRET, "s"),
            (HOSTNAME, "h\"\nx = 1"),
            ("TARGET_USER_ID", "u-1, u-2"),
            ("SIP_PROXY_HOST", "sip.example.com:5062"),
        ]
        .into_iter()
        .collect();
        let said = Variables::read(&env).unwrap();
        assert_eq!(said.text.lines().count(), said.lines.len());
        assert!(said.text.parse::<toml::Table>().is_ok(), "{}", said.text);
        assert!(said.text.contains(r#"["u-1", "u-2"]"#), "{}", said.text);
        assert!(said.text.contains("port = 5062"), "{}", said.text);
    }
}
