//! One frame and its answer: the gate, the retries of contract §2, and what is known when no answer comes.

use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until};

use super::one::{One, Part};
use super::replace::plain;
use super::{CHECK, masked, write};
use crate::cloud::direct::transfer::{Answer, Failure as Missing, Told, TransferReply};
use crate::flow::guard::Done;
use crate::flow::{Failure, Note};
use crate::model::interaction::{Interaction, Sighting};
use crate::model::transfer::made::{End, Happening};
use crate::model::transfer::{DestinationKind, Request};
use crate::model::write::Write;
use crate::text::Text;
use crate::time::Millis;

/// Times that a frame which was turned away is sent again (contract §2).
const RETRIES: u32 = 3;

/// What a frame came to, where that is known and good enough to go on with.
pub(super) enum Came {
    /// It is done.
    Transferred {
        /// The codec that was settled on.
        codec: Option<Text>,
        /// From sending to knowing.
        took: Duration,
        /// Whether it is known from reading the interaction.
        by_reading: bool,
    },
    /// The destination does not have the codec; it has these.
    Unsupported(Vec<Text>),
}

/// Why a frame has no answer that counts, before that is put into words for the record.
pub(super) struct Miss {
    pub(super) end: End,
    /// Whether the organisation is to blame: the circuit breaker counts those.
    trouble: bool,
}

/// What a reading of the interaction is compared with.
struct Reading<'a> {
    before: &'a Interaction,
    frame: &'a str,
    sent: Instant,
}

impl Miss {
    pub(super) fn new(end: End, trouble: bool) -> Self {
        Self { end, trouble }
    }

    /// As the gate and the audit take it.
    pub(super) fn failure(&self, check: &str) -> Failure {
        let failure = match &self.end {
            End::TimedOut(why) | End::Unknown(why) => Failure::unknown(why.clone(), check),
            end => Failure::refused(end.why()),
        };
        Failure {
            trouble: self.trouble,
            ..failure
        }
    }
}

impl One<'_> {
    /// Sends one frame past the gate and finds out what came of it.
    pub(super) async fn frame(
        &self,
        before: &Interaction,
        request: &Request,
        (frame, timestamp): (&str, Millis),
    ) -> Result<Came, End> {
        let write =
            write(request, frame, timestamp).map_err(|why| End::Stopped(Text::from(why)))?;
        let mut part = self.part("send", request.media_matrix.audio.codec.as_str());
        let mut came = None;
        self.gated.store(true, Ordering::Relaxed);
        let passed = self
            .run
            .guarded(&write, async |_| {
                let exchanged = self.exchange(before, &write, frame, &mut part).await;
                let record = recorded(&exchanged);
                came = Some(exchanged);
                record
            })
            .await;
        let end = match (came, passed) {
            (Some(Ok(came)), _) => {
                match &came {
                    Came::Transferred { codec, .. } => {
                        part.done(codec.clone().unwrap_or_default());
                    }
                    Came::Unsupported(_) => part.failed("codec_unsupported"),
                }
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

    /// Sends the frame, again as long as it is turned away, and never again while it may have been taken.
    async fn exchange(
        &self,
        before: &Interaction,
        write: &Write,
        frame: &str,
        part: &mut Part<'_>,
    ) -> Result<Came, Miss> {
        let body = write.body.as_deref().unwrap_or_default();
        let patience = self.run.kit.transfers.timing().answer;
        let mut doubted = false;
        for retry in 0..=RETRIES {
            self.run.kit.flights.calm().await;
            let sent = Instant::now();
            let reading = Reading {
                before,
                frame,
                sent,
            };
            // Where it is in doubt, the moment by which a frame that was taken would have moved the interaction.
            let (why, doubt) = match self.send(frame, body).await {
                Ok(TransferReply { answer, took, .. }) => match answer {
                    Answer::RateLimited(why) => (said("rate limited", &why), None),
                    answer => return heard(answer, took),
                },
                Err(Missing::NotSent { why, busy: true }) => (why, None),
                Err(Missing::NotSent { why, busy: false }) => {
                    let why = format!("nothing was sent: {why}");
                    return Err(Miss::new(End::Stopped(why.into()), true));
                }
                Err(Missing::TurnedAway { why, alone: true }) => (why, Some(sent)),
                // What is in doubt is asked once more, under its own id, when it has not moved anything; not again and again.
                Err(Missing::TurnedAway { why, alone: false }) if !doubted => {
                    doubted = true;
                    (why, Some(sent + patience))
                }
                Err(missing) => return self.reconcile(&reading, &missing).await,
            };
            if retry < RETRIES {
                self.wait(retry, &why, part).await;
            }
            if let Some(until) = doubt
                && let Some(came) = self.watch(&reading, &why, until).await?
            {
                return Ok(came);
            }
            if retry == RETRIES {
                let times = RETRIES + 1;
                let why = format!("turned away {times} times, and not transferred: {why}");
                return Err(Miss::new(End::Stopped(why.into()), true));
            }
        }
        Err(Miss::new(End::Stopped("nothing was sent".into()), false))
    }

    async fn send(&self, frame: &str, body: &str) -> Result<TransferReply, Missing> {
        let told = |told| match told {
            Told::Linked { security, ping } => self.happened(Happening::Linked {
                security,
                ping_us: u64::try_from(ping.as_micros()).unwrap_or(u64::MAX),
            }),
            Told::Sent => self.happened(Happening::Sent {
                frame: Text::from(frame),
                text: Text::from(self.hidden(body)),
            }),
        };
        let sent = self.run.kit.transfers.send(frame, body, told).await;
        match &sent {
            Ok(reply) => self.happened(Happening::Received(Text::from(
                self.hidden(reply.text.raw()),
            ))),
            Err(missing) => self.happened(Happening::Missed(Text::from(missing.to_string()))),
        }
        sent
    }

    /// A frame as the screen may keep it: a telephone number keeps its last digits only.
    pub(super) fn hidden(&self, frame: &str) -> String {
        let uri = self.to.uri();
        let hidden = frame.replace(uri, &masked(uri));
        // The Platform API has the bare number.
        match self.to.kind() {
            DestinationKind::Tel => {
                let number = masked(&format!("tel:{}", plain(self.to.id())));
                let number = number.trim_start_matches("tel:");
                hidden.replace(&plain(self.to.id()), number)
            }
            _ => hidden,
        }
    }

    /// The wait before the next attempt (contract §2): a second more each time, and a little by chance.
    async fn wait(&self, retry: u32, why: &Text, part: &mut Part<'_>) {
        let timing = self.run.kit.transfers.timing();
        let wait = timing.retry * (retry + 1) + timing.jitter.mul_f64(fastrand::f64());
        self.run.kit.flights.slow_down(wait);
        part.note(format!("{why}; again in {:.1} s", wait.as_secs_f64()));
        self.happened(Happening::Retrying {
            wait_ms: u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
            why: why.clone(),
        });
        sleep(wait).await;
    }

    /// Reads the interaction until a frame without an answer would have moved it. None is that it has not.
    async fn watch(
        &self,
        reading: &Reading<'_>,
        why: &Text,
        until: Instant,
    ) -> Result<Option<Came>, Miss> {
        loop {
            let last = Instant::now() >= until;
            let seen = self.look(reading, why).await?;
            if seen.is_some() || last {
                return Ok(seen);
            }
            sleep_until(until).await;
        }
    }

    /// Reads the interaction once.
    async fn look(&self, reading: &Reading<'_>, why: &Text) -> Result<Option<Came>, Miss> {
        self.happened(Happening::Reconciling(why.clone()));
        let unknown = |what: String| {
            let why = format!("{why}, and whether it was transferred cannot be determined: {what}");
            Miss::new(End::Unknown(why.into()), true)
        };
        let read = self.run.kit.client.interaction(&self.interaction).await;
        let after = read.map_err(|error| unknown(error.to_string()))?;
        match after.sighting(reading.before, reading.frame, self.to) {
            Sighting::Moved => Ok(Some(Came::Transferred {
                codec: None,
                took: reading.sent.elapsed(),
                by_reading: true,
            })),
            Sighting::Unmoved => Ok(None),
            Sighting::Unclear(what) => Err(unknown(what.to_owned())),
        }
    }

    /// A frame that left and has no answer: it is not sent again, whatever the reading says.
    async fn reconcile(&self, reading: &Reading<'_>, missing: &Missing) -> Result<Came, Miss> {
        let why = Text::from(missing.to_string());
        let settled = reading.sent + self.run.kit.transfers.timing().answer;
        if let Some(came) = self.watch(reading, &why, settled).await? {
            return Ok(came);
        }
        let why = format!("{why}, and the interaction has not moved; it may still do so").into();
        let end = match missing {
            Missing::TimedOut(_) => End::TimedOut(why),
            _ => End::Unknown(why),
        };
        Err(Miss::new(end, true))
    }
}

/// What an answer comes to.
fn heard(answer: Answer, took: Duration) -> Result<Came, Miss> {
    match answer {
        Answer::Transferred { codec } => Ok(Came::Transferred {
            codec,
            took,
            by_reading: false,
        }),
        Answer::Unsupported { supported } => Ok(Came::Unsupported(supported)),
        Answer::RateLimited(reason) => Err(rejected("rate limited", &reason)),
        Answer::Rejected { status, reason } => Err(rejected(&status.to_string(), &reason)),
    }
}

fn rejected(status: &str, reason: &Text) -> Miss {
    // The phase says that word already.
    let why = match (status, reason.is_empty()) {
        ("rejected", false) => reason.clone(),
        _ => said(status, reason),
    };
    Miss::new(End::Rejected(why), false)
}

fn said(status: &str, reason: &Text) -> Text {
    if reason.is_empty() {
        return Text::from(status);
    }
    Text::from(format!("{status}: {}", reason.raw()))
}

/// An exchange for the gate and the audit: the settled codec where there is one, the reason where not.
fn recorded(exchanged: &Result<Came, Miss>) -> Result<Done<()>, Failure> {
    match exchanged {
        Ok(Came::Transferred {
            codec, by_reading, ..
        }) => {
            let mut note = Note::new();
            if let Some(codec) = codec {
                note.insert("settledCodec".into(), codec.to_string().into());
            }
            if *by_reading {
                note.insert("knownByReading".into(), true.into());
            }
            Ok(Done {
                note,
                ..Done::plain(())
            })
        }
        Ok(Came::Unsupported(supported)) => {
            let theirs: Vec<String> = supported.iter().map(ToString::to_string).collect();
            let why = format!("codec_unsupported; supported: {}", theirs.join(", "));
            Err(Failure::refused(why))
        }
        Err(miss) => Err(miss.failure(CHECK)),
    }
}
