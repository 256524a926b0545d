//! Circuit breakers: after failures in a row a kind of write is left alone for a while (contract §2).
//!
//! A write that an operator sends again and again into an organisation in trouble helps nobody. The crates for this hide
//! until when a breaker is open, and an operator who is refused wants to know just that.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::model::write::WriteKind;

/// Failures in a row that open a breaker.
const FAILURES: u32 = 5;

/// How long it stays open before one write may try.
const OPEN: Duration = Duration::from_secs(30);

/// One breaker for each kind of write. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Breakers(Arc<Mutex<HashMap<WriteKind, Breaker>>>);

#[derive(Debug, Default)]
struct Breaker {
    failures: u32,
    /// When the next write may try; none is closed.
    opens_until: Option<Instant>,
    /// A write is trying whether it works again.
    trying: bool,
}

/// A kind of write is left alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{} has failed {FAILURES} times in a row and is left alone for another {} s. See :messages for the reasons.", .kind.action(), .wait.as_secs().max(1)
)]
pub struct Open {
    /// Which.
    pub kind: WriteKind,
    /// For how long.
    pub wait: Duration,
}

/// The right to try one write. Dropping it without a word counts as neither.
#[derive(Debug)]
#[must_use = "a pass that is dropped says nothing of how the write went"]
pub struct Pass {
    breakers: Breakers,
    kind: WriteKind,
}

impl Breakers {
    /// Lets a write through, or says for how long not.
    pub fn pass(&self, kind: WriteKind) -> Result<Pass, Open> {
        let now = Instant::now();
        let mut breakers = self.lock();
        let breaker = breakers.entry(kind).or_default();
        if let Some(until) = breaker.opens_until {
            if breaker.trying || now < until {
                let wait = until.saturating_duration_since(now);
                return Err(Open { kind, wait });
            }
            breaker.trying = true;
        }
        Ok(Pass {
            breakers: self.clone(),
            kind,
        })
    }

    /// Those that are open, for how long still.
    #[must_use]
    pub fn open(&self) -> Vec<Open> {
        let now = Instant::now();
        let open = |(kind, breaker): (&WriteKind, &Breaker)| {
            let wait = breaker.opens_until?.checked_duration_since(now)?;
            Some(Open { kind: *kind, wait })
        };
        self.lock().iter().filter_map(open).collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<WriteKind, Breaker>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pass {
    /// The organisation took the write, or refused it with a reason: it is there and works.
    pub fn worked(self) {
        self.breakers.lock().remove(&self.kind);
    }

    /// The organisation did not manage.
    pub fn failed(self) {
        let mut breakers = self.breakers.lock();
        let breaker = breakers.entry(self.kind).or_default();
        breaker.failures = breaker.failures.saturating_add(1);
        if breaker.failures >= FAILURES {
            breaker.opens_until = Some(Instant::now() + OPEN);
        }
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        if let Some(breaker) = self.breakers.lock().get_mut(&self.kind) {
            breaker.trying = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIND: WriteKind = WriteKind::Provision;

    fn fail(breakers: &Breakers, times: u32) {
        for _ in 0..times {
            breakers.pass(KIND).unwrap().failed();
        }
    }

    #[tokio::test(start_paused = true)]
    async fn five_failures_in_a_row_open_it_for_half_a_minute() {
        let breakers = Breakers::default();
        fail(&breakers, 4);
        breakers.pass(KIND).unwrap().worked();
        fail(&breakers, 5);
        let refused = breakers.pass(KIND).unwrap_err();
        assert_eq!(refused.wait, OPEN);
        assert!(refused.to_string().contains("30 s"), "{refused}");
        assert_eq!(breakers.open().len(), 1);
        breakers.pass(WriteKind::Transfer).unwrap().worked();
    }

    #[tokio::test(start_paused = true)]
    async fn one_write_tries_whether_it_works_again() {
        let breakers = Breakers::default();
        fail(&breakers, 5);
        tokio::time::advance(OPEN).await;
        let trying = breakers.pass(KIND).unwrap();
        assert!(breakers.pass(KIND).is_err());
        trying.failed();
        assert!(breakers.pass(KIND).is_err());
        tokio::time::advance(OPEN).await;
        drop(breakers.pass(KIND).unwrap());
        breakers.pass(KIND).unwrap().worked();
        assert!(breakers.open().is_empty());
        breakers.pass(KIND).unwrap().worked();
    }
}
