//! The body of a route, and every rule that it keeps (contract §9).

use std::collections::{BTreeMap, BTreeSet};

use hyper::header::{HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::org::reply::Refusal;

/// The most further URIs of one route.
const MOST_URIS: usize = 10;

/// The most retries after the first attempt.
const MOST_RETRIES: u32 = 5;

/// The most event filters, headers and fields of a filter; the contract sets no limit, and memory does.
const MOST_ENTRIES: usize = 100;

/// A route as a client writes it. Fields beyond these are ignored and not kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::org) struct Body {
    pub(in crate::org) name: String,
    #[serde(rename = "type")]
    pub(in crate::org) kind: String,
    pub(in crate::org) uri: String,
    #[serde(default)]
    pub(in crate::org) uris: Vec<String>,
    pub(in crate::org) retry_policy: RetryPolicy,
    pub(in crate::org) event_filters: Vec<EventFilter>,
    #[serde(default)]
    pub(in crate::org) headers: BTreeMap<String, String>,
    /// Beyond the contract: a route that is off delivers nothing.
    #[serde(default = "on")]
    pub(in crate::org) enabled: bool,
}

/// How often and how late a failed delivery is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::org) struct RetryPolicy {
    pub(in crate::org) max_retries: u32,
    /// Seconds before the first retry.
    pub(in crate::org) retry_interval: f64,
    /// What each further wait is longer by.
    pub(in crate::org) backoff_factor: f64,
}

/// Which events go, and what of them; no fields are all fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::org) struct EventFilter {
    pub(in crate::org) event_type: String,
    #[serde(default)]
    pub(in crate::org) fields: Vec<String>,
}

const fn on() -> bool {
    true
}

impl Body {
    /// Reads a body and checks it; a refusal names every field that is wrong.
    pub(in crate::org) fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        let mut json = serde_json::Deserializer::from_slice(bytes);
        let body: Self = serde_path_to_error::deserialize(&mut json)
            .map_err(|error| Refusal::bad_request(misread(&error)))?;
        json.end()
            .map_err(|error| Refusal::bad_request(format!("after the route: {error}")))?;
        let wrong = body.wrong();
        if wrong.is_empty() {
            return Ok(body);
        }
        Err(Refusal::bad_request(wrong.join("; ")))
    }

    /// Every destination, the primary one first, each once.
    pub(in crate::org) fn destinations(&self) -> Vec<&str> {
        let mut seen = BTreeSet::new();
        std::iter::once(&self.uri)
            .chain(&self.uris)
            .map(String::as_str)
            .filter(|uri| seen.insert(*uri))
            .collect()
    }

    /// What is wrong with it, a sentence for each fault.
    fn wrong(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        if self.name.trim().is_empty() {
            wrong.push("name must not be empty".to_owned());
        }
        if self.kind != "webhook" {
            wrong.push(format!("type must be \"webhook\", not {:?}", self.kind));
        }
        wrong.extend(bad_uri("uri", &self.uri));
        if self.uris.len() > MOST_URIS {
            let count = self.uris.len();
            wrong.push(format!("uris holds at most {MOST_URIS}, not {count}"));
        }
        let further = self.uris.iter().take(MOST_URIS).enumerate();
        wrong.extend(further.filter_map(|(index, uri)| bad_uri(&format!("uris[{index}]"), uri)));
        self.retry_policy.wrong(&mut wrong);
        self.wrong_filters(&mut wrong);
        self.wrong_headers(&mut wrong);
        wrong
    }

    fn wrong_filters(&self, wrong: &mut Vec<String>) {
        if self.event_filters.is_empty() {
            wrong.push("eventFilters needs at least one filter".to_owned());
        }
        if self.event_filters.len() > MOST_ENTRIES {
            wrong.push(format!("eventFilters holds at most {MOST_ENTRIES}"));
        }
        for (index, filter) in self.event_filters.iter().take(MOST_ENTRIES).enumerate() {
            if filter.event_type.trim().is_empty() {
                wrong.push(format!("eventFilters[{index}].eventType must not be empty"));
            }
            if filter.fields.len() > MOST_ENTRIES {
                wrong.push(format!(
                    "eventFilters[{index}].fields holds at most {MOST_ENTRIES}"
                ));
            }
        }
    }

    fn wrong_headers(&self, wrong: &mut Vec<String>) {
        if self.headers.len() > MOST_ENTRIES {
            wrong.push(format!("headers holds at most {MOST_ENTRIES}"));
        }
        for (name, value) in self.headers.iter().take(MOST_ENTRIES) {
            if HeaderName::try_from(name).is_err() || HeaderValue::try_from(value).is_err() {
                // Without its value, which may be a secret.
                wrong.push(format!("headers: HTTP cannot carry {name:?} as given"));
            }
        }
    }
}

impl RetryPolicy {
    fn wrong(self, wrong: &mut Vec<String>) {
        if self.max_retries > MOST_RETRIES {
            let given = self.max_retries;
            wrong.push(format!(
                "retryPolicy.maxRetries must be 0 to {MOST_RETRIES}, not {given}"
            ));
        }
        if self.retry_interval.is_nan() || self.retry_interval <= 0.0 {
            let given = self.retry_interval;
            wrong.push(format!(
                "retryPolicy.retryInterval must be over 0 s, not {given}"
            ));
        }
        if self.backoff_factor.is_nan() || self.backoff_factor < 1.0 {
            let given = self.backoff_factor;
            wrong.push(format!(
                "retryPolicy.backoffFactor must be at least 1, not {given}"
            ));
        }
    }
}

/// What serde says, after the field it stumbled over.
fn misread(error: &serde_path_to_error::Error<serde_json::Error>) -> String {
    match error.path().to_string().as_str() {
        "." => error.inner().to_string(),
        path => format!("{path}: {}", error.inner()),
    }
}

fn bad_uri(field: &str, uri: &str) -> Option<String> {
    match uri.parse::<Url>() {
        Ok(url) if url.scheme() != "https" => {
            Some(format!("{field} must be https, not {}", url.scheme()))
        }
        Ok(url) if url.has_host() => None,
        Ok(_) => Some(format!("{field} has no host")),
        Err(error) => Some(format!("{field} is no URI: {error}")),
    }
}
