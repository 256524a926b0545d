//! A conversation as its reads and its topics show it: one interaction with all of its legs.

use serde_json::{Value, json};

use crate::org::interactions::legs::Leg;
use crate::org::interactions::{AGENT, EXTERNAL, FLOW, Interaction, QUEUE};
use crate::org::platform::sparse::{moment, sparse};
use crate::org::queues::seeds::name_of;

/// The number that customers call.
pub(in crate::org::platform) const DNIS: &str = "tel:+18005550100";

/// The one division that there is.
pub(in crate::org::platform) const DIVISION: &str = "div-home";

/// What carries a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::org::platform) enum Medium {
    Call,
    Video,
    Chat,
}

impl Medium {
    pub(in crate::org::platform) fn of(interaction: &Interaction) -> Self {
        match interaction.media_type.as_str() {
            "video" => Self::Video,
            "chat" => Self::Chat,
            _ => Self::Call,
        }
    }

    /// The list of a participant that it is in.
    const fn list(self) -> &'static str {
        match self {
            Self::Call => "calls",
            Self::Video => "videos",
            Self::Chat => "chats",
        }
    }

    /// The word that analytics has for it.
    pub(in crate::org::platform) const fn analytic(self) -> &'static str {
        match self {
            Self::Call => "voice",
            Self::Video => "video",
            Self::Chat => "chat",
        }
    }
}

/// A participant's purpose: what the direct API calls a queue is `acd` here, and a flow `workflow`.
pub(in crate::org::platform) fn purpose(leg: &Leg) -> &'static str {
    match leg.who.purpose {
        QUEUE => "acd",
        FLOW => "workflow",
        other => other,
    }
}

/// The whole conversation, of any media (`Conversation`).
pub(super) fn conversation(of: &Interaction) -> Value {
    let participants = of.legs.all().iter().map(|leg| participant(of, leg));
    sparse(json!({
        "id": of.id,
        "startTime": moment(of.started),
        "endTime": of.ended.map(moment),
        "address": customer(of),
        "participants": participants.collect::<Vec<_>>(),
        "conversationIds": [],
        "recordingState": "NONE",
        "securePause": false,
        "divisions": divisions(),
        "selfUri": format!("/api/v2/conversations/{}", of.id),
    }))
}

/// A call with its participants flat (`CallConversation`).
pub(super) fn call(of: &Interaction) -> Value {
    let participants = of.legs.all().iter().map(|leg| {
        let mut participant = flat(of, leg);
        participant["user"] = reference(leg, AGENT, "users");
        participant["queue"] = reference(leg, QUEUE, "routing/queues");
        sparse(participant)
    });
    json!({
        "id": of.id,
        "participants": participants.collect::<Vec<_>>(),
        "otherMediaUris": [],
        "recordingState": "none",
        "securePause": false,
        "divisions": divisions(),
        "selfUri": format!("/api/v2/conversations/calls/{}", of.id),
    })
}

/// What the topics of calls tell: the same without links.
pub(super) fn told(of: &Interaction) -> Value {
    let participants = of.legs.all().iter().map(|leg| {
        let mut participant = flat(of, leg);
        participant["user"] = named(leg, AGENT);
        participant["queue"] = named(leg, QUEUE);
        sparse(participant)
    });
    json!({
        "id": of.id,
        "participants": participants.collect::<Vec<_>>(),
        "otherMediaUris": [],
        "recordingState": "none",
        "securePause": false,
        "divisions": divisions(),
    })
}

pub(in crate::org::platform) fn divisions() -> Value {
    json!([{"division": {"id": DIVISION}, "entities": []}])
}

fn participant(of: &Interaction, leg: &Leg) -> Value {
    let medium = Medium::of(of);
    let mut participant = sparse(json!({
        "id": leg.id,
        "startTime": moment(leg.started),
        "connectedTime": leg.connected.map(moment),
        "endTime": leg.ended.map(moment),
        "name": name(leg),
        "userId": id_of(leg, AGENT),
        "queueId": id_of(leg, QUEUE),
        "queueName": id_of(leg, QUEUE).map(name_of),
        "purpose": purpose(leg),
        "consultParticipantId": consulted_about(of, leg),
        "address": address(leg),
        "ani": customer(of),
        "dnis": DNIS,
        "wrapupRequired": false,
        "mediaRoles": ["full"],
        "attributes": {},
    }));
    participant[medium.list()] = json!([session(medium, leg)]);
    participant
}

/// What a participant has of the medium.
fn session(medium: Medium, leg: &Leg) -> Value {
    let mut session = json!({
        "id": session_id(leg),
        "state": leg.stage.name(),
        "disconnectType": leg.ending,
        "startAlertingTime": leg.alerting.map(moment),
        "connectedTime": leg.connected.map(moment),
        "disconnectedTime": leg.ended.map(moment),
        "provider": "Edge",
    });
    let own = match medium {
        Medium::Call => json!({
            "direction": direction(leg), "held": leg.held.is_some(), "muted": leg.muted, "confined": false,
            "startHoldTime": leg.held.map(moment), "recording": false, "recordingState": "none",
            "securePause": false, "segments": [], "disconnectReasons": [],
        }),
        Medium::Video => {
            json!({"audioMuted": leg.muted, "videoMuted": false, "sharingScreen": false})
        }
        Medium::Chat => json!({
            "direction": direction(leg), "held": leg.held.is_some(), "startHoldTime": leg.held.map(moment), "segments": [],
        }),
    };
    if let (Some(session), Some(own)) = (session.as_object_mut(), own.as_object()) {
        session.extend(own.clone());
    }
    sparse(session)
}

/// A participant of a call as reads and topics share it, without whom it refers to.
fn flat(of: &Interaction, leg: &Leg) -> Value {
    json!({
        "id": leg.id,
        "name": name(leg),
        "address": address(leg),
        "startTime": moment(leg.started),
        "connectedTime": leg.connected.map(moment),
        "endTime": leg.ended.map(moment),
        "startHoldTime": leg.held.map(moment),
        "purpose": purpose(leg),
        "state": leg.stage.name(),
        "direction": direction(leg),
        "disconnectType": leg.ending,
        "held": leg.held.is_some(),
        "muted": leg.muted,
        "confined": false,
        "recording": false,
        "recordingState": "none",
        "securePause": false,
        "wrapupRequired": false,
        "mediaRoles": ["full"],
        "provider": "Edge",
        "attributes": {},
        "ani": customer(of),
        "dnis": DNIS,
        "consultParticipantId": consulted_about(of, leg),
    })
}

/// The id of what a participant has of the medium.
pub(in crate::org::platform) fn session_id(leg: &Leg) -> String {
    format!("{}-s", leg.id)
}

/// The customer's address.
pub(in crate::org::platform) fn customer(of: &Interaction) -> Option<&str> {
    let outside = of.legs.all().iter().find(|leg| leg.who.is_outside());
    outside.map(|leg| leg.who.address.as_str())
}

/// Customers come in; whoever is rung elsewhere is called out to.
pub(in crate::org::platform) fn direction(leg: &Leg) -> &'static str {
    if leg.who.purpose == EXTERNAL {
        "outbound"
    } else {
        "inbound"
    }
}

/// What people call a participant; a queue has a name of its own.
pub(in crate::org::platform) fn name(leg: &Leg) -> &str {
    match leg.who.purpose {
        QUEUE => name_of(&leg.who.id),
        _ => &leg.who.name,
    }
}

pub(in crate::org::platform) fn address(leg: &Leg) -> String {
    match leg.who.purpose {
        AGENT | QUEUE | FLOW => format!("sip:{}@org.example", leg.who.id),
        _ => leg.who.address.clone(),
    }
}

/// The id of whom a participant stands for, when it is of that kind.
pub(in crate::org::platform) fn id_of<'a>(leg: &'a Leg, kind: &str) -> Option<&'a str> {
    (leg.who.purpose == kind).then_some(leg.who.id.as_str())
}

fn reference(leg: &Leg, kind: &str, at: &str) -> Value {
    id_of(leg, kind).map_or(
        Value::Null,
        |id| json!({"id": id, "name": name(leg), "selfUri": format!("/api/v2/{at}/{id}")}),
    )
}

fn named(leg: &Leg, kind: &str) -> Value {
    id_of(leg, kind).map_or(Value::Null, |id| json!({"id": id, "name": name(leg)}))
}

/// Whom the one who was asked would get.
fn consulted_about<'a>(of: &'a Interaction, leg: &Leg) -> Option<&'a str> {
    let consult = of.legs.consult()?;
    (consult.destination == leg.id).then_some(consult.object.as_str())
}
