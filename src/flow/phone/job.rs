//! The row of a provisioning that this console carries out itself, step by step: the organisation has no job for it.

use crate::flow::{Failure, Fate, FlowNews, Run};
use crate::model::flow::Outcome;
use crate::model::job::{By, Doubt, JobError, JobEvent, JobKey, Made, Phase, Word};
use crate::model::softphone::found::Phone;
use crate::text::Text;

/// A row of the Jobs pane, told of by one flow.
pub(super) struct Job<'a> {
    run: &'a Run<'a>,
    key: JobKey,
}

impl<'a> Job<'a> {
    /// The row of that key.
    pub(super) fn new(run: &'a Run<'a>, key: JobKey) -> Self {
        Self { run, key }
    }

    /// The phone is asked for.
    pub(super) fn submitting(&self, name: Text) {
        let at = self.run.kit.clock.now();
        self.tell(JobEvent::Submitting {
            at,
            name,
            body: None,
        });
    }

    /// Requests that this took.
    pub(super) fn attempts(&self, attempts: u32) {
        self.tell(JobEvent::Attempt(attempts));
    }

    /// The phone is there; its person is still to be seated.
    pub(super) fn made(&self, phone: &Phone) {
        self.hear(Phase::Running, Some(phone), None);
    }

    /// It was not made, for sure.
    pub(super) fn refused(&self, failure: &Failure) {
        let at = self.run.kit.clock.now();
        let why = because(failure);
        self.tell(JobEvent::Refused { at, why });
    }

    /// Nobody knows what became of it.
    pub(super) fn doubted(&self, failure: &Failure) {
        self.tell(JobEvent::Doubted(Doubt {
            at: self.run.kit.clock.now(),
            why: failure.why.clone(),
            check: failure.check.clone(),
        }));
    }

    /// It is over, with what was said of the seat; says how.
    pub(super) fn ended(&self, phone: &Phone, seated: Result<String, Failure>) -> Outcome {
        let made = format!("created {} ({})", phone.name, phone.id);
        match seated {
            Ok(seated) => {
                self.hear(Phase::Completed, Some(phone), None);
                Outcome::Done(format!("{made}; {seated}").into())
            }
            Err(failure) if failure.fate == Fate::Unknown => {
                self.doubted(&failure);
                failure.into()
            }
            Err(failure) => {
                let why = format!("{made}, but {}", failure.why);
                self.hear(Phase::Failed, Some(phone), Some(because(&failure)));
                Failure {
                    why: why.into(),
                    ..failure
                }
                .into()
            }
        }
    }

    fn hear(&self, phase: Phase, phone: Option<&Phone>, error: Option<JobError>) {
        let (at, by) = (self.run.kit.clock.now(), By::Poll);
        let results = phone.map(|phone| Made {
            id: phone.id.0.clone(),
            name: phone.name.clone(),
        });
        let word = Word {
            id: None,
            phase: Some(phase),
            results: results.into_iter().collect(),
            error,
        };
        self.tell(JobEvent::Heard { at, by, word });
    }

    fn tell(&self, event: JobEvent) {
        self.run.tell(FlowNews::Job(self.key.clone(), event));
    }
}

fn because(failure: &Failure) -> JobError {
    JobError {
        code: Text::default(),
        message: failure.why.clone(),
    }
}
