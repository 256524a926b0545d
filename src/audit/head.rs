//! The head: how far the audit has come, written after each line.
//!
//! A chain shows what was changed inside of it and not that its end is missing. The head does: it knows the number and
//! the hash of the last line. A console that dies between the line and its head leaves the head one line behind, which
//! is made good at the next line; a head that is ahead means that lines were cut off.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};

use serde::{Deserialize, Serialize};

use super::error::AuditError;
use super::place::AuditFiles;
use crate::file::{self, For};
use crate::model::audit::{LineStatus, Record};
use crate::text::Text;

/// The hash before the first line.
pub(super) const NOTHING: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Bytes of a head: open intents are in it, each a line of the audit at most.
const LARGEST: u64 = 64 << 20;

/// How far an audit has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Head {
    /// Lines in all files together.
    pub lines: u64,
    /// SHA-256 of the last one.
    pub hash: String,
    /// Files that are full.
    pub rotated: u64,
    /// Bytes of whole lines in the file that is appended to.
    pub bytes: u64,
    /// Intents whose outcome is not written yet.
    pub open: BTreeMap<Text, Record>,
}

impl Default for Head {
    fn default() -> Self {
        Self {
            lines: 0,
            hash: NOTHING.to_owned(),
            rotated: 0,
            bytes: 0,
            open: BTreeMap::new(),
        }
    }
}

fn whole(file: File) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(LARGEST).read_to_end(&mut bytes)?;
    Ok(bytes)
}

impl Head {
    /// The head as it is on disk; none when there is none or it can't be read as one.
    pub fn read(place: &AuditFiles) -> Result<Option<Self>, AuditError> {
        let path = place.head();
        match file::open(&path, For::Reading).and_then(whole) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(AuditError::at("reading", &path)(error)),
        }
    }

    /// Writes the head, whole or not at all; returns when it is on disk.
    pub fn write(&self, place: &AuditFiles) -> Result<(), AuditError> {
        let path = place.head();
        self.replace(place)
            .map_err(AuditError::at("writing", &path))
    }

    fn replace(&self, place: &AuditFiles) -> io::Result<()> {
        file::replace(&place.head(), &serde_json::to_vec(self)?).map(drop)
    }

    /// Moves on by one line.
    pub fn advance(&mut self, record: &Record, line: &[u8]) {
        self.lines = record.line;
        self.hash = super::sha256_hex(line);
        self.bytes = self.bytes.saturating_add(line.len() as u64 + 1);
        match record.status {
            LineStatus::Intent => {
                self.open.insert(record.id.clone(), record.clone());
            }
            LineStatus::Note => {}
            _ => {
                self.open.remove(&record.id);
            }
        }
    }
}
