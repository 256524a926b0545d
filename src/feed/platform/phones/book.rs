//! The phones that are known: what their reports come to, on which page of the list each was last, and whether its topic
//! carries it.
//!
//! Moments are counted, not timed: every event and every begun read takes the next number, so that "before" and "after" are exact. A read
//! that began before something became known does not undo it.

mod entry;
mod held;
mod persons;
mod topics;

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use hashbrown::{HashMap, HashSet};
use tokio::time::{Duration, Instant};

use self::held::Held;
pub(super) use self::held::MOST_PHONES;
use self::persons::Persons;
use self::topics::{Carriage, Subject};
use crate::cloud::Fault;
use crate::cloud::platform::{duty, phones as wire};
use crate::feed::platform::channels::Topic;
use crate::model::registration::User;
use crate::model::registration::condition::Worth;
use crate::model::registration::duty::Duty;
use crate::model::registration::phone::{Phone, Report, Sighting, Standing};
use crate::model::{DeviceId, UserId};
use crate::text::Text;

/// How long a phone matters whose registration has changed: as long as a flapping one is told (contract §5).
const LATELY: Duration = Duration::from_secs(300);

/// A moment, by count.
pub(super) type Moment = u64;

/// A page of the list, counting from 1, and the place on it.
type PagePlace = (u32, u32);

/// One phone.
#[derive(Debug)]
struct Entry {
    user: UserId,
    /// Whether it is a browser: its person tells of it as well.
    browser: bool,
    /// Whether it can be told to start anew; none is not told.
    reboots: Option<bool>,
    standing: Standing,
    /// What it last came to.
    worth: Worth,
    place: PagePlace,
    /// What keeps it up.
    carriage: Carriage,
    /// What is known before this is not sure: the topic went live then. None once a read or an event has confirmed it.
    unsure: Option<Moment>,
    /// Whether its topic has kept it sure before.
    proven: bool,
    /// Whether it was told as not sure, and nothing has confirmed it since.
    stale: bool,
    /// When its registration last changed.
    turned: Option<Instant>,
    /// When an event last spoke of it.
    spoken: Moment,
    /// When a read that named it last began.
    seen: Moment,
    /// When it was last confirmed; none once its age was told.
    checked: Option<Instant>,
}

/// All phones.
#[derive(Debug, Default)]
pub(super) struct Book {
    phones: HashMap<DeviceId, Entry>,
    people: HashMap<UserId, User>,
    /// Those who have a browser.
    persons: Persons,
    /// Persons whose names are to be asked for.
    unnamed: BTreeSet<UserId>,
    /// Persons whom somebody looks at, has marked or is alerted of, and those of whom that was so lately, by when it last was.
    attended: HashMap<UserId, Instant>,
    /// When that was last told.
    told: Option<Instant>,
    now: Moment,
    carried: usize,
    sure: usize,
    covered: usize,
    /// How many phones each person has.
    held: Held,
}

/// How many phones are kept up in which way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Numbers {
    /// All.
    pub phones: usize,
    /// Those whose topic is live, whether or not they were read since.
    pub carried: usize,
    /// Of those, the ones that were read or spoken of since: their rows are live.
    pub sure: usize,
    /// Those whose topic is on a channel, live or not, or is to be; all others are polled.
    pub covered: usize,
}

/// What keeps a phone up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Delivery {
    /// A channel.
    Live,
    /// A channel, which is down just now or is yet to be.
    Broken,
    /// No channel.
    Polled,
}

/// What a read brought.
#[derive(Debug, Default)]
pub(super) struct BookedRead {
    /// People that are new, or have another name or site.
    pub people: Vec<User>,
    /// What is so of the phones now.
    pub sightings: Vec<Sighting>,
    /// Rows that are no more, because the phone has become another's.
    pub moved: Vec<(UserId, DeviceId)>,
    /// Whether there are phones that were not known.
    pub new: bool,
    /// What was left out because there is no end to it, said once for each person.
    pub faults: Vec<Fault>,
}

impl Book {
    /// The next moment: what begins now is after everything before.
    pub fn moment(&mut self) -> Moment {
        self.now += 1;
        self.now
    }

    pub fn numbers(&self) -> Numbers {
        Numbers {
            phones: self.phones.len(),
            carried: self.carried,
            sure: self.sure,
            covered: self.covered,
        }
    }

    /// Whether any phone is a browser, so that reads of phones take reads of people.
    pub fn has_browsers(&self) -> bool {
        self.persons.any()
    }

    /// Takes in phones that a read named which began at `begun`, and what it read of the people behind browsers; `page` is the page it
    /// was, where it was one.
    pub fn land(
        &mut self,
        phones: Vec<Phone>,
        people: Vec<(User, Duty)>,
        page: Option<u32>,
        begun: Moment,
    ) -> BookedRead {
        let mut landed = BookedRead::default();
        let mut sure = 0;
        let people: HashMap<UserId, (User, Duty)> = people
            .into_iter()
            .map(|(user, duty)| (user.id.clone(), (user, duty)))
            .collect();
        for (at, mut phone) in (0..).zip(phones) {
            let read = people
                .get(&phone.person.id)
                .filter(|_| phone.browser && !phone.person.nobody);
            if let Some((user, _)) = read.filter(|(user, _)| !user.name.is_empty()) {
                phone.person.name = user.name.clone();
            }
            self.meet(&phone, &mut landed);
            if self.enter(&phone, &mut landed).is_none() {
                continue;
            }
            if let Some((_, duty)) = read {
                self.persons.read(&phone.person.id, duty, begun);
            }
            let duty = self.persons.duty(&phone.person.id);
            let Some(entry) = self.phones.get_mut(&phone.id) else {
                continue;
            };
            if let Some(page) = page {
                entry.place = (page, at);
            }
            entry.seen = entry.seen.max(begun);
            entry.reboots = phone.reboots;
            // An event came while the read was under way: it is newer. A desk phone's tells everything of it.
            if entry.spoken > begun && !entry.browser {
                continue;
            }
            if entry.unsure.is_some_and(|since| begun > since) {
                entry.unsure = None;
                sure += 1;
            }
            if entry.spoken <= begun {
                entry.standing.take(Report {
                    // A read is newer than what was heard before it began, whatever the clocks of edges say.
                    made: None,
                    ..phone.report
                });
            }
            landed
                .sightings
                .push(entry.sighting(phone.id, &duty, Bytes::new()));
        }
        self.sure += sure;
        landed
    }

    /// Takes in an event, as it came. Returns the phones that it speaks of: none when that is no known one, or when it is older than
    /// what is known. The error says why it cannot be understood.
    pub fn hear(&mut self, topic: &Topic, raw: &Bytes) -> Result<Vec<Sighting>, Text> {
        match Subject::of(topic) {
            Some(Subject::Phone(id)) => {
                let report = wire::event(raw)?;
                let heard = self.hear_phone(DeviceId::from(id), report, raw.clone());
                Ok(heard.into_iter().collect())
            }
            Some(Subject::Person(id, place)) => {
                let told = duty::event(duty::TOPICS.get(place).unwrap_or(&""), raw)?;
                Ok(self.hear_person(&UserId::from(id), place, told, raw))
            }
            None => Ok(Vec::new()),
        }
    }

    fn hear_phone(&mut self, id: DeviceId, report: Report, raw: Bytes) -> Option<Sighting> {
        let now = self.moment();
        let entry = self.phones.get_mut(&id)?;
        if !entry.standing.take(report) {
            return None;
        }
        entry.spoken = now;
        // A browser's event tells of its edge alone: only a read makes it sure.
        let whole = report.primary.is_some() && !entry.browser;
        if whole && entry.unsure.take().is_some() {
            self.sure += 1;
        }
        let duty = self.persons.duty(&entry.user);
        Some(entry.sighting(id, &duty, raw))
    }

    fn hear_person(
        &mut self,
        user: &UserId,
        place: usize,
        told: Duty,
        raw: &Bytes,
    ) -> Vec<Sighting> {
        let now = self.moment();
        if !self.persons.hear(user, place, told, now) {
            return Vec::new();
        }
        let duty = self.persons.duty(user);
        let browsers = self.persons.browsers(user).into_iter();
        browsers
            .filter_map(|id| {
                let entry = self.phones.get_mut(&id)?;
                Some(entry.sighting(id, &duty, raw.clone()))
            })
            .collect()
    }

    /// What carries these topics has changed. Returns the phones whose rows were sure and are not now.
    pub fn carry<'t>(
        &mut self,
        topics: impl Iterator<Item = &'t Topic>,
        by: Delivery,
    ) -> Vec<(UserId, DeviceId)> {
        let now = self.moment();
        let mut lost = Vec::new();
        for topic in topics {
            let Some(subject) = Subject::of(topic) else {
                continue;
            };
            let phones = match subject {
                Subject::Phone(id) => vec![DeviceId::from(id)],
                Subject::Person(id, _) => self.persons.browsers(&UserId::from(id)),
            };
            for id in phones {
                let Some(entry) = self.phones.get_mut(&id) else {
                    continue;
                };
                if !entry.is_polled() {
                    self.sure -= 1;
                    if by != Delivery::Live {
                        entry.stale = true;
                        lost.push((entry.user.clone(), id));
                    }
                }
                let before = entry.carriage.by();
                entry.carriage.turn(subject.bit(), by);
                self.carried = self.carried + usize::from(entry.carried())
                    - usize::from(before == Delivery::Live);
                self.covered = self.covered + usize::from(entry.covered())
                    - usize::from(before != Delivery::Polled);
                entry.unsure = entry.carried().then_some(now);
            }
        }
        lost
    }

    /// From now on these persons matter, and no others. Of whom nothing is known yet, that is kept in mind.
    pub fn attend(&mut self, users: Vec<UserId>, now: Instant) {
        self.attended.retain(|_, at| is_recent(*at, now));
        self.attended
            .extend(users.into_iter().map(|user| (user, now)));
        self.told = Some(now);
    }

    /// Whether a phone matters that is polled although others have topics.
    pub fn matter_without_topic(&self, now: Instant) -> bool {
        let mut uncovered = self.phones.values().filter(|entry| !entry.covered());
        self.covered > 0 && uncovered.any(|entry| self.keeps_topic(entry, now))
    }

    /// Whether a topic of this phone goes before others. Whoever was looked at stays so for a while: a look back would cost a
    /// read and a change of a channel each time.
    fn keeps_topic(&self, entry: &Entry, now: Instant) -> bool {
        let attended = self.attended.get(&entry.user);
        entry.matters(now) || attended.is_some_and(|at| is_recent(*at, now))
    }

    /// The topics of all phones: all those of phones that matter first, then in the order of the list the one of each that tells what
    /// no read does or as much as a read, then the others.
    pub fn topics(&self, now: Instant) -> Vec<Topic> {
        let mut order: Vec<_> = self.phones.iter().collect();
        order.sort_by_cached_key(|(_, entry)| (!self.keeps_topic(entry, now), entry.place));
        let (mut first, mut then) = (Vec::with_capacity(order.len()), Vec::new());
        for (id, entry) in order {
            if !entry.browser {
                first.push(topics::phone(id.raw()));
                continue;
            }
            let mut own = duty::TOPICS
                .map(|word| topics::person(&entry.user, word))
                .into_iter();
            first.extend(own.next());
            let others = own.chain([topics::phone(id.raw())]);
            if self.keeps_topic(entry, now) {
                first.extend(others);
            } else {
                then.extend(others);
            }
        }
        first.append(&mut then);
        first
    }

    /// Pages that are to be read out of turn, with the moment that a read has to begin after: those with a phone that is not sure
    /// and was last read longer than `fresh` ago. What was polled meanwhile is confirmed in its turn.
    pub fn unsure_pages(&self, now: Instant, fresh: Duration) -> BTreeMap<u32, Moment> {
        let old = |entry: &&Entry| {
            let checked = entry.checked.filter(|_| !entry.stale);
            checked.is_none_or(|at| now.duration_since(at) >= fresh)
        };
        self.pages(|entry| entry.carried() && old(&entry))
    }

    /// Pages with a phone that no topic has kept sure before, and that one is to: a read makes it live.
    pub fn unproven_pages(&self) -> BTreeMap<u32, Moment> {
        self.pages(|entry| entry.carried() && !entry.proven)
    }

    /// Pages with a phone that is not sure and that no topic carries.
    pub fn stale_pages(&self) -> BTreeSet<u32> {
        let stale = self.phones.values();
        let stale = stale.filter(|entry| entry.stale && !entry.covered());
        stale.map(|entry| entry.place.0).collect()
    }

    /// Pages with a phone that matters: attended to, lost, or changed lately.
    pub fn pages_that_matter(&self, now: Instant) -> BTreeSet<u32> {
        let attended = |entry: &Entry| {
            self.told.is_some() && self.attended.get(&entry.user).copied() == self.told
        };
        let matters = |entry: &&Entry| attended(entry) || entry.matters(now);
        let pages = self.phones.values().filter(matters);
        pages.map(|entry| entry.place.0).collect()
    }

    fn pages(&self, chosen: impl Fn(&Entry) -> bool) -> BTreeMap<u32, Moment> {
        let mut pages = BTreeMap::new();
        for entry in self.phones.values().filter(|entry| chosen(entry)) {
            if let Some(since) = entry.unsure {
                let latest = pages.entry(entry.place.0).or_insert(since);
                *latest = since.max(*latest);
            }
        }
        pages
    }

    /// Pages on which a phone is that no topic keeps sure.
    pub fn polled_pages(&self) -> BTreeSet<u32> {
        let polled = self.phones.values().filter(|entry| entry.is_polled());
        polled.map(|entry| entry.place.0).collect()
    }

    /// Nothing is sure any more. Returns every phone.
    pub fn doubt(&mut self) -> Vec<(UserId, DeviceId)> {
        let all = self.phones.iter_mut();
        all.map(|(id, entry)| {
            entry.stale = true;
            (entry.user.clone(), id.clone())
        })
        .collect()
    }

    /// Phones on these pages that no read has named which began at `since` or later: moved to another page, or gone.
    pub fn astray(&self, pages: &BTreeSet<u32>, since: Moment) -> Vec<DeviceId> {
        let astray = self
            .phones
            .iter()
            .filter(|(_, entry)| entry.seen < since && pages.contains(&entry.place.0));
        astray.map(|(id, _)| id.clone()).collect()
    }

    /// Phones of one user.
    pub fn phones_of(&self, user: &UserId) -> Vec<DeviceId> {
        let own = self.phones.iter().filter(|(_, entry)| entry.user == *user);
        own.map(|(id, _)| id.clone()).collect()
    }

    /// Phones on a page whose rows no topic keeps sure.
    pub fn polled_on(&self, page: u32) -> Vec<(UserId, DeviceId)> {
        let polled = self
            .phones
            .iter()
            .filter(|(_, entry)| entry.place.0 == page && entry.is_polled());
        polled
            .map(|(id, entry)| (entry.user.clone(), id.clone()))
            .collect()
    }

    /// Phones that no topic carries and whose last read is older than `age`; each is named once until it is read again.
    pub fn outdated(&mut self, now: Instant, age: Duration) -> Vec<(UserId, DeviceId)> {
        let old = |entry: &Entry| {
            let checked = entry.checked.filter(|_| entry.is_polled());
            checked.is_some_and(|at| now.duration_since(at) > age)
        };
        let outdated = self.phones.iter_mut().filter(|(_, entry)| old(entry));
        let told = outdated.map(|(id, entry)| {
            (entry.checked, entry.stale) = (None, true);
            (entry.user.clone(), id.clone())
        });
        told.collect()
    }

    /// Forgets a phone that the organisation has no more. Returns whose it was.
    pub fn forget(&mut self, id: &DeviceId) -> Option<UserId> {
        let entry = self.phones.remove(id)?;
        self.held.less(&entry.user);
        self.persons.leave(&entry.user, id);
        self.carried -= usize::from(entry.carried());
        self.sure -= usize::from(!entry.is_polled());
        self.covered -= usize::from(entry.covered());
        Some(entry.user)
    }

    /// Everyone who has a phone; whoever has none any more is forgotten.
    pub fn people(&mut self) -> Vec<User> {
        let owners: HashSet<&UserId> = self.phones.values().map(|entry| &entry.user).collect();
        self.people.retain(|id, _| owners.contains(id));
        self.unnamed.retain(|id| owners.contains(id));
        self.people.values().cloned().collect()
    }

    /// At most `most` people whose names are to be asked for; each is given once.
    pub fn unnamed(&mut self, most: usize) -> Vec<UserId> {
        let asked: Vec<UserId> = self.unnamed.iter().take(most).cloned().collect();
        for id in &asked {
            self.unnamed.remove(id);
        }
        asked
    }

    /// Takes in names. Returns the people with theirs.
    pub fn name(&mut self, named: Vec<User>) -> Vec<User> {
        let mut known = Vec::new();
        for User { id, name, .. } in named {
            if let Some(person) = self.people.get_mut(&id) {
                person.name = name;
                known.push(person.clone());
            }
        }
        known
    }

    fn meet(&mut self, phone: &Phone, landed: &mut BookedRead) {
        let person = &phone.person;
        let known = self.people.get(&person.id);
        // A reference without a name does not take away one that was asked for; the first site that is told stays.
        let name = Some(&person.name).filter(|name| !name.is_empty());
        let name = name.or(known.map(|known| &known.name)).cloned();
        let site = known
            .and_then(|known| known.site.clone())
            .or(phone.site.clone());
        let user = User {
            id: person.id.clone(),
            name: name.unwrap_or_default(),
            site,
        };
        if known == Some(&user) || (known.is_none() && self.phones.len() >= MOST_PHONES) {
            return;
        }
        if known.is_none() && user.name.is_empty() {
            self.unnamed.insert(user.id.clone());
        }
        self.people.insert(user.id.clone(), user.clone());
        landed.people.push(user);
    }

    fn enter(&mut self, phone: &Phone, landed: &mut BookedRead) -> Option<&mut Entry> {
        let owner = &phone.person.id;
        let before = self.phones.get(&phone.id).map(|entry| entry.user.clone());
        let all = self.phones.len();
        if let Some(full) = self.held.refuses(owner, before.as_ref(), all) {
            if !landed.faults.contains(&full) {
                landed.faults.push(full);
            }
            // What has become a phone of that person is no longer the other's either.
            landed
                .moved
                .extend(before.map(|user| (user, phone.id.clone())));
            self.forget(&phone.id);
            return None;
        }
        let mut moved = None;
        if let Some(before) = before.filter(|before| before != owner) {
            // Other people's topics tell of it from now on: it begins anew, but for its own.
            moved = self.phones.get(&phone.id).map(|entry| entry.carriage);
            self.forget(&phone.id);
            landed.moved.push((before, phone.id.clone()));
        }
        let known = self.phones.contains_key(&phone.id);
        landed.new |= !known;
        let mut carriage = Carriage::new(phone.browser);
        let now = self.moment();
        if !known {
            self.held.more(owner);
            let others = self.persons.browsers(owner);
            let other = others.first().and_then(|other| self.phones.get(other));
            if let Some(other) = other.filter(|_| phone.browser) {
                carriage = carriage.beside(other.carriage);
            }
            if let Some(moved) = moved {
                carriage = carriage.keeping(moved);
            }
            self.covered += usize::from(carriage.by() != Delivery::Polled);
            self.carried += usize::from(carriage.by() == Delivery::Live);
        }
        if phone.browser {
            self.persons.take(owner, &phone.id);
        }
        let entry = self
            .phones
            .entry(phone.id.clone())
            .or_insert_with(|| Entry {
                user: owner.clone(),
                browser: phone.browser,
                reboots: None,
                standing: Standing::default(),
                worth: Worth::Unknown,
                place: (1, 0),
                carriage,
                unsure: (carriage.by() == Delivery::Live).then_some(now),
                proven: false,
                stale: false,
                turned: None,
                spoken: 0,
                seen: 0,
                checked: None,
            });
        Some(entry)
    }
}

/// Whether that was so short a while ago that it still matters.
fn is_recent(at: Instant, now: Instant) -> bool {
    now.duration_since(at) < LATELY
}

#[cfg(test)]
mod tests;
