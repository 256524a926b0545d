//! The rules of contract §9, each with the sentence that a form, `-f` and `POST /resolve` answer with.

use std::collections::HashSet;

use url::Url;

use super::header;
use super::retry::MOST_RETRIES;
use super::{EventFilter, MOST_URIS, RetryPolicy, Route, WEBHOOK};
use crate::model::payload::Fault;
use crate::text::{fit, safe};

/// Characters of a name; a longer one is a paste that went wrong.
const LONGEST_NAME: usize = 128;

/// Characters of a URI, as servers take them.
const LONGEST_URI: usize = 2_048;

/// Filters, fields and headers that one route may have. The contract has no limit; a screen and a log have.
const MOST_ENTRIES: usize = 100;

/// Columns of a value that a fault repeats.
const SHOWN: usize = 60;

pub(super) fn faults(route: &Route) -> Vec<Fault> {
    let mut faults = Faults::default();
    name(&route.name, &mut faults);
    if route.kind != WEBHOOK {
        let given = fit(&route.kind, SHOWN);
        faults.add(
            "type",
            format!("{given:?} is not known: a route is a {WEBHOOK:?}"),
        );
    }
    faults.maybe("uri", uri(&route.uri));
    if route.uris.len() > MOST_URIS {
        let given = route.uris.len();
        faults.add(
            "uris",
            format!("{given} are too many: at most {MOST_URIS} beside uri"),
        );
    }
    for (n, further) in route.uris.iter().take(MOST_URIS).enumerate() {
        faults.maybe(&format!("uris[{n}]"), uri(further));
    }
    retries(&route.retry_policy, &mut faults);
    filters(&route.event_filters, &mut faults);
    headers(route, &mut faults);
    faults.0
}

#[derive(Default)]
struct Faults(Vec<Fault>);

impl Faults {
    fn add(&mut self, path: &str, message: String) {
        self.0.push(Fault::new(path, message));
    }

    fn maybe(&mut self, path: &str, message: Option<String>) {
        if let Some(message) = message {
            self.add(path, message);
        }
    }
}

fn name(name: &str, faults: &mut Faults) {
    if name.trim().is_empty() {
        faults.add("name", "missing: a route needs a name".to_owned());
    } else if name.chars().count() > LONGEST_NAME {
        faults.add("name", format!("longer than {LONGEST_NAME} characters"));
    } else if safe(name) != name {
        faults.add("name", "it has characters that cannot be shown".to_owned());
    }
}

/// What is wrong with a destination, if anything: it must be https with a host (contract §9).
#[must_use]
pub fn uri(text: &str) -> Option<String> {
    let shown = fit(text, SHOWN);
    if text.is_empty() {
        return Some("missing: where events go, as https://HOST/PATH".to_owned());
    }
    if text.len() > LONGEST_URI {
        return Some(format!("longer than {LONGEST_URI} bytes"));
    }
    if safe(text) != text || text.contains(char::is_whitespace) {
        return Some("it has spaces or characters that cannot be shown".to_owned());
    }
    let url = match Url::parse(text) {
        Ok(url) => url,
        // What is wrong with a URI that may hold a password is said without the URI.
        Err(error) => return Some(format!("it is no URI ({error}): write https://HOST/PATH")),
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Some("credentials in a URI end up in logs: use a header".to_owned());
    }
    if url.scheme() != "https" {
        return Some(format!(
            "{shown} is not https: events carry customers' data"
        ));
    }
    // The parser takes `https:host` and `https:///host` for `https://host`; what is sent is what was written.
    let host = text.get(.."https://".len()).map(str::to_ascii_lowercase);
    let named = text
        .get("https://".len()..)
        .is_some_and(|rest| !rest.starts_with(['/', '\\']));
    if url.host_str().is_none_or(str::is_empty) || host.as_deref() != Some("https://") || !named {
        return Some(format!("{shown} names no host: write https://HOST/PATH"));
    }
    None
}

fn retries(policy: &RetryPolicy, faults: &mut Faults) {
    let RetryPolicy {
        max_retries,
        retry_interval,
        backoff_factor,
    } = *policy;
    if !(0..=MOST_RETRIES).contains(&max_retries) {
        let message = format!("{max_retries} is out of range: 0 to {MOST_RETRIES}");
        faults.add("retryPolicy.maxRetries", message);
    }
    if !(retry_interval > 0.0 && retry_interval.is_finite()) {
        let message = format!("{retry_interval} is no wait: more than 0 seconds");
        faults.add("retryPolicy.retryInterval", message);
    }
    if !(backoff_factor >= 1.0 && backoff_factor.is_finite()) {
        let message = format!("{backoff_factor} would shorten the waits: 1.0 or more");
        faults.add("retryPolicy.backoffFactor", message);
    }
}

fn filters(filters: &[EventFilter], faults: &mut Faults) {
    if filters.is_empty() {
        let message = "empty: without an event filter nothing would be sent";
        faults.add("eventFilters", message.to_owned());
    }
    too_many("eventFilters", filters.len(), faults);
    for (n, filter) in filters.iter().take(MOST_ENTRIES).enumerate() {
        let path = format!("eventFilters[{n}]");
        word(&format!("{path}.eventType"), &filter.event_type, faults);
        too_many(&format!("{path}.fields"), filter.fields.len(), faults);
        for (n, field) in filter.fields.iter().take(MOST_ENTRIES).enumerate() {
            word(&format!("{path}.fields[{n}]"), field, faults);
        }
    }
}

fn headers(route: &Route, faults: &mut Faults) {
    too_many("headers", route.headers.len(), faults);
    let mut seen = HashSet::new();
    for (name, value) in route.headers.iter().take(MOST_ENTRIES) {
        let path = format!("headers.{}", fit(name, SHOWN));
        faults.maybe(&path, header::fault(name, value));
        if !seen.insert(name.to_ascii_lowercase()) {
            let message = "it is there twice: upper and lower case are one header";
            faults.add(&path, message.to_owned());
        }
    }
}

fn word(path: &str, word: &str, faults: &mut Faults) {
    if word.trim().is_empty() {
        faults.add(path, "empty".to_owned());
    } else if safe(word) != word || word.contains(char::is_whitespace) {
        let message = "it has spaces or characters that cannot be shown";
        faults.add(path, message.to_owned());
    }
}

fn too_many(path: &str, given: usize, faults: &mut Faults) {
    if given > MOST_ENTRIES {
        let message = format!("{given} are too many: at most {MOST_ENTRIES}");
        faults.add(path, message);
    }
}

#[cfg(test)]
mod tests;
