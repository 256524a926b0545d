//! Puts together what is told of a stretch of time: the record, and beside it the audit, the jobs and the bookmarks.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::audit::{AuditError, read as lines};
use crate::flow::book;
use crate::model::digest::{Digest, DigestFor};
use crate::record::digest::{Beside, story, tell};
use crate::record::{Record, RecordError, RecordFolder};
use crate::shelf::Shelf;
use crate::time::Millis;

/// Where what is told beside the record comes from.
#[derive(Clone, Debug)]
pub enum BesideFrom {
    /// The files of a profile in the state directory.
    Kept(PathBuf, String),
    /// What came with a packet.
    Given(Arc<Beside>),
}

impl BesideFrom {
    /// Reads it.
    ///
    /// # Errors
    /// A sentence: a file that cannot be read.
    pub fn read(&self) -> Result<Arc<Beside>, String> {
        match self {
            Self::Kept(state_dir, profile) => beside(state_dir, profile).map(Arc::new),
            Self::Given(beside) => Ok(Arc::clone(beside)),
        }
    }
}

/// What is kept of a profile beside its record.
///
/// # Errors
/// A sentence: a file that cannot be read.
pub fn beside(state_dir: &Path, profile: &str) -> Result<Beside, String> {
    let mut audit = Vec::new();
    match lines::each(state_dir, profile, |line| audit.extend(line.record)) {
        Err(AuditError::Missing(_)) => {}
        read => read.map_err(|error| error.to_string())?,
    }
    let jobs = book::read(state_dir, profile).map_err(|error| error.to_string())?;
    let bookmarks = Shelf::new(state_dir, profile).bookmarks();
    Ok(Beside {
        profile: profile.into(),
        audit,
        jobs: jobs.records,
        bookmarks: bookmarks.map_err(|error| error.to_string())?,
    })
}

/// Tells what happened between two moments, as far as that is read while it is wanted.
///
/// # Errors
/// A sentence: nothing was recorded, or a file cannot be read.
pub fn digest(
    folder: Option<RecordFolder>,
    from: &BesideFrom,
    span: (Millis, Millis),
    whom: DigestFor,
    wanted: &dyn Fn() -> bool,
) -> Result<Digest, String> {
    let folder = folder.ok_or(RecordError::NoProfile);
    let told = folder
        .and_then(Record::open)
        .and_then(|mut record| story(&mut record, span, wanted));
    let told = told.map_err(|error| error.to_string())?;
    let beside = from.read()?;
    Ok(tell(&told, whom, &beside))
}
