//! Routes, their deliveries and the kinds of events (contract §9).

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::cloud::entities::{Faults, id, one, page};
use crate::cloud::{Fault, RouteListing};
use crate::model::RouteId;
use crate::model::route::{
    Delivery, EventFilter, EventType, Kind, Known, RetryPolicy, WEBHOOK, Webhook,
};
use crate::text::{Text, begins};
use crate::time::Millis;

/// Routes of one list that are kept; a list without pages should not be longer.
const MOST_ROUTES: usize = 2_000;

/// Destinations, kinds of events, and fields of one kind that are kept of an answer.
const MOST_ENTRIES: usize = 1_000;

/// Columns of a body that an error quotes.
const SAMPLE: usize = 60;

/// A route as the organisation writes it: fields beyond the contract are ignored, optional ones may be missing.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RouteEntity {
    id: String,
    name: String,
    #[serde(rename = "type")]
    kind: Option<String>,
    uri: String,
    uris: Option<Vec<String>>,
    retry_policy: Option<PolicyEntity>,
    event_filters: Option<Vec<FilterEntity>>,
    headers: Option<BTreeMap<String, String>>,
    // Beyond the contract, so of no type that could be broken.
    enabled: Option<Value>,
    version: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PolicyEntity {
    max_retries: i64,
    retry_interval: f64,
    backoff_factor: f64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FilterEntity {
    event_type: String,
    fields: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DeliveryEntity {
    uri: String,
    delivered: Option<u64>,
    failed: Option<u64>,
    last_status: Option<u16>,
    last_attempt: Option<jiff::Timestamp>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EventTypeEntity {
    event_type: String,
    fields: Option<Vec<String>>,
}

/// Reads the list of routes. The error is what is wrong with the list as a whole.
pub fn routes(body: &[u8], call: &dyn fmt::Display) -> Result<RouteListing, String> {
    let page = page(body)?;
    let mut faults = Faults::new(call);
    let kept = page.entities.get(..MOST_ROUTES).unwrap_or(&page.entities);
    let routes = faults.keep(kept, known);
    let mut faults = faults.told();
    let told = page
        .total
        .and_then(|total| serde_json::from_str::<usize>(total.get()).ok());
    let left_out = page.entities.len().max(told.unwrap_or(0)) - kept.len();
    if left_out > 0 {
        let text = format!("{call}: {left_out} routes beyond the first {}", kept.len());
        faults.push(Fault(text.into()));
    }
    Ok(RouteListing {
        routes,
        faults,
        unread: Vec::new(),
    })
}

/// Reads one route, as an answer to a read or to a write.
pub fn route(body: &[u8]) -> Result<Known, String> {
    one(body)
        .and_then(known)
        .map_err(|why| format!("{why}; it begins with {}", begins(body, SAMPLE)))
}

/// Reads how the events of a route went, a line a destination.
pub fn deliveries(body: &[u8], call: &dyn fmt::Display) -> Result<Vec<Delivery>, String> {
    entries(body, call, |entity: DeliveryEntity| {
        Ok(Delivery {
            uri: Text::verbatim(&entity.uri),
            delivered: entity.delivered.unwrap_or(0),
            failed: entity.failed.unwrap_or(0),
            last_status: entity.last_status.filter(|status| *status > 0),
            last_attempt: entity.last_attempt.map(|at| Millis(at.as_millisecond())),
        })
    })
}

/// Reads the kinds of events that there are.
pub fn event_types(body: &[u8], call: &dyn fmt::Display) -> Result<Vec<EventType>, String> {
    entries(body, call, |entity: EventTypeEntity| {
        let fields = entity.fields.unwrap_or_default().into_iter();
        Ok(EventType {
            name: entity.event_type.into(),
            fields: fields.take(MOST_ENTRIES).map(Text::from).collect(),
            carried_by: Kind::Webhook,
        })
    })
}

/// Entries that only help a person: one that cannot be read is left out.
fn entries<E: DeserializeOwned, T>(
    body: &[u8],
    call: &dyn fmt::Display,
    make: impl Fn(E) -> Result<T, String>,
) -> Result<Vec<T>, String> {
    let page = page(body)?;
    let kept = page.entities.get(..MOST_ENTRIES).unwrap_or(&page.entities);
    Ok(Faults::new(call).keep(kept, make))
}

fn known(entity: RouteEntity) -> Result<Known, String> {
    let id = RouteId(id(entity.id, "id")?);
    let filter = |filter: FilterEntity| EventFilter {
        event_type: filter.event_type,
        fields: filter.fields.unwrap_or_default(),
    };
    let policy = entity
        .retry_policy
        .map_or_else(RetryPolicy::default, |p| RetryPolicy {
            max_retries: p.max_retries,
            retry_interval: p.retry_interval,
            backoff_factor: p.backoff_factor,
        });
    let route = Webhook {
        name: entity.name,
        kind: entity.kind.unwrap_or_else(|| WEBHOOK.to_owned()),
        uri: entity.uri,
        uris: entity.uris.unwrap_or_default(),
        retry_policy: policy,
        event_filters: entity
            .event_filters
            .unwrap_or_default()
            .into_iter()
            .map(filter)
            .collect(),
        headers: entity.headers.unwrap_or_default(),
    };
    let known = Known::new(id, route);
    known.route.keep_credentials();
    Ok(Known {
        enabled: entity.enabled.and_then(|enabled| enabled.as_bool()),
        version: entity.version.and_then(|version| version.as_u64()),
        ..known
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROUTE: &str = r#"{"id":"i-1","name":"queue-events","type":"webhook","uri":"https://bus.example.com/in",
        "uris":["https://bus2.example.com/in"],"retryPolicy":{"maxRetries":3,"retryInterval":5.0,"backoffFactor":2.0},
        "eventFilters":[{"eventType":"routing.queue.entered","fields":["queueId"]}],
        "headers":{"Content-Type":"application/json"},"version":7,"enabled":false}"#;

    #[test]
    fn the_contract_s_own_example_is_read_and_stays_itself() {
        let known = route(ROUTE.as_bytes()).unwrap();
        assert_eq!(
            (known.id.raw(), known.enabled, known.version),
            ("i-1", Some(false), Some(7))
        );
        assert_eq!(known.route.faults(), []);
        assert_eq!(
            known.route.destinations(),
            ["https://bus.example.com/in", "https://bus2.example.com/in"]
        );
        let again: crate::model::route::Route = serde_json::from_str(&known.route.json()).unwrap();
        assert_eq!(again, known.route);
    }

    #[test]
    fn what_is_optional_may_be_missing_and_what_is_not_is_named() {
        let bare = route(br#"{"id":"i","name":"n","uri":"https://h/","enabled":"yes"}"#).unwrap();
        assert_eq!((bare.route.kind(), bare.enabled), (Kind::Webhook, None));
        for (body, named) in [
            (r#"{"name":"n","uri":"https://h/"}"#, "id is missing"),
            (r#"{"id":"","name":"n","uri":"https://h/"}"#, "id is empty"),
            (r#"{"id":"i","name":"n","uri":7}"#, "uri"),
            (
                r#"{"id":"i","name":"n","uri":"u","eventFilters":[{}]}"#,
                "eventFilters[0]",
            ),
            ("<html>", "begins with <html>"),
        ] {
            let error = route(body.as_bytes()).unwrap_err();
            assert!(error.contains(named), "{error}");
        }
    }

    #[test]
    fn a_broken_route_does_not_hide_the_others_and_a_list_is_bounded() {
        let listing = routes(
            format!(r#"{{"entities":[{ROUTE},{{"id":"x"}}]}}"#).as_bytes(),
            &"GET",
        )
        .unwrap();
        assert_eq!((listing.routes.len(), listing.faults.len()), (1, 1));
        let many = vec![ROUTE; MOST_ROUTES + 3].join(",");
        let listing = routes(format!(r#"{{"entities":[{many}]}}"#).as_bytes(), &"GET").unwrap();
        assert_eq!(listing.routes.len(), MOST_ROUTES);
        assert!(listing.faults[0].to_string().contains("3 routes beyond"));
    }

    #[test]
    fn deliveries_and_event_types_are_read() {
        let body = r#"{"entities":[{"uri":"https://h/","delivered":3,"failed":1,"lastStatus":500,"lastAttempt":"2026-06-15T14:00:00Z"},
            {"uri":"https://i/","lastStatus":0}, {"delivered":1}]}"#;
        let told = deliveries(body.as_bytes(), &"GET").unwrap();
        assert_eq!(told.len(), 2);
        assert_eq!((told[0].last_status, told[0].failed), (Some(500), 1));
        assert_eq!((told[1].last_status, told[1].last_attempt), (None, None));
        let body = br#"{"entities":[{"eventType":"routing.queue.entered","fields":["queueId"]},{"eventType":"x"}]}"#;
        let types = event_types(body, &"GET").unwrap();
        assert_eq!(types[0].fields, [Text::from("queueId")]);
        assert!(types[1].fields.is_empty());
    }
}
