//! A profile as the file writes it: every value checked, nothing filled in yet.

use std::collections::HashSet;
use std::path::PathBuf;
use std::time::Duration;

use jiff::tz::TimeZone;
use ratatui::style::Color;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::alerts::{self, Alerts};
use super::carriers::{self, Carriers};
use super::deadlines::{self, Deadlines};
use super::grants::{self, PersonGrant};
use super::handover::{self, HandoverSettings};
use super::listen::{self, Listen};
use super::notifications::{self, Notifications};
use super::place;
use super::probes::{self, Probes};
use super::provisioning::{self, Provisioning};
use super::proxy::{self, ProxySetting};
use super::queue_hours::{self, QueueHours};
use super::routes::{self, Routes};
use super::transfers::{self, TransferSettings};
use super::{Api, Auth, ClientCert, LEAST_POLL, Registrations};
use crate::config::endpoint::endpoint;
use crate::config::near;
use crate::config::paths;
use crate::config::reader::{Notes, Section, Typed};
use crate::config::secret::{self, SecretSource};
use crate::config::theme::colour;
use crate::config::ui::time_zone;
use crate::model::UserId;
use crate::model::region::Region;
use crate::text::is_plain;

/// Names longer than this push the rest out of the header; client ids longer than this are none.
const MAX_NAME: usize = 64;
pub(super) const MAX_CLIENT_ID: usize = 256;

/// More than all that there are.
const MOST_SCOPES: usize = 256;

/// As many as the store is sized for.
const MAX_USERS: usize = 1_000_000;

/// More sockets than one host can have open to another.
const MAX_STREAMS: u32 = 50_000;

/// What a file says of one profile.
#[derive(Clone, Debug)]
pub(in crate::config) struct Draft {
    pub(in crate::config) name: String,
    pub(super) api: Option<Api>,
    pub(super) region: Option<Region>,
    pub(super) base_url: Option<Url>,
    pub(super) login_url: Option<Url>,
    pub(super) status_url: Option<Url>,
    pub(super) client_id: Option<String>,
    pub(super) secret: Option<SecretSource>,
    pub(super) person: Option<PersonGrant>,
    pub(super) auth: Option<Auth>,
    pub(super) scopes: Option<Vec<String>>,
    pub(super) deadlines: Deadlines,
    pub(super) ca_file: Option<PathBuf>,
    pub(super) client_cert: Option<ClientCert>,
    pub(super) proxy: ProxySetting,
    pub(super) read_only: Option<bool>,
    pub(super) production: Option<bool>,
    pub(super) colour: Option<Color>,
    pub(super) time_zone: Option<TimeZone>,
    pub(super) registrations: Registrations,
    pub(super) notifications: Notifications,
    pub(super) carriers: Carriers,
    pub(super) queue_hours: QueueHours,
    pub(super) alerts: Alerts,
    pub(super) listen: Option<Listen>,
    pub(super) probes: Probes,
    pub(super) provisioning: Provisioning,
    pub(super) routes: Routes,
    pub(super) handover: HandoverSettings,
    pub(super) transfers: TransferSettings,
    /// 0 is no limit.
    pub(super) requests_per_minute: Option<u32>,
}

impl Draft {
    pub(in crate::config) fn read(
        name: &str,
        mut from: Section<'_>,
        notes: &mut Notes<'_>,
    ) -> Self {
        if let Err(message) = plain(name, MAX_NAME) {
            notes.fault(from.origin.clone(), &format!("profiles.{name}"), message);
        }
        let draft = Self {
            name: name.to_owned(),
            api: from.take_as("api", notes, |word: String| api(&word)),
            region: from.take_as("region", notes, |word: String| place::region(&word)),
            base_url: from.take_as("base_url", notes, |text: String| endpoint(&text)),
            login_url: from.take_as("login_url", notes, |text: String| endpoint(&text)),
            status_url: from.take_as("status_url", notes, |text: String| {
                place::status_page(&text)
            }),
            client_id: from.take_as("client_id", notes, |id: String| {
                plain(&id, MAX_CLIENT_ID).map(|()| id)
            }),
            secret: {
                let place = secret::read(&mut from, secret::KEYS, notes);
                secret::with_terminal(&mut from, place, notes)
            },
            person: from
                .section("person", notes)
                .and_then(|section| grants::person(section, notes)),
            auth: from.take_as("auth", notes, |word: String| {
                near::choose(&word, &[("basic", Auth::Basic), ("form", Auth::Form)])
            }),
            scopes: from.take_as("scopes", notes, scopes),
            deadlines: from
                .section("deadlines", notes)
                .map_or_else(Deadlines::default, |section| {
                    deadlines::read(section, notes)
                }),
            ca_file: from
                .take_as("ca_file", notes, paths::written)
                .map(|path| notes.beside(&path)),
            client_cert: client_cert(&mut from, notes),
            proxy: proxy::read(&mut from, notes),
            read_only: from.take("read_only", notes),
            production: from.take("production", notes),
            colour: from.take_as("colour", notes, |name: String| colour(&name)),
            time_zone: from.take_as("time_zone", notes, |name: String| time_zone(&name)),
            registrations: from
                .section("registrations", notes)
                .map_or_else(Registrations::default, |section| {
                    registrations(section, notes)
                }),
            notifications: from
                .section("notifications", notes)
                .map_or_else(Notifications::default, |section| {
                    notifications::read(section, notes)
                }),
            carriers: from
                .section("carriers", notes)
                .map_or_else(Carriers::default, |section| carriers::read(section, notes)),
            queue_hours: from
                .section("callbacks", notes)
                .map_or_else(QueueHours::default, |section| {
                    queue_hours::read(section, notes)
                }),
            alerts: from
                .section("alerts", notes)
                .map_or_else(Alerts::default, |section| alerts::read(section, notes)),
            listen: from
                .section("listen", notes)
                .and_then(|section| listen::read(section, notes)),
            probes: from
                .section("probes", notes)
                .map_or_else(Probes::default, |section| probes::read(section, notes)),
            routes: from
                .section("routes", notes)
                .map_or_else(Routes::default, |section| routes::read(section, notes)),
            handover: from
                .section("handover", notes)
                .map_or_else(HandoverSettings::default, |section| {
                    handover::read(section, notes)
                }),
            provisioning: from
                .section("provisioning", notes)
                .map_or_else(Provisioning::default, |section| {
                    provisioning::read(section, notes)
                }),
            transfers: from
                .section("transfers", notes)
                .map_or_else(TransferSettings::default, |section| {
                    transfers::read(section, notes)
                }),
            requests_per_minute: from.take("requests_per_minute", notes),
        };
        draft.check_place(&from.origin, &format!("profiles.{name}"), notes);
        from.finish(notes);
        draft
    }
}

fn api(word: &str) -> Result<Api, String> {
    near::choose(word, &Api::ALL.map(|api| (api.word(), api)))
}

/// Scopes as a token call has them: words without white space (RFC 6749 §3.3).
fn scopes(words: Vec<String>) -> Result<Vec<String>, String> {
    if words.is_empty() {
        return Err(
            "asks for nothing: leave scopes out to ask for all that the client has".to_owned(),
        );
    }
    if words.len() > MOST_SCOPES {
        return Err(format!("at most {MOST_SCOPES} scopes"));
    }
    for word in &words {
        plain(word, MAX_CLIENT_ID)?;
        if word.contains(char::is_whitespace) {
            return Err(format!(
                "{word:?} is not one scope: each is a word of its own"
            ));
        }
    }
    Ok(words)
}

/// A certificate without its key is as good as none.
fn client_cert(from: &mut Section<'_>, notes: &mut Notes<'_>) -> Option<ClientCert> {
    let (origin, key) = (from.origin.clone(), from.key("client_cert_file"));
    let mut file = |name| from.take_as(name, notes, paths::written);
    let (cert, private) = (file("client_cert_file"), file("client_key_file"));
    match (cert, private) {
        (Some(cert), Some(private)) => Some(ClientCert {
            cert: notes.beside(&cert),
            key: notes.beside(&private),
        }),
        (None, None) => None,
        _ => {
            let message = "client_cert_file and client_key_file go together";
            notes.fault(origin, &key, message);
            None
        }
    }
}

fn registrations(mut from: Section<'_>, notes: &mut Notes<'_>) -> Registrations {
    let default = Registrations::default();
    let read = Registrations {
        users: from.take_as("users", notes, |ids: Vec<String>| users(&ids)),
        poll: from
            .take_as("poll_seconds", notes, poll)
            .unwrap_or(default.poll),
        max_streams: from
            .take_as("max_streams", notes, streams)
            .unwrap_or(default.max_streams),
        remember: from.take("remember", notes).unwrap_or(default.remember),
    };
    from.finish(notes);
    read
}

/// A number of streams, or the word for all of them.
#[derive(Deserialize)]
#[serde(untagged)]
enum Most {
    Number(u32),
    Word(String),
}

impl Typed for Most {
    fn schema() -> Value {
        json!({"type": ["integer", "string"], "minimum": 0})
    }
}

fn streams(most: Most) -> Result<Option<u32>, String> {
    match most {
        Most::Number(streams) if streams <= MAX_STREAMS => Ok(Some(streams)),
        Most::Number(_) => Err(format!("at most {MAX_STREAMS}; users beyond it are polled")),
        Most::Word(word) if word == "all" => Ok(None),
        Most::Word(word) => Err(format!("{word:?} is neither a number nor \"all\"")),
    }
}

fn users(ids: &[String]) -> Result<Vec<UserId>, String> {
    if ids.is_empty() {
        return Err("names no user: leave users out to watch everyone".to_owned());
    }
    if ids.len() > MAX_USERS {
        return Err(format!("at most {MAX_USERS} users"));
    }
    let mut seen = HashSet::with_capacity(ids.len());
    let mut users = Vec::with_capacity(ids.len());
    for id in ids {
        plain(id, MAX_CLIENT_ID)?;
        if seen.insert(id.as_str()) {
            users.push(UserId::from(id.as_str()));
        }
    }
    Ok(users)
}

fn poll(seconds: u32) -> Result<Duration, String> {
    let poll = Duration::from_secs(seconds.into());
    if poll < LEAST_POLL {
        let least = LEAST_POLL.as_secs();
        return Err(format!("{seconds} is too often: at least {least} seconds"));
    }
    Ok(poll)
}

/// Text of the file that may be shown as it is.
pub(super) fn plain(text: &str, longest: usize) -> Result<(), String> {
    if text.is_empty() {
        return Err("may not be empty".to_owned());
    }
    if text.chars().count() > longest {
        return Err(format!("longer than {longest} characters"));
    }
    if !is_plain(text) {
        return Err(format!("{text:?} has characters that cannot be shown"));
    }
    Ok(())
}
