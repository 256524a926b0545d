//! Reading the audit back, for the pane and for `trunkline audit show`.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::error::AuditError;
use super::place::AuditFiles;
use super::settle::LONGEST_LINE;
use crate::file::{self, For};
use crate::model::audit::{LineStatus, Record};
use crate::time::Millis;

/// One line as it is in its file.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditLine {
    /// Its bytes without the line's end.
    pub raw: Vec<u8>,
    /// What it says; none when it can't be read as a line of the audit.
    pub record: Option<Record>,
}

/// All files of an audit that are there, the oldest first.
pub(super) fn files(place: &AuditFiles) -> Result<Vec<PathBuf>, AuditError> {
    let full = place.full()?;
    let full = full.into_iter().map(|number| place.rotated(number));
    let files: Vec<PathBuf> = full.chain([place.current()]).collect();
    let found: Vec<PathBuf> = files.into_iter().filter(|path| path.exists()).collect();
    if found.is_empty() {
        return Err(AuditError::Missing(place.current()));
    }
    Ok(found)
}

/// Hands over every line, in the order in which they were written.
pub fn each(
    state_dir: &Path,
    profile: &str,
    mut take: impl FnMut(AuditLine),
) -> Result<(), AuditError> {
    let place = AuditFiles::new(state_dir, profile);
    for path in files(&place)? {
        let file = file::open(&path, For::Reading).map_err(AuditError::at("reading", &path))?;
        let mut reader = BufReader::new(file);
        while let Some((raw, whole)) =
            next_line(&mut reader).map_err(AuditError::at("reading", &path))?
        {
            // Half a line is being written just now, or was torn; `verify` tells which.
            if whole {
                let record = serde_json::from_slice(&raw).ok();
                take(AuditLine { raw, record });
            }
        }
    }
    Ok(())
}

/// The newest lines, the oldest of them first; none where nothing has been written.
pub fn newest(state_dir: &Path, profile: &str, most: usize) -> Result<Vec<Record>, AuditError> {
    let mut kept = VecDeque::with_capacity(most.min(1_024));
    let read = each(state_dir, profile, |line| {
        if let Some(record) = line.record {
            if kept.len() == most {
                kept.pop_front();
            }
            kept.push_back(record);
        }
    });
    match read {
        Ok(()) | Err(AuditError::Missing(_)) => Ok(kept.into()),
        Err(error) => Err(error),
    }
}

/// What tells apart the things that are told of one write, where there are several: the updates of a reservation.
pub const CORRELATION: &str = "correlationId";

/// Whether a line of that id and action says how it ended. Looked for from the newest file back to the one of the intent.
pub(super) fn is_said(place: &AuditFiles, wanted: &Record) -> Result<bool, AuditError> {
    let id = wanted.id.raw().as_bytes();
    for path in files(place).unwrap_or_default().into_iter().rev() {
        let failed = || AuditError::at("reading", &path);
        let file = file::open(&path, For::Reading).map_err(failed())?;
        let mut reader = BufReader::new(file);
        let mut begun = false;
        while let Some((raw, _)) = next_line(&mut reader).map_err(failed())? {
            // Nearly every line is of something else: those are not read as JSON.
            if !raw.windows(id.len().max(1)).any(|part| part == id) {
                continue;
            }
            let Ok(record) = serde_json::from_slice::<Record>(&raw) else {
                continue;
            };
            let ours = record.id == wanted.id;
            let doubted = record.status == LineStatus::Unknown && wanted.status != record.status;
            let named = |of: &Record| of.extra.get(CORRELATION).cloned();
            let same = record.action == wanted.action && named(&record) == named(wanted);
            if ours && same && record.status != LineStatus::Intent && !doubted {
                return Ok(true);
            }
            begun |= ours && record.status == LineStatus::Intent;
        }
        if begun {
            break;
        }
    }
    Ok(false)
}

/// Whether an intent names this `callbackId` since that moment.
pub(super) fn was_intended(
    place: &AuditFiles,
    callback_id: &str,
    since: Millis,
) -> Result<bool, AuditError> {
    for path in files(place).unwrap_or_default().into_iter().rev() {
        let failed = || AuditError::at("reading", &path);
        let file = file::open(&path, For::Reading).map_err(failed())?;
        let mut reader = BufReader::new(file);
        let mut earlier = false;
        while let Some((raw, _)) = next_line(&mut reader).map_err(failed())? {
            let Ok(record) = serde_json::from_slice::<Record>(&raw) else {
                continue;
            };
            let named = record.extra.get("callbackId").and_then(Value::as_str);
            let ours = record.status == LineStatus::Intent && named == Some(callback_id);
            if ours && record.timestamp >= since {
                return Ok(true);
            }
            earlier |= record.timestamp < since;
        }
        // Files before this one are older still.
        if earlier {
            break;
        }
    }
    Ok(false)
}

/// The next line without its end, and whether it had one. A line that is too long comes in pieces that are not whole.
pub(super) fn next_line(reader: &mut impl BufRead) -> io::Result<Option<(Vec<u8>, bool)>> {
    let mut line = Vec::new();
    reader.take(LONGEST_LINE).read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Ok(None);
    }
    let whole = line.pop_if(|last| *last == b'\n').is_some();
    Ok(Some((line, whole)))
}
