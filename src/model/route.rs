//! Event routes: where the organisation sends which events (contract §9).
//!
//! A route is a payload like any other: what a form builds, what `-f` reads and what `POST /resolve` takes is this one
//! struct, and [`Route::faults`] is the one place that knows its rules.

pub mod deployment;
pub mod diff;
pub mod header;
pub mod known;
pub mod retry;
mod rules;
pub mod verdict;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

pub use self::deployment::{Deed, Deployment, State};
pub use self::known::{Delivery, EventType, Known};
pub use self::retry::RetryPolicy;
pub use self::verdict::{Check, Stage, Verdict};
use super::RouteId;
use super::payload::Fault;

/// Further destinations that a route may have beside its first (contract §9).
pub const MOST_URIS: usize = 10;

/// The only kind of route there is (contract §9).
pub const WEBHOOK: &str = "webhook";

/// The body of a route, in the contract's order of fields.
///
/// Fields that the contract does not know are refused and not dropped: a route that was written with `evenFilters`
/// must not be deployed without its filters.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Route {
    /// What people call it; the desired state of a folder of files is matched by it.
    pub name: String,
    /// Always [`WEBHOOK`].
    #[serde(rename = "type", default = "webhook")]
    pub kind: String,
    /// The first destination.
    pub uri: String,
    /// Further destinations; each event goes to all of them.
    #[serde(default)]
    pub uris: Vec<String>,
    /// What happens when a destination does not take an event.
    #[serde(default)]
    pub retry_policy: RetryPolicy,
    /// Which events, and which of their fields.
    pub event_filters: Vec<EventFilter>,
    /// Sent with every event. Values may be secrets, so that neither `Debug` nor a diff shows them.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
}

/// One kind of event that a route carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EventFilter {
    /// The event's name, such as `routing.queue.entered`.
    pub event_type: String,
    /// The fields that are sent; none is all of them.
    #[serde(default)]
    pub fields: Vec<String>,
}

fn webhook() -> String {
    WEBHOOK.to_owned()
}

impl Route {
    /// Every rule of contract §9 that it breaks, each at its field.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        rules::faults(self)
    }

    /// Every destination once, the first one first.
    pub fn destinations(&self) -> impl Iterator<Item = &str> {
        let all = std::iter::once(&self.uri).chain(&self.uris);
        let mut seen = std::collections::HashSet::new();
        all.map(String::as_str).filter(move |uri| seen.insert(*uri))
    }

    /// The body as it is sent.
    #[must_use]
    pub fn json(&self) -> String {
        // Strings, lists and numbers that came from JSON cannot fail to become JSON.
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Route")
            .field("name", &self.name)
            .field("uri", &self.uri)
            .field("uris", &self.uris)
            .field("retry_policy", &self.retry_policy)
            .field("event_filters", &self.event_filters)
            .field("headers", &self.headers.keys())
            .finish_non_exhaustive()
    }
}

/// Which route a payload is to become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Aim {
    /// The route of that name when there is one, else a new one: what a file or `POST /resolve` means.
    ByName,
    /// A new one; that there is one of the name already is a conflict.
    New,
    /// This one.
    Existing(RouteId),
}
