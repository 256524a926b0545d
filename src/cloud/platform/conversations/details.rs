//! A row of the conversation detail query: participants with their sessions, and sessions with their segments.

use serde::Deserialize;

use super::assemble::{ConversationFacts, Party};
use crate::cloud::entities::Faults;
use crate::cloud::platform::analytics::Found;
use crate::model::interaction::{Interaction, Leg, Participant};
use crate::text::Text;
use crate::time::Millis;

/// Media that are moved by a transfer: a callback waits for its time and has a pane of its own, a screen is not a talk.
const MEDIA: [&str; 5] = ["voice", "video", "chat", "email", "message"];

/// One page of the answer.
pub(super) struct ConversationsPage {
    pub(super) interactions: Vec<Interaction>,
    /// Entries on it, those that are passed over among them.
    pub(super) entries: usize,
    /// How many there are in all; 0 when not told.
    pub(super) total: usize,
}

#[derive(Deserialize)]
struct Conversation {
    #[serde(rename = "conversationId")]
    id: String,
    #[serde(rename = "conversationStart")]
    start: Option<jiff::Timestamp>,
    #[serde(rename = "conversationEnd")]
    end: Option<jiff::Timestamp>,
    #[serde(default)]
    participants: Vec<Entity>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entity {
    participant_id: Option<String>,
    participant_name: Option<String>,
    purpose: Option<String>,
    user_id: Option<String>,
    #[serde(default)]
    sessions: Vec<Session>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Session {
    media_type: Option<String>,
    ani: Option<String>,
    address_other: Option<String>,
    remote: Option<String>,
    recording: Option<bool>,
    #[serde(default)]
    segments: Vec<Segment>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Segment {
    #[serde(rename = "segmentType")]
    kind: Option<String>,
    #[serde(rename = "segmentStart")]
    start: Option<jiff::Timestamp>,
    #[serde(rename = "segmentEnd")]
    end: Option<jiff::Timestamp>,
    queue_id: Option<String>,
    audio_muted: Option<bool>,
    disconnect_type: Option<String>,
}

/// Reads a page; conversations without any media that a transfer moves are passed over.
pub(super) fn page(body: &[u8], faults: &mut Faults<'_>) -> Result<ConversationsPage, String> {
    let body = Found::read(body)?;
    let read = faults.keep(&body.conversations, |one: Conversation| {
        one.told().interaction()
    });
    let moved = |one: &Interaction| MEDIA.contains(&one.media.raw()) && !one.standing.over();
    Ok(ConversationsPage {
        interactions: read.into_iter().filter(moved).collect(),
        entries: body.conversations.len(),
        total: body.total_hits,
    })
}

impl Conversation {
    fn told(self) -> ConversationFacts {
        ConversationFacts {
            id: self.id,
            started: self.start.map(moment),
            ended: self.end.is_some(),
            parties: self.participants.into_iter().map(Entity::party).collect(),
        }
    }
}

impl Entity {
    fn party(self) -> Party {
        let text = |text: Option<String>| Text::from(text.unwrap_or_default());
        let purpose = text(self.purpose);
        let name = text(self.participant_name);
        let calls = purpose.raw() == "customer";
        let reached = self.sessions.iter().any(Session::reached);
        let newest = self.sessions.into_iter().last();
        let media = newest.as_ref().map_or("", Session::media);
        let leg = newest.as_ref().and_then(|session| session.leg(reached));
        let segments = newest.as_ref().map_or(&[][..], |session| &session.segments);
        let mut queues = segments.iter().rev().filter_map(|one| one.queue_id.clone());
        let queue = text(queues.next());
        // The name of a participant that is a queue is the queue's.
        let queue_name = if purpose.raw() == "acd" {
            name.clone()
        } else {
            Text::default()
        };
        Party {
            who: Participant {
                address: text(newest.and_then(|session| session.address(calls))),
                id: text(self.participant_id),
                user: text(self.user_id),
                purpose,
                name,
                queue,
                leg,
            },
            media,
            queue_name,
        }
    }
}

impl Session {
    fn media(&self) -> &'static str {
        let told = self.media_type.as_deref().unwrap_or_default();
        let known = MEDIA.into_iter().find(|media| *media == told);
        known.unwrap_or(if told.is_empty() { "" } else { "other" })
    }

    /// Where the participant is reached: of a caller the number they call from, which every session has.
    fn address(self, calls: bool) -> Option<String> {
        if calls {
            return self.ani.or(self.remote);
        }
        self.address_other.or(self.remote)
    }

    fn reached(&self) -> bool {
        let talked = |one: &Segment| matches!(one.kind(), "interact" | "hold");
        self.segments.iter().any(talked)
    }

    /// The participant's end of it, as its last segment says.
    fn leg(&self, reached: bool) -> Option<Leg> {
        let last = self.segments.last()?;
        // After the call there is work, and no call.
        let over = last.end.is_some() || last.kind() == "wrapup";
        let state = match last.kind() {
            _ if over => "disconnected",
            "interact" | "hold" | "delay" | "ivr" | "system" | "voicemail" => "connected",
            "alert" => "alerting",
            other => other,
        };
        let ended_by = last.disconnect_type.as_deref().filter(|_| over);
        Some(Leg {
            state: state.into(),
            held: !over && last.kind() == "hold",
            muted: !over && last.audio_muted == Some(true),
            recording: !over && self.recording == Some(true),
            reached,
            since: last.start.map(moment),
            about: Text::default(),
            ended_by: ended_by.unwrap_or_default().into(),
        })
    }
}

impl Segment {
    fn kind(&self) -> &str {
        self.kind.as_deref().unwrap_or_default()
    }
}

fn moment(at: jiff::Timestamp) -> Millis {
    Millis(at.as_millisecond())
}

#[cfg(test)]
mod tests;
