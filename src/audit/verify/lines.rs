//! The lines of all files, one after the other, as they are at one moment.

use std::fs::File;
use std::io::{self, BufReader, Read, Take};
use std::path::PathBuf;

use serde::Deserialize;

use super::At;
use crate::audit::error::AuditError;
use crate::audit::place::AuditFiles;
use crate::audit::{read, sha256_hex};
use crate::file::{self, For};
use crate::model::audit::LineStatus;

/// What the chain needs to know of a line.
#[derive(Deserialize)]
pub(super) struct ChainLink {
    pub line: u64,
    pub id: String,
    pub status: LineStatus,
    pub prev: String,
}

/// A line in its place.
pub(super) struct PlacedLine {
    pub at: At,
    pub hash: String,
    /// It ends where a line ends.
    pub whole: bool,
    /// None when it can't be read as a line of the audit.
    pub link: Option<ChainLink>,
}

/// All lines, the oldest first. What is appended meanwhile is not among them.
pub(super) struct Lines {
    paths: Vec<PathBuf>,
    /// The file that is appended to, opened at the moment that counts: its name may soon be another file's.
    current: Option<Take<File>>,
    reader: Option<BufReader<Take<File>>>,
    at: At,
}

impl Lines {
    pub fn open(place: &AuditFiles) -> Result<Self, AuditError> {
        let paths = read::files(place)?;
        let path = place.current();
        let current = match file::open(&path, For::Reading) {
            Ok(file) => Some(bounded(file).map_err(AuditError::at("reading", &path))?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(AuditError::at("reading", &path)(error)),
        };
        let mut lines = Self {
            paths,
            current,
            reader: None,
            at: At::default(),
        };
        lines.reader = lines.open_file(0)?;
        Ok(lines)
    }

    pub fn files(&self) -> usize {
        self.paths.len()
    }

    pub fn path(&self, file: usize) -> PathBuf {
        self.paths.get(file).cloned().unwrap_or_default()
    }

    /// Whether the file that was read last is the last one.
    pub fn at_end(&self) -> bool {
        self.at.file + 1 >= self.paths.len()
    }

    /// The next line; none behind the last.
    pub fn next(&mut self) -> Result<Option<PlacedLine>, AuditError> {
        while let Some(reader) = &mut self.reader {
            let path = &self.paths[self.at.file];
            let line = read::next_line(reader).map_err(AuditError::at("reading", path))?;
            if let Some((raw, whole)) = line {
                self.at.row += 1;
                return Ok(Some(PlacedLine {
                    at: self.at,
                    hash: sha256_hex(&raw),
                    whole,
                    link: serde_json::from_slice(&raw).ok(),
                }));
            }
            let next = self.at.file + 1;
            self.reader = self.open_file(next)?;
            if self.reader.is_some() {
                self.at = At { file: next, row: 0 };
            }
        }
        Ok(None)
    }

    /// Whether any of the lines that are left is such a one.
    pub fn any(&mut self, such: impl Fn(&ChainLink) -> bool) -> Result<bool, AuditError> {
        while let Some(found) = self.next()? {
            if found.link.as_ref().is_some_and(&such) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn open_file(&mut self, number: usize) -> Result<Option<BufReader<Take<File>>>, AuditError> {
        let Some(path) = self.paths.get(number) else {
            return Ok(None);
        };
        if number + 1 == self.paths.len()
            && let Some(current) = self.current.take()
        {
            return Ok(Some(BufReader::new(current)));
        }
        let file = file::open(path, For::Reading).and_then(bounded);
        let file = file.map_err(AuditError::at("reading", path))?;
        Ok(Some(BufReader::new(file)))
    }
}

/// The file as far as it goes now.
fn bounded(file: File) -> io::Result<Take<File>> {
    let length = file.metadata()?.len();
    Ok(file.take(length))
}
