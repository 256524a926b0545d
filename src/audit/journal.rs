//! The turn to write: the lock is held, the head is known, and lines are appended to the chain.

use std::fs::{self, File};
use std::io::{self, Seek as _, SeekFrom, Write as _};

use super::error::AuditError;
use super::head::Head;
use super::place::AuditFiles;
use super::settle::{self, Settled, Trouble};
use crate::file::{self, For};
use crate::model::audit::{LineStatus, Record};
use crate::text::Text;
use crate::time::Clock;

/// One turn. It ends, and the next process has its own, when this is dropped.
pub(super) struct Journal<'a> {
    place: &'a AuditFiles,
    rotate_at: u64,
    head: Head,
    /// The file ends in the middle of a line that is not ours to remove.
    mend: bool,
    _turn: File,
}

/// Who writes notes: lines about the audit itself.
#[derive(Clone, Copy)]
pub(super) struct Scribe<'a> {
    pub profile: &'a Text,
    pub session: &'a str,
}

impl Scribe<'_> {
    /// A line about the audit itself.
    pub fn note(self, action: &str, what: &str) -> Record {
        Record {
            timestamp: crate::time::Millis::default(),
            action: action.into(),
            profile: self.profile.clone(),
            operator: "trunkline".into(),
            status: LineStatus::Note,
            id: uuid::Uuid::new_v4().simple().to_string().into(),
            line: 0,
            session: self.session.into(),
            subject: what.into(),
            method: Text::default(),
            path: Text::default(),
            body_sha256: None,
            job_id: None,
            latency_ms: None,
            error: None,
            extra: std::collections::BTreeMap::new(),
            prev: Text::default(),
        }
    }
}

impl<'a> Journal<'a> {
    /// Waits for the turn and finds out how far the audit has come; what was wrong with its end, for the record.
    pub fn open(place: &'a AuditFiles, rotate_at: u64) -> Result<(Self, Vec<Trouble>), AuditError> {
        let turn = place.lock()?;
        let Settled {
            head,
            mend,
            troubles,
        } = settle::settle(place)?;
        let journal = Self {
            place,
            rotate_at,
            head,
            mend,
            _turn: turn,
        };
        Ok((journal, troubles))
    }

    /// Intents whose outcome is not written yet.
    pub fn open_intents(&self) -> impl Iterator<Item = &Record> {
        self.head.open.values()
    }

    /// Appends a line, in a new file when this one is full; returns it as it is on disk.
    pub fn append(&mut self, record: Record, scribe: Scribe<'_>) -> Result<Record, AuditError> {
        if self.head.bytes >= self.rotate_at {
            self.rotate(scribe)?;
        }
        self.write(record)
    }

    /// The file is put aside under a number, and the chain goes on in a new one.
    fn rotate(&mut self, scribe: Scribe<'_>) -> Result<(), AuditError> {
        let last = self.place.full()?.last().copied().unwrap_or(0);
        let number = last.max(self.head.rotated) + 1;
        let (current, full) = (self.place.current(), self.place.rotated(number));
        fs::rename(&current, &full)
            .and_then(|()| self.place.sync())
            .map_err(AuditError::at("rotating", &current))?;
        self.head.rotated = number;
        self.head.bytes = 0;
        self.mend = false;
        let name = full.file_name().unwrap_or_default().to_string_lossy();
        let note = scribe.note("audit.rotate", &format!("continues {name}"));
        self.write(note).map(drop)
    }

    fn write(&mut self, mut record: Record) -> Result<Record, AuditError> {
        let path = self.place.current();
        record.timestamp = Clock::Real.now();
        record.line = self.head.lines + 1;
        record.prev = Text::from(self.head.hash.as_str());
        let failed = || AuditError::at("writing", &path);
        let line = serde_json::to_vec(&record)
            .map_err(io::Error::from)
            .map_err(failed())?;
        let mut file = file::open(&path, For::Keeping).map_err(failed())?;
        let sound = self.head.bytes;
        let written = self.put(&mut file, &line).map_err(failed()).and_then(|()| {
            let mut head = self.head.clone();
            head.bytes += u64::from(self.mend);
            head.advance(&record, &line);
            head.write(self.place)?;
            Ok(head)
        });
        match written {
            Ok(head) => {
                (self.head, self.mend) = (head, false);
                Ok(record)
            }
            Err(error) => {
                // Half a line would be taken for the work of a crash, and a whole one for a write that was sent.
                let _ = file.set_len(sound);
                Err(error)
            }
        }
    }

    /// The line is on disk when this returns.
    fn put(&self, file: &mut File, line: &[u8]) -> io::Result<()> {
        file.set_len(self.head.bytes)?;
        file.seek(SeekFrom::Start(self.head.bytes))?;
        let mut bytes = Vec::with_capacity(line.len() + 2);
        if self.mend {
            bytes.push(b'\n');
        }
        bytes.extend_from_slice(line);
        bytes.push(b'\n');
        file.write_all(&bytes)?;
        file.sync_all()
    }
}
