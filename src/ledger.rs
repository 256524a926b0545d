//! A ledger: what things have come to, on disk, so that a process that is killed loses nothing.
//!
//! One JSON record a line, appended and synced; the newest records count, and [`Keep`] knows which those are. A last
//! line that was torn is cut off when the ledger is opened. The file is rewritten, whole or not at all, when most of its
//! lines have been overtaken. It is mode 0600, and locked for as long as it is open.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rustix::fs::{FlockOperation, flock};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::file::{self, For};
use crate::{folder, lock, vault};

/// Bytes that are read of a ledger; ours stay far below.
const LARGEST: u64 = 256 << 20;
/// Lines that were overtaken before the file is rewritten, beside as many as there are records.
const SLACK: usize = 1_000;

/// What a ledger is of: which of its records still count.
pub trait Keep: Default {
    /// One line.
    type Record: Serialize + DeserializeOwned + Clone;
    /// What is kept, for its folder in the state directory: `alerts`.
    const FOLDER: &'static str;
    /// What a person loses when it can't be kept, as a sentence without its end.
    const LOSS: &'static str;

    /// Takes in the next record.
    fn take(&mut self, record: Self::Record);
    /// Records that still count, the oldest first.
    fn records(&self) -> Vec<Self::Record>;
    /// How many those are.
    fn len(&self) -> usize;
    /// Whether there is none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The ledger cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{doing} the ledger {path}: {source}. {loss}; free the disk or fix the permissions.", path = .path.display())]
pub struct LedgerError {
    doing: &'static str,
    loss: &'static str,
    path: PathBuf,
    source: io::Error,
}

/// What a ledger held.
#[derive(Debug)]
pub struct Held<R> {
    /// The records that still count, the oldest first.
    pub records: Vec<R>,
    /// Lines that could not be read, a torn last one aside.
    pub unreadable: usize,
}

/// The open file of one profile.
#[derive(Debug)]
pub struct Ledger<K> {
    path: PathBuf,
    file: File,
    /// Bytes that are known to be whole lines.
    sound: u64,
    lines: usize,
    newest: K,
    _lock: File,
}

/// An open ledger with what it held.
pub type Opened<K> = (Ledger<K>, Held<<K as Keep>::Record>);

impl<K: Keep> Ledger<K> {
    /// Opens the ledger of a profile, or none when another process has it. Cuts off what a crash has torn.
    pub fn open(state_dir: &Path, profile: &str) -> Result<Option<Opened<K>>, LedgerError> {
        let (path, lock) = Self::place(state_dir, profile)?;
        if flock(&lock, FlockOperation::NonBlockingLockExclusive).is_err() {
            return Ok(None);
        }
        Self::locked(path, lock).map(Some)
    }

    /// The same for a ledger that processes write to in turn: waits until the others have closed it.
    pub fn wait(state_dir: &Path, profile: &str) -> Result<Opened<K>, LedgerError> {
        let (path, lock) = Self::place(state_dir, profile)?;
        lock::wait(&lock).map_err(failed::<K>(&path, "locking"))?;
        Self::locked(path, lock)
    }

    /// Reads what is kept, whoever has it open; a line that is just being written is left out.
    pub fn peek(state_dir: &Path, profile: &str) -> Result<Held<K::Record>, LedgerError> {
        let (path, _) = Self::place(state_dir, profile)?;
        let none = |error: &io::Error| error.kind() == io::ErrorKind::NotFound;
        let (newest, unreadable) = match file::open(&path, For::Reading) {
            Ok(mut file) => {
                let read = read::<K>(&mut file).map_err(failed::<K>(&path, "reading"))?;
                (read.0, read.3)
            }
            Err(error) if none(&error) => (K::default(), 0),
            Err(error) => return Err(failed::<K>(&path, "opening")(error)),
        };
        Ok(Held {
            records: newest.records(),
            unreadable,
        })
    }

    fn place(state_dir: &Path, profile: &str) -> Result<(PathBuf, File), LedgerError> {
        let folder = state_dir.join(K::FOLDER);
        let name = utf8_percent_encode(profile, NON_ALPHANUMERIC).to_string();
        let path = folder.join(format!("{name}.jsonl"));
        let at = |doing| failed::<K>(&path, doing);
        folder::make(&folder).map_err(at("making the folder of"))?;
        let lock = file::open(&path.with_extension("lock"), For::Keeping).map_err(at("locking"))?;
        Ok((path, lock))
    }

    fn locked(path: PathBuf, lock: File) -> Result<Opened<K>, LedgerError> {
        let at = |doing| failed::<K>(&path, doing);
        let mut file = file::open(&path, For::Keeping).map_err(at("opening"))?;
        let (newest, lines, sound, unreadable) = read::<K>(&mut file).map_err(at("reading"))?;
        file.set_len(sound).map_err(at("repairing"))?;
        let held = Held {
            records: newest.records(),
            unreadable,
        };
        let mut ledger = Self {
            path,
            file,
            sound,
            lines,
            newest,
            _lock: lock,
        };
        ledger.tidy()?;
        Ok((ledger, held))
    }

    /// Writes records and returns when they are on disk. After an error none of them is.
    pub fn append(&mut self, records: &[K::Record]) -> Result<(), LedgerError> {
        let mut bytes = Vec::new();
        for record in records {
            line(record, &mut bytes).map_err(failed::<K>(&self.path, "writing"))?;
        }
        let written = self.write(&bytes);
        if let Err(source) = written {
            // A half line would be joined by the next one.
            let _ = self.file.set_len(self.sound);
            return Err(failed::<K>(&self.path, "writing")(source));
        }
        self.sound += bytes.len() as u64;
        self.lines += records.len();
        for record in records {
            self.newest.take(record.clone());
        }
        // They are on disk, whatever becomes of this: it is tried again when the ledger is next opened.
        if let Err(error) = self.tidy() {
            tracing::warn!(%error, "a ledger stays longer than it has to be");
        }
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(self.sound))?;
        self.file.write_all(bytes)?;
        self.file.sync_data()
    }

    /// Rewrites the file when most of it has been overtaken.
    fn tidy(&mut self) -> Result<(), LedgerError> {
        if self.lines <= 2 * self.newest.len() + SLACK {
            return Ok(());
        }
        let (file, sound) = self
            .rewritten()
            .map_err(failed::<K>(&self.path, "rewriting"))?;
        (self.file, self.sound, self.lines) = (file, sound, self.newest.len());
        Ok(())
    }

    fn rewritten(&self) -> io::Result<(File, u64)> {
        let mut bytes = Vec::new();
        for record in self.newest.records() {
            line(&record, &mut bytes)?;
        }
        let file = file::replace(&self.path, &bytes)?;
        Ok((file, bytes.len() as u64))
    }
}

fn failed<K: Keep>(path: &Path, doing: &'static str) -> impl Fn(io::Error) -> LedgerError + use<K> {
    let path = path.to_owned();
    move |source| LedgerError {
        doing,
        loss: K::LOSS,
        path: path.clone(),
        source,
    }
}

fn line(record: &impl Serialize, into: &mut Vec<u8>) -> io::Result<()> {
    into.extend_from_slice(&vault::scrub_bytes(&serde_json::to_vec(record)?));
    into.push(b'\n');
    Ok(())
}

/// The records that count, the number of lines, the length of all whole lines, and how many could not be read.
fn read<K: Keep>(file: &mut File) -> io::Result<(K, usize, u64, usize)> {
    let mut bytes = Vec::new();
    file.take(LARGEST).read_to_end(&mut bytes)?;
    let sound = bytes
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |at| at + 1);
    bytes.truncate(sound);
    let (mut newest, mut lines, mut unreadable) = (K::default(), 0, 0);
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        lines += 1;
        match serde_json::from_slice(line) {
            Ok(record) => newest.take(record),
            Err(_) => unreadable += 1,
        }
    }
    Ok((newest, lines, sound as u64, unreadable))
}
