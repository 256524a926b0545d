//! The reads of phones, and what becomes of their answers.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use hashbrown::HashSet;
use tokio::time::Instant;

use super::book::{BookedRead, Moment};
use super::cycle::Due;
use super::{PhoneFeed, Shared};
use crate::cloud::pages::Page;
use crate::cloud::platform::pages::Whole;
use crate::cloud::platform::phones::USERS;
use crate::cloud::{Dated, Error, Fault, Urgency};
use crate::feed::complaints::ProblemKind;
use crate::feed::lock;
use crate::model::registration::User;
use crate::model::registration::duty::Duty;
use crate::model::registration::phone::{Phone, PhoneTraits};
use crate::model::{DeviceId, UserId};
use crate::vocabulary::news::News;
use crate::vocabulary::news::PhoneNews;

/// A read that has ended.
pub(super) enum FinishedRead {
    Page {
        page: u32,
        begun: Moment,
        of_round: bool,
        result: Result<(Dated<Page<Phone>>, People), Error>,
    },
    /// Phones read one by one: those that are there, and those that are not.
    Single {
        begun: Moment,
        result: Result<Found, Error>,
    },
    Names(Result<Vec<User>, Error>),
    /// Every phone that is not well.
    Swept {
        begun: Moment,
        asked: Instant,
        result: Result<Whole<Phone>, Error>,
    },
    /// There is room for the next step of a sweep.
    Sweeping {
        named: Arc<HashSet<DeviceId>>,
        begun: Moment,
        asked: Instant,
    },
    People(PeopleRead),
}

/// A read of people that has ended.
pub(super) struct PeopleRead {
    pub(super) users: Vec<UserId>,
    pub(super) begun: Moment,
    pub(super) asked: Instant,
    pub(super) result: Result<People, Error>,
}

/// What was read of the people behind browsers.
type People = Vec<(User, Duty)>;

/// What single reads found.
pub(super) struct Found {
    /// When the first of them was asked for, at the earliest.
    asked: Instant,
    phones: Vec<Phone>,
    people: People,
    gone: Vec<DeviceId>,
    faults: Vec<Fault>,
}

/// Reads a page, once there is room for the answer, and with it the people behind its browsers where `with_people` says so.
pub(super) fn page(
    shared: &Shared,
    due: Due,
    begun: Moment,
    with_people: bool,
) -> BoxFuture<'_, FinishedRead> {
    let Due {
        page,
        urgency,
        of_round,
    } = due;
    let read = async move {
        shared.mailbox.room().await;
        let read = async {
            let listed = shared.client.platform()?.phones_page(page, urgency).await?;
            let people = if with_people {
                people(shared, &listed.answer.entries, urgency).await?
            } else {
                People::new()
            };
            Ok((listed, people))
        };
        let result = read.await;
        FinishedRead::Page {
            page,
            begun,
            of_round,
            result,
        }
    };
    read.boxed()
}

/// Reads a user's phones, new ones included; `known` are those that were known.
pub(super) fn user(
    shared: &Shared,
    user: UserId,
    known: Vec<DeviceId>,
    begun: Moment,
) -> BoxFuture<'_, FinishedRead> {
    let read = async move {
        shared.mailbox.room().await;
        let mut found = Found::new();
        let listed = shared
            .client
            .platform()?
            .phones_of(&user, Urgency::Reread)
            .await?;
        (found.phones, found.faults) = (listed.entries, listed.faults);
        for id in known {
            if found.phones.iter().all(|phone| phone.id != id) {
                found.look(shared, id, Urgency::Reread).await?;
            }
        }
        found.people = people(shared, &found.phones, Urgency::Reread).await?;
        Ok(found)
    };
    read.map(move |result| FinishedRead::Single { begun, result })
        .boxed()
}

/// Looks for phones one by one.
pub(super) fn one_by_one(
    shared: &Shared,
    ids: Vec<DeviceId>,
    begun: Moment,
) -> BoxFuture<'_, FinishedRead> {
    let read = async move {
        shared.mailbox.room().await;
        let mut found = Found::new();
        for id in ids {
            shared.mailbox.room().await;
            found.look(shared, id, Urgency::Poll).await?;
        }
        found.people = people(shared, &found.phones, Urgency::Poll).await?;
        Ok(found)
    };
    read.map(move |result| FinishedRead::Single { begun, result })
        .boxed()
}

/// Asks for names.
pub(super) fn names(shared: &Shared, users: Vec<UserId>) -> BoxFuture<'_, FinishedRead> {
    let read = async move { shared.client.platform()?.names(&users, Urgency::Poll).await };
    read.map(FinishedRead::Names).boxed()
}

/// Reads people, [`USERS`] at most.
pub(super) fn people_of(
    shared: &Shared,
    users: Vec<UserId>,
    begun: Moment,
) -> BoxFuture<'_, FinishedRead> {
    let read = async move {
        shared.mailbox.room().await;
        let asked = Instant::now();
        let read = async {
            let platform = shared.client.platform()?;
            platform.duties(&users, Urgency::Enumerate).await
        };
        let result = read.await;
        FinishedRead::People(PeopleRead {
            users,
            begun,
            asked,
            result,
        })
    };
    read.boxed()
}

/// What the people behind the browsers among these phones are doing: without it nothing is known of the browsers.
async fn people(shared: &Shared, phones: &[Phone], urgency: Urgency) -> Result<People, Error> {
    let browsers = phones
        .iter()
        .filter(|phone| phone.browser && !phone.person.nobody);
    let users: BTreeSet<UserId> = browsers.map(|phone| phone.person.id.clone()).collect();
    let users: Vec<UserId> = users.into_iter().collect();
    let mut people = People::new();
    for users in users.chunks(USERS) {
        people.extend(shared.client.platform()?.duties(users, urgency).await?);
    }
    Ok(people)
}

impl Found {
    fn new() -> Self {
        Self {
            asked: Instant::now(),
            phones: Vec::new(),
            people: People::new(),
            gone: Vec::new(),
            faults: Vec::new(),
        }
    }

    async fn look(&mut self, shared: &Shared, id: DeviceId, urgency: Urgency) -> Result<(), Error> {
        match shared.client.platform()?.phone(&id, urgency).await? {
            Some(phone) => self.phones.push(phone),
            None => self.gone.push(id),
        }
        Ok(())
    }
}

impl PhoneFeed<'_> {
    /// Takes in what a read came to.
    pub(super) fn landed(&mut self, outcome: FinishedRead) {
        match outcome {
            FinishedRead::Page {
                page,
                begun,
                of_round,
                result,
            } => {
                self.of_round -= usize::from(of_round);
                if self.flying.get(&page) == Some(&begun) {
                    self.flying.remove(&page);
                }
                match result {
                    Ok((answer, people)) => {
                        self.take_page((page, of_round), begun, answer, people);
                    }
                    Err(error) => self.failed(page, of_round, &error),
                }
            }
            FinishedRead::Single { begun, result } => match result {
                Ok(found) => {
                    self.forget(found.gone);
                    self.shared.complain_of(&found.faults);
                    self.take(found.phones, found.people, None, (begun, found.asked));
                }
                Err(error) => self.shared.complain(ProblemKind::Read, &error),
            },
            FinishedRead::Swept {
                begun,
                asked,
                result,
            } => self.swept((begun, asked), result),
            FinishedRead::Sweeping {
                named,
                begun,
                asked,
            } => self.go_on(named, (begun, asked)),
            FinishedRead::People(read) => self.people_read(read),
            FinishedRead::Names(result) => {
                self.naming = false;
                match result {
                    Ok(named) => {
                        let named = self.book.name(named);
                        self.tell_people(named, None);
                    }
                    // An id is shown as well; the next new phone asks again.
                    Err(error) => self.shared.complain(ProblemKind::Users, &error),
                }
            }
        }
    }

    fn take_page(
        &mut self,
        (page, of_round): (u32, bool),
        begun: Moment,
        Dated { answer, at }: Dated<Page<Phone>>,
        people: People,
    ) {
        self.shared.complain_of(&answer.faults);
        self.shared.tally.read_worked();
        self.total = answer.sheet.total.or(self.total);
        // Where the list ends, whole rounds find out: each of their pages is read once.
        if of_round && self.cycle.is_whole() {
            self.extent.take(page, &answer.sheet);
            if self.extent.ended().is_some() {
                self.cycle.cut(self.extent.last());
            }
            self.cycle.extend(2..=self.extent.last());
        }
        self.take(answer.entries, people, Some(page), (begun, at));
    }

    /// Those of which it was not told yet.
    fn new_traits(
        &mut self,
        mut traits: Vec<(UserId, DeviceId, PhoneTraits)>,
    ) -> Vec<(UserId, DeviceId, PhoneTraits)> {
        traits.retain(|(_, device, is)| {
            let known = self.traits.insert(device.clone(), is.clone());
            known.as_ref() != Some(is)
        });
        traits
    }

    pub(super) fn take(
        &mut self,
        mut phones: Vec<Phone>,
        people: People,
        page: Option<u32>,
        begun: (Moment, Instant),
    ) {
        if let Some(only) = &self.only {
            phones.retain(|phone| only.contains(&phone.person.id));
        }
        let with_names = phones.iter().filter(|phone| phone.name != phone.id.0);
        let label = |phone: &Phone| {
            let whose = phone.person.id.clone();
            (whose, phone.id.clone(), phone.name.clone())
        };
        let labels = with_names.map(label).collect();
        let with_traits = phones
            .iter()
            .filter(|phone| phone.traits != PhoneTraits::default());
        let traits: Vec<_> = with_traits
            .map(|phone| {
                (
                    phone.person.id.clone(),
                    phone.id.clone(),
                    phone.traits.clone(),
                )
            })
            .collect();
        let BookedRead {
            people,
            sightings,
            moved,
            new,
            faults,
            doubted,
        } = self.book.land(phones, people, page, begun);
        self.shared.complain_of(&faults);
        // Who is somebody else's phone from here on is told of anew.
        for (_, device) in &moved {
            self.traits.remove(device);
        }
        let traits = self.new_traits(traits);
        self.tell(PhoneNews::Gone(moved));
        self.tell_people(people, None);
        self.tell(PhoneNews::Names(labels));
        self.tell(PhoneNews::Traits(traits));
        self.distrust(doubted);
        self.tell(PhoneNews::Read(sightings));
        self.newcomers |= new;
        self.sweeps.people_wanted();
    }

    fn forget(&mut self, ids: Vec<DeviceId>) {
        let gone = ids
            .into_iter()
            .filter_map(|id| Some((self.book.forget(&id)?, id)));
        let gone: Vec<_> = gone.collect();
        if !gone.is_empty() {
            self.tell(PhoneNews::Gone(gone));
            self.want(Instant::now());
        }
    }

    /// A page could not be read. What somebody waits for is tried again soon, the rest in the next round.
    fn failed(&mut self, page: u32, of_round: bool, error: &Error) {
        let asked = error.retry_after().unwrap_or_default();
        if !of_round {
            self.cycle.failed(page, asked, Instant::now());
        } else if self.whole.is_none() && (page == 1 || self.tried.insert(page)) {
            // The first round tries everything twice; without its first page nothing is known of the list.
            self.cycle.put_back(page, asked, Instant::now());
        } else if self.cycle.is_whole() {
            self.extent.failed(error.clone());
        }
        if self.whole.is_none() {
            // Whatever else can be read is not kept waiting by what cannot.
            self.shared.phones_first.send_replace(true);
        }
        let problem = error.problem();
        lock(&self.shared.complaints).note(ProblemKind::Read.of(error), problem.clone());
        self.shared.tally.read_failed();
        let phones = self.book.missed(page);
        let told = PhoneNews::ReadFailed { phones, problem };
        self.shared.mailbox.post(News::Phones(told));
    }
}
