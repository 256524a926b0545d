//! Headers that a route sends: which can be sent at all, and whose values may be shown.

use hyper::header::{HeaderName, HeaderValue};

use crate::vault::{self, MASK};

/// Headers whose values say nothing that a passer-by should not know. Any other may be a credential under a name of
/// somebody's own, so that only these are shown.
const PLAIN: &[&str] = &[
    "accept",
    "accept-charset",
    "accept-encoding",
    "accept-language",
    "cache-control",
    "content-encoding",
    "content-language",
    "content-type",
    "user-agent",
];

/// Headers that belong to whoever sends the request (RFC 9110 §7.6.1, §8.6).
const OURS: &[&str] = &[
    "connection",
    "content-length",
    "host",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Whether the value of that header must not be shown.
#[must_use]
pub fn is_secret(name: &str) -> bool {
    !PLAIN.iter().any(|plain| plain.eq_ignore_ascii_case(name))
}

/// The value as it may be shown.
#[must_use]
pub fn shown<'a>(name: &str, value: &'a str) -> &'a str {
    if is_secret(name) { MASK } else { value }
}

/// What is wrong with a header, if anything; never its value.
#[must_use]
pub fn fault(name: &str, value: &str) -> Option<String> {
    if HeaderName::from_bytes(name.as_bytes()).is_err() {
        return Some(format!(
            "{:?} is no header name: letters, digits and hyphens",
            crate::text::fit(name, 40)
        ));
    }
    if OURS.iter().any(|ours| ours.eq_ignore_ascii_case(name)) {
        return Some(format!("{name} is set by the sender of the event"));
    }
    if vault::is_hash(value) || value.contains(MASK) {
        return Some(format!(
            "the value of {name} is not kept on disk: type it again"
        ));
    }
    HeaderValue::from_str(value)
        .is_err()
        .then(|| format!("the value of {name} has characters that no header can carry"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_known_to_be_harmless_is_shown() {
        assert_eq!(
            shown("Content-Type", "application/json"),
            "application/json"
        );
        for name in [
            "Authorization",
            "X-Api-Key",
            "X-Signature",
            "Cookie",
            "x-whatever",
        ] {
            assert_eq!(shown(name, "hunter2"), MASK, "{name}");
        }
    }

    #[test]
    fn what_cannot_be_sent_is_a_fault_that_does_not_tell_the_value() {
        assert_eq!(fault("X-Token", "abc"), None);
        let injected = fault("X-Token", "abc\r\nHost: evil").unwrap();
        assert!(!injected.contains("evil"), "{injected}");
        assert!(fault("X Token", "abc").unwrap().contains("no header name"));
        assert!(fault("", "abc").is_some());
        assert!(fault("Host", "abc").unwrap().contains("the sender"));
    }
}
