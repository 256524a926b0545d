//! `POST analytics/queues/observations/query`: how many wait, ring and talk in each queue, by media.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::filter::{AnalyticsFilter, bad};
use super::{Answer, Call, ok};
use crate::org::callbacks::book::{CallbackBook, CallbackStatus};
use crate::org::interactions::legs::LegStage;
use crate::org::interactions::{AGENT, InteractionState, Interactions};
use crate::org::platform::conversations::view::Medium;
use crate::org::platform::queues;
use crate::org::platform::sparse::moment;

/// What is counted here; other metrics are answered with nothing, as where nothing was observed.
const COUNTED: [&str; 3] = ["oWaiting", "oAlerting", "oInteracting"];

/// Who is on queue, by their routing status.
const ON_QUEUE: &str = "oOnQueueUsers";

/// How many calls were answered in time; meant to be [`TARGET`].
const SERVICE_LEVEL: &str = "oServiceLevel";
const TARGET: f64 = 0.8;

/// The most observations of one metric that are told one by one.
const MOST_TOLD: usize = 100;

/// The most metrics of one question.
const MOST: usize = 100;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ObservationQuery {
    filter: AnalyticsFilter,
    metrics: Vec<String>,
    #[serde(default)]
    detail_metrics: Vec<String>,
}

/// How many of each of [`COUNTED`], by queue and media.
type QueueCounts = BTreeMap<(String, &'static str), [u64; 3]>;

/// Since when each waits who does, by queue and media.
type Waits = BTreeMap<(String, &'static str), Vec<(Timestamp, String)>>;

/// Answers the question.
pub(super) fn query(call: &Call<'_>) -> Answer {
    let asked: ObservationQuery = call.read()?;
    asked.filter.check()?;
    if asked.metrics.is_empty() || asked.metrics.len() > MOST {
        return Err(bad(&format!("1 to {MOST} metrics")));
    }
    let mut counts = QueueCounts::new();
    count_interactions(&call.shared.interactions(), &mut counts);
    count_callbacks(&call.shared.book(), Timestamp::now(), &mut counts);
    let waits = waits(&call.shared.interactions());
    let mut results: Vec<Value> = counts
        .iter()
        .filter_map(|(key, counted)| {
            let group = json!({"queueId": key.0, "mediaType": key.1});
            let holds = asked.filter.holds(&[&group]);
            let mut data = data(&asked.metrics, counted);
            if key.1 == "voice" && asked.wants(SERVICE_LEVEL) {
                data.push(service_level(&key.0));
            }
            if asked
                .detail_metrics
                .iter()
                .any(|metric| metric == COUNTED[0])
                && let Some(waiting) = data.iter_mut().find(|one| one["metric"] == COUNTED[0])
            {
                let told = waits.get(key).into_iter().flatten().take(MOST_TOLD);
                let told = told.map(
                    |(since, id)| json!({"observationDate": moment(*since), "conversationId": id}),
                );
                waiting["observations"] = told.collect();
                waiting["truncated"] = json!(false);
            }
            holds.then(|| json!({"group": group, "data": data}))
        })
        .collect();
    if asked.wants(ON_QUEUE) {
        for (queue, statuses) in queues::statuses(call) {
            let group = json!({"queueId": queue});
            let on_queue = statuses.iter().filter(|(status, _)| *status != "OFF_QUEUE");
            let data = on_queue.map(
                |(status, count)| json!({"metric": ON_QUEUE, "qualifier": status, "stats": {"count": count}}),
            );
            if asked.filter.holds(&[&group]) {
                results.push(json!({"group": group, "data": data.collect::<Vec<_>>()}));
            }
        }
    }
    ok(&json!({"systemToOrganizationMappings": {}, "results": results}))
}

impl ObservationQuery {
    fn wants(&self, metric: &str) -> bool {
        self.metrics.iter().any(|asked| asked == metric)
    }
}

/// Drawn from the name of the queue: some answer in time, and some do not.
fn service_level(queue: &str) -> Value {
    let draw: u32 = queue.bytes().map(u32::from).sum();
    let answered = 60 + draw % 40;
    json!({"metric": SERVICE_LEVEL, "stats": {
        "ratio": f64::from(answered) / 100.0, "numerator": answered, "denominator": 100, "target": TARGET,
    }})
}

/// Those who wait, the longest first.
fn waits(interactions: &Interactions) -> Waits {
    let mut waits = Waits::new();
    for one in interactions.live() {
        if let (InteractionState::Queued, Some(queue)) = (one.state, &one.queue_id) {
            let key = (queue.to_string(), Medium::of(one).analytic());
            waits
                .entry(key)
                .or_default()
                .push((one.started, one.id.to_string()));
        }
    }
    for waiting in waits.values_mut() {
        waiting.sort();
    }
    waits
}

fn data(metrics: &[String], counted: &[u64; 3]) -> Vec<Value> {
    let known = COUNTED.iter().zip(counted);
    known
        .filter(|(metric, _)| metrics.iter().any(|asked| asked == *metric))
        .map(|(metric, count)| json!({"metric": metric, "stats": {"count": count}}))
        .collect()
}

fn count_interactions(interactions: &Interactions, counts: &mut QueueCounts) {
    for one in interactions.live() {
        let Some(queue) = &one.queue_id else {
            continue;
        };
        let rings = |stage| {
            let legs = one.legs.live();
            let legs = legs.filter(move |leg| leg.who.purpose == AGENT && leg.stage == stage);
            u64::try_from(legs.count()).unwrap_or(u64::MAX)
        };
        let counted = counts
            .entry((queue.to_string(), Medium::of(one).analytic()))
            .or_default();
        counted[0] += u64::from(one.state == InteractionState::Queued);
        counted[1] += rings(LegStage::Alerting);
        counted[2] += rings(LegStage::Connected);
    }
}

/// One that is due waits; one that is not due yet is only scheduled.
fn count_callbacks(book: &CallbackBook, now: Timestamp, counts: &mut QueueCounts) {
    for queue in &book.queues {
        counts
            .entry((queue.id.to_string(), "callback"))
            .or_default();
    }
    for one in book.all() {
        let due = one.time().is_some_and(|time| time <= now);
        let place = match one.status {
            CallbackStatus::Scheduled if due => 0,
            CallbackStatus::Dialing => 1,
            CallbackStatus::Connected => 2,
            _ => continue,
        };
        let counted = counts
            .entry((one.queue_id.to_string(), "callback"))
            .or_default();
        counted[place] += 1;
    }
}
