//! A blind transfer on the Platform API: whoever has the call is replaced by the destination. It is answered 202 at once, so
//! the conversation is read until the destination has the call or has not taken it.

use std::sync::atomic::Ordering;

use serde::Serialize;
use tokio::time::{Instant, sleep};

use super::exchange::{Came, Miss};
use super::one::One;
use super::{CHECK, Patience, masked};
use crate::cloud::{Error, Fate};
use crate::flow::guard::Done;
use crate::flow::{Failure, Note};
use crate::model::interaction::{Arrival, Interaction};
use crate::model::transfer::made::{End, Happening};
use crate::model::transfer::{Destination, DestinationKind, Handover};
use crate::model::write::{Method, Write, WriteKind};
use crate::text::{Text, fit};

/// What replacing a participant takes (Platform API).
const BLIND: &[&str] = &["conversation:communication:blindTransfer"];

/// Columns of a name in a sentence.
const SHOWN: usize = 40;

/// A hand-over, with whom it takes the call from: the participant is in the address of the write that was reviewed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replace {
    /// What is asked.
    pub handover: Handover,
    /// The participant who has the call.
    pub participant: Text,
    /// Whether it is a call; anything else has another address.
    pub call: bool,
}

/// Who takes the call (Platform API, `TransferRequest`).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    queue_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    /// Left out it is unattended, and goes for calls of queues as well, which refuse the word itself
    /// (`conversations.error.transfer.acd.call.unattended`).
    #[serde(skip_serializing_if = "Option::is_none")]
    transfer_type: Option<&'static str>,
}

/// How the destination is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::flow) enum Manner {
    /// It gets the call without having been asked.
    Blind,
    /// Somebody has announced the call to it.
    Announced,
}

impl Replace {
    /// A hand-over of an interaction as it was last read; the error says why nobody can hand it over.
    pub fn of(handover: Handover, interaction: &Interaction) -> Result<Self, String> {
        if let Some(obstacle) = interaction.obstacle() {
            return Err(obstacle);
        }
        let bearer = interaction.bearer().filter(|who| !who.id.is_empty());
        let bearer = bearer.ok_or_else(|| {
            let id = &interaction.id;
            format!("{id}: no user is connected to it, so it cannot be taken from one")
        })?;
        Ok(Self {
            handover,
            participant: bearer.id.clone(),
            call: interaction.media.raw() == "voice",
        })
    }

    /// A hand-over of what could not be read, or of what nobody has: it is stopped at its check.
    #[must_use]
    pub fn of_nobody(handover: Handover) -> Self {
        Self {
            handover,
            participant: Text::default(),
            call: true,
        }
    }

    /// The write that it comes to.
    pub(super) fn write(&self) -> Result<Write, String> {
        let to = self.handover.destination()?;
        let mut write = replacing(
            WriteKind::Transfer,
            self.call,
            (&self.handover.interaction_id, self.participant.raw()),
            (&to, Manner::Blind),
        )?;
        let note = &mut write.note;
        note.insert("destination", masked(to.uri()).into());
        note.insert("participant", self.participant.to_string().into());
        Ok(write)
    }
}

/// The write that puts a destination in the place of a participant: of a blind transfer, and of one that was announced.
pub(in crate::flow) fn replacing(
    kind: WriteKind,
    call: bool,
    (interaction, participant): (&str, &str),
    (to, manner): (&Destination, Manner),
) -> Result<Write, String> {
    let whole = ["api", "v2", "conversations", "calls", interaction];
    let (head, id) = whole.split_at(if call { 4 } else { 3 });
    let id = id.last().copied().unwrap_or_default();
    let tail = [id, "participants", participant, "replace"];
    let path: Vec<&str> = head.iter().copied().chain(tail).collect();
    let of = |kind| (to.kind() == kind).then(|| to.id());
    let body = Body {
        user_id: of(DestinationKind::User),
        queue_id: of(DestinationKind::Queue),
        address: of(DestinationKind::Tel).map(plain),
        transfer_type: match manner {
            Manner::Blind => None,
            Manner::Announced => Some("Attended"),
        },
    };
    let subject = crate::text::safe(interaction).into_owned();
    let write = Write::json(kind, Method::Post, &path, subject, &body);
    let write = write.map_err(|error| error.to_string())?;
    Ok(Write {
        permissions: BLIND,
        ..write
    })
}

/// A number as the API takes it: E.164, without what people put between the digits.
pub(in crate::flow) fn plain(number: &str) -> String {
    let keep = |c: &char| *c == '+' || c.is_ascii_digit();
    number.chars().filter(keep).collect()
}

impl One<'_> {
    /// Replaces whoever has the call, and watches until the destination has it.
    pub(super) async fn replace(&self, replace: &Replace) -> Result<Came, End> {
        let before = self.check().await?;
        self.unchanged(replace, &before)?;
        let stopped = |why: String| End::Stopped(Text::from(why));
        let write = replace.write().map_err(stopped)?;
        let kit = self.run.kit;
        let request = kit
            .client
            .request(write)
            .map_err(|e| stopped(e.to_string()))?;
        let mut part = self.part("send", self.to.masked());
        let mut came = None;
        self.gated.store(true, Ordering::Relaxed);
        let passed = self
            .run
            .guarded(request.write(), async |_| {
                let shown = format!(
                    "{} {} {}",
                    request.write().method.word(),
                    request.url().path(),
                    self.hidden(request.write().body.as_deref().unwrap_or_default())
                );
                let (text, frame) = (Text::from(shown), Text::default());
                self.happened(Happening::Sent { frame, text });
                let sent = Instant::now();
                let answer = kit.client.write(&request, |error, wait| {
                    let why = Text::from(error.to_string());
                    part.note(format!("{why}; again in {:.1} s", wait.as_secs_f64()));
                    let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
                    self.happened(Happening::Retrying { wait_ms, why });
                });
                let ended = match answer.await {
                    Ok(_) => {
                        self.happened(Happening::Accepted);
                        self.follow(&before, sent, None).await
                    }
                    Err(error) => self.unanswered(&before, sent, &error).await,
                };
                let record = recorded(&ended);
                came = Some(ended);
                record
            })
            .await;
        let end = match (came, passed) {
            (Some(Ok(came)), _) => {
                part.done("");
                return Ok(came);
            }
            (Some(Err(miss)), _) => miss.end,
            // The gate was shut: nothing was sent.
            (None, Err(failure)) => End::Stopped(failure.why),
            (None, Ok(())) => End::Stopped("nothing was sent".into()),
        };
        part.failed(end.why());
        Err(end)
    }

    /// Whoever had the call when it was reviewed has to have it now: nobody else's call is taken away.
    fn unchanged(&self, replace: &Replace, now: &Interaction) -> Result<(), End> {
        match now.bearer() {
            Some(bearer) if bearer.id == replace.participant => Ok(()),
            bearer => {
                let who = bearer.map_or("no user", |who| who.called());
                let who = fit(who, SHOWN);
                let id = &self.interaction;
                let why = format!(
                    "nothing was sent: {id} has changed hands since it was reviewed, {who} has it now. Look at it, and transfer it again."
                );
                Err(End::Stopped(Text::from(why)))
            }
        }
    }

    /// What an error says of the transfer; one that may have been taken is looked for, and never sent again.
    async fn unanswered(
        &self,
        before: &Interaction,
        sent: Instant,
        error: &Error,
    ) -> Result<Came, Miss> {
        let why = Text::from(error.to_string());
        self.happened(Happening::Missed(why.clone()));
        match error.fate() {
            Fate::Unknown => self.follow(before, sent, Some(why)).await,
            Fate::Refused => Err(Miss::new(End::Rejected(why), error.passing())),
            Fate::NotSent => Err(Miss::new(End::Stopped(why), error.passing())),
        }
    }

    /// Reads the conversation until the destination has the call, has not taken it, or patience ends. `lost` is why there
    /// was no answer; none where it was taken.
    async fn follow(
        &self,
        before: &Interaction,
        sent: Instant,
        lost: Option<Text>,
    ) -> Result<Came, Miss> {
        let Patience { first, most, all } = self.run.kit.patience;
        let (mut wait, mut seen) = (first, "nothing of it is to be seen".to_owned());
        if let Some(why) = &lost {
            self.happened(Happening::Reconciling(why.clone()));
        }
        while sent.elapsed() < all {
            sleep(wait).await;
            wait = wait.saturating_mul(2).min(most);
            let read = self.run.kit.client.interaction(&self.interaction).await;
            let arrival = match read {
                Ok(after) => after.arrival(before, self.to),
                Err(error) => {
                    seen = error.to_string();
                    continue;
                }
            };
            match arrival {
                Arrival::There => {
                    return Ok(Came::Transferred {
                        codec: None,
                        took: sent.elapsed(),
                        by_reading: lost.is_some(),
                    });
                }
                Arrival::TurnedDown(why) => return Err(turned_down(&why)),
                Arrival::Coming(state) => seen = format!("at the destination it is {state}"),
                Arrival::NotYet => {}
                Arrival::Over => "the conversation has ended meanwhile".clone_into(&mut seen),
            }
        }
        let seconds = all.as_secs_f32();
        Err(match lost {
            None => {
                let why = format!("it was taken, and within {seconds} s it did not arrive: {seen}");
                Miss::new(End::TimedOut(why.into()), false)
            }
            Some(lost) => {
                let why = format!("{lost} Whether it was taken cannot be determined: {seen}.");
                Miss::new(End::Unknown(why.into()), true)
            }
        })
    }
}

/// The destination was rung, and is gone.
fn turned_down(why: &Text) -> Miss {
    let what = match why.raw() {
        "transfer.noanswer" | "timeout" => "no answer",
        "transfer.notavailable" => "no agent is available there",
        "transfer.dnd" | "endpoint.dnd" => "do not disturb is set there",
        "uncallable" => "it cannot be called",
        _ => "the destination did not accept it",
    };
    let code = if why.is_empty() {
        String::new()
    } else {
        format!(" ({})", why.fit(SHOWN))
    };
    let told =
        format!("{what}{code}. Look at who has the call now before it is transferred again.");
    Miss::new(End::Rejected(told.into()), false)
}

/// How it ended, for the gate and the audit.
fn recorded(ended: &Result<Came, Miss>) -> Result<Done<()>, Failure> {
    match ended {
        Ok(Came::Transferred { by_reading, .. }) => {
            let mut note = Note::new();
            if *by_reading {
                note.insert("knownByReading".into(), true.into());
            }
            Ok(Done {
                note,
                ..Done::plain(())
            })
        }
        // No codec is asked for here.
        Ok(Came::Unsupported(_)) => Err(Failure::refused("codec_unsupported")),
        Err(miss) => Err(miss.failure(CHECK)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::interaction::{Leg, Participant, Standing};

    fn interaction(media: &str) -> Interaction {
        let who = |purpose: &str, id: &str| Participant {
            purpose: purpose.into(),
            id: id.into(),
            leg: Some(Leg {
                state: "connected".into(),
                ..Leg::default()
            }),
            ..Participant::default()
        };
        Interaction {
            media: media.into(),
            participants: vec![who("customer", "p-1"), who("agent", "p-2")],
            ..Interaction::bare("c-1".into(), Standing::Active)
        }
    }

    fn write(media: &str, to: &str) -> Write {
        let handover = Handover {
            interaction_id: "c-1".into(),
            destination_uri: to.into(),
        };
        let replace = Replace::of(handover, &interaction(media)).unwrap();
        replace.write().unwrap()
    }

    #[test]
    fn the_agent_is_replaced_by_each_kind_of_destination() {
        let body = |to: &str| write("voice", to).body.unwrap();
        assert_eq!(body("genesys://user/u-2"), r#"{"userId":"u-2"}"#);
        assert_eq!(body("genesys://queue/q-2"), r#"{"queueId":"q-2"}"#);
        assert_eq!(body("tel:+1-415-555-0199"), r#"{"address":"+14155550199"}"#);
        let path = |media: &str| write(media, "genesys://user/u-2").path.join("/");
        assert_eq!(
            path("voice"),
            "api/v2/conversations/calls/c-1/participants/p-2/replace"
        );
        assert_eq!(
            path("chat"),
            "api/v2/conversations/c-1/participants/p-2/replace"
        );
    }

    #[test]
    fn a_number_is_nowhere_but_in_the_body() {
        let write = write("voice", "tel:+14155550199");
        let told = format!("{:?}{}{:?}", write.note, write.subject, write.path);
        assert!(!told.contains("14155550199"), "{told}");
    }

    #[test]
    fn what_nobody_has_cannot_be_taken_from_anybody() {
        let mut one = interaction("voice");
        one.participants.pop();
        let told = Replace::of(Handover::default(), &one).unwrap_err();
        assert!(told.contains("no user is connected to it"), "{told}");
        one.standing = Standing::Completed;
        let told = Replace::of(Handover::default(), &one).unwrap_err();
        assert!(told.contains("is completed"), "{told}");
    }
}
