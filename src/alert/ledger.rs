//! The ledger: what alerts have come to, on disk, so that a process that is killed loses nothing.
//!
//! One JSON record a line, appended and synced before anything is posted; the newest record of an alert counts. A last
//! line that was torn is cut off at the next start. The file is rewritten, whole or not at all, when most of its lines
//! have been overtaken. It is mode 0600, and locked: of two consoles with one profile the first delivers.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rustix::fs::{FlockOperation, flock};
use tempfile::NamedTempFile;

use super::Record;
use crate::model::alert::book::{ENDED_KEPT, SILENCES_KEPT};
use crate::model::alert::{Alert, AlertId};

/// Bytes that are read of a ledger; ours stay far below.
const LARGEST: u64 = 256 << 20;
/// Lines that were overtaken before the file is rewritten, beside as many as there are records.
const SLACK: usize = 1_000;

/// The ledger cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{doing} the alert ledger {path}: {source}. Alerts are delivered, but a restart may repeat or forget them; free the disk or fix the permissions.", path = .path.display())]
pub struct LedgerError {
    doing: &'static str,
    path: PathBuf,
    source: io::Error,
}

/// What a ledger held.
#[derive(Debug, Default)]
pub struct Held {
    /// The newest record of each alert, the oldest alert first, and of each silence.
    pub records: Vec<Record>,
    /// Lines that could not be read, a torn last one aside.
    pub unreadable: usize,
}

/// The open file of one profile.
#[derive(Debug)]
pub struct Ledger {
    path: PathBuf,
    file: File,
    /// Bytes that are known to be whole lines.
    sound: u64,
    lines: usize,
    newest: Newest,
    _lock: File,
}

/// The newest record of everything, by which a rewrite is whole.
#[derive(Debug, Default)]
struct Newest {
    alerts: BTreeMap<AlertId, Box<Alert>>,
    silences: Vec<Record>,
    ended: usize,
}

impl Ledger {
    /// Opens the ledger of a profile, or none when another process has it. Cuts off what a crash has torn.
    pub fn open(state_dir: &Path, profile: &str) -> Result<Option<(Self, Held)>, LedgerError> {
        let folder = state_dir.join("alerts");
        let name = utf8_percent_encode(profile, NON_ALPHANUMERIC).to_string();
        let path = folder.join(format!("{name}.jsonl"));
        let at = |doing| {
            let path = path.clone();
            move |source| LedgerError {
                doing,
                path,
                source,
            }
        };
        fs::create_dir_all(&folder).map_err(at("making the folder of"))?;
        let lock = private()
            .open(path.with_extension("lock"))
            .map_err(at("locking"))?;
        if flock(&lock, FlockOperation::NonBlockingLockExclusive).is_err() {
            return Ok(None);
        }
        let mut file = private().open(&path).map_err(at("opening"))?;
        let (newest, lines, sound, unreadable) = read(&mut file).map_err(at("reading"))?;
        file.set_len(sound).map_err(at("repairing"))?;
        let held = Held {
            records: newest.records(),
            unreadable,
        };
        let mut ledger = Self {
            path: path.clone(),
            file,
            sound,
            lines,
            newest,
            _lock: lock,
        };
        ledger.tidy()?;
        Ok(Some((ledger, held)))
    }

    /// Writes records and returns when they are on disk. After an error none of them is.
    pub fn append(&mut self, records: &[Record]) -> Result<(), LedgerError> {
        let mut bytes = Vec::new();
        for record in records {
            line(record, &mut bytes).map_err(self.failed("writing"))?;
        }
        let written = self.write(&bytes);
        if let Err(source) = written {
            // A half line would be joined by the next one.
            let _ = self.file.set_len(self.sound);
            return Err(self.failed("writing")(source));
        }
        self.sound += bytes.len() as u64;
        self.lines += records.len();
        for record in records {
            self.newest.take(record.clone());
        }
        self.tidy()
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
        let (file, sound) = self.rewritten().map_err(self.failed("rewriting"))?;
        (self.file, self.sound, self.lines) = (file, sound, self.newest.len());
        Ok(())
    }

    fn rewritten(&self) -> io::Result<(File, u64)> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let mut bytes = Vec::new();
        for record in self.newest.records() {
            line(&record, &mut bytes)?;
        }
        let mut next = NamedTempFile::new_in(folder)?;
        next.write_all(&bytes)?;
        next.as_file().sync_all()?;
        let file = next.persist(&self.path)?;
        File::open(folder)?.sync_all()?;
        Ok((file, bytes.len() as u64))
    }

    fn failed(&self, doing: &'static str) -> impl Fn(io::Error) -> LedgerError + use<> {
        let path = self.path.clone();
        move |source| LedgerError {
            doing,
            path: path.clone(),
            source,
        }
    }
}

impl Newest {
    fn len(&self) -> usize {
        self.alerts.len() + self.silences.len()
    }

    fn take(&mut self, record: Record) {
        match record {
            Record::Silence(_) => {
                self.silences.push(record);
                let over = self.silences.len().saturating_sub(SILENCES_KEPT);
                self.silences.drain(..over);
            }
            Record::Alert(alert) => {
                self.ended += usize::from(!alert.is_open());
                let before = self.alerts.insert(alert.id, alert);
                self.ended -= usize::from(before.is_some_and(|alert| !alert.is_open()));
                if self.ended > ENDED_KEPT {
                    self.forget_one();
                }
            }
        }
    }

    fn forget_one(&mut self) {
        let ended = self.alerts.values().filter(|alert| !alert.is_open());
        let oldest = ended.min_by_key(|alert| (alert.unfinished(), alert.id));
        if let Some(id) = oldest.map(|alert| alert.id) {
            self.alerts.remove(&id);
            self.ended -= 1;
        }
    }

    fn records(&self) -> Vec<Record> {
        let alerts = self.alerts.values().cloned().map(Record::Alert);
        alerts.chain(self.silences.iter().cloned()).collect()
    }
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600);
    options
}

fn line(record: &Record, into: &mut Vec<u8>) -> io::Result<()> {
    serde_json::to_writer(&mut *into, record)?;
    into.push(b'\n');
    Ok(())
}

/// The newest records, the number of lines, the length of all whole lines, and how many could not be read.
fn read(file: &mut File) -> io::Result<(Newest, usize, u64, usize)> {
    let mut bytes = Vec::new();
    file.take(LARGEST).read_to_end(&mut bytes)?;
    let sound = bytes
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |at| at + 1);
    bytes.truncate(sound);
    let (mut newest, mut lines, mut unreadable) = (Newest::default(), 0, 0);
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        lines += 1;
        match serde_json::from_slice(line) {
            Ok(record) => newest.take(record),
            Err(_) => unreadable += 1,
        }
    }
    Ok((newest, lines, sound as u64, unreadable))
}
