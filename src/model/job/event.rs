//! What is said of a job, and how it joins what is known.

use serde::{Deserialize, Serialize};

use super::{Doubt, Follow, Job, JobError, Made, Phase, RESULTS_KEPT, Verdict};
use crate::model::JobId;
use crate::model::provision::Provision;
use crate::text::Text;
use crate::time::Millis;

/// Characters of remote text that a row keeps: rows are written to disk whenever they change.
const KEPT: usize = 512;

/// Who spoke of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum By {
    /// The answer to its submit.
    Submit,
    /// An answer to a poll.
    Poll,
    /// A delivery of the webhook.
    Webhook,
}

/// What the organisation said of a job.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Word {
    /// Of which job.
    pub id: Option<JobId>,
    /// How far it has come; none where no status is given.
    pub phase: Option<Phase>,
    /// What it made.
    pub results: Vec<Made>,
    /// Why it failed.
    pub error: Option<JobError>,
}

/// Something that happened to a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobEvent {
    /// Its submit begins.
    Submitting {
        /// When.
        at: Millis,
        /// The name of what it is to make.
        name: Text,
        /// What is asked for, where it is an endpoint and known.
        body: Option<Box<Provision>>,
    },
    /// A request of the submit was sent; the number counts from 1.
    Attempt(u32),
    /// The submit was refused.
    Refused {
        /// When.
        at: Millis,
        /// Why.
        why: JobError,
    },
    /// The organisation spoke of it.
    Heard {
        /// When, by this machine's clock.
        at: Millis,
        /// In answer to what.
        by: By,
        /// What it said.
        word: Word,
    },
    /// It cannot be known what became of it, for now.
    Doubted(Doubt),
    /// It was not followed until now: when it ended in between is not known.
    Resumed(Millis),
    /// The operator wants it followed, or not any more.
    Follow(Follow),
}

impl Job {
    /// Joins an event to what is known; events may come in any order and more than once.
    pub fn apply(&mut self, event: JobEvent) {
        match event {
            JobEvent::Submitting { at, name, body } => {
                self.body = self.body.take().or(body);
                self.name = self.name.clone().max(clip(name));
                self.submitted = earliest(self.submitted, Some(at));
            }
            JobEvent::Attempt(number) => self.attempts = self.attempts.max(number),
            JobEvent::Refused { at, why } => {
                self.judge(Verdict::new(Phase::Refused, By::Submit), at);
                self.error = self.error.take().max(Some(clip_error(why)));
            }
            JobEvent::Heard { at, by, word } => self.hear(at, by, word),
            JobEvent::Doubted(doubt) => {
                let doubt = Doubt {
                    at: doubt.at,
                    why: clip(doubt.why),
                    check: clip(doubt.check),
                };
                self.doubt = self.doubt.take().max(Some(doubt));
            }
            JobEvent::Resumed(at) => self.resumed = self.resumed.max(Some(at)),
            JobEvent::Follow(follow) => self.follow = self.follow.max(Some(follow)),
        }
    }

    /// Joins what another row knows of the same job: a delivery may come before the answer to the submit.
    pub fn absorb(&mut self, other: Self) {
        self.join(other, u32::saturating_add);
    }

    /// Joins what another copy of the same row knows: two consoles write down one job.
    pub fn reconcile(&mut self, other: Self) {
        self.join(other, u32::max);
    }

    fn join(&mut self, other: Self, count: fn(u32, u32) -> u32) {
        self.id = self.id.take().max(other.id);
        self.name = std::mem::take(&mut self.name).max(other.name);
        self.body = self.body.take().or(other.body);
        self.submitted = earliest(self.submitted, other.submitted);
        self.ended = earliest(self.ended, other.ended);
        self.heard = self.heard.max(other.heard);
        self.resumed = self.resumed.max(other.resumed);
        self.attempts = self.attempts.max(other.attempts);
        self.polls = count(self.polls, other.polls);
        self.deliveries = count(self.deliveries, other.deliveries);
        self.take_results(other.made, other.results);
        self.error = self.error.take().max(other.error);
        self.doubt = self.doubt.take().max(other.doubt);
        self.follow = self.follow.max(other.follow);
        self.verdict = self.verdict.max(other.verdict);
        self.completed_said |= other.completed_said;
        self.failed_said |= other.failed_said;
    }

    fn hear(&mut self, at: Millis, by: By, word: Word) {
        self.id = self.id.take().max(word.id);
        self.heard = self.heard.max(Some(at));
        match by {
            By::Submit => {}
            By::Poll => self.polls = self.polls.saturating_add(1),
            By::Webhook => self.deliveries = self.deliveries.saturating_add(1),
        }
        self.take_results(word.results.len(), word.results);
        self.error = self.error.take().max(word.error.map(clip_error));
        // A word without a status still says that there is a job.
        let phase = word.phase.unwrap_or(Phase::Queued);
        self.completed_said |= phase == Phase::Completed;
        self.failed_said |= phase == Phase::Failed;
        self.judge(Verdict::new(phase, by), at);
    }

    fn judge(&mut self, verdict: Verdict, at: Millis) {
        self.verdict = self.verdict.max(verdict);
        if verdict.phase.ended() {
            self.ended = earliest(self.ended, Some(at));
        }
    }

    /// The smallest of all are kept: which those are does not depend on when they came.
    fn take_results(&mut self, made: usize, results: impl IntoIterator<Item = Made>) {
        self.made = self.made.max(made);
        for result in results {
            self.results.insert(Made {
                id: clip(result.id),
                name: clip(result.name),
            });
            if self.results.len() > RESULTS_KEPT {
                self.results.pop_last();
            }
        }
    }
}

fn earliest(one: Option<Millis>, other: Option<Millis>) -> Option<Millis> {
    one.into_iter().chain(other).min()
}

fn clip(text: Text) -> Text {
    match text.raw().char_indices().nth(KEPT) {
        Some((end, _)) => Text::from(format!("{}…", &text.raw()[..end])),
        None => text,
    }
}

fn clip_error(error: JobError) -> JobError {
    JobError {
        code: clip(error.code),
        message: clip(error.message),
    }
}
