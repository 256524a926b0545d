//! An asynchronous job of the organisation, as far as this console knows it (contract §7).
//!
//! A job is spoken of from several sides: the submit, the polls, the webhook; late, twice and out of order. Its row is
//! therefore a sum of facts, each joined to what is known by a rule that does not ask which came first: the earliest
//! beginning, the furthest phase, the newest doubt. The same events make the same row in any order, and a job that
//! has ended never goes back.

mod event;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

pub use self::event::{By, JobEvent, Word};

use super::JobId;
use super::provision::Provision;
use crate::text::Text;
use crate::time::Millis;

/// Things made by one job that are kept; a provisioning makes one.
pub const RESULTS_KEPT: usize = 32;

/// Jobs that are kept, in memory and on disk. Past that the oldest that are over make room.
pub const JOBS_KEPT: usize = 1_000;

/// What a row is known by here: the audit id of its submit, or the job's own id when only a webhook spoke of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct JobKey(pub Text);

/// How far the organisation has come with a job; the order is that of its life.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// The submit has begun and has not been answered.
    #[default]
    Submitting,
    /// Taken, not begun.
    Queued,
    /// Under way.
    Running,
    /// The submit was refused: there is no job.
    Refused,
    /// Over in a way that only the organisation has a name for.
    Ended,
    /// Done; what it made is in the results.
    Completed,
    /// Over without having made what was asked.
    Failed,
}

impl Phase {
    /// The phase of a `status`. A word that the contract does not have is an end (contract §7), unless it says by itself that
    /// something is under way: a job that is called over and is not would be followed no more.
    #[must_use]
    pub fn of_status(status: &str) -> Self {
        const UNDER_WAY: [&str; 8] = [
            "new",
            "created",
            "accepted",
            "submitted",
            "scheduled",
            "started",
            "active",
            "inprogress",
        ];
        match status {
            "Queued" => Self::Queued,
            "Running" => Self::Running,
            "Completed" => Self::Completed,
            "Failed" => Self::Failed,
            other => {
                let letters = other.chars().filter(|c| c.is_alphanumeric());
                let plain: String = letters.flat_map(char::to_lowercase).collect();
                if plain.ends_with("ing") || UNDER_WAY.contains(&plain.as_str()) {
                    Self::Running
                } else {
                    Self::Ended
                }
            }
        }
    }

    /// Whether nothing more is to come.
    #[must_use]
    pub const fn ended(self) -> bool {
        matches!(
            self,
            Self::Refused | Self::Ended | Self::Completed | Self::Failed
        )
    }
}

/// What a row says of its job: the phase, unless this console can't stand by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum JobState {
    /// Nobody knows what became of it; what to check stands beside it.
    Unknown,
    /// It failed.
    Failed,
    /// The submit was refused.
    Refused,
    /// It is over in a way that only the organisation has a name for; the name stands beside it.
    Ended,
    /// The submit is on its way.
    Submitting,
    /// It waits for its turn.
    Queued,
    /// It runs.
    Running,
    /// It is not over, and is not followed any more because the operator said so.
    Unfollowed,
    /// It is done.
    Completed,
}

impl JobState {
    /// Every state, what wants attention first.
    pub const ALL: [Self; 9] = [
        Self::Unknown,
        Self::Failed,
        Self::Refused,
        Self::Ended,
        Self::Submitting,
        Self::Queued,
        Self::Running,
        Self::Unfollowed,
        Self::Completed,
    ];

    /// The word on screen and in filters.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Failed => "failed",
            Self::Refused => "refused",
            Self::Ended => "ended",
            Self::Submitting => "submitting",
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Unfollowed => "unfollowed",
            Self::Completed => "completed",
        }
    }
}

/// Something that a job made: the connection of a provisioning.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Made {
    /// Its id.
    pub id: Text,
    /// Its name.
    pub name: Text,
}

/// Why a job failed, in the organisation's words.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct JobError {
    /// Its code; empty when it gave none.
    pub code: Text,
    /// Its message.
    pub message: Text,
}

/// Why it is not known what became of a job, until the organisation speaks of it again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Doubt {
    /// Since when.
    pub at: Millis,
    /// Why.
    pub why: Text,
    /// What a person can do to find out.
    pub check: Text,
}

/// What the operator last said of following a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Follow {
    /// When.
    pub at: Millis,
    /// Whether it is to be followed.
    pub on: bool,
}

/// The furthest that anyone has said a job has come, and who did.
///
/// The order decides between two words, whichever came first. An ended job stays ended; of two ends, the one that
/// the organisation told when it was asked counts more than one that was delivered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Verdict {
    level: u8,
    asked: bool,
    phase: Phase,
}

impl Verdict {
    fn new(phase: Phase, by: By) -> Self {
        let level = match phase {
            Phase::Submitting | Phase::Queued | Phase::Running => 0,
            // Who said that there is no job was mistaken if the job is spoken of.
            Phase::Refused => 1,
            Phase::Ended | Phase::Completed | Phase::Failed => 2,
        };
        Self {
            level,
            asked: level > 0 && by != By::Webhook,
            phase,
        }
    }
}

/// One job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// What the row is known by.
    pub key: JobKey,
    /// The organisation's id; none until the submit is answered.
    pub id: Option<JobId>,
    /// The name of what it is to make; empty when only a webhook spoke of it.
    pub name: Text,
    /// What was asked for, where this console has asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Box<Provision>>,
    /// When the submit began; none for a job that this console did not submit.
    pub submitted: Option<Millis>,
    /// When its end was first heard of.
    pub ended: Option<Millis>,
    /// When the organisation last spoke of it.
    pub heard: Option<Millis>,
    /// When it was begun to be followed again after nobody had.
    #[serde(default)]
    pub resumed: Option<Millis>,
    /// Requests that its submit took.
    pub attempts: u32,
    /// Answers to polls.
    pub polls: u32,
    /// Deliveries of the webhook, repeated ones too.
    pub deliveries: u32,
    /// What it made, at most [`RESULTS_KEPT`] things.
    pub results: BTreeSet<Made>,
    /// Things made that one word spoke of: more than are kept, when it is more.
    pub made: usize,
    error: Option<JobError>,
    doubt: Option<Doubt>,
    follow: Option<Follow>,
    verdict: Verdict,
    /// Both ends were told of it.
    completed_said: bool,
    failed_said: bool,
}

impl Job {
    /// A row of which nothing is known yet.
    #[must_use]
    pub fn new(key: JobKey) -> Self {
        Self {
            key,
            id: None,
            name: Text::default(),
            body: None,
            submitted: None,
            ended: None,
            heard: None,
            resumed: None,
            attempts: 0,
            polls: 0,
            deliveries: 0,
            results: BTreeSet::new(),
            made: 0,
            error: None,
            doubt: None,
            follow: None,
            verdict: Verdict::default(),
            completed_said: false,
            failed_said: false,
        }
    }

    /// How far it has come.
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.verdict.phase
    }

    /// What the row says.
    #[must_use]
    pub fn state(&self) -> JobState {
        match self.phase() {
            Phase::Completed => JobState::Completed,
            Phase::Failed => JobState::Failed,
            Phase::Refused => JobState::Refused,
            Phase::Ended => JobState::Ended,
            _ if self.doubt().is_some() => JobState::Unknown,
            _ if !self.followed() => JobState::Unfollowed,
            Phase::Submitting => JobState::Submitting,
            Phase::Queued => JobState::Queued,
            Phase::Running => JobState::Running,
        }
    }

    /// Why nobody knows what became of it; none once the organisation has spoken since, or it is over.
    #[must_use]
    pub fn doubt(&self) -> Option<&Doubt> {
        self.doubt
            .as_ref()
            .filter(|doubt| !self.phase().ended() && self.heard.is_none_or(|at| at < doubt.at))
    }

    /// Why it failed or was refused.
    #[must_use]
    pub fn error(&self) -> Option<&JobError> {
        let bad = matches!(self.phase(), Phase::Failed | Phase::Refused | Phase::Ended);
        self.error.as_ref().filter(|_| bad)
    }

    /// Whether it is to be followed to its end.
    #[must_use]
    pub fn followed(&self) -> bool {
        self.follow.is_none_or(|follow| follow.on)
    }

    /// Whether one side said completed and another failed: the organisation contradicts itself.
    #[must_use]
    pub fn disputed(&self) -> bool {
        self.completed_said && self.failed_said
    }

    /// The first that is known of it.
    #[must_use]
    pub fn began(&self) -> Millis {
        let told = self.submitted.or(self.ended).or(self.heard);
        told.unwrap_or_default()
    }

    /// From the submit to the end, in milliseconds; none before the end, for a job of somebody else, and for one that
    /// may have ended while nobody followed it.
    #[must_use]
    pub fn latency(&self) -> Option<u64> {
        let (submitted, ended) = (self.submitted?, self.ended?);
        let gap = self.resumed.is_some_and(|at| at <= ended);
        (!gap).then(|| ended.since(submitted))
    }
}

impl Job {
    /// What it made, in a line; raw.
    #[must_use]
    pub fn result(&self) -> Option<String> {
        let first = self.results.first()?;
        let more = self.made.saturating_sub(1);
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        Some(format!("{} ({}){more}", first.name.raw(), first.id.raw()))
    }

    /// Why it is not well, in a line: the doubt, or the organisation's own words; raw.
    #[must_use]
    pub fn reason(&self) -> Option<String> {
        if let Some(doubt) = self.doubt() {
            return Some(format!("{} {}", doubt.why.raw(), doubt.check.raw()));
        }
        let error = self.error()?;
        if error.code.is_empty() {
            return Some(error.message.raw().to_owned());
        }
        Some(format!("{} ({})", error.message.raw(), error.code.raw()))
    }
}
