//! Whose phones they are: names, and what was read of the people behind browsers.

use hashbrown::HashSet;
use tokio::time::Instant;

use super::{Book, BookedRead, MOST_PHONES, Moment, Part, Telling};
use crate::model::UserId;
use crate::model::registration::User;
use crate::model::registration::duty::Duty;
use crate::model::registration::phone::Phone;

impl Book {
    /// At most `most` people of whom a read is to begin now, at `begun`, those who matter first: nothing was read of them, or not since
    /// their topics went live.
    pub fn people_to_read(&mut self, most: usize, begun: Moment, now: Instant) -> Vec<UserId> {
        let attended = &self.attended;
        let matters = |user: &UserId| {
            attended
                .get(user)
                .is_some_and(|at| super::is_recent(*at, now))
        };
        self.persons.next_read(most, begun, matters)
    }

    /// These people could not be read; they are to be.
    pub fn people_missed(&mut self, users: &[UserId]) {
        self.persons.missed(users);
    }

    /// Takes in what a read of people brought that began at `begun`.
    pub fn land_people(
        &mut self,
        people: Vec<(User, Duty)>,
        (begun, asked): (Moment, Instant),
    ) -> BookedRead {
        let mut landed = BookedRead::default();
        let mut named = Vec::new();
        for (user, duty) in people {
            self.persons.read(&user.id, &duty, (begun, asked));
            let duty = self.persons.duty(&user.id);
            for id in self.persons.browsers(&user.id) {
                let told = self.amend(&id, |entry| {
                    entry.confirm_person(begun);
                    entry.sighting(id.clone(), &duty, Telling::read(Part::Person, asked))
                });
                landed.sightings.extend(told.flatten());
            }
            named.extend(Some(user).filter(|user| !user.name.is_empty()));
        }
        landed.people = self.name(named);
        landed
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
        // Whoever has a browser is read with the name.
        let asked = self.unnamed.iter().filter(|id| !self.persons.has(id));
        let asked: Vec<UserId> = asked.take(most).cloned().collect();
        for id in &asked {
            self.unnamed.remove(id);
        }
        asked
    }

    /// Takes in names. Returns the people whose name is new, with it.
    pub fn name(&mut self, named: Vec<User>) -> Vec<User> {
        let mut known = Vec::new();
        for User { id, name, .. } in named {
            self.unnamed.remove(&id);
            if let Some(person) = self
                .people
                .get_mut(&id)
                .filter(|person| person.name != name)
            {
                person.name = name;
                known.push(person.clone());
            }
        }
        known
    }

    pub(super) fn meet(&mut self, phone: &Phone, landed: &mut BookedRead) {
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
}
