//! Events and their way to the destinations of routes, by each route's retry policy (contract §9).
//!
//! An event becomes one parcel for each destination of each route that wants it. A parcel is tried, waited for and
//! tried again as an errand of its own. Everything is bounded: parcels of one destination, errands in all, the wait
//! between two attempts; what there is no room for is dropped and counted.

pub(super) mod catalogue;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use compact_str::CompactString;
use jiff::Timestamp;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use self::catalogue::Event;
use super::routes::body::RetryPolicy;
use super::routes::table::NextAttempt;
use super::shared::Shared;

/// The longest wait between two attempts, whatever a policy comes to.
const LONGEST_WAIT: Duration = Duration::from_secs(10 * 60);

/// How many registration events there are for each event of this kind.
const SELDOM: f64 = 6.0;

/// The most events a second that happen by themselves.
const FASTEST: f64 = 20.0;

/// One event for one destination.
#[derive(Clone, Debug)]
pub(super) struct RouteDelivery {
    pub(super) route: CompactString,
    pub(super) uri: String,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) retry: RetryPolicy,
    pub(super) content: String,
}

/// Sends an event to whoever wants it, and says to how many destinations that is.
pub(super) fn dispatch(shared: &Arc<Shared>, event: &Event) -> usize {
    let parcels = shared.routes().address(event);
    let mut sent = 0;
    for parcel in parcels {
        if shared
            .errands
            .begin(deliver(Arc::clone(shared), parcel.clone()))
        {
            sent += 1;
        } else {
            shared.routes().dropped(&parcel);
        }
    }
    sent
}

/// The first attempt and as many retries as the policy has.
async fn deliver(shared: Arc<Shared>, parcel: RouteDelivery) {
    let mut attempt = 0;
    loop {
        let outcome = shared
            .post
            .send(&parcel.uri, &parcel.headers, parcel.content.clone())
            .await;
        let next = match outcome {
            Ok(200..=299) => NextAttempt::Delivered,
            _ if attempt < parcel.retry.max_retries => NextAttempt::Retries,
            _ => NextAttempt::GivenUp,
        };
        shared
            .routes()
            .attempted(&parcel, &outcome, next, Timestamp::now());
        if next != NextAttempt::Retries {
            return;
        }
        tokio::time::sleep(wait(parcel.retry, attempt)).await;
        attempt += 1;
    }
}

/// How long to wait after this attempt, counted from 0.
fn wait(policy: RetryPolicy, attempt: u32) -> Duration {
    let factor = policy.backoff_factor.powf(f64::from(attempt));
    Duration::try_from_secs_f64(policy.retry_interval * factor)
        .unwrap_or(LONGEST_WAIT)
        .min(LONGEST_WAIT)
}

/// Makes events happen for ever, a few for each handful of registration events.
pub(super) async fn play(shared: Arc<Shared>, rate: f64, seed: u64) {
    // Another stream of the seed than those of people, registrations and carriers.
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(3);
    let rate = (rate / SELDOM).min(FASTEST);
    loop {
        let gap = -(1.0 - rng.random::<f64>()).ln() / rate;
        tokio::time::sleep(Duration::try_from_secs_f64(gap).unwrap_or(LONGEST_WAIT)).await;
        let event = Event::draw(&mut rng, Timestamp::now());
        dispatch(&shared, &event);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_by_the_factor_and_end_somewhere() {
        let policy = |retry_interval, backoff_factor| RetryPolicy {
            max_retries: 5,
            retry_interval,
            backoff_factor,
        };
        let waits = |policy| [0, 1, 2].map(|attempt| wait(policy, attempt).as_millis());
        assert_eq!(waits(policy(5.0, 2.0)), [5_000, 10_000, 20_000]);
        assert_eq!(waits(policy(0.5, 1.0)), [500; 3]);
        assert_eq!(waits(policy(1e308, 1e308)), [600_000; 3]);
    }
}
