//! `POST /resolve`: a route body through the deploy pipeline (contract §9).
//!
//! The loop begins the pipeline as it does for a form, so that it shows in the console and is in the audit. A client that
//! goes away stops nothing: what was asked for is carried to its end.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use hyper::StatusCode;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::ask::Asker;
use super::reply::{Refusal, Reply, json as reply};
use crate::flow::route::{Ending, Refused};
use crate::flow::{Failure, Fate};
use crate::model::payload::{self, Fault};
use crate::model::requester::Requester;
use crate::model::route::{self, Known, Route};
use crate::text::Text;

/// Pipelines at once. The others wait for their turn: each is a dozen handshakes and a handful of requests.
const AT_ONCE: usize = 8;

/// How long the record of a refusal may take.
const RECORD: Duration = Duration::from_secs(3);

/// How pipelines went that were asked for here, since the start.
#[derive(Debug)]
pub(super) struct Resolver {
    read_only: bool,
    turns: Semaphore,
    total: AtomicU64,
    reached: AtomicU64,
    successful: AtomicU64,
    millis: AtomicU64,
}

/// The counts at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ResolveCounts {
    /// Pipelines that have come to their end.
    pub total: u64,
    /// Those that found every destination to be as it should.
    pub reached: u64,
    /// Those whose route runs.
    pub successful: u64,
    /// How long they took together, in milliseconds, waits for a turn not counted.
    pub millis: u64,
}

impl Default for Resolver {
    fn default() -> Self {
        Self {
            read_only: false,
            turns: Semaphore::new(AT_ONCE),
            total: AtomicU64::new(0),
            reached: AtomicU64::new(0),
            successful: AtomicU64::new(0),
            millis: AtomicU64::new(0),
        }
    }
}

impl Resolver {
    /// One that refuses everything, where the profile lets nobody write.
    pub(super) fn new(read_only: bool) -> Self {
        Self {
            read_only,
            ..Self::default()
        }
    }

    /// What has been counted.
    pub(super) fn counts(&self) -> ResolveCounts {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        ResolveCounts {
            total: read(&self.total),
            reached: read(&self.reached),
            successful: read(&self.successful),
            millis: read(&self.millis),
        }
    }

    /// Runs the pipeline for a body and answers as the contract says. A refusal is on record too (contract §11).
    pub(super) async fn resolve(
        &self,
        asker: &Asker,
        body: &[u8],
        by: &Requester,
    ) -> Result<Reply, Refusal> {
        let read = std::str::from_utf8(body)
            .map_err(|_| Fault::new("", "the body is not UTF-8"))
            .and_then(route::read);
        let name = read.as_ref().map_or("", Route::name).to_owned();
        let checked = read.map_err(|fault| vec![fault]).and_then(|route| {
            let faults = route.faults();
            if faults.is_empty() {
                Ok(route)
            } else {
                Err(faults)
            }
        });
        let refusal = match checked {
            _ if self.read_only => Refusal::read_only(),
            Err(faults) => invalid(&faults),
            Ok(route) => return self.deploy(asker, route, by).await,
        };
        let refused = Refused::new(&name, refusal.message(), by);
        self.put_on_record(asker, refused).await;
        Err(refusal)
    }

    /// Puts a refusal on record. Who waits for the answer waits no longer than is decent for that.
    pub(super) async fn put_on_record(&self, asker: &Asker, refused: Refused) {
        let Ok(_turn) = self.turns.acquire().await else {
            return;
        };
        if tokio::time::timeout(RECORD, asker.refused(refused))
            .await
            .is_err()
        {
            tracing::warn!(
                "a refusal of the listener is not on record: the console is busy or not connected"
            );
        }
    }

    async fn deploy(&self, asker: &Asker, route: Route, by: &Requester) -> Result<Reply, Refusal> {
        let turn = self.turns.acquire().await;
        let began = Instant::now();
        let ended = asker.resolve(route, by.clone()).await;
        drop(turn);
        let ending = ended.map_err(|ended| Refusal::unavailable(&ended))?;
        self.count(&ending, began.elapsed());
        answer(&ending)
    }

    fn count(&self, ending: &Ending, took: Duration) {
        let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let runs = matches!(ending, Ending::Deployed { .. } | Ending::Unchanged(_));
        // What was submitted has passed every check before it, however it ended.
        let unknown = ending
            .failure()
            .is_some_and(|failure| failure.fate != Fate::NotSent);
        self.total.fetch_add(1, Ordering::Relaxed);
        self.successful
            .fetch_add(u64::from(runs), Ordering::Relaxed);
        self.reached
            .fetch_add(u64::from(runs || unknown), Ordering::Relaxed);
        self.millis.fetch_add(millis, Ordering::Relaxed);
    }
}

impl ResolveCounts {
    /// The share of pipelines that reached every destination, 0 to 1 (contract §9); 0 when there was none.
    pub(super) fn reachability_rate(self) -> f64 {
        self.reached as f64 / self.total.max(1) as f64
    }

    /// How long a pipeline took on average, in milliseconds; 0 when there was none.
    pub(super) fn average_ms(self) -> f64 {
        self.millis as f64 / self.total.max(1) as f64
    }
}

fn answer(ending: &Ending) -> Result<Reply, Refusal> {
    match ending {
        Ending::Deployed {
            known, warnings, ..
        } => {
            let mut shown = shown(known);
            if !warnings.is_empty() {
                shown["warnings"] = warnings.iter().map(Text::raw).collect();
            }
            Ok(created(&shown))
        }
        Ending::Unchanged(known) => Ok(created(&shown(known))),
        Ending::Invalid(faults) => Err(invalid(faults)),
        Ending::Unreachable(verdicts) => {
            let why = ending.failure().map(|failure| failure.to_string());
            let refusal = Refusal::new(
                StatusCode::BAD_GATEWAY,
                "destination.unreachable",
                why.unwrap_or_default(),
            );
            let verdicts = serde_json::to_value(verdicts).unwrap_or_default();
            Err(refusal.beside("destinations", verdicts))
        }
        other => Err(failed(other)),
    }
}

fn created(body: &Value) -> Reply {
    let mut reply = reply(body);
    *reply.status_mut() = StatusCode::CREATED;
    reply
}

/// The route with its id. Values of headers that may be secrets are masked: whoever sent them knows them.
fn shown(known: &Known) -> Value {
    // Strings, lists and numbers that came from JSON cannot fail to become JSON.
    let mut shown = serde_json::to_value(known.route.masked()).unwrap_or_default();
    shown["id"] = known.id.raw().into();
    shown
}

fn invalid(faults: &[Fault]) -> Refusal {
    let words = payload::sentence(faults);
    let errors: Value = faults
        .iter()
        .map(|fault| json!({ "path": fault.path, "message": fault.message }))
        .collect();
    let refusal = Refusal::new(StatusCode::BAD_REQUEST, "bad.request", words);
    refusal.beside("errors", errors)
}

fn failed(ending: &Ending) -> Refusal {
    let failure = ending
        .failure()
        .unwrap_or_else(|| Failure::not_sent("nothing was deployed"));
    let code = match failure.fate {
        Fate::Unknown => "outcome.unknown",
        Fate::NotSent | Fate::Refused => "not.deployed",
    };
    Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, code, failure.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_resolved_is_zero_and_never_not_a_number() {
        let none = ResolveCounts::default();
        assert_eq!((none.reachability_rate(), none.average_ms()), (0.0, 0.0));
        let some = ResolveCounts {
            total: 4,
            reached: 3,
            successful: 2,
            millis: 10,
        };
        assert_eq!((some.reachability_rate(), some.average_ms()), (0.75, 2.5));
    }

    #[test]
    fn only_what_came_to_its_end_is_counted() {
        let resolver = Resolver::default();
        let took = Duration::from_millis(7);
        resolver.count(&Ending::Unreachable(Vec::new()), took);
        resolver.count(&Ending::Failed(Failure::unknown("broken", "look")), took);
        resolver.count(&Ending::Failed(Failure::refused("no")), took);
        let counts = resolver.counts();
        assert_eq!((counts.total, counts.reached, counts.successful), (3, 2, 0));
        assert_eq!(counts.millis, 21);
    }
}
