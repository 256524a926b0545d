//! The request budget of a profile.

use std::time::Duration;

use crate::time::Millis;

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
