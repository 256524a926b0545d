//! How far a transfer is, and how it can end.

use crate::text::Text;

/// How far a transfer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// It waits for its turn among several.
    Queued,
    /// The interaction is being read.
    Checking,
    /// Its frame is on its way, and no answer has come.
    Sent,
    /// The organisation has taken it, and the destination does not have the call yet.
    Accepted,
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
    pub const ALL: [Self; 11] = [
        Self::Queued,
        Self::Checking,
        Self::Sent,
        Self::Accepted,
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
            Self::Accepted => "accepted",
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
