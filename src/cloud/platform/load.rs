//! How busy queues are: `POST /analytics/queues/observations/query`, a hundred queues a request.
//!
//! | metric | what is taken of it |
//! |---|---|
//! | `oWaiting` | `stats.count`, over all media; as a detail metric its `observations`, of which the first is the oldest |
//! | `oInteracting` | `stats.count`, over all media |
//! | `oOnQueueUsers` | `stats.count` by routing status: all of them, and those that are `IDLE` |
//! | `oServiceLevel` | `stats.ratio` and `stats.target` of voice |

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Platform;
use crate::cloud::entities::one;
use crate::cloud::{Error, Urgency};
use crate::model::QueueId;
use crate::model::queue::load::QueueLoad;
use crate::time::Millis;

const OBSERVE: &[&str] = &["analytics:queueObservation:view"];

/// Queues of one question; each is a predicate.
const QUEUES: usize = 100;

const METRICS: [&str; 4] = ["oWaiting", "oInteracting", "oOnQueueUsers", "oServiceLevel"];

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Question<'a> {
    filter: Filter<'a>,
    metrics: [&'static str; 4],
    detail_metrics: [&'static str; 1],
}

#[derive(Serialize)]
struct Filter<'a> {
    r#type: &'static str,
    predicates: Vec<Predicate<'a>>,
}

#[derive(Serialize)]
struct Predicate<'a> {
    r#type: &'static str,
    dimension: &'static str,
    operator: &'static str,
    value: &'a str,
}

impl Platform<'_> {
    /// Reads how busy these queues are. A queue of which nothing is observed is not in the answer.
    pub async fn queue_loads(
        self,
        queues: &[QueueId],
        urgency: Urgency,
    ) -> Result<BTreeMap<QueueId, QueueLoad>, Error> {
        let mut loads = BTreeMap::new();
        for some in queues.chunks(QUEUES) {
            let predicates = some.iter().map(|queue| Predicate {
                r#type: "dimension",
                dimension: "queueId",
                operator: "matches",
                value: queue.raw(),
            });
            let question = Question {
                filter: Filter {
                    r#type: "or",
                    predicates: predicates.collect(),
                },
                metrics: METRICS,
                detail_metrics: ["oWaiting"],
            };
            let path = ["analytics", "queues", "observations", "query"];
            let call = self.question(&path, OBSERVE, &question)?;
            let body = self.ask(&call, urgency).await?;
            let answer: Observed = one(&body).map_err(|reason| Error::answer(&call, reason))?;
            for container in answer.results {
                container.add(&mut loads);
            }
        }
        Ok(loads)
    }
}

#[derive(Deserialize)]
struct Observed {
    #[serde(default)]
    results: Vec<Container>,
}

#[derive(Deserialize)]
struct Container {
    group: Group,
    #[serde(default)]
    data: Vec<Metric>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Group {
    queue_id: Option<String>,
    media_type: Option<String>,
}

#[derive(Deserialize)]
struct Metric {
    #[serde(rename = "metric")]
    name: String,
    qualifier: Option<String>,
    #[serde(default)]
    stats: Stats,
    #[serde(default)]
    observations: Vec<Observation>,
}

#[derive(Default, Deserialize)]
struct Stats {
    count: Option<u64>,
    ratio: Option<f64>,
    target: Option<f64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Observation {
    observation_date: Timestamp,
}

impl Container {
    fn add(self, loads: &mut BTreeMap<QueueId, QueueLoad>) {
        let Some(queue) = self.group.queue_id.filter(|id| !id.is_empty()) else {
            return;
        };
        let voice = matches!(self.group.media_type.as_deref(), None | Some("voice"));
        let load = loads.entry(QueueId(queue.into())).or_default();
        let more = |sum: &mut Option<u64>, count: Option<u64>| {
            if let Some(count) = count {
                *sum = Some(sum.unwrap_or(0).saturating_add(count));
            }
        };
        for metric in self.data {
            let count = metric.stats.count;
            match metric.name.as_str() {
                "oWaiting" => {
                    more(&mut load.waiting, count);
                    let dates = metric.observations.iter().map(|one| one.observation_date);
                    let oldest = dates.min().map(|at| Millis(at.as_millisecond()));
                    load.oldest = load.oldest.into_iter().chain(oldest).min();
                }
                "oInteracting" => more(&mut load.interacting, count),
                "oOnQueueUsers" => {
                    more(&mut load.on_queue, count);
                    let idle = metric.qualifier.as_deref() == Some("IDLE");
                    more(
                        &mut load.available,
                        count.map(|count| if idle { count } else { 0 }),
                    );
                }
                "oServiceLevel" if voice => {
                    let percent = |share: Option<f64>| share.map(|share| share * 100.0);
                    load.service_level = percent(metric.stats.ratio).or(load.service_level);
                    load.target = percent(metric.stats.target).or(load.target);
                }
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_observed_by_media_and_by_status_is_one_queue_s() {
        let body = br#"{"results":[
            {"group":{"queueId":"q"},"data":[{"metric":"oOnQueueUsers","qualifier":"IDLE","stats":{"count":2}},
                {"metric":"oOnQueueUsers","qualifier":"INTERACTING","stats":{"count":3}}]},
            {"group":{"queueId":"q","mediaType":"voice"},"data":[{"metric":"oWaiting","stats":{"count":2},
                "observations":[{"observationDate":"2026-06-15T14:00:10.000Z"},{"observationDate":"2026-06-15T14:00:00.000Z"}]},
                {"metric":"oServiceLevel","stats":{"ratio":0.75,"target":0.8}}]},
            {"group":{"queueId":"q","mediaType":"chat"},"data":[{"metric":"oWaiting","stats":{"count":1}},{"metric":"oNew"}]}]}"#;
        let answer: Observed = one(body).unwrap();
        let mut loads = BTreeMap::new();
        for container in answer.results {
            container.add(&mut loads);
        }
        let load = loads[&QueueId::from("q")];
        assert_eq!(
            (load.waiting, load.on_queue, load.available),
            (Some(3), Some(5), Some(2))
        );
        assert_eq!(load.oldest, Some(Millis(1_781_532_000_000)));
        assert_eq!((load.service_level, load.target), (Some(75.0), Some(80.0)));
        assert!(load.is_short() && !load.is_stuck());
    }
}
