//! `POST analytics/conversations/activity/query`: what goes on now, counted by any dimensions, with its entities.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::filter::{AnalyticsFilter, bad};
use super::{Answer, Call, ok};
use crate::org::interactions::legs::{Leg, LegStage};
use crate::org::interactions::{AGENT, Interaction, InteractionState, QUEUE};
use crate::org::platform::conversations::view::{Medium, customer, direction, id_of, session_id};
use crate::org::platform::page::{MOST, Page};
use crate::org::platform::sparse::{moment, sparse};

/// The most metrics, and the most dimensions to group by.
const MOST_PARTS: usize = 25;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ActivityQuery {
    metrics: Vec<Metric>,
    group_by: Vec<String>,
    filter: Option<AnalyticsFilter>,
}

#[derive(Debug, Deserialize)]
struct Metric {
    metric: String,
    #[serde(default)]
    details: bool,
}

/// What belongs together, by the values of its dimensions.
type Groups = BTreeMap<Vec<String>, Vec<Value>>;

/// Answers the question.
pub(super) fn query(call: &Call<'_>) -> Answer {
    let asked: ActivityQuery = call.read()?;
    let page = Page::of(call, MOST)?;
    if asked.metrics.is_empty() || asked.metrics.len().max(asked.group_by.len()) > MOST_PARTS {
        return Err(bad(&format!(
            "1 to {MOST_PARTS} metrics, and at most as many dimensions"
        )));
    }
    asked
        .filter
        .as_ref()
        .map_or(Ok(()), AnalyticsFilter::check)?;
    let interactions = call.shared.interactions();
    let live = interactions.live().iter();
    let entities: Vec<Value> = live.flat_map(entities).collect();
    drop(interactions);
    let groups = asked.group(entities);
    let shown = page.of_all(&groups);
    let results: Vec<Value> = shown.map(|group| asked.shown(group)).collect();
    ok(&json!({"results": results, "entityIdDimension": "conversationId"}))
}

impl ActivityQuery {
    fn group(&self, entities: Vec<Value>) -> Groups {
        let mut groups = Groups::new();
        for entity in entities {
            let filter = self.filter.as_ref();
            if filter.is_some_and(|filter| !filter.holds(&[&entity])) {
                continue;
            }
            let value =
                |dimension: &String| entity[dimension].as_str().unwrap_or_default().to_owned();
            let key = self.group_by.iter().map(value).collect();
            groups.entry(key).or_default().push(entity);
        }
        groups
    }

    fn shown(&self, (key, entities): (&Vec<String>, &Vec<Value>)) -> Value {
        let named = self.group_by.iter().zip(key);
        let group: Map<String, Value> = named
            .filter(|(_, value)| !value.is_empty())
            .map(|(dimension, value)| (dimension.clone(), json!(value)))
            .collect();
        let of = |metric: &str| {
            let metric = metric.to_owned();
            entities
                .iter()
                .filter(move |one| one["metric"] == metric.as_str())
        };
        let data = self
            .metrics
            .iter()
            .map(|metric| json!({"metric": metric.metric, "count": of(&metric.metric).count()}));
        let detailed = self.metrics.iter().filter(|metric| metric.details);
        let detailed: Vec<&Value> = detailed.flat_map(|metric| of(&metric.metric)).collect();
        json!({
            "group": group, "data": data.collect::<Vec<_>>(), "truncated": false, "entities": detailed,
        })
    }
}

/// What goes on in one conversation: whoever waits, rings or talks.
fn entities(of: &Interaction) -> Vec<Value> {
    let legs = of.legs.live();
    legs.filter_map(|leg| Some(entity(of, leg, metric(of, leg)?)))
        .collect()
}

fn metric(of: &Interaction, leg: &Leg) -> Option<&'static str> {
    match (leg.who.purpose, leg.stage) {
        (QUEUE, _) => (of.state == InteractionState::Queued).then_some("oWaiting"),
        (AGENT, LegStage::Alerting) => Some("oAlerting"),
        (AGENT, LegStage::Connected) => Some("oInteracting"),
        _ => None,
    }
}

fn entity(of: &Interaction, leg: &Leg, metric: &str) -> Value {
    sparse(json!({
        "activityDate": moment(leg.started),
        "metric": metric,
        "conversationId": of.id,
        "sessionId": session_id(leg),
        "mediaType": Medium::of(of).analytic(),
        "direction": direction(leg),
        "ani": customer(of),
        "participantName": leg.who.name,
        "queueId": of.queue_id,
        "userId": id_of(leg, AGENT),
    }))
}
