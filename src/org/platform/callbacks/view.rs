//! A callback as reads and topics show it: a participant for its queue, and one for whoever dials it.

use compact_str::{CompactString, format_compact};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::org::callbacks::book::{Callback, CallbackStatus};
use crate::org::platform::conversations::view::divisions;
use crate::org::platform::sparse::{moment, sparse};
use crate::org::queues::seeds::name_of;

/// How long a callback rings, in seconds.
const TIMEOUT: u32 = 60;

/// One participant of a callback.
pub(in crate::org::platform) struct CallbackParticipant<'a> {
    pub(in crate::org::platform) id: CompactString,
    pub(in crate::org::platform) purpose: &'static str,
    pub(in crate::org::platform) queue: Option<&'a str>,
    pub(in crate::org::platform) user: Option<&'a str>,
    pub(in crate::org::platform) state: &'static str,
    pub(in crate::org::platform) ending: Option<&'static str>,
    pub(in crate::org::platform) started: Timestamp,
    pub(in crate::org::platform) connected: Option<Timestamp>,
    pub(in crate::org::platform) ended: Option<Timestamp>,
}

/// Everybody who takes part, the queue first.
pub(in crate::org::platform) fn parts(of: &Callback) -> Vec<CallbackParticipant<'_>> {
    let mut parts = vec![queue(of)];
    parts.extend(agent(of));
    parts
}

fn queue(of: &Callback) -> CallbackParticipant<'_> {
    let dialled = of.beyond.dialled;
    let (state, ending) = match of.status {
        CallbackStatus::Scheduled => ("scheduled", None),
        CallbackStatus::Cancelled if dialled.is_none() => ("disconnected", Some("client")),
        _ => ("disconnected", Some("transfer")),
    };
    CallbackParticipant {
        id: format_compact!("{}-p1", of.id),
        purpose: "acd",
        queue: Some(&of.queue_id),
        user: None,
        state,
        ending,
        started: of.created,
        connected: None,
        ended: dialled.or(of.beyond.ended),
    }
}

fn agent(of: &Callback) -> Option<CallbackParticipant<'_>> {
    let started = of.beyond.dialled?;
    let (state, ending) = match of.status {
        CallbackStatus::Scheduled => return None,
        CallbackStatus::Dialing => ("dialing", None),
        CallbackStatus::Connected => ("connected", None),
        CallbackStatus::Completed => ("disconnected", Some("endpoint")),
        CallbackStatus::Failed => ("disconnected", Some("error")),
        CallbackStatus::Cancelled => ("disconnected", Some("client")),
    };
    Some(CallbackParticipant {
        id: format_compact!("{}-p2", of.id),
        purpose: "agent",
        queue: Some(&of.queue_id),
        user: Some(&of.beyond.agent),
        state,
        ending,
        started,
        connected: of.beyond.connected,
        ended: of.beyond.ended,
    })
}

/// What a booking is answered with (`CreateCallbackResponse`).
pub(super) fn booked(id: &str) -> Value {
    json!({
        "conversation": {"id": id, "selfUri": format!("/api/v2/conversations/{id}")},
        "callbackIdentifiers": [{"type": "ACD", "id": session_id(&format_compact!("{id}-p1"))}],
    })
}

/// The id of the callback itself in its conversation.
pub(in crate::org::platform) fn session_id(part: &str) -> String {
    format!("{part}-s")
}

/// Every number, the one that is dialled first.
pub(in crate::org::platform) fn numbers(of: &Callback) -> Vec<&str> {
    let more = of.beyond.more_numbers.iter().map(String::as_str);
    std::iter::once(of.number.as_str()).chain(more).collect()
}

/// The time of it, in UTC.
pub(in crate::org::platform) fn scheduled(of: &Callback) -> Option<String> {
    of.time().map(moment)
}

/// The whole conversation (`Conversation`).
pub(in crate::org::platform) fn conversation(of: &Callback) -> Value {
    let participants = parts(of).into_iter().map(|part| {
        let session = sparse(json!({
            "id": session_id(&part.id),
            "state": part.state,
            "direction": "outbound",
            "held": false,
            "disconnectType": part.ending,
            "connectedTime": part.connected.map(moment),
            "disconnectedTime": part.ended.map(moment),
            "callbackNumbers": numbers(of),
            "callbackUserName": of.beyond.user_name,
            "callbackScheduledTime": scheduled(of),
            "externalCampaign": false,
            "skipEnabled": false,
            "timeoutSeconds": TIMEOUT,
            "provider": "PureCloud Callback",
            "segments": [],
        }));
        sparse(json!({
            "id": part.id,
            "startTime": moment(part.started),
            "connectedTime": part.connected.map(moment),
            "endTime": part.ended.map(moment),
            "name": name(&part),
            "userId": part.user,
            "queueId": part.queue,
            "queueName": part.queue.map(name_of),
            "purpose": part.purpose,
            "address": of.number,
            "wrapupRequired": false,
            "attributes": attributes(of),
            "callbacks": [session],
        }))
    });
    sparse(json!({
        "id": of.id,
        "startTime": moment(of.created),
        "endTime": of.beyond.ended.map(moment),
        "participants": participants.collect::<Vec<_>>(),
        "divisions": divisions(),
        "selfUri": format!("/api/v2/conversations/{}", of.id),
    }))
}

/// The callback with its participants flat (`CallbackConversation`), which has no word for scheduled.
pub(super) fn callback(of: &Callback) -> Value {
    let participants = parts(of).into_iter().map(|part| {
        let mut participant = flat(of, &part);
        if part.state == "scheduled" {
            participant["state"] = json!("none");
        }
        participant["queue"] = refers(part.queue, "routing/queues", name_of);
        participant["user"] = refers(part.user, "users", |id| id);
        sparse(participant)
    });
    json!({
        "id": of.id,
        "participants": participants.collect::<Vec<_>>(),
        "otherMediaUris": [],
        "divisions": divisions(),
        "selfUri": format!("/api/v2/conversations/callbacks/{}", of.id),
    })
}

/// What the topics tell: the same without links, and with the word.
pub(super) fn told(of: &Callback) -> Value {
    let participants = parts(of).into_iter().map(|part| {
        let mut participant = flat(of, &part);
        participant["queue"] = named(part.queue, name_of);
        participant["user"] = named(part.user, |id| id);
        sparse(participant)
    });
    json!({
        "id": of.id,
        "participants": participants.collect::<Vec<_>>(),
        "otherMediaUris": [],
        "divisions": divisions(),
    })
}

fn flat(of: &Callback, part: &CallbackParticipant<'_>) -> Value {
    json!({
        "id": part.id,
        "name": name(part),
        "address": of.number,
        "startTime": moment(part.started),
        "connectedTime": part.connected.map(moment),
        "endTime": part.ended.map(moment),
        "purpose": part.purpose,
        "state": part.state,
        "direction": "outbound",
        "disconnectType": part.ending,
        "held": false,
        "wrapupRequired": false,
        "mediaRoles": ["full"],
        "attributes": attributes(of),
        "provider": "PureCloud Callback",
        "callbackNumbers": numbers(of),
        "callbackUserName": of.beyond.user_name,
        "callbackScheduledTime": scheduled(of),
        "externalCampaign": false,
        "skipEnabled": false,
        "timeoutSeconds": TIMEOUT,
    })
}

/// What the booking gave along.
fn attributes(of: &Callback) -> Value {
    let mut said = of.beyond.data.clone();
    if !of.reason.is_empty() {
        said.insert("reason".to_owned(), of.reason.clone());
    }
    json!(said)
}

fn name<'a>(part: &CallbackParticipant<'a>) -> &'a str {
    let user = part.user.unwrap_or_default();
    match part.queue {
        Some(queue) if part.user.is_none() => name_of(queue),
        _ => user,
    }
}

fn refers(id: Option<&str>, at: &str, name: impl Fn(&str) -> &str) -> Value {
    id.map_or(
        Value::Null,
        |id| json!({"id": id, "name": name(id), "selfUri": format!("/api/v2/{at}/{id}")}),
    )
}

fn named(id: Option<&str>, name: impl Fn(&str) -> &str) -> Value {
    id.map_or(Value::Null, |id| json!({"id": id, "name": name(id)}))
}
