//! The last known registrations, carriers and callbacks of a profile, on disk: what the first frame of the next run shows,
//! as remembered. Jobs have a book of their own: what was submitted must not be forgotten.
//!
//! One file for each profile, mode 0600, replaced whole or not at all, so that two consoles of one profile cannot disturb
//! each other: the last one to write is remembered. It holds names, ids and states, and no secret. A file that is damaged, of
//! a newer trunkline or of another organisation is refused in words and costs nothing else.
//!
//! The file is a line that names the format and its version, a `Head`, and what is kept, one after the other (msgpack).

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use crate::file::{self, For};
use crate::model::memory::{Kept, WasCallback, WasCarrier};
use crate::model::registration::memory::RememberedPerson;

/// What a file begins with, up to its version.
const MARK: &str = "trunkline memory ";

/// The version of the format. Another one is not read.
const VERSION: u32 = 2;

/// Rows that are remembered; further ones are left out, and the next run says so.
pub const MOST_ROWS: usize = 100_000;

/// Bytes of a file that is read; [`MOST_ROWS`] rows stay far below.
const LARGEST: u64 = 64 << 20;

/// What is said of everything in a file.
#[derive(Debug, Serialize, Deserialize)]
struct Head {
    /// Which organisation they are of, as [`Memory::new`] was told.
    whose: String,
    /// How many things follow.
    kept: u64,
    /// Rows that there was no room for.
    left_out: u64,
}

/// Why the last known rows cannot be shown or kept.
#[derive(Debug, thiserror::Error)]
pub enum MemoryError {
    /// The file or its folder cannot be used.
    #[error("The last known rows cannot be kept or shown: {doing} {path}: {source}. Free the disk or fix the permissions.", path = .path.display())]
    Unusable {
        /// What was tried.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// The file is not as it was written.
    #[error("The last known rows are damaged and not shown: {why}. They are read from the organisation, and {path} is replaced.", path = .path.display())]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The file is of another version of the format.
    #[error("The last known rows are of another version of trunkline and not shown (format {version}, this one reads {VERSION}). They are read from the organisation, and {path} is replaced.", path = .path.display())]
    Version {
        /// Which file.
        path: PathBuf,
        /// Its format.
        version: String,
    },
}

/// What an earlier run knew.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Recalled {
    /// Everyone with a device.
    pub people: Vec<RememberedPerson>,
    /// Every carrier.
    pub carriers: Vec<WasCarrier>,
    /// Every callback.
    pub callbacks: Vec<WasCallback>,
    /// Rows that there was no room for.
    pub left_out: u64,
}

/// Puts together what is to be remembered, a part at a time; without I/O.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    body: Vec<u8>,
    kept: u64,
    rows: usize,
    left_out: u64,
}

impl Draft {
    /// Adds things; rows beyond [`MOST_ROWS`] are counted.
    pub fn add(&mut self, things: impl IntoIterator<Item = Kept>) {
        for thing in things {
            let (rows, whole) = (thing.rows(), self.body.len());
            // Plain data cannot fail to serialise into memory.
            if self.rows + rows > MOST_ROWS
                || rmp_serde::encode::write(&mut self.body, &thing).is_err()
            {
                self.body.truncate(whole);
                self.left_out += rows as u64;
                continue;
            }
            self.kept += 1;
            self.rows += rows;
        }
    }
}

/// Where the last known rows of a profile are kept.
#[derive(Clone, Debug)]
pub struct Memory {
    path: PathBuf,
    whose: String,
}

impl Memory {
    /// The memory of a profile. `whose` tells its organisation from any other that the profile may have named before.
    #[must_use]
    pub fn new(state_dir: &Path, profile: &str, whose: String) -> Self {
        let name = utf8_percent_encode(profile, NON_ALPHANUMERIC);
        Self {
            path: state_dir.join("memory").join(format!("{name}.msgpack")),
            whose,
        }
    }

    /// What an earlier run knew; nothing where none has kept anything, or where it was of another organisation.
    pub fn load(&self) -> Result<Recalled, MemoryError> {
        let mut bytes = Vec::new();
        let read = file::open(&self.path, For::Reading)
            .and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes));
        match read {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Recalled::default()),
            Err(source) => return Err(self.unusable("reading", source)),
            Ok(read) if read as u64 > LARGEST => return Err(self.damaged("it is too large")),
            Ok(_) => {}
        }
        self.parse(&bytes)
    }

    fn parse(&self, bytes: &[u8]) -> Result<Recalled, MemoryError> {
        let end = bytes.iter().take(64).position(|byte| *byte == b'\n');
        let (first, body) = bytes.split_at(end.unwrap_or(0));
        let version = std::str::from_utf8(first).ok();
        let Some(version) = version.and_then(|line| line.strip_prefix(MARK)) else {
            return Err(self.damaged("it does not begin as one"));
        };
        if version != VERSION.to_string() {
            return Err(MemoryError::Version {
                path: self.path.clone(),
                version: crate::text::fit(version, 16).into_owned(),
            });
        }
        let mut body = rmp_serde::Deserializer::from_read_ref(body.get(1..).unwrap_or_default());
        let broken = |error: &rmp_serde::decode::Error| self.damaged(&error.to_string());
        let head = Head::deserialize(&mut body).map_err(|error| broken(&error))?;
        if head.whose != self.whose {
            return Ok(Recalled::default());
        }
        let mut recalled = Recalled {
            left_out: head.left_out,
            ..Recalled::default()
        };
        for _ in 0..head.kept {
            match Kept::deserialize(&mut body).map_err(|error| broken(&error))? {
                Kept::Person(person) => recalled.people.push(person),
                Kept::Carrier(carrier) => recalled.carriers.push(carrier),
                Kept::Callback(callback) => recalled.callbacks.push(callback),
            }
        }
        Ok(recalled)
    }

    /// Keeps what was put together, in place of what was kept before.
    pub fn save(&self, draft: &Draft) -> Result<(), MemoryError> {
        let head = Head {
            whose: self.whose.clone(),
            kept: draft.kept,
            left_out: draft.left_out,
        };
        let write = || {
            let folder = self.path.parent().unwrap_or(Path::new("."));
            let mut maker = fs::DirBuilder::new();
            maker.recursive(true).mode(0o700).create(folder)?;
            // Made with mode 0600.
            let mut file = NamedTempFile::new_in(folder)?;
            writeln!(file, "{MARK}{VERSION}")?;
            file.write_all(&rmp_serde::to_vec(&head).map_err(io::Error::other)?)?;
            file.write_all(&draft.body)?;
            file.persist(&self.path)?;
            Ok(())
        };
        write().map_err(|source| self.unusable("writing", source))
    }

    /// Forgets what was kept: a profile that no longer wants it leaves nothing behind.
    pub fn forget(&self) -> Result<(), MemoryError> {
        match fs::remove_file(&self.path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                Err(self.unusable("removing", source))
            }
            _ => Ok(()),
        }
    }

    fn unusable(&self, doing: &'static str, source: io::Error) -> MemoryError {
        MemoryError::Unusable {
            doing,
            path: self.path.clone(),
            source,
        }
    }

    fn damaged(&self, why: &str) -> MemoryError {
        MemoryError::Damaged {
            path: self.path.clone(),
            why: crate::text::fit(why, 120).into_owned(),
        }
    }
}

#[cfg(test)]
mod tests;
