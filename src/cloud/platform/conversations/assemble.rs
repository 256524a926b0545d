//! Makes an interaction of what any of the three shapes tells: a query's row, a whole conversation, an event.

use crate::cloud::entities::id;
use crate::model::InteractionId;
use crate::model::interaction::{Interaction, Participant, Standing};
use crate::text::Text;
use crate::time::Millis;

/// Participants kept of one conversation; a call that was passed on a few times has a dozen.
const PARTICIPANTS: usize = 32;

/// What was told of one conversation.
#[derive(Debug, Default)]
pub(super) struct ConversationFacts {
    pub(super) id: String,
    pub(super) started: Option<Millis>,
    /// Whether the organisation says that it has ended.
    pub(super) ended: bool,
    pub(super) parties: Vec<Party>,
}

/// One participant, with what only the conversation as a whole is told by.
#[derive(Debug, Default)]
pub(super) struct Party {
    pub(super) who: Participant,
    /// `voice` for a call, another word for anything else; empty when not told.
    pub(super) media: &'static str,
    pub(super) queue_name: Text,
}

impl ConversationFacts {
    /// The interaction; the error names the field that it cannot be read for.
    pub(super) fn interaction(self) -> Result<Interaction, String> {
        let id = InteractionId(id(self.id, "id")?);
        let mut parties = self.parties;
        // Those who are in it are kept before those who were; otherwise the order stays, which tells who asked whom.
        let over = |party: &Party| !party.who.here();
        let more = parties.len().saturating_sub(PARTICIPANTS);
        if more > 0 {
            parties.sort_by_key(over);
            parties.truncate(PARTICIPANTS);
        }
        let standing = standing(&parties, self.ended);
        let media = parties.iter().map(|party| party.media);
        let media = media
            .filter(|word| !word.is_empty())
            .min_by_key(|word| *word != "voice");
        let (queue, queue_name) = queue(&parties);
        let participants = parties.into_iter().map(|party| party.who).collect();
        Ok(Interaction {
            media: Text::from(media.unwrap_or_default()),
            queue,
            queue_name,
            started: self.started,
            participants,
            more_participants: more,
            ..Interaction::bare(id, standing)
        })
    }
}

/// Where it stands in the console's words.
fn standing(parties: &[Party], ended: bool) -> Standing {
    let all = || parties.iter().map(|party| &party.who);
    let here = || all().filter(|who| who.here());
    if ended || here().next().is_none() {
        let reached = |who: &Participant| who.leg.as_ref().is_some_and(|leg| leg.reached);
        let answered = all().any(|who| who.serves() && reached(who));
        return if answered || !all().any(Participant::queues) {
            Standing::Completed
        } else {
            Standing::Abandoned
        };
    }
    if here().any(|who| who.serves() && who.connected()) {
        return Standing::Active;
    }
    if here().any(Participant::queues) {
        return Standing::Queued;
    }
    // Nobody of the organisation has it: an IVR plays, or a number that it was passed on to talks.
    let rest = here().find(|who| !who.calls());
    Standing::Other(rest.map_or_else(|| Text::from("unattended"), |who| who.purpose.clone()))
}

/// The queue that has it, or that found whoever has it.
fn queue(parties: &[Party]) -> (Text, Text) {
    let with = |party: &&Party| !party.who.queue.is_empty();
    let newest = || parties.iter().rev().filter(with);
    let here = || newest().filter(|party| party.who.here());
    let waits = here().find(|party| party.who.queues());
    let Some(found) = waits.or_else(|| here().next()).or_else(|| newest().next()) else {
        return Default::default();
    };
    let queue = found.who.queue.clone();
    let mut named = parties
        .iter()
        .rev()
        .filter(|party| party.who.queue == queue);
    let name = named.find(|party| !party.queue_name.is_empty());
    (
        queue,
        name.map_or_else(Text::default, |party| party.queue_name.clone()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::interaction::Leg;

    fn party(purpose: &str, state: &str) -> Party {
        Party {
            who: Participant {
                purpose: purpose.into(),
                id: purpose.into(),
                leg: Some(Leg {
                    state: state.into(),
                    reached: state == "connected",
                    ..Leg::default()
                }),
                ..Participant::default()
            },
            media: "voice",
            ..Party::default()
        }
    }

    fn stands(parties: Vec<Party>, ended: bool) -> String {
        let told = ConversationFacts {
            id: "c-1".into(),
            ended,
            parties,
            ..ConversationFacts::default()
        };
        told.interaction().unwrap().standing.word().to_owned()
    }

    #[test]
    fn who_is_in_it_says_where_it_stands() {
        let caller = || party("customer", "connected");
        let cases = [
            (vec![caller(), party("ivr", "connected")], "ivr"),
            (vec![caller(), party("acd", "connected")], "queued"),
            (
                vec![
                    caller(),
                    party("acd", "connected"),
                    party("agent", "alerting"),
                ],
                "queued",
            ),
            (
                vec![
                    caller(),
                    party("acd", "disconnected"),
                    party("agent", "connected"),
                ],
                "active",
            ),
            (vec![caller()], "unattended"),
            (vec![party("customer", "terminated")], "completed"),
        ];
        for (parties, word) in cases {
            assert_eq!(stands(parties, false), word);
        }
        let gave_up = vec![
            party("customer", "disconnected"),
            party("acd", "disconnected"),
        ];
        assert_eq!(stands(gave_up, true), "abandoned");
    }

    #[test]
    fn a_crowd_is_bounded_and_those_who_talk_stay() {
        let mut parties: Vec<Party> = (0..100).map(|_| party("agent", "disconnected")).collect();
        parties.push(party("customer", "connected"));
        let told = ConversationFacts {
            id: "c-1".into(),
            parties,
            ..ConversationFacts::default()
        };
        let read = told.interaction().unwrap();
        assert_eq!((read.participants.len(), read.more_participants), (32, 69));
        assert!(read.caller().is_some());
    }
}
