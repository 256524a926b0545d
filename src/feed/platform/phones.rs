//! Phones as registrations: listed page by page, told by their topics as far as the channels reach, and polled beyond that.
//!
//! [`book`] knows what is so, [`cycle`] what is read next; here both meet the channels, the mailbox and the client. Every page is read
//! once at the start and whole rounds follow now and then, for phones that are new, have moved or are gone. In between only those pages
//! are read that hold a phone which no topic carries, and those on which a topic has just become live.

mod book;
mod cycle;
mod read;
mod sweep;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use hashbrown::{HashMap, HashSet};
use tokio::time::{Instant, sleep_until};

use self::book::{Book, Delivery, Moment};
use self::cycle::{Cycle, Round};
use self::read::FinishedRead;
use self::sweep::Sweeps;
use super::channels::{Heard, Hears, Rank, Wants};
use crate::cloud::extent::Extent;
use crate::cloud::platform::pages::MOST_PAGES;
use crate::cloud::platform::phones as wire;
use crate::cloud::supervisor::Quiet;
use crate::feed::complaints::ProblemKind;
use crate::feed::lock;
use crate::feed::roster::Counts;
use crate::feed::shared::Shared;
use crate::feed::tally::Census;
use crate::model::registration::User;
use crate::model::registration::phone::PhoneTraits;
use crate::model::{DeviceId, UserId};
use crate::vocabulary::news::News;
use crate::vocabulary::news::PhoneNews;

/// News of the channels taken at a time.
const BATCH: usize = 1_024;

/// Pages and phones that are read at a time.
const READS: usize = 6;

/// People told at a time.
const PEOPLE: usize = 1_000;

/// Looks at the age of reads in one interval of polls.
const LOOKS: u32 = 3;

/// While the first round goes on, topics are asked for this often.
const WANT: Duration = Duration::from_secs(5);

/// Rounds after which a read is too old to be shown as what is so now.
const OUTDATED_AFTER: u32 = 3;

/// A whole round that missed pages is followed so many times sooner by the next.
const SOONER: u32 = 10;

/// Phones that a round missed and that are looked for one by one; the next round looks for the rest.
const ASTRAY: usize = 32;

/// What somebody asked to be read again, and who matters more than others.
#[derive(Debug, Default)]
pub(in crate::feed) struct Asks {
    pub all: bool,
    pub users: Vec<UserId>,
    /// None is as before.
    pub attended: Option<Vec<UserId>>,
}

/// Follows the phones of `users`, or of everyone, until the task is ended from outside.
pub(in crate::feed) async fn run(shared: Arc<Shared>, users: Option<Vec<UserId>>) {
    let (wants, hears) = shared.channels.join("phones", Rank::Phones);
    let mut quiet = shared.quiet();
    let mut feed = PhoneFeed {
        shared: &shared,
        wants,
        only: users.map(|users| users.into_iter().collect()),
        book: Book::default(),
        cycle: Cycle::default(),
        reads: FuturesUnordered::new(),
        of_round: 0,
        flying: HashMap::new(),
        pages: 1,
        total: None,
        whole: None,
        extent: Extent::new(MOST_PAGES),
        tried: HashSet::new(),
        naming: false,
        round: shared.poll,
        look: Instant::now(),
        sweeps: Sweeps::new(shared.timing.unwell, Instant::now()),
        newcomers: false,
        traits: HashMap::new(),
        want_from: Instant::now() + WANT,
    };
    loop {
        quiet.over().await;
        feed.follow(&hears, &mut quiet).await;
        feed.silence();
    }
}

/// What is known, and what is under way.
struct PhoneFeed<'a> {
    shared: &'a Shared,
    wants: Wants,
    /// Whom the profile names; none is everyone.
    only: Option<HashSet<UserId>>,
    book: Book,
    cycle: Cycle,
    reads: FuturesUnordered<BoxFuture<'a, FinishedRead>>,
    /// Reads of the round under way.
    of_round: usize,
    /// Pages under way, and when the newest read of each began.
    flying: HashMap<u32, Moment>,
    /// Pages that the organisation has.
    pages: u32,
    /// Phones that the organisation has, as its first page says.
    total: Option<u64>,
    /// When the last whole round ended.
    whole: Option<Instant>,
    /// What the last whole round, or the one under way, came to.
    extent: Extent,
    /// Pages of the first round that failed once.
    tried: HashSet<u32>,
    /// Whether names are being asked for.
    naming: bool,
    /// How long a round takes.
    round: Duration,
    /// When the age of reads is looked at next.
    look: Instant,
    sweeps: Sweeps,
    /// Whether there are phones whose topics were not asked for.
    newcomers: bool,
    /// What phones have in common, as it was told last.
    traits: HashMap<DeviceId, PhoneTraits>,
    /// Until the first round is over, topics are not asked for before this.
    want_from: Instant,
}

impl PhoneFeed<'_> {
    /// Follows until paused; what is under way then is dropped.
    async fn follow(&mut self, hears: &Hears, quiet: &mut Quiet) {
        loop {
            let now = Instant::now();
            self.turn(now);
            self.sweep(now);
            self.ask(now);
            let wake = self.wake();
            let shared = self.shared;
            let news = async {
                shared.mailbox.room().await;
                hears.next(BATCH).await
            };
            tokio::select! {
                biased;
                () = quiet.wished() => return,
                () = shared.polls.notified() => self.asked(),
                Some(outcome) = self.reads.next() => self.landed(outcome),
                news = news => self.hear(news),
                () = sleep_until(wake.unwrap_or(now)), if wake.is_some() => {}
            }
            self.count();
        }
    }

    /// Ends the round that is over, begins the next, and looks at ages.
    fn turn(&mut self, now: Instant) {
        if let Some(round) = self.cycle.over(self.of_round, now) {
            self.finish(&round, now);
        }
        if !self.cycle.turns() {
            self.begin(now);
        }
        if now >= self.look {
            self.look = now + self.shared.poll / LOOKS;
            let old = self.book.outdated(now, self.round * OUTDATED_AFTER);
            self.tell(PhoneNews::Gap(old));
            self.cycle.prefer(self.book.pages_that_matter(now));
            // No sooner: a list that is scrolled through would have topics come and go with every line.
            if self.whole.is_some() && self.book.matter_without_topic(now) {
                self.want(now);
            }
        }
        if self.want_due().is_some_and(|due| now >= due) {
            self.want(now);
        }
    }

    /// When topics of newcomers are to be asked for: at once, but in the first round, where everything is new, together and now and then.
    fn want_due(&self) -> Option<Instant> {
        if !self.newcomers || (self.whole.is_none() && !self.is_large()) {
            return None;
        }
        Some(self.want_from)
    }

    /// Begins a whole round when it is time for one, else one over the pages that no topic carries.
    fn begin(&mut self, now: Instant) {
        let since = self.book.moment();
        let every = (1..=self.pages).collect();
        let allowed = self.reads_allowed();
        let paced =
            |pages, whole| Round::paced(pages, whole, self.shared.poll, allowed, since, now);
        let round = match self.whole {
            None => Round::swift(every, since, now),
            Some(at) if now >= at + self.whole_again() => paced(every, true),
            Some(_) => match self.book.polled_pages() {
                pages if pages.is_empty() => return,
                pages => paced(pages, false),
            },
        };
        if round.whole {
            self.extent = Extent::new(MOST_PAGES);
        }
        self.note_length(round.length());
        self.cycle.begin(round);
    }

    /// Reads of a page that a minute allows: where there are browsers, a page takes a request more, for their people.
    fn reads_allowed(&self) -> Option<u32> {
        let each = if self.book.has_browsers() { 2 } else { 1 };
        let allowed = self.shared.client.budget().allowed;
        allowed.map(|allowed| allowed / each)
    }

    /// Whole rounds follow each other after this time, sooner where pages could not be read.
    fn whole_again(&self) -> Duration {
        let seldom = self.shared.timing.reenumerate;
        self.extent.why().map_or(seldom, |_| seldom / SOONER)
    }

    /// A round is over: what it should have named and did not has moved, or is gone.
    fn finish(&mut self, round: &Round, now: Instant) {
        self.note_length(now.duration_since(round.begun()));
        let mut astray = self.book.astray(&round.pages, round.since);
        astray.truncate(ASTRAY);
        if !astray.is_empty() {
            self.reads
                .push(read::one_by_one(self.shared, astray, self.book.moment()));
        }
        if round.whole {
            let first = self.whole.replace(now).is_none();
            self.want_from = now;
            self.pages = self.extent.last().max(1);
            let why = self.extent.shortfall();
            self.want(now);
            self.list_people();
            if let Some(why) = &why {
                self.partial(why);
            } else if first {
                self.tell(PhoneNews::Whole);
            }
            if first {
                self.shared.tally.note(|notes| notes.enumerated = true);
                self.shared.phones_first.send_replace(true);
            }
        }
    }

    /// Not every phone is known, or nobody can tell.
    fn partial(&self, why: &str) {
        self.shared
            .say(ProblemKind::Users, format!("Phones: {why}"));
    }

    fn note_length(&mut self, length: Duration) {
        self.round = length.max(self.shared.poll);
        let round = u64::try_from(self.round.as_millis()).unwrap_or(u64::MAX);
        self.shared.tally.note(|notes| notes.poll_round_ms = round);
    }

    /// Starts the reads that are due.
    fn ask(&mut self, now: Instant) {
        while self.reads.len() < READS
            && let Some(due) = self.cycle.due(now)
        {
            self.of_round += usize::from(due.of_round);
            let begun = self.book.moment();
            self.flying.insert(due.page, begun);
            // What a person waits for first is which phones there are and which of them are lost.
            let with_people = self.whole.is_some() || !self.is_large();
            self.reads
                .push(read::page(self.shared, due, begun, with_people));
        }
        if self.whole.is_some() && !self.naming && self.reads.len() < READS {
            let unnamed = self.book.unnamed(wire::USERS);
            self.naming = !unnamed.is_empty();
            if self.naming {
                self.reads.push(read::names(self.shared, unnamed));
            }
        }
    }

    /// When something is to be done that nobody calls for.
    fn wake(&self) -> Option<Instant> {
        let whole = self.whole.map(|at| at + self.whole_again());
        let whole = whole.filter(|_| !self.cycle.turns());
        let numbers = self.book.numbers();
        let look = (numbers.sure < numbers.phones).then_some(self.look);
        // While as much is read as may be, the next answer is what to wait for.
        let next = self.cycle.next(self.of_round);
        let next = next.filter(|_| self.reads.len() < READS);
        let due = [whole, look, next, self.sweep_due(), self.want_due()];
        due.into_iter().flatten().min()
    }

    /// Says which topics are wanted: all, those of phones that matter first, then in the order of the list, so that those which
    /// do not fit lie on few pages.
    fn want(&mut self, now: Instant) {
        let (alone, combined) = self.book.topics(now);
        self.wants.set_many(alone, combined);
        self.newcomers = false;
        self.want_from = now;
        if self.whole.is_none() {
            self.want_from += WANT;
        }
    }

    /// Tells everyone who has a phone, and that this is everyone.
    fn list_people(&mut self) {
        let people = self.book.people();
        let total = Some(people.len() as u64);
        for users in people.chunks(PEOPLE) {
            self.tell_people(users.to_vec(), total);
        }
        self.shared.mailbox.post(News::UsersComplete);
    }

    fn tell_people(&self, users: Vec<User>, total: Option<u64>) {
        if !users.is_empty() {
            self.shared.mailbox.post(News::Users { users, total });
        }
    }

    /// Takes in what the channels say.
    fn hear(&mut self, heard: Vec<Heard>) {
        let mut sightings = Vec::new();
        for news in heard {
            match news {
                Heard::Event { topic, body } => match self.book.hear(&topic, &body) {
                    Ok(heard) => {
                        let doubted = self.book.take_doubted();
                        if !doubted.is_empty() {
                            self.tell(PhoneNews::Events(std::mem::take(&mut sightings)));
                            self.distrust(doubted);
                        }
                        sightings.extend(heard);
                    }
                    Err(reason) => {
                        self.shared.tally.note(|notes| notes.undecodable += 1);
                        self.shared.keep_sample(&topic.raw().into(), reason, &body);
                    }
                },
                news => {
                    // In the order in which it came.
                    self.tell(PhoneNews::Events(std::mem::take(&mut sightings)));
                    self.carry(&news);
                }
            }
        }
        self.tell(PhoneNews::Events(sightings));
    }

    /// What sweeps had made sure they cannot: only reads do.
    fn distrust(&mut self, doubted: Vec<(UserId, DeviceId)>) {
        if doubted.is_empty() {
            return;
        }
        self.tell(PhoneNews::Gap(doubted));
        self.cycle.hurry(self.book.stale_pages());
        let unsure = self.book.unsure_pages(Instant::now(), self.round, false);
        self.cycle.hurry(unsure.into_keys());
    }

    fn carry(&mut self, news: &Heard) {
        let lost = match news {
            Heard::Live(topics) => self.book.carry(topics.iter(), Delivery::Live),
            Heard::Gap(topics) => self.book.carry(topics.iter(), Delivery::Broken),
            Heard::Uncovered(topics) => self.book.carry(topics.iter(), Delivery::Polled),
            Heard::Refused(topic, _) => self.book.carry([topic].into_iter(), Delivery::Polled),
            Heard::Event { .. } => return,
        };
        self.tell(PhoneNews::Gap(lost));
        let now = Instant::now();
        self.cycle.prefer(self.book.pages_that_matter(now));
        if !matches!(news, Heard::Live(_) | Heard::Gap(_)) {
            // No topic is about to make these sure again: they are polled from here on, beginning now.
            self.cycle.hurry(self.book.stale_pages());
        }
        self.sweeps.people_wanted();
        // A large organisation is swept instead, and its people read.
        if !matches!(news, Heard::Gap(_)) && !self.is_large() {
            // A page of which other topics are about to be live is read once they are, or are not to be: one read proves all.
            let awaited = self.book.awaited_pages();
            let flying = &self.flying;
            // A read that began since is on its way already.
            let ahead = |pages: BTreeMap<u32, Moment>| {
                let ahead = pages.into_iter();
                let ahead = ahead.filter(|(page, _)| !awaited.contains(page));
                let ahead = ahead
                    .filter(|(page, since)| flying.get(page).is_none_or(|begun| begun < since));
                ahead.map(|(page, _)| page).collect::<BTreeSet<u32>>()
            };
            let unsure = ahead(self.book.unsure_pages(now, self.round, true));
            let mut unproven = ahead(self.book.unproven_pages(true));
            unproven.retain(|page| !unsure.contains(page));
            self.cycle.hurry(unsure);
            let allowed = self.reads_allowed();
            self.cycle.confirm(unproven, allowed);
        }
    }

    /// Somebody asked for a read.
    fn asked(&mut self) {
        let Asks {
            all,
            users,
            attended,
        } = std::mem::take(&mut *lock(&self.shared.asks));
        if let Some(attended) = attended {
            let now = Instant::now();
            self.book.attend(attended, now);
            self.cycle.prefer(self.book.pages_that_matter(now));
        }
        if all || users.len() > READS {
            self.cycle.hurry(1..=self.pages);
            return;
        }
        for user in users {
            let known = self.book.phones_of(&user);
            self.reads
                .push(read::user(self.shared, user, known, self.book.moment()));
        }
    }

    /// Nothing is read and nothing told while paused, so nothing is sure.
    fn silence(&mut self) {
        self.reads.clear();
        self.flying.clear();
        self.of_round = 0;
        self.naming = false;
        self.sweeps = Sweeps::new(self.shared.timing.unwell, Instant::now());
        self.cycle.stop();
        let all = self.book.doubt();
        self.tell(PhoneNews::Gap(all));
        // What no topic carries is read again first.
        let polled: BTreeSet<u32> = self.book.polled_pages();
        self.cycle.hurry(polled);
    }

    fn tell(&self, told: PhoneNews) {
        let says_something = match &told {
            PhoneNews::Read(_) | PhoneNews::ReadFailed { .. } | PhoneNews::Whole => true,
            PhoneNews::Events(sightings) => !sightings.is_empty(),
            PhoneNews::Names(names) => !names.is_empty(),
            PhoneNews::Traits(traits) => !traits.is_empty(),
            PhoneNews::Gap(phones) | PhoneNews::Gone(phones) => !phones.is_empty(),
        };
        if says_something {
            self.shared.mailbox.post(News::Phones(told));
        }
    }

    /// Keeps the status true: rows by topics, rows by polls.
    fn count(&self) {
        let small = |count| u32::try_from(count).unwrap_or(u32::MAX);
        let numbers = self.book.numbers();
        // Until everyone was read once, the organisation's own count tells how far that is.
        let total = self
            .total
            .filter(|_| self.whole.is_none() && self.only.is_none());
        let total = total.map_or(0, |total| usize::try_from(total).unwrap_or(usize::MAX));
        let counts = Counts {
            users: small(numbers.phones.max(total.min(book::MOST_PHONES))),
            read: small(numbers.phones),
            failed: 0,
            streams: small(numbers.covered),
            polled: small(numbers.phones - numbers.sure),
        };
        let carried = small(numbers.carried);
        let live = small(numbers.sure);
        self.shared.tally.census(Census {
            counts,
            carried,
            live,
        });
    }
}
