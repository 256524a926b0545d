//! The heartbeat that all streams share, and what a timer costs a quiet console.
//!
//! Tokio keeps timers in wheels: what is due in more than four seconds lies in slots of 4,096 ms, and is put into finer
//! ones twice on its way, each time with a wake-up of the process. A beat that falls on the beginning of such a slot is
//! woken for once. The slots count from where the runtime began, which is noted in [`begin`]; without that, or should
//! tokio ever count otherwise, beats come as often and only cost more.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::gather;
use super::shared::Shared;
use super::timing::Timing;
use crate::cloud::supervisor::{Liveness, Silence};
use crate::text::Text;

/// A slot of the wheel for what is due in more than four seconds.
pub(super) const SLOT: Duration = Duration::from_millis(4_096);

static BEGAN: OnceLock<std::time::Instant> = OnceLock::new();

/// To be called just before the runtime is built: within the same millisecond.
pub fn begin() {
    let _ = BEGAN.set(std::time::Instant::now());
}

/// Beats until the task is ended from outside.
pub(super) async fn run(shared: Arc<Shared>) {
    let every = shared.timing.tick;
    let origin = BEGAN
        .get()
        .map_or_else(Instant::now, |at| Instant::from_std(*at));
    let mut before = Instant::now();
    loop {
        sleep_until(next(origin, Instant::now(), every)).await;
        shared.tick.send_replace(before);
        before = Instant::now();
    }
}

/// Looks at a connection at a beat; `since` is the one before. After a silence `ask` sends a ping. Says why the connection is
/// of no use any more, once it is not.
pub(super) fn look(
    silence: &mut Silence,
    since: Instant,
    timing: &Timing,
    ask: impl FnOnce(),
) -> Option<Text> {
    let now = Instant::now();
    let quiet = now.saturating_duration_since(since);
    match silence.look(now, quiet, timing.answer_within()) {
        Liveness::Alive => None,
        Liveness::Ask => {
            ask();
            gather::pinged();
            None
        }
        Liveness::Dead => Some("it went silent, and a ping was not answered".into()),
    }
}

/// The first beat after `now`, with at least half of one in between: two so close would take a ping for unanswered.
fn next(origin: Instant, now: Instant, every: Duration) -> Instant {
    let passed = now.saturating_duration_since(origin) + every / 2;
    let beats = passed.as_nanos() / every.as_nanos().max(1) + 1;
    origin + every.saturating_mul(u32::try_from(beats).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beats_fall_on_the_slots_of_the_wheel_and_none_is_short() {
        let (origin, every) = (Instant::now(), Timing::default().tick);
        for late in [0, 1, 4_095, 4_096, 4_097, 8_191, 8_192, 100_000] {
            let now = origin + Duration::from_millis(late);
            let at = next(origin, now, every);
            assert!(at >= now + every / 2 && at <= now + every * 3 / 2, "{late}");
            let since = at.duration_since(origin).as_millis();
            assert_eq!(since % SLOT.as_millis(), 0, "{late}");
        }
    }
}
