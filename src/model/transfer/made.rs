//! The record of a transfer that this console made, from its check to its end, as a state machine.

use std::collections::VecDeque;

use serde::Serialize;

use super::{Destination, Request};
use crate::model::InteractionId;
use crate::model::interaction::Interaction;
use crate::text::Text;
use crate::time::Millis;

/// Lines kept of one transfer's course: three retries and a fallback have some thirty.
const COURSE: usize = 64;

/// Which transfer of this process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct TransferId(pub u64);

/// How far a transfer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// It waits for its turn among several.
    Queued,
    /// The interaction is being read.
    Checking,
    /// Its frame is on its way, and no answer has come.
    Sent,
    /// The codec was not supported, and another is being tried.
    Negotiating,
    /// It was turned away for now and is sent again after a wait.
    Retrying,
    /// The organisation says that it is done.
    Transferred,
    /// The organisation says that it is not done, and why.
    Rejected,
    /// It was stopped before anything was sent.
    Stopped,
    /// No answer came in time, and the interaction had not moved when it was read again.
    TimedOut,
    /// Whether it happened could not be found out.
    Unknown,
}

impl Phase {
    /// Every phase.
    pub const ALL: [Self; 10] = [
        Self::Queued,
        Self::Checking,
        Self::Sent,
        Self::Negotiating,
        Self::Retrying,
        Self::Transferred,
        Self::Rejected,
        Self::Stopped,
        Self::TimedOut,
        Self::Unknown,
    ];

    /// Its word on screen, in filters and in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Checking => "checking",
            Self::Sent => "sent",
            Self::Negotiating => "negotiating",
            Self::Retrying => "retrying",
            Self::Transferred => "transferred",
            Self::Rejected => "rejected",
            Self::Stopped => "stopped",
            Self::TimedOut => "timed out",
            Self::Unknown => "unknown",
        }
    }

    /// Whether nothing more happens by itself.
    #[must_use]
    pub const fn over(self) -> bool {
        matches!(
            self,
            Self::Transferred | Self::Rejected | Self::Stopped | Self::TimedOut | Self::Unknown
        )
    }

    /// Whether it is over and not known for sure; only a reading of the interaction can settle it.
    #[must_use]
    pub const fn open_question(self) -> bool {
        matches!(self, Self::TimedOut | Self::Unknown)
    }
}

/// How a transfer ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// It is done.
    Transferred {
        /// The codec that was settled on; none when the organisation did not say.
        codec: Option<Text>,
        /// Whether it is known from reading the interaction, because the answer was lost.
        by_reading: bool,
    },
    /// The organisation refused it.
    Rejected(Text),
    /// Nothing was sent, or what was sent is known to have been turned away.
    Stopped(Text),
    /// No answer in time, and the interaction has not moved.
    TimedOut(Text),
    /// Sent, and nobody knows.
    Unknown(Text),
}

impl End {
    /// The phase that it leads to.
    #[must_use]
    pub const fn phase(&self) -> Phase {
        match self {
            Self::Transferred { .. } => Phase::Transferred,
            Self::Rejected(_) => Phase::Rejected,
            Self::Stopped(_) => Phase::Stopped,
            Self::TimedOut(_) => Phase::TimedOut,
            Self::Unknown(_) => Phase::Unknown,
        }
    }

    /// Why it is not done; empty when it is.
    #[must_use]
    pub fn why(&self) -> Text {
        match self {
            Self::Transferred { .. } => Text::default(),
            Self::Rejected(why) | Self::Stopped(why) | Self::TimedOut(why) | Self::Unknown(why) => {
                why.clone()
            }
        }
    }
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

/// Something that happened to a transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happening {
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
    /// A frame came.
    Received(Text),
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
    pub request: Request,
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
    pub fn new(
        id: TransferId,
        request: Request,
        destination: Destination,
        operator: Text,
        began: Millis,
    ) -> Self {
        Self {
            id,
            interaction: InteractionId::from(request.interaction_id.as_str()),
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
            callback: Callback::None,
            course: VecDeque::new(),
            forgotten: 0,
        }
    }

    /// Takes in what happened. One that is over stays so, except that a reading may settle an open question.
    pub fn apply(&mut self, happening: Happening, now: Millis) {
        match happening {
            Happening::Callback(callback) => return self.told(callback, now),
            Happening::Ended { end, latency_us } => return self.end(end, latency_us, now),
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
                self.frame = frame;
                self.push(Mark::Out, text, now);
            }
            Happening::Received(text) => self.push(Mark::In, text, now),
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
            Happening::Reconciling(_) | Happening::Ended { .. } | Happening::Callback(_) => {}
        }
    }

    fn end(&mut self, end: End, latency_us: Option<u64>, now: Millis) {
        if self.phase.over() && !self.phase.open_question() {
            return;
        }
        self.phase = end.phase();
        self.why = end.why();
        self.latency_us = latency_us.or(self.latency_us);
        self.ended = Some(now);
        let text = match &end {
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
            Callback::Failed(why) => format!("the media server was not told: {why}"),
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
mod tests {
    use super::*;
    use crate::model::transfer::Limits;

    fn made() -> Made {
        let mut request = Request::blank(&Limits::default());
        request.interaction_id = "i-1".into();
        let to = Destination::parse("genesys://user/ana").unwrap();
        Made::new(TransferId(1), request, to, "noc".into(), Millis(0))
    }

    fn ended(end: End) -> Happening {
        Happening::Ended {
            end,
            latency_us: Some(1_500),
        }
    }

    fn sent(frame: &str) -> Happening {
        Happening::Sent {
            frame: frame.into(),
            text: "{}".into(),
        }
    }

    #[test]
    fn the_course_of_a_fallback() {
        let mut made = made();
        let mut phases = vec![made.phase];
        for happening in [
            Happening::Checking,
            sent("f-1"),
            Happening::FallingBack {
                from: "opus".into(),
                to: "g722".into(),
            },
            sent("f-2"),
            ended(End::Transferred {
                codec: Some("g722".into()),
                by_reading: false,
            }),
        ] {
            made.apply(happening, Millis(1));
            phases.push(made.phase);
        }
        assert_eq!(
            phases,
            [
                Phase::Queued,
                Phase::Checking,
                Phase::Sent,
                Phase::Negotiating,
                Phase::Negotiating,
                Phase::Transferred
            ]
        );
        assert_eq!(made.settled, Some("g722".into()));
        assert_eq!(
            (made.frame.raw(), made.latency_us, made.ended),
            ("f-2", Some(1_500), Some(Millis(1)))
        );
    }

    #[test]
    fn what_is_over_stays_over() {
        let mut made = made();
        made.apply(ended(End::Rejected("busy".into())), Millis(1));
        made.apply(sent("f-9"), Millis(2));
        made.apply(
            ended(End::Transferred {
                codec: None,
                by_reading: true,
            }),
            Millis(3),
        );
        assert_eq!((made.phase, made.ended), (Phase::Rejected, Some(Millis(1))));
        assert!(made.frame.is_empty());
    }

    #[test]
    fn a_reading_settles_an_open_question() {
        for open in [End::Unknown("lost".into()), End::TimedOut("late".into())] {
            let mut made = made();
            made.apply(ended(open), Millis(1));
            assert!(made.phase.open_question() && !made.why.is_empty());
            made.apply(Happening::Reconciling("asked".into()), Millis(2));
            made.apply(
                ended(End::Transferred {
                    codec: None,
                    by_reading: true,
                }),
                Millis(3),
            );
            assert_eq!(
                (made.phase, made.why.is_empty()),
                (Phase::Transferred, true)
            );
        }
    }

    #[test]
    fn retries_are_counted_and_the_course_is_bounded() {
        let mut made = made();
        for n in 0..100 {
            made.apply(
                Happening::Retrying {
                    wait_ms: n,
                    why: "busy".into(),
                },
                Millis(1),
            );
        }
        assert_eq!(
            (made.retries, made.course.len(), made.forgotten),
            (100, COURSE, 36)
        );
    }
}
