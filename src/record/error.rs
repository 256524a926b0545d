//! Why something of the past cannot be kept or shown.

use std::io;
use std::path::{Path, PathBuf};

use super::{OLDEST, SCHEMA};

/// Why something of the past cannot be kept or shown.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// A file or a folder cannot be used.
    #[error("The record cannot be used: {doing} {path}: {source}. Free the disk or fix the permissions.", path = .path.display())]
    Unusable {
        /// What was tried.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// Another process of this profile records.
    #[error("Another trunkline of this profile records already: this one only reads.")]
    Taken,
    /// Nothing was recorded.
    #[error("Nothing is recorded in {path}. The console and `trunkline serve` record while they run, unless [record] enabled = false.", path = .0.display())]
    Empty(PathBuf),
    /// Nothing was recorded at that moment or before it.
    #[error("Nothing was recorded at {at} or before; the record begins at {begins}.")]
    Before {
        /// The moment that was asked for.
        at: String,
        /// The first moment there is.
        begins: String,
    },
    /// There is no profile whose past it could be.
    #[error("There is no profile, and so no past of it.")]
    NoProfile,
    /// Nothing that is shown changed its state.
    #[error("Nothing that is shown here changed {}: no {kind} did.", if *.after { "after this" } else { "before this" })]
    NoChange {
        /// What is shown.
        kind: &'static str,
        /// Whether it was looked for after the moment, and not before it.
        after: bool,
    },
    /// It is of a version that is not known.
    #[error(
        "The record is of another version of trunkline (schema {found}, this one reads {OLDEST} to {SCHEMA}). Open it with that version."
    )]
    Version {
        /// Its schema.
        found: u32,
    },
    /// What is needed to begin is damaged.
    #[error("The record is damaged: {0}.")]
    Damaged(String),
}

impl RecordError {
    pub(super) fn unusable(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Unusable {
            doing,
            path: path.to_owned(),
            source,
        }
    }
}
