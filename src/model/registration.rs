//! Endpoint registrations: what one read or one stream frame says of a device (contract §3).

pub mod closeup;
pub mod condition;
pub mod duty;
pub mod memory;
pub mod obstacle;
pub mod phone;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::{DeviceId, UserId};
use crate::text::Text;

/// Someone whose devices are watched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Names the user in every call.
    pub id: UserId,
    /// As people know them; empty when the organisation gave none.
    pub name: Text,
    /// Where they sit, when the organisation says so (a field beyond the contract: absent is unknown).
    pub site: Option<Text>,
}

/// One device as a REST read lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// Unique within its user.
    pub id: DeviceId,
    /// Whether the device is registered.
    pub registered: bool,
    /// The first active codec; none is unknown.
    pub codec: Option<Text>,
}

/// One stream frame. What a frame leaves out stays as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Update {
    /// Whose device.
    pub user: UserId,
    /// Which device.
    pub device: DeviceId,
    /// The new registration, when the frame carries one.
    pub registered: Option<bool>,
    /// The new codec, when the frame carries one.
    pub codec: Option<Text>,
    /// The frame as received, for the detail's raw view.
    #[serde(skip)]
    pub raw: Bytes,
}

/// The device of entries that name none, and of a user of whom nothing could be read yet (contract §3).
pub const UNNAMED: &str = "unknown";

/// Devices of one user that are followed, on either API; nobody has as many, and one user must not fill the table.
pub const MOST_DEVICES: usize = 1_000;

/// What a row may claim to be. The order is the order of urgency, most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum State {
    /// The organisation says it is not registered.
    Lost,
    /// It was known, and the feed has had a gap since: never drawn as healthy.
    Stale,
    /// An earlier run of the console knew it, and nothing has been read of it since: what it was, never what it is.
    Remembered,
    /// Nothing has been read yet, or the read failed.
    Unknown,
    /// Nobody is meant to be there: whose phone it is has signed out.
    OffDuty,
    /// The organisation says it is registered.
    Ok,
}

impl State {
    /// Every state, most urgent first.
    pub const ALL: [Self; 6] = [
        Self::Lost,
        Self::Stale,
        Self::Remembered,
        Self::Unknown,
        Self::OffDuty,
        Self::Ok,
    ];

    /// The word on screen, in filters and in exports; state is never told by colour alone.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Lost => "lost",
            Self::Stale => "stale",
            Self::Remembered => "remembered",
            Self::Unknown => "unknown",
            Self::OffDuty => "off duty",
            Self::Ok => "ok",
        }
    }
}
