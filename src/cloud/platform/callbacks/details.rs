//! A row of the conversation detail query: participants with their sessions, and sessions with their segments.

use serde::Deserialize;

use super::assemble::{CallbackFacts, ParticipantState, Party};
use super::{PARTIES, moment};
use crate::cloud::entities::Faults;
use crate::cloud::platform::analytics::Found;
use crate::model::callback::Callback;

/// Why a segment ends when something went wrong, in the query's spelling.
const TROUBLE: [&str; 5] = [
    "error",
    "transportFailure",
    "timeout",
    "uncallable",
    "sessionExpired",
];

/// One page of the answer.
pub(super) struct CallbacksPage {
    pub callbacks: Vec<Callback>,
    /// Entries on it, those that could not be read among them.
    pub entries: usize,
    /// How many there are in all; 0 when not told.
    pub total: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Conversation {
    #[serde(rename = "conversationId")]
    id: String,
    #[serde(rename = "conversationStart")]
    start: Option<String>,
    #[serde(rename = "conversationEnd")]
    end: Option<String>,
    #[serde(default)]
    participants: Vec<Participant>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Participant {
    purpose: Option<String>,
    user_id: Option<String>,
    #[serde(default)]
    sessions: Vec<Session>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Session {
    media_type: Option<String>,
    #[serde(default)]
    callback_numbers: Vec<String>,
    callback_scheduled_time: Option<String>,
    callback_user_name: Option<String>,
    #[serde(default)]
    segments: Vec<Segment>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Segment {
    #[serde(rename = "segmentType")]
    kind: Option<String>,
    #[serde(rename = "segmentEnd")]
    end: Option<String>,
    queue_id: Option<String>,
    disconnect_type: Option<String>,
    error_code: Option<String>,
}

/// Reads a page. The error is what is wrong with it as a whole.
pub(super) fn page(body: &[u8], faults: &mut Faults<'_>) -> Result<CallbacksPage, String> {
    let body = Found::read(body)?;
    Ok(CallbacksPage {
        callbacks: faults.keep(&body.conversations, |one: Conversation| {
            one.told().callback()
        }),
        entries: body.conversations.len(),
        total: body.total_hits,
    })
}

impl Conversation {
    fn told(self) -> CallbackFacts {
        let mut told = CallbackFacts {
            id: self.id,
            began: moment(self.start.as_deref()),
            ended: self.end.is_some(),
            ..CallbackFacts::default()
        };
        for participant in self.participants.into_iter().take(PARTIES) {
            let serves = matches!(participant.purpose.as_deref(), Some("agent" | "user"));
            let media = |session: &Session| session.media_type.as_deref() == Some("callback");
            let Some(session) = participant.sessions.into_iter().rfind(media) else {
                continue;
            };
            told.parties.push(Party {
                serves,
                user: participant.user_id,
                standing: session.standing(),
                reached: session.is_any("interact"),
            });
            let mut queue = session.segments.into_iter().rev();
            told.queue = queue.find_map(|one| one.queue_id).or(told.queue);
            told.number = session.callback_numbers.into_iter().next().or(told.number);
            told.caller = session.callback_user_name.or(told.caller);
            told.time = moment(session.callback_scheduled_time.as_deref()).or(told.time);
        }
        told
    }
}

impl Session {
    fn is_any(&self, kind: &str) -> bool {
        let mut segments = self.segments.iter();
        segments.any(|segment| segment.kind.as_deref() == Some(kind))
    }

    /// By its newest segment; a session whose last one has ended is over.
    fn standing(&self) -> ParticipantState {
        let Some(newest) = self.segments.last() else {
            return ParticipantState::Unknown;
        };
        if newest.end.is_some() {
            let why = newest.disconnect_type.as_deref();
            let failed =
                newest.error_code.is_some() || why.is_some_and(|why| TROUBLE.contains(&why));
            return ParticipantState::Gone { failed };
        }
        match newest.kind.as_deref().unwrap_or_default() {
            "scheduled" | "delay" | "callback" => ParticipantState::Waits,
            "alert" | "dialing" | "contacting" => ParticipantState::Offered,
            "interact" | "hold" | "wrapup" | "parked" => ParticipantState::Connected,
            _ => ParticipantState::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::callback::Status;
    use crate::time::Millis;

    const ROW: &str = r#"{"conversationId":"c-1","conversationStart":"2026-06-15T12:00:00.000Z","participants":[
        {"participantId":"p-1","purpose":"customer","sessions":[{"mediaType":"callback","sessionId":"s-1","callbackNumbers":["+14155550199","+1"],
          "callbackUserName":"Ana","callbackScheduledTime":"2026-06-15T14:00:00.000Z","segments":[{"segmentType":"scheduled","queueId":"q-1"}]}]},
        {"participantId":"p-2","purpose":"acd","sessions":[{"mediaType":"callback","segments":[
          {"segmentType":"delay","segmentEnd":"2026-06-15T13:00:00.000Z","queueId":"q-0"},{"segmentType":"interact","queueId":"q-2"}]}]},
        {"purpose":"agent","userId":"u-7","sessions":[{"mediaType":"voice","segments":[{"segmentType":"interact"}]}]}]}"#;

    fn read(rows: &str) -> (CallbacksPage, usize) {
        let body = format!(r#"{{"conversations":[{rows}],"totalHits":203}}"#);
        let mut faults = Faults::new(&"POST query");
        let page = page(body.as_bytes(), &mut faults).unwrap();
        (page, faults.told().len())
    }

    #[test]
    fn a_row_of_the_query_is_a_callback() {
        let (page, faults) = read(ROW);
        let one = &page.callbacks[0];
        assert_eq!((faults, page.total, page.entries), (0, 203, 1));
        assert_eq!(
            (one.id.raw(), one.queue.raw(), one.status),
            ("c-1", "q-2", Status::Scheduled)
        );
        assert_eq!(one.number.raw().raw(), "+14155550199");
        assert_eq!(one.time, Some(Millis(1_781_532_000_000)));
        assert_eq!(one.began, Some(Millis(1_781_524_800_000)));
        assert_eq!(one.caller.as_ref().map(crate::text::Text::raw), Some("Ana"));
        assert_eq!(
            (&one.reason, &one.agent),
            (&None, &None),
            "the query does not tell"
        );
    }

    #[test]
    fn one_that_is_over_says_how_it_ended() {
        let over = |agent: &str, why: &str| {
            let end = format!(r#""segmentEnd":"2026-06-15T13:00:00Z","disconnectType":"{why}""#);
            let row = format!(
                r#"{{"conversationId":"c","conversationEnd":"2026-06-15T13:00:00Z","participants":[
                {{"purpose":"acd","sessions":[{{"mediaType":"callback","segments":[{{"segmentType":"interact",{end}}}]}}]}}{agent}]}}"#
            );
            read(&row).0.callbacks[0].status
        };
        let agent = r#",{"purpose":"agent","sessions":[{"mediaType":"callback","segments":[{"segmentType":"interact","segmentEnd":"x"}]}]}"#;
        assert_eq!(over(agent, "endpoint"), Status::Completed);
        assert_eq!(over("", "client"), Status::Cancelled);
        assert_eq!(over("", "uncallable"), Status::Failed);
    }

    #[test]
    fn one_broken_row_does_not_hide_the_others() {
        let (page, faults) = read(&format!(
            r#"{ROW},{{"conversationId":7}},{{"conversationId":"c-2","participants":[{{}}],"new":[]}}"#
        ));
        assert_eq!((page.callbacks.len(), page.entries, faults), (2, 3, 1));
        assert_eq!(page.callbacks[1].status, Status::Unknown);
        let mut faults = Faults::new(&"POST query");
        let none = super::page(b"{}", &mut faults).unwrap();
        assert_eq!((none.entries, none.total), (0, 0));
        assert!(super::page(b"7", &mut faults).is_err());
    }
}
