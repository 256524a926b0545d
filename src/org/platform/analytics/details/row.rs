//! A conversation in its details: participants, their sessions, and the segments of those.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::media::{self, Lines};
use crate::org::callbacks::book::Callback;
use crate::org::interactions::legs::Leg;
use crate::org::interactions::{AGENT, Interaction, QUEUE};
use crate::org::platform::callbacks::view as callbacks;
use crate::org::platform::conversations::view::{
    DIVISION, Medium, customer, direction, id_of, name, purpose, session_id,
};
use crate::org::platform::sparse::{moment, sparse};

/// An interaction as analytics has it.
pub(super) fn of_interaction(of: &Interaction, lines: &Lines) -> Value {
    let participants = of.legs.all().iter().map(|leg| participant(of, leg, lines));
    let mut row = sparse(json!({
        "conversationId": of.id,
        "conversationStart": moment(of.started),
        "conversationEnd": of.ended.map(moment),
        "originatingDirection": "inbound",
        "divisionIds": [DIVISION],
        "participants": participants.collect::<Vec<_>>(),
    }));
    media::sum_up(&mut row);
    row
}

fn participant(of: &Interaction, leg: &Leg, lines: &Lines) -> Value {
    let medium = Medium::of(of);
    let media = medium.analytic();
    let mut session = sparse(json!({
        "sessionId": session_id(leg),
        "mediaType": media,
        "direction": direction(leg),
        "ani": customer(of),
        "provider": "Edge",
        "segments": legs_segments(of, leg),
    }));
    if medium == Medium::Call {
        lines.add(&mut session, of, leg);
    }
    sparse(json!({
        "participantId": leg.id,
        // Agents are told by their ids alone.
        "participantName": (leg.who.purpose != AGENT).then(|| name(leg)),
        "purpose": purpose(leg),
        "userId": id_of(leg, AGENT),
        "sessions": [session],
    }))
}

/// The ringing, the talk, and the hold that lasts.
fn legs_segments(of: &Interaction, leg: &Leg) -> Vec<Value> {
    let queue = id_of(leg, QUEUE).or(of.queue_id.as_deref());
    let last = leg.ended.and(leg.ending).map(spelled);
    let mut segments = Vec::new();
    if let Some(rang) = leg.alerting {
        let over = leg.connected.or(leg.ended);
        let why = leg.connected.is_none().then_some(last).flatten();
        segments.push(segment("alert", rang, over, queue, why));
    }
    if let Some(connected) = leg.connected {
        let why = leg.held.is_none().then_some(last).flatten();
        let over = leg.held.or(leg.ended);
        segments.push(segment("interact", connected, over, queue, why));
    }
    if let Some(held) = leg.held {
        segments.push(segment("hold", held, leg.ended, queue, last));
    }
    segments
}

/// A callback as analytics has it.
pub(super) fn of_callback(of: &Callback) -> Value {
    let participants = callbacks::parts(of).into_iter().map(|part| {
        let kind = match part.state {
            "scheduled" => "scheduled",
            "dialing" => "dialing",
            _ if part.purpose == "acd" => "scheduled",
            _ if part.connected.is_none() => "dialing",
            _ => "interact",
        };
        let why = part.ending.map(spelled);
        let session = sparse(json!({
            "sessionId": callbacks::session_id(&part.id),
            "mediaType": "callback",
            "direction": "outbound",
            "callbackNumbers": callbacks::numbers(of),
            "callbackUserName": of.beyond.user_name,
            "callbackScheduledTime": callbacks::scheduled(of),
            "provider": "PureCloud Callback",
            "segments": [segment(kind, part.started, part.ended, part.queue, why)],
        }));
        sparse(json!({
            "participantId": part.id,
            "purpose": part.purpose,
            "userId": part.user,
            "sessions": [session],
        }))
    });
    sparse(json!({
        "conversationId": of.id,
        "conversationStart": moment(of.created),
        "conversationEnd": of.beyond.ended.map(moment),
        "originatingDirection": "outbound",
        "divisionIds": [DIVISION],
        "participants": participants.collect::<Vec<_>>(),
    }))
}

fn segment(
    kind: &str,
    start: Timestamp,
    end: Option<Timestamp>,
    queue: Option<&str>,
    why: Option<&str>,
) -> Value {
    sparse(json!({
        "segmentType": kind,
        "segmentStart": moment(start),
        "segmentEnd": end.map(moment),
        "queueId": queue,
        "disconnectType": why,
        "conference": false,
    }))
}

/// Why something ended, as analytics spells it.
fn spelled(ending: &'static str) -> &'static str {
    match ending {
        "transfer.consult" => "consultTransfer",
        "transfer.noanswer" => "noAnswerTransfer",
        "transfer.notavailable" => "notAvailableTransfer",
        other => other,
    }
}

/// Every segment of a row, each with what it is part of, from the inside out.
pub(super) fn segments(row: &Value) -> impl Iterator<Item = [&Value; 4]> {
    parts(row, "participants").flat_map(move |participant| {
        parts(participant, "sessions").flat_map(move |session| {
            parts(session, "segments").map(move |segment| [segment, session, participant, row])
        })
    })
}

/// Every session of a row.
pub(super) fn sessions(row: &Value) -> impl Iterator<Item = &Value> {
    let participants = parts(row, "participants");
    participants.flat_map(|participant| parts(participant, "sessions"))
}

fn parts<'a>(of: &'a Value, list: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    of.get(list).and_then(Value::as_array).into_iter().flatten()
}
