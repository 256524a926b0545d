//! Makes a callback of what any shape tells of its conversation: a row of the query, a conversation read, an event.
//!
//! The API has no word for how far a callback is. Who is in its conversation says it, and how those left who are not.

use crate::cloud::entities::id;
use crate::model::callback::{Callback, Status};
use crate::model::phone::Phone;
use crate::model::{CallbackId, QueueId, UserId};
use crate::text::Text;
use crate::time::Millis;

/// What was told of one conversation.
#[derive(Debug, Default)]
pub(super) struct CallbackFacts {
    pub id: String,
    pub began: Option<Millis>,
    /// Whether the organisation says that it has ended.
    pub ended: bool,
    pub number: Option<String>,
    pub caller: Option<String>,
    pub time: Option<Millis>,
    pub queue: Option<String>,
    /// What the booker said; none where the shape has no room for it.
    pub said: Option<BookingNotes>,
    pub parties: Vec<Party>,
}

/// What a booking of this console says beside what the API has fields for: its `data`, the attributes of its participants.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct BookingNotes {
    pub reason: String,
    pub booked_as: Option<String>,
}

/// One participant.
#[derive(Debug, Default)]
pub(super) struct Party {
    /// Whether it is somebody of the organisation, who calls.
    pub serves: bool,
    pub user: Option<String>,
    pub standing: ParticipantState,
    /// Whether it was ever connected.
    pub reached: bool,
}

/// Where a participant stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum ParticipantState {
    /// It waits: for the time that was agreed, or for somebody to be free.
    Waits,
    /// It is being called, or offered the call.
    Offered,
    Connected,
    Gone {
        /// Whether something went wrong.
        failed: bool,
    },
    /// It is not told, or in a word that is not known here.
    #[default]
    Unknown,
}

impl CallbackFacts {
    /// The callback; the error names the field that it cannot be read for.
    pub fn callback(self) -> Result<Callback, String> {
        let text = |text: Option<String>| text.filter(|text| !text.is_empty()).map(Text::from);
        let status = self.status();
        let serves = |party: &&Party| party.serves && !party.gone();
        let agent = self.parties.iter().rev().find(serves);
        let agent = agent.and_then(|party| party.user.as_deref());
        let said = self.said.map(|said| (said.reason, said.booked_as));
        let (reason, booked_as) = said.map_or((None, None), |(reason, own)| (Some(reason), own));
        Ok(Callback {
            number: Phone::from(self.number.unwrap_or_default().as_str()),
            time: self.time,
            queue: QueueId::from(self.queue.unwrap_or_default().as_str()),
            reason: reason.map(Text::from),
            booked_as: text(booked_as),
            caller: text(self.caller),
            agent: agent.filter(|id| !id.is_empty()).map(UserId::from),
            began: self.began,
            ..Callback::bare(CallbackId(id(self.id, "id")?), status)
        })
    }

    /// How far it is, in the console's words. "Completed" is as much as can be told: an agent had it. Whether the caller was
    /// reached, the API does not say.
    fn status(&self) -> Status {
        let all = || self.parties.iter();
        let here = || all().filter(|party| !party.gone());
        if self.ended || (here().next().is_none() && !self.parties.is_empty()) {
            let failed = |party: &Party| party.standing == ParticipantState::Gone { failed: true };
            let reached = all().any(|party| party.serves && party.reached);
            // An error on the caller's side, after an agent had it, may be how the talk ended.
            return if all().any(|party| failed(party) && (party.serves || !reached)) {
                Status::Failed
            } else if reached {
                Status::Completed
            } else {
                Status::Cancelled
            };
        }
        if here().any(|party| party.serves && party.standing == ParticipantState::Connected) {
            return Status::Connected;
        }
        if here().any(|party| party.standing == ParticipantState::Offered) {
            return Status::Dialing;
        }
        let waits = |party: &Party| {
            matches!(
                party.standing,
                ParticipantState::Waits | ParticipantState::Connected
            )
        };
        if self.time.is_some() || here().any(waits) {
            return Status::Scheduled;
        }
        Status::Unknown
    }
}

impl Party {
    fn gone(&self) -> bool {
        matches!(self.standing, ParticipantState::Gone { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn party(purpose: &str, standing: ParticipantState) -> Party {
        Party {
            serves: purpose == "agent",
            user: (purpose == "agent").then(|| "u-1".to_owned()),
            reached: standing == ParticipantState::Connected,
            standing,
        }
    }

    fn callback(parties: Vec<Party>) -> Callback {
        let told = CallbackFacts {
            id: "c".into(),
            parties,
            ..CallbackFacts::default()
        };
        told.callback().unwrap()
    }

    #[test]
    fn who_is_in_it_says_how_far_it_is() {
        use ParticipantState::{Connected, Gone, Offered, Unknown, Waits};
        let (left, lost) = (Gone { failed: false }, Gone { failed: true });
        for (customer, queue, agent, status) in [
            (Connected, Waits, Unknown, Status::Scheduled),
            (Connected, Connected, Offered, Status::Dialing),
            (Offered, Connected, Unknown, Status::Dialing),
            (Connected, left, Connected, Status::Connected),
            (left, left, left, Status::Cancelled),
            (lost, left, left, Status::Failed),
            (Unknown, Unknown, Unknown, Status::Unknown),
        ] {
            let parties = vec![
                party("customer", customer),
                party("acd", queue),
                party("agent", agent),
            ];
            assert_eq!(callback(parties).status, status);
        }
        let mut agent = party("agent", left);
        agent.reached = true;
        let kept = callback(vec![party("customer", lost), agent]);
        assert_eq!((kept.status, kept.agent), (Status::Completed, None));
        assert_eq!(callback(Vec::new()).status, Status::Unknown);
    }

    #[test]
    fn the_agent_who_has_it_is_the_one_who_is_still_there() {
        let mut first = party("agent", ParticipantState::Gone { failed: false });
        first.user = Some("u-0".into());
        let parties = vec![first, party("agent", ParticipantState::Connected)];
        assert_eq!(callback(parties).agent, Some("u-1".into()));
        let told = CallbackFacts {
            id: "c".into(),
            said: Some(BookingNotes::default()),
            ..CallbackFacts::default()
        };
        let callback = told.callback().unwrap();
        assert_eq!(
            (callback.reason, callback.booked_as),
            (Some(Text::default()), None)
        );
        assert!(CallbackFacts::default().callback().is_err());
    }
}
