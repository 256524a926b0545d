//! How asking the organisation fails, in a person's words.

use std::fmt;
use std::time::Duration;

use super::call::{Call, Needs, Who};
use super::platform::conversations;
use super::unreachable::Unreachable;
use super::way::Page;
use crate::feed::news::{Problem, Trouble};
use crate::text::{self, Text};

/// Columns of remote text that an error shows.
const SHOWN: usize = 240;

/// What the Platform API answers to a client that does what only people may do.
const NOT_A_USER: &str = "not.a.user";

/// Why something asked of the organisation did not happen. Its text says what was tried, on what, why, and what to do.
///
/// It is plain data and cheap to clone, because one failed sign-in answers every task that waited for it.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// The profile cannot be used as it is; nothing was sent.
    #[error("{0}")]
    Settings(String),
    /// The token endpoint refused the client credentials (contract §1).
    #[error(
        "Signing in failed: {call} answered {refusal}. Either this OAuth client belongs to another region than {} (check region, or login_url), or its id or secret is wrong (check client_id and the client secret).",
        call.url.host_str().unwrap_or_default()
    )]
    SignIn {
        /// The token call.
        call: Box<Call>,
        /// What it answered.
        refusal: Refusal,
    },
    /// The granted token lacks scopes; nothing was sent.
    #[error(
        "{call} was not sent: the token was granted without {}. Ask an administrator to add {} to this OAuth client.",
        missing.join(" "), if missing.len() == 1 { "this scope" } else { "these scopes" }
    )]
    Scopes {
        /// What was not called.
        call: Box<Call>,
        /// The scopes that it needs and the token does not have.
        missing: Vec<&'static str>,
    },
    /// The call acts as a person, and nobody has signed in; nothing was sent.
    #[error("{call} was not sent: {lack}.")]
    NoPerson {
        /// What was not called.
        call: Box<Call>,
        /// What is missing, and what to do about it.
        lack: &'static str,
    },
    /// The organisation answered with another status than the call hopes for.
    #[error("{call} answered {refusal}. {}", advice(call, refusal))]
    Refused {
        /// What was called.
        call: Box<Call>,
        /// What it answered.
        refusal: Refusal,
    },
    /// Somebody else answered, and as if all were well.
    #[error(
        "{call} was answered by something in between, and not by the organisation: {page}. {IN_BETWEEN}"
    )]
    Between {
        /// What was called.
        call: Box<Call>,
        /// What it answered.
        page: Page,
    },
    /// No answer came.
    #[error("{call} got no answer: {cause}")]
    Unreachable {
        /// What was called.
        call: Box<Call>,
        /// Why not.
        cause: Unreachable,
        /// Whether the call may have arrived all the same.
        sent: bool,
    },
    /// An answer came that cannot be used.
    #[error(
        "{call} answered something that cannot be used: {}. Check that base_url is the API of a Genesys Cloud organisation.",
        text::fit(reason, SHOWN)
    )]
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
    pub page: Option<Page>,
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

/// What to do when a page came where an API answers.
const IN_BETWEEN: &str = "A proxy, a web filter or a sign-in page stands in the way: open the address in a browser on this machine, or ask whoever runs the network.";

/// What to do about a refusal.
fn advice(call: &Call, refusal: &Refusal) -> String {
    match (&refusal.page, refusal.status) {
        (Some(_), 500..) => return "That is not the organisation's own answer, but of a proxy or gateway on the way to it. Try again later; ask whoever runs the network if it goes on.".to_owned(),
        (Some(_), _) => return format!("That is not the organisation's own answer. {IN_BETWEEN}"),
        (None, _) => {}
    }
    let scopes = call.needs.concern().join(" ");
    let permissions = matches!(call.needs, Needs::Permissions(_));
    let code = refusal.code.as_deref().filter(|_| permissions);
    if let Some(words) = code.and_then(conversations::advice) {
        return words.to_owned();
    }
    match refusal.status {
        400 if refusal.code.as_deref() == Some(NOT_A_USER) => "An OAuth client is no user, and only users may do this: sign in with :login.".to_owned(),
        401 if permissions => "A new token was tried and refused as well. Check that the OAuth client is enabled, or sign in again with :login.".to_owned(),
        403 if permissions => {
            let named = refusal.lacking.as_deref().map_or(scopes.into(), |named| text::fit(named, SHOWN));
            let whose = if call.who == Who::Person { "a role of the person who has signed in" } else { "a role of this OAuth client" };
            if named.is_empty() {
                format!("It lacks a permission; ask an administrator for {whose} that has it.")
            } else {
                format!("It lacks {named}; ask an administrator for {whose} with it.")
            }
        }
        300..=399 => "A redirect is not followed, because it would carry the token to another place. Check base_url.".to_owned(),
        401 => format!("A new token was tried and refused as well. Check that the OAuth client is enabled and has the scopes {scopes}."),
        403 => format!("The OAuth client needs the scopes {scopes}; ask an administrator to grant them."),
        404 if call.needs == Needs::Carriers => "This organisation has no list of carriers; registrations are watched all the same.".to_owned(),
        404 => "Nothing is there. Check base_url and the id.".to_owned(),
        429 => match refusal.retry_after {
            Some(wait) => format!("The rate limit is used up; the organisation asks to wait {} s.", wait.as_secs()),
            None => "The rate limit is used up. Wait a minute, or lower this profile's requests_per_minute.".to_owned(),
        },
        500..=599 => "The organisation has trouble of its own; try again later, and give it the contextId if it goes on.".to_owned(),
        _ => "The organisation does not accept the call. Check base_url and the version of this console.".to_owned(),
    }
}

impl Error {
    /// An answer to `call` that cannot be used, and why.
    pub(super) fn answer(call: &Call, reason: String) -> Self {
        Self::Answer {
            call: Box::new(call.clone()),
            reason,
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
    pub(super) fn at_sign_in(&self) -> bool {
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
