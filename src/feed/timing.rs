//! How patient the feeds are. Tests use shorter times; nothing else differs.

use std::time::Duration;

use super::beat::SLOT;
use crate::cloud::supervisor::Reconnect;

/// Every interval and limit of the feeds.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// All streams look at their own health together at this interval, so that an idle console wakes once for all.
    pub tick: Duration,
    /// An unanswered ping is a dead connection at the first tick after this long, with half a tick of grace: with the real
    /// times at the third tick of silence.
    pub deadline: Duration,
    /// The ceiling of the first reconnect delay; it doubles from there.
    pub backoff_least: Duration,
    /// The highest ceiling of a reconnect delay.
    pub backoff_most: Duration,
    /// A stream that was live this long starts again with the first delay.
    pub healthy_after: Duration,
    /// What has no stream for this long is polled, whatever becomes of the attempt: an upgrade can hang as well as fail.
    pub lend_after: Duration,
    /// How long after another reader took a channel the next one is tried for; it doubles each time that one is taken.
    pub yield_least: Duration,
    /// The longest such wait.
    pub yield_most: Duration,
    /// How long a stream that the organisation refused (403, 404) is left alone and its user polled.
    pub refused_for: Duration,
    /// The list of users is read again at this interval.
    pub reenumerate: Duration,
    /// After the last list, at least, when someone on it is not there.
    pub relist: Duration,
    /// No status follows another sooner.
    pub status_gap: Duration,
    /// One kind of problem is told once in this time, with a count.
    pub problem_gap: Duration,
    /// When nothing has worked for this long, the feeds call themselves offline.
    pub offline_after: Duration,
    /// Everyone who has a stream is read again in a round of this length, at best: a stream can lose an event and live.
    pub sweep: Duration,
    /// Of a large organisation on the Platform API, phones that are not well are asked for this often.
    pub unwell: Duration,
    /// Streams are opened at least this far apart: thousands of handshakes must starve neither reads nor the machine.
    pub stream_gap: Duration,
    /// Handshakes under way at a time.
    pub handshakes: usize,
    /// How long changes of what is wanted of notification channels are gathered.
    pub settle: Duration,
    /// Background polls under way at a time, and as many reads that a person or a gap waits for.
    pub reads: usize,
}

impl Default for Timing {
    fn default() -> Self {
        let reconnect = Reconnect::default();
        Self {
            tick: SLOT * 2,
            deadline: Duration::from_secs(10),
            backoff_least: reconnect.least,
            backoff_most: reconnect.most,
            healthy_after: reconnect.healthy_after,
            lend_after: reconnect.lend_after,
            yield_least: Duration::from_secs(60),
            yield_most: Duration::from_secs(1_800),
            refused_for: reconnect.refused_for,
            reenumerate: Duration::from_secs(600),
            relist: Duration::from_secs(60),
            status_gap: Duration::from_millis(500),
            problem_gap: Duration::from_secs(30),
            offline_after: Duration::from_secs(20),
            sweep: Duration::from_secs(900),
            unwell: Duration::from_secs(6),
            stream_gap: Duration::from_millis(8),
            handshakes: 32,
            settle: Duration::from_millis(250),
            reads: 64,
        }
    }
}

impl Timing {
    /// When a connection is tried again.
    #[must_use]
    pub fn reconnect(&self) -> Reconnect {
        Reconnect {
            least: self.backoff_least,
            most: self.backoff_most,
            healthy_after: self.healthy_after,
            lend_after: self.lend_after,
            refused_for: self.refused_for,
        }
    }

    /// A delay before attempt number `attempt` of anything, counting from 1.
    #[must_use]
    pub fn backoff(&self, attempt: u32) -> Duration {
        self.reconnect().wait(attempt)
    }

    /// How long a ping has for its answer, with half a tick of grace: a tick that comes a moment early must not cost a whole one.
    pub(super) fn answer_within(&self) -> Duration {
        self.deadline.saturating_sub(self.tick / 2)
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;
    use crate::cloud::supervisor::{Liveness, Silence};

    #[test]
    fn silence_is_seen_within_25_seconds() {
        let timing = Timing::default();
        let begun = Instant::now();
        let mut silence = Silence::new(begun + Duration::from_millis(1));
        let dead = (1..=10).find(|n| {
            let verdict = silence.look(
                begun + timing.tick * *n,
                timing.tick,
                timing.answer_within(),
            );
            verdict == Liveness::Dead
        });
        // A beat may be a little late.
        let late = Duration::from_millis(200);
        assert!(timing.tick * dead.unwrap() + late <= Duration::from_secs(25));
    }
}
