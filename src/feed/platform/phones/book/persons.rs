//! The people behind browsers: what is known of each, and which browsers are theirs.

use hashbrown::HashMap;

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

    /// What is known of a person.
    pub(super) fn duty(&self, user: &UserId) -> Duty {
        let known = self.0.get(user);
        known.map(|known| known.duty.clone()).unwrap_or_default()
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

    /// Takes in a read that began at `begun`; what a topic has told since is newer.
    pub(super) fn read(&mut self, user: &UserId, read: &Duty, begun: Moment) {
        let Some(known) = self.0.get_mut(user) else {
            return;
        };
        let [_, presence, station, routing, calls] = known.spoken.map(|spoken| spoken <= begun);
        known.duty.take(Duty {
            signed_in: read.signed_in.filter(|_| presence),
            seated: read.seated.filter(|_| station),
            responding: read.responding.filter(|_| routing),
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
        persons.read(&ana, &read(), 7);
        let duty = persons.duty(&ana);
        assert_eq!((duty.signed_in, duty.calls), (Some((true, None)), Some(1)));
        persons.read(&ana, &read(), 9);
        assert_eq!(persons.duty(&ana).calls, Some(0));
        persons.leave(&ana, &"a".into());
        assert!(!persons.any() && !persons.hear(&ana, calls, read(), 10));
    }
}
