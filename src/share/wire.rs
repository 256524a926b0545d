//! Frames over the socket, bounded before they are read.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::time::timeout;

use super::words::Said;
use crate::record::frame::{FrameSort, LARGE, SMALL, framed, opened, packed};
use crate::record::{ENTRY_BYTES, Entry};
use crate::store::still::Still;
use crate::time::Millis;

/// Bytes that a frame of somebody who may be anybody can have.
const SMALL_BLOCK: u32 = 64 << 10;

/// How long the rest of a frame is waited for once it has begun.
const REST: Duration = Duration::from_secs(10);

/// A frame as it came.
#[derive(Debug)]
pub(super) struct WireFrame {
    pub(super) sort: FrameSort,
    pub(super) at: Millis,
    pub(super) number: u64,
    pub(super) block: Bytes,
    most: u64,
}

impl WireFrame {
    pub(super) fn read<T: DeserializeOwned>(&self) -> io::Result<T> {
        opened(&self.block, self.most)
    }
}

/// How much is taken from the other side at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trust {
    /// A reader sends everything it knows.
    Reader,
    /// A viewer sends a few words.
    Viewer,
}

/// Reads the next frame; none where the other side has ended between two.
pub(super) async fn next(
    from: &mut (impl AsyncRead + Unpin),
    trust: Trust,
) -> io::Result<Option<WireFrame>> {
    let mut head = [0; ENTRY_BYTES];
    let begun = from.read(&mut head).await?;
    if begun == 0 {
        return Ok(None);
    }
    let rest = async {
        if let Some(rest) = head.get_mut(begun..) {
            from.read_exact(rest).await?;
        }
        let entry = Entry::read(&head).ok_or_else(|| broken("no frame of a share"))?;
        let (block_most, most) = match trust {
            Trust::Reader => (u32::MAX, LARGE),
            Trust::Viewer => (SMALL_BLOCK, SMALL),
        };
        if entry.length > block_most {
            return Err(broken("a frame that is too long"));
        }
        // As much as comes, and not as much as is announced.
        let mut block = Vec::new();
        let length = u64::from(entry.length);
        from.take(length).read_to_end(&mut block).await?;
        if !entry.is_of(&block) {
            return Err(broken("a frame that is damaged"));
        }
        Ok(WireFrame {
            sort: entry.sort,
            at: entry.at,
            number: entry.offset,
            block: block.into(),
            most,
        })
    };
    match timeout(REST, rest).await {
        Ok(read) => read.map(Some),
        Err(_) => Err(broken("half a frame")),
    }
}

/// One frame.
pub(super) fn frame(
    sort: FrameSort,
    at: Millis,
    number: u64,
    value: &impl Serialize,
) -> io::Result<Vec<u8>> {
    Ok(framed(sort, at, number, &packed(value)?))
}

/// Whether nothing comes after this frame.
pub(super) fn ends(frame: &[u8]) -> bool {
    let head = frame.first_chunk::<ENTRY_BYTES>();
    let entry = head.and_then(Entry::read);
    entry.is_some_and(|entry| entry.sort == FrameSort::End)
}

/// What is told, as one frame.
pub(super) fn told(at: Millis, number: u64, said: &Said) -> io::Result<Vec<u8>> {
    frame(FrameSort::News, at, number, said)
}

/// Everything that a keyframe says.
///
/// # Errors
/// Where it is none.
pub fn keyframe(packed: &[u8]) -> io::Result<Still<'static>> {
    opened(packed, LARGE)
}

fn broken(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}
