//! What passes between the feed of callbacks and the loop.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::model::CallbackId;
use crate::model::callback::{Callback, Stream, Update};
use crate::model::queue::Queue;
use crate::text::Text;
use crate::time::Millis;
use crate::vocabulary::problem::Problem;

/// One thing that became known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum CallbackNews {
    /// Updates of the stream, in their order. Each is to be answered with [`Taken`].
    Updates(Vec<Update>),
    /// Updates whose acknowledgement has left, by their correlation ids.
    Acknowledged(Vec<Text>),
    /// What topics say of reservations, in their order: each as it is now. They are answered by nobody.
    Heard(Vec<Callback>),
    /// Reservations read one by one, for what lists leave out.
    Completed(Vec<Callback>),
    /// A read of all reservations.
    Listed {
        /// Those that could be read.
        callbacks: Vec<Callback>,
        /// Those that the stream spoke of while the read was under way: the stream is newer.
        spoken: HashSet<CallbackId>,
        /// When the read began: what was learnt since by another way, it may not know.
        began: Millis,
        /// Entries that could not be read.
        faults: Vec<Text>,
    },
    /// The reservations could not be read, after its retries.
    ReadFailed(Problem),
    /// The stream is otherwise than it was.
    Stream(Stream),
    /// A read of all queues.
    Queues {
        /// Those that could be read.
        queues: Vec<Queue>,
        /// Entries that could not.
        faults: Vec<Text>,
    },
    /// The queues could not be read, after its retries.
    QueuesFailed(Problem),
}

/// What the loop has made of delivered updates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// How many it has looked at: as many more may come.
    pub count: u32,
    /// Correlation ids of those that are in the table now, or were already: they are acknowledged.
    pub correlations: Vec<Text>,
}
