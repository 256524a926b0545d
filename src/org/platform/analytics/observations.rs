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

/// What is counted here; other metrics are answered with nothing, as where nothing was observed.
const COUNTED: [&str; 3] = ["oWaiting", "oAlerting", "oInteracting"];

/// The most metrics of one question.
const MOST: usize = 100;

#[derive(Debug, Deserialize)]
struct ObservationQuery {
    filter: AnalyticsFilter,
    metrics: Vec<String>,
}

/// How many of each of [`COUNTED`], by queue and media.
type QueueCounts = BTreeMap<(String, &'static str), [u64; 3]>;

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
    let results: Vec<Value> = counts
        .iter()
        .filter_map(|((queue, media), counted)| {
            let group = json!({"queueId": queue, "mediaType": media});
            let holds = asked.filter.holds(&[&group]);
            holds.then(|| json!({"group": group, "data": data(&asked.metrics, counted)}))
        })
        .collect();
    ok(&json!({"systemToOrganizationMappings": {}, "results": results}))
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
