//! A consult transfer as the organisation tells of it: who asked whom, about whom, and who hears whom now.

use std::fmt;

use super::{Interaction, Participant};

/// Who speaks to whom while a call is announced (Platform API, `speakTo`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SpeakTo {
    /// The agent and the destination; the caller is on hold.
    Destination,
    /// The agent and the caller; the destination is on hold.
    Caller,
    /// All three.
    Both,
    /// All three, as a conference that stays one.
    Conference,
}

impl SpeakTo {
    /// Every way.
    pub const ALL: [Self; 4] = [
        Self::Destination,
        Self::Caller,
        Self::Both,
        Self::Conference,
    ];

    /// As the wire spells it.
    #[must_use]
    pub const fn wire(self) -> &'static str {
        match self {
            Self::Destination => "DESTINATION",
            Self::Caller => "OBJECT",
            Self::Both => "BOTH",
            Self::Conference => "CONFERENCE",
        }
    }

    /// As people and the command line spell it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Destination => "destination",
            Self::Caller => "caller",
            Self::Both => "both",
            Self::Conference => "conference",
        }
    }

    /// The way of that word.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.word() == word)
    }

    /// What it does, in a sentence.
    #[must_use]
    pub const fn doc(self) -> &'static str {
        match self {
            Self::Destination => "the agent and the destination talk, the caller is on hold",
            Self::Caller => "the agent and the caller talk, the destination is on hold",
            Self::Both => "all three talk",
            Self::Conference => "all three talk, as a conference",
        }
    }
}

impl fmt::Display for SpeakTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// A consult transfer under way, out of an interaction's participants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Consult<'a> {
    /// Who announces the call.
    pub agent: &'a Participant,
    /// Whom it is announced to.
    pub destination: &'a Participant,
    /// Whose call it is; none when they have hung up meanwhile.
    pub caller: Option<&'a Participant>,
}

impl Consult<'_> {
    /// Who hears whom, as the holds say; none while the destination has not answered.
    #[must_use]
    pub fn speaks(&self) -> Option<SpeakTo> {
        if !self.destination.connected() {
            return None;
        }
        let caller = self.caller.is_some_and(Participant::held);
        Some(match (caller, self.destination.held()) {
            (true, _) => SpeakTo::Destination,
            (false, true) => SpeakTo::Caller,
            (false, false) => SpeakTo::Both,
        })
    }

    /// It in a few words, safe to show: `Ana speaks to Bob, caller held`.
    #[must_use]
    pub fn words(&self) -> String {
        let name = |who: &Participant| crate::text::fit(who.called(), 24).into_owned();
        let (agent, to) = (name(self.agent), name(self.destination));
        match self.speaks() {
            None => {
                let state = self.destination.leg.as_ref().map(super::Leg::words);
                let state = crate::text::fit(&state.unwrap_or_default(), 24).into_owned();
                format!("{agent} consults {to}: {state}")
            }
            Some(SpeakTo::Destination) => format!("{agent} speaks to {to}, caller held"),
            Some(SpeakTo::Caller) => format!("{agent} speaks to the caller, {to} held"),
            Some(SpeakTo::Both | SpeakTo::Conference) => {
                format!("{agent}, {to} and the caller speak")
            }
        }
    }
}

impl Interaction {
    /// The consult transfer under way in it, where the organisation tells of one.
    ///
    /// It marks with the caller's id whoever takes part in it: the destination always, the agent perhaps as well.
    #[must_use]
    pub fn consult(&self) -> Option<Consult<'_>> {
        let here = || self.participants.iter().filter(|who| who.here());
        let about = |who: &Participant| {
            who.leg
                .as_ref()
                .map_or("", |leg| leg.about.raw())
                .to_owned()
        };
        // Whoever was asked came after whoever asks.
        let destination = here().rfind(|who| !about(who).is_empty())?;
        let caller = about(destination);
        let serves =
            |who: &&Participant| who.serves() && who.connected() && who.id != destination.id;
        let agent = here()
            .filter(serves)
            .max_by_key(|who| about(who) == caller)?;
        Some(Consult {
            agent,
            destination,
            caller: here().find(|who| who.id.raw() == caller),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Leg, Standing};
    use super::*;

    fn who(purpose: &str, id: &str, leg: Leg) -> Participant {
        Participant {
            purpose: purpose.into(),
            id: id.into(),
            name: id.into(),
            leg: Some(leg),
            ..Participant::default()
        }
    }

    fn leg(state: &str, held: bool, about: &str) -> Leg {
        Leg {
            state: state.into(),
            held,
            about: about.into(),
            ..Leg::default()
        }
    }

    fn interaction(caller_held: bool, destination: Leg) -> Interaction {
        Interaction {
            participants: vec![
                who("customer", "carl", leg("connected", caller_held, "")),
                who("agent", "ana", leg("connected", false, "")),
                who("agent", "bob", destination),
            ],
            ..Interaction::bare("i-1".into(), Standing::Active)
        }
    }

    #[test]
    fn who_speaks_to_whom_is_read_off_the_holds() {
        let told = |caller, destination| {
            let one = interaction(caller, destination);
            one.consult().map(|consult| consult.words())
        };
        assert_eq!(
            told(true, leg("connected", false, "carl")).unwrap(),
            "ana speaks to bob, caller held"
        );
        assert_eq!(
            told(false, leg("connected", true, "carl")).unwrap(),
            "ana speaks to the caller, bob held"
        );
        assert_eq!(
            told(false, leg("connected", false, "carl")).unwrap(),
            "ana, bob and the caller speak"
        );
        assert_eq!(
            told(true, leg("alerting", false, "carl")).unwrap(),
            "ana consults bob: alerting"
        );
        // Who has hung up consults nobody.
        assert_eq!(told(true, leg("disconnected", false, "carl")), None);
    }

    #[test]
    fn without_an_agent_there_is_none_to_announce_it() {
        let mut one = interaction(false, leg("connected", false, "carl"));
        one.participants.remove(1);
        assert_eq!(one.consult(), None);
        // Where both are marked, the later one is the one who was asked.
        let mut both = interaction(true, leg("connected", false, "carl"));
        both.participants[1].leg = Some(leg("connected", false, "carl"));
        let consult = both.consult().unwrap();
        assert_eq!(
            (consult.agent.id.raw(), consult.destination.id.raw()),
            ("ana", "bob")
        );
    }
}
