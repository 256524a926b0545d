//! Telephony of the whole organisation: how much is carried, where, from which addresses, and what was said over SIP.
//!
//! The SIP of a call follows from its course: an INVITE for every leg, the ringing, the answer, and the end.

use std::collections::BTreeMap;

use hyper::StatusCode;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::access::{NOTHING, TELEPHONY, all, any};
use super::conversations::view::{DNIS, Medium, address, customer, direction};
use super::query::moment_of;
use super::sparse::moment;
use super::{Answer, Call, Method, Operation, conversations, ok, operation, refer};
use crate::org::interactions::Interaction;
use crate::org::interactions::legs::Leg;
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
    with_call(call, |_| json!({"entities": []}))
}

/// Answers with what is made of the conversation that the path names.
fn with_call(call: &Call<'_>, show: impl FnOnce(&Interaction) -> Value) -> Answer {
    let interactions = call.shared.interactions();
    let found = interactions.get(call.id(0));
    let shown = show(found.ok_or_else(|| conversations::unknown(call.id(0)))?);
    drop(interactions);
    ok(&shown)
}

/// One message of a leg.
struct Message<'a> {
    of: &'a Interaction,
    leg: &'a Leg,
    at: Timestamp,
    /// A method, or a status and its reason.
    first: &'static str,
}

/// What was said over SIP for a conversation, in its order; nothing for other media than calls.
fn said(of: &Interaction) -> Vec<Message<'_>> {
    let legs = of
        .legs
        .all()
        .iter()
        .filter(|_| Medium::of(of) == Medium::Call);
    let mut all: Vec<_> = legs
        .flat_map(|leg| {
            let end = if leg.connected.is_some() {
                "BYE"
            } else {
                "CANCEL"
            };
            let said = [
                (Some(leg.started), "INVITE"),
                (leg.alerting, "180 Ringing"),
                (leg.connected, "200 OK"),
                (leg.ended, end),
            ];
            said.into_iter().filter_map(move |(at, first)| {
                let at = at?;
                Some(Message { of, leg, at, first })
            })
        })
        .collect();
    all.sort_by_key(|message| message.at);
    all
}

/// The user and the domain of an address.
fn halves(uri: &str) -> (&str, &str) {
    let bare = uri.split_once(':').map_or(uri, |(_, bare)| bare);
    bare.split_once('@').unwrap_or((bare, "org.example"))
}

impl Message<'_> {
    /// From whom the leg is, and to whom: customers call in, and everybody else is called for them.
    fn ends(&self) -> (String, String) {
        let outside = customer(self.of).unwrap_or(DNIS).to_owned();
        if self.leg.who.is_outside() {
            (outside, DNIS.to_owned())
        } else if direction(self.leg) == "outbound" {
            (DNIS.to_owned(), address(self.leg))
        } else {
            (outside, address(self.leg))
        }
    }

    fn call_id(&self) -> String {
        format!("{}@org.example", self.leg.id)
    }

    /// The headers, by their names.
    fn headers(&self) -> [(&'static str, String); 4] {
        let (from, to) = self.ends();
        let (number, method) = match self.first {
            "BYE" => (2, "BYE"),
            "CANCEL" => (1, "CANCEL"),
            _ => (1, "INVITE"),
        };
        [
            ("From", format!("<{from}>;tag={}", self.of.id)),
            ("To", format!("<{to}>")),
            ("Call-ID", self.call_id()),
            ("CSeq", format!("{number} {method}")),
        ]
    }

    /// The message itself (RFC 3261 §7).
    fn text(&self) -> String {
        let mut text = if self.first.starts_with(|first: char| first.is_ascii_digit()) {
            format!("SIP/2.0 {}\r\n", self.first)
        } else {
            format!("{} {} SIP/2.0\r\n", self.first, self.ends().1)
        };
        for (name, value) in self.headers() {
            text.extend([name, ": ", &value, "\r\n"]);
        }
        text + "\r\n"
    }

    /// As a search shows it (`HomerRecord`).
    fn record(&self) -> Value {
        let (from, to) = self.ends();
        let ((from_user, from_domain), (to_user, to_domain)) = (halves(&from), halves(&to));
        let [.., (_, cseq)] = self.headers();
        let (method, reason) = self.first.split_once(' ').unwrap_or((self.first, ""));
        json!({
            "id": format!("{}-{}", self.leg.id, method), "date": moment(self.at),
            "milliTs": self.at.as_millisecond().to_string(), "microTs": self.at.as_microsecond().to_string(),
            "method": method, "replyReason": reason, "ruri": to, "ruriUser": to_user, "ruriDomain": to_domain,
            "fromUser": from_user, "fromDomain": from_domain, "fromTag": self.of.id, "toUser": to_user,
            "toDomain": to_domain, "callid": self.call_id(), "cseq": cseq, "msg": self.text(),
            "conversationId": self.of.id, "participantId": self.leg.id,
        })
    }
}

/// `GET telephony/siptraces`: the messages between two times, of a call, of a conversation, from or to somebody.
fn search(call: &Call<'_>) -> Answer {
    let end = |name: &'static str| moment_of(call.query.get(name).unwrap_or_default(), name);
    let (from, to) = (end("dateStart")?, end("dateEnd")?);
    let is = |name: &str, value: &Value| call.query.get(name).is_none_or(|wanted| value == wanted);
    let interactions = call.shared.interactions();
    let within = interactions
        .all()
        .flat_map(said)
        .filter(|one| (from..=to).contains(&one.at));
    let mut data: Vec<Value> = within.map(|one| one.record()).collect();
    drop(interactions);
    data.retain(|one| {
        is("callId", &one["callid"])
            && is("toUser", &one["toUser"])
            && is("fromUser", &one["fromUser"])
            && is("conversationId", &one["conversationId"])
    });
    data.truncate(MOST);
    ok(&json!({"status": 200, "message": "ok", "data": data, "count": data.len()}))
}

/// `POST telephony/siptraces/download`: everything that was said until now, as one text.
fn collect(call: &Call<'_>) -> Answer {
    let interactions = call.shared.interactions();
    let text = interactions
        .all()
        .flat_map(said)
        .map(|message| message.text())
        .collect::<String>();
    drop(interactions);
    let mut records = call.shared.records();
    let (id, _) = records.later.ask(TRACES, json!(text), Vec::new());
    ok(&json!({"downloadId": id, "documentId": id}))
}

/// `GET telephony/siptraces/download/{downloadId}`: where it can be had without a token.
fn collected(call: &Call<'_>) -> Answer {
    let (id, mut records) = (call.id(0), call.shared.records());
    records.later.get(TRACES, id)?;
    let host = call.shared.streaming.trim_start_matches("wss://");
    let url = format!("https://{host}/downloads/{id}");
    ok(&json!({"id": id, "name": "sip.txt", "url": url, "selfUri": call.path}))
}

/// `GET /downloads/{id}`: what was collected; its id is the credential.
pub(in crate::org) fn download(shared: &Shared, id: &str) -> Result<Reply, Refusal> {
    let mut records = shared.records();
    let trace = records.later.get(TRACES, id)?;
    let text = trace.asked.as_str().unwrap_or_default();
    Ok(reply::text(StatusCode::OK, text))
}

/// `GET telephony/sipmessages/conversations/{id}`.
fn messages(call: &Call<'_>) -> Answer {
    with_call(call, |of| {
        let text: String = said(of).iter().map(Message::text).collect();
        json!({"id": of.id, "message": text, "selfUri": call.path})
    })
}

/// `GET telephony/sipmessages/conversations/{id}/headers`: each header's values, of those that `keys` names.
fn headers(call: &Call<'_>) -> Answer {
    let keys = call.query.list("keys");
    with_call(call, |of| {
        let mut found = BTreeMap::<&str, Vec<String>>::new();
        for (name, value) in said(of).iter().flat_map(Message::headers) {
            let wanted = keys.is_empty() || keys.iter().any(|key| key.eq_ignore_ascii_case(name));
            if wanted
                && !found
                    .get(name)
                    .is_some_and(|values| values.contains(&value))
            {
                found.entry(name).or_default().push(value);
            }
        }
        json!({"id": of.id, "headers": found, "selfUri": refer::uri("/api/v2/conversations", &of.id)})
    })
}
