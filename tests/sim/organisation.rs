//! The organisation: who is there with which phones, and how each of them was at any moment.

use std::collections::BTreeMap;

use trunkline::model::registration::{Device, User};

use crate::dice::Dice;

pub const CODECS: [&str; 4] = ["opus", "PCMU", "PCMA", "telephone-event/8000"];
const SITES: [Option<&str>; 4] = [Some("Accra"), Some("Frankfurt"), Some("São Paulo"), None];
const NAMES: [&str; 5] = [
    "Ana Petrova",
    "Bob Osei",
    "佐藤 花子",
    "Eve\u{1b}[2J\u{202e}",
    "",
];

/// A phone: what it was from which moment on; none while there is no such phone.
#[derive(Clone, Debug, Default)]
pub struct Phone {
    turns: Vec<(i64, Option<bool>)>,
    pub codec: Option<&'static str>,
}

impl Phone {
    pub fn turn(&mut self, t: i64, to: Option<bool>) {
        self.turns.push((t, to));
    }

    pub fn now(&self) -> Option<bool> {
        self.turns.last().and_then(|(_, to)| *to)
    }

    /// How it was at that moment.
    pub fn was(&self, t: i64) -> Option<bool> {
        let before = self.turns.iter().rev().find(|(at, _)| *at <= t);
        before.and_then(|(_, to)| *to)
    }

    /// Whether it was so at any moment of a span.
    pub fn was_within(&self, from: i64, to: i64, registered: bool) -> bool {
        let within = self.turns.iter().filter(|(at, _)| *at >= from && *at <= to);
        self.was(from) == Some(registered) || within.clone().any(|(_, is)| *is == Some(registered))
    }
}

#[derive(Clone, Debug)]
pub struct Person {
    pub name: &'static str,
    pub site: Option<&'static str>,
    pub there: bool,
    pub phones: BTreeMap<String, Phone>,
}

#[derive(Clone, Debug, Default)]
pub struct Organisation {
    pub people: BTreeMap<String, Person>,
    made: u32,
}

impl Organisation {
    pub fn of(users: u32, dice: &mut Dice) -> Self {
        let mut organisation = Self::default();
        for _ in 0..users {
            organisation.hire(0, dice);
        }
        organisation
    }

    /// Somebody comes, with one to three phones.
    pub fn hire(&mut self, t: i64, dice: &mut Dice) -> String {
        self.made += 1;
        let id = format!("u-{:02}", self.made);
        let person = Person {
            name: dice.pick::<&str>(&NAMES),
            site: *dice.pick(&SITES),
            there: true,
            phones: BTreeMap::new(),
        };
        self.people.insert(id.clone(), person);
        for _ in 0..=dice.below(3) {
            self.give(&id, t, dice);
        }
        id
    }

    /// Somebody gets another phone.
    pub fn give(&mut self, user: &str, t: i64, dice: &mut Dice) -> Option<String> {
        let person = self.people.get_mut(user)?;
        let id = format!("{user}-d{}", person.phones.len());
        let mut phone = Phone {
            codec: Some(*dice.pick(&CODECS)),
            ..Phone::default()
        };
        phone.turn(t, Some(!dice.one_in(4)));
        person.phones.insert(id.clone(), phone);
        Some(id)
    }

    pub fn phone(&self, user: &str, device: &str) -> Option<&Phone> {
        self.people.get(user)?.phones.get(device)
    }

    pub fn phone_mut(&mut self, user: &str, device: &str) -> Option<&mut Phone> {
        self.people.get_mut(user)?.phones.get_mut(device)
    }

    /// Everyone who is there.
    pub fn present(&self) -> Vec<String> {
        let there = self.people.iter().filter(|(_, person)| person.there);
        there.map(|(id, _)| id.clone()).collect()
    }

    /// What a read of somebody is answered now.
    pub fn listing(&self, user: &str) -> Option<Vec<Device>> {
        let person = self.people.get(user).filter(|person| person.there)?;
        let there = person.phones.iter().filter_map(|(id, phone)| {
            Some(Device {
                id: id.as_str().into(),
                registered: phone.now()?,
                codec: phone.codec.map(Into::into),
            })
        });
        Some(there.collect())
    }

    pub fn user(&self, id: &str) -> Option<User> {
        let person = self.people.get(id).filter(|person| person.there)?;
        Some(User {
            id: id.into(),
            name: person.name.into(),
            site: person.site.map(Into::into),
        })
    }
}
