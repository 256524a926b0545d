//! A callback as its conversation shows it: read by its id, or told by a queue's topic. Both have the same shape but for the
//! state `scheduled`, which only the topic knows.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value;

use super::assemble::{BookingNotes, CallbackFacts, ParticipantState, Party};
use super::{BOOKED_AS, PARTIES, REASON, moment};
use crate::cloud::entities::one;
use crate::model::callback::Callback;

/// Why a participant left when something went wrong.
const TROUBLE: [&str; 5] = [
    "error",
    "transport.failure",
    "timeout",
    "uncallable",
    "session.expired",
];

#[derive(Deserialize)]
struct Conversation {
    id: String,
    #[serde(default)]
    participants: Vec<Participant>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Participant {
    purpose: Option<String>,
    state: Option<String>,
    start_time: Option<String>,
    connected_time: Option<String>,
    end_time: Option<String>,
    disconnect_type: Option<String>,
    error_info: Option<Value>,
    user: Option<Reference>,
    queue: Option<Reference>,
    /// Anybody may write anything here, so of no type that could be broken.
    attributes: Option<HashMap<String, Value>>,
    #[serde(default)]
    callback_numbers: Vec<String>,
    callback_user_name: Option<String>,
    callback_scheduled_time: Option<String>,
}

#[derive(Deserialize)]
struct Reference {
    id: Option<String>,
}

/// Reads a callback's conversation.
pub(super) fn callback(body: &[u8]) -> Result<Callback, String> {
    one::<Conversation>(body)?.told().callback()
}

impl Conversation {
    fn told(self) -> CallbackFacts {
        let mut told = CallbackFacts {
            id: self.id,
            ..CallbackFacts::default()
        };
        let mut said = BookingNotes::default();
        for participant in self.participants.into_iter().take(PARTIES) {
            told.parties.push(participant.party());
            let began = moment(participant.start_time.as_deref());
            told.began = told.began.into_iter().chain(began).min();
            for (key, value) in participant.attributes.unwrap_or_default() {
                match (key.as_str(), value) {
                    (REASON, Value::String(reason)) => said.reason = reason,
                    (BOOKED_AS, Value::String(name)) => said.booked_as = Some(name),
                    _ => {}
                }
            }
            let queue = participant.queue.and_then(|queue| queue.id);
            told.queue = queue.or(told.queue);
            let numbers = participant.callback_numbers.into_iter();
            told.number = numbers.take(1).next().or(told.number);
            told.caller = participant.callback_user_name.or(told.caller);
            told.time = moment(participant.callback_scheduled_time.as_deref()).or(told.time);
        }
        CallbackFacts {
            said: Some(said),
            ..told
        }
    }
}

impl Participant {
    fn party(&self) -> Party {
        Party {
            serves: matches!(self.purpose.as_deref(), Some("agent" | "user")),
            user: self.user.as_ref().and_then(|user| user.id.clone()),
            standing: self.standing(),
            reached: self.connected_time.is_some(),
        }
    }

    fn standing(&self) -> ParticipantState {
        let state = self.state.as_deref().unwrap_or_default();
        if self.end_time.is_some() || matches!(state, "disconnected" | "terminated") {
            let why = self.disconnect_type.as_deref();
            let failed = self.error_info.is_some() || why.is_some_and(|why| TROUBLE.contains(&why));
            return ParticipantState::Gone { failed };
        }
        match state {
            "scheduled" => ParticipantState::Waits,
            "alerting" | "dialing" | "contacting" | "offering" => ParticipantState::Offered,
            "connected" | "parked" => ParticipantState::Connected,
            _ => ParticipantState::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::callback::Status;
    use crate::text::Text;

    fn event(state: &str, more: &str) -> Callback {
        let body = format!(
            r#"{{"id":"c-1","participants":[
              {{"id":"p-1","purpose":"customer","state":"connected","startTime":"2026-06-15T12:00:01.000Z"}},
              {{"id":"p-2","purpose":"acd","state":"{state}","startTime":"2026-06-15T12:00:00.000Z","queue":{{"id":"q-1"}},
               "callbackNumbers":["+14155550199"],"callbackScheduledTime":"2026-06-15T14:00:00.000Z","callbackUserName":"Ana",
               "attributes":{{"reason":"Router down","reference":"cb_1","other":7}}}}{more}],
              "divisions":[]}}"#
        );
        callback(body.as_bytes()).unwrap()
    }

    #[test]
    fn an_event_of_the_topic_is_a_callback() {
        let one = event("scheduled", "");
        assert_eq!(
            (one.id.raw(), one.queue.raw(), one.status),
            ("c-1", "q-1", Status::Scheduled)
        );
        assert_eq!(
            one.began.map(|at| at.to_string()).as_deref(),
            Some("2026-06-15T12:00:00.000Z")
        );
        assert_eq!(
            (one.about(), one.booked_as.as_ref().map(Text::raw)),
            ("Router down", Some("cb_1"))
        );
        let agent = r#",{"purpose":"agent","state":"alerting","user":{"id":"u-7"}}"#;
        let offered = event("connected", agent);
        assert_eq!(
            (offered.status, offered.agent),
            (Status::Dialing, Some("u-7".into()))
        );
    }

    #[test]
    fn a_state_that_nobody_here_knows_is_unknown_and_nothing_worse() {
        let body = br#"{"id":"c","participants":[{"state":"teleporting","attributes":null,"user":{},"queue":null}]}"#;
        let one = callback(body).unwrap();
        assert_eq!((one.status, one.time), (Status::Unknown, None));
        for broken in [
            "",
            "[]",
            "{}",
            r#"{"id":""}"#,
            r#"{"id":"c","participants":7}"#,
        ] {
            assert!(callback(broken.as_bytes()).is_err(), "{broken}");
        }
    }
}
