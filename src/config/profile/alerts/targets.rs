//! Where alerts go beside the webhook: `[[profiles.NAME.alerts.targets]]`.

use std::path::Path;
use std::time::Duration;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;
use toml::Value;
use url::Url;

use super::{LONGEST_NAME, LONGEST_RULE, WebhookAddress, plain, webhook};
use crate::alert::Addressee;
use crate::alert::target::{command, pagerduty, syslog};
use crate::config::endpoint::endpoint;
use crate::config::reader::{self, Typed};
use crate::config::secret::SecretSource;
use crate::config::{near, paths};
use crate::kind::{self, Kind as _};
use crate::process;
use crate::query::Query;
use crate::text::Text;

/// Targets of one profile.
const MOST: usize = 16;
/// Characters of a user's name.
const LONGEST_USER: usize = 256;
/// Seconds that a program may be given.
const LONGEST_RUN: u64 = 60;
/// What the webhook of the profile is called where targets are listed.
const TAKEN: &str = "webhook";

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

/// A target as the file writes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenTarget {
    name: String,
    kind: String,
    when: Option<String>,
    address: Option<String>,
    address_env: Option<String>,
    address_file: Option<String>,
    address_command: Option<Vec<String>>,
    key: Option<IgnoredAny>,
    key_env: Option<String>,
    key_file: Option<String>,
    key_command: Option<Vec<String>>,
    user: Option<String>,
    facility: Option<String>,
    command: Option<Vec<String>>,
    timeout_seconds: Option<u64>,
}

impl Typed for WrittenTarget {
    fn schema() -> serde_json::Value {
        let text = || json!({"type": "string"});
        let facilities = syslog::FACILITIES.map(|(word, _)| word);
        reader::table_of([
            ("name", text(), true),
            ("kind", json!({"enum": SORTS.map(|(word, _)| word)}), true),
            ("when", text(), false),
            ("address", text(), false),
            ("address_env", text(), false),
            ("address_file", text(), false),
            ("address_command", Vec::<String>::schema(), false),
            ("key", json!(false), false),
            ("key_env", text(), false),
            ("key_file", text(), false),
            ("key_command", Vec::<String>::schema(), false),
            ("user", text(), false),
            ("facility", json!({"enum": facilities}), false),
            ("command", Vec::<String>::schema(), false),
            (
                "timeout_seconds",
                json!({"type": "integer", "minimum": 1, "maximum": LONGEST_RUN}),
                false,
            ),
        ])
    }
}

/// Reads all of them; files of secrets are beside the configuration in `folder`.
pub(super) fn read(
    written: Vec<WrittenTarget>,
    folder: &Path,
) -> Result<Vec<TargetSettings>, String> {
    if written.len() > MOST {
        return Err(format!("at most {MOST} targets"));
    }
    let mut targets: Vec<TargetSettings> = Vec::with_capacity(written.len());
    for (n, one) in written.into_iter().enumerate() {
        let fault = |message: String| format!("target {}: {message}", n + 1);
        let twice = targets.iter().any(|known| known.name == one.name);
        if twice || one.name == TAKEN {
            return Err(fault(format!("the name {:?} is taken", one.name)));
        }
        targets.push(target(one, folder).map_err(fault)?);
    }
    Ok(targets)
}

fn target(mut one: WrittenTarget, folder: &Path) -> Result<TargetSettings, String> {
    plain(&one.name, LONGEST_NAME).map_err(|m| format!("name: {m}"))?;
    if let Some(when) = &one.when {
        plain(when, LONGEST_RULE).map_err(|m| format!("when: {m}"))?;
        Query::parse(when, kind::alerts::Alerts::FIELDS)
            .map_err(|e| format!("when, column {}: {}", e.column + 1, e.sentence))?;
    }
    if one.key.is_some() {
        return Err("key: a secret does not belong in this file, which gets copied and shown: put it in a file of its own (key_file), a password manager (key_command) or a variable (key_env)".to_owned());
    }
    let sort = near::choose(&one.kind, &SORTS).map_err(|m| format!("kind: {m}"))?;
    one.fits(sort)?;
    let to = match sort {
        Sort::Http(kind) => one.http(kind, folder)?,
        Sort::Syslog => one.syslog()?,
        Sort::Command => one.program()?,
    };
    let WrittenTarget { name, when, .. } = one;
    Ok(TargetSettings { name, when, to })
}

impl WrittenTarget {
    /// A key that means nothing to a kind would be a setting that silently does nothing.
    fn fits(&self, sort: Sort) -> Result<(), String> {
        let http = matches!(sort, Sort::Http(_));
        let keyed = matches!(
            sort,
            Sort::Http(HttpTarget::Webhook | HttpTarget::Alertmanager | HttpTarget::PagerDuty)
        );
        let known = keyed && sort != Sort::Http(HttpTarget::PagerDuty);
        let (syslog, command) = (sort == Sort::Syslog, sort == Sort::Command);
        let keys = [
            ("address", self.address.is_some(), http || syslog),
            ("address_env", self.address_env.is_some(), http),
            ("address_file", self.address_file.is_some(), http),
            ("address_command", self.address_command.is_some(), http),
            ("key_env", self.key_env.is_some(), keyed),
            ("key_file", self.key_file.is_some(), keyed),
            ("key_command", self.key_command.is_some(), keyed),
            ("user", self.user.is_some(), known),
            ("facility", self.facility.is_some(), syslog),
            ("command", self.command.is_some(), command),
            ("timeout_seconds", self.timeout_seconds.is_some(), command),
        ];
        let odd = keys.iter().find(|(_, written, fits)| *written && !fits);
        odd.map_or(Ok(()), |(key, ..)| {
            Err(format!("{key} is not for the kind {}", self.kind))
        })
    }

    fn http(&mut self, kind: HttpTarget, folder: &Path) -> Result<TargetWay, String> {
        let secret = place(
            "address",
            (
                self.address_env.take(),
                self.address_file.take(),
                self.address_command.take(),
            ),
            folder,
        )?;
        let at = match (self.address.take(), secret) {
            (Some(_), Some(_)) => return Err("more than one address: keep one".to_owned()),
            (Some(_), None) if matches!(kind, HttpTarget::Slack | HttpTarget::Teams) => {
                return Err("address: whoever has this address can post to the channel, so it does not belong in this file: use address_file, address_command or address_env".to_owned());
            }
            (Some(text), None) => TargetPlace::Written(written(&text, kind)?),
            (None, Some(place)) => TargetPlace::Secret(place),
            (None, None) if kind == HttpTarget::PagerDuty => {
                TargetPlace::Written(written(pagerduty::ADDRESS, kind)?)
            }
            (None, None) => {
                return Err(match kind {
                    HttpTarget::Alertmanager | HttpTarget::Webhook => {
                        "it has no address: write address, or name its place by address_file, address_command or address_env"
                    }
                    _ => "it has no address: name its place by address_file, address_command or address_env",
                }
                .to_owned());
            }
        };
        let key = place(
            "key",
            (
                self.key_env.take(),
                self.key_file.take(),
                self.key_command.take(),
            ),
            folder,
        )?;
        if kind == HttpTarget::PagerDuty && key.is_none() {
            return Err("it has no key: name the place of the integration's key by key_file, key_command or key_env".to_owned());
        }
        let user = self.user.take();
        if let Some(user) = &user {
            plain(user, LONGEST_USER).map_err(|m| format!("user: {m}"))?;
            if user.contains(':') {
                return Err("user: a name by Basic has no colon (RFC 7617)".to_owned());
            }
            if key.is_none() {
                return Err(
                    "user: it has no password: name its place by key_file, key_command or key_env"
                        .to_owned(),
                );
            }
        }
        Ok(TargetWay::Http {
            kind,
            at,
            user,
            key,
        })
    }

    fn syslog(&self) -> Result<TargetWay, String> {
        let text = self.address.as_deref().unwrap_or_default();
        let wrong =
            || "address: write udp://HOST:514, tcp://HOST:601 or tls://HOST:6514".to_owned();
        let url = Url::parse(text).map_err(|_| wrong())?;
        let scheme = CARRIAGES.iter().find(|(word, ..)| *word == url.scheme());
        let (_, carriage, usual) = *scheme.ok_or_else(wrong)?;
        let bare = ["", "/"].contains(&url.path())
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        let host = url.host_str().filter(|host| !host.is_empty() && bare);
        let host = host.ok_or_else(wrong)?;
        let facility = match &self.facility {
            Some(word) => {
                near::choose(word, &syslog::FACILITIES).map_err(|m| format!("facility: {m}"))?
            }
            None => syslog::FACILITY,
        };
        Ok(TargetWay::Syslog {
            carriage,
            host: host.trim_matches(['[', ']']).to_owned(),
            port: url.port().unwrap_or(usual),
            facility,
        })
    }

    fn program(&mut self) -> Result<TargetWay, String> {
        let argv = self.command.take().unwrap_or_default();
        if argv.first().is_none_or(String::is_empty) {
            return Err(
                "it has no command: write command = [\"PROGRAM\", \"ARGUMENT\"]".to_owned(),
            );
        }
        let seconds = self.timeout_seconds;
        if seconds.is_some_and(|seconds| !(1..=LONGEST_RUN).contains(&seconds)) {
            return Err(format!("timeout_seconds: 1 to {LONGEST_RUN}"));
        }
        Ok(TargetWay::Command {
            argv,
            timeout: seconds.map_or(command::DEADLINE, Duration::from_secs),
        })
    }
}

fn written(text: &str, kind: HttpTarget) -> Result<WebhookAddress, String> {
    let read = match kind {
        // What is below it is the API's.
        HttpTarget::Alertmanager => endpoint(text).map(WebhookAddress),
        _ => webhook(text, "alerts"),
    };
    read.map_err(|m| format!("address: {m}"))
}

type Places = (Option<String>, Option<String>, Option<Vec<String>>);

fn place(
    what: &str,
    (variable, file, command): Places,
    folder: &Path,
) -> Result<Option<SecretSource>, String> {
    let file = file.map(paths::written).transpose()?;
    let places = [
        variable.map(|name| {
            process::holds_credential(&name);
            SecretSource::Variable(name)
        }),
        file.map(|path| SecretSource::File(folder.join(path))),
        command.map(SecretSource::Command),
    ];
    let mut places = places.into_iter().flatten();
    match (places.next(), places.next()) {
        (first, None) => Ok(first),
        (_, Some(_)) => Err(format!(
            "more than one place for its {what}: keep one of {what}_env, {what}_file, {what}_command"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Result<TargetSettings, String> {
        let written: WrittenTarget = toml::from_str(text).map_err(|e| e.message().to_owned())?;
        read(vec![written], Path::new("/etc/trunkline")).map(|mut all| all.remove(0))
    }

    #[test]
    fn each_kind_is_read_and_shown_without_its_secrets() {
        for (text, shown) in [
            (
                "name = \"a\"\nkind = \"webhook\"\naddress = \"https://h.example/canary?k=canary\"",
                "masked: https://h.example/…",
            ),
            (
                "name = \"a\"\nkind = \"alertmanager\"\naddress = \"http://127.0.0.1:9093/am\"\nuser = \"ops\"\nkey_file = \"am.key\"",
                "masked: http://127.0.0.1:9093/…",
            ),
            (
                "name = \"a\"\nkind = \"pagerduty\"\nkey_env = \"PD\"",
                "masked: https://events.pagerduty.com/…",
            ),
            (
                "name = \"a\"\nkind = \"slack\"\naddress_file = \"slack.url\"",
                "masked: from the file /etc/trunkline/slack.url",
            ),
            (
                "name = \"a\"\nkind = \"teams\"\naddress_command = [\"pass\", \"canary\"]",
                "masked: from the command pass",
            ),
            (
                "name = \"a\"\nkind = \"syslog\"\naddress = \"tls://[2001:db8::1]\"",
                "tls://[2001:db8::1]:6514",
            ),
            (
                "name = \"a\"\nkind = \"command\"\ncommand = [\"/bin/tell\", \"canary\"]",
                "/bin/tell …",
            ),
        ] {
            let target = one(text).unwrap();
            assert_eq!(target.place(), shown);
            let all = format!("{} {target:?}", target.shown());
            let argv =
                matches!(target.to, TargetWay::Command { .. }) || text.contains("address_command");
            assert!(argv || !all.contains("canary"), "{all}");
            assert!(!target.shown().to_string().contains("canary"));
        }
    }

    #[test]
    fn a_mistake_names_the_target_and_the_key() {
        for (text, said) in [
            ("kind = \"pagerduty\"", "target 1: it has no key"),
            ("kind = \"pagerduty\"\nkey = \"canary\"", "key_file"),
            (
                "kind = \"slack\"\naddress = \"https://hooks.slack.com/canary\"",
                "address_file",
            ),
            (
                "kind = \"webhook\"\naddress = \"http://h.example/x\"",
                "in the clear",
            ),
            ("kind = \"webhook\"", "it has no address"),
            (
                "kind = \"webhook\"\naddress = \"https://h.example\"\nuser = \"a\"",
                "no password",
            ),
            (
                "kind = \"syslog\"\naddress = \"https://h.example\"",
                "udp://HOST:514",
            ),
            (
                "kind = \"syslog\"\naddress = \"udp://u:canary@h.example\"",
                "udp://HOST:514",
            ),
            (
                "kind = \"syslog\"\naddress = \"udp://h\"\nfacility = \"local9\"",
                "facility",
            ),
            ("kind = \"command\"", "it has no command"),
            (
                "kind = \"command\"\ncommand = [\"a\"]\ntimeout_seconds = 900",
                "1 to 60",
            ),
            (
                "kind = \"command\"\ncommand = [\"a\"]\nfacility = \"user\"",
                "facility is not for the kind command",
            ),
            (
                "kind = \"teams\"\naddress_env = \"A\"\naddress_file = \"b\"",
                "more than one place",
            ),
            ("kind = \"smoke\"", "kind: "),
            (
                "kind = \"syslog\"\naddress = \"udp://h\"\nwhen = \"colour:red\"",
                "when, column 1",
            ),
        ] {
            let fault = one(&format!("name = \"a\"\n{text}")).unwrap_err();
            assert!(fault.contains(said) && !fault.contains("canary"), "{fault}");
        }
        assert!(
            one("name = \"webhook\"\nkind = \"syslog\"")
                .unwrap_err()
                .contains("is taken")
        );
    }

    #[test]
    fn only_a_datagram_or_an_open_connection_to_elsewhere_can_be_read_on_the_way() {
        for (address, clear) in [
            ("udp://logs.example", true),
            ("tcp://192.0.2.1", true),
            ("tls://logs.example", false),
            ("udp://127.0.0.1", false),
            ("tcp://[::1]:601", false),
        ] {
            let text = format!("name = \"a\"\nkind = \"syslog\"\naddress = \"{address}\"");
            assert_eq!(one(&text).unwrap().in_the_clear(), clear, "{address}");
        }
    }
}
