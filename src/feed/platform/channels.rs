//! Notification channels, shared by every room that wants topics.
//!
//! A room joins with its rank, says which topics it wants, the most important first, and hears what becomes of them. The topics of all
//! rooms are spread over as few channels as hold them, a thousand on each. A room that wants thousands may have them combined, several in
//! one entry ([`Wants::set_many`]), for as long as the organisation is seen to take that. What does not fit is told as uncovered, the lowest rank
//! first: that is for the room to poll.
//!
//! The rule of the feeds holds here too: a gap is told the moment it opens, and [`Heard::Live`] says that the topics are
//! carried again *from now on*. Nothing before that is sure, so a room reads again what it heard to be live.
//!
//! ```text
//! let (wants, heard) = shared.channels.join("trunks", Rank::Estate);
//! wants.set(vec![Topic::from("v2.telephony.providers.edges.trunks.t-1")]);
//! loop {
//!     for news in heard.next(256).await { … }
//! }
//! ```

mod channel;
mod fold;
mod frame;
mod inbox;
mod pool;
mod recent;
mod rivals;
mod session;
mod spread;
mod topic;

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use hashbrown::{HashMap, HashSet};
use tokio::sync::Notify;

pub(in crate::feed) use self::pool::run;
pub use self::topic::Topic;

use self::inbox::Inbox;
use crate::cloud::platform::channels::Rejected;
use crate::feed::lock;
use crate::text::Text;

/// Who goes first when there are more topics than the channels hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// Trunks and edges: few, and each speaks for hundreds.
    Estate,
    /// Conversations.
    Conversations,
    /// Callbacks.
    Callbacks,
    /// Phones: many, and alike.
    Phones,
}

/// What a room is told of its topics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// These are carried from now on: read what they are of, for nothing before this is sure.
    Live(Vec<Topic>),
    /// These are carried no more, until they are live again: what they are of is not sure.
    Gap(Vec<Topic>),
    /// Something happened.
    Event {
        /// What it is of.
        topic: Topic,
        /// The event's body, JSON as it came.
        body: Bytes,
    },
    /// The organisation does not give us this topic, and why. It is not asked for again: poll.
    Refused(Topic, Text),
    /// No channel carries these, and none is about to: poll.
    Uncovered(Vec<Topic>),
}

/// Where topics are wanted and told. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Channels(Arc<Hub>);

#[derive(Debug, Default)]
struct Hub {
    state: Mutex<HubState>,
    /// What is wanted has changed.
    changed: Notify,
    /// Held while a channel is made and until its socket is open: where a client has all the channels it may have, the next one
    /// takes the place of one that nobody hears.
    making: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct HubState {
    rooms: Vec<Room>,
    /// How the topics stand of which something was told.
    standing: HashMap<Topic, TopicState>,
    combining: Combining,
}

/// Whether the organisation takes several topics in one entry of a subscription.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Combining {
    /// It is tried, and what was asked is looked up.
    #[default]
    Tried,
    /// It has told what was asked so.
    Proven,
    /// It does not; each topic is asked for by itself.
    GivenUp,
}

/// Everything that is wanted, the most important first.
#[derive(Debug, Default, PartialEq, Eq)]
struct Wanted {
    /// Each by itself.
    alone: Vec<Topic>,
    /// Less important than all of those, and combined.
    combined: Vec<Topic>,
}

/// What was last told of a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
enum TopicState {
    Live,
    Gap,
    Uncovered,
    Refused(Text),
}

#[derive(Debug)]
struct Room {
    name: &'static str,
    rank: Rank,
    wants: Vec<Topic>,
    /// The same in the order that holds while topics are combined; none where they never are.
    combined: Option<Vec<Topic>>,
    wanted: HashSet<Topic>,
    inbox: Arc<Inbox>,
}

/// A room's word on what it wants.
#[derive(Debug)]
pub struct Wants {
    hub: Arc<Hub>,
    room: usize,
}

/// What a room hears.
#[derive(Debug)]
pub struct Hears(Arc<Inbox>);

impl Channels {
    /// Takes a room in. `name` is how messages call it.
    #[must_use]
    pub fn join(&self, name: &'static str, rank: Rank) -> (Wants, Hears) {
        let inbox = Arc::new(Inbox::default());
        let mut state = lock(&self.0.state);
        state.rooms.push(Room {
            name,
            rank,
            wants: Vec::new(),
            combined: None,
            wanted: HashSet::new(),
            inbox: Arc::clone(&inbox),
        });
        let wants = Wants {
            hub: Arc::clone(&self.0),
            room: state.rooms.len() - 1,
        };
        (wants, Hears(inbox))
    }
}

impl Wants {
    /// Wants exactly these from now on, the most important first. What was wanted before and is again goes on as it is; of the
    /// rest nothing more is told.
    pub fn set(&self, topics: Vec<Topic>) {
        self.put(topics, None);
    }

    /// Wants exactly these from now on, as with [`Wants::set`], combined where the organisation takes it: then in the order of `combined`,
    /// which names the same, else in that of `alone`. Only for the last rank: what is few is asked for in the documented way.
    pub fn set_many(&self, alone: Vec<Topic>, combined: Vec<Topic>) {
        self.put(alone, Some(combined));
    }

    fn put(&self, topics: Vec<Topic>, combined: Option<Vec<Topic>>) {
        let mut state = lock(&self.hub.state);
        let HubState {
            rooms, standing, ..
        } = &mut *state;
        let Some(room) = rooms.get_mut(self.room) else {
            return;
        };
        let wanted: HashSet<Topic> = topics.iter().cloned().collect();
        // Where another room has asked before, what it was told is told here too.
        let new = topics.iter().filter(|topic| !room.wanted.contains(*topic));
        let known = new.filter_map(|topic| Some((topic, standing.get(topic)?)));
        room.inbox.push_all(known.filter_map(|(topic, standing)| {
            let one = || vec![topic.clone()];
            match standing {
                TopicState::Live => Some(Heard::Live(one())),
                TopicState::Uncovered => Some(Heard::Uncovered(one())),
                TopicState::Refused(reason) => Some(Heard::Refused(topic.clone(), reason.clone())),
                TopicState::Gap => None,
            }
        }));
        (room.wants, room.combined, room.wanted) = (topics, combined, wanted);
        drop(state);
        self.hub.changed.notify_one();
    }
}

impl Hears {
    /// Waits for news and takes at most `most`, in their order. Dropping the future loses none.
    pub async fn next(&self, most: usize) -> Vec<Heard> {
        self.0.next(most).await
    }
}

impl Hub {
    /// Everything that any room wants and the organisation has not refused, the most important first.
    fn wanted(&self) -> Wanted {
        let mut state = lock(&self.state);
        let HubState {
            rooms,
            standing,
            combining,
        } = &mut *state;
        standing.retain(|topic, _| rooms.iter().any(|room| room.wanted.contains(topic)));
        let mut order: Vec<&Room> = rooms.iter().collect();
        order.sort_by_key(|room| room.rank);
        let refused = |topic: &Topic| matches!(standing.get(topic), Some(TopicState::Refused(_)));
        let given = |topics: &[Topic]| {
            let given = topics.iter().filter(|topic| !refused(topic));
            given.cloned().collect::<Vec<Topic>>()
        };
        let mut wanted = Wanted::default();
        for room in order {
            match &room.combined {
                Some(combined) if *combining != Combining::GivenUp => {
                    wanted.combined.extend(given(combined));
                }
                _ => wanted.alone.extend(given(&room.wants)),
            }
        }
        wanted
    }

    /// Whether a combined entry is yet to be looked up.
    fn is_combining_unproven(&self) -> bool {
        lock(&self.state).combining == Combining::Tried
    }

    /// The organisation has told combined entries as they were asked for.
    fn prove_combining(&self) {
        let mut state = lock(&self.state);
        if state.combining == Combining::Tried {
            state.combining = Combining::Proven;
        }
    }

    /// Asks for each topic by itself from now on. Whether that is new.
    fn give_up_combining(&self) -> bool {
        let before = std::mem::replace(&mut lock(&self.state).combining, Combining::GivenUp);
        let new = before != Combining::GivenUp;
        if new {
            self.changed.notify_one();
        }
        new
    }

    /// Tells the rooms that want these topics how they stand now, unless they have been told so.
    fn tell<'t>(&self, topics: impl Iterator<Item = &'t Topic>, now: &TopicState) {
        let mut state = lock(&self.state);
        let mut changed = Vec::new();
        for topic in topics {
            let wanted = state.rooms.iter().any(|room| room.wanted.contains(topic));
            if wanted && state.standing.get(topic) != Some(now) {
                state.standing.insert(topic.clone(), now.clone());
                changed.push(topic);
            }
        }
        for room in &state.rooms {
            let of_room = changed.iter().filter(|topic| room.wanted.contains(**topic));
            let of_room: Vec<Topic> = of_room.map(|topic| (*topic).clone()).collect();
            if of_room.is_empty() {
                continue;
            }
            match now {
                TopicState::Live => room.inbox.push(Heard::Live(of_room)),
                TopicState::Gap => room.inbox.push(Heard::Gap(of_room)),
                TopicState::Uncovered => room.inbox.push(Heard::Uncovered(of_room)),
                TopicState::Refused(reason) => {
                    let refused = of_room.into_iter();
                    let refused = refused.map(|topic| Heard::Refused(topic, reason.clone()));
                    room.inbox.push_all(refused);
                }
            }
        }
    }

    /// Tells that the organisation does not give us a topic.
    fn refuse(&self, rejected: Rejected) {
        let topic = Topic::from(rejected.topic.raw());
        self.tell([&topic].into_iter(), &TopicState::Refused(rejected.reason));
    }

    /// Hands events to the rooms that want them, and leaves the vector empty for the next. Returns the rooms that are too slow,
    /// and how many events each has lost just now; what those were of is told as a gap.
    fn deliver(&self, events: &mut Vec<(Topic, Bytes)>) -> Vec<(&'static str, u64)> {
        let mut slow = Vec::new();
        if events.is_empty() {
            return slow;
        }
        let state = lock(&self.state);
        for room in &state.rooms {
            let wanted = events
                .iter()
                .filter(|(topic, _)| room.wanted.contains(topic));
            let mut wanted = wanted.peekable();
            if wanted.peek().is_none() {
                continue;
            }
            let cut = room
                .inbox
                .push_all(wanted.map(|(topic, body)| Heard::Event {
                    topic: topic.clone(),
                    body: body.clone(),
                }));
            if cut > 0 {
                slow.push((room.name, cut));
            }
        }
        events.clear();
        slow
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topics(names: &[&str]) -> Vec<Topic> {
        names.iter().map(|name| Topic::from(*name)).collect()
    }

    fn heard(hears: &Hears) -> Vec<Heard> {
        use futures_util::FutureExt as _;
        hears.next(99).now_or_never().unwrap_or_default()
    }

    #[test]
    fn carriers_go_before_phones_whoever_came_first() {
        let channels = Channels::default();
        let (phones, _) = channels.join("phones", Rank::Phones);
        let (trunks, _) = channels.join("trunks", Rank::Estate);
        phones.set(topics(&["p1", "p2"]));
        trunks.set(topics(&["t1"]));
        assert_eq!(channels.0.wanted().alone, topics(&["t1", "p1", "p2"]));
    }

    #[test]
    fn each_room_hears_of_what_it_wants_and_once() {
        let channels = Channels::default();
        let (phones, of_phones) = channels.join("phones", Rank::Phones);
        let (_trunks, of_trunks) = channels.join("trunks", Rank::Estate);
        phones.set(topics(&["a", "b"]));
        let hub = &channels.0;
        hub.tell(topics(&["a", "x"]).iter(), &TopicState::Live);
        hub.tell(topics(&["a", "b"]).iter(), &TopicState::Live);
        hub.deliver(&mut vec![(Topic::from("a"), Bytes::from_static(b"1"))]);
        let expected = [
            Heard::Live(topics(&["a"])),
            Heard::Live(topics(&["b"])),
            Heard::Event {
                topic: Topic::from("a"),
                body: Bytes::from_static(b"1"),
            },
        ];
        assert_eq!(heard(&of_phones), expected);
        assert!(heard(&of_trunks).is_empty());
    }

    #[test]
    fn a_refused_topic_is_not_asked_for_again_until_nobody_wants_it() {
        let channels = Channels::default();
        let (phones, hears) = channels.join("phones", Rank::Phones);
        phones.set(topics(&["a", "b"]));
        channels.0.refuse(Rejected {
            topic: "a".into(),
            reason: "no".into(),
        });
        assert_eq!(
            heard(&hears),
            [Heard::Refused(Topic::from("a"), "no".into())]
        );
        assert_eq!(channels.0.wanted().alone, topics(&["b"]));
        phones.set(topics(&["b"]));
        assert_eq!(channels.0.wanted().alone, topics(&["b"]));
        phones.set(topics(&["a"]));
        assert_eq!(channels.0.wanted().alone, topics(&["a"]));
    }

    #[test]
    fn what_may_be_combined_is_until_it_is_given_up() {
        let channels = Channels::default();
        let (phones, _) = channels.join("phones", Rank::Phones);
        let (trunks, _) = channels.join("trunks", Rank::Estate);
        phones.set_many(topics(&["p.a", "p.b"]), topics(&["p.b", "p.a"]));
        trunks.set(topics(&["t"]));
        let combined = Wanted {
            alone: topics(&["t"]),
            combined: topics(&["p.b", "p.a"]),
        };
        assert_eq!(channels.0.wanted(), combined);
        assert!(channels.0.is_combining_unproven());
        channels.0.prove_combining();
        assert!(!channels.0.is_combining_unproven());
        assert_eq!(channels.0.wanted(), combined);
        assert!(channels.0.give_up_combining(), "also once it was proven");
        assert!(!channels.0.give_up_combining(), "said once");
        channels.0.prove_combining();
        let alone = Wanted {
            alone: topics(&["t", "p.a", "p.b"]),
            ..Wanted::default()
        };
        assert_eq!(channels.0.wanted(), alone);
    }

    #[test]
    fn who_comes_later_is_told_how_things_stand() {
        let channels = Channels::default();
        let (first, _hears) = channels.join("first", Rank::Estate);
        first.set(topics(&["a", "b"]));
        channels.0.tell(topics(&["a"]).iter(), &TopicState::Live);
        let (second, hears) = channels.join("second", Rank::Estate);
        second.set(topics(&["a", "b"]));
        assert_eq!(heard(&hears), [Heard::Live(topics(&["a"]))]);
    }
}
