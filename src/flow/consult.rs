//! Consult transfers on the Platform API: a call is announced to its destination before it is handed over.
//!
//! | deed | call | done when |
//! |---|---|---|
//! | start | `POST /conversations/calls/{id}/participants/{caller}/consult` | the destination is in the conversation |
//! | speak to | `PATCH` of the same | the holds say so |
//! | complete | `POST …/participants/{agent}/replace` with the destination | the agent is gone, and the destination is not |
//! | cancel | `DELETE` of the consult | the destination is gone |
//!
//! All of them take a person who has signed in. `consultingUserId` names the agent, for the one who signs in at a console is
//! hardly ever the one who talks.

mod watch;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::guard::Done;
use super::transfer::preflight;
use super::transfer::replace::{Manner, plain, replacing};
use super::{Failure, Run};
use crate::cloud::Fate;
use crate::model::InteractionId;
use crate::model::flow::Outcome;
use crate::model::interaction::{Interaction, Participant, SpeakTo};
use crate::model::transfer::{Destination, DestinationKind};
use crate::model::write::{Method, Write, WriteKind};
use crate::text::{Text, fit};

/// What to look at when it is not known whether a deed was done.
const CHECK: &str = "Look at who is in the conversation before it is tried again: r reads it.";

/// What announcing a call takes (Platform API); completing it is a transfer like any other.
const PERMISSIONS: &[&str] = &["conversation:communication:consultTransfer"];

/// Columns of a name in a sentence.
const SHOWN: usize = 40;

/// What is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// The destination is called, and announced to.
    Start(Destination, SpeakTo),
    /// Others speak to each other.
    Speak(SpeakTo),
    /// The destination gets the call, the agent leaves it.
    Complete,
    /// The destination leaves, the agent goes on with the caller.
    Cancel,
}

/// A deed, with the participants that it was reviewed with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consult {
    /// Which conversation.
    pub interaction: InteractionId,
    /// What is done.
    pub deed: Deed,
    /// Whose call it is.
    caller: Participant,
    /// Who announces it.
    agent: Participant,
    /// Whom it is announced to; none before the start.
    destination: Option<Participant>,
}

/// What starts one (`ConsultTransfer`) or changes it (`ConsultTransferUpdate`).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    speak_to: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    consulting_user_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    destination: Option<Place<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Place<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    queue_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Started {
    destination_participant_id: Option<String>,
}

impl Consult {
    /// A deed on an interaction as it was last read; the error says why it cannot be done.
    pub fn of(one: &Interaction, deed: Deed) -> Result<Self, String> {
        if let Some(obstacle) = one.obstacle() {
            return Err(obstacle);
        }
        let id = &one.id;
        let under_way = one.consult();
        let (caller, agent, destination) = match (&deed, under_way) {
            (Deed::Start(..), Some(consult)) => {
                return Err(format!("{id}: {} already", consult.words()));
            }
            (Deed::Start(..), None) => (one.caller(), one.bearer(), None),
            (_, Some(consult)) => (
                consult.caller,
                Some(consult.agent),
                Some(consult.destination),
            ),
            (_, None) => return Err(format!("{id}: no consult transfer is under way")),
        };
        let numbered = |who: Option<&Participant>| who.filter(|who| !who.id.is_empty()).cloned();
        let agent = numbered(agent).filter(Participant::serves);
        let agent =
            agent.ok_or_else(|| format!("{id}: no agent talks in it who could announce it"))?;
        let caller = numbered(caller);
        let caller = caller.ok_or_else(|| format!("{id}: the caller is gone"))?;
        Ok(Self {
            interaction: one.id.clone(),
            deed,
            caller,
            agent,
            destination: destination.cloned(),
        })
    }

    /// What it does, for the audit and the breaker.
    #[must_use]
    pub const fn kind(&self) -> WriteKind {
        match self.deed {
            Deed::Start(..) => WriteKind::ConsultStart,
            Deed::Speak(_) => WriteKind::ConsultSpeak,
            Deed::Complete => WriteKind::ConsultComplete,
            Deed::Cancel => WriteKind::ConsultCancel,
        }
    }

    /// It as people call it; no full telephone number.
    #[must_use]
    pub fn title(&self) -> Text {
        let id = &self.interaction;
        Text::from(match &self.deed {
            Deed::Start(to, _) => format!("{id}, announced to {}", to.masked()),
            Deed::Speak(way) => format!("{id}, speak to {way}"),
            Deed::Complete | Deed::Cancel => id.to_string(),
        })
    }

    /// The write that it comes to.
    pub fn write(&self) -> Result<Write, String> {
        let mut write = match &self.deed {
            Deed::Start(to, way) => self.consulting(Method::Post, *way, Some(to)),
            Deed::Speak(way) => self.consulting(Method::Patch, *way, None),
            Deed::Complete => {
                let to = self.place()?;
                let who = (self.interaction.raw(), self.agent.id.raw());
                replacing(self.kind(), true, who, (&to, Manner::Announced))
            }
            Deed::Cancel => {
                let path = self.path();
                let path: Vec<&str> = path.iter().map(String::as_str).collect();
                let subject = self.interaction.to_string();
                Ok(Write::bare(self.kind(), Method::Delete, &path, subject))
            }
        }?;
        if !matches!(self.deed, Deed::Complete) {
            write.permissions = PERMISSIONS;
        }
        let note = &mut write.note;
        note.insert("agent", self.agent.id.to_string().into());
        match &self.deed {
            Deed::Start(to, way) => {
                note.insert("destination", to.masked().into());
                note.insert("speakTo", way.wire().into());
            }
            Deed::Speak(way) => {
                note.insert("speakTo", way.wire().into());
            }
            Deed::Complete | Deed::Cancel => {}
        }
        Ok(write)
    }

    fn path(&self) -> Vec<String> {
        let (id, caller) = (self.interaction.raw(), self.caller.id.raw());
        let path = [
            "api",
            "v2",
            "conversations",
            "calls",
            id,
            "participants",
            caller,
            "consult",
        ];
        path.map(str::to_owned).to_vec()
    }

    fn consulting(
        &self,
        method: Method,
        way: SpeakTo,
        to: Option<&Destination>,
    ) -> Result<Write, String> {
        let body = Body {
            speak_to: way.wire(),
            consulting_user_id: self.agent.user.raw(),
            destination: to.map(|to| {
                let of = |kind| (to.kind() == kind).then(|| to.id());
                Place {
                    user_id: of(DestinationKind::User),
                    queue_id: of(DestinationKind::Queue),
                    address: of(DestinationKind::Tel).map(plain),
                }
            }),
        };
        let path = self.path();
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let subject = self.interaction.to_string();
        Write::json(self.kind(), method, &path, subject, &body).map_err(|error| error.to_string())
    }

    /// The destination as the one who takes the agent's place.
    fn place(&self) -> Result<Destination, String> {
        let who = self.destination.as_ref();
        let who = who.ok_or("no user was asked to take the call")?;
        let number = plain(who.address.raw().split('@').next().unwrap_or_default());
        let uri = match (who.user.raw(), who.queue.raw()) {
            ("", queue) if who.queues() => format!("genesys://queue/{queue}"),
            ("", _) => format!("tel:{number}"),
            (user, _) => format!("genesys://user/{user}"),
        };
        Destination::parse(&uri)
    }

    /// Why it is not done as it was reviewed, when the conversation is another one by now.
    fn changed(&self, now: &Interaction) -> Option<String> {
        let again = match Self::of(now, self.deed.clone()) {
            Ok(again) => again,
            Err(why) => return Some(why),
        };
        let id = |who: Option<&Participant>| who.map(|who| who.id.clone());
        let same = again.agent.id == self.agent.id
            && again.caller.id == self.caller.id
            && id(again.destination.as_ref()) == id(self.destination.as_ref());
        (!same).then(|| {
            let who = fit(again.agent.called(), SHOWN);
            format!(
                "{} has changed hands since it was reviewed, {who} has it now",
                self.interaction
            )
        })
    }
}

/// Does it, and says what it came to.
pub(super) async fn run(run: &Run<'_>, consult: &Consult) -> Outcome {
    if let Some(lack) = run.kit.client.person().borrow().lack() {
        return Outcome::Refused(format!("nothing was sent: {}", lack.told()).into());
    }
    let before = match check(run, consult).await {
        Ok(before) => before,
        Err(why) => return Outcome::Refused(why),
    };
    let write = match consult.write() {
        Ok(write) => write,
        Err(why) => return Outcome::Refused(why.into()),
    };
    let starts = matches!(consult.deed, Deed::Start(..));
    let sent = run.commit(
        write,
        CHECK,
        |_| {},
        |answer| {
            let mut done = Done::plain(());
            if starts {
                // What the answer lacks, the reading that follows has.
                let read: Option<Started> = serde_json::from_slice(&answer.body).ok();
                let id = read.and_then(|started| started.destination_participant_id);
                if let Some(id) = id {
                    let id = crate::text::safe(&id).into_owned();
                    done.note
                        .insert("destinationParticipant".into(), Value::from(id));
                }
            }
            Ok(done)
        },
    );
    match sent.await {
        Ok(()) => watch::follow(run, consult, &before, None).await,
        Err(failure) if failure.fate == Fate::Unknown => {
            watch::follow(run, consult, &before, Some(failure)).await
        }
        Err(failure) => Failure::into(failure),
    }
}

/// Reads the conversation: it has to be the one that was reviewed.
async fn check(run: &Run<'_>, consult: &Consult) -> Result<Interaction, Text> {
    let doing = run.begin("check", consult.interaction.0.clone());
    let reading = preflight(&run.kit.client, &consult.interaction);
    let read = match run.unless_stopped(reading).await {
        Ok(read) => read.map_err(|failure| failure.why),
        Err(stopped) => Err(stopped.why),
    };
    let read = read.and_then(|one| match consult.changed(&one) {
        None => Ok(one),
        Some(why) => Err(Text::from(format!("nothing was sent: {why}"))),
    });
    match &read {
        Ok(one) => doing.done(one.standing.word()),
        Err(why) => doing.failed(why.clone()),
    }
    read
}

#[cfg(test)]
mod tests;
