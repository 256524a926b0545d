//! The webhooks for callbacks: who asked to be told, and the telling (contract §10). Routes are told by the way.
//!
//! | call | scope | what |
//! |---|---|---|
//! | `POST /api/v2/webhooks` | `webhook:write` | 201 `{"id"}`, 400 for each broken rule, 409 when there are too many |
//! | `GET /api/v2/webhooks` | `webhook:read` | `{"entities":[{"id",…}]}` as registered; beyond the contract |
//! | `DELETE /api/v2/webhooks/{id}` | `webhook:write` | 204, 404; beyond the contract |
//!
//! What is delivered is the payload of the stream's update with `event` (`callback.updated`) and `timestamp`. Deliveries
//! may overtake each other, as `webhook-delay` shows.

use std::sync::Arc;

use compact_str::{CompactString, format_compact};
use hyper::{Method, StatusCode};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::org::access::scopes;
use crate::org::events::{self, catalogue::Event};
use crate::org::operation::{Answer, Call, Operation, created, empty, ok, operation};
use crate::org::outbox;
use crate::org::post::near;
use crate::org::reply::Refusal;
use crate::org::rules::{Breaches, read};
use crate::org::shared::Shared;

/// The most webhooks at once; each is a delivery for every update.
const MOST: usize = 100;

/// The most updates that are told before others get their turn.
const BATCH: usize = 64;

/// What every delivery is about.
const EVENT: &str = "callback.updated";

const WRITE: &[&str] = &["webhook:write"];

/// The operations of this room.
pub(in crate::org) const OPERATIONS: &[Operation] = &[
    operation(Method::GET, "webhooks", scopes(&["webhook:read"]), list),
    operation(Method::POST, "webhooks", scopes(WRITE), register),
    operation(Method::DELETE, "webhooks/{id}", scopes(WRITE), remove),
];

fn list(call: &Call<'_>) -> Answer {
    ok(&json!({"entities": call.shared.book().hooks.0}))
}

fn register(call: &Call<'_>) -> Answer {
    let asked = CallbackWebhookRequest::parse(&call.body)?;
    created(&json!({"id": call.shared.book().hooks.register(asked)?}))
}

fn remove(call: &Call<'_>) -> Answer {
    call.shared.book().hooks.remove(call.id(0))?;
    empty(StatusCode::NO_CONTENT)
}

/// One webhook, as it was registered and as the wire shows it.
#[derive(Clone, Debug, Serialize)]
struct CallbackWebhook {
    id: CompactString,
    #[serde(flatten)]
    asked: CallbackWebhookRequest,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
struct CallbackWebhookRequest {
    name: String,
    url: String,
    content_type: String,
    #[serde(default = "on")]
    enabled: bool,
}

const fn on() -> bool {
    true
}

impl CallbackWebhookRequest {
    fn parse(body: &[u8]) -> Result<Self, Refusal> {
        let asked: Self = read(body)?;
        let mut breaches = Breaches::default();
        breaches.length("name", &asked.name, 1, 128);
        if let Err(why) = near(&asked.url) {
            breaches.check(false, "url", why);
        }
        breaches.check(
            asked.content_type == "application/json",
            "content_type",
            format_args!("application/json, not {:?}", asked.content_type),
        );
        breaches.verdict()?;
        Ok(asked)
    }
}

/// Everybody who asked.
#[derive(Debug, Default)]
pub(in crate::org) struct CallbackWebhooks(Vec<CallbackWebhook>);

impl CallbackWebhooks {
    fn register(&mut self, asked: CallbackWebhookRequest) -> Result<CompactString, Refusal> {
        if self.0.len() >= MOST {
            let message = format!("there are {MOST} webhooks, and no more are taken");
            let code = "too.many.webhooks";
            return Err(Refusal::new(StatusCode::CONFLICT, code, message));
        }
        let id = format_compact!("cw-{}", &Uuid::new_v4().simple().to_string()[..12]);
        self.0.push(CallbackWebhook {
            id: id.clone(),
            asked,
        });
        Ok(id)
    }

    fn remove(&mut self, id: &str) -> Result<(), Refusal> {
        let place = self.0.iter().position(|hook| hook.id == id);
        let place =
            place.ok_or_else(|| Refusal::not_found(format!("there is no webhook {id:?}")))?;
        self.0.remove(place);
        Ok(())
    }

    fn wanting(&self) -> Vec<CallbackWebhook> {
        let enabled = self.0.iter().filter(|hook| hook.asked.enabled);
        enabled.cloned().collect()
    }
}

/// Tells every webhook of every update from now on, and the routes that carry events of callbacks, until it is dropped.
pub(in crate::org) async fn run(shared: Arc<Shared>) {
    let mut news = shared.book().log.watch();
    let mut next = 0;
    while news.changed().await.is_ok() {
        while tell_next(&shared, &mut next) {
            tokio::task::yield_now().await;
        }
    }
}

/// Tells of the next updates from a number on; false when there are none.
fn tell_next(shared: &Arc<Shared>, next: &mut u64) -> bool {
    let book = shared.book();
    let (hooks, updates) = (book.hooks.wanting(), book.log.read(next, BATCH));
    drop(book);
    for (at, payload) in &updates {
        tell(shared, &hooks, *at, payload);
    }
    !updates.is_empty()
}

fn tell(shared: &Arc<Shared>, hooks: &[CallbackWebhook], at: Timestamp, payload: &[u8]) {
    // The log holds what this very organisation wrote.
    let Ok(payload) = serde_json::from_slice::<Value>(payload) else {
        return;
    };
    let (status, queue, id) = (&payload["status"], &payload["queue_id"], &payload["id"]);
    let status = status.as_str().unwrap_or_default();
    if let Some(event) = Event::of_callback(status, queue, id, at) {
        events::dispatch(shared, &event);
    }
    if hooks.is_empty() {
        return;
    }
    let mut body = Map::new();
    body.insert("event".into(), EVENT.into());
    body.insert("timestamp".into(), at.to_string().into());
    body.extend(payload.as_object().cloned().unwrap_or_default());
    let body = Value::Object(body).to_string();
    for hook in hooks {
        let parcel = outbox::WebhookDelivery {
            to: hook.id.clone(),
            uri: hook.asked.url.clone(),
            event: EVENT,
            body: body.clone(),
        };
        outbox::send(shared, parcel);
    }
}
