//! The request budget of a profile: never more than N requests in any minute *as the organisation counts them*.
//!
//! A slot is taken when a request is sent and comes back a minute after its answer came. The organisation saw the request
//! somewhere in between, so whatever the latencies, two requests that used the same slot are a minute apart there.
//! GCRA (a token bucket) would be smaller, but it admits its burst and its refill within one window, which is up to twice
//! the limit; a log of times is exact. A request that is given up on counts as answered then: its connection is closed.
//!
//! The minute is spent evenly ([`pace`]): a budget that is gone in the first seconds leaves nobody anything for the rest.
//!
//! Callers queue by urgency, first come first served within one, and the less urgent leave a reserve for the more
//! urgent; none of them waits for ever ([`mod@line`]). Only the first in line keeps a timer: an idle budget wakes nobody.
//! An upgrade to a WebSocket is not an API request, the limit does not count it and it does not draw; the feeds pace them.

mod line;
mod log;
mod pace;
mod quota;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use self::line::{Waiter, WaitingLine};
use self::log::Log;
use self::pace::{Pace, Room};
pub use self::quota::Quota;
use self::quota::ReportedQuota;
use crate::time::{Clock, Millis};

/// The span over which the organisation counts (contract §2: requests a minute).
const WINDOW: Duration = Duration::from_secs(60);

/// Who goes first when the budget is short, most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Urgency {
    /// A write, and the sign-in that everything waits for.
    Write,
    /// A read that a person waits for.
    Reread,
    /// A small list that is read round by round: carriers, queues, callbacks. A few requests, however large the organisation.
    Survey,
    /// A read that closes a gap: as many at a time as there are streams.
    Resync,
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
            // What polls spend is in the minute too: nine tenths of it are to be left for learning who there is.
            Self::Survey | Self::Resync | Self::Enumerate => limit / 15,
            Self::Poll => limit.div_ceil(3),
        };
        limit.saturating_sub(reserve).max(1)
    }
}

/// The budget as the header shows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BudgetReading {
    /// Requests that count against the current minute, those of others included.
    pub used: u32,
    /// Of those, requests that the organisation counted and that were not ours.
    pub others: u32,
    /// What the organisation said last of its own count, while that holds.
    pub said: Option<Quota>,
    /// Requests allowed in any minute; none where the profile sets no limit.
    pub allowed: Option<u32>,
    /// Until when nothing goes because the organisation said so: by a 429, or by a count that is full.
    pub held_until: Option<Millis>,
    /// How long until `used` falls by itself; none when nothing is due.
    pub frees_in: Option<Duration>,
}

/// The budget that every request of a profile draws from. Clones share it.
#[derive(Clone, Debug)]
pub struct Budget(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    limit: Option<u32>,
    log: Log,
    told: Option<ReportedQuota>,
    line: WaitingLine,
    pace: Pace,
    held_until: Option<Instant>,
}

/// What the first in line is told.
enum Admission {
    Go,
    /// Nothing changes before this moment.
    At(Instant),
    /// Nothing changes until somebody says so.
    Wait,
}

impl Budget {
    /// A budget of `limit` requests in any minute; none only counts, and waits where the organisation says so.
    #[must_use]
    pub fn new(limit: Option<u32>) -> Self {
        // A limit of nothing would stop everything without a word.
        let limit = limit.map(|limit| limit.max(1));
        let state = State {
            limit,
            ..State::default()
        };
        Self(Arc::new(Shared {
            state: Mutex::new(state),
        }))
    }

    /// Takes a limit into force that is lower than the one that holds: the organisation's own (Platform API). Where the
    /// profile has lifted the limit it stays lifted; refusals and the count in the organisation's answers still hold.
    pub fn lower(&self, limit: u32) {
        let mut state = self.state();
        state.limit = state.limit.map(|held| held.min(limit).max(1));
    }

    /// Corrects the count by the organisation's own (`inin-ratelimit-…`): others may spend the same token's.
    pub fn told(&self, quota: Quota) {
        let now = Instant::now();
        let mut state = self.state();
        state.log.forget(now);
        let ours = state.log.used();
        state.told = Some(ReportedQuota::new(quota, ours, now));
    }

    /// Waits for a slot. Dropping the future gives up the place in line.
    pub async fn draw(&self, urgency: Urgency) -> InFlight {
        let mut queued = Queued {
            budget: self,
            place: self.state().line.join(urgency),
        };
        loop {
            match self.turn(&queued.place) {
                Admission::Go => return InFlight(self.clone()),
                Admission::At(moment) => {
                    tokio::select! {
                        () = tokio::time::sleep_until(moment) => {}
                        () = queued.place.called() => {}
                    }
                }
                Admission::Wait => queued.place.called().await,
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
        state.forget(now);
        let held = state.held_until.max(state.full_until());
        let held = held.filter(|until| *until > now);
        BudgetReading {
            used: state.used(),
            others: state.others(),
            said: state.told.as_ref().map(|told| told.quota(now)),
            allowed: state.limit(),
            held_until: held.map(|until| wall(until - now)),
            frees_in: state.frees_at().map(|at| at.saturating_duration_since(now)),
        }
    }

    fn turn(&self, place: &Waiter) -> Admission {
        let now = Instant::now();
        let mut state = self.state();
        let Some(urgency) = state.line.turn(place) else {
            return Admission::Wait;
        };
        if let Some(until) = state.held_until.filter(|until| *until > now) {
            return Admission::At(until);
        }
        state.forget(now);
        let turn = state.turn(urgency, now);
        if matches!(turn, Admission::Go) {
            state.line.went(place);
        }
        turn
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn turn(&mut self, urgency: Urgency, now: Instant) -> Admission {
        let Some(limit) = self.limit() else {
            if let Some(until) = self.full_until().filter(|until| *until > now) {
                return Admission::At(until);
            }
            self.log.sent();
            return Admission::Go;
        };
        let share = urgency.share(limit);
        if self.used() >= share {
            return self.frees_at().map_or(Admission::Wait, Admission::At);
        }
        let share = share.saturating_sub(self.others());
        let room = Room { limit, share };
        if let Some(due) = self.pace.due(urgency, room, now) {
            return Admission::At(due);
        }
        self.pace.sent(urgency, room, now);
        self.log.sent();
        Admission::Go
    }

    /// Until when the organisation's own count is full, where the profile sets no limit that would see to it.
    fn full_until(&self) -> Option<Instant> {
        let told = self.told.as_ref().filter(|_| self.limit.is_none())?;
        (self.used() >= told.allowed()).then(|| told.ends())
    }

    /// The profile's limit or the organisation's, whichever is lower.
    fn limit(&self) -> Option<u32> {
        let told = self.told.as_ref().map(ReportedQuota::allowed);
        self.limit
            .map(|limit| told.map_or(limit, |told| told.min(limit)))
    }

    fn others(&self) -> u32 {
        self.told.as_ref().map_or(0, ReportedQuota::others)
    }

    fn used(&self) -> u32 {
        self.log.used().saturating_add(self.others())
    }

    /// When `used` falls next by itself, or the limit rises.
    fn frees_at(&self) -> Option<Instant> {
        let told = self.told.as_ref().map(ReportedQuota::ends);
        self.log.frees_at().into_iter().chain(told).min()
    }

    fn forget(&mut self, now: Instant) {
        self.log.forget(now);
        self.told = self.told.take().filter(|told| told.ends() > now);
    }
}

pub(super) fn wall(ahead: Duration) -> Millis {
    Clock::Real
        .now()
        .plus(i64::try_from(ahead.as_millis()).unwrap_or(i64::MAX))
}

/// A place in line that is given up when its future ends, however it ends.
struct Queued<'a> {
    budget: &'a Budget,
    place: Waiter,
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
pub struct InFlight(Budget);

impl Drop for InFlight {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.log.answered(Instant::now());
        state.line.call_first();
    }
}

#[cfg(test)]
mod tests;
