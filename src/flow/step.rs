//! A step of a flow while it is done.

use std::sync::atomic::Ordering;

use super::{FlowNews, Run};
use crate::model::flow::{Step, StepState};
use crate::text::Text;

/// A step under way. Dropping it tells that it was given up.
#[must_use = "a step that is dropped was given up"]
pub struct Doing<'a> {
    run: &'a Run<'a>,
    number: usize,
    step: Step,
}

impl Run<'_> {
    /// Begins a step: what is done, and on what.
    pub fn begin(&self, name: &'static str, subject: impl Into<Text>) -> Doing<'_> {
        let doing = Doing {
            run: self,
            number: self.steps.fetch_add(1, Ordering::Relaxed),
            step: Step {
                name,
                subject: subject.into(),
                state: StepState::Running,
                note: Text::default(),
                began: self.kit.clock.now(),
                took: None,
            },
        };
        doing.tell();
        doing
    }
}

impl Doing<'_> {
    /// Says what is going on in it: the attempt, the wait.
    pub fn note(&mut self, note: impl Into<Text>) {
        self.step.note = note.into();
        self.tell();
    }

    /// It came out well.
    pub fn done(self, note: impl Into<Text>) {
        self.end(StepState::Done, note.into());
    }

    /// It did not.
    pub fn failed(self, why: impl Into<Text>) {
        self.end(StepState::Failed, why.into());
    }

    fn end(mut self, state: StepState, note: Text) {
        self.step.state = state;
        self.step.note = note;
        self.finish();
    }

    fn finish(&mut self) {
        self.step.took = Some(self.run.kit.clock.now().since(self.step.began));
        self.tell();
    }

    fn tell(&self) {
        self.run.tell(FlowNews::Step {
            number: self.number,
            step: self.step.clone(),
        });
    }
}

impl Drop for Doing<'_> {
    fn drop(&mut self) {
        if self.step.took.is_none() {
            self.step.state = StepState::Stopped;
            self.finish();
        }
    }
}
