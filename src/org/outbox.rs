//! What the organisation delivers to others: POSTs with retries, the faults that befall them, and the record of them.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use compact_str::CompactString;
use hyper::StatusCode;
use jiff::Timestamp;
use serde::Serialize;

use super::reply::{self, Reply};
use super::shared::Shared;

/// The wait before the second attempt; it doubles up to the last.
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// Attempts after the first.
const RETRIES: usize = 5;

/// The most attempts that are remembered.
const KEPT: usize = 10_000;

/// One thing to tell, to one receiver.
#[derive(Clone, Debug)]
pub(super) struct WebhookDelivery {
    /// Who asked for it: the id of a webhook.
    pub(super) to: CompactString,
    pub(super) uri: String,
    pub(super) event: &'static str,
    pub(super) body: String,
}

/// One attempt at a delivery, or one that a fault prevented.
#[derive(Clone, Debug, Serialize)]
struct Attempt {
    at: Timestamp,
    webhook: CompactString,
    event: &'static str,
    /// From 1; 0 is a delivery that was never tried.
    #[serde(rename = "attempt")]
    number: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<&'static str>,
}

/// The last attempts, oldest first.
#[derive(Debug, Default, Serialize)]
pub(super) struct AttemptLog {
    deliveries: VecDeque<Attempt>,
    dropped: u64,
}

impl AttemptLog {
    fn push(&mut self, attempt: Attempt) {
        if self.deliveries.len() >= KEPT {
            self.deliveries.pop_front();
            self.dropped += 1;
        }
        self.deliveries.push_back(attempt);
    }
}

/// Delivers a parcel once, twice or not at all, at once or later, as the faults have it.
pub(super) fn send(shared: &Arc<Shared>, parcel: WebhookDelivery) {
    let faults = shared.faults();
    if shared.chance(faults.webhook_drop) {
        shared
            .sent()
            .push(note(&parcel, 0, None, Some("webhook-drop")));
        return;
    }
    if shared.chance(faults.webhook_dup) {
        begin(shared, parcel.clone(), Some("webhook-dup"));
    }
    begin(shared, parcel, None);
}

fn begin(shared: &Arc<Shared>, parcel: WebhookDelivery, fault: Option<&'static str>) {
    let wait = shared.faults().webhook_delay.mul_f64(shared.draw());
    let lost = note(&parcel, 0, Some(Err("too many deliveries".into())), fault);
    let course = deliver(Arc::clone(shared), parcel, wait, fault);
    if !shared.errands.begin(course) {
        shared.sent().push(lost);
    }
}

/// Tries until the receiver takes it or the attempts are used up.
async fn deliver(
    shared: Arc<Shared>,
    parcel: WebhookDelivery,
    wait: Duration,
    fault: Option<&'static str>,
) {
    tokio::time::sleep(wait).await;
    let mut waits = ExponentialBuilder::default()
        .with_min_delay(FIRST_WAIT)
        .with_max_times(RETRIES)
        .build();
    for number in 1.. {
        let answer = shared
            .post
            .send(&parcel.uri, &BTreeMap::new(), parcel.body.clone())
            .await;
        let taken = matches!(answer, Ok(200..300));
        shared
            .sent()
            .push(note(&parcel, number, Some(answer), fault));
        let Some(wait) = waits.next().filter(|_| !taken) else {
            return;
        };
        tokio::time::sleep(wait).await;
    }
}

fn note(
    parcel: &WebhookDelivery,
    number: u32,
    answer: Option<Result<u16, String>>,
    fault: Option<&'static str>,
) -> Attempt {
    let (status, error) = match answer {
        Some(Ok(status)) => (Some(status), None),
        Some(Err(error)) => (None, Some(error)),
        None => (None, None),
    };
    Attempt {
        at: Timestamp::now(),
        webhook: parcel.to.clone(),
        event: parcel.event,
        number,
        status,
        error,
        fault,
    }
}

/// `GET /_org/deliveries`: what was delivered, and how many attempts are forgotten.
pub(super) fn list(shared: &Shared) -> Reply {
    reply::json(StatusCode::OK, &*shared.sent())
}
