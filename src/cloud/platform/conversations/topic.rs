//! An event of `v2.routing.queues.{id}.conversations.calls`: the whole call as it is now, on another shape than a read.

use serde::Deserialize;

use super::assemble::{ConversationFacts, Party};
use crate::cloud::entities::one;
use crate::model::interaction::{Interaction, Leg, Participant};
use crate::text::Text;
use crate::time::Millis;

#[derive(Deserialize)]
struct Event {
    id: String,
    #[serde(default)]
    participants: Vec<Entity>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entity {
    id: Option<String>,
    purpose: Option<String>,
    name: Option<String>,
    address: Option<String>,
    ani: Option<String>,
    user: Option<Reference>,
    queue: Option<Reference>,
    state: Option<String>,
    held: Option<bool>,
    muted: Option<bool>,
    recording: Option<bool>,
    start_time: Option<jiff::Timestamp>,
    connected_time: Option<jiff::Timestamp>,
    consult_participant_id: Option<String>,
    disconnect_type: Option<String>,
}

#[derive(Default, Deserialize)]
struct Reference {
    id: Option<String>,
    name: Option<String>,
}

/// Reads an event's body; the error names the field.
pub(crate) fn call(body: &[u8]) -> Result<Interaction, String> {
    let event: Event = one(body)?;
    // The event has no time of its own beginning; whoever was first in it has.
    let began = event.participants.iter().filter_map(|who| who.start_time);
    let told = ConversationFacts {
        id: event.id,
        started: began.min().map(moment),
        ended: false,
        parties: event.participants.into_iter().map(Entity::party).collect(),
    };
    told.interaction()
}

impl Entity {
    fn party(self) -> Party {
        let text = |text: Option<String>| Text::from(text.unwrap_or_default());
        let (user, queue) = (
            self.user.unwrap_or_default(),
            self.queue.unwrap_or_default(),
        );
        // Every participant has the caller's number as well.
        let address = match self.purpose.as_deref() {
            Some("customer") => self.ani.or(self.address),
            _ => self.address,
        };
        let state = text(self.state);
        let leg = Leg {
            reached: self.connected_time.is_some() || state.raw() == "connected",
            state,
            held: self.held == Some(true),
            muted: self.muted == Some(true),
            recording: self.recording == Some(true),
            since: self.connected_time.map(moment),
            about: text(self.consult_participant_id),
            ended_by: text(self.disconnect_type),
        };
        Party {
            who: Participant {
                purpose: text(self.purpose),
                name: text(self.name.or(user.name)),
                address: text(address),
                id: text(self.id),
                user: text(user.id),
                queue: text(queue.id),
                leg: Some(leg),
            },
            media: "voice",
            queue_name: text(queue.name),
        }
    }
}

fn moment(at: jiff::Timestamp) -> Millis {
    Millis(at.as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::interaction::Standing;

    #[test]
    fn an_event_is_the_whole_call() {
        let body = br#"{"id":"c-1","recordingState":"active","participants":[
            {"id":"p-1","purpose":"customer","state":"connected","ani":"tel:+14155550199","startTime":"2026-06-15T14:00:00.000Z"},
            {"id":"p-2","purpose":"acd","state":"disconnected","queue":{"id":"q-1","name":"Support"},"disconnectType":"transfer"},
            {"id":"p-3","purpose":"agent","state":"connected","muted":true,"user":{"id":"u-1","name":"Ana"},"queue":{"id":"q-1"},
             "connectedTime":"2026-06-15T14:00:20.000Z","errorInfo":null}]}"#;
        let read = call(body).unwrap();
        assert_eq!(read.standing, Standing::Active);
        assert_eq!(read.queue_name.raw(), "Support");
        let began: jiff::Timestamp = "2026-06-15T14:00:00Z".parse().unwrap();
        assert_eq!(read.started, Some(moment(began)));
        let agent = read.bearer().unwrap();
        assert_eq!((agent.name.raw(), agent.user.raw()), ("Ana", "u-1"));
        assert_eq!(agent.leg.as_ref().unwrap().words(), "connected, muted");
    }

    #[test]
    fn a_call_that_all_have_left_is_over() {
        let left = br#"{"id":"c-1","participants":[{"id":"p-1","purpose":"customer","state":"terminated"}]}"#;
        assert!(call(left).unwrap().standing.over());
        assert!(call(br#"{"participants":[]}"#).unwrap_err().contains("id"));
    }
}
