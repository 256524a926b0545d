//! The body of a route, and every rule that it keeps (contract §9).

use std::collections::{BTreeMap, BTreeSet};

use hyper::header::{HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::org::reply::Refusal;
use crate::org::rules::{self, Breaches};

/// The most further URIs of one route.
const MOST_URIS: usize = 10;

/// The longest name, in characters; beyond the contract.
const LONGEST_NAME: usize = 256;

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
        let body: Self = rules::read(bytes)?;
        let mut breaches = Breaches::default();
        body.check(&mut breaches);
        breaches.verdict()?;
        Ok(body)
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

    fn check(&self, breaches: &mut Breaches) {
        breaches.length("name", self.name.trim(), 1, LONGEST_NAME);
        breaches.check(self.kind == "webhook", "type", "must be \"webhook\"");
        check_uri("uri", &self.uri, breaches);
        let count = self.uris.len();
        breaches.check(
            count <= MOST_URIS,
            "uris",
            format_args!("at most {MOST_URIS}, not {count}"),
        );
        for (index, uri) in self.uris.iter().take(MOST_URIS).enumerate() {
            check_uri(&format!("uris[{index}]"), uri, breaches);
        }
        self.retry_policy.check(breaches);
        self.check_filters(breaches);
        self.check_headers(breaches);
    }

    fn check_filters(&self, breaches: &mut Breaches) {
        breaches.check(
            (1..=MOST_ENTRIES).contains(&self.event_filters.len()),
            "eventFilters",
            format_args!("1 to {MOST_ENTRIES} filters"),
        );
        for (index, filter) in self.event_filters.iter().take(MOST_ENTRIES).enumerate() {
            breaches.check(
                !filter.event_type.trim().is_empty(),
                format_args!("eventFilters[{index}].eventType"),
                "must not be empty",
            );
            breaches.check(
                filter.fields.len() <= MOST_ENTRIES,
                format_args!("eventFilters[{index}].fields"),
                format_args!("at most {MOST_ENTRIES}"),
            );
        }
    }

    fn check_headers(&self, breaches: &mut Breaches) {
        breaches.check(
            self.headers.len() <= MOST_ENTRIES,
            "headers",
            format_args!("at most {MOST_ENTRIES}"),
        );
        for (name, value) in self.headers.iter().take(MOST_ENTRIES) {
            // Told without its value, which may be a secret.
            breaches.check(
                HeaderName::try_from(name).is_ok() && HeaderValue::try_from(value).is_ok(),
                format_args!("headers[{name:?}]"),
                "HTTP cannot carry it",
            );
        }
    }
}

impl RetryPolicy {
    fn check(self, breaches: &mut Breaches) {
        let Self {
            max_retries,
            retry_interval,
            backoff_factor,
        } = self;
        breaches.check(
            max_retries <= MOST_RETRIES,
            "retryPolicy.maxRetries",
            format_args!("0 to {MOST_RETRIES}, not {max_retries}"),
        );
        breaches.check(
            retry_interval > 0.0,
            "retryPolicy.retryInterval",
            format_args!("over 0 s, not {retry_interval}"),
        );
        breaches.check(
            backoff_factor >= 1.0,
            "retryPolicy.backoffFactor",
            format_args!("at least 1, not {backoff_factor}"),
        );
    }
}

fn check_uri(field: &str, uri: &str, breaches: &mut Breaches) {
    match uri.parse::<Url>() {
        Ok(url) => {
            breaches.check(url.scheme() == "https", field, "must be https");
            breaches.check(url.has_host(), field, "must have a host");
        }
        Err(error) => breaches.check(false, field, error),
    }
}
