//! One transfer from its check to its end.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::exchange::Came;
use super::flight::Flight;
use super::{Move, frame_id, media};
use crate::cloud::Client;
use crate::flow::{Doing, Failure, FlowNews, Run};
use crate::model::InteractionId;
use crate::model::interaction::{self, Interaction};
use crate::model::transfer::made::{End, Happening, TransferId};
use crate::model::transfer::{Destination, Request};
use crate::text::Text;

/// Where the progress of a transfer is told, beside its own row.
pub(super) enum Reporting<'a> {
    /// It is the flow: a step for each thing it does.
    Steps,
    /// It is one of several: one step for all of it.
    One(Doing<'a>),
}

/// A transfer on its way.
pub(super) struct One<'a> {
    pub(super) run: &'a Run<'a>,
    pub(super) id: TransferId,
    pub(super) wanted: &'a Move,
    pub(super) to: &'a Destination,
    pub(super) interaction: InteractionId,
    ledger: Mutex<Reporting<'a>>,
    /// The one transfer of its interaction that is under way; why not, where another one is.
    flight: Result<Flight, &'static str>,
    /// Whether it has come to the gate, where it is put on record whatever becomes of it.
    pub(super) gated: AtomicBool,
}

/// A thing that is being done, told where the ledger says.
pub(super) struct Part<'a>(Option<Doing<'a>>);

impl Part<'_> {
    pub(super) fn note(&mut self, note: impl Into<Text>) {
        if let Some(doing) = &mut self.0 {
            doing.note(note);
        }
    }

    pub(super) fn done(self, note: impl Into<Text>) {
        if let Some(doing) = self.0 {
            doing.done(note);
        }
    }

    pub(super) fn failed(self, why: impl Into<Text>) {
        if let Some(doing) = self.0 {
            doing.failed(why);
        }
    }
}

/// Reads an interaction that is to be transferred; an error says why it cannot be (contract §8).
pub async fn preflight(client: &Client, id: &InteractionId) -> Result<Interaction, Failure> {
    match client.interaction(id).await {
        Ok(read) => match read.obstacle() {
            Some(obstacle) => Err(Failure::not_sent(obstacle)),
            None => Ok(read),
        },
        Err(error) if error.status() == Some(404) => {
            Err(Failure::not_sent(interaction::missing(id)))
        }
        Err(error) => Err(Failure {
            why: format!("nothing was sent: {error}").into(),
            ..Failure::of(&error, "")
        }),
    }
}

/// One that is not even begun.
pub(super) async fn leave(run: &Run<'_>, id: TransferId, wanted: &Move, why: &str) -> End {
    let end = End::Stopped(why.into());
    run.refuse(&wanted.on_record(), why.to_owned()).await;
    tell_end(run, id, &end, None);
    end
}

fn tell_end(run: &Run<'_>, id: TransferId, end: &End, latency: Option<Duration>) {
    let micros = |took: Duration| u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    let happening = Happening::Ended {
        end: end.clone(),
        latency_us: latency.map(micros),
    };
    run.tell(FlowNews::Transfer(id, Box::new(happening)));
}

impl<'a> One<'a> {
    pub(super) fn new(
        run: &'a Run<'a>,
        id: TransferId,
        wanted: &'a Move,
        to: &'a Destination,
        ledger: Reporting<'a>,
    ) -> Self {
        Self {
            run,
            id,
            wanted,
            to,
            flight: run
                .kit
                .flights
                .begin(&InteractionId::from(wanted.interaction())),
            interaction: InteractionId::from(wanted.interaction()),
            ledger: Mutex::new(ledger),
            gated: AtomicBool::new(false),
        }
    }

    /// Makes it, and tells the media server when it is done.
    pub(super) async fn make(self) -> End {
        let (end, took, latency) = match self.transfer().await {
            Ok(Came::Transferred {
                codec,
                took,
                by_reading,
            }) => {
                let latency = (!by_reading).then_some(took);
                (End::Transferred { codec, by_reading }, Some(took), latency)
            }
            // A second codec is not tried, so it stays a refusal.
            Ok(Came::Unsupported(supported)) => {
                (End::Rejected(unsupported(&supported)), None, None)
            }
            Err(end) => {
                self.stopped_early(&end).await;
                (end, None, None)
            }
        };
        tell_end(self.run, self.id, &end, latency);
        self.close(&end);
        if let Some(took) = took {
            media::tell(self.run, self.id, &self.interaction, took, &self).await;
        }
        end
    }

    /// Puts on record that it was stopped before the gate: by what the interaction is, or by its codecs.
    async fn stopped_early(&self, end: &End) {
        if let End::Stopped(why) = end
            && !self.gated.load(Ordering::Relaxed)
        {
            let write = self.wanted.on_record();
            self.run.refuse(&write, why.raw().to_owned()).await;
        }
    }

    async fn transfer(&self) -> Result<Came, End> {
        if let Err(stage) = &self.flight {
            let id = &self.interaction;
            let why = format!(
                "{id} is being transferred already: that one is {stage}. Nothing was sent."
            );
            self.part("check", id.0.clone()).failed(why.clone());
            return Err(End::Stopped(why.into()));
        }
        let (asked, frame, timestamp) = match self.wanted {
            Move::Replace(replace) => return self.replace(replace).await,
            Move::Frame {
                request,
                frame,
                timestamp,
            } => (request, frame, *timestamp),
        };
        let before = self.check().await?;
        let came = self.frame(&before, asked, (frame, timestamp)).await?;
        let Came::Unsupported(supported) = &came else {
            return Ok(came);
        };
        let Some(fallback) = self.fallback(asked, supported) else {
            return Ok(came);
        };
        self.happened(Happening::FallingBack {
            from: Text::from(asked.media_matrix.audio.codec.as_str()),
            to: Text::from(fallback.media_matrix.audio.codec.as_str()),
        });
        // Another frame, so another id: the first one has had its answer.
        self.frame(&before, &fallback, (&frame_id(), timestamp))
            .await
    }

    /// The same with the best codec that both sides have, when the operator lets codecs be negotiated.
    fn fallback(&self, asked: &Request, supported: &[Text]) -> Option<Request> {
        if !asked.triggers.codec_negotiation {
            return None;
        }
        let theirs: Vec<&str> = supported.iter().map(Text::raw).collect();
        let limits = &self.run.kit.profile.transfers.limits;
        let codec = limits.fallback(&asked.media_matrix.audio.codec, &theirs)?;
        let mut request = asked.clone();
        codec.clone_into(&mut request.media_matrix.audio.codec);
        Some(request)
    }

    /// Reads the interaction: only an active or a queued one is transferred.
    pub(super) async fn check(&self) -> Result<Interaction, End> {
        self.happened(Happening::Checking);
        let part = self.part("check", self.interaction.0.clone());
        let reading = preflight(&self.run.kit.client, &self.interaction);
        let read = match self.run.unless_stopped(reading).await {
            Ok(read) => read.map_err(|failure| failure.why),
            Err(stopped) => Err(stopped.why),
        };
        match read {
            Ok(interaction) => {
                part.done(interaction.standing.word());
                self.happened(Happening::Checked(Box::new(interaction.clone())));
                Ok(interaction)
            }
            Err(why) => {
                part.failed(why.clone());
                Err(End::Stopped(why))
            }
        }
    }

    pub(super) fn happened(&self, happening: Happening) {
        if let Ok(flight) = &self.flight {
            flight.at(&happening);
        }
        self.run
            .tell(FlowNews::Transfer(self.id, Box::new(happening)));
    }

    /// Begins a part: a step of its own, or a word in the one step.
    pub(super) fn part(&self, name: &'static str, subject: impl Into<Text>) -> Part<'a> {
        match &mut *self.ledger() {
            Reporting::Steps => Part(Some(self.run.begin(name, subject))),
            Reporting::One(doing) => {
                doing.note(name);
                Part(None)
            }
        }
    }

    /// Held for a word at a time, never across a wait.
    fn ledger(&self) -> MutexGuard<'_, Reporting<'a>> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One of several has its one step ended.
    fn close(&self, end: &End) {
        let Reporting::One(doing) = std::mem::replace(&mut *self.ledger(), Reporting::Steps) else {
            return;
        };
        match end {
            End::Transferred { codec, .. } => {
                doing.done(codec.clone().unwrap_or_else(|| "transferred".into()));
            }
            end => doing.failed(format!("{}: {}", end.phase().word(), end.why())),
        }
    }
}

/// The refusal when there is no common codec, or none may be chosen.
fn unsupported(supported: &[Text]) -> Text {
    let theirs: Vec<String> = supported.iter().map(ToString::to_string).collect();
    let theirs = if theirs.is_empty() {
        "and does not say which ones it does".to_owned()
    } else {
        format!("but {}", theirs.join(", "))
    };
    format!("codec_unsupported: the destination does not support this codec, {theirs}").into()
}
