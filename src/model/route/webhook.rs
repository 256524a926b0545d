//! A route of the direct API: events go to HTTPS destinations, with retries (contract §9).

use std::collections::{BTreeMap, HashSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{RetryPolicy, address};
use crate::vault;

/// Further destinations that a route may have beside its first (contract §9).
pub const MOST_URIS: usize = 10;

/// The word that the direct API has for it (contract §9).
pub const WEBHOOK: &str = "webhook";

/// The body of a route, in the contract's order of fields.
///
/// Fields that the contract does not know are refused and not dropped: a route that was written with `evenFilters`
/// must not be deployed without its filters.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Webhook {
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

impl Webhook {
    /// Every destination once, the first one first.
    pub fn destinations(&self) -> impl Iterator<Item = &str> {
        let all = std::iter::once(&self.uri).chain(&self.uris);
        let mut seen = HashSet::new();
        all.map(String::as_str).filter(move |uri| seen.insert(*uri))
    }
}

impl Webhook {
    /// Every destination as it is written.
    pub(super) fn uris_mut(&mut self) -> impl Iterator<Item = &mut String> {
        std::iter::once(&mut self.uri).chain(&mut self.uris)
    }

    /// The body of a record with its credentials again, as far as `from` has them.
    pub(super) fn restored(&self, from: Option<&Self>) -> Result<Self, Vec<String>> {
        let (mut whole, mut missing) = (self.clone(), Vec::new());
        for (name, value) in &mut whole.headers {
            let values = from.into_iter().flat_map(|from| from.headers.values());
            if !vault::is_hash(value) {
                continue;
            }
            match values
                .into_iter()
                .find(|known| vault::is_same(value, known))
            {
                Some(known) => value.clone_from(known),
                None => missing.push(format!("headers.{name}")),
            }
        }
        for uri in whole.uris_mut().filter(|uri| address::is_hashed(uri)) {
            let mut known = from.into_iter().flat_map(Self::destinations);
            match known.find(|known| address::same(uri, known)) {
                Some(known) => known.clone_into(uri),
                None => missing.push(format!("the query of {}", address::shown(uri))),
            }
        }
        if missing.is_empty() {
            Ok(whole)
        } else {
            Err(missing)
        }
    }
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook")
            .field("name", &self.name)
            .field("uri", &self.uri)
            .field("uris", &self.uris)
            .field("retry_policy", &self.retry_policy)
            .field("event_filters", &self.event_filters)
            .field("headers", &self.headers.keys())
            .finish_non_exhaustive()
    }
}
