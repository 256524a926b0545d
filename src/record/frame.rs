//! One frame: an [`Entry`] of [`ENTRY_BYTES`](super::ENTRY_BYTES), then the block that it speaks of. What a share sends is framed
//! as what is kept on disk, and bounded as that is: a block cannot be longer than its entry says, nor hold more than is allowed.

use std::io;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use super::block::Sort as FrameSort;
use super::block::{self, Entry, squeeze};
use super::pack::{Glossary, pack, unpack};
use crate::time::Millis;

/// Bytes of content that whoever may be anybody can send at a time.
pub const SMALL: u64 = 256 << 10;

/// Bytes of content that a frame can have at all.
pub const LARGE: u64 = block::LARGEST_CONTENT;

/// The content of a frame, packed: credentials in use are taken out of every string.
///
/// # Errors
/// Where it cannot be packed.
pub fn packed(value: &impl Serialize) -> io::Result<Vec<u8>> {
    squeeze(&pack(value, &Glossary::default())?.bytes)
}

/// The whole frame around what is packed, with its number.
#[must_use]
pub fn framed(sort: FrameSort, at: Millis, number: u64, packed: &[u8]) -> Vec<u8> {
    let entry = Entry::of(sort, at, number, packed);
    let mut frame = Vec::with_capacity(super::ENTRY_BYTES + packed.len());
    frame.extend_from_slice(&entry.bytes());
    frame.extend_from_slice(packed);
    frame
}

/// What is packed there; whatever the bytes are, this ends.
///
/// # Errors
/// Where it is not what is expected, or its content is more than `most` bytes.
pub fn opened<T: DeserializeOwned>(packed: &[u8], most: u64) -> io::Result<T> {
    unpack(
        &block::unsqueeze_within(packed, most)?,
        &Glossary::default(),
    )
}

impl Entry {
    /// Whether these bytes are its block, as they were sent.
    #[must_use]
    pub fn is_of(&self, block: &[u8]) -> bool {
        self.holds(block)
    }
}
