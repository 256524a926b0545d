//! Jobs in the loop: what flows, the webhook, the disk and the audit tell of them meets on one row each.

use serde_json::Value;

use super::App;
use super::duty::Duty;
use crate::effect::Effect;
use crate::flow::{Later, Order};
use crate::listen::JobFigures;
use crate::model::audit::{LineStatus, Record};
use crate::model::flow::FlowId;
use crate::model::job::{By, Doubt, Job, JobError, JobEvent, JobKey, JobState, Phase, Word};
use crate::model::write::WriteKind;
use crate::store::jobs::JobRow;
use crate::vocabulary::messages::Weight;

/// How long after its submit a job is still followed by itself after a restart.
const RESUMED_FOR_MS: u64 = 24 * 60 * 60 * 1_000;

/// Jobs that are followed by themselves after a restart, the newest first: each is a poll every three seconds.
const MOST_RESUMED: usize = 32;

/// What has to be there before jobs of earlier runs are followed again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Need {
    /// What earlier runs have written down of their jobs.
    Book,
    /// What the audit says of their submits.
    Audit,
    /// Something to follow them with.
    Connection,
}

/// What is still missing before jobs of earlier runs are followed again, which happens once.
#[derive(Debug)]
pub(super) struct Resume(Vec<Need>);

impl Default for Resume {
    fn default() -> Self {
        Self(vec![Need::Book, Need::Audit, Need::Connection])
    }
}

impl Resume {
    /// Whether this was the last that was missing.
    fn have(&mut self, need: Need) -> bool {
        let before = self.0.len();
        self.0.retain(|missing| *missing != need);
        before > 0 && self.0.is_empty()
    }
}

/// Jobs that have got further are written down.
pub(super) const DUTY: Duty = Duty {
    due: |_| None,
    tick: App::keep_jobs,
};

impl App {
    /// Takes in what a flow learnt of a job.
    pub(super) fn job_event(&mut self, flow: FlowId, key: &JobKey, event: JobEvent) {
        self.store.jobs.apply(key, Some(flow), event);
    }

    /// Takes in what earlier runs have written down.
    pub(super) fn jobs_read(&mut self, jobs: Vec<Job>, warning: Option<String>) {
        if let Some(warning) = warning {
            self.messages.tell(Weight::Warning, warning, self.now);
        }
        self.store.jobs.recall(jobs);
        self.resume_with(Need::Book);
    }

    /// The audit has been read, so every submit of earlier runs is known.
    pub(super) fn audit_known(&mut self) {
        self.resume_with(Need::Audit);
    }

    /// Flows can be begun.
    pub(super) fn flows_ready(&mut self) {
        self.resume_with(Need::Connection);
        self.resume_bookings();
    }

    /// A line of the audit says what became of a submit, also one of a console that was killed, or of a command.
    pub(super) fn job_of_record(&mut self, record: &Record) {
        let submits = [WriteKind::Provision, WriteKind::PhoneCreate].map(WriteKind::action);
        if !submits.contains(&record.action.raw()) {
            return;
        }
        let key = JobKey(record.id.clone());
        if record.status != LineStatus::Intent && self.store.jobs.get(&key).is_none() {
            // A submit that was never sent is no job.
            return;
        }
        if let Some(event) = told(record) {
            self.store.jobs.apply(&key, None, event);
        }
        let attempts = record.extra.get("attempts").and_then(Value::as_u64);
        if let Some(attempts) = attempts.and_then(|n| u32::try_from(n).ok()) {
            self.store
                .jobs
                .apply(&key, None, JobEvent::Attempt(attempts));
        }
    }

    /// The webhook has delivered a word about a job (contract §7).
    pub(super) fn job_delivered(&mut self, word: Word) {
        let Some(id) = word.id.clone() else {
            return;
        };
        if !self.store.jobs.knows(&id) {
            let text = format!("the webhook tells of {id}, which was not submitted here");
            self.messages.tell(Weight::Warning, text, self.now);
        }
        let key = self.store.jobs.key_of(&id);
        let submitted = self
            .store
            .jobs
            .get(&key)
            .filter(|row| row.job.submitted.is_some());
        if let Some(row) = submitted
            && word.phase.is_some_and(Phase::ended)
        {
            let (key, name, word) = (key.clone(), row.job.name.clone(), Box::new(word.clone()));
            let later = Later::JobEnded { key, name, word };
            self.effects.push(Effect::Record(Box::new(later)));
        }
        let (at, by) = (self.now, By::Webhook);
        let event = JobEvent::Heard { at, by, word };
        self.store.jobs.apply(&key, None, event);
    }

    /// How jobs do, for the listener.
    pub(super) fn job_figures(&self) -> JobFigures {
        let jobs = &self.store.jobs;
        let states = JobState::ALL.map(|state| (state.word(), jobs.count(state)));
        JobFigures {
            states: states.into(),
            figures: jobs.figures(),
        }
    }

    /// Has written down what a restart would miss.
    fn keep_jobs(&mut self) {
        let jobs = self.store.jobs.take_unsaved();
        if !jobs.is_empty() {
            self.effects.push(Effect::KeepJobs(jobs));
        }
    }

    /// Follows what earlier runs have left, once everything of it is known.
    fn resume_with(&mut self, need: Need) {
        if !self.resume.have(need) {
            return;
        }
        let now = self.now;
        let left =
            |row: &&JobRow| !row.job.phase().ended() && row.job.followed() && row.flow.is_none();
        let rows: Vec<Job> = self
            .store
            .jobs
            .newest_first()
            .filter(left)
            .map(|row| row.job.clone())
            .collect();
        let mut resumed = 0;
        for job in rows {
            self.store
                .jobs
                .apply(&job.key, None, JobEvent::Resumed(now));
            let fresh = job
                .submitted
                .is_some_and(|at| now.since(at) < RESUMED_FOR_MS);
            match Order::that_follows(&job).filter(|_| fresh && resumed < MOST_RESUMED) {
                Some(order) => {
                    resumed += 1;
                    self.begin_flow(Box::new(order));
                }
                None => self.leave(&job),
            }
        }
    }

    /// An old job that nobody has followed to its end is not said to run.
    fn leave(&mut self, job: &Job) {
        let doubt = Doubt {
            at: self.now,
            why: "no console has followed it to its end.".into(),
            check: "r reads it again.".into(),
        };
        let event = JobEvent::Doubted(doubt);
        self.store.jobs.apply(&job.key, None, event);
    }
}

/// What a line of the audit says of the job of its submit.
fn told(record: &Record) -> Option<JobEvent> {
    let at = record.timestamp;
    let why = || record.error.clone().unwrap_or_default();
    Some(match record.status {
        LineStatus::Intent => JobEvent::Submitting {
            at,
            name: record.subject.clone(),
            body: None,
        },
        LineStatus::Ok => JobEvent::Heard {
            at,
            by: By::Submit,
            word: Word {
                id: record.job_id.clone().map(crate::model::JobId),
                phase: Some(Phase::Queued),
                ..Word::default()
            },
        },
        LineStatus::Refused | LineStatus::Cancelled => JobEvent::Refused {
            at,
            why: JobError {
                message: why(),
                ..Default::default()
            },
        },
        LineStatus::Unknown => JobEvent::Doubted(Doubt {
            at,
            why: why(),
            check: "r looks for it among the organisation's jobs.".into(),
        }),
        // The end of a job has an action of its own.
        LineStatus::Failed | LineStatus::Note | LineStatus::Other => return None,
    })
}
