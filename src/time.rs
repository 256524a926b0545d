//! The time of day, as one small number, and where it comes from.
//!
//! Rows hold a million timestamps, so a moment is eight bytes; `jiff` does everything that needs a calendar.

use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};

use serde::{Deserialize, Serialize};

/// A wall-clock moment in milliseconds since the Unix epoch.
///
/// Only for what is shown and recorded: time-outs and back-off use the runtime's monotonic clock, so that a wall
/// clock that jumps can neither fire nor stall them.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Millis(pub i64);

impl Millis {
    /// Milliseconds from `earlier` to `self`; 0 when the clock went backwards.
    #[must_use]
    pub fn since(self, earlier: Self) -> u64 {
        u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0)
    }

    /// This moment moved by a signed number of milliseconds.
    #[must_use]
    pub fn plus(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// As a `jiff` timestamp; a moment outside its range becomes the epoch.
    #[must_use]
    pub fn timestamp(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }
}

impl fmt::Display for Millis {
    /// RFC 3339 in UTC with milliseconds, as every export and log shows it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.timestamp())
    }
}

/// Where the time comes from: the machine, or a test that sets it.
#[derive(Debug)]
pub enum Clock {
    /// The machine's wall clock.
    Real,
    /// A clock that stands still until it is set; milliseconds since the Unix epoch.
    Manual(AtomicI64),
}

impl Clock {
    /// The moment it is.
    #[must_use]
    pub fn now(&self) -> Millis {
        match self {
            Self::Real => Millis(jiff::Timestamp::now().as_millisecond()),
            Self::Manual(at) => Millis(at.load(Ordering::Relaxed)),
        }
    }
}
