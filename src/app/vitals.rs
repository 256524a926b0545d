//! What the header and the summary line show, refreshed on a calm beat.
//!
//! Counts can change ten thousand times a second and nobody reads faster than once: the first change after a quiet
//! second shows at once, the rest with the next beat. When nothing moves there is no beat at all.

use crate::feed::news::Status;
use crate::store::Counts;
use crate::time::Millis;

/// The beat, in milliseconds.
const BEAT_MS: i64 = 1_000;
/// Seconds over which the event rate is averaged.
const RATE_SECONDS: usize = 5;
/// How long the clock shows seconds after the last thing that moved, in milliseconds.
const LIVELY_MS: i64 = 5_000;

/// One consistent reading of everything that header, tabs and summary show.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// How the feeds are doing.
    pub status: Status,
    /// Rows by state.
    pub counts: Counts,
    /// Stream frames per second, averaged over five seconds.
    pub rate: f32,
    /// Updates that were dropped because the mailbox was full.
    pub dropped: u64,
    /// Registered share over time, 0..=1, oldest first; for the sparkline.
    pub history: Vec<f32>,
}

/// Paces the readings.
#[derive(Debug, Default)]
pub struct Vitals {
    shown: Reading,
    taken_at: Millis,
    pending: bool,
    received: [u64; RATE_SECONDS],
    hurried: bool,
    lively_until: Millis,
}

impl Vitals {
    /// The reading on screen.
    #[must_use]
    pub fn shown(&self) -> &Reading {
        &self.shown
    }

    /// Something that a reading covers may have changed.
    pub fn touch(&mut self) {
        self.pending = true;
    }

    /// Something happened that an operator should see now and not with the next beat.
    pub fn hurry(&mut self) {
        self.hurried = true;
    }

    /// Something on screen moved: the clock shows seconds for a while.
    pub fn moved(&mut self, now: Millis) {
        self.lively_until = now.plus(LIVELY_MS);
    }

    /// Whether the clock shows seconds at this moment.
    #[must_use]
    pub fn lively(&self, now: Millis) -> bool {
        now < self.lively_until
    }

    /// Takes a new reading when one is due; whether it shows anything new.
    pub fn refresh(&mut self, now: Millis, take: impl FnOnce() -> Reading) -> bool {
        if self
            .deadline()
            .is_none_or(|due| now < due && now >= self.taken_at)
        {
            return false;
        }
        let seconds = (now.since(self.taken_at) / 1_000)
            .min(RATE_SECONDS as u64)
            .max(1);
        let mut reading = take();
        let received = reading.status.received;
        if self.taken_at == Millis::default() {
            self.received = [received; RATE_SECONDS];
        }
        let before = self.received[0];
        for _ in 0..seconds {
            self.received.rotate_left(1);
            self.received[RATE_SECONDS - 1] = received;
        }
        reading.rate = received.saturating_sub(before) as f32 / RATE_SECONDS as f32;
        self.taken_at = now;
        (self.pending, self.hurried) = (false, false);
        let news = reading != self.shown;
        self.shown = reading;
        news
    }

    /// When the next reading is due; none when nothing moves.
    #[must_use]
    pub fn deadline(&self) -> Option<Millis> {
        if self.hurried {
            return Some(self.taken_at);
        }
        (self.pending || self.shown.rate > 0.0).then(|| self.taken_at.plus(BEAT_MS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(received: u64) -> Reading {
        Reading {
            status: Status {
                received,
                ..Status::default()
            },
            ..Reading::default()
        }
    }

    #[test]
    fn the_first_change_shows_at_once_and_the_next_with_the_beat() {
        let mut vitals = Vitals::default();
        let start = Millis(1_000_000);
        vitals.touch();
        vitals.refresh(start, || reading(10));
        vitals.touch();
        assert!(!vitals.refresh(start.plus(500), || reading(20)));
        assert!(vitals.refresh(start.plus(1_000), || reading(20)));
        assert_eq!(vitals.shown().status.received, 20);
    }

    #[test]
    fn a_quiet_feed_needs_no_beat_once_its_rate_has_fallen_to_zero() {
        let mut vitals = Vitals::default();
        let mut now = Millis(1_000_000);
        vitals.touch();
        vitals.refresh(now, || reading(0));
        vitals.touch();
        now = now.plus(BEAT_MS);
        vitals.refresh(now, || reading(50));
        assert!((vitals.shown().rate - 10.0).abs() < f32::EPSILON);
        let mut beats = 0;
        while let Some(due) = vitals.deadline() {
            now = due;
            vitals.refresh(now, || reading(50));
            beats += 1;
            assert!(beats <= RATE_SECONDS, "the beat must end");
        }
    }

    #[test]
    fn a_clock_set_back_does_not_stop_the_readings() {
        let mut vitals = Vitals::default();
        vitals.touch();
        vitals.refresh(Millis(9_000_000), || reading(1));
        vitals.touch();
        assert!(vitals.refresh(Millis(1_000_000), || reading(2)));
    }
}
