//! Reads targets, and says of each mistake where it is.

use std::path::Path;
use std::time::Duration;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;
use url::Url;

use super::super::{LONGEST_NAME, LONGEST_RULE, WebhookAddress, plain, webhook};
use super::{CARRIAGES, HttpTarget, SORTS, Sort, TargetPlace, TargetSettings, TargetWay};
use crate::alert::target::{command, pagerduty, syslog};
use crate::config::endpoint::endpoint;
use crate::config::reader::{self, Typed};
use crate::config::secret::SecretSource;
use crate::config::{near, paths};
use crate::kind::{self, Kind as _};
use crate::process;
use crate::query::Query;

/// Targets of one profile.
const MOST: usize = 16;
/// Characters of a user's name.
const LONGEST_USER: usize = 256;
/// Seconds that a program may be given.
const LONGEST_RUN: u64 = 60;
/// What the webhook of the profile is called where targets are listed.
const TAKEN: &str = "webhook";

/// A target as the file writes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::config::profile::alerts) struct WrittenTarget {
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
pub(in crate::config::profile::alerts) fn read(
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
