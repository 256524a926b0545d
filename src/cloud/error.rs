//! How asking the organisation fails, in a person's words.

mod advice;

use std::fmt;
use std::time::Duration;

use super::call::{Call, Needs};
use super::unreachable::Unreachable;
use super::way::Page;
use crate::cause::{Cause, Explanation, said};
use crate::text::{self, Text};
use crate::vault;
use crate::vocabulary::problem::{Problem, Trouble};

/// Columns of remote text that an error shows.
const SHOWN: usize = 240;

/// What the Platform API answers to a client that does what only people may do.
const NOT_A_USER: &str = "not.a.user";

/// Why something asked of the organisation did not happen. Its text says what was tried, on what, why, and what to do.
///
/// It is plain data and cheap to clone, because one failed sign-in answers every task that waited for it.
#[derive(Clone, Debug)]
pub enum Error {
    /// The profile cannot be used as it is; nothing was sent.
    Settings(Box<Explanation>),
    /// The token endpoint refused the client credentials (contract §1).
    SignIn {
        /// The token call.
        call: Box<Call>,
        /// What it answered.
        refusal: Refusal,
        /// What is odd about the secret.
        doubt: Option<Box<Explanation>>,
    },
    /// The granted token lacks scopes; nothing was sent.
    Scopes {
        /// What was not called.
        call: Box<Call>,
        /// The scopes that it needs and the token does not have.
        missing: Vec<&'static str>,
    },
    /// The call acts as a person, and nobody has signed in; nothing was sent.
    NoPerson {
        /// What was not called.
        call: Box<Call>,
        /// What is missing.
        lack: Cause,
    },
    /// The organisation answered with another status than the call hopes for.
    Refused {
        /// What was called.
        call: Box<Call>,
        /// What it answered.
        refusal: Refusal,
    },
    /// Somebody else answered, and as if all were well.
    Between {
        /// What was called.
        call: Box<Call>,
        /// What it answered.
        page: Box<Page>,
    },
    /// No answer came.
    Unreachable {
        /// What was called.
        call: Box<Call>,
        /// Why not.
        cause: Unreachable,
        /// Whether the call may have arrived all the same.
        sent: bool,
    },
    /// An answer came that cannot be used.
    Answer {
        /// What was called.
        call: Box<Call>,
        /// What is wrong with the answer, where in it, and how it begins; raw.
        reason: String,
    },
}

/// What became of a write that did not succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It has not left, or nobody was there.
    NotSent,
    /// The organisation has not taken it.
    Refused,
    /// It may have been taken.
    Unknown,
}

/// A status that refuses, with what the organisation said about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// The body's own words, its code and its context id, where it had any; raw.
    pub said: Option<String>,
    /// The body's code alone; raw.
    pub code: Option<String>,
    /// The permissions that the token lacks, where the body names them; raw.
    pub lacking: Option<String>,
    /// What it looks like, where it is not the organisation's own answer.
    pub page: Option<Box<Page>>,
    /// How long it asked to wait, at most a minute.
    pub retry_after: Option<Duration>,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(page) = &self.page {
            return page.fmt(f);
        }
        write!(f, "HTTP {}", self.status)?;
        match &self.said {
            Some(said) => write!(f, " ({})", text::fit(said, SHOWN)),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Settings(told) => told.fmt(f),
            Self::NoPerson { call, lack } => write!(f, "{call} was not sent: {}", lack.told()),
            Self::Unreachable { call, cause, .. } => write!(f, "{call} got no answer: {cause}"),
            Self::SignIn {
                call,
                refusal,
                doubt,
            } => f.write_str(&signing_in(call, refusal, doubt.as_deref()).line()),
            Self::Scopes { call, missing } => Cause::ScopeMissing
                .told()
                .with("call", call.to_string())
                .with("missing", missing.join(" "))
                .fmt(f),
            Self::Refused { call, refusal } => advice::told(call, refusal).fmt(f),
            Self::Between { call, page } => Cause::PageInPlace
                .told()
                .with("call", call.to_string())
                .with("page", page.to_string())
                .fmt(f),
            Self::Answer { call, reason } => Cause::AnswerUnusable
                .told()
                .with("call", call.to_string())
                .with("reason", text::fit(reason, SHOWN))
                .fmt(f),
        }
    }
}

impl std::error::Error for Error {}

fn signing_in(call: &Call, refusal: &Refusal, doubt: Option<&Explanation>) -> Explanation {
    let told = match doubt {
        Some(doubt) => Cause::SignInRefusedWithOddSecret
            .told()
            .with("doubt", doubt.sentence()),
        None => Cause::SignInRefused.told(),
    };
    told.with("call", call.to_string())
        .with("refusal", refusal.to_string())
        .with("host", call.url.host_str().unwrap_or_default())
}

impl Error {
    /// What keeps a profile from being used.
    pub(super) fn settings(told: Explanation) -> Self {
        Self::Settings(Box::new(told))
    }

    /// What is not sent because it cannot be written, and why not.
    pub(super) fn not_sendable(what: impl Into<String>, why: &dyn fmt::Display) -> Self {
        let told = Cause::NotSendable.told().with("what", what);
        Self::settings(told.with("said", why.to_string()))
    }

    /// What a library could not make.
    pub(super) fn not_made(what: &str, error: &(dyn std::error::Error + 'static)) -> Self {
        let told = Cause::NotMade.told().with("what", what);
        Self::settings(told.with("said", said(error)))
    }

    /// A refused sign-in, with what is odd about the secret.
    pub(super) fn doubting(mut self, secret: Option<&Explanation>) -> Self {
        if let Self::SignIn { doubt, .. } = &mut self {
            *doubt = secret.cloned().map(Box::new);
        }
        self
    }

    /// A refused sign-in that is not tried again before so long: whoever asks sooner is answered out of memory, and that is no
    /// attempt.
    pub(super) fn resting(mut self, left: Duration) -> Self {
        if let Self::SignIn { refusal, .. } = &mut self {
            refusal.retry_after = Some(left);
        }
        self
    }

    /// An answer to `call` that cannot be used, and why.
    pub(super) fn answer(call: &Call, reason: String) -> Self {
        Self::Answer {
            call: Box::new(call.clone()),
            reason: vault::cleaned(reason),
        }
    }

    /// No connection for `call`, and why not: nothing of it was sent.
    pub(super) fn unreachable(call: &Call, cause: Unreachable) -> Self {
        Self::Unreachable {
            call: Box::new(call.clone()),
            cause,
            sent: false,
        }
    }

    /// No answer to `call`, which may have arrived.
    pub(super) fn unanswered(call: &Call, cause: Unreachable) -> Self {
        Self::Unreachable {
            call: Box::new(call.clone()),
            cause,
            sent: true,
        }
    }

    /// A status that refuses `call`.
    pub(super) fn refused(call: &Call, refusal: Refusal) -> Self {
        Self::Refused {
            call: Box::new(call.clone()),
            refusal,
        }
    }

    /// Its kind, for exit codes and panes.
    #[must_use]
    pub fn trouble(&self) -> Trouble {
        match self {
            Self::SignIn { .. } | Self::NoPerson { .. } => Trouble::Credentials,
            Self::Scopes { .. } => Trouble::Forbidden,
            Self::Unreachable { .. } | Self::Between { .. } => Trouble::Unreachable,
            Self::Refused { refusal, .. } if refusal.page.is_some() => Trouble::Unreachable,
            Self::Refused { refusal, .. } => match refusal.status {
                401 => Trouble::Credentials,
                403 => Trouble::Forbidden,
                _ => Trouble::Answer,
            },
            Self::Settings(_) => Trouble::Settings,
            Self::Answer { .. } => Trouble::Answer,
        }
    }

    /// How long the organisation asked to wait, when it did (429, 503).
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.refusal()?.retry_after
    }

    /// The HTTP status that refused the call, when there was one.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        Some(self.refusal()?.status)
    }

    /// Whether the same read may well succeed in a moment: contract §2's "429, 503, network".
    #[must_use]
    pub fn passing(&self) -> bool {
        match self {
            Self::Refused { refusal, .. } => matches!(refusal.status, 429 | 503),
            Self::Unreachable { cause, .. } => cause.passing(),
            _ => false,
        }
    }

    /// Whether the same read will hardly succeed soon: what is not there, or not shown to us, changes rarely.
    #[must_use]
    pub fn lasting(&self) -> bool {
        self.trouble() == Trouble::Forbidden || matches!(self.status(), Some(403..=405))
    }

    /// Whether asking for the same connection again soon is pointless: the organisation answered, and it was no.
    #[must_use]
    pub fn refuses(&self) -> bool {
        self.trouble() == Trouble::Forbidden
            || matches!(self.status(), Some(status @ 400..=499) if !matches!(status, 401 | 408 | 429))
    }

    /// How the answer to a call that may have been taken failed to come, in the audit's word: the organisation answered that it
    /// had failed itself, it took too long, or the connection was lost.
    #[must_use]
    pub fn silence(&self) -> &'static str {
        match self {
            Self::Refused { .. } => "server-error",
            Self::Unreachable {
                cause: Unreachable::TimedOut(_),
                ..
            } => "slow",
            Self::Unreachable { .. } => "lost",
            _ => "unreadable",
        }
    }

    /// What a write that ended so has come to.
    ///
    /// Only what proves that nothing was taken counts as not sent or refused. 503 is an answer of whoever stands in front, made
    /// instead of taking the call; 501 says that there is nothing that could. Any other 5xx may come after the deed.
    #[must_use]
    pub fn fate(&self) -> Fate {
        match self {
            Self::Settings(_)
            | Self::Scopes { .. }
            | Self::SignIn { .. }
            | Self::NoPerson { .. } => Fate::NotSent,
            _ if self.at_sign_in() => Fate::NotSent,
            Self::Unreachable { sent, .. } if *sent => Fate::Unknown,
            Self::Unreachable { .. } => Fate::NotSent,
            Self::Refused { refusal, .. } => match refusal.status {
                501 | 503 => Fate::Refused,
                500..=599 => Fate::Unknown,
                _ => Fate::Refused,
            },
            Self::Answer { .. } | Self::Between { .. } => Fate::Unknown,
        }
    }

    /// Whether the sign-in on the way to a call was put off: it may succeed in a moment, and the call has not been sent.
    pub(super) fn sign_in_put_off(&self) -> bool {
        self.at_sign_in() && matches!(self.status(), Some(429 | 503))
    }

    /// Whether it was the sign-in that failed, on the way to another call. That has had its own retries, but for what
    /// [`Self::sign_in_put_off`] says.
    pub(crate) fn at_sign_in(&self) -> bool {
        match self {
            Self::SignIn { call, .. }
            | Self::Scopes { call, .. }
            | Self::NoPerson { call, .. }
            | Self::Refused { call, .. }
            | Self::Unreachable { call, .. }
            | Self::Between { call, .. }
            | Self::Answer { call, .. } => call.needs == Needs::Nothing,
            Self::Settings(_) => false,
        }
    }

    /// The error as news.
    #[must_use]
    pub fn problem(&self) -> Problem {
        Problem {
            trouble: self.trouble(),
            text: Text::from(self.to_string()),
        }
    }

    fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::SignIn { refusal, .. } | Self::Refused { refusal, .. } => Some(refusal),
            _ => None,
        }
    }
}
