//! The integrations that there are, what each is to be, and what it is.

use compact_str::CompactString;
use hyper::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::config::{self, Configuration};
use super::{kinds, unknown};
use crate::org::platform::sparse::{moment, sparse};
use crate::org::reply::Refusal;

/// How long it takes until what is intended is so.
const SETTLES: SignedDuration = SignedDuration::from_millis(1_200);

/// The most integrations of one organisation.
const MOST: usize = 200;

/// What an integration is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub(in crate::org) enum Intended {
    Enabled,
    Disabled,
    Deleted,
    Restored,
}

/// What it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ReportedState {
    Active,
    Activating,
    Inactive,
    Deactivating,
    /// A code and a sentence.
    Error(&'static str, String),
}

impl ReportedState {
    pub(super) const fn code(&self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Activating => "ACTIVATING",
            Self::Inactive => "INACTIVE",
            Self::Deactivating => "DEACTIVATING",
            Self::Error(..) => "ERROR",
        }
    }
}

/// One integration.
#[derive(Clone, Debug)]
pub(in crate::org) struct Integration {
    pub(super) id: CompactString,
    name: String,
    pub(super) kind: &'static str,
    pub(super) intended: Intended,
    /// When what is intended, or how, was last changed.
    since: Timestamp,
    /// Whether it was on before that: one that stays off does not go through being switched off.
    was_on: bool,
    /// Of the configuration; counts the writes.
    pub(super) version: u64,
    pub(super) properties: Map<String, Value>,
    advanced: Value,
    notes: String,
    credentials: Map<String, Value>,
}

impl Integration {
    /// One that is off, with nothing configured.
    fn new(id: CompactString, name: String, kind: &'static str, now: Timestamp) -> Self {
        let (properties, advanced) = config::empty();
        Self {
            id,
            name,
            kind,
            intended: Intended::Disabled,
            since: now,
            was_on: false,
            version: 1,
            properties,
            advanced,
            notes: String::new(),
            credentials: Map::new(),
        }
    }

    const fn is_on(&self) -> bool {
        matches!(self.intended, Intended::Enabled)
    }

    /// What it is by now.
    pub(super) fn reported(&self, now: Timestamp) -> ReportedState {
        let settled = now.duration_since(self.since) >= SETTLES;
        match (self.is_on(), settled) {
            (true, false) => ReportedState::Activating,
            (true, true) => match self.trouble() {
                Some((code, message)) => ReportedState::Error(code, message),
                None => ReportedState::Active,
            },
            (false, false) if self.was_on => ReportedState::Deactivating,
            (false, _) => ReportedState::Inactive,
        }
    }

    fn trouble(&self) -> Option<(&'static str, String)> {
        if self.kind == kinds::EVENT_BRIDGE {
            config::trouble(&self.properties)
        } else {
            None
        }
    }

    /// Says what it is to be; one that is restored is off.
    pub(in crate::org) fn intend(&mut self, intended: Intended, now: Timestamp) {
        self.was_on = self.is_on();
        self.intended = match intended {
            Intended::Restored => Intended::Disabled,
            other => other,
        };
        if self.was_on != self.is_on() {
            self.since = now;
        }
    }

    /// Writes the configuration; one that is on starts anew with it.
    pub(super) fn configure(&mut self, asked: Configuration, now: Timestamp) {
        self.name = asked.name;
        self.properties = asked.properties;
        self.advanced = asked.advanced;
        self.notes = asked.notes;
        self.credentials = asked.credentials;
        self.written(now);
    }

    /// Writes some of the properties, as somebody else would.
    pub(in crate::org) fn meddle(&mut self, properties: Map<String, Value>, now: Timestamp) {
        self.properties.extend(properties);
        self.written(now);
    }

    fn written(&mut self, now: Timestamp) {
        self.version = self.version.saturating_add(1);
        if self.is_on() {
            self.since = now;
        }
    }

    /// As the API shows it, with its configuration or without.
    pub(in crate::org) fn entity(&self, now: Timestamp, whole: bool) -> Value {
        let kind = kinds::find(self.kind).map(|kind| kind.name);
        let reported = self.reported(now);
        let detail = match &reported {
            ReportedState::Error(code, message) => json!({
                "localizableMessageCode": code, "message": message, "messageWithParams": message, "messageParams": {},
            }),
            _ => Value::Null,
        };
        sparse(json!({
            "id": self.id,
            "name": self.name,
            "integrationType": {
                "id": self.kind, "name": kind.unwrap_or(self.kind),
                "selfUri": format!("/api/v2/integrations/types/{}", self.kind),
            },
            "notes": self.notes,
            "intendedState": self.intended,
            "config": whole.then(|| json!({"current": self.configuration()})),
            "reportedState": sparse(json!({
                "code": reported.code(), "effective": self.effective(&reported), "detail": detail,
                "lastUpdated": moment(self.since),
            })),
            "attributes": {},
            "selfUri": format!("/api/v2/integrations/{}", self.id),
        }))
    }

    /// What it does in a sentence.
    fn effective(&self, reported: &ReportedState) -> &'static str {
        match reported {
            ReportedState::Active => "Active",
            ReportedState::Error(..) => "Inactive: the configuration is in error",
            _ if self.intended == Intended::Deleted => "Deleted",
            _ => "Inactive",
        }
    }

    /// Its configuration as the API shows it.
    pub(super) fn configuration(&self) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "version": self.version,
            "properties": self.properties,
            "advanced": self.advanced,
            "notes": self.notes,
            "credentials": self.credentials,
            "selfUri": format!("/api/v2/integrations/{}/config/current", self.id),
        })
    }

    /// What operational events tell of it: id, name, what it is to be, and what is against that.
    pub(super) fn told(&self) -> IntegrationStatus {
        IntegrationStatus {
            id: self.id.clone(),
            name: self.name.clone(),
            intended: self.intended,
            was_on: self.was_on,
            trouble: self.trouble().filter(|_| self.is_on()),
        }
    }
}

/// What operational events tell of an integration.
pub(in crate::org) struct IntegrationStatus {
    pub(in crate::org) id: CompactString,
    pub(in crate::org) name: String,
    pub(in crate::org) intended: Intended,
    pub(in crate::org) was_on: bool,
    pub(in crate::org) trouble: Option<(&'static str, String)>,
}

/// Every integration, in the order they were made.
#[derive(Debug, Default)]
pub(in crate::org) struct Integrations(Vec<Integration>);

impl Integrations {
    /// Those that there are from the start: two at work, one whose account nobody has.
    pub(in crate::org) fn seeded(now: Timestamp) -> Self {
        let long_ago = now.checked_sub(SETTLES * 2).unwrap_or(now);
        let seed = |(id, name, on, account, suffix, topics): IntegrationSeed| {
            let mut made =
                Integration::new(id.into(), name.to_owned(), kinds::EVENT_BRIDGE, long_ago);
            let properties = json!({
                "awsAccountId": account, "awsAccountRegion": "eu-central-1", "eventSourceSuffix": suffix, "eventFilter": topics,
            });
            made.properties = properties.as_object().cloned().unwrap_or_default();
            if on {
                made.intended = Intended::Enabled;
            }
            made
        };
        Self(SEEDS.map(seed).into())
    }

    /// Those that are not deleted.
    pub(super) fn all(&self) -> impl Iterator<Item = &Integration> {
        let all = self.0.iter();
        all.filter(|one| one.intended != Intended::Deleted)
    }

    pub(in crate::org) fn get(&self, id: &str) -> Result<&Integration, Refusal> {
        let found = self.0.iter().find(|one| one.id == id);
        found.ok_or_else(|| unknown(id))
    }

    pub(in crate::org) fn get_mut(&mut self, id: &str) -> Result<&mut Integration, Refusal> {
        let found = self.0.iter_mut().find(|one| one.id == id);
        found.ok_or_else(|| unknown(id))
    }

    pub(super) fn create(
        &mut self,
        name: String,
        kind: &'static str,
        now: Timestamp,
    ) -> Result<&Integration, Refusal> {
        if self.0.len() >= MOST {
            let message = format!("An organisation holds at most {MOST} integrations.");
            return Err(Refusal::new(
                StatusCode::CONFLICT,
                "general.conflict",
                message,
            ));
        }
        let id = CompactString::from(Uuid::new_v4().to_string());
        self.0.push(Integration::new(id.clone(), name, kind, now));
        self.get(&id)
    }

    pub(super) fn remove(&mut self, id: &str) -> Result<Integration, Refusal> {
        let place = self.0.iter().position(|one| one.id == id);
        place
            .map(|place| self.0.remove(place))
            .ok_or_else(|| unknown(id))
    }
}

/// An id, a name, whether it is on, the account, the suffix, and the topics.
type IntegrationSeed = (
    &'static str,
    &'static str,
    bool,
    &'static str,
    &'static str,
    &'static [&'static str],
);

/// The integration that somebody keeps changing.
pub(super) const DRIFTING: &str = "ebs-conversation-archive";

const SEEDS: [IntegrationSeed; 3] = [
    (
        "ebs-queue-events",
        "Queue events to the wallboard",
        true,
        "123456789012",
        "wallboard",
        &[
            "v2.detail.events.conversation.{id}.acd.start",
            "v2.detail.events.conversation.{id}.acd.end",
        ],
    ),
    (
        DRIFTING,
        "Conversation archive",
        true,
        "210987654321",
        "archive",
        &["v2.detail.events.conversation.{id}.user.end"],
    ),
    (
        "ebs-billing",
        "Billing feed",
        true,
        "000000000012",
        "billing",
        &["v2.detail.events.conversation.{id}.customer.end"],
    ),
];
