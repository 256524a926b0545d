//! What is sent to make, change and take away routes. A route of one part is one write; an integration is kept in parts, and
//! each is a write of its own.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use super::{EventBridge, Known, Route, address, diff, eventbridge, header};
use crate::model::write::{Method, Write, WriteKind};
use crate::text::{fit, safe};

/// Where webhooks are, under the API's address (contract §9).
pub const WEBHOOKS: [&str; 4] = ["api", "v2", "outbound", "integrations"];

/// Where integrations are (Platform API).
pub const INTEGRATIONS: [&str; 3] = ["api", "v2", "integrations"];

/// Where triggers are (Platform API).
pub const TRIGGERS: [&str; 4] = ["api", "v2", "processautomation", "triggers"];

/// Differences of a route that the audit names.
const CHANGES: usize = 32;

/// Columns of one of them.
const LONGEST_CHANGE: usize = 240;

/// What stands for an id that only the answer to a write before will tell.
const ID_TO_COME: &str = "NEW-ID";

/// A body with the version that it is to replace.
#[derive(Serialize)]
struct Versioned<'a, T> {
    #[serde(flatten)]
    body: &'a T,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u64>,
}

impl Route {
    /// The write that makes it a new route. An integration is made bare: [`Known::updates`] of what was made gives it the
    /// rest.
    #[must_use]
    pub fn create(&self) -> Write {
        match self {
            Self::Webhook(body) => {
                self.write(WriteKind::RouteCreate, Method::Post, &WEBHOOKS, body)
            }
            Self::Trigger(body) => {
                self.write(WriteKind::RouteCreate, Method::Post, &TRIGGERS, body)
            }
            Self::EventBridge(bridge) => {
                let body =
                    json!({ "name": bridge.name, "integrationType": { "id": eventbridge::TYPE } });
                self.write(WriteKind::RouteCreate, Method::Post, &INTEGRATIONS, &body)
            }
        }
    }

    /// Everything that is sent to make it a new route, in order, for whoever wants to see it before: in place of the id and
    /// the version that the first answer tells stand `NEW-ID` and 1.
    #[must_use]
    pub fn creates(&self) -> Vec<Write> {
        let mut writes = vec![self.create()];
        if let Self::EventBridge(bridge) = self {
            let made = Known {
                version: Some(1),
                ..Known::new(ID_TO_COME, bare(bridge))
            };
            writes.extend(made.updates(self));
        }
        writes
    }

    fn write(
        &self,
        kind: WriteKind,
        method: Method,
        path: &[&str],
        body: &impl Serialize,
    ) -> Write {
        // Strings, lists and numbers that came from JSON cannot fail to become JSON.
        let body = serde_json::to_string(body).unwrap_or_default();
        let mut note = BTreeMap::new();
        note.extend(self.where_to());
        Write {
            note,
            body: Some(body),
            secrets: self.secrets(),
            addresses: self.addresses(),
            ..Write::bare(kind, method, path, safe(self.name()))
        }
    }

    /// What the audit says of where its events go: its addresses, as they may be shown.
    fn where_to(&self) -> Option<(&'static str, Value)> {
        let Self::Webhook(route) = self else {
            return None;
        };
        let all = std::iter::once(&route.uri).chain(&route.uris);
        let shown: Vec<_> = all
            .map(|uri| safe(&address::shown(uri)).into_owned())
            .collect();
        Some(("uris", shown.into()))
    }

    /// Where in its body addresses are, as JSON pointers.
    fn addresses(&self) -> Vec<String> {
        let Self::Webhook(route) = self else {
            return Vec::new();
        };
        let further = (0..route.uris.len()).map(|n| format!("/uris/{n}"));
        std::iter::once("/uri".to_owned()).chain(further).collect()
    }

    /// Where in its body secrets are, as JSON pointers.
    fn secrets(&self) -> Vec<String> {
        let Self::Webhook(route) = self else {
            return Vec::new();
        };
        let secrets = route.headers.keys().filter(|name| header::is_secret(name));
        secrets
            .map(|name| format!("/headers/{}", escaped(name)))
            .collect()
    }
}

/// What an integration is before it is configured.
fn bare(bridge: &EventBridge) -> EventBridge {
    EventBridge {
        name: bridge.name.clone(),
        aws_account_id: String::new(),
        aws_account_region: String::new(),
        event_source_suffix: String::new(),
        event_filter: Vec::new(),
        enabled: false,
        notes: String::new(),
    }
}

impl Known {
    /// The writes that give it another body, in order; none where a part is so already.
    #[must_use]
    pub fn updates(&self, to: &Route) -> Vec<Write> {
        let mut writes = self.changed_to(to);
        for write in &mut writes {
            write.note.insert("changes", self.difference(to));
        }
        writes
    }

    /// What the audit says of a change: each difference in a line, at most [`CHANGES`] of them, secrets masked.
    fn difference(&self, to: &Route) -> Value {
        let all = diff::changes(&self.route, to);
        let more = all.len().saturating_sub(CHANGES);
        let told = all.iter().take(CHANGES);
        let mut told: Vec<_> = told
            .map(|change| fit(&change.to_string(), LONGEST_CHANGE).into_owned())
            .collect();
        if more > 0 {
            told.push(format!("and {more} more"));
        }
        told.into()
    }

    fn changed_to(&self, to: &Route) -> Vec<Write> {
        match (&self.route, to) {
            (Route::EventBridge(from), Route::EventBridge(bridge)) => {
                self.reconfigure(from, bridge, to)
            }
            (_, Route::Webhook(body)) => vec![self.replace(to, body)],
            (_, Route::Trigger(body)) => vec![self.replace(to, body)],
            // No route becomes one of another kind: its rules say so before anybody asks for the write.
            (_, Route::EventBridge(_)) => Vec::new(),
        }
    }

    fn replace(&self, to: &Route, body: &impl Serialize) -> Write {
        let body = Versioned {
            body,
            version: self.version,
        };
        to.write(WriteKind::RouteUpdate, Method::Put, &self.path(&[]), &body)
    }

    fn reconfigure(&self, from: &EventBridge, to: &EventBridge, body: &Route) -> Vec<Write> {
        let configured = |bridge: &EventBridge| EventBridge {
            enabled: true,
            ..bridge.clone()
        };
        let mut writes = Vec::new();
        if configured(from) != configured(to) {
            let path = self.path(&["config", "current"]);
            let config = self.config(to);
            writes.push(body.write(WriteKind::RouteUpdate, Method::Put, &path, &config));
        }
        if from.enabled != to.enabled {
            let intended = if to.enabled { "ENABLED" } else { "DISABLED" };
            let state = json!({ "intendedState": intended });
            writes.push(body.write(
                WriteKind::RouteUpdate,
                Method::Patch,
                &self.path(&[]),
                &state,
            ));
        }
        writes
    }

    /// The body that a write of [`Self::updates`] would have had if nothing were to change, with its secrets masked: what a
    /// review holds it against. None for a write without a body.
    #[must_use]
    pub fn before(&self, write: &Write) -> Option<String> {
        write.body.as_ref()?;
        match (&self.route, write.method) {
            (Route::EventBridge(_), Method::Patch) => {
                let integration = self.integration.as_deref();
                let enabled = self.route.enabled() == Some(true);
                let told = integration
                    .map(|known| known.intended.raw())
                    .filter(|word| !word.is_empty());
                let intended = told.unwrap_or(if enabled { "ENABLED" } else { "DISABLED" });
                Some(json!({ "intendedState": intended }).to_string())
            }
            (Route::EventBridge(bridge), _) => Some(self.config(bridge).to_string()),
            (Route::Trigger(trigger), _) => self.replace(&self.route, trigger).body,
            (Route::Webhook(_), _) => Some(self.route.masked().json()),
        }
    }

    /// The configuration as it is put: what a route says, over what the organisation had beside it.
    fn config(&self, to: &EventBridge) -> Value {
        let integration = self.integration.as_deref();
        let mut properties =
            integration.map_or_else(Default::default, |known| known.properties.clone());
        for (name, value) in [
            ("awsAccountId", json!(to.aws_account_id)),
            ("awsAccountRegion", json!(to.aws_account_region)),
            ("eventSourceSuffix", json!(to.event_source_suffix)),
            ("eventFilter", json!(to.event_filter)),
        ] {
            properties.insert(name.to_owned(), value);
        }
        let kept = |value: Option<&Value>| match value {
            Some(value @ Value::Object(_)) => value.clone(),
            _ => json!({}),
        };
        json!({
            "name": to.name,
            "version": self.version.unwrap_or(1),
            "properties": properties,
            "advanced": kept(integration.map(|known| &known.advanced)),
            "notes": to.notes,
            "credentials": kept(integration.map(|known| &known.credentials)),
        })
    }

    /// The write that takes it away.
    #[must_use]
    pub fn delete(&self) -> Write {
        let subject = safe(self.route.name());
        let (kind, path) = (WriteKind::RouteDelete, self.path(&[]));
        let mut write = Write::bare(kind, Method::Delete, &path, subject);
        write.note.extend(self.route.where_to());
        write
    }

    fn path<'a>(&'a self, further: &[&'a str]) -> Vec<&'a str> {
        let place: &[&str] = match self.route {
            Route::Webhook(_) => &WEBHOOKS,
            Route::EventBridge(_) => &INTEGRATIONS,
            Route::Trigger(_) => &TRIGGERS,
        };
        let id = [self.id.raw()];
        place.iter().chain(&id).chain(further).copied().collect()
    }
}

/// A name as a part of a JSON pointer (RFC 6901 §3).
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests;
