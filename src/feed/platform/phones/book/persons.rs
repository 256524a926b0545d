//! The people behind browsers: what is known of each, and which browsers are theirs.

use hashbrown::HashMap;
use tokio::time::Instant;

use super::Moment;
use crate::cloud::platform::duty::TOPICS;
use crate::model::registration::duty::Duty;
use crate::model::{DeviceId, UserId};

#[derive(Debug, Default)]
struct Known {
    duty: Duty,
    /// When each of the person's topics last spoke.
    spoken: [Moment; TOPICS.len()],
    browsers: Vec<DeviceId>,
    /// A read has to begin after this.
    need: Moment,
    /// When the last one began, and when the last that came to something was asked for.
    asked: Moment,
    read: Option<Instant>,
}

/// Everyone who has a browser.
#[derive(Debug, Default)]
pub(super) struct Persons(HashMap<UserId, Known>);

impl Persons {
    /// Whether anybody has a browser.
    pub(super) fn any(&self) -> bool {
        !self.0.is_empty()
    }

    /// The browsers of a person.
    pub(super) fn browsers(&self, user: &UserId) -> Vec<DeviceId> {
        let known = self.0.get(user);
        known
            .map(|known| known.browsers.clone())
            .unwrap_or_default()
    }

    /// What is known of a person, and as of when they were read.
    pub(super) fn duty(&self, user: &UserId) -> (Duty, Option<Instant>) {
        let known = self.0.get(user);
        let known = known.map(|known| (known.duty.clone(), known.read));
        known.unwrap_or_default()
    }

    /// Whether this person has a browser.
    pub(super) fn has(&self, user: &UserId) -> bool {
        self.0.contains_key(user)
    }

    /// A browser is this person's.
    pub(super) fn take(&mut self, user: &UserId, browser: &DeviceId) {
        let known = self.0.entry(user.clone()).or_default();
        if !known.browsers.contains(browser) {
            known.browsers.push(browser.clone());
        }
    }

    /// A phone is no more this person's; of whom no browser is left, nothing is kept.
    pub(super) fn leave(&mut self, user: &UserId, phone: &DeviceId) {
        if let Some(known) = self.0.get_mut(user) {
            known.browsers.retain(|browser| browser != phone);
            if known.browsers.is_empty() {
                self.0.remove(user);
            }
        }
    }

    /// What was read of this person before is not sure.
    pub(super) fn doubt(&mut self, user: &UserId, now: Moment) {
        if let Some(known) = self.0.get_mut(user) {
            known.need = now;
        }
    }

    /// What was told of this person's connection is not known to be so any more: no read tells of it, so that nothing else would ever
    /// put it right.
    pub(super) fn lose_connection(&mut self, user: &UserId) {
        if let Some(known) = self.0.get_mut(user) {
            known.duty.connection = None;
        }
    }

    /// The same of everyone.
    pub(super) fn lose_connections(&mut self) {
        for known in self.0.values_mut() {
            known.duty.connection = None;
        }
    }

    /// At most `most` people of whom a read is to begin at `begun`, those who matter first; each is given once.
    pub(super) fn next_read(
        &mut self,
        most: usize,
        begun: Moment,
        matters: impl Fn(&UserId) -> bool,
    ) -> Vec<UserId> {
        let (mut first, mut others) = (Vec::new(), Vec::new());
        let wanted = self.0.iter().filter(|(_, known)| known.asked <= known.need);
        for (user, _) in wanted {
            let among = if matters(user) {
                &mut first
            } else {
                &mut others
            };
            if among.len() < most {
                among.push(user.clone());
            }
        }
        first.extend(others);
        first.truncate(most);
        for user in &first {
            if let Some(known) = self.0.get_mut(user) {
                known.asked = begun;
            }
        }
        first
    }

    /// A read of these came to nothing.
    pub(super) fn missed(&mut self, users: &[UserId]) {
        for user in users {
            if let Some(known) = self.0.get_mut(user) {
                known.asked = 0;
            }
        }
    }

    /// Takes in a read that began at `begun`; what a topic has told since is newer.
    pub(super) fn read(&mut self, user: &UserId, read: &Duty, (begun, asked): (Moment, Instant)) {
        let Some(known) = self.0.get_mut(user) else {
            return;
        };
        known.asked = known.asked.max(begun);
        known.read = known.read.max(Some(asked));
        let [_, presence, station, routing, calls] = known.spoken.map(|spoken| spoken <= begun);
        known.duty.take(Duty {
            signed_in: read.signed_in.filter(|_| presence),
            on_queue: read.on_queue.filter(|_| presence),
            seated: read.seated.filter(|_| station),
            desk: read.desk.clone().filter(|_| station),
            responding: read.responding.filter(|_| routing),
            routed: read.routed.filter(|_| routing),
            calls: read.calls.filter(|_| calls),
            connection: None,
        });
    }

    /// Takes in what the topic of that place told. False when nobody of ours is meant.
    pub(super) fn hear(&mut self, user: &UserId, place: usize, told: Duty, now: Moment) -> bool {
        let Some(known) = self.0.get_mut(user) else {
            return false;
        };
        if let Some(spoken) = known.spoken.get_mut(place) {
            *spoken = now;
        }
        known.duty.take(told);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_read_does_not_undo_what_a_topic_has_told_since_and_tells_the_rest() {
        let (mut persons, ana) = (Persons::default(), UserId::from("u-1"));
        persons.take(&ana, &"a".into());
        let calls = TOPICS
            .iter()
            .position(|word| *word == "conversationsummary")
            .unwrap();
        let told = Duty {
            calls: Some(1),
            ..Duty::default()
        };
        assert!(persons.hear(&ana, calls, told, 8));
        let read = || Duty {
            signed_in: Some((true, None)),
            calls: Some(0),
            ..Duty::default()
        };
        let asked = Instant::now();
        persons.read(&ana, &read(), (7, asked));
        let (duty, as_of) = persons.duty(&ana);
        assert_eq!(as_of, Some(asked));
        assert_eq!((duty.signed_in, duty.calls), (Some((true, None)), Some(1)));
        persons.read(&ana, &read(), (9, asked));
        assert_eq!(persons.duty(&ana).0.calls, Some(0));
        persons.doubt(&ana, 9);
        assert_eq!(
            persons.next_read(9, 10, |_| false),
            std::slice::from_ref(&ana)
        );
        assert!(persons.next_read(9, 11, |_| false).is_empty(), "given once");
        persons.missed(std::slice::from_ref(&ana));
        assert_eq!(
            persons.next_read(9, 12, |_| true),
            std::slice::from_ref(&ana)
        );
        persons.leave(&ana, &"a".into());
        assert!(!persons.any() && !persons.hear(&ana, calls, read(), 10));
    }
}
