//! Which runs of the console are alive: an intent of one that is not will never get its outcome from it.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::PathBuf;

use rustix::fs::{FlockOperation, flock};

use super::error::AuditError;
use super::place::AuditFiles;
use crate::file::{self, For};

/// This run: a file that is locked for as long as the process lives, however it ends.
#[derive(Debug)]
pub(super) struct AuditSession {
    pub id: String,
    path: PathBuf,
    _lock: File,
}

impl AuditSession {
    /// Begins a session. The caller has the turn: nobody asks after a session that is half made.
    pub fn begin(place: &AuditFiles) -> Result<Self, AuditError> {
        let id = uuid::Uuid::new_v4().simple().to_string();
        let path = place.session(&id);
        let lock = hold(&path).map_err(AuditError::at("locking", &path))?;
        Ok(Self {
            id,
            path,
            _lock: lock,
        })
    }

    /// Whether that run still goes on; what a dead one left behind is removed. The caller has the turn.
    pub fn lives(place: &AuditFiles, id: &str) -> bool {
        if !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            // Not a name that this program gives: it would reach for another file.
            return false;
        }
        let path = place.session(id);
        match file::open(&path, For::Reading) {
            Ok(file) => match flock(&file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => {
                    let _ = fs::remove_file(&path);
                    false
                }
                // Whoever can't tell must not settle the affairs of a process that may be alive.
                Err(_) => true,
            },
            Err(error) => error.kind() != io::ErrorKind::NotFound,
        }
    }
}

impl Drop for AuditSession {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

fn hold(path: &std::path::Path) -> io::Result<File> {
    let mut file = file::open(path, For::Keeping)?;
    flock(&file, FlockOperation::NonBlockingLockExclusive)?;
    // For a person who looks at the folder.
    writeln!(file, "{}", std::process::id())?;
    Ok(file)
}
