//! The calls about notification channels, and the topics that may be followed.

mod catalogue;

use std::collections::BTreeSet;
use std::sync::Arc;

use compact_str::CompactString;
use hyper::body::Incoming;
use hyper::{Method, Request, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use self::catalogue::TopicVerdict;
use super::access::NOTHING;
use super::socket;
use super::topics::{ChannelInfo, MOST_TOPICS, Subscribed, UnknownChannel, combined};
use super::{Answer, Call, Operation, ok, operation};
use crate::org::faults::Combined;
use crate::org::reply::{self, Refusal, Reply};
use crate::org::shared::Shared;
use crate::org::upgrade::{self, Handoff};

/// The operations of this room.
#[rustfmt::skip] // A table: one a line.
pub(super) const OPERATIONS: &[Operation] = &[
    operation(Method::GET, "notifications/availabletopics", NOTHING, catalogue::list),
    operation(Method::GET, "notifications/channels", NOTHING, list),
    operation(Method::POST, "notifications/channels", NOTHING, open),
    operation(Method::HEAD, "notifications/channels/{channelId}", NOTHING, is_open),
    operation(Method::GET, "notifications/channels/{channelId}/subscriptions", NOTHING, topics),
    operation(Method::PUT, "notifications/channels/{channelId}/subscriptions", NOTHING, |call| subscribe(call, true)),
    operation(Method::POST, "notifications/channels/{channelId}/subscriptions", NOTHING, |call| subscribe(call, false)),
    operation(Method::DELETE, "notifications/channels/{channelId}/subscriptions", NOTHING, clear),
];

/// Answers the upgrade to a channel's WebSocket; whoever knows its id may open it.
pub(in crate::org) fn connect(
    shared: &Arc<Shared>,
    handoff: &Handoff,
    id: &str,
    mut request: Request<Incoming>,
) -> Result<Reply, Refusal> {
    if request.method() != Method::GET {
        return Err(Refusal::method(request.method(), "GET"));
    }
    let (upgrade, reply) = upgrade::handshake(&mut request, None)?;
    socket::open(shared, handoff, id, upgrade).map_err(|UnknownChannel| no_channel())?;
    Ok(reply)
}

fn no_channel() -> Refusal {
    Refusal::not_found("There is no such channel.")
}

/// A channel as the wire shows it.
fn channel(shared: &Shared, seen: &ChannelInfo) -> Value {
    let left = SignedDuration::try_from(seen.left).unwrap_or_default();
    let expires = Timestamp::now().checked_add(left);
    json!({
        "id": seen.id,
        "connectUri": format!("{}/channels/{}", shared.streaming, seen.id),
        "expires": expires.unwrap_or(Timestamp::MAX),
    })
}

fn list(call: &Call<'_>) -> Answer {
    let all = match call.query.get("includechannels").unwrap_or("token") {
        "token" => false,
        "oauthclient" => true,
        other => {
            let message = format!("includechannels is token or oauthclient, not {other:?}");
            return Err(Refusal::bad_request(message));
        }
    };
    let mut book = call.shared.topics.book();
    let open = book.list(call.holder, all, Instant::now());
    drop(book);
    let entities: Vec<Value> = open.iter().map(|seen| channel(call.shared, seen)).collect();
    ok(&json!({"entities": entities}))
}

fn open(call: &Call<'_>) -> Answer {
    let faults = call.shared.faults();
    let (most, life) = (faults.channels, faults.channel_ttl);
    let mut book = call.shared.topics.book();
    let seen = book.open(call.holder, most, life, Instant::now());
    drop(book);
    ok(&channel(call.shared, &seen))
}

fn is_open(call: &Call<'_>) -> Answer {
    let mut book = call.shared.topics.book();
    if book.is_open(call.id(0), call.holder.person, Instant::now()) {
        Ok(reply::empty(StatusCode::OK))
    } else {
        Err(no_channel())
    }
}

fn topics(call: &Call<'_>) -> Answer {
    let mut book = call.shared.topics.book();
    let topics = book
        .topics(call.id(0), call.holder.person, Instant::now())
        .map_err(|UnknownChannel| no_channel())?;
    drop(book);
    let rows: Vec<Value> = topics.iter().map(|topic| permitted(topic)).collect();
    ok(&json!({"entities": rows}))
}

fn permitted(topic: &str) -> Value {
    json!({
        "id": topic, "state": "Permitted",
        "selfUri": format!("/api/v2/notifications/availabletopics/{topic}"),
    })
}

fn clear(call: &Call<'_>) -> Answer {
    follow(
        call.shared,
        call.id(0),
        call.holder.person,
        BTreeSet::new(),
        true,
    )?;
    Ok(reply::empty(StatusCode::NO_CONTENT))
}

#[derive(Deserialize)]
struct TopicRef {
    id: CompactString,
}

/// Lets a channel follow what may be followed. With `ignoreErrors` the rest is told row by row, without it the first
/// that may not is the answer.
fn subscribe(call: &Call<'_>, replace: bool) -> Answer {
    let asked: Vec<TopicRef> = call.read()?;
    let most = call.shared.faults().subscribe_most;
    if asked.len() > most {
        let message = format!("The request is too large: {} topics.", asked.len());
        let code = "request.too.large";
        return Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, code, message));
    }
    let lenient = call.query.get("ignoreErrors") == Some("true");
    let withheld = call.shared.withheld().clone();
    let swallows = call.shared.faults().combined == Combined::Swallow;
    let mut rows = Vec::with_capacity(asked.len());
    let mut wanted = BTreeSet::new();
    for TopicRef { id } in asked {
        match judge(call.shared, &id, &withheld) {
            TopicVerdict::Permitted => {
                rows.push(permitted(&id));
                if !swallows || !combined::is_combined(&id) {
                    wanted.insert(id);
                }
            }
            rejected if lenient => rows.push(rejected.row(&id)),
            rejected => return Err(rejected.refusal(&id)),
        }
    }
    follow(call.shared, call.id(0), call.holder.person, wanted, replace)?;
    ok(&json!({"entities": rows}))
}

/// What the catalogue says of a topic, unless combined ones are refused.
fn judge(shared: &Shared, topic: &str, withheld: &BTreeSet<String>) -> TopicVerdict {
    if shared.faults().combined == Combined::Refuse && combined::is_combined(topic) {
        return TopicVerdict::Unknown;
    }
    catalogue::judge(topic, withheld)
}

/// Lets a channel follow topics, and live on.
pub(super) fn follow(
    shared: &Shared,
    id: &str,
    owner: Option<usize>,
    topics: BTreeSet<CompactString>,
    replace: bool,
) -> Result<(), Refusal> {
    let life = (shared.faults().channel_ttl, Instant::now());
    let mut book = shared.topics.book();
    let followed = book.subscribe((id, owner), topics, replace, life);
    match followed.map_err(|UnknownChannel| no_channel())? {
        Subscribed::All => Ok(()),
        Subscribed::TooMany => {
            let message = format!("A channel follows at most {MOST_TOPICS} topics.");
            let code = "notification.subscription.too.many.subscriptions";
            Err(Refusal::bad_request(message)
                .coded(code)
                .param("maximum", MOST_TOPICS.to_string()))
        }
    }
}

/// What a socket that subscribes is told (in the words of the service's own clients).
pub(super) fn subscribe_over(
    shared: &Shared,
    id: &str,
    topics: &[CompactString],
) -> Map<String, Value> {
    let mut told = Map::new();
    let mut put = |name: &str, value: Value| told.insert(name.to_owned(), value);
    let Ok(owner) = shared.topics.book().owner(id) else {
        put("result", json!("404"));
        put("status", json!("error"));
        put("message", json!("There is no such channel."));
        return told;
    };
    let withheld = shared.withheld().clone();
    let bad = topics
        .iter()
        .find(|topic| !matches!(judge(shared, topic, &withheld), TopicVerdict::Permitted));
    let followed = if let Some(topic) = bad {
        Err(format!("The topic {topic} cannot be followed."))
    } else {
        let swallows = shared.faults().combined == Combined::Swallow;
        let kept = topics.iter();
        let kept = kept.filter(|topic| !swallows || !combined::is_combined(topic));
        follow(shared, id, owner, kept.cloned().collect(), false)
            .map_err(|refusal| refusal.message().to_owned())
    };
    match followed {
        Ok(()) => {
            put("result", json!("200"));
            put("status", json!("subscribed"));
        }
        Err(message) => {
            put("result", json!("400"));
            put("status", json!("failure"));
            put("message", json!(message));
        }
    }
    told
}
