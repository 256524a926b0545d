//! Sweeps: a few requests that name every phone which is not well, so that one that is lost anywhere is seen within seconds, however long
//! a round takes; and the reads of people, who are behind browsers.
//!
//! A sweep makes sure of those that it does not name, too: where topics have just begun to carry ten thousand phones, it spares a read of
//! every page. What people do no sweep tells; they are read a hundred at a time, once the pages are, and again when their topics are live.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use hashbrown::HashSet;
use tokio::time::Instant;

use super::read::{FinishedRead, people_of};
use super::{Moment, PhoneFeed};
use crate::cloud::platform::pages::Whole;
use crate::cloud::platform::phones::{UNWELL, USERS};
use crate::cloud::{Error, Urgency};
use crate::feed::complaints::ProblemKind;
use crate::model::DeviceId;
use crate::model::registration::phone::Phone;
use crate::vocabulary::news::PhoneNews;

/// An organisation of more pages than this is swept: fewer are read as soon.
const PAGES: u32 = 10;

/// Sweeps come so many times more rarely while every phone is carried by its topics.
const RARELY: u32 = 10;

/// Of the budget's minute, what sweeps may take: a quarter.
const SHARE: u32 = 4;

const MINUTE: Duration = Duration::from_secs(60);

/// Pages of phones that are better, of which the next reads are not waited for.
const BETTER: usize = 2;

/// Reads of people at a time.
const READS: usize = 2;

/// After a read of people that failed, the next waits.
const AGAIN: Duration = Duration::from_secs(2);

/// When the next sweep is due, and the next read of people.
#[derive(Debug)]
pub(super) struct Sweeps {
    next: Instant,
    begun: Instant,
    under_way: bool,
    /// The last page that was read because it was better.
    turn: u32,
    /// Reads of people under way.
    people: usize,
    /// Before this no people are read.
    people_from: Instant,
    /// Whether the last look for people to read found none.
    idle: bool,
}

impl Sweeps {
    /// `every` is the time between two sweeps; before the first the pages find more.
    pub(super) fn new(every: Duration, now: Instant) -> Self {
        Self {
            next: now + every * 3 / 2,
            begun: now,
            under_way: false,
            turn: 0,
            people: 0,
            people_from: now,
            idle: false,
        }
    }

    /// There may be people to read now.
    pub(super) fn people_wanted(&mut self) {
        self.idle = false;
    }
}

impl PhoneFeed<'_> {
    /// Whether the organisation is swept.
    pub(super) fn is_large(&self) -> bool {
        self.pages.max(self.extent.last()) > PAGES
    }

    /// Begins a sweep when it is time for one, and reads people once every page was read.
    pub(super) fn sweep(&mut self, now: Instant) {
        if !self.is_large() {
            return;
        }
        let begun = self.book.moment();
        if !self.sweeps.under_way && now >= self.sweeps.next {
            (self.sweeps.under_way, self.sweeps.begun) = (true, now);
            let shared = self.shared;
            let read = async move {
                shared.mailbox.room().await;
                let asked = Instant::now();
                let result = async {
                    shared
                        .client
                        .platform()?
                        .phones_unwell(Urgency::Reread)
                        .await
                };
                FinishedRead::Swept {
                    begun,
                    asked,
                    result: result.await,
                }
            };
            self.reads.push(read.boxed());
        }
        let may = self.whole.is_some() && now >= self.sweeps.people_from;
        while may && !self.sweeps.idle && self.sweeps.people < READS {
            let users = self.book.people_to_read(USERS, begun, now);
            self.sweeps.idle = users.is_empty();
            if !self.sweeps.idle {
                self.sweeps.people += 1;
                self.reads.push(people_of(self.shared, users, begun));
            }
        }
    }

    /// When there is something to sweep or people to read.
    pub(super) fn sweep_due(&self) -> Option<Instant> {
        let sweep = (!self.sweeps.under_way).then_some(self.sweeps.next);
        let people = self.whole.is_some() && !self.sweeps.idle && self.sweeps.people < READS;
        let people = people.then_some(self.sweeps.people_from);
        let due = sweep.into_iter().chain(people).min();
        due.filter(|_| self.is_large())
    }

    /// Takes in what a sweep came to.
    pub(super) fn swept(&mut self, begun: (Moment, Instant), result: Result<Whole<Phone>, Error>) {
        self.sweeps.under_way = false;
        let mut every = self.shared.timing.unwell;
        if self.is_sure() {
            every *= RARELY;
        }
        self.sweeps.next = self.sweeps.begun + every;
        match result {
            Ok(found) => {
                let requests = found.entries.len() / USERS + UNWELL.len();
                let requests = u32::try_from(requests).unwrap_or(u32::MAX);
                if let Some(allowed) = self.shared.client.budget().allowed {
                    let pace = MINUTE * requests / (allowed / SHARE).max(1);
                    self.sweeps.next = self.sweeps.begun + every.max(pace);
                }
                self.shared.complain_of(&found.faults);
                let named: HashSet<DeviceId> =
                    found.entries.iter().map(|phone| phone.id.clone()).collect();
                self.take(found.entries, Vec::new(), None, begun);
                if found.lack.is_none() {
                    self.go_on(Arc::new(named), begun);
                }
            }
            Err(error) => {
                let wait = error.retry_after().unwrap_or_default();
                self.sweeps.next = self.sweeps.next.max(Instant::now() + wait);
                self.shared.complain(ProblemKind::Read, &error);
            }
        }
    }

    /// Takes in a step of what a whole sweep says of those that it did not name.
    pub(super) fn go_on(&mut self, named: Arc<HashSet<DeviceId>>, begun: (Moment, Instant)) {
        let step = self.book.swept(&named, begun);
        self.tell(PhoneNews::Read(step.sightings));
        if step.more {
            let shared = self.shared;
            let next = async move {
                shared.mailbox.room().await;
                let (begun, asked) = begun;
                FinishedRead::Sweeping {
                    named,
                    begun,
                    asked,
                }
            };
            self.reads.push(next.boxed());
            return;
        }
        let ahead = step.better.range(self.sweeps.turn + 1..);
        let next: Vec<u32> = ahead.chain(&step.better).copied().take(BETTER).collect();
        self.sweeps.turn = next.last().copied().unwrap_or_default();
        self.cycle.hurry(next);
        // What no sweep tells of is read.
        if self.whole.is_some() {
            let now = Instant::now();
            let unproven = self.book.unproven_pages(false);
            let allowed = self.reads_allowed();
            let fresh = self.book.unsure_pages(now, self.round, false);
            self.cycle.hurry(fresh.into_keys());
            self.cycle.confirm(unproven.into_keys(), allowed);
        }
    }

    /// Takes in what a read of people came to.
    pub(super) fn people_read(&mut self, read: super::read::PeopleRead) {
        self.sweeps.people -= 1;
        match read.result {
            Ok(people) => {
                let landed = self.book.land_people(people, (read.begun, read.asked));
                self.tell_people(landed.people, None);
                self.tell(PhoneNews::Read(landed.sightings));
            }
            Err(error) => {
                let wait = error.retry_after().unwrap_or_default().max(AGAIN);
                self.sweeps.people_from = Instant::now() + wait;
                self.sweeps.idle = false;
                self.book.people_missed(&read.users);
                self.shared.complain(ProblemKind::Read, &error);
            }
        }
    }

    fn is_sure(&self) -> bool {
        let numbers = self.book.numbers();
        self.whole.is_some() && numbers.sure == numbers.phones
    }
}
