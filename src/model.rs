//! What the console talks about: ids and plain data, with their rules and no I/O.

pub mod alert;
pub mod api;
pub mod audit;
pub mod bookmark;
pub mod callback;
pub mod capacity;
pub mod carrier;
pub mod change;
pub mod digest;
pub mod edge;
pub mod estate;
pub mod finding;
pub mod flow;
pub mod hook;
pub mod hourly;
pub mod hours;
pub mod ids;
pub mod inquiry;
pub mod interaction;
pub mod job;
pub mod memory;
pub mod number;
pub mod payload;
pub mod person;
pub mod phone;
pub mod provision;
pub mod proxy;
pub mod quality;
pub mod queue;
pub mod raw;
pub mod region;
pub mod registration;
pub mod report;
pub mod requester;
pub mod route;
pub mod sip;
pub mod softphone;
pub mod trail;
pub mod transfer;
pub mod trunk;
pub mod vendor;
pub mod webhook;
pub mod write;
pub mod zone;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::text::Text;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Text);

        impl $name {
            /// The id as the wire spells it: for URLs, keys and JSON, never for the screen.
            #[must_use]
            pub fn raw(&self) -> &str {
                self.0.raw()
            }
        }

        impl From<&str> for $name {
            fn from(id: &str) -> Self {
                Self(Text::from(id))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

ids! {
    /// A person, as `GET /api/v2/users` names them (contract §3).
    UserId,
    /// A telephone or browser endpoint of a user (contract §3).
    DeviceId,
    /// A SIP carrier of the organisation (contract §4).
    CarrierId,
    /// A trunk: a carrier on one edge (Platform API).
    TrunkId,
    /// A machine that calls run on (Platform API).
    EdgeId,
    /// An event route, an outbound integration on the wire (contract §9).
    RouteId,
    /// Something between a customer and the organisation: a call, a chat (contract §8).
    InteractionId,
    /// A queue that callbacks are booked on (contract §10).
    QueueId,
    /// A callback reservation (contract §10).
    CallbackId,
    /// An asynchronous job, as its submit was answered (contract §7).
    JobId,
    /// A webhook of the organisation (contract §7, §10).
    WebhookId,
}
