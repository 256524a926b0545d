//! Notification channels, shared by every room that wants topics.
//!
//! A room joins with its rank, says which topics it wants, the most important first, and hears what becomes of them. The topics of all
//! rooms are spread over as few channels as hold them, a thousand on each. What does not fit is told as uncovered, the lowest rank
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

mod inbox;
mod spread;
mod topic;

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use hashbrown::{HashMap, HashSet};
use tokio::sync::Notify;

pub use self::topic::Topic;

use self::inbox::Inbox;
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
    state: Mutex<State>,
    /// What is wanted has changed.
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    rooms: Vec<Room>,
    refused: HashMap<Topic, Text>,
}

#[derive(Debug)]
struct Room {
    name: &'static str,
    rank: Rank,
    wants: Vec<Topic>,
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
        let mut state = lock(&self.hub.state);
        let State { rooms, refused } = &mut *state;
        let Some(room) = rooms.get_mut(self.room) else {
            return;
        };
        let wanted: HashSet<Topic> = topics.iter().cloned().collect();
        for (topic, reason) in refused.iter() {
            if wanted.contains(topic) && !room.wanted.contains(topic) {
                let refused = Heard::Refused(topic.clone(), reason.clone());
                room.inbox.push(refused);
            }
        }
        (room.wants, room.wanted) = (topics, wanted);
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
