//! The routes that an organisation starts with, and the one that somebody keeps changing.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::body::{Body, EventFilter, RetryPolicy};
use super::table::RouteTable;
use crate::org::destinations::NamedUri;
use crate::org::reply::Refusal;
use crate::org::shared::Shared;

/// Who set the organisation up.
const FOUNDER: &str = "setup";

/// Who changes a route behind everybody's back.
const ANOTHER: &str = "night-shift@org.example";

/// The route that drifts.
const DRIFTING: &str = "int-legacy-crm";

/// How often it does.
const DRIFT: Duration = Duration::from_secs(45);

/// An id, a name, whether it is on, the names of its destinations, and the events it carries with their fields.
type RouteSeed = (
    &'static str,
    &'static str,
    bool,
    &'static [&'static str],
    &'static [(&'static str, &'static [&'static str])],
);

const SEEDS: [RouteSeed; 6] = [
    (
        "int-queue-events",
        "queue-events",
        true,
        &["healthy"],
        &[
            ("routing.queue.entered", &["queueId", "conversationId"]),
            ("routing.queue.left", &["queueId", "waitMs"]),
        ],
    ),
    (
        "int-agent-status",
        "agent-status",
        true,
        &["healthy", "slow"],
        &[("routing.agent.status", &["userId", "status", "previous"])],
    ),
    (
        DRIFTING,
        "legacy-crm",
        true,
        &["slow"],
        &[("conversation.ended", &["conversationId", "durationMs"])],
    ),
    (
        "int-billing",
        "billing-feed",
        true,
        &["healthy", "failing"],
        &[("conversation.ended", &[])],
    ),
    (
        "int-quality",
        "quality-archive",
        true,
        &["expired", "healthy"],
        &[(
            "conversation.transferred",
            &["conversationId", "from", "to"],
        )],
    ),
    (
        "int-old-wallboard",
        "old-wallboard",
        false,
        &["unresolvable", "tls-1.1"],
        &[("routing.queue.entered", &["queueId"])],
    ),
];

/// Places the routes that there are from the start.
pub(in crate::org) fn place(table: &mut RouteTable, destinations: &[NamedUri], now: Timestamp) {
    for seed in SEEDS {
        if let Some(body) = body(&seed, destinations) {
            table.place(seed.0.into(), body, FOUNDER, now);
        }
    }
}

fn body(
    (_, name, enabled, leads_to, carries): &RouteSeed,
    destinations: &[NamedUri],
) -> Option<Body> {
    let mut uris = leads_to.iter().filter_map(|wanted| {
        let mut named = destinations.iter();
        named
            .find(|(name, _)| name == wanted)
            .map(|(_, uri)| uri.clone())
    });
    let filters = carries.iter().map(|(event, fields)| EventFilter {
        event_type: (*event).to_owned(),
        fields: fields.iter().copied().map(str::to_owned).collect(),
    });
    Some(Body {
        name: (*name).to_owned(),
        kind: "webhook".to_owned(),
        uri: uri_of(&mut uris, name)?,
        uris: uris.collect(),
        retry_policy: RetryPolicy {
            max_retries: 3,
            retry_interval: 1.0,
            backoff_factor: 2.0,
        },
        event_filters: filters.collect(),
        headers: [("X-Route".to_owned(), (*name).to_owned())].into(),
        enabled: *enabled,
    })
}

/// The primary destination tells by its query whose events it takes.
fn uri_of(uris: &mut impl Iterator<Item = String>, name: &str) -> Option<String> {
    uris.next().map(|uri| format!("{uri}?route={name}"))
}

/// Changes the drifting route every now and then, for as long as it is there, without telling anybody.
pub(in crate::org) async fn drift(shared: Arc<Shared>) {
    loop {
        tokio::time::sleep(DRIFT).await;
        if change(&mut shared.routes(), Timestamp::now()).is_err() {
            return;
        }
    }
}

fn change(table: &mut RouteTable, now: Timestamp) -> Result<(), Refusal> {
    let mut body = table.get(DRIFTING)?.body.clone();
    let retries = &mut body.retry_policy.max_retries;
    *retries = if *retries == 3 { 1 } else { 3 };
    table.replace(DRIFTING, body, None, ANOTHER, now)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_route_drifts_until_it_is_removed() {
        let mut table = RouteTable::default();
        let destinations = [
            "healthy",
            "slow",
            "failing",
            "expired",
            "tls-1.1",
            "unresolvable",
        ]
        .map(|name| (name, format!("https://{name}.example/in")));
        place(&mut table, &destinations, Timestamp::UNIX_EPOCH);
        assert_eq!(table.all().count(), SEEDS.len());
        let mut seen = Vec::new();
        for _ in 0..3 {
            change(&mut table, Timestamp::now()).unwrap();
            let route = table.get(DRIFTING).unwrap();
            seen.push((route.version, route.body.retry_policy.max_retries));
        }
        assert_eq!(seen, [(2, 1), (3, 3), (4, 1)]);
        table.remove(DRIFTING).unwrap();
        assert!(change(&mut table, Timestamp::now()).is_err());
    }
}
