//! A whole conversation: `GET /conversations/{id}`.

use serde::Deserialize;

use super::assemble::{ConversationFacts, Party};
use crate::cloud::entities::one;
use crate::model::interaction::{Interaction, Leg, Participant};
use crate::text::Text;
use crate::time::Millis;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Conversation {
    id: String,
    start_time: Option<jiff::Timestamp>,
    end_time: Option<jiff::Timestamp>,
    #[serde(default)]
    participants: Vec<Entity>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entity {
    id: Option<String>,
    purpose: Option<String>,
    name: Option<String>,
    user_id: Option<String>,
    queue_id: Option<String>,
    queue_name: Option<String>,
    address: Option<String>,
    ani: Option<String>,
    end_time: Option<jiff::Timestamp>,
    consult_participant_id: Option<String>,
    #[serde(default)]
    calls: Vec<Call>,
    #[serde(default)]
    videos: Vec<Other>,
    #[serde(default)]
    chats: Vec<Other>,
    #[serde(default)]
    emails: Vec<Other>,
    #[serde(default)]
    messages: Vec<Other>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Call {
    state: Option<String>,
    held: Option<bool>,
    muted: Option<bool>,
    recording: Option<bool>,
    connected_time: Option<jiff::Timestamp>,
    disconnect_type: Option<String>,
}

/// What is not a call: whether it is held and how it ended are the same fields.
type Other = Call;

/// Reads one conversation; the error names the field.
pub(super) fn conversation(body: &[u8]) -> Result<Interaction, String> {
    let read: Conversation = one(body)?;
    let told = ConversationFacts {
        id: read.id,
        started: read.start_time.map(moment),
        ended: read.end_time.is_some(),
        parties: read.participants.into_iter().map(Entity::party).collect(),
    };
    told.interaction()
}

impl Entity {
    fn party(mut self) -> Party {
        let text = |text: Option<String>| Text::from(text.unwrap_or_default());
        let (media, mut ends) = [
            ("voice", std::mem::take(&mut self.calls)),
            ("video", std::mem::take(&mut self.videos)),
            ("chat", std::mem::take(&mut self.chats)),
            ("email", std::mem::take(&mut self.emails)),
            ("message", std::mem::take(&mut self.messages)),
        ]
        .into_iter()
        .find(|(_, ends)| !ends.is_empty())
        .unwrap_or_default();
        let about = text(self.consult_participant_id.take());
        // Every participant has the caller's number as well.
        let address = match self.purpose.as_deref() {
            Some("customer") => self.ani.or(self.address),
            _ => self.address,
        };
        let reached = ends.iter().any(Call::reached);
        let mut leg = ends.pop().map(|call| call.leg(reached, about));
        if self.end_time.is_some() && leg.as_ref().is_none_or(|leg| !leg.over()) {
            let state = Text::from("disconnected");
            leg = Some(Leg {
                state,
                held: false,
                ..leg.unwrap_or_default()
            });
        }
        Party {
            who: Participant {
                purpose: text(self.purpose),
                name: text(self.name),
                address: text(address),
                id: text(self.id),
                user: text(self.user_id),
                queue: text(self.queue_id),
                leg,
            },
            media,
            queue_name: text(self.queue_name),
        }
    }
}

impl Call {
    fn reached(&self) -> bool {
        self.connected_time.is_some() || self.state.as_deref() == Some("connected")
    }

    fn leg(self, reached: bool, about: Text) -> Leg {
        Leg {
            state: Text::from(self.state.unwrap_or_default()),
            held: self.held == Some(true),
            muted: self.muted == Some(true),
            recording: self.recording == Some(true),
            reached,
            since: self.connected_time.map(moment),
            about,
            ended_by: Text::from(self.disconnect_type.unwrap_or_default()),
        }
    }
}

fn moment(at: jiff::Timestamp) -> Millis {
    Millis(at.as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::interaction::{SpeakTo, Standing};

    #[test]
    fn a_consult_is_read_with_who_hears_whom() {
        let body = br#"{"id":"c-1","startTime":"2026-06-15T14:00:00.000Z","endTime":null,"participants":[
            {"id":"p-1","purpose":"customer","ani":"+14155550199","calls":[{"state":"connected","held":true}]},
            {"id":"p-2","purpose":"acd","queueId":"q-1","queueName":"Support","endTime":"2026-06-15T14:00:09Z","calls":[{"state":"disconnected","disconnectType":"transfer"}]},
            {"id":"p-3","purpose":"agent","name":"Ana","userId":"u-1","queueId":"q-1",
             "calls":[{"state":"connected","recording":true,"recordingState":"active"}]},
            {"id":"p-4","purpose":"agent","name":"Bob","userId":"u-2","consultParticipantId":"p-1","calls":[{"state":"connected","confined":false}]}]}"#;
        let read = conversation(body).unwrap();
        assert_eq!(read.standing, Standing::Active);
        assert_eq!(
            (read.queue.raw(), read.queue_name.raw()),
            ("q-1", "Support")
        );
        let consult = read.consult().unwrap();
        assert_eq!(consult.speaks(), Some(SpeakTo::Destination));
        assert_eq!(consult.destination.user.raw(), "u-2");
        assert_eq!(read.bearer().unwrap().id.raw(), "p-3");
        assert!(!read.participants[1].here());
    }

    #[test]
    fn the_least_is_enough_and_a_break_is_located() {
        let least = conversation(br#"{"id":"c-1","participants":[{"purpose":"customer"}]}"#);
        assert_eq!(least.unwrap().standing.word(), "unattended");
        let broken = conversation(br#"{"id":"c-1","participants":[{"calls":[{"held":"yes"}]}]}"#);
        assert!(broken.unwrap_err().contains("participants[0]"), "");
        let over = conversation(br#"{"id":"c-1","endTime":"2026-06-15T14:00:00Z"}"#);
        assert_eq!(over.unwrap().standing, Standing::Completed);
    }
}
