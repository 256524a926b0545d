//! The record of a transfer that this console made, from its check to its end, as a state machine.

mod phase;
mod record;

use std::collections::VecDeque;

pub use self::phase::{End, Phase};
pub use self::record::TransferRecord;

use super::{Destination, Wish};
use crate::model::InteractionId;
use crate::model::flow::FlowId;
use crate::model::interaction::Interaction;
use crate::text::Text;
use crate::time::Millis;

/// Lines kept of one transfer's course: three retries and a fallback have some thirty.
const COURSE: usize = 64;

/// Which transfer of this process: the flow that made it, and its number in there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TransferId {
    /// The flow.
    pub flow: FlowId,
    /// Counting from 0.
    pub number: usize,
}

/// What the media server was told (contract §8), or why not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Callback {
    /// The profile names none, or the transfer is not done.
    #[default]
    None,
    /// It is being told.
    Telling,
    /// It knows.
    Told,
    /// It does not; the transfer is done all the same.
    Failed(Text),
}

/// A transfer as it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// What.
    pub request: Wish,
    /// Where to; the request's, checked.
    pub destination: Destination,
    /// Who asked.
    pub operator: Text,
}

/// A transfer whose end is not known, with all that a reading is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// Which.
    pub id: TransferId,
    /// The interaction as it was before.
    pub before: Box<Interaction>,
    /// The id of the last frame.
    pub frame: Text,
    /// Where it was to go.
    pub to: Destination,
}

/// Something that happened to a transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happening {
    /// It was asked for, and waits for its turn.
    Asked(Box<Asked>),
    /// The interaction is being read.
    Checking,
    /// It was read and can be moved.
    Checked(Box<Interaction>),
    /// The socket is open and answers: how it is secured, and how long its ping took, in microseconds.
    Linked {
        /// TLS version and cipher.
        security: Text,
        /// The ping before the send.
        ping_us: u64,
    },
    /// A frame is on its way.
    Sent {
        /// The frame's id.
        frame: Text,
        /// The frame, masked.
        text: Text,
    },
    /// It was taken, and is not done yet: the Platform API's 202.
    Accepted,
    /// A frame came.
    Received(Text),
    /// No answer came, and this is known of why.
    Missed(Text),
    /// It was turned away for now.
    Retrying {
        /// Milliseconds until it is sent again.
        wait_ms: u64,
        /// Why.
        why: Text,
    },
    /// The codec was not supported; another one is tried, once.
    FallingBack {
        /// What was not supported.
        from: Text,
        /// The best that both sides have.
        to: Text,
    },
    /// What is known is asked of the organisation by reading the interaction.
    Reconciling(Text),
    /// It is over.
    Ended {
        /// How.
        end: End,
        /// From sending the frame that was answered to its answer, in microseconds; none without an answer.
        latency_us: Option<u64>,
    },
    /// The media server is told, or could not be.
    Callback(Callback),
}

/// A line of a transfer's course.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// When.
    pub at: Millis,
    /// Which way: a frame out, a frame in, or a step.
    pub mark: Mark,
    /// What.
    pub text: Text,
}

/// What a line of the course is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// A step.
    Step,
    /// A frame that was sent.
    Out,
    /// A frame that was received.
    In,
}

/// A transfer that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Which.
    pub id: TransferId,
    /// What was asked.
    pub request: Wish,
    /// What is moved.
    pub interaction: InteractionId,
    /// Where to.
    pub destination: Destination,
    /// Who asked.
    pub operator: Text,
    /// How far it is.
    pub phase: Phase,
    /// When it was asked for.
    pub began: Millis,
    /// When it was over.
    pub ended: Option<Millis>,
    /// The codec that was settled on.
    pub settled: Option<Text>,
    /// From frame to answer, in microseconds.
    pub latency_us: Option<u64>,
    /// Times that it was sent again after having been turned away.
    pub retries: u32,
    /// Why it is not done; empty when it is or when nobody knows yet.
    pub why: Text,
    /// How the socket is secured; empty before it is open.
    pub security: Text,
    /// The interaction as it was read before the transfer.
    pub before: Option<Box<Interaction>>,
    /// The id of the last frame; empty before there is one.
    pub frame: Text,
    /// Whether anything was sent that could have moved it.
    pub sent: bool,
    /// What the media server knows.
    pub callback: Callback,
    /// Its course, oldest first.
    pub course: VecDeque<Line>,
    /// Lines of the course that made room for newer ones.
    pub forgotten: u64,
}

impl Made {
    /// A transfer that waits for its turn.
    #[must_use]
    pub fn new(id: TransferId, asked: Asked, began: Millis) -> Self {
        let Asked {
            request,
            destination,
            operator,
        } = asked;
        Self {
            id,
            interaction: InteractionId::from(request.interaction()),
            request,
            destination,
            operator,
            phase: Phase::Queued,
            began,
            ended: None,
            settled: None,
            latency_us: None,
            retries: 0,
            why: Text::default(),
            security: Text::default(),
            before: None,
            frame: Text::default(),
            sent: false,
            callback: Callback::None,
            course: VecDeque::new(),
            forgotten: 0,
        }
    }

    /// It as an open question; none when its end is known, or when nothing was sent that could have moved it.
    #[must_use]
    pub fn open(&self) -> Option<Open> {
        let asks = self.phase.open_question() && self.sent;
        let before = self.before.clone().filter(|_| asks)?;
        Some(Open {
            id: self.id,
            before,
            frame: self.frame.clone(),
            to: self.destination.clone(),
        })
    }

    /// Takes in what happened. One that is over stays so, except that a reading may settle an open question.
    pub fn apply(&mut self, happening: Happening, now: Millis) {
        match happening {
            Happening::Callback(callback) => return self.told(callback, now),
            Happening::Ended { end, latency_us } => return self.end(&end, latency_us, now),
            Happening::Reconciling(why) => {
                return self.note(
                    Mark::Step,
                    format!("reading the interaction again: {why}"),
                    now,
                );
            }
            _ if self.phase.over() => return,
            _ => {}
        }
        match happening {
            Happening::Checking => {
                self.phase = Phase::Checking;
                self.note(Mark::Step, "reading the interaction".to_owned(), now);
            }
            Happening::Checked(before) => {
                let text = format!(
                    "{} is {}",
                    self.interaction,
                    crate::text::safe(before.standing.word())
                );
                self.before = Some(before);
                self.note(Mark::Step, text, now);
            }
            Happening::Linked { security, ping_us } => {
                let text = format!("{security}, ping {:.1} ms", ping_us as f64 / 1_000.0);
                self.security = security;
                self.note(Mark::Step, text, now);
            }
            Happening::Sent { frame, text } => {
                if self.phase != Phase::Negotiating {
                    self.phase = Phase::Sent;
                }
                (self.frame, self.sent) = (frame, true);
                self.push(Mark::Out, text, now);
            }
            Happening::Accepted => {
                self.phase = Phase::Accepted;
                let text = "taken; watched until the destination has it";
                self.note(Mark::Step, text.to_owned(), now);
            }
            Happening::Received(text) => self.push(Mark::In, text, now),
            Happening::Missed(why) => self.push(Mark::Step, why, now),
            Happening::Retrying { wait_ms, why } => {
                self.phase = Phase::Retrying;
                self.retries = self.retries.saturating_add(1);
                self.note(
                    Mark::Step,
                    format!("sent again in {wait_ms} ms: {why}"),
                    now,
                );
            }
            Happening::FallingBack { from, to } => {
                self.phase = Phase::Negotiating;
                let text =
                    format!("{from} is not supported there; {to} is the best that both have");
                self.note(Mark::Step, text, now);
            }
            Happening::Asked(_)
            | Happening::Reconciling(_)
            | Happening::Ended { .. }
            | Happening::Callback(_) => {}
        }
    }

    fn end(&mut self, end: &End, latency_us: Option<u64>, now: Millis) {
        if self.phase.over() && !self.phase.open_question() {
            return;
        }
        self.phase = end.phase();
        self.why = end.why();
        self.latency_us = latency_us.or(self.latency_us);
        self.ended = Some(now);
        let text = match end {
            End::Transferred { codec, by_reading } => {
                self.settled.clone_from(codec);
                let codec = codec
                    .as_ref()
                    .map_or(String::new(), |codec| format!(" with {codec}"));
                let how = if *by_reading {
                    ", as a reading of the interaction shows"
                } else {
                    ""
                };
                format!("transferred{codec}{how}")
            }
            other => format!("{}: {}", self.phase.word(), other.why()),
        };
        self.note(Mark::Step, text, now);
    }

    fn told(&mut self, callback: Callback, now: Millis) {
        let text = match &callback {
            Callback::None => return,
            Callback::Telling => "telling the media server".to_owned(),
            Callback::Told => "the media server knows".to_owned(),
            Callback::Failed(why) => format!("the media server was not notified: {why}"),
        };
        self.callback = callback;
        self.note(Mark::Step, text, now);
    }

    fn note(&mut self, mark: Mark, text: String, now: Millis) {
        self.push(mark, Text::from(text), now);
    }

    fn push(&mut self, mark: Mark, text: Text, at: Millis) {
        if self.course.len() == COURSE {
            self.course.pop_front();
            self.forgotten = self.forgotten.saturating_add(1);
        }
        self.course.push_back(Line { at, mark, text });
    }
}

#[cfg(test)]
mod tests;
