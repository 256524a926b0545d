//! How the audit fails, in a person's words.

use std::io;
use std::path::{Path, PathBuf};

/// The audit cannot be used. A write whose intent meets this error is not sent.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// A file could not be read or written.
    #[error("{doing} {path}: {source}. No write is sent without its line in the audit; free the disk or fix the permissions.", path = .path.display())]
    File {
        /// What was tried.
        doing: &'static str,
        /// On which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another process holds the lock and does not let go.
    #[error("another process has held {path} for {seconds} s. No write is sent without its line in the audit; end the console that hangs (fuser {path}).", path = .path.display())]
    Busy {
        /// The lock.
        path: PathBuf,
        /// How long was waited.
        seconds: u64,
    },
    /// Nothing has been audited yet.
    #[error("there is no audit of this profile at {path}: nothing has been written with it yet.", path = .0.display())]
    Missing(PathBuf),
}

impl AuditError {
    /// For `map_err`: what was tried, on what.
    pub(super) fn at(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::File {
            doing,
            path,
            source,
        }
    }
}
