//! Telephony of the whole organisation: how much is carried, where, from which addresses, and what was said over SIP.
//!
//! The SIP of a call follows from its course: see [`course`].

mod course;
mod message;
mod pcap;

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};

use self::message::Message;
use super::access::{NOTHING, TELEPHONY, all, any};
use super::conversations::view::Medium;
use super::query::moment_of;
use super::{Answer, Call, Method, Operation, conversations, ok, operation, refer};
use crate::org::interactions::Interaction;
use crate::org::reply::{self, Refusal, Reply};
use crate::org::shared::Shared;

const SEE: &[&str] = &["telephony:pcap:view"];

/// The operations of this room.
#[rustfmt::skip] // A table: one a line.
pub(super) const OPERATIONS: &[Operation] = &[
    operation(Method::GET, "telephony/calls/metrics", any(&["telephony:callMetrics:view"]), metrics),
    operation(Method::GET, "telephony/mediaregions", TELEPHONY, regions),
    operation(Method::GET, "telephony/settings", any(&["telephony:settings:view"]), |_| ok(&json!({"persistentConnectionRequired": false}))),
    operation(Method::GET, "ipranges", NOTHING, addresses),
    operation(Method::GET, "telephony/providers/edges/mediastatistics/conversations/{conversationId}", any(&["analytics:conversationDetail:view"]), media),
    operation(Method::GET, "telephony/siptraces", all(SEE), search),
    operation(Method::POST, "telephony/siptraces/download", all(&["telephony:pcap:add"]), collect),
    operation(Method::GET, "telephony/siptraces/download/{downloadId}", all(SEE), collected),
    operation(Method::GET, "telephony/sipmessages/conversations/{conversationId}", all(SEE), messages),
    operation(Method::GET, "telephony/sipmessages/conversations/{conversationId}/headers", all(SEE), headers),
];

/// The kind of questions that traces are collected by.
const TRACES: &str = "SIP traces";

/// The most messages of one search.
const MOST: usize = 200;

/// `GET telephony/calls/metrics`: calls under way, against what all edges can carry.
fn metrics(call: &Call<'_>) -> Answer {
    let cloud = match call.query.get("metricType") {
        None | Some("cloud") => true,
        Some("premises") => false,
        Some(other) => {
            let message = format!("metricType is cloud or premises, not {other:?}");
            return Err(Refusal::bad_request(message));
        }
    };
    let room: u32 = call
        .shared
        .jobs()
        .edges()
        .iter()
        .map(|edge| edge.capacity)
        .sum();
    let most = if cloud { room } else { 0 };
    let interactions = call.shared.interactions();
    let live = interactions.live().iter();
    let calls = live.filter(|one| cloud && Medium::of(one) == Medium::Call);
    let legs: Vec<usize> = calls.map(|one| one.legs.live().count()).collect();
    drop(interactions);
    let sessions = u32::try_from(legs.iter().sum::<usize>()).unwrap_or(u32::MAX);
    ok(&json!({
        "usage": 100.0 * f64::from(sessions) / f64::from(most.max(1)),
        "autoScalingTriggerPercentage": 100, "cpuIntensity": "Unknown", "memoryIntensity": "Unknown",
        "concurrentCallCount": legs.len(), "concurrentCallSessionCount": sessions,
        "maxCallCapacity": most / 2, "maxCallSessionCapacity": most, "autoScaleInProgress": "None",
    }))
}

/// `GET telephony/mediaregions`: where the edges are; the first is at home.
fn regions(call: &Call<'_>) -> Answer {
    let jobs = call.shared.jobs();
    let all = jobs.edges().iter();
    let all: Vec<&str> = all
        .filter_map(|edge| Some(edge.id.split_once("-edge-")?.0))
        .collect();
    ok(&json!({"awsHomeRegion": all.first(), "awsCoreRegions": all, "awsSatelliteRegions": []}))
}

/// `GET ipranges`: the one address that everything here comes from.
fn addresses(call: &Call<'_>) -> Answer {
    let host = call.shared.streaming.trim_start_matches("wss://");
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
    let host = host.trim_matches(['[', ']']);
    let bits = if host.contains(':') { 128 } else { 32 };
    ok(
        &json!({"entities": [{"cidr": format!("{host}/{bits}"), "service": "api", "direction": "both"}]}),
    )
}

/// `GET …/mediastatistics/conversations/{id}`: nothing is measured of media here.
fn media(call: &Call<'_>) -> Answer {
    with_call(call, |_| ())?;
    ok(&json!({"entities": []}))
}

/// What is made of the conversation that the path names.
fn with_call<T>(call: &Call<'_>, show: impl FnOnce(&Interaction) -> T) -> Result<T, Refusal> {
    let interactions = call.shared.interactions();
    let found = interactions.get(call.id(0));
    found
        .map(show)
        .ok_or_else(|| conversations::unknown(call.id(0)))
}

/// What was said over SIP for some of the calls.
fn said(shared: &Shared, wanted: impl Fn(&Interaction) -> bool) -> Vec<Message> {
    let (calls, bad) = {
        let interactions = shared.interactions();
        let calls = interactions
            .all()
            .filter(|one| Medium::of(one) == Medium::Call);
        let calls: Vec<Interaction> = calls.filter(|one| wanted(one)).cloned().collect();
        (calls, interactions.bad_since)
    };
    let share = shared.faults().bad_calls;
    let world = shared.world();
    let scene = course::Scene {
        world: &world,
        bad: bad.map(|since| (since, share)),
    };
    calls.iter().flat_map(|call| scene.said(call)).collect()
}

/// `GET telephony/siptraces`: the messages between two times, of a call, of a conversation, from or to somebody.
fn search(call: &Call<'_>) -> Answer {
    let end = |name: &'static str| moment_of(call.query.get(name).unwrap_or_default(), name);
    let (from, to) = (end("dateStart")?, end("dateEnd")?);
    let is = |name: &str, value: &Value| call.query.get(name).is_none_or(|wanted| value == wanted);
    let conversation = call.query.get("conversationId");
    let said = said(call.shared, |of| conversation.is_none_or(|id| of.id == id));
    let within = said.iter().filter(|one| (from..=to).contains(&one.at));
    let mut data: Vec<Value> = within.map(Message::record).collect();
    data.retain(|one| {
        is("callId", &one["callid"])
            && is("toUser", &one["toUser"])
            && is("fromUser", &one["fromUser"])
            && is("conversationId", &one["conversationId"])
    });
    let count = data.len();
    data.truncate(MOST);
    ok(&json!({"status": 200, "message": "ok", "data": data, "count": count}))
}

/// `POST telephony/siptraces/download`: what was said until now, of a conversation or of all, as one capture.
fn collect(call: &Call<'_>) -> Answer {
    let wanted: Wanted = if call.body.is_empty() {
        Wanted::default()
    } else {
        call.read::<Option<Wanted>>()?.unwrap_or_default()
    };
    let end = |text: &Option<String>, name| {
        text.as_deref()
            .map(|text| moment_of(text, name))
            .transpose()
    };
    let from = end(&wanted.date_start, "dateStart")?;
    let to = end(&wanted.date_end, "dateEnd")?;
    let conversation = wanted.conversation_id;
    let mut said = said(call.shared, |of| {
        conversation.as_ref().is_none_or(|id| of.id == *id)
    });
    said.retain(|one| from.is_none_or(|from| one.at >= from) && to.is_none_or(|to| one.at <= to));
    said.sort_by_key(|one| one.at);
    let file = STANDARD.encode(pcap::file(&said));
    let mut records = call.shared.records();
    let (id, _) = records.later.ask(TRACES, json!(file), Vec::new());
    ok(&json!({"downloadId": id, "documentId": id}))
}

/// Of what a capture is wanted.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wanted {
    conversation_id: Option<String>,
    date_start: Option<String>,
    date_end: Option<String>,
}

/// `GET telephony/siptraces/download/{downloadId}`: where it can be had without a token.
fn collected(call: &Call<'_>) -> Answer {
    let (id, mut records) = (call.id(0), call.shared.records());
    records.later.get(TRACES, id)?;
    let host = call.shared.streaming.trim_start_matches("wss://");
    let url = format!("https://{host}/downloads/{id}");
    ok(&json!({"id": id, "name": "sip.pcap", "url": url, "selfUri": call.path}))
}

/// `GET /downloads/{id}`: what was collected; its id is the credential.
pub(in crate::org) fn download(shared: &Shared, id: &str) -> Result<Reply, Refusal> {
    let mut records = shared.records();
    let trace = records.later.get(TRACES, id)?;
    let file = STANDARD.decode(trace.asked.as_str().unwrap_or_default());
    Ok(reply::file(
        "application/vnd.tcpdump.pcap",
        file.unwrap_or_default(),
    ))
}

/// `GET telephony/sipmessages/conversations/{id}`.
fn messages(call: &Call<'_>) -> Answer {
    let id = with_call(call, |of| of.id.clone())?;
    let said = said(call.shared, |of| of.id == id);
    let text: String = said.iter().map(Message::text).collect();
    ok(&json!({"id": id, "message": text, "selfUri": call.path}))
}

/// `GET telephony/sipmessages/conversations/{id}/headers`: each header's values, of those that `keys` names.
fn headers(call: &Call<'_>) -> Answer {
    let keys = call.query.list("keys");
    let id = with_call(call, |of| of.id.clone())?;
    let said = said(call.shared, |of| of.id == id);
    let mut found = BTreeMap::<&str, Vec<String>>::new();
    for (name, value) in said.iter().flat_map(Message::headers) {
        let wanted = keys.is_empty() || keys.iter().any(|key| key.eq_ignore_ascii_case(name));
        let values = found.entry(name).or_default();
        if wanted && !values.contains(&value) {
            values.push(value);
        }
    }
    found.retain(|_, values| !values.is_empty());
    ok(&json!({"id": id, "headers": found, "selfUri": refer::uri("/api/v2/conversations", &id)}))
}
