//! What an earlier run knew of registrations, so that the first frame has something to show. It is never what is so now.

use serde::{Deserialize, Serialize};

use crate::model::{DeviceId, UserId};
use crate::text::Text;
use crate::time::Millis;

/// A user as an earlier run knew them, with their devices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RememberedPerson {
    /// Who.
    pub id: UserId,
    /// As people know them; may be empty.
    pub name: Text,
    /// Where they sat, when that was known.
    pub site: Option<Text>,
    /// Their devices.
    pub devices: Vec<Was>,
}

/// A device as an earlier run knew it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Was {
    /// Unique within its user.
    pub id: DeviceId,
    /// What people call it, where it had more than an id.
    pub label: Option<Text>,
    /// What was last said of its registration; none when nothing ever was.
    pub registered: Option<bool>,
    /// The codec; none is unknown.
    pub codec: Option<Text>,
    /// Until when that was known: the end of that run for what a stream kept up, else the last read.
    pub as_of: Millis,
    /// When a read or a frame last spoke of it.
    pub checked: Millis,
}
