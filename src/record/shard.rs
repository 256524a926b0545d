//! The two files of a day: how they grow, and how they are read whatever has become of them.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::FileExt as _;

use super::block::{ENTRY_BYTES, Entry, Sort};
use super::folder::RecordFolder;
use crate::file::{self, For};
use crate::time::Millis;

/// Bytes of an index that are read: a month of seconds.
const LARGEST_INDEX: u64 = 128 << 20;

/// A day that is written.
#[derive(Debug)]
pub(super) struct Growing {
    data: File,
    index: File,
    end: u64,
}

impl Growing {
    /// Goes on behind what is there. The rest of an entry that was cut off goes, or no later one would be found.
    pub(super) fn open(folder: &RecordFolder, day: &str) -> io::Result<Self> {
        let data = file::open(&folder.file(day, "data"), For::Appending)?;
        let index = file::open(&folder.file(day, "index"), For::Appending)?;
        let length = index.metadata()?.len();
        let torn = length % ENTRY_BYTES as u64;
        if torn > 0 {
            index.set_len(length - torn)?;
        }
        let end = data.metadata()?.len();
        Ok(Self { data, index, end })
    }

    /// Writes a block, then the entry that makes it exist.
    pub(super) fn append(&mut self, sort: Sort, at: Millis, block: &[u8]) -> io::Result<()> {
        let entry = Entry::of(sort, at, self.end, block);
        if let Err(error) = self.data.write_all(block) {
            // A part of it may lie there: the next block begins behind it.
            self.end = self.data.metadata().map_or(self.end, |file| file.len());
            return Err(error);
        }
        self.end += block.len() as u64;
        self.index.write_all(&entry.bytes())
    }

    /// Bytes of data so far.
    pub(super) fn len(&self) -> u64 {
        self.end
    }
}

/// A day that is read, as it was when it was opened.
#[derive(Debug)]
pub(super) struct Shard {
    pub(super) day: String,
    /// One for each entry of the index; none is one that is damaged.
    pub(super) entries: Vec<Option<Entry>>,
    /// Whether the index ends in the middle of an entry.
    pub(super) torn: bool,
    data: File,
    size: u64,
}

impl Shard {
    pub(super) fn open(folder: &RecordFolder, day: &str) -> io::Result<Self> {
        let mut bytes = Vec::new();
        let index = file::open(&folder.file(day, "index"), For::Reading)?;
        index.take(LARGEST_INDEX).read_to_end(&mut bytes)?;
        // Opened after the index: whatever that names is there.
        let data = file::open(&folder.file(day, "data"), For::Reading)?;
        let size = data.metadata()?.len();
        let (whole, rest) = bytes.as_chunks::<ENTRY_BYTES>();
        Ok(Self {
            day: day.to_owned(),
            entries: whole.iter().map(Entry::read).collect(),
            torn: !rest.is_empty(),
            data,
            size,
        })
    }

    /// The bytes of a block, when they are those that were written.
    pub(super) fn block(&self, entry: &Entry) -> io::Result<Vec<u8>> {
        if entry.end().is_none_or(|end| end > self.size) {
            return Err(damaged("its data is cut off"));
        }
        let mut block = vec![0; entry.length as usize];
        self.data.read_exact_at(&mut block, entry.offset)?;
        if entry.holds(&block) {
            Ok(block)
        } else {
            Err(damaged("its data is not as it was written"))
        }
    }

    /// Bytes of data that no entry names: what was written when a process was killed.
    pub(super) fn unnamed(&self) -> u64 {
        let named = self
            .entries
            .iter()
            .flatten()
            .map(|entry| u64::from(entry.length));
        self.size.saturating_sub(named.sum())
    }
}

fn damaged(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}
