//! How evenly a minute's budget is spent, so that no burst empties it and leaves nothing for the rest of the minute.
//!
//! | who | how fast |
//! |---|---|
//! | writes | at once |
//! | what a person waits for | at once, up to a twenty-fifth of the limit in any second |
//! | all others | evenly: their share of the limit in a minute, at most a second's worth of it made up for |
//! | at a start, all of them | half of the limit at once within ten seconds; the rest of that minute is spread evenly |
//!
//! With 300 requests a minute that is 150 at the start and two a second for the rest of the first minute, then 4.7 a second,
//! and never more than twelve in one second: what goes evenly arrives in clusters where the network or the machine is busy, and
//! a second of the organisation is to see no more than a twentieth. The log of the minute stays above all of this: it alone
//! says what is too much.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use super::{Urgency, WINDOW};

/// How long the opening lasts, from the first request.
const OPENING: Duration = Duration::from_secs(10);

const SECOND: Duration = Duration::from_secs(1);

/// What the limit leaves to one urgency.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    /// Requests allowed in a minute.
    pub limit: u32,
    /// How many of them this urgency may fill, those of others taken off.
    pub share: u32,
}

impl Room {
    /// Requests of one second at most.
    fn second(self) -> u32 {
        (self.limit / 25).max(1)
    }
}

/// When requests went, as far as the next one has to mind it.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// The first request of all.
    began: Option<Instant>,
    /// Requests of the opening.
    opened: u32,
    /// When the next request is due that nobody waits for, had none of them been late.
    next: Option<Instant>,
    /// The newest requests, at most those of one second.
    recent: VecDeque<Instant>,
}

impl Pace {
    /// When a request of this urgency may go; none is now.
    pub(super) fn due(&self, urgency: Urgency, room: Room, now: Instant) -> Option<Instant> {
        if urgency == Urgency::Write || self.opens(room, now) {
            return None;
        }
        let second = usize::try_from(room.second()).unwrap_or(usize::MAX);
        let full = self.recent.len().checked_sub(second);
        let second = full.and_then(|oldest| Some(*self.recent.get(oldest)? + SECOND));
        let even = self.next.filter(|_| urgency > Urgency::Reread);
        let even = even.map(|next| next.checked_sub(self.arrears(room, now)).unwrap_or(now));
        let due = second.max(even)?;
        (due > now).then_some(due)
    }

    /// A request goes now.
    pub(super) fn sent(&mut self, urgency: Urgency, room: Room, now: Instant) {
        let opens = self.opens(room, now);
        self.began.get_or_insert(now);
        while self.recent.len() >= usize::try_from(room.second()).unwrap_or(usize::MAX) {
            self.recent.pop_front();
        }
        self.recent.push_back(now);
        if urgency == Urgency::Write {
            return;
        }
        if opens {
            self.opened += 1;
            // Whoever has had the opening has nothing to make up for.
            self.next = Some(now + self.arrears(room, now));
        } else if urgency > Urgency::Reread {
            let due = self.next.map_or(now, |next| next.max(now));
            self.next = Some(due + self.gap(room, now));
        }
    }

    fn opens(&self, room: Room, now: Instant) -> bool {
        let young = self.began.is_none_or(|began| now < began + OPENING);
        young && self.opened < (room.limit / 2).max(1)
    }

    /// Between two requests that nobody waits for.
    fn gap(&self, room: Room, now: Instant) -> Duration {
        let first = self.began.is_none_or(|began| now < began + WINDOW);
        let opened = if first { self.opened } else { 0 };
        WINDOW / room.share.saturating_sub(opened).max(1)
    }

    /// How late a request may be made up for in a burst.
    fn arrears(&self, room: Room, now: Instant) -> Duration {
        self.gap(room, now) * (room.second() - 1)
    }
}
