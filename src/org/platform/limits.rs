//! The organisation's limits, by their namespaces.

use serde_json::{Value, json};

use super::access::NOTHING;
use super::page::{MOST, Page};
use super::{Answer, Call, Method, Operation, ok, operation};
use crate::org::reply::Refusal;

/// The namespaces that a console may look for. Only those of the rate limits hold something: the published document names
/// no other keys.
const NAMESPACES: [&str; 8] = [
    "auth.api",
    "callback",
    "event.orchestration",
    "notifications",
    "platform.api",
    "routing",
    "telephony.configuration",
    "webhooks",
];

/// Where the rate limits are.
const PLATFORM: &str = "platform.api";

/// Every rate limit, and what it is where nobody raised it.
const RATES: [(&str, u32, &str); 3] = [
    (
        "client.credentials.token.rate.per.minute",
        300,
        "Calls a minute with one token of a client",
    ),
    (
        "org.app.user.rate.per.minute",
        300,
        "Calls a minute of one user through one application",
    ),
    (
        "org.user.rate.per.minute",
        3_000,
        "Calls a minute of one user through all applications",
    ),
];

/// The operations of this room.
#[rustfmt::skip] // A table: one a line.
pub(super) const OPERATIONS: &[Operation] = &[
    operation(Method::GET, "organizations/limits/namespaces", NOTHING, |call| {
        let page = Page::of(call, MOST)?;
        let names: Vec<&str> = page.of_all(NAMESPACES).collect();
        page.answer(call, &names, NAMESPACES.len())
    }),
    operation(Method::GET, "organizations/limits/namespaces/{namespaceName}", NOTHING, |call| {
        let own = call.shared.rate_limit;
        let raised = move |key: &str| key != "org.user.rate.per.minute" && own != 0;
        limits(call, move |key, default| if raised(key) { own } else { default })
    }),
    operation(Method::GET, "organizations/limits/namespaces/{namespaceName}/defaults", NOTHING, |call| limits(call, |_, default| default)),
    operation(Method::GET, "organizations/limits/docs", NOTHING, docs),
];

/// The limits of a namespace.
fn limits(call: &Call<'_>, value: impl Fn(&str, u32) -> u32) -> Answer {
    let namespace = call.id(0);
    if !NAMESPACES.contains(&namespace) {
        let message = format!("Unable to find a namespace named {namespace}");
        return Err(Refusal::not_found(message));
    }
    let rates = if namespace == PLATFORM {
        &RATES[..]
    } else {
        &[]
    };
    let entities: Vec<Value> = rates
        .iter()
        .map(|(key, default, _)| json!({"key": key, "namespace": namespace, "value": value(key, *default)}))
        .collect();
    ok(&json!({"entities": entities}))
}

fn docs(_: &Call<'_>) -> Answer {
    let rates: Vec<Value> = RATES
        .iter()
        .map(|(key, default, description)| {
            json!({
                "key": key, "defaultValue": default, "description": description, "configurable": false,
                "trackable": true,
            })
        })
        .collect();
    ok(&json!({
        "url": "/api/v2/organizations/limits/docs",
        "namespaces": [{"name": PLATFORM, "friendlyName": "Platform API", "limits": rates}],
    }))
}
