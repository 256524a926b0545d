//! Another reader of the same OAuth client. The organisation allows a client a number of channels, and whoever makes one too many
//! takes another's. That is not fought over: what was taken is left, and more is tried for later and later.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use crate::cloud::supervisor::jitter;
use crate::vocabulary::news::Rivalry;

/// How long a channel that was taken is told of.
const WINDOW: Duration = Duration::from_secs(600);

/// Channels that were taken and are remembered.
const MOST: usize = 1_000;

/// Channels of a client, as the organisation documents them (one more takes the place of another).
const CHANNELS: usize = 20;

/// What another reader leaves us.
#[derive(Debug)]
pub(super) struct Rivals {
    /// The first wait before another channel is tried for, and the longest.
    least: Duration,
    most: Duration,
    wait: Duration,
    next: Option<Instant>,
    /// Channels that may be held; none is as many as are needed.
    held: Option<usize>,
    /// When channels were taken, within [`WINDOW`].
    taken: VecDeque<Instant>,
    /// How many there were before any was taken.
    before: usize,
    /// Channels that all readers together had when one of ours was taken: more there cannot be.
    full: usize,
}

impl Rivals {
    pub fn new(least: Duration, most: Duration) -> Self {
        Self {
            least,
            most,
            wait: least,
            next: None,
            held: None,
            taken: VecDeque::new(),
            before: 0,
            full: CHANNELS,
        }
    }

    /// How many channels may be held where `wanted` are configured.
    pub fn held(&self, wanted: usize) -> usize {
        self.held.map_or(wanted, |held| held.min(wanted))
    }

    /// When more is tried for; none while nothing was taken.
    pub fn next(&self) -> Option<Instant> {
        self.next
    }

    /// So many were taken and so many are left; all readers together have `full`, where that is known. After the first blow each
    /// doubles the wait.
    pub fn took(&mut self, taken: usize, left: usize, full: Option<usize>, now: Instant) {
        if self.held.replace(left).is_some() {
            self.wait = (self.wait * 2).min(self.most);
        } else {
            self.before = left + taken;
        }
        self.before = self.before.max(left + taken);
        self.full = full.map_or(self.full, |full| full.clamp(1, CHANNELS));
        self.taken.extend(std::iter::repeat_n(now, taken));
        self.forget(now);
        self.plan(now);
    }

    /// How many more there is room for where all readers together have `there`.
    pub fn free(&self, there: usize) -> usize {
        self.full.saturating_sub(there)
    }

    /// Others have so many that no more than these are left; nothing was taken.
    pub fn keep_to(&mut self, room: usize, now: Instant) {
        self.held = Some(room);
        self.plan(now);
    }

    /// More is tried for: what all readers together, who hold `there`, leave free, and one in any case, since channels that nobody
    /// hears any more are taken first. Nothing is remembered of a rival once everything is held and the last blow is long ago.
    pub fn grow(&mut self, there: Option<usize>, wanted: usize, now: Instant) {
        self.forget(now);
        let Some(held) = self.held else {
            return;
        };
        if held >= wanted && self.taken.is_empty() {
            *self = Self::new(self.least, self.most);
            return;
        }
        let free = there.map_or(0, |there| self.free(there));
        self.held = Some(held.saturating_add(free.max(1)).min(wanted));
        self.plan(now);
    }

    /// What a person is told.
    pub fn told(&self) -> Option<Rivalry> {
        let small = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let known = self.held.is_some() && !self.taken.is_empty();
        known.then(|| Rivalry {
            taken: small(self.taken.len()),
            of: small(self.before),
        })
    }

    /// In how many minutes what is remembered was taken.
    pub fn minutes(&self, now: Instant) -> u64 {
        let first = self.taken.front().copied().unwrap_or(now);
        now.duration_since(first).as_secs().div_ceil(60).max(1)
    }

    fn plan(&mut self, now: Instant) {
        self.next = Some(now + self.wait + jitter(self.wait / 4));
    }

    fn forget(&mut self, now: Instant) {
        let old = |at: &Instant| now.duration_since(*at) > WINDOW;
        while self.taken.front().is_some_and(old) || self.taken.len() > MOST {
            self.taken.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn rivals() -> (Rivals, Instant) {
        (Rivals::new(MINUTE, MINUTE * 30), Instant::now())
    }

    fn waits(rivals: &Rivals, now: Instant) -> u64 {
        let wait = rivals.next().unwrap().duration_since(now);
        wait.as_secs() / 60
    }

    #[test]
    fn what_was_taken_is_left_and_more_is_tried_for_later_and_later() {
        let (mut rivals, now) = rivals();
        assert_eq!(
            (rivals.held(10), rivals.next(), rivals.told()),
            (10, None, None)
        );
        rivals.took(3, 7, Some(20), now);
        assert_eq!((rivals.held(10), waits(&rivals, now)), (7, 1));
        assert_eq!(rivals.told(), Some(Rivalry { taken: 3, of: 10 }));
        rivals.grow(Some(20), 10, now);
        assert_eq!(rivals.held(10), 8, "one, in case nobody hears the others");
        rivals.took(1, 7, Some(20), now);
        assert!((2..=2).contains(&waits(&rivals, now)));
        for _ in 0..9 {
            rivals.took(1, 7, Some(20), now);
        }
        assert!(
            (30..=37).contains(&waits(&rivals, now)),
            "half an hour at most"
        );
    }

    #[test]
    fn what_others_have_from_the_start_is_left_to_them_and_nobody_is_accused() {
        let (mut rivals, now) = rivals();
        assert_eq!((rivals.free(18), rivals.free(25)), (2, 0));
        rivals.keep_to(2, now);
        assert_eq!(
            (rivals.held(10), rivals.told(), waits(&rivals, now)),
            (2, None, 1)
        );
        rivals.grow(Some(12), 10, now);
        assert_eq!(rivals.held(10), 10);
        rivals.grow(Some(20), 10, now);
        assert_eq!((rivals.held(10), rivals.next()), (10, None));
    }

    #[test]
    fn what_others_leave_is_taken_at_once_and_forgotten_when_it_lasts() {
        let (mut rivals, now) = rivals();
        rivals.took(6, 4, Some(12), now);
        rivals.grow(Some(9), 10, now);
        assert_eq!(rivals.held(10), 7, "three are free of twelve");
        rivals.grow(Some(4), 10, now);
        assert_eq!(rivals.held(10), 10);
        rivals.grow(None, 10, now + WINDOW);
        assert!(rivals.told().is_some());
        rivals.grow(None, 10, now + WINDOW + MINUTE);
        assert_eq!((rivals.told(), rivals.next()), (None, None));
    }
}
