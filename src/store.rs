//! What is known of the organisation: one table, its history and its figures, without I/O and without a clock.
//!
//! News goes in through [`Registrations`], which diffs fields, keeps the counts, the flap windows and the timeline,
//! and writes what changed to a [`Changes`] buffer. A [`view::View`] turns that buffer into an order of rows and
//! costs the same whether a table has a thousand rows or a million: rows are numbered in a slab of 72 bytes each,
//! users are kept once, codecs and sites are small numbers, moments take six bytes, and what has a limit counts
//! what it dropped ([`Registrations::dropped`]).

mod apply;
pub mod audit;
pub mod callbacks;
pub mod capacity;
pub mod carriers;
pub mod changed;
mod changes;
pub mod closeups;
pub mod column;
mod counts;
pub mod edges;
mod flaps;
pub mod flows;
mod frames;
mod hourly;
mod intern;
pub mod jobs;
mod learn;
mod memory;
pub mod metrics;
pub mod numbers;
pub mod probes;
pub mod quality;
pub mod queues;
pub mod routes;
mod row;
pub mod sites;
mod stamp;
pub mod still;
mod table;
#[cfg(test)]
mod tests;
mod trail;
pub mod transfers;
mod users;
pub mod vendor;
pub mod view;
pub mod webhooks;

use hashbrown::{DefaultHashBuilder, HashMap, HashSet, HashTable};

pub use self::apply::Read;
pub use self::changes::{CarrierTransition, Changes, Transition};
pub use self::counts::Counts;
pub use self::learn::Learnt;
pub use self::row::{Believed, Change, Row, What};

use self::audit::AuditLog;
use self::callbacks::Callbacks;
use self::carriers::Carriers;
use self::edges::Edges;
use crate::model::alert::AlertBook;
use crate::model::person::Person;
use crate::model::registration::obstacle::Obstacle;
use crate::model::registration::phone::PhoneTraits;
use crate::model::softphone::Premises;
use crate::model::softphone::found::Survey;
use crate::model::trail::RecordedTrail;
use crate::model::{DeviceId, EdgeId};
use crate::text::Text;
use crate::time::Millis;

use self::flaps::Flaps;
use self::flows::Flows;
use self::frames::Frames;
use self::hourly::Hourly;
use self::intern::{NameId, Names};
use self::jobs::Jobs;
use self::metrics::Metrics;
use self::probes::Probes;
use self::queues::Queues;
use self::row::{Field, KeptRow};
use self::sites::Sites;
use self::stamp::Stamp;
use self::trail::Trail;
use self::transfers::Transfers;
use self::users::Users;

/// Everything known of the organisation: a table for each kind of thing.
#[derive(Debug, Default)]
pub struct Store {
    /// Who at the console has signed in to the organisation.
    pub person: Person,
    /// Endpoint registrations.
    pub registrations: Registrations,
    /// SIP carriers.
    pub carriers: Carriers,
    /// Edges, where the organisation tells of them.
    pub edges: Edges,
    /// Where phones can be and what they are made from, where the organisation tells.
    pub premises: Premises,
    /// The phone that was last read for its station.
    pub survey: Option<Survey>,
    /// Phones that were looked at closely.
    pub closeups: closeups::Closeups,
    /// Proxies of carriers, STUN and TURN servers, as the probes find them.
    pub probes: Probes,
    /// Event routes and what was deployed of them.
    pub routes: routes::Routes,
    /// Webhooks of the organisation.
    pub webhooks: webhooks::Webhooks,
    /// Callback reservations.
    pub callbacks: Callbacks,
    /// Queues that callbacks are booked on.
    pub queues: Queues,
    /// Whose numbers and extensions are whose.
    pub numbers: numbers::Numbers,
    /// How full the trunks are.
    pub capacity: capacity::Capacity,
    /// What others changed lately.
    pub changed: changed::Changed,
    /// How the calls of the last hour sounded.
    pub quality: quality::Quality,
    /// Alerts, open and remembered, and the silences in force.
    pub alerts: AlertBook,
    /// The newest lines of the audit.
    pub audit: AuditLog,
    /// Asynchronous jobs, of this run and of earlier ones.
    pub jobs: Jobs,
    /// Writes on their way.
    pub flows: Flows,
    /// Interactions, and the transfers that were made of them.
    pub transfers: Transfers,
    /// What the vendor says of its cloud, where its status page is asked.
    pub vendor: vendor::Vendor,
    /// What the record says of the row whose detail is open.
    pub trail: Option<RecordedTrail>,
}

/// The number of a row: it stays with the row while it exists, and is used again later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowId(pub u32);

/// How much the table remembers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Rows, and users: past that, new ones are left out and counted.
    pub rows: u32,
    /// Changes kept for all timelines together.
    pub history: u32,
    /// Changes between registered and lost kept for the flap counts.
    pub flaps: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            rows: 4_000_000,
            history: 65_536,
            flaps: 1 << 20,
        }
    }
}

/// What made room or did not fit, since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    /// Timeline entries that made room for newer ones.
    pub history: u64,
    /// Changes that left the flap windows early: flap counts are then "at least".
    pub flaps: u64,
    /// Users and devices that were left out, counted each time they were spoken of.
    pub rows: u64,
    /// Codecs and sites shown as "(other)" because too many different ones came.
    pub names: u64,
}

/// Every device of every user, keyed by (user, device).
#[derive(Debug)]
pub struct Registrations {
    slots: Vec<KeptRow>,
    free: Vec<u32>,
    index: HashTable<u32>,
    hasher: DefaultHashBuilder,
    users: Users,
    codecs: Names,
    /// Why phones are as they are, in the organisation's words.
    reasons: Names,
    /// The reason of each row that has one: few do.
    why: HashMap<u32, NameId>,
    /// The edge of each row that is lost, where that is known.
    serving: HashMap<u32, EdgeId>,
    /// What keeps calls from whose phone a row is: few have one.
    obstacles: HashMap<u32, Obstacle>,
    flaps: Flaps,
    history: Trail<(Stamp, Field)>,
    /// Gaps and re-reads, a user at a time: a gap of the whole organisation must not push out what really changed.
    coverage: Trail<(Stamp, bool)>,
    frames: Frames,
    /// How devices are called that have more than an id.
    labels: HashMap<DeviceId, Text>,
    /// What devices have in common with others, where that is told.
    traits: HashMap<DeviceId, PhoneTraits>,
    counts: Counts,
    sites: Sites,
    /// Rows that were last said to be lost, and those that flap.
    troubled: HashSet<u32>,
    metrics: Metrics,
    hourly: Option<Hourly>,
    limit: usize,
    refused: u64,
    /// The oldest and the newest moment of what is remembered.
    recalled: Option<(Millis, Millis)>,
}

impl Default for Registrations {
    fn default() -> Self {
        Self::new(Limits::default())
    }
}
