//! Which topics tell of a phone: a desk phone's own, and of a browser those of its person as well.

use super::{Delivery, Topic};
use crate::cloud::platform::duty;
use crate::model::UserId;

/// What stands before a phone's id in its topic.
const PHONE: &str = "v2.telephony.providers.edges.phones.";

/// What stands before a person's id in theirs.
const PERSON: &str = "v2.users.";

/// What a topic tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject<'t> {
    /// A phone.
    Phone(&'t str),
    /// A person, by the place of the topic among [`duty::TOPICS`].
    Person(&'t str, usize),
}

impl<'t> Subject<'t> {
    /// What this topic tells of; none where it is none of ours.
    pub(super) fn of(topic: &'t Topic) -> Option<Self> {
        if let Some(id) = topic.id(PHONE, "") {
            return Some(Self::Phone(id));
        }
        let (id, word) = topic.raw().strip_prefix(PERSON)?.rsplit_once('.')?;
        let place = duty::TOPICS.iter().position(|known| *known == word)?;
        (!id.is_empty()).then_some(Self::Person(id, place))
    }

    /// Which of a phone's topics it is.
    pub(super) fn bit(self) -> u8 {
        match self {
            Self::Phone(_) => 1,
            Self::Person(_, place) => 2 << place,
        }
    }
}

/// The topic of a phone.
pub(super) fn phone(id: &str) -> Topic {
    Topic::from(format!("{PHONE}{id}"))
}

/// The topic of a person, by its place among [`duty::TOPICS`].
pub(super) fn person(id: &UserId, word: &str) -> Topic {
    Topic::from(format!("{PERSON}{}.{word}", id.raw()))
}

/// What becomes of the topics of one phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Carriage {
    needs: u8,
    live: u8,
    seated: u8,
}

impl Carriage {
    /// Of a phone that is new: its topics are yet to be on a channel.
    pub(super) fn new(browser: bool) -> Self {
        let needs = if browser {
            (2 << duty::TOPICS.len()) - 1
        } else {
            1
        };
        Self {
            needs,
            live: 0,
            seated: needs,
        }
    }

    /// The same of a person whose topics are carried for another phone already; its own is yet to be.
    pub(super) fn beside(self, other: Self) -> Self {
        Self {
            live: other.live & !1,
            seated: (other.seated & !1) | 1,
            ..self
        }
    }

    /// The same of a phone that was another's: its own topic is carried as it was.
    pub(super) fn keeping(self, before: Self) -> Self {
        Self {
            live: (self.live & !1) | (before.live & 1),
            seated: (self.seated & !1) | (before.seated & 1),
            ..self
        }
    }

    /// One of its topics is carried so from now on. What was left to the polls stays so until a channel carries it.
    pub(super) fn turn(&mut self, bit: u8, by: Delivery) {
        match by {
            Delivery::Live => (self.live, self.seated) = (self.live | bit, self.seated | bit),
            Delivery::Broken => self.live &= !bit,
            Delivery::Polled => (self.live, self.seated) = (self.live & !bit, self.seated & !bit),
        }
    }

    /// What keeps the phone up: what is true of every topic that it takes.
    pub(super) fn by(self) -> Delivery {
        let all = |some: u8| some & self.needs == self.needs;
        if all(self.live) {
            Delivery::Live
        } else if all(self.seated) {
            Delivery::Broken
        } else {
            Delivery::Polled
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_tells_of_a_phone_or_of_a_person() {
        let of = |name: &str| {
            let topic = Topic::from(name);
            Subject::of(&topic).map(|subject| (subject.bit(), format!("{subject:?}")))
        };
        assert_eq!(of(phone("a").raw()), Some((1, "Phone(\"a\")".to_owned())));
        let topic = person(&"u-1".into(), duty::TOPICS[1]);
        assert_eq!(topic.raw(), "v2.users.u-1.presence");
        assert_eq!(of(topic.raw()), Some((4, "Person(\"u-1\", 1)".to_owned())));
        assert_eq!(of("v2.users..presence"), None);
        assert_eq!(of("v2.users.u-1.conversations.calls"), None);
        assert_eq!(of("v2.routing.queues.q.users"), None);
    }

    #[test]
    fn a_browser_is_live_once_all_its_topics_are() {
        let mut browser = Carriage::new(true);
        let bits: Vec<u8> = (0..=duty::TOPICS.len()).map(|n| 1 << n).collect();
        assert_eq!(browser.by(), Delivery::Broken);
        for bit in &bits[1..] {
            browser.turn(*bit, Delivery::Live);
        }
        assert_eq!(browser.by(), Delivery::Broken);
        browser.turn(bits[0], Delivery::Live);
        assert_eq!(browser.by(), Delivery::Live);
        browser.turn(bits[2], Delivery::Broken);
        assert_eq!(browser.by(), Delivery::Broken);
        browser.turn(bits[3], Delivery::Polled);
        assert_eq!(browser.by(), Delivery::Polled);
        browser.turn(bits[3], Delivery::Broken);
        assert_eq!(browser.by(), Delivery::Polled, "no channel carries it");
        let mut desk = Carriage::new(false);
        desk.turn(1, Delivery::Live);
        assert_eq!(desk.by(), Delivery::Live);
    }
}
