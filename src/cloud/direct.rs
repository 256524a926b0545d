//! The direct API's wire types (contract §3).

use bytes::Bytes;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::model::registration::Update;
use crate::text::Text;

/// What a stream frame turned out to be.
#[derive(Debug)]
pub enum Decoded {
    /// A change of a device.
    Update(Update),
    /// An event type that is not ours: counted and ignored.
    Other,
    /// Not understood: counted and kept for inspection, with the reason.
    Undecodable(Text),
}

/// Reads one stream frame.
#[must_use]
pub fn decode(frame: &Utf8Bytes) -> Decoded {
    todo!()
}
