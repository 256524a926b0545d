//! The webhooks for job events: who asked to be told of what (contract §7).
//!
//! | call | what |
//! |---|---|
//! | `POST /api/v2/platform/webhooks` | 201 `{"id"}`, 400 for each broken rule, 409 when there are too many |
//! | `GET /api/v2/platform/webhooks` | `{"entities":[{"id",…}]}` as registered; beyond the contract |
//! | `DELETE /api/v2/platform/webhooks/{id}` | 204, 404; beyond the contract |
//!
//! All of them need `webhooks:write`.

use std::sync::Arc;

use compact_str::{CompactString, format_compact};
use hyper::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::access::scopes;
use super::operation::{Answer, Call, Operation, created, empty, ok, operation};
use super::outbox;
use super::post::near;
use super::reply::Refusal;
use super::rules::{Breaches, read};
use super::shared::Shared;

/// The most webhooks at once; each is a delivery for every job.
const MOST: usize = 100;

const SCOPE: &[&str] = &["webhooks:write"];

/// The operations of this room.
pub(super) const OPERATIONS: &[Operation] = &[
    operation(Method::GET, "platform/webhooks", scopes(SCOPE), list),
    operation(Method::POST, "platform/webhooks", scopes(SCOPE), register),
    operation(
        Method::DELETE,
        "platform/webhooks/{id}",
        scopes(SCOPE),
        delete,
    ),
];

/// What can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum JobEvent {
    Completed,
    Failed,
}

impl JobEvent {
    const ALL: [Self; 2] = [Self::Completed, Self::Failed];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Completed => "async.job.completed",
            Self::Failed => "async.job.failed",
        }
    }
}

/// One webhook, as it was registered and as the wire shows it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct JobWebhook {
    id: CompactString,
    #[serde(flatten)]
    asked: JobWebhookRequest,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct JobWebhookRequest {
    name: String,
    #[serde(default)]
    description: String,
    #[serde(default = "yes")]
    enabled: bool,
    r#type: String,
    uri: String,
    events: Vec<String>,
    auth_method: String,
}

fn yes() -> bool {
    true
}

impl JobWebhookRequest {
    fn parse(body: &[u8]) -> Result<Self, Refusal> {
        let asked: Self = read(body)?;
        let mut breaches = Breaches::default();
        breaches.length("name", &asked.name, 1, 128);
        let (kind, auth) = (&asked.r#type, &asked.auth_method);
        breaches.check(kind == "http", "type", format_args!("http, not {kind:?}"));
        breaches.check(
            auth == "none",
            "authMethod",
            format_args!("none, not {auth:?}"),
        );
        breaches.check(is_near(&asked.uri), "uri", RULE_URI);
        let events = &asked.events;
        breaches.check(!events.is_empty(), "events", "at least one event");
        for (at, event) in events.iter().enumerate() {
            let known = JobEvent::ALL.iter().any(|known| known.name() == event);
            let rule = format_args!("async.job.completed or async.job.failed, not {event:?}");
            breaches.check(known, format!("events[{at}]"), rule);
        }
        breaches.verdict()?;
        Ok(asked)
    }
}

const RULE_URI: &str =
    "an http or https URI with a host on loopback; this organisation delivers nowhere else";

/// Whether the organisation would deliver to a URI: it never leaves the machine.
fn is_near(uri: &str) -> bool {
    near(uri).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

fn register(call: &Call<'_>) -> Answer {
    let asked = JobWebhookRequest::parse(&call.body)?;
    let id = format_compact!("wh-{}", &Uuid::new_v4().simple().to_string()[..12]);
    let mut hooks = call.shared.hooks();
    if hooks.len() >= MOST {
        let message = format!("there are {MOST} webhooks, and no more are taken");
        return Err(Refusal::new(
            StatusCode::CONFLICT,
            "too.many.webhooks",
            message,
        ));
    }
    hooks.push(JobWebhook {
        id: id.clone(),
        asked,
    });
    drop(hooks);
    created(&json!({"id": id}))
}

fn list(call: &Call<'_>) -> Answer {
    ok(&json!({"entities": *call.shared.hooks()}))
}

/// Nothing more is delivered to it, but what is under way.
fn delete(call: &Call<'_>) -> Answer {
    let (id, mut hooks) = (call.id(0), call.shared.hooks());
    let place = hooks.iter().position(|hook| hook.id == id);
    let place = place.ok_or_else(|| Refusal::not_found(format!("there is no webhook {id:?}")))?;
    hooks.remove(place);
    empty(StatusCode::NO_CONTENT)
}

/// Delivers an event to every webhook that asked for it.
pub(super) fn tell(shared: &Arc<Shared>, event: JobEvent, body: &Value) {
    let body = body.to_string();
    let wants = |hook: &&JobWebhook| {
        hook.asked.enabled && hook.asked.events.iter().any(|name| name == event.name())
    };
    let hooks: Vec<JobWebhook> = shared.hooks().iter().filter(wants).cloned().collect();
    for hook in hooks {
        outbox::send(
            shared,
            outbox::WebhookDelivery {
                to: hook.id,
                uri: hook.asked.uri,
                event: event.name(),
                body: body.clone(),
            },
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_delivered_beyond_this_machine() {
        for near in [
            "http://127.0.0.1:9/hooks/x",
            "https://localhost/",
            "http://[::1]:80/a?b=c",
        ] {
            assert!(is_near(near), "{near}");
        }
        for far in [
            "https://hooks.example.com/in",
            "http://10.0.0.1/",
            "ftp://localhost/",
            "http://localhost.example.com/",
            "/hooks",
            "",
        ] {
            assert!(!is_near(far), "{far}");
        }
    }
}
