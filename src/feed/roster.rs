//! Who is watched, how, and how far that is: one entry a user, sized for 100,000 of them.

mod age;
#[cfg(test)]
mod tests;
mod turns;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::hash::BuildHasher;
use std::sync::Arc;

use hashbrown::{DefaultHashBuilder, HashTable};
use tokio::sync::Notify;
use tokio::time::Instant;

pub(super) use self::age::AgeLimit;
use super::resync::StreamReads;
use super::task::Task;
use crate::model::UserId;

/// Users watched at most; an organisation that names more is told so, never followed without end.
pub(super) const MOST_USERS: usize = 1_000_000;

/// What became of a user's last read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LastRead {
    Awaited,
    Read,
    Failed,
}

/// A user's stream as the roster holds it.
#[derive(Debug)]
pub(super) struct StreamTask {
    /// Ends the stream when the user leaves.
    pub _task: Task,
    /// Has a stream that waits for its next attempt try at once.
    pub retry: Arc<Notify>,
}

#[derive(Debug)]
enum UpdatePath {
    Polled,
    /// `link`: the stream is open. `lent`: it does not come up, so the user is polled meanwhile.
    Streamed {
        stream: Option<StreamTask>,
        link: Option<StreamReads>,
        lent: bool,
    },
}

/// Whether a read of a user is under way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum ReadState {
    #[default]
    No,
    UnderWay,
    /// It is, and another is to follow it.
    Again,
}

#[derive(Debug)]
struct WatchedUser {
    id: UserId,
    standing: LastRead,
    watch: UpdatePath,
    /// Whether the user waits in `again`, `urgent` or `first`.
    due: bool,
    /// Whether somebody asked for that.
    asked: bool,
    reading: ReadState,
    /// Whether this user matters more than others.
    attended: bool,
    /// Reads in a row that failed while a stream was open.
    failures: u8,
    /// The last read by the poller that worked; none once its age was told.
    refreshed: Option<Instant>,
    /// The enumeration that last named this user.
    round: u32,
}

/// All watched users.
#[derive(Debug)]
pub(super) struct Roster {
    people: Vec<WatchedUser>,
    /// Places in `people` by hash of the id, so that ids are held once.
    index: HashTable<usize>,
    hasher: DefaultHashBuilder,
    max_streams: usize,
    closed: bool,
    streams: usize,
    polled: usize,
    /// Streams that are open.
    up: usize,
    /// Streamed users whom the poller reads meanwhile.
    lent: usize,
    read: usize,
    failed: usize,
    /// Where the rounds are: of streamed and of polled users.
    cursor: [usize; 2],
    attended_cursor: [usize; 2],
    /// Users who matter more than others, known here or not yet.
    attended: Vec<UserId>,
    /// Those of them who are to be read, for the first time or after a gap.
    urgent: VecDeque<UserId>,
    /// All others who are, and last of all those without a stream who have never been read.
    first: VecDeque<UserId>,
    later_first: VecDeque<UserId>,
    /// Reads of streams since the last of those, while some of them wait.
    streak: u32,
    /// Users whose next read someone asked for.
    again: VecDeque<UserId>,
    /// Streamed users whose read failed, and when it is tried again.
    later: BinaryHeap<Reverse<(Instant, UserId)>>,
}

/// The roster's numbers, for the status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub users: u32,
    pub read: u32,
    pub failed: u32,
    pub streams: u32,
    pub polled: u32,
}

impl Roster {
    pub fn new(max_streams: usize) -> Self {
        Self {
            people: Vec::new(),
            index: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            max_streams,
            closed: false,
            streams: 0,
            polled: 0,
            up: 0,
            lent: 0,
            read: 0,
            failed: 0,
            cursor: [0; 2],
            attended_cursor: [0; 2],
            attended: Vec::new(),
            urgent: VecDeque::new(),
            first: VecDeque::new(),
            later_first: VecDeque::new(),
            streak: 0,
            again: VecDeque::new(),
            later: BinaryHeap::new(),
        }
    }

    /// Takes a user in, or notes that a known one is still there. True when a stream is to be attached.
    pub fn admit(&mut self, id: &UserId, round: u32) -> bool {
        if let Some(person) = self.person(id) {
            person.round = round;
            return false;
        }
        if self.closed || self.is_full() {
            return false;
        }
        let streamed = self.streams < self.max_streams;
        let watch = if streamed {
            self.streams += 1;
            UpdatePath::Streamed {
                stream: None,
                link: None,
                lent: false,
            }
        } else {
            self.polled += 1;
            UpdatePath::Polled
        };
        let standing = LastRead::Awaited;
        let place = self.people.len();
        self.people.push(WatchedUser {
            id: id.clone(),
            standing,
            watch,
            due: false,
            asked: false,
            reading: ReadState::No,
            attended: self.attended.contains(id),
            failures: 0,
            refreshed: None,
            round,
        });
        let (hasher, people) = (&self.hasher, &self.people);
        self.index.insert_unique(hasher.hash_one(id), place, |&at| {
            people
                .get(at)
                .map_or(0, |person| hasher.hash_one(&person.id))
        });
        if !streamed {
            self.queue_read(id);
        }
        streamed
    }

    pub fn is_full(&self) -> bool {
        self.people.len() >= MOST_USERS
    }

    /// Gives a user that [`Roster::admit`] or [`Roster::dismiss_absent`] chose its stream.
    pub fn attach(&mut self, id: &UserId, attached: StreamTask) {
        if let Some(WatchedUser {
            watch: UpdatePath::Streamed { stream, .. },
            ..
        }) = self.person(id)
        {
            *stream = Some(attached);
        }
    }

    /// Lets go of everyone whom this enumeration did not name. The users returned move up into freed streams.
    pub fn dismiss_absent(&mut self, round: u32) -> Vec<UserId> {
        let before = self.people.len();
        let mut people = std::mem::take(&mut self.people);
        people.retain(|person| person.round == round);
        self.people = people;
        if self.people.len() == before {
            return Vec::new();
        }
        self.reindex();
        let free = self.max_streams.saturating_sub(self.streams);
        let mut promoted = Vec::new();
        for person in self
            .people
            .iter_mut()
            .filter(|person| matches!(person.watch, UpdatePath::Polled))
            .take(free)
        {
            person.watch = UpdatePath::Streamed {
                stream: None,
                link: None,
                lent: false,
            };
            promoted.push(person.id.clone());
        }
        self.streams += promoted.len();
        self.polled -= promoted.len();
        promoted
    }

    /// Ends every stream, forgets everyone and takes nobody in any more.
    pub fn close(&mut self) {
        *self = Self::new(0);
        self.closed = true;
    }

    /// Notes how a read of this user ended; says whether that is another end than before.
    pub fn outcome(&mut self, id: &UserId, worked: bool) -> bool {
        let Some(person) = self.person(id) else {
            return false;
        };
        let now = if worked {
            person.failures = 0;
            LastRead::Read
        } else {
            LastRead::Failed
        };
        let before = std::mem::replace(&mut person.standing, now);
        self.count_standing(before, false);
        self.count_standing(now, true);
        before != now
    }

    /// Whether this user has been read, or has failed for good, at least once.
    #[cfg(test)]
    pub fn is_awaited(&mut self, id: &UserId) -> bool {
        self.person(id)
            .is_some_and(|person| person.standing == LastRead::Awaited)
    }

    pub fn counts(&self) -> Counts {
        let small = |count| u32::try_from(count).unwrap_or(u32::MAX);
        Counts {
            users: small(self.people.len()),
            read: small(self.read + self.failed),
            failed: small(self.failed),
            streams: small(self.streams),
            polled: small(self.polled),
        }
    }

    fn count_standing(&mut self, standing: LastRead, up: bool) {
        let count = match standing {
            LastRead::Awaited => return,
            LastRead::Read => &mut self.read,
            LastRead::Failed => &mut self.failed,
        };
        *count = if up {
            *count + 1
        } else {
            count.saturating_sub(1)
        };
    }

    fn person(&mut self, id: &UserId) -> Option<&mut WatchedUser> {
        let (hash, people) = (self.hasher.hash_one(id), &self.people);
        let place = *self.index.find(hash, |&at| {
            people.get(at).is_some_and(|person| person.id == *id)
        })?;
        self.people.get_mut(place)
    }

    /// After departures: rare, so counting everything again is simpler than keeping it.
    fn reindex(&mut self) {
        let (hasher, people) = (&self.hasher, &self.people);
        self.index.clear();
        for (place, person) in people.iter().enumerate() {
            self.index
                .insert_unique(hasher.hash_one(&person.id), place, |&at| {
                    people
                        .get(at)
                        .map_or(0, |person| hasher.hash_one(&person.id))
                });
        }
        let count = |wanted: fn(&WatchedUser) -> bool| {
            people.iter().filter(|person| wanted(person)).count()
        };
        self.polled = count(|person| matches!(person.watch, UpdatePath::Polled));
        self.streams = people.len() - self.polled;
        self.up =
            count(|person| matches!(person.watch, UpdatePath::Streamed { link: Some(_), .. }));
        self.lent = count(|person| matches!(person.watch, UpdatePath::Streamed { lent: true, .. }));
        self.read = count(|person| person.standing == LastRead::Read);
        self.failed = count(|person| person.standing == LastRead::Failed);
    }
}
