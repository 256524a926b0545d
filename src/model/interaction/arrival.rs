//! What a reading on the Platform API says of a transfer that was taken: the organisation answers 202 at once, and only the
//! participants tell whether the destination has the call.

use super::{Interaction, Participant, Sighting};
use crate::model::transfer::{Destination, DestinationKind};
use crate::text::{Text, fit};

/// Columns of a remote word in a sentence.
const SHOWN: usize = 32;

/// How far a call is on its way to a destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// It is there.
    There,
    /// It is on its way: the state of the destination's end, safe to show.
    Coming(String),
    /// The destination did not take it: why, as far as the organisation says.
    TurnedDown(Text),
    /// Nothing of it is to be seen.
    NotYet,
    /// It has ended, and the destination was never seen in it.
    Over,
}

impl Arrival {
    /// The same as an answer to whether it was moved.
    #[must_use]
    pub const fn sighting(&self) -> Sighting {
        match self {
            Self::There => Sighting::Moved,
            Self::Coming(_) => Sighting::Unclear("it is on its way to the destination"),
            Self::TurnedDown(_) | Self::NotYet => Sighting::Unmoved,
            Self::Over => Sighting::Unclear("it has ended meanwhile"),
        }
    }
}

impl Interaction {
    /// Who has it now, whom a blind transfer replaces: whoever announces it, else the agent who talks, else the queue in
    /// which it waits. None where nobody of the organisation has it.
    #[must_use]
    pub fn bearer(&self) -> Option<&Participant> {
        if let Some(consult) = self.consult() {
            return Some(consult.agent);
        }
        let last = |of: fn(&Participant) -> bool| {
            let mut newest = self.participants.iter().rev();
            newest.find(|who| who.here() && of(who))
        };
        last(|who| who.serves() && who.connected()).or_else(|| last(Participant::queues))
    }

    /// Whose call it is: the one who is passed on.
    #[must_use]
    pub fn caller(&self) -> Option<&Participant> {
        let mut here = self.participants.iter().filter(|who| who.here());
        here.find(|who| who.calls())
    }

    /// Where it is on its way to a destination; `before` is the reading that went before the transfer, because whoever was
    /// in it then says nothing of the transfer.
    #[must_use]
    pub fn arrival(&self, before: &Self, to: &Destination) -> Arrival {
        let known = |who: &Participant| before.participants.iter().any(|old| old.id == who.id);
        let mut fresh = self.participants.iter().rev().filter(|who| !known(who));
        let Some(there) = fresh.find(|who| is(who, to)) else {
            return if self.standing.over() {
                Arrival::Over
            } else {
                Arrival::NotYet
            };
        };
        if to.kind() == DestinationKind::Queue {
            return Arrival::There;
        }
        match &there.leg {
            None => Arrival::There,
            Some(leg) if leg.reached || leg.connected() => Arrival::There,
            Some(leg) if leg.over() => Arrival::TurnedDown(leg.ended_by.clone()),
            Some(leg) => Arrival::Coming(fit(&leg.words(), SHOWN).into_owned()),
        }
    }
}

/// Whether a participant is a destination.
fn is(who: &Participant, to: &Destination) -> bool {
    match to.kind() {
        DestinationKind::User => who.user.raw() == to.id(),
        DestinationKind::Queue => who.queues() && who.queue.raw() == to.id(),
        DestinationKind::Tel => {
            let wanted = digits(to.id());
            !wanted.is_empty() && digits(who.address.raw()) == wanted
        }
        DestinationKind::Sip => who.address.raw() == to.uri(),
        DestinationKind::Flow => false,
    }
}

/// The digits of a number, out of `+1…`, `tel:+1-…` or `sip:+1…@host`.
fn digits(address: &str) -> String {
    let number = address.split('@').next().unwrap_or_default();
    number.chars().filter(char::is_ascii_digit).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{Leg, Standing};
    use super::*;

    fn who(id: &str, purpose: &str, state: &str) -> Participant {
        Participant {
            id: id.into(),
            purpose: purpose.into(),
            leg: Some(Leg {
                state: state.into(),
                reached: state == "connected",
                ..Leg::default()
            }),
            ..Participant::default()
        }
    }

    fn with(participants: Vec<Participant>) -> Interaction {
        Interaction {
            participants,
            ..Interaction::bare("i-1".into(), Standing::Active)
        }
    }

    fn to(uri: &str) -> Destination {
        Destination::parse(uri).unwrap()
    }

    #[test]
    fn the_agent_who_talks_has_it_and_before_that_the_queue() {
        let waits = vec![
            who("c", "customer", "connected"),
            who("q", "acd", "connected"),
        ];
        assert_eq!(with(waits.clone()).bearer().unwrap().id.raw(), "q");
        let mut rings = waits.clone();
        rings.push(who("a", "agent", "alerting"));
        assert_eq!(with(rings).bearer().unwrap().id.raw(), "q");
        let talks = vec![
            who("q", "acd", "disconnected"),
            who("a", "agent", "disconnected"),
            who("b", "agent", "connected"),
        ];
        assert_eq!(with(talks).bearer().unwrap().id.raw(), "b");
        assert_eq!(with(vec![who("c", "customer", "connected")]).bearer(), None);
    }

    #[test]
    fn only_who_came_after_the_transfer_says_that_it_arrived() {
        let user = |id: &str, state: &str| Participant {
            user: "u-2".into(),
            ..who(id, "agent", state)
        };
        let before = with(vec![user("a", "disconnected")]);
        let bob = to("genesys://user/u-2");
        assert_eq!(before.arrival(&before, &bob), Arrival::NotYet);
        let after = |state: &str| with(vec![user("a", "disconnected"), user("b", state)]);
        assert_eq!(
            after("alerting").arrival(&before, &bob),
            Arrival::Coming("alerting".into())
        );
        assert_eq!(after("connected").arrival(&before, &bob), Arrival::There);
        let turned_down = after("disconnected").arrival(&before, &bob);
        assert!(matches!(turned_down, Arrival::TurnedDown(_)));
        let mut over = before.clone();
        over.standing = Standing::Completed;
        assert_eq!(over.arrival(&before, &bob), Arrival::Over);
    }

    #[test]
    fn queues_and_numbers_are_known_by_what_they_are() {
        let before = with(Vec::new());
        let queue = Participant {
            queue: "q-2".into(),
            ..who("q", "acd", "disconnected")
        };
        // Whoever was found by the queue since says the same: it has been there.
        assert_eq!(
            with(vec![queue]).arrival(&before, &to("genesys://queue/q-2")),
            Arrival::There
        );
        for address in ["+14155550199", "tel:+1-415-555-0199", "sip:+14155550199@x"] {
            let number = Participant {
                address: address.into(),
                ..who("n", "external", "connected")
            };
            let arrival = with(vec![number]).arrival(&before, &to("tel:+14155550199"));
            assert_eq!(arrival, Arrival::There, "{address}");
        }
    }
}
