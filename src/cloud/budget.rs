//! The request budget of a profile: never more than N requests in any minute *as the organisation counts them*.
//!
//! A slot is taken when a request is sent and comes back a minute after its answer came. The organisation saw the request
//! somewhere in between, so whatever the latencies, two requests that used the same slot are a minute apart there.
//! GCRA (a token bucket) would be smaller, but it admits its burst and its refill within one window, which is up to twice
//! the limit; a log of times is exact. A request that is given up on counts as answered then: its connection is closed.
//!
//! Callers queue by urgency, first come first served within one, and the less urgent leave a reserve for the more
//! urgent. Only the first in line keeps a timer: an idle budget wakes nobody. An upgrade to a WebSocket is not an API request,
//! the limit does not count it and it does not draw; the feeds pace them.

mod line;
mod log;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use self::line::{Line, Place};
use self::log::Log;
use crate::time::{Clock, Millis};

/// The span over which the organisation counts (contract §2: requests a minute).
const WINDOW: Duration = Duration::from_secs(60);

/// Who goes first when the budget is short, most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Urgency {
    /// A write, and the sign-in that everything waits for.
    Write,
    /// A read that a person waits for, or that closes a gap.
    Reread,
    /// Learning who there is.
    Enumerate,
    /// A background poll.
    Poll,
}

impl Urgency {
    /// How much of a limit this urgency may fill; what is left is the reserve of the more urgent.
    fn share(self, limit: u32) -> u32 {
        let reserve = match self {
            Self::Write => 0,
            Self::Reread => limit / 20,
            Self::Enumerate => limit / 10,
            Self::Poll => limit.div_ceil(3),
        };
        limit.saturating_sub(reserve).max(1)
    }
}

/// The budget as the header shows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BudgetReading {
    /// Requests that count against the current minute.
    pub used: u32,
    /// Requests allowed in any minute; none is no limit.
    pub allowed: Option<u32>,
    /// Until when the organisation told us to wait (429).
    pub held_until: Option<Millis>,
    /// How long until `used` falls by itself; none when nothing is due.
    pub frees_in: Option<Duration>,
}

/// The budget that every request of a profile draws from. Clones share it.
#[derive(Clone, Debug)]
pub struct Budget(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    limit: Option<u32>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    log: Log,
    line: Line,
    held_until: Option<Instant>,
}

/// What the first in line is told.
enum Turn {
    Go,
    /// Nothing changes before this moment.
    At(Instant),
    /// Nothing changes until somebody says so.
    Wait,
}

impl Budget {
    /// A budget of `limit` requests in any minute; none only counts, and holds when told to.
    #[must_use]
    pub fn new(limit: Option<u32>) -> Self {
        // A limit of nothing would stop everything without a word.
        let limit = limit.map(|limit| limit.max(1));
        Self(Arc::new(Shared {
            limit,
            state: Mutex::default(),
        }))
    }

    /// Waits for a slot. Dropping the future gives up the place in line.
    pub async fn draw(&self, urgency: Urgency) -> Slot {
        let mut queued = Queued {
            budget: self,
            place: self.state().line.join(urgency),
        };
        loop {
            match self.turn(&queued.place, urgency) {
                Turn::Go => return Slot(self.clone()),
                Turn::At(moment) => {
                    tokio::select! {
                        () = tokio::time::sleep_until(moment) => {}
                        () = queued.place.called() => {}
                    }
                }
                Turn::Wait => queued.place.called().await,
            }
        }
    }

    /// Lets nobody through for `wait`: the organisation said so (429 with `Retry-After`).
    pub fn hold(&self, wait: Duration) {
        let until = Instant::now() + wait.min(WINDOW);
        let mut state = self.state();
        state.held_until = state.held_until.max(Some(until));
    }

    /// What the current minute has seen.
    #[must_use]
    pub fn reading(&self) -> BudgetReading {
        let now = Instant::now();
        let mut state = self.state();
        state.log.forget(now);
        let held = state.held_until.filter(|until| *until > now);
        BudgetReading {
            used: state.log.used(),
            allowed: self.0.limit,
            held_until: held.map(|until| wall(until - now)),
            frees_in: state.log.frees_at().map(|at| at - now),
        }
    }

    fn turn(&self, place: &Place, urgency: Urgency) -> Turn {
        let now = Instant::now();
        let mut state = self.state();
        if !state.line.is_first(place) {
            return Turn::Wait;
        }
        if let Some(until) = state.held_until.filter(|until| *until > now) {
            return Turn::At(until);
        }
        state.log.forget(now);
        let share = self.0.limit.map_or(u32::MAX, |limit| urgency.share(limit));
        if state.log.used() < share {
            state.log.sent();
            return Turn::Go;
        }
        state.log.frees_at().map_or(Turn::Wait, Turn::At)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn wall(ahead: Duration) -> Millis {
    Clock::Real
        .now()
        .plus(i64::try_from(ahead.as_millis()).unwrap_or(i64::MAX))
}

/// A place in line that is given up when its future ends, however it ends.
struct Queued<'a> {
    budget: &'a Budget,
    place: Place,
}

impl Drop for Queued<'_> {
    fn drop(&mut self) {
        let mut state = self.budget.state();
        state.line.leave(&self.place);
        state.line.call_first();
    }
}

/// The right to have one request on its way. Dropping it says that the answer came, or that none will.
#[derive(Debug)]
#[must_use = "a slot that is dropped at once counts for a minute"]
pub struct Slot(Budget);

impl Drop for Slot {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.log.answered(Instant::now());
        state.line.call_first();
    }
}

#[cfg(test)]
mod tests;
