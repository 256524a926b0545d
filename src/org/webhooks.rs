//! The sinks for webhooks and for what media servers are told: they take what anyone delivers, and show it to whoever
//! holds the control token.

use std::collections::{BTreeMap, VecDeque};
use std::sync::MutexGuard;

use bytes::Bytes;
use hyper::body::Incoming;
use hyper::header::HeaderMap;
use hyper::{Method, Request, StatusCode};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;
use serde_json::value::RawValue;

use super::faults::Faults;
use super::record::{is_secret, masked};
use super::reply::{self, Refusal, Reply};
use super::route::read_body;
use super::shared::Shared;

/// Where webhooks are delivered; anything may follow after a slash, to tell senders apart.
pub(super) const PATH: &str = "/_org/webhooks";

/// Where media servers are told of transfers.
pub(super) const MEDIA_PATH: &str = "/_org/media-callbacks";

/// The most deliveries that are kept.
const MOST: usize = 10_000;

/// The most bytes of bodies that are kept, all deliveries together.
const MOST_BYTES: usize = 16 * 1024 * 1024;

/// One delivery and what it was answered.
#[derive(Debug, Serialize)]
pub(super) struct Delivery {
    at: Timestamp,
    path: String,
    /// By their names in lower case; values that may be secret are masked.
    headers: BTreeMap<String, String>,
    body: Body,
    status: u16,
    #[serde(skip)]
    bytes: usize,
}

/// JSON byte for byte as it came, or else text.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Body {
    Json(Box<RawValue>),
    Text(String),
}

impl Body {
    fn of(bytes: &[u8]) -> Self {
        serde_json::from_slice(bytes).map_or_else(
            |_| Self::Text(String::from_utf8_lossy(bytes).into_owned()),
            Self::Json,
        )
    }
}

/// The last deliveries, oldest first.
#[derive(Debug, Default, Serialize)]
pub(super) struct Inbox {
    #[serde(rename = "webhooks")]
    deliveries: VecDeque<Delivery>,
    #[serde(skip)]
    bytes: usize,
    dropped: u64,
}

impl Inbox {
    /// What is kept, and how many deliveries are forgotten.
    pub(super) const fn parts(&self) -> (&VecDeque<Delivery>, u64) {
        (&self.deliveries, self.dropped)
    }

    pub(super) fn push(&mut self, delivery: Delivery) {
        self.bytes += delivery.bytes;
        self.deliveries.push_back(delivery);
        while self.deliveries.len() > MOST || self.bytes > MOST_BYTES {
            let Some(oldest) = self.deliveries.pop_front() else {
                break;
            };
            self.bytes = self.bytes.saturating_sub(oldest.bytes);
            self.dropped += 1;
        }
    }
}

/// A place that accepts deliveries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sink {
    Webhooks,
    /// What media servers are told after a transfer (contract §8).
    Media,
}

impl Sink {
    /// The one that a request is a delivery to; it needs no token.
    pub(super) fn of(request: &Request<Incoming>) -> Option<Self> {
        let path = request.uri().path();
        let below = |prefix: &str| {
            let rest = path.strip_prefix(prefix);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        match () {
            () if request.method() != Method::POST => None,
            () if below(PATH) => Some(Self::Webhooks),
            () if below(MEDIA_PATH) => Some(Self::Media),
            () => None,
        }
    }

    fn inbox(self, shared: &Shared) -> MutexGuard<'_, Inbox> {
        match self {
            Self::Webhooks => shared.inbox(),
            Self::Media => shared.media(),
        }
    }

    /// The fault that chooses its answer, and the status that it chooses; 0 is none.
    fn fault(self, faults: &Faults) -> (&'static str, u16) {
        match self {
            Self::Webhooks => ("webhook-status", faults.webhook_status),
            Self::Media => ("media-status", faults.media_status),
        }
    }
}

/// Keeps a delivery and answers 200, or what a fault says. It is kept before the answer waits, so that one that is
/// given up on shows as well.
pub(super) async fn deliver(
    shared: &Shared,
    sink: Sink,
    request: Request<Incoming>,
) -> Result<Reply, Refusal> {
    let at = Timestamp::now();
    let (head, body) = request.into_parts();
    let body = read_body(body).await?;
    let faults = shared.faults();
    let (fault, status) = sink.fault(&faults);
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let path = masked(&head.uri).into();
    let delivery = delivery(at, path, &head.headers, &body, status);
    sink.inbox(shared).push(delivery);
    if sink == Sink::Webhooks && !faults.webhook_latency.is_zero() {
        tokio::time::sleep(faults.webhook_latency).await;
    }
    if status.is_success() {
        return Ok(reply::empty(status));
    }
    let message = format!("the fault {fault} asks for {status}");
    Err(Refusal::new(status, "webhook.status", message).caused_by(fault))
}

/// What is kept of one delivery.
pub(super) fn delivery(
    at: Timestamp,
    path: String,
    headers: &HeaderMap,
    body: &Bytes,
    status: StatusCode,
) -> Delivery {
    let headers = headers.keys().map(|name| {
        let name = name.as_str();
        let values = headers.get_all(name).iter();
        let values: Vec<_> = values
            .map(|value| String::from_utf8_lossy(value.as_bytes()))
            .collect();
        let shown = if is_masked(name) {
            "***".to_owned()
        } else {
            values.join(", ")
        };
        (name.to_owned(), shown)
    });
    let headers: BTreeMap<_, _> = headers.collect();
    let head: usize = headers
        .iter()
        .map(|(name, value)| name.len() + value.len())
        .sum();
    Delivery {
        at,
        bytes: path.len() + head + body.len(),
        path,
        headers,
        body: Body::of(body),
        status: status.as_u16(),
    }
}

/// A key by name only: `Idempotency-Key` tells one delivery from its repetition and is no secret.
fn is_masked(header: &str) -> bool {
    header != "idempotency-key" && (is_secret(header) || header.contains("cookie"))
}

/// `GET /_org/webhooks`: what was delivered, and how many deliveries are forgotten.
pub(super) fn list(shared: &Shared) -> Reply {
    reply::json(StatusCode::OK, &*shared.inbox())
}

/// `GET /_org/media-callbacks`: the same of what media servers were told.
pub(super) fn list_media(shared: &Shared) -> Reply {
    let media = shared.media();
    let (callbacks, dropped) = media.parts();
    reply::json(
        StatusCode::OK,
        &json!({"callbacks": callbacks, "dropped": dropped}),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn push(inbox: &mut Inbox, body: &str) {
        let body = Bytes::from(body.to_owned());
        let headers = HeaderMap::new();
        inbox.push(delivery(
            Timestamp::UNIX_EPOCH,
            PATH.into(),
            &headers,
            &body,
            StatusCode::OK,
        ));
    }

    #[test]
    fn the_inbox_forgets_the_oldest_and_says_so() {
        let mut inbox = Inbox::default();
        for number in 0..MOST + 3 {
            push(&mut inbox, &number.to_string());
        }
        assert_eq!((inbox.deliveries.len(), inbox.dropped), (MOST, 3));
        let Body::Json(first) = &inbox.deliveries[0].body else {
            panic!("a number is JSON");
        };
        assert_eq!(first.get(), "3");
    }

    #[test]
    fn large_bodies_push_out_more() {
        let mut inbox = Inbox::default();
        let large = "x".repeat(MOST_BYTES / 4);
        (0..10).for_each(|_| push(&mut inbox, &large));
        assert_eq!((inbox.deliveries.len(), inbox.dropped), (3, 7));
        assert!(inbox.bytes <= MOST_BYTES);
        push(&mut inbox, &"x".repeat(MOST_BYTES));
        assert_eq!((inbox.bytes, inbox.dropped), (0, 11));
    }
}
