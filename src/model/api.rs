//! Which API an organisation is reached by, and what can be done over it.

use std::fmt;
use std::str::FromStr;

use super::route::Kind;
use super::transfer::{DestinationKind, REACHED};

/// The dialect of an organisation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Api {
    /// One REST resource and one WebSocket per concern: the direct API of the contract.
    #[default]
    Direct,
    /// The published Genesys Cloud Platform API v2: REST, and topics over notification channels.
    Platform,
}

impl Api {
    /// Every dialect, the default first.
    pub const ALL: [Self; 2] = [Self::Direct, Self::Platform];

    /// As profiles and the command line spell it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Platform => "platform",
        }
    }

    /// What can be done over it.
    #[must_use]
    pub const fn capabilities(self) -> &'static Capabilities {
        match self {
            Self::Direct => &DIRECT,
            Self::Platform => &PLATFORM,
        }
    }
}

impl fmt::Display for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// A word that names no API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("direct or platform")]
pub struct NoApi;

impl FromStr for Api {
    type Err = NoApi;

    fn from_str(word: &str) -> Result<Self, NoApi> {
        let mut all = Self::ALL.into_iter();
        all.find(|api| api.word() == word).ok_or(NoApi)
    }
}

/// What an API offers beyond what every one does. Panes, forms and commands go by these, never by the API's name: what is
/// absent says so in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own that is there or is not"
)]
pub struct Capabilities {
    /// A call can be announced to its destination before it is handed over (consult transfer).
    pub consult: bool,
    /// The kinds of event route that there are, the first one the most common.
    pub route_kinds: &'static [Kind],
    /// The organisation counts the events of each destination.
    pub counts_deliveries: bool,
    /// Acting on live interactions takes a person who has signed in: [`super::person::Person::lack`] says what is missing.
    pub people_act: bool,
    /// A callback is a reservation of time slots, with channels and a limit of its own; else it is a conversation that waits on a
    /// queue for one time.
    pub reservations: bool,
    /// Queues tell when they are open and how many callbacks they take; else the profile names what opens them.
    pub queue_hours: bool,
    /// Changes of callbacks can be delivered to an address of ours.
    pub callback_webhooks: bool,
    /// Carriers are told with their trunks, the calls over those, and the edges that they run on.
    pub trunks: bool,
    /// The codecs and pictures of a transfer can be asked for.
    pub transfer_media: bool,
    /// Where a call can be transferred to.
    pub destinations: &'static [DestinationKind],
    /// What is provisioned is an endpoint on an edge, which the organisation makes in a job of its own; without this it is a
    /// person's WebRTC phone, made and seated step by step from here.
    pub endpoint_jobs: bool,
    /// The ends of jobs can be delivered to an address of ours.
    pub job_webhooks: bool,
    /// Phones can be started anew, and people seated at their stations.
    pub stations: bool,
    /// A registration says which codec it uses.
    pub codec: bool,
    /// A phone is told of in more words than registered or not.
    pub conditions: bool,
    /// Pools of numbers are told, and the numbers and extensions of users.
    pub numbers: bool,
    /// How calls sounded is told.
    pub quality: bool,
    /// What was said over SIP for a call is told.
    pub sip: bool,
    /// Phones can be moved to another site, renamed and deleted, and conversations ended for everybody.
    pub repairs: bool,
    /// A phone can be looked at closely: its edges, its line and its station.
    pub closeups: bool,
}

const DIRECT: Capabilities = Capabilities {
    consult: false,
    route_kinds: &[Kind::Webhook],
    counts_deliveries: true,
    people_act: false,
    reservations: true,
    queue_hours: true,
    callback_webhooks: true,
    trunks: false,
    transfer_media: true,
    destinations: &DestinationKind::ALL,
    endpoint_jobs: true,
    job_webhooks: true,
    codec: true,
    conditions: false,
    numbers: false,
    quality: false,
    sip: false,
    repairs: false,
    closeups: false,
    stations: false,
};

const PLATFORM: Capabilities = Capabilities {
    consult: true,
    route_kinds: &[Kind::EventBridge, Kind::Trigger],
    counts_deliveries: false,
    people_act: true,
    reservations: false,
    queue_hours: false,
    callback_webhooks: false,
    trunks: true,
    transfer_media: false,
    destinations: &REACHED,
    endpoint_jobs: false,
    job_webhooks: false,
    codec: false,
    conditions: true,
    numbers: true,
    quality: true,
    sip: true,
    repairs: true,
    closeups: true,
    stations: true,
};
