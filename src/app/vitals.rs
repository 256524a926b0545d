//! What the header and the summary line show, refreshed on a calm beat.
//!
//! Counts can change ten thousand times a second and nobody reads faster than once: the first change after a quiet
//! second shows at once, the rest with the next beat. When nothing moves there is no beat at all.

use crate::time::Millis;
use crate::ui::reading::Reading;
use crate::vocabulary::news::Status;

/// The beat, in milliseconds.
const BEAT_MS: i64 = 1_000;
/// Seconds over which the event rate is averaged.
const RATE_SECONDS: usize = 5;
/// How long the clock shows seconds after the last thing that moved, in milliseconds.
const LIVELY_MS: i64 = 5_000;

/// Whether a new reading shows something new, and what kind of news it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// It reads as the one before, or none was due.
    Same,
    /// Only the console's own spending reads differently.
    Spending,
    /// Something happened.
    News,
}

/// The budget in tenths of what is allowed, rounded up. It falls only once it is well below the step: reads that come and
/// go at one of its edges would draw the header over and over.
fn step(shown: u32, status: &Status) -> u32 {
    let Some(allowed) = status.budget_allowed else {
        return status.budget_used;
    };
    let tenth = allowed.div_ceil(10).max(1);
    let wanted = status
        .budget_used
        .div_ceil(tenth)
        .max(1)
        .saturating_mul(tenth);
    let well_below = status.budget_used.saturating_add(tenth / 2) <= shown.saturating_sub(tenth);
    let kept = shown > wanted && !well_below;
    if kept { shown } else { wanted }.min(allowed)
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

    /// Takes a new reading when one is due; what is new in it.
    pub fn refresh(&mut self, now: Millis, take: impl FnOnce() -> Reading) -> Freshness {
        if self
            .deadline()
            .is_none_or(|due| now < due && now >= self.taken_at)
        {
            return Freshness::Same;
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
        reading.spent = step(self.shown.spent, &reading.status);
        let freshness = match &self.shown {
            shown if reading.only_older_than(shown) => Freshness::Same,
            shown if reading.moved_from(shown) => Freshness::News,
            _ => Freshness::Spending,
        };
        self.shown = reading;
        freshness
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
    use crate::ui::tabs::Tab;

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
        let early = vitals.refresh(start.plus(500), || reading(20));
        assert_eq!(early, Freshness::Same);
        let due = vitals.refresh(start.plus(1_000), || reading(20));
        assert_eq!(due, Freshness::News);
        assert_eq!(vitals.shown().status.received, 20);
    }

    #[test]
    fn what_a_tab_says_is_news() {
        let mut vitals = Vitals::default();
        let start = Millis(1_000_000);
        vitals.touch();
        vitals.refresh(start, || reading(0));
        let failing = Tab {
            title: "Carriers",
            short: "Carr",
            count: Some(5),
            trouble: 1,
        };
        let with = || Reading {
            tabs: vec![failing],
            ..reading(0)
        };
        vitals.touch();
        assert_eq!(vitals.refresh(start.plus(BEAT_MS), with), Freshness::News);
    }

    #[test]
    fn time_that_only_passes_is_no_reason_to_draw() {
        let mut vitals = Vitals::default();
        let start = Millis(1_000_000);
        vitals.touch();
        vitals.refresh(start, || reading(0));
        let older = Reading {
            history: vec![0.5; 3],
            ..reading(0)
        };
        vitals.touch();
        let passed = vitals.refresh(start.plus(BEAT_MS), || older.clone());
        assert_eq!(passed, Freshness::Same);
        assert_eq!(vitals.shown().history, older.history);
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
        let due = vitals.refresh(Millis(1_000_000), || reading(2));
        assert_eq!(due, Freshness::News);
    }

    fn spent(used: u32) -> Status {
        Status {
            budget_used: used,
            budget_allowed: Some(300),
            ..Status::default()
        }
    }

    #[test]
    fn what_the_console_spends_by_itself_is_no_news() {
        let mut vitals = Vitals::default();
        let mut now = Millis(1_000_000);
        let mut refresh = |used| {
            vitals.touch();
            now = now.plus(BEAT_MS);
            let status = spent(used);
            vitals.refresh(now, || Reading {
                status,
                ..Reading::default()
            })
        };
        refresh(3);
        assert_eq!(refresh(4), Freshness::Spending);
        assert_eq!(refresh(4), Freshness::Same);
    }

    #[test]
    fn the_budget_is_shown_in_tenths_that_hold_still_at_their_edges() {
        let steps = [
            (0, 30),
            (30, 30),
            (31, 60),
            (30, 60),
            (16, 60),
            (15, 30),
            (299, 300),
            (400, 300),
        ];
        let mut shown = 0;
        for (used, wanted) in steps {
            shown = step(shown, &spent(used));
            assert_eq!(shown, wanted, "{used} used");
        }
    }
}
