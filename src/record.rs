//! The past: what the console was told, on disk, in order and with its moments.
//!
//! Stored is the news itself and not a sample of what it made: applied again it makes every moment again, exactly. The same
//! `Store` takes it in, so the lists, filters and details of the past are those of the present.
//!
//! A profile has a folder, a day (UTC) two files in it that only grow: `data`, and `index` with an [`Entry`] of 32 bytes for
//! each block of data. **An entry whose two checksums do not both hold never existed**: nothing depends on the order in which
//! a disk writes, and a torn end is skipped and said. No block needs another one to be read, but for the names and for what a delta goes on from: ids that come
//! again and again are numbers in the blocks, what is alike in all news is compressed against a sample of it, and what the
//! numbers mean and the sample are written twice, before what speaks by them. A *still* is everything known at one moment
//! ([`crate::store::still`]), so that a look back need not begin at the start: there is one every quarter of an hour, most of them
//! as what is new since the one before. Where something is missing or damaged, rows are stale from there until they are spoken of again: a hole in the record is a
//! gap like any other.
//!
//! What is not in it: what probes find, routes, jobs and transfers, raw frames, messages, drafts, tokens and secrets; a queue's
//! opening hours; the timeline of a device before the still that a look back begins with.

mod block;
mod cut;
pub mod digest;
mod error;
mod figures;
mod folder;
pub mod frame;
mod mask;
mod pack;
mod reader;
mod recorder;
mod shard;
mod teller;
mod told;
mod trail;
mod transitions;
mod verify;
mod when;
mod writer;

#[cfg(test)]
mod tests;

pub use self::block::{ENTRY_BYTES, Entry};
pub use self::cut::{Cut, cut};
pub use self::error::RecordError;
pub use self::folder::{RecordFolder, Usage, prune};
pub use self::reader::{Ahead, Look, LookCoverage, Record, Reel, Rest};
pub use self::recorder::{Recorder, RecorderNews};
pub use self::teller::AlertTeller;
pub use self::told::{Moment, Told};
pub use self::transitions::{Turn, turns};
pub use self::verify::{Damage, Soundness, verify};
pub use self::when::{since, when};
pub use self::writer::{About, Writer};

/// The version of what is stored now. A reader refuses a later one in words, and one before [`OLDEST`].
pub const SCHEMA: u32 = 5;

/// The oldest version that can be read: until 4 alerts were told whole at each change of one.
pub const OLDEST: u32 = 4;

/// How much is kept of the past, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordSettings {
    /// Whether anything is recorded.
    pub enabled: bool,
    /// How long days are kept, in milliseconds.
    pub keep_ms: u64,
    /// Bytes that all days together may take; the oldest go first.
    pub size: u64,
    /// Whether callers' numbers are masked, and their names and reasons left out.
    pub mask: bool,
}

impl Default for RecordSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            keep_ms: 7 * 24 * 60 * 60 * 1_000,
            size: 2 << 30,
            mask: true,
        }
    }
}
