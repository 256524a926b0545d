//! One condition of one subject: whether it holds, how often that changed, and what was told of it.

use crate::model::alert::{AlertId, Details};
use crate::time::Millis;

/// Over this many changes within [`WINDOW_MS`] is flapping (contract §5: over 3 in 5 minutes).
const STEADY: usize = 3;
/// The window of the contract, in milliseconds.
pub const WINDOW_MS: i64 = 5 * 60 * 1_000;

/// How far the telling of a condition has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// There is nothing to tell.
    Quiet,
    /// It is told once the settle time from this moment is over.
    Settling(Millis),
    /// It is told, by this alert.
    Told(AlertId),
}

/// What is remembered of a condition while it is in trouble, and for five minutes after.
#[derive(Clone, Debug)]
pub struct Watch {
    /// What was last known for sure.
    pub bad: bool,
    pub phase: Phase,
    /// When time alone changes something; also the key in the schedule.
    pub due: Option<Millis>,
    pub details: Details,
    /// From the ledger, and nothing has been heard of it since.
    pub restored: bool,
    /// The newest changes, the oldest first.
    changes: [Option<Millis>; STEADY + 1],
}

impl Watch {
    pub fn new(details: Details) -> Self {
        Self {
            bad: false,
            phase: Phase::Quiet,
            due: None,
            details,
            restored: false,
            changes: [None; STEADY + 1],
        }
    }

    /// One that an alert of the ledger has told of.
    pub fn restored(id: AlertId, details: Details) -> Self {
        Self {
            bad: true,
            phase: Phase::Told(id),
            restored: true,
            ..Self::new(details)
        }
    }

    /// Takes in what is known now; the first sight of trouble counts as a change.
    pub fn hear(&mut self, bad: bool, now: Millis) {
        self.restored = false;
        if self.bad != bad {
            self.bad = bad;
            self.changes.rotate_left(1);
            self.changes[STEADY] = Some(now);
        }
    }

    /// The clock has gone back by so much: what is waited for comes no later than it would have.
    pub fn rewind(&mut self, ms: i64) {
        let times = self.changes.iter_mut().chain([&mut self.due]).flatten();
        let since = match &mut self.phase {
            Phase::Settling(since) => Some(since),
            Phase::Quiet | Phase::Told(_) => None,
        };
        for at in times.chain(since) {
            *at = at.plus(-ms);
        }
    }

    pub fn flapping(&self, now: Millis) -> bool {
        self.changes[0].is_some_and(|oldest| now <= oldest.plus(WINDOW_MS))
    }

    /// Whether there is something to tell.
    pub fn troubled(&self, now: Millis) -> bool {
        self.bad || self.flapping(now)
    }

    /// When time alone changes something.
    pub fn next(&self, settle_ms: i64, now: Millis) -> Option<Millis> {
        let calm = self.changes[0].filter(|_| self.flapping(now));
        let calm = calm.map(|oldest| oldest.plus(WINDOW_MS + 1));
        match self.phase {
            Phase::Settling(since) => Some(since.plus(settle_ms)),
            Phase::Told(_) if self.bad => None,
            Phase::Told(_) => calm,
            Phase::Quiet => Some(self.changes[STEADY].unwrap_or(now).plus(WINDOW_MS + 1)),
        }
    }
}
