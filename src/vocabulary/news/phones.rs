//! What the feeds tell of phones.

use serde::{Deserialize, Serialize};

use crate::model::registration::phone::{PhoneTraits, Sighting};
use crate::model::{DeviceId, UserId};
use crate::text::Text;
use crate::vocabulary::problem::Problem;

/// One thing that became known of phones.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum PhoneNews {
    /// A read of a page, of a user or of one phone.
    Read(Vec<Sighting>),
    /// Events.
    Events(Vec<Sighting>),
    /// How phones are called.
    Names(Vec<(UserId, DeviceId, Text)>),
    /// What phones have in common with others.
    Traits(Vec<(UserId, DeviceId, PhoneTraits)>),
    /// From now on nothing is known for sure of these, until they are spoken of again.
    Gap(Vec<(UserId, DeviceId)>),
    /// The organisation has these no more.
    Gone(Vec<(UserId, DeviceId)>),
    /// Every phone that there is has been named: what an earlier run knew beyond them is gone.
    Whole,
    /// A read that should have named these failed for good, after its retries.
    ReadFailed {
        /// Phones whose rows no topic keeps sure.
        phones: Vec<(UserId, DeviceId)>,
        /// What was tried, on what, why it failed, what to do.
        problem: Problem,
    },
}
