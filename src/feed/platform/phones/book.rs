//! The phones that are known: what their reports come to, on which page of the list each was last, and whether its topic
//! carries it.
//!
//! Moments are counted, not timed: every event and every begun read takes the next number, so that "before" and "after" are exact. A read
//! that began before something became known does not undo it.

mod attention;
mod entry;
mod held;
mod pages;
mod people;
mod persons;
mod swept;
mod topics;

use std::collections::BTreeSet;

use bytes::Bytes;
use hashbrown::HashMap;
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
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own about a phone"
)]
struct Entry {
    user: UserId,
    /// Whether it is a browser: its person tells of it as well.
    browser: bool,
    /// Whether it is nobody's, and stands for itself.
    nobody: bool,
    /// Whether it can be told to start anew; none is not told.
    reboots: Option<bool>,
    standing: Standing,
    /// What it last came to.
    worth: Worth,
    place: PagePlace,
    /// What keeps it up.
    carriage: Carriage,
    /// What its edges said before this is not sure: its topics went live then. None once a read or an event has confirmed it.
    unsure: Option<Moment>,
    /// The same of what its person does, where it is a browser; only a read of the person confirms it.
    waits: Option<Moment>,
    /// Whether its topic has kept it sure before.
    proven: bool,
    /// What of it was told as not sure, and was not told again since.
    stale: Unsaid,
    /// Whether only the silence of a sweep has made it sure or kept it new, since it was last told of.
    silent: bool,
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
    /// How many phones bear each of [`Entry::marks`].
    marks: [usize; 3],
    /// How many phones each person has.
    held: Held,
    /// Whether a phone was seen that its edge calls well and does not reach: from then on only what is named is known.
    words_lie: bool,
    /// Phones that sweeps had made sure until then, not told yet.
    doubted: Vec<(UserId, DeviceId)>,
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
    /// Phones that sweeps had made sure, of which it has turned out that sweeps cannot.
    pub doubted: Vec<(UserId, DeviceId)>,
}

/// Parts of a phone that were told as not sure, and not again since.
#[derive(Clone, Copy, Debug, Default)]
struct Unsaid {
    /// What its edges say.
    edges: bool,
    /// What its person does, where it is a browser.
    person: bool,
}

/// What of a phone was told.
enum Part {
    /// What its edges say.
    Edges,
    /// What its person does, where it is a browser.
    Person,
    /// Everything.
    Both,
    /// Not all of either.
    Some,
}

/// What tells of a phone.
struct Telling {
    of: Part,
    /// When the read was asked for; none is an event, which is of now.
    read: Option<Instant>,
    /// The event, as it came.
    raw: Bytes,
}

impl Telling {
    fn read(of: Part, asked: Instant) -> Self {
        let (read, raw) = (Some(asked), Bytes::new());
        Self { of, read, raw }
    }

    const fn event(of: Part, raw: Bytes) -> Self {
        let read = None;
        Self { of, read, raw }
    }
}

impl Book {
    /// The next moment: what begins now is after everything before.
    pub fn moment(&mut self) -> Moment {
        self.now += 1;
        self.now
    }

    pub fn numbers(&self) -> Numbers {
        let [carried, sure, covered] = self.marks;
        Numbers {
            phones: self.phones.len(),
            carried,
            sure,
            covered,
        }
    }

    /// Changes one phone, and keeps the figures true. None where it is not known.
    fn amend<R>(&mut self, id: &DeviceId, change: impl FnOnce(&mut Entry) -> R) -> Option<R> {
        let entry = self.phones.get_mut(id)?;
        let before = entry.marks();
        let changed = change(entry);
        let after = entry.marks();
        for ((sum, before), after) in self.marks.iter_mut().zip(before).zip(after) {
            *sum = *sum + usize::from(after) - usize::from(before);
        }
        Some(changed)
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
        (begun, asked): (Moment, Instant),
    ) -> BookedRead {
        let mut landed = BookedRead::default();
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
            if phone.report.contrary {
                self.distrust_words();
            }
            self.meet(&phone, &mut landed);
            if !self.enter(&phone, &mut landed) {
                continue;
            }
            if let Some((_, duty)) = read {
                self.persons.read(&phone.person.id, duty, (begun, asked));
            }
            let duty = self.persons.duty(&phone.person.id);
            let told_of = read.is_some() || phone.person.nobody;
            let told = self.amend(&phone.id.clone(), |entry| {
                if let Some(page) = page {
                    entry.place = (page, at);
                }
                entry.seen = entry.seen.max(begun);
                entry.reboots = phone.reboots;
                entry.nobody = phone.person.nobody;
                // An event came while the read was under way: it is newer. A desk phone's tells everything of it.
                if entry.spoken > begun && !entry.browser {
                    return None;
                }
                entry.confirm(begun, told_of);
                if entry.spoken <= begun {
                    entry.standing.take(Report {
                        // A read is newer than what was heard before it began, whatever the clocks of edges say.
                        made: None,
                        ..phone.report
                    });
                }
                let of = if told_of { Part::Both } else { Part::Edges };
                entry.sighting(phone.id, &duty, Telling::read(of, asked))
            });
            landed.sightings.extend(told.flatten());
        }
        landed.doubted = self.take_doubted();
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
        let duty = self.persons.duty(&self.phones.get(&id)?.user);
        let whole = report.primary.is_some();
        if report.contrary {
            self.distrust_words();
        }
        let told = self.amend(&id.clone(), |entry| {
            if !entry.standing.take(report) {
                return None;
            }
            entry.spoken = now;
            if whole {
                entry.unsure = None;
            }
            let of = if whole { Part::Edges } else { Part::Some };
            entry.sighting(id, &duty, Telling::event(of, raw))
        });
        told.flatten()
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
                entry.sighting(id, &duty, Telling::event(Part::Some, raw.clone()))
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
                Subject::Person(id, place) => {
                    let user = UserId::from(id);
                    if by != Delivery::Live && place == duty::CONNECTION {
                        self.persons.lose_connection(&user);
                    }
                    self.persons.browsers(&user)
                }
            };
            for id in phones {
                let turned = self.amend(&id, |entry| {
                    let lost = by != Delivery::Live && !entry.is_polled();
                    if lost {
                        entry.go_stale();
                    }
                    entry.carriage.turn(subject.bit(), by);
                    entry.unsure = entry.carried().then_some(now);
                    entry.waits = entry.unsure.filter(|_| entry.browser);
                    (entry.user.clone(), lost, entry.waits.is_some())
                });
                let Some((user, was_lost, waits)) = turned else {
                    continue;
                };
                if waits {
                    self.persons.doubt(&user, now);
                }
                if was_lost {
                    lost.push((user, id));
                }
            }
        }
        lost
    }

    /// Nothing is sure any more. Returns every phone.
    pub fn doubt(&mut self) -> Vec<(UserId, DeviceId)> {
        self.persons.lose_connections();
        let all = self.phones.iter_mut();
        all.map(|(id, entry)| {
            entry.go_stale();
            (entry.user.clone(), id.clone())
        })
        .collect()
    }

    /// Phones of one user.
    pub fn phones_of(&self, user: &UserId) -> Vec<DeviceId> {
        let own = self.phones.iter().filter(|(_, entry)| entry.user == *user);
        own.map(|(id, _)| id.clone()).collect()
    }

    /// Forgets a phone that the organisation has no more. Returns whose it was.
    pub fn forget(&mut self, id: &DeviceId) -> Option<UserId> {
        let entry = self.phones.remove(id)?;
        self.held.less(&entry.user);
        self.persons.leave(&entry.user, id);
        for (sum, mark) in self.marks.iter_mut().zip(entry.marks()) {
            *sum -= usize::from(mark);
        }
        Some(entry.user)
    }

    /// Sees that a phone is known, as this person's; false where there is no room for it.
    fn enter(&mut self, phone: &Phone, landed: &mut BookedRead) -> bool {
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
            return false;
        }
        let mut moved = None;
        if let Some(before) = before.filter(|before| before != owner) {
            // Other people's topics tell of it from now on: it begins anew, but for its own.
            moved = self.phones.get(&phone.id).map(|entry| entry.carriage);
            self.forget(&phone.id);
            landed.moved.push((before, phone.id.clone()));
        }
        if self.phones.contains_key(&phone.id) {
            return true;
        }
        landed.new = true;
        self.held.more(owner);
        let now = self.moment();
        let mut carriage = Carriage::new(phone.browser);
        let others = self.persons.browsers(owner);
        let other = others.first().and_then(|other| self.phones.get(other));
        if let Some(other) = other.filter(|_| phone.browser) {
            carriage = carriage.beside(other.carriage);
        }
        if let Some(moved) = moved {
            carriage = carriage.keeping(moved);
        }
        if phone.browser {
            self.persons.take(owner, &phone.id);
        }
        let entry = Entry::new(owner.clone(), phone.browser, carriage, now);
        if entry.waits.is_some() {
            self.persons.doubt(owner, now);
        }
        for (sum, mark) in self.marks.iter_mut().zip(entry.marks()) {
            *sum += usize::from(mark);
        }
        self.phones.insert(phone.id.clone(), entry);
        true
    }
}

/// Whether that was so short a while ago that it still matters.
fn is_recent(at: Instant, now: Instant) -> bool {
    now.duration_since(at) < LATELY
}

#[cfg(test)]
mod tests;
