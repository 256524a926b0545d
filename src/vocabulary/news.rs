//! What the feeds tell the application: the one language between a source of news and the store.

mod callbacks;
mod phones;
mod share;
mod vendor;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

pub use self::callbacks::{CallbackNews, Taken};
pub use self::phones::PhoneNews;
pub use self::share::{AlertAsk, AlertChange, Broken, PinAsk, ShareNews, Sharing, WriteLine};
pub use self::vendor::VendorNews;
use crate::model::carrier::Carrier;
use crate::model::edge::Edge;
use crate::model::interaction::Interaction;
use crate::model::registration::{Device, Update, User};
use crate::model::softphone::Premises;
use crate::model::{DeviceId, UserId};
use crate::text::Text;
use crate::time::Millis;
use crate::vocabulary::problem::Problem;

/// One thing that became known. Order matters: news of one user is delivered in the order it was made.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum News {
    /// A page of users; `total` is the organisation's own count when it gave one.
    Users {
        /// This page.
        users: Vec<User>,
        /// How many there are in all.
        total: Option<u64>,
    },
    /// Every page is in: users not named since the last `UsersComplete` are gone.
    UsersComplete,
    /// A REST read of one user: all of that user's devices.
    Snapshot {
        /// Whose devices.
        user: UserId,
        /// What the read says. Devices that the stream spoke of while the read was under way are left out:
        /// the stream is newer.
        devices: Vec<Device>,
        /// Devices that the stream spoke of meanwhile; they exist whatever the read says.
        spoken: Vec<DeviceId>,
        /// Whether every entry could be read; else devices that are not named may still be there.
        whole: bool,
        /// Whether a stream carries on from this read; else the rows are as they were when it was asked, until the next poll.
        live: bool,
        /// When the request went out; none is now.
        #[serde(default)]
        asked: Option<Millis>,
    },
    /// A read of one user whose stream is live, made in the sweep: what it corrects, the stream has missed.
    Swept {
        /// Whose devices.
        user: UserId,
        /// As in [`News::Snapshot`]; frames that were on their way when the read was made are waited for.
        devices: Vec<Device>,
        /// As in [`News::Snapshot`].
        spoken: Vec<DeviceId>,
        /// As in [`News::Snapshot`].
        whole: bool,
    },
    /// One stream frame.
    Update(Update),
    /// From now on nothing is known for sure of this user's devices, until the next snapshot.
    Gap {
        /// Whose devices.
        user: UserId,
    },
    /// A read of this user failed for good (after its retries).
    ReadFailed {
        /// Whose devices.
        user: UserId,
        /// What was tried, on what, why it failed, what to do.
        problem: Problem,
    },
    /// A read of the carriers: all of them.
    Carriers {
        /// Those that could be read.
        carriers: Vec<Carrier>,
        /// Entries that could not; carriers have a place of their own to say so.
        faults: Vec<Text>,
    },
    /// Every edge that there is, where the organisation tells of them.
    Edges {
        /// All of them.
        edges: Vec<Edge>,
        /// Trunks and edges for which there was no room.
        refused: usize,
    },
    /// Where phones can be and what they are made from.
    Premises(Premises),
    /// The carriers could not be read, after its retries. Registrations go on all the same.
    CarriersFailed(Problem),
    /// From now on nothing is known for sure of the carriers, until the next read.
    CarriersPaused,
    /// A call as it is now.
    Interaction(Box<Interaction>),
    /// Calls are told from now on: what was before has to be read.
    InteractionsMoved,
    /// What became known of phones, where the Platform API is spoken.
    Phones(PhoneNews),
    /// What became known of callbacks and their queues.
    Callbacks(Box<CallbackNews>),
    /// What the vendor's status page says of the cloud, where one is asked.
    Vendor(VendorNews),
    /// How the feeds are doing; only the newest counts.
    #[serde(skip)]
    Status(Status),
    /// A frame that could not be understood, kept for inspection.
    #[serde(skip)]
    Undecodable {
        /// The stream it came on: a user's id, or what else the stream is of.
        stream: Text,
        /// Why.
        reason: Text,
        /// Its first bytes (at most 4 KiB).
        sample: Bytes,
    },
    /// Something a person should read.
    #[serde(skip)]
    Problem(Problem),
    /// Something a person should know that is nobody's failure.
    #[serde(skip)]
    Notice(Text),
    /// What the reader of a share tells beside all this, and how the share does.
    #[serde(skip)]
    Share(Box<ShareNews>),
}

/// The connection as a whole, as the header shows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Link {
    /// Signing in, enumerating or opening the first streams.
    #[default]
    Connecting,
    /// Streams carry what they should.
    Live,
    /// Nothing is connected; the next attempt is at this moment.
    Reconnecting {
        /// When.
        at: Millis,
        /// Counting from 1.
        attempt: u32,
    },
    /// An operator asked for quiet.
    Paused,
    /// Reads work and streams do not.
    PollingOnly,
    /// Neither reads nor streams have worked since then.
    Offline {
        /// Since when.
        since: Millis,
    },
}

/// What another reader of the same OAuth client has taken: the organisation allows a client a number of notification channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rivalry {
    /// Channels that were taken from this console lately.
    pub taken: u32,
    /// Channels that it held before.
    pub of: u32,
}

/// Counters and states of the feeds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// The connection as a whole.
    pub link: Link,
    /// Users that are watched.
    pub users: u32,
    /// Users read at least once, or failed for good: `users - read` are still awaited.
    pub read: u32,
    /// Of those, how many failed at their last read.
    pub failed: u32,
    /// Whether the list of users is whole.
    pub enumerated: bool,
    /// Streams that are open and synchronised.
    pub streams_live: u32,
    /// Streams there should be.
    pub streams_wanted: u32,
    /// Users beyond the streams, which are polled.
    pub polled: u32,
    /// Milliseconds that one round of polls takes at the pace the budget allows.
    pub poll_round_ms: u64,
    /// Milliseconds that it takes to read everyone again who has a stream.
    pub sweep_round_ms: u64,
    /// Another reader that takes this console's notification channels.
    pub rivalry: Option<Rivalry>,
    /// Stream frames received since the start; those that only say that a stream lives are none.
    pub received: u64,
    /// Frames that could not be understood.
    pub undecodable: u64,
    /// Frames of an event type that is not ours.
    pub ignored: u64,
    /// Requests counted against the budget's current minute.
    pub budget_used: u32,
    /// Requests allowed a minute; none is no limit.
    pub budget_allowed: Option<u32>,
    /// When the organisation told us to wait (429) and until when.
    pub held_until: Option<Millis>,
    /// How long reads took within the last hour; none before the first.
    pub latency: Option<Latency>,
    /// When the token ends; none before the first sign-in.
    pub token_until: Option<Millis>,
}

/// Percentiles of the time from sending a read to the last byte of its answer, in microseconds. Waits for the token and
/// the budget, and attempts that failed, are not in it: it says how the organisation fares, not how busy the console is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Latency {
    /// Half of the reads were faster.
    pub p50_us: u64,
    /// Nine of ten reads were faster.
    pub p90_us: u64,
    /// 99 of 100 reads were faster.
    pub p99_us: u64,
}
