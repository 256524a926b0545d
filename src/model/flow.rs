//! A write on its way: its steps as they run, and how it ended.

use std::fmt;

use super::write::WriteKind;
use crate::text::Text;
use crate::time::Millis;

/// Which flow of this process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FlowId(pub u64);

/// Everything done for one write, from its checks to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// Which one.
    pub id: FlowId,
    /// What it does.
    pub kind: WriteKind,
    /// What it is done to, as people call it.
    pub title: Text,
    /// When it began.
    pub began: Millis,
    /// What has been done, in the order in which it began.
    pub steps: Vec<Step>,
    /// Steps that found no room.
    pub dropped: u32,
    /// How it ended, and when; none while it runs.
    pub end: Option<(Outcome, Millis)>,
}

/// One thing that a flow does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What: `probe`, `submit`, `follow`.
    pub name: &'static str,
    /// On what; empty where the flow's title says it.
    pub subject: Text,
    /// How far it is.
    pub state: StepState,
    /// What there is to tell: the attempt, the address, the reason.
    pub note: Text,
    /// When it began.
    pub began: Millis,
    /// How long it took, in milliseconds; none while it runs.
    pub took: Option<u64>,
}

/// How far a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepState {
    /// Under way.
    Running,
    /// Good.
    Done,
    /// Not good; the note says why. The flow may go on.
    Failed,
    /// Given up before its end.
    Stopped,
}

/// How a flow ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is done, and that is known for sure; with what came of it.
    Done(Text),
    /// It was not done, and that is known for sure; with the reason and what to do.
    Refused(Text),
    /// It may or may not have been done. It is not sent again.
    Unknown {
        /// What happened.
        why: Text,
        /// What a person can look at to find out.
        check: Text,
    },
    /// The operator stopped it before anything was sent, or stopped following it.
    Cancelled(Text),
}

/// Steps kept of one flow; a bulk of transfers has a few for each.
const STEPS_KEPT: usize = 512;

impl Flow {
    /// A flow that has just begun.
    #[must_use]
    pub fn new(id: FlowId, kind: WriteKind, title: Text, began: Millis) -> Self {
        Self {
            id,
            kind,
            title,
            began,
            steps: Vec::new(),
            dropped: 0,
            end: None,
        }
    }

    /// Whether it is still under way.
    #[must_use]
    pub fn runs(&self) -> bool {
        self.end.is_none()
    }

    /// Takes in a step by its number: a new one or one that got further.
    pub fn step(&mut self, number: usize, step: Step) {
        match self.steps.get_mut(number) {
            Some(known) => *known = step,
            None if number < STEPS_KEPT => self.steps.push(step),
            // Each step is told of at least twice; it is counted at its end.
            None => self.dropped = self.dropped.saturating_add(u32::from(step.took.is_some())),
        }
    }
}

impl Outcome {
    /// The audit's word for it (contract §11).
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Done(_) => "ok",
            Self::Refused(_) => "refused",
            Self::Unknown { .. } => "unknown",
            Self::Cancelled(_) => "cancelled",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done(what) => write!(f, "done: {what}"),
            Self::Refused(why) => write!(f, "refused: {why}"),
            Self::Unknown { why, check } => write!(f, "unknown: {why} {check}"),
            Self::Cancelled(what) => write!(f, "cancelled: {what}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_bounded_and_what_found_no_room_is_counted() {
        let mut flow = Flow::new(FlowId(1), WriteKind::Transfer, "a".into(), Millis(0));
        for number in 0..STEPS_KEPT + 3 {
            for took in [None, Some(1)] {
                let step = Step {
                    name: "send",
                    subject: Text::default(),
                    state: StepState::Running,
                    note: Text::default(),
                    began: Millis(0),
                    took,
                };
                flow.step(number, step);
            }
        }
        assert_eq!((flow.steps.len(), flow.dropped), (STEPS_KEPT, 3));
    }
}
