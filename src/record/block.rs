//! One block of data, and the entry of the index that says where it is and that it is whole.

use std::fmt;
use std::io::{self, Read as _};

use crate::time::Millis;

/// Bytes of an entry.
pub const ENTRY_BYTES: usize = 32;

/// Bytes of a block as it lies in the file; of its content, which a few hostile bytes could make endless.
pub(super) const LARGEST: u32 = 64 << 20;
pub(super) const LARGEST_CONTENT: u64 = 256 << 20;

/// How hard blocks are compressed: what comes every second must cost little.
const LEVEL: i32 = 3;

/// What a block is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sort {
    /// The begin of a run: who wrote, of what. Nothing is known from here on but what follows.
    Head,
    /// What numbers in later blocks mean.
    Names,
    /// What was told within a second.
    News,
    /// Everything that is known at one moment.
    Still,
    /// The run ended here, in order.
    End,
    /// The figures of a minute, for charts.
    Figures,
    /// What is new since the still or the delta before: everything known at one moment, for whoever reads that first.
    Delta,
    /// What news from here on is like.
    Sample,
}

impl Sort {
    fn code(self) -> u32 {
        match self {
            Self::Head => 1,
            Self::Names => 2,
            Self::News => 3,
            Self::Still => 4,
            Self::End => 5,
            Self::Figures => 6,
            Self::Delta => 7,
            Self::Sample => 8,
        }
    }

    fn of_code(code: u32) -> Option<Self> {
        [
            Self::Head,
            Self::Names,
            Self::News,
            Self::Still,
            Self::End,
            Self::Figures,
            Self::Delta,
            Self::Sample,
        ]
        .into_iter()
        .find(|sort| sort.code() == code)
    }
}

/// Where a block is. An entry exists when its own checksum holds, and its block when that one's does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The first moment that the block is about.
    pub at: Millis,
    /// Where it begins in `data`.
    pub offset: u64,
    /// How long it is there.
    pub length: u32,
    /// What it is.
    pub sort: Sort,
    /// The checksum of its bytes there (CRC-32, IEEE).
    pub sum: u32,
}

impl Entry {
    /// The entry of a block that lies there.
    #[must_use]
    pub(super) fn of(sort: Sort, at: Millis, offset: u64, block: &[u8]) -> Self {
        Self {
            at,
            offset,
            length: u32::try_from(block.len()).unwrap_or(u32::MAX),
            sort,
            sum: crc32fast::hash(block),
        }
    }

    /// As it lies in the index.
    #[must_use]
    pub fn bytes(&self) -> [u8; ENTRY_BYTES] {
        let mut bytes = Vec::with_capacity(ENTRY_BYTES);
        bytes.extend_from_slice(&self.at.0.to_le_bytes());
        bytes.extend_from_slice(&self.offset.to_le_bytes());
        bytes.extend_from_slice(&self.length.to_le_bytes());
        bytes.extend_from_slice(&self.sort.code().to_le_bytes());
        bytes.extend_from_slice(&self.sum.to_le_bytes());
        bytes.extend_from_slice(&crc32fast::hash(&bytes).to_le_bytes());
        bytes.try_into().unwrap_or([0; ENTRY_BYTES])
    }

    /// The entry that lies there; none where it is not as it was written.
    #[must_use]
    pub fn read(bytes: &[u8; ENTRY_BYTES]) -> Option<Self> {
        let long = |from: usize| {
            let part = bytes.get(from..from + 8)?;
            Some(u64::from_le_bytes(part.try_into().ok()?))
        };
        let short = |from: usize| {
            let part = bytes.get(from..from + 4)?;
            Some(u32::from_le_bytes(part.try_into().ok()?))
        };
        if crc32fast::hash(bytes.get(..28)?) != short(28)? {
            return None;
        }
        Some(Self {
            at: Millis(long(0)?.cast_signed()),
            offset: long(8)?,
            length: short(16).filter(|length| *length <= LARGEST)?,
            sort: Sort::of_code(short(20)?)?,
            sum: short(24)?,
        })
    }

    /// Where the block behind it begins.
    pub(super) fn end(&self) -> Option<u64> {
        self.offset.checked_add(u64::from(self.length))
    }

    /// Whether these are its bytes.
    #[must_use]
    pub(super) fn holds(&self, block: &[u8]) -> bool {
        block.len() == self.length as usize && crc32fast::hash(block) == self.sum
    }
}

/// What is written of a content.
pub(super) fn squeeze(content: &[u8]) -> io::Result<Vec<u8>> {
    zstd::bulk::compress(content, LEVEL)
}

/// Writes contents that are much like a sample. What is written says whether it was read by the same one: by another it would be
/// something else.
pub(super) struct Squeezer(zstd::bulk::Compressor<'static>);

impl fmt::Debug for Squeezer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Squeezer")
    }
}

impl Squeezer {
    pub(super) fn by(sample: &[u8]) -> io::Result<Self> {
        let mut compressor = zstd::bulk::Compressor::with_dictionary(LEVEL, sample)?;
        compressor.include_checksum(true)?;
        Ok(Self(compressor))
    }

    pub(super) fn squeeze(&mut self, content: &[u8]) -> io::Result<Vec<u8>> {
        self.0.compress(content)
    }
}

/// What contents are like, by some of them: with how often which byte comes where they are enough for that, which small blocks have
/// no room to say.
pub(super) fn sample_of(contents: &[Vec<u8>], most: usize) -> Vec<u8> {
    zstd::dict::from_samples(contents, most).unwrap_or_else(|_| {
        let newest = contents.last().cloned().unwrap_or_default();
        newest.into_iter().take(most).collect()
    })
}

/// The content of a block, never more than [`LARGEST_CONTENT`].
pub(super) fn unsqueeze(block: &[u8]) -> io::Result<Vec<u8>> {
    unsqueeze_within(block, LARGEST_CONTENT)
}

/// Opens blocks that were squeezed by one sample.
pub(super) struct Unsqueezer(zstd::bulk::Decompressor<'static>);

impl fmt::Debug for Unsqueezer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Unsqueezer")
    }
}

impl Unsqueezer {
    pub(super) fn by(sample: &[u8]) -> io::Result<Self> {
        zstd::bulk::Decompressor::with_dictionary(sample).map(Self)
    }

    /// The content of a block, never more than [`LARGEST_CONTENT`].
    pub(super) fn open(&mut self, block: &[u8]) -> io::Result<Vec<u8>> {
        let length = zstd::zstd_safe::get_frame_content_size(block)
            .ok()
            .flatten();
        let length = length.filter(|length| *length <= LARGEST_CONTENT);
        let length = length.and_then(|length| usize::try_from(length).ok());
        let length = length.ok_or_else(too_large)?;
        self.0.decompress(block, length)
    }
}

/// The content of a block, never more than `most` bytes.
pub(super) fn unsqueeze_within(block: &[u8], most: u64) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    let mut decoder = zstd::stream::read::Decoder::with_buffer(block)?;
    // A few bytes can ask for a window as large as they like.
    let window = most.max(1 << 17).ilog2().min(27);
    decoder.window_log_max(window)?;
    decoder.take(most + 1).read_to_end(&mut content)?;
    if content.len() as u64 > most {
        return Err(too_large());
    }
    Ok(content)
}

fn too_large() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "it is too large")
}
