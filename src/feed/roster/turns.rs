//! Whose read is next: those that someone waits for first, then round and round.

use std::cmp::Reverse;

use tokio::time::{Duration, Instant};

use super::{LastRead, ReadState, Roster, UpdatePath, WatchedUser};
use crate::cloud::Urgency;
use crate::feed::poll::rounds::Ring;
use crate::feed::resync::StreamReads;
use crate::model::UserId;

/// Users whom a person looks at, or who are in trouble, at most; further ones are read as everyone else is.
const MOST_ATTENDED: usize = 1_024;

/// First reads of streams that one of a user without a stream waits for, at most: with thousands of streams to come it would
/// else wait for half an hour.
const STREAK: u32 = 4;

impl Roster {
    /// Whether this user is read by the poller alone now.
    pub fn is_polled(&mut self, id: &UserId) -> bool {
        self.person(id).is_some_and(|person| person.is_polled())
    }

    /// Whether the organisation listed this user; the profile names others.
    pub fn is_listed(&mut self, id: &UserId) -> bool {
        self.person(id).is_some_and(|person| person.round > 0)
    }

    /// These matter more than others from now on: they are read first.
    pub fn attend(&mut self, users: &[UserId]) {
        for id in std::mem::take(&mut self.attended) {
            if let Some(person) = self.person(&id) {
                person.attended = false;
            }
        }
        self.attended = users.iter().take(MOST_ATTENDED).cloned().collect();
        self.attended_cursor = [0; 2];
        for id in users.iter().take(MOST_ATTENDED) {
            if let Some(person) = self.person(id) {
                person.attended = true;
                if person.due {
                    self.urgent.push_back(id.clone());
                }
            }
        }
    }

    /// A stream of this user is open: what a poll says is older from here on, and a read is wanted. It is made now, or when
    /// the last one is no longer fresh: those who come back together were polled meanwhile, and are not read again all at
    /// once.
    pub fn opened(&mut self, id: &UserId, opened: StreamReads, now: Instant, fresh: Duration) {
        let Some(person) = self.person(id) else {
            return;
        };
        let waits = person.due;
        if let UpdatePath::Streamed { link, lent, .. } = &mut person.watch {
            let was_lent = std::mem::replace(lent, false);
            let was_up = link.replace(opened).is_some();
            let due = person.refreshed.map(|at| at + fresh);
            self.lent = self.lent.saturating_sub(usize::from(was_lent));
            self.up += usize::from(!was_up);
            match due.filter(|due| *due > now) {
                Some(due) => self.retry(id, due),
                // The stream came late: the place among those without one waits for the streams, of which this is one.
                None if was_lent && waits => self.first.push_back(id.clone()),
                None => self.queue_read(id),
            }
        }
    }

    /// That stream has ended; when it had said anything, what a poll had read before is no longer what is known.
    pub fn lost(&mut self, id: &UserId, ended: &StreamReads, heard: bool) {
        if let Some(person) = self.person(id)
            && let UpdatePath::Streamed { link, .. } = &mut person.watch
            && link
                .as_ref()
                .is_some_and(|link| std::sync::Arc::ptr_eq(link, ended))
        {
            *link = None;
            if heard {
                person.refreshed = None;
            }
            self.up = self.up.saturating_sub(1);
        }
    }

    /// A read of this user begins; the stream that it belongs to, where one is open.
    pub fn begin(&mut self, id: &UserId) -> Option<StreamReads> {
        let person = self.person(id)?;
        person.reading = ReadState::UnderWay;
        match &person.watch {
            UpdatePath::Streamed { link, .. } => link.clone(),
            UpdatePath::Polled => None,
        }
    }

    /// That read is over; another follows when somebody asked for one meanwhile.
    pub fn ended(&mut self, id: &UserId) {
        let Some(person) = self.person(id) else {
            return;
        };
        if std::mem::take(&mut person.reading) == ReadState::Again {
            self.queue(id, true);
        }
    }

    /// A read of a streamed user failed: how often now, for the wait before the next.
    pub fn failed(&mut self, id: &UserId) -> u32 {
        self.person(id).map_or(1, |person| {
            person.failures = person.failures.saturating_add(1);
            person.failures.into()
        })
    }

    /// Reads this user again at that moment.
    pub fn retry(&mut self, id: &UserId, at: Instant) {
        self.later.push(Reverse((at, id.clone())));
    }

    /// When the next of them is due.
    pub fn next_retry(&self) -> Option<Instant> {
        self.later.peek().map(|Reverse((at, _))| *at)
    }

    /// Queues those whose time to be read again has come.
    pub fn take_retries(&mut self, now: Instant) {
        while self.next_retry().is_some_and(|at| at <= now)
            && let Some(Reverse((_, id))) = self.later.pop()
        {
            self.queue_read(&id);
        }
    }

    /// Asks for a read of this user soon; a stream that waits for its next attempt tries at once.
    pub fn reread(&mut self, id: &UserId) {
        let Some(person) = self.person(id) else {
            return;
        };
        if let UpdatePath::Streamed {
            stream: Some(stream),
            link: None,
            ..
        } = &person.watch
        {
            stream.retry.notify_one();
        }
        self.queue(id, true);
    }

    /// Asks for a read of everyone.
    pub fn reread_all(&mut self) {
        for place in 0..self.people.len() {
            let Some(id) = self.people.get(place).map(|person| person.id.clone()) else {
                break;
            };
            self.reread(&id);
        }
    }

    /// Asks for a read of everyone whom the poller reads.
    pub fn reread_polled(&mut self) {
        for place in 0..self.people.len() {
            let Some(person) = self.people.get(place).filter(|person| person.is_polled()) else {
                continue;
            };
            let id = person.id.clone();
            self.queue_read(&id);
        }
    }

    /// At most `count` of those whom the poller reads, beginning at place `from`, which moves on.
    pub fn polled_from(&self, from: &mut usize, count: usize) -> Vec<UserId> {
        let mut found = Vec::new();
        while found.len() < count
            && let Some(person) = self.people.get(*from)
        {
            *from += 1;
            if person.is_polled() {
                found.push(person.id.clone());
            }
        }
        found
    }

    /// Lets the poller read a user whose stream does not come up: now, or in its turn when it was read less than `fresh` ago.
    pub fn lend(&mut self, id: &UserId, now: Instant, fresh: Duration) {
        if let Some(WatchedUser {
            watch: UpdatePath::Streamed {
                lent, link: None, ..
            },
            refreshed,
            ..
        }) = self.person(id)
            && !std::mem::replace(lent, true)
        {
            let known = refreshed.is_some_and(|at| now.duration_since(at) < fresh);
            self.lent += 1;
            if !known {
                self.queue_read(id);
            }
        }
    }

    /// The next user whom someone waits for, and how urgently; with `polled` those too who have no stream and were never
    /// read.
    pub fn next_due(&mut self, polled: bool) -> Option<(UserId, Urgency)> {
        while let Some((id, urgency)) = self.pop(polled) {
            if self.take(&id) {
                return Some((id, urgency));
            }
        }
        None
    }

    /// Streams that are neither live nor given up for now, when so many are live.
    pub fn streams_to_come(&self, live: u32) -> u32 {
        let wanted = u32::try_from(self.streams.saturating_sub(self.lent)).unwrap_or(u32::MAX);
        wanted.saturating_sub(live)
    }

    /// Whether users with a stream wait for the read that closes its gap.
    pub fn awaits_streamed(&self) -> bool {
        !self.first.is_empty()
    }

    /// Whether users without a stream wait for their first read.
    pub fn awaits_polled(&self) -> bool {
        !self.later_first.is_empty()
    }

    fn pop(&mut self, polled: bool) -> Option<(UserId, Urgency)> {
        let patient = self.again.is_empty() && self.urgent.is_empty();
        if patient
            && self.streak >= STREAK
            && let Some(id) = self.later_first.pop_front()
        {
            self.streak = 0;
            // As urgent as those among which it has its turn: it would come behind all of them.
            return Some((id, Urgency::Resync));
        }
        let queues = [
            (&mut self.again, Urgency::Reread, true),
            (&mut self.urgent, Urgency::Resync, true),
            (&mut self.first, Urgency::Resync, true),
            (&mut self.later_first, Urgency::Enumerate, polled),
        ];
        for (queue, urgency, _) in queues.into_iter().filter(|(_, _, wanted)| *wanted) {
            if let Some(id) = queue.pop_front() {
                self.streak = match urgency {
                    Urgency::Enumerate => 0,
                    _ => self.streak.saturating_add(1),
                };
                return Some((id, urgency));
            }
            queue.shrink_to_fit();
        }
        None
    }

    /// Takes a user out of the queues; false when there is nothing to read of them now.
    fn take(&mut self, id: &UserId) -> bool {
        let Some(person) = self.person(id) else {
            return false;
        };
        person.asked = false;
        if !std::mem::take(&mut person.due) {
            return false;
        }
        if person.reading != ReadState::No {
            person.reading = ReadState::Again;
            return false;
        }
        person.is_readable()
    }

    /// How many users each ring goes round.
    pub fn ring_sizes(&mut self) -> [usize; 4] {
        let mut sizes = [0, 0, self.polled + self.lent, self.up];
        for place in 0..self.attended.len() {
            let Some(id) = self.attended.get(place).cloned() else {
                break;
            };
            let person = self.person(&id).filter(|person| person.is_readable());
            if let Some(polled) = person.map(|person| person.is_polled()) {
                let of = |ring: Ring| ring as usize;
                let (own, common) = if polled {
                    (of(Ring::AttendedPolled), of(Ring::Polled))
                } else {
                    (of(Ring::AttendedSwept), of(Ring::Swept))
                };
                sizes[own] += 1;
                sizes[common] = sizes[common].saturating_sub(1);
            }
        }
        sizes
    }

    /// The next user of a ring.
    pub fn next_of(&mut self, ring: Ring) -> Option<UserId> {
        match ring {
            Ring::AttendedPolled | Ring::AttendedSwept => self.next_attended(ring),
            Ring::Polled | Ring::Swept => self.next_common(ring),
        }
    }

    fn next_attended(&mut self, ring: Ring) -> Option<UserId> {
        let polled = ring == Ring::AttendedPolled;
        let many = self.attended.len();
        for _ in 0..many {
            let cursor = self.attended_cursor.get_mut(usize::from(polled))?;
            let id = self.attended.get(*cursor % many)?.clone();
            *cursor = (*cursor + 1) % many;
            let turn = |person: &mut WatchedUser| person.is_polled() == polled && person.has_turn();
            if self.person(&id).is_some_and(turn) {
                return Some(id);
            }
        }
        None
    }

    fn next_common(&mut self, ring: Ring) -> Option<UserId> {
        let polled = ring == Ring::Polled;
        let mut cursor = self.cursor[usize::from(polled)];
        let found = (0..self.people.len()).find_map(|_| {
            cursor = if cursor < self.people.len() {
                cursor
            } else {
                0
            };
            let person = self.people.get(cursor)?;
            cursor += 1;
            let turn = person.is_polled() == polled && person.has_turn() && !person.attended;
            turn.then(|| person.id.clone())
        });
        self.cursor[usize::from(polled)] = cursor;
        found
    }

    /// Queues a read that nobody in particular asked for.
    pub(super) fn queue_read(&mut self, id: &UserId) {
        self.queue(id, false);
    }

    fn queue(&mut self, id: &UserId, asked: bool) {
        let Some(person) = self.person(id) else {
            return;
        };
        let waits = std::mem::replace(&mut person.due, true);
        // Who is asked for while they wait moves up; their older place counts for nothing once they were read.
        let queue = if asked && !std::mem::replace(&mut person.asked, true) {
            &mut self.again
        } else if waits {
            return;
        } else if person.attended {
            &mut self.urgent
        } else if person.is_polled() && person.standing == LastRead::Awaited {
            &mut self.later_first
        } else {
            &mut self.first
        };
        queue.push_back(id.clone());
    }
}

impl WatchedUser {
    pub(super) fn is_polled(&self) -> bool {
        matches!(
            self.watch,
            UpdatePath::Polled | UpdatePath::Streamed { lent: true, .. }
        )
    }

    /// Whether a read of this user is good for anything now: a stream is open, or no stream is waited for.
    fn is_readable(&self) -> bool {
        let open = matches!(self.watch, UpdatePath::Streamed { link: Some(_), .. });
        open || self.is_polled()
    }

    /// Whether a round may take them.
    fn has_turn(&self) -> bool {
        self.is_readable()
            && !self.due
            && self.reading == ReadState::No
            && self.standing != LastRead::Awaited
    }
}
