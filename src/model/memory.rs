//! What an earlier run knew, so that the first frame has something to show. It is never what is so now.
//!
//! Of a callback no whole number is kept, no name of a caller and not what it is about: these are a customer's, and a
//! list that is shown for a moment needs none of them.

use serde::{Deserialize, Serialize};

use super::callback::{Callback, Channel, Status};
use super::carrier::{Carrier, Health};
use super::phone::Phone;
use super::registration::memory::RememberedPerson;
use super::{CallbackId, CarrierId, QueueId, UserId};
use crate::text::Text;
use crate::time::Millis;

/// One thing that is remembered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kept {
    /// Somebody with their devices.
    Person(RememberedPerson),
    /// A carrier.
    Carrier(WasCarrier),
    /// A callback.
    Callback(WasCallback),
}

impl Kept {
    /// Rows that it shows as.
    #[must_use]
    pub fn rows(&self) -> usize {
        match self {
            Self::Person(person) => person.devices.len(),
            Self::Carrier(_) | Self::Callback(_) => 1,
        }
    }
}

/// A carrier as an earlier run knew it, without its trunks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WasCarrier {
    id: CarrierId,
    name: Text,
    status: Option<Text>,
    health: Health,
    affected: Option<u64>,
    /// When that was known.
    pub as_of: Millis,
}

impl WasCarrier {
    /// What is kept of a carrier, as it was at that moment.
    #[must_use]
    pub fn of(carrier: &Carrier, as_of: Millis) -> Self {
        Self {
            id: carrier.id.clone(),
            name: carrier.name.clone(),
            status: carrier.status.clone(),
            health: carrier.health,
            affected: carrier.affected,
            as_of,
        }
    }
}

impl From<WasCarrier> for Carrier {
    fn from(was: WasCarrier) -> Self {
        Self {
            health: was.health,
            affected: was.affected,
            ..Self::of_base(was.id, was.name, was.status)
        }
    }
}

/// A callback as an earlier run knew it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WasCallback {
    id: CallbackId,
    /// Masked.
    number: Phone,
    time: Option<Millis>,
    queue: QueueId,
    status: Status,
    channel: Option<Channel>,
    agent: Option<UserId>,
    /// When that was known.
    pub as_of: Millis,
}

impl WasCallback {
    /// What is kept of a callback, as it was at that moment.
    #[must_use]
    pub fn of(callback: &Callback, as_of: Millis) -> Self {
        Self {
            id: callback.id.clone(),
            number: callback.number.masked(),
            time: callback.time,
            queue: callback.queue.clone(),
            status: callback.status,
            channel: callback.channel,
            agent: callback.agent.clone(),
            as_of,
        }
    }
}

impl From<WasCallback> for Callback {
    fn from(was: WasCallback) -> Self {
        Self {
            number: was.number,
            time: was.time,
            queue: was.queue,
            channel: was.channel,
            agent: was.agent,
            ..Self::bare(was.id, was.status)
        }
    }
}
