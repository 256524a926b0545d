//! What came in, for tests and trainers: a bounded ring of requests with their secrets masked.

use std::collections::VecDeque;

use compact_str::CompactString;
use hyper::Method;
use jiff::Timestamp;
use serde::{Serialize, Serializer};

/// The most requests that are kept.
const KEPT: usize = 100_000;

/// The longest path that is kept, in characters.
const LONGEST_PATH: usize = 512;

/// Which part of the surface was called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum RequestKind {
    /// A read or write under `/api`, or a path that is not served.
    Rest,
    /// The token call.
    Token,
    /// A WebSocket upgrade.
    Stream,
}

/// One request and its answer.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Request {
    pub(super) at: Timestamp,
    #[serde(serialize_with = "as_str")]
    pub(super) verb: Method,
    pub(super) path: CompactString,
    pub(super) status: u16,
    /// From the request's head to the answer's, in milliseconds; latency that a fault added is in it.
    pub(super) ms: f64,
    /// The client's own count, from `X-Trunkline-Attempt`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) attempt: Option<u32>,
    pub(super) kind: RequestKind,
    /// Who had signed in for it, by place in the table of people.
    #[serde(skip)]
    pub(super) person: Option<usize>,
    /// The fault that made the answer, when one did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) fault: Option<&'static str>,
}

/// The last requests, oldest first.
#[derive(Debug, Default)]
pub(super) struct RequestLog {
    requests: VecDeque<Request>,
    dropped: u64,
}

impl RequestLog {
    pub(super) fn push(&mut self, request: Request) {
        if self.requests.len() >= KEPT {
            self.requests.pop_front();
            self.dropped += 1;
        }
        self.requests.push_back(request);
    }

    /// Those that came at `since` or later.
    pub(super) fn since(&self, since: Option<Timestamp>) -> Vec<Request> {
        let wanted = |request: &&Request| since.is_none_or(|since| request.at >= since);
        self.requests.iter().filter(wanted).cloned().collect()
    }

    /// How many the ring has forgotten.
    pub(super) const fn dropped(&self) -> u64 {
        self.dropped
    }
}

/// A path and query that is safe to keep: cut to length, and no value of a parameter that may be a secret.
pub(super) fn masked(uri: &hyper::Uri) -> CompactString {
    let mut kept = CompactString::from(uri.path());
    if let Some(query) = uri.query() {
        for (index, pair) in query.split('&').enumerate() {
            kept.push(if index == 0 { '?' } else { '&' });
            match pair.split_once('=') {
                Some((name, _)) if is_secret(name) => {
                    kept.push_str(name);
                    kept.push_str("=***");
                }
                _ => kept.push_str(pair),
            }
        }
    }
    match kept.char_indices().nth(LONGEST_PATH) {
        Some((end, _)) => CompactString::from(&kept[..end]),
        None => kept,
    }
}

/// Whether the value of a parameter or header of this name is not to be kept.
pub(super) fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["token", "secret", "password", "key", "authorization"]
        .iter()
        .any(|word| name.contains(word))
}

fn as_str<S: Serializer>(verb: &Method, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(verb.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(at: i64) -> Request {
        Request {
            at: Timestamp::from_second(at).unwrap(),
            verb: Method::GET,
            path: "/".into(),
            status: 200,
            ms: 0.1,
            attempt: None,
            kind: RequestKind::Rest,
            person: None,
            fault: None,
        }
    }

    #[test]
    fn the_ring_forgets_the_oldest_and_says_so() {
        let mut ring = RequestLog::default();
        for at in 0..100_003 {
            ring.push(request(at));
        }
        assert_eq!((ring.since(None).len(), ring.dropped()), (KEPT, 3));
        assert_eq!(ring.since(None)[0].at.as_second(), 3);
        assert_eq!(ring.since(Timestamp::from_second(100_000).ok()).len(), 3);
    }

    #[test]
    fn secrets_in_a_query_are_masked() {
        let uri = "/api/v2/users?pageSize=5&access_token=abc&Client_Secret=x"
            .parse()
            .unwrap();
        assert_eq!(
            masked(&uri),
            "/api/v2/users?pageSize=5&access_token=***&Client_Secret=***"
        );
    }
}
