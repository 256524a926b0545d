//! Checks: what the world says of a payload while it is filled in.

use std::collections::BTreeMap;

use crate::model::InteractionId;
use crate::model::finding::{Finding, Grade, Target};
use crate::text::fit;

/// Findings that a form keeps; servers that were typed and taken out again make room for newer ones.
const KEPT: usize = 64;

/// Columns of an id in a label.
const SHOWN: usize = 48;

/// A question to the world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// The field that it is about, as a JSON path.
    pub path: String,
    /// What is checked, safe to show: `stun.example.com:19302`.
    pub label: String,
    /// Who is asked.
    pub ask: Ask,
}

/// Who can answer a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// A server: it is probed when the field is left.
    World(Question),
    /// Nobody: what the console knows already is enough.
    Known(CheckVerdict, String),
}

/// What is asked of the world when the field is left.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Question {
    /// Whether a server is there: it is probed.
    Probe(Target),
    /// Whether an interaction can be transferred: it is read.
    Interaction(InteractionId),
    /// What the organisation tells of edges and of the endpoints that there are.
    Surroundings,
}

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckVerdict {
    /// As it should be.
    Good,
    /// Fine, and worth a look.
    Warning,
    /// The write would be stopped by it.
    Bad,
}

/// How far a check is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Its field is still being typed.
    Waiting,
    /// Under way.
    Running,
    /// It has come out; the sentence is safe to show.
    Done(CheckVerdict, String),
}

/// A check with how far it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// What is asked.
    pub check: Check,
    /// How far it is.
    pub progress: Progress,
}

impl Check {
    /// A check that probes a server.
    pub fn probe(path: impl Into<String>, target: Target) -> Self {
        Self {
            path: path.into(),
            label: target.address().to_owned(),
            ask: Ask::World(Question::Probe(target)),
        }
    }

    /// A check that reads an interaction.
    pub fn interaction(path: impl Into<String>, id: &str) -> Self {
        Self {
            path: path.into(),
            label: fit(id, SHOWN).into_owned(),
            ask: Ask::World(Question::Interaction(InteractionId::from(id))),
        }
    }

    /// A check that reads what is around an endpoint.
    pub fn surroundings(path: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            label: label.into(),
            ask: Ask::World(Question::Surroundings),
        }
    }

    /// A check whose answer is known.
    pub fn known(
        path: impl Into<String>,
        label: impl Into<String>,
        verdict: CheckVerdict,
        sentence: impl Into<String>,
    ) -> Self {
        Self {
            path: path.into(),
            label: label.into(),
            ask: Ask::Known(verdict, sentence.into()),
        }
    }
}

/// What has been asked and answered for one form.
#[derive(Debug, Default)]
pub(super) struct Checks {
    answers: BTreeMap<Question, Option<(CheckVerdict, String)>>,
}

impl Checks {
    /// How far the checks are that a payload calls for now.
    pub(super) fn of(&self, checks: Vec<Check>) -> Vec<Checked> {
        let progress = |check: &Check| match &check.ask {
            Ask::Known(verdict, sentence) => Progress::Done(*verdict, sentence.clone()),
            Ask::World(question) => match self.answers.get(question) {
                None => Progress::Waiting,
                Some(None) => Progress::Running,
                Some(Some((verdict, sentence))) => Progress::Done(*verdict, sentence.clone()),
            },
        };
        let checked = |check: Check| Checked {
            progress: progress(&check),
            check,
        };
        checks.into_iter().map(checked).collect()
    }

    /// Questions that nobody has asked yet, apart from what is at `typing`; from now on they count as asked.
    pub(super) fn due(&mut self, checks: &[Check], typing: Option<&str>) -> Vec<Question> {
        let mut due = Vec::new();
        for check in checks {
            let Ask::World(question) = &check.ask else {
                continue;
            };
            let open = typing.is_some_and(|path| path == check.path);
            if !open && !self.answers.contains_key(question) {
                self.make_room(checks);
                self.answers.insert(question.clone(), None);
                due.push(question.clone());
            }
        }
        due
    }

    /// A probe has ended; whether this form had asked.
    pub(super) fn found(&mut self, finding: &Finding) -> bool {
        let verdict = match finding.grade() {
            Grade::Good => CheckVerdict::Good,
            Grade::Warning => CheckVerdict::Warning,
            Grade::Bad | Grade::Unreachable => CheckVerdict::Bad,
        };
        let question = Question::Probe(finding.target.clone());
        self.answer(&question, verdict, finding.sentence())
    }

    /// An answer has come; whether this form had asked.
    pub(super) fn answer(
        &mut self,
        question: &Question,
        verdict: CheckVerdict,
        sentence: String,
    ) -> bool {
        let asked = self.answers.get_mut(question);
        asked
            .map(|answer| *answer = Some((verdict, sentence)))
            .is_some()
    }

    /// Everything is to be asked again.
    pub(super) fn forget(&mut self) {
        self.answers.clear();
    }

    fn make_room(&mut self, checks: &[Check]) {
        let wanted = |question: &Question| {
            let asks = |check: &Check| matches!(&check.ask, Ask::World(asked) if asked == question);
            checks.iter().any(asks)
        };
        while self.answers.len() >= KEPT {
            let idle = self
                .answers
                .keys()
                .find(|question| !wanted(question))
                .cloned();
            let Some(question) = idle.or_else(|| self.answers.keys().next().cloned()) else {
                return;
            };
            self.answers.remove(&question);
        }
    }
}
