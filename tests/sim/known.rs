//! What is to be known by what was told: the rules of [`News`] once more, in the plainest form, for the store to be held against.

use std::collections::BTreeMap;

use trunkline::model::alert::{AlertBook, AlertId, AlertStanding};
use trunkline::model::registration::{Device, State, UNNAMED, Update};
use trunkline::store::{Row, Store};
use trunkline::vocabulary::news::News;

use crate::feed::Feed;
use crate::organisation::Organisation;

/// What was said of a phone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claim {
    pub registered: Option<bool>,
    pub codec: Option<String>,
    pub stale: bool,
    pub remembered: bool,
    /// The moment at which the organisation said so.
    pub as_of: i64,
}

impl Claim {
    fn state(&self) -> State {
        match self.registered {
            _ if self.remembered => State::Remembered,
            None => State::Unknown,
            Some(_) if self.stale => State::Stale,
            Some(true) => State::Ok,
            Some(false) => State::Lost,
        }
    }
}

#[derive(Clone, Debug, Default)]
struct Person {
    listed: bool,
    unread: bool,
    phones: BTreeMap<String, Claim>,
}

#[derive(Clone, Debug, Default)]
pub struct Known {
    people: BTreeMap<String, Person>,
}

/// One row in words: whose, which, its state, its codec.
pub type Told = (String, String, &'static str, Option<String>);

/// Which alerts there are, how they stand, and how many each tells of; then silences, and what was forgotten.
pub type Alerted = (Vec<(AlertId, AlertStanding, u32)>, usize, u64);

/// What a book tells.
pub fn alerted(book: &AlertBook) -> Alerted {
    let alerts = book
        .iter()
        .map(|alert| (alert.id, alert.standing(), alert.away));
    (alerts.collect(), book.silences().len(), book.dropped())
}

/// What a store shows.
pub fn shown(store: &Store) -> Vec<Told> {
    let told = |row: Row<'_>| {
        (
            row.user_id().raw().to_owned(),
            row.device().raw().to_owned(),
            row.state().word(),
            row.codec().map(|codec| codec.raw().to_owned()),
        )
    };
    let mut rows: Vec<Told> = store
        .registrations
        .rows()
        .map(|(_, row)| told(row))
        .collect();
    rows.sort();
    rows
}

impl Known {
    /// What a console remembers of its last run, as it shows it: nothing of that is sure.
    pub fn remembered(store: &Store) -> Self {
        let mut known = Self::default();
        for (_, row) in store.registrations.rows() {
            let person = known.people.entry(row.user_id().raw().to_owned());
            let claim = Claim {
                remembered: true,
                codec: row.codec().map(|codec| codec.raw().to_owned()),
                ..Claim::default()
            };
            let phones = &mut person.or_default().phones;
            phones.insert(row.device().raw().to_owned(), claim);
        }
        known
    }

    pub fn shown(&self) -> Vec<Told> {
        let all = self.people.iter().flat_map(|(user, person)| {
            let phones = person.phones.iter();
            phones.map(|(device, claim)| {
                let (user, device) = (user.clone(), device.clone());
                (user, device, claim.state().word(), claim.codec.clone())
            })
        });
        let mut all: Vec<Told> = all.collect();
        all.sort();
        all
    }

    /// Everything is sure that is shown as such: the organisation said so, when it did.
    pub fn is_true(&self, org: &Organisation) -> Result<(), String> {
        for (user, person) in &self.people {
            for (device, claim) in &person.phones {
                let sure = matches!(claim.state(), State::Ok | State::Lost);
                let was = org
                    .phone(user, device)
                    .and_then(|phone| phone.was(claim.as_of));
                if sure && was != claim.registered {
                    return Err(format!(
                        "{user} {device} is {} as of {}, and the organisation had {was:?}",
                        claim.state().word(),
                        claim.as_of
                    ));
                }
            }
        }
        Ok(())
    }

    /// What is wrong now of what is shown as sure: the organisation is otherwise, for longer than `patience`.
    pub fn lags(&self, org: &Organisation, t: i64, patience: i64) -> Option<String> {
        for (user, person) in &self.people {
            for (device, claim) in &person.phones {
                let phone = org.phone(user, device);
                let held = phone.is_some_and(|phone| {
                    phone.now() == claim.registered || phone.was(t - patience) == claim.registered
                });
                if matches!(claim.state(), State::Ok | State::Lost) && !held {
                    return Some(format!("{user} {device}: {claim:?}"));
                }
            }
        }
        None
    }

    pub fn learn(&mut self, news: &News, feed: &mut Feed) -> Result<(), String> {
        match news {
            News::Users { users, .. } => {
                for user in users {
                    let person = self.people.entry(user.id.raw().to_owned()).or_default();
                    person.listed = true;
                }
            }
            News::UsersComplete => {
                self.people.retain(|_, person| person.listed);
                for person in self.people.values_mut() {
                    person.listed = false;
                }
            }
            News::Snapshot {
                user,
                devices,
                spoken,
                whole,
                ..
            }
            | News::Swept {
                user,
                devices,
                spoken,
                whole,
            } => {
                let as_of = feed.answered.pop_front();
                let as_of = as_of.ok_or("a read was told twice")?;
                let spoken = spoken.iter().map(|id| id.raw().to_owned()).collect();
                self.person(user.raw()).read(devices, spoken, *whole, as_of);
            }
            News::Update(update) => self.update(update, feed)?,
            News::Gap { user } => self.gap(user.raw()),
            News::ReadFailed { user, .. } => {
                self.gap(user.raw());
                let person = self.person(user.raw());
                person.unread = true;
                if person.phones.is_empty() {
                    person.phones.insert(UNNAMED.to_owned(), Claim::default());
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn person(&mut self, user: &str) -> &mut Person {
        let fresh = || Person {
            listed: true,
            ..Person::default()
        };
        self.people.entry(user.to_owned()).or_insert_with(fresh)
    }

    fn gap(&mut self, user: &str) {
        let phones = self.people.get_mut(user).map(|person| &mut person.phones);
        for claim in phones.into_iter().flat_map(BTreeMap::values_mut) {
            claim.stale |= !claim.remembered;
        }
    }

    /// Updates may have been merged: then what each of them said last is what counts.
    fn update(&mut self, update: &Update, feed: &Feed) -> Result<(), String> {
        let raw: serde_json::Value =
            serde_json::from_slice(&update.raw).map_err(|e| e.to_string())?;
        let n = raw["n"].as_u64().ok_or("a frame that nobody sent")?;
        let n = usize::try_from(n).unwrap();
        let device = update.device.raw();
        let before = feed.frames[..=n].iter().rev();
        let mut said = before
            .filter(|frame| frame.posted && frame.device == device && frame.registered.is_some());
        let as_of = match (update.registered, said.next()) {
            (None, _) => 0,
            (Some(_), Some(frame)) if frame.registered == update.registered => frame.t,
            (said, frame) => {
                return Err(format!(
                    "{device}: an update says {said:?}, and the last was {frame:?}"
                ));
            }
        };
        let person = self.person(update.user.raw());
        let unread = person.unread;
        let claim = person.phones.entry(device.to_owned()).or_default();
        if std::mem::take(&mut claim.remembered) {
            *claim = Claim::default();
        }
        if update.registered.is_some() {
            (claim.registered, claim.stale, claim.as_of) = (update.registered, false, as_of);
        }
        if let Some(codec) = &update.codec {
            claim.codec = Some(codec.raw().to_owned());
        }
        if unread && device != UNNAMED {
            person.phones.remove(UNNAMED);
        }
        Ok(())
    }
}

impl Person {
    fn read(&mut self, devices: &[Device], spoken: Vec<String>, whole: bool, as_of: i64) {
        self.unread = false;
        let mut named: Vec<String> = spoken;
        named.retain(|id| self.phones.contains_key(id));
        for device in devices {
            let id = device.id.raw().to_owned();
            let claim = Claim {
                registered: Some(device.registered),
                codec: device.codec.as_ref().map(|codec| codec.raw().to_owned()),
                as_of,
                ..Claim::default()
            };
            self.phones.insert(id.clone(), claim);
            named.push(id);
        }
        if whole {
            self.phones.retain(|id, _| named.contains(id));
            return;
        }
        let any = !named.is_empty();
        self.phones
            .retain(|id, _| !any || id != UNNAMED || named.contains(id));
        for (id, claim) in &mut self.phones {
            claim.stale |= !named.contains(id);
        }
    }
}
