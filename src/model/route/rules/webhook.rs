//! The rules of routes to HTTPS destinations (contract §9).

use std::collections::HashSet;

use url::Url;

use super::{Faults, MOST_ENTRIES, SHOWN};
use crate::model::route::retry::MOST_RETRIES;
use crate::model::route::{EventFilter, MOST_URIS, RetryPolicy, WEBHOOK, Webhook, address, header};
use crate::text::{fit, is_plain};
use crate::vault::MASK;

/// Characters of a URI, as servers take them.
const LONGEST_URI: usize = 2_048;

pub(super) fn judge(route: &Webhook, faults: &mut Faults) {
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
    retries(&route.retry_policy, faults);
    filters(&route.event_filters, faults);
    headers(route, faults);
}

/// What is wrong with a destination, if anything: it must be https with a host (contract §9).
fn uri(text: &str) -> Option<String> {
    let shown = fit(text, SHOWN);
    if text.is_empty() {
        return Some("missing: where events go, as https://HOST/PATH".to_owned());
    }
    if text.len() > LONGEST_URI {
        return Some(format!("longer than {LONGEST_URI} bytes"));
    }
    if !is_plain(text) || text.contains(char::is_whitespace) {
        return Some("it has spaces or characters that cannot be shown".to_owned());
    }
    if address::is_hashed(text) || text.contains(MASK) {
        return Some(format!(
            "{}: what is masked is not kept on disk, type it again",
            address::shown(text)
        ));
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
    faults.too_many("eventFilters", filters.len());
    for (n, filter) in filters.iter().take(MOST_ENTRIES).enumerate() {
        let path = format!("eventFilters[{n}]");
        faults.word(&format!("{path}.eventType"), &filter.event_type);
        faults.too_many(&format!("{path}.fields"), filter.fields.len());
        for (n, field) in filter.fields.iter().take(MOST_ENTRIES).enumerate() {
            faults.word(&format!("{path}.fields[{n}]"), field);
        }
    }
}

fn headers(route: &Webhook, faults: &mut Faults) {
    faults.too_many("headers", route.headers.len());
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

#[cfg(test)]
mod tests;
