//! Where an audit is: one folder, its files by name, and the lock that writers take in turn.

use std::collections::BTreeSet;
use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::error::AuditError;
use crate::file::{self, For};
use crate::lock;

/// A profile's name as a file name; a dot is encoded because rotated files are numbered behind one.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_');

/// The files of one profile's audit.
#[derive(Clone, Debug)]
pub(super) struct AuditFiles {
    folder: PathBuf,
    name: String,
}

impl AuditFiles {
    pub fn new(state_dir: &Path, profile: &str) -> Self {
        Self {
            folder: state_dir.join("audit"),
            name: utf8_percent_encode(profile, ENCODED).to_string(),
        }
    }

    /// The file that is appended to.
    pub fn current(&self) -> PathBuf {
        self.folder.join(format!("{}.jsonl", self.name))
    }

    /// A file that is full; they are numbered from 1, the oldest first.
    pub fn rotated(&self, number: u64) -> PathBuf {
        let name = format!("{}.{number:06}.jsonl", self.name);
        self.folder.join(name)
    }

    /// How far the audit has come, kept beside it so that a tail that was cut off is missed.
    pub fn head(&self) -> PathBuf {
        self.folder.join(format!("{}.head", self.name))
    }

    /// What a running console holds a lock on.
    pub fn session(&self, session: &str) -> PathBuf {
        self.folder.join(format!("{}.{session}.live", self.name))
    }

    /// The numbers of the files that are full.
    pub fn full(&self) -> Result<BTreeSet<u64>, AuditError> {
        let failed = || AuditError::at("listing", &self.folder);
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
            Err(error) => return Err(failed()(error)),
        };
        let mut numbers = BTreeSet::new();
        for entry in entries {
            let name = entry.map_err(failed())?.file_name();
            let number = name
                .to_str()
                .and_then(|name| name.strip_prefix(&self.name)?.strip_prefix('.'))
                .and_then(|rest| rest.strip_suffix(".jsonl")?.parse().ok());
            // What is spelled otherwise would not be found again by its number.
            numbers.extend(number.filter(|number| self.rotated(*number).ends_with(&name)));
        }
        Ok(numbers)
    }

    /// Makes the folder, for this user only.
    pub fn make(&self) -> Result<(), AuditError> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.folder)
            .map_err(AuditError::at("making", &self.folder))
    }

    /// Waits for the turn to write; it ends when the file is dropped.
    pub fn lock(&self) -> Result<File, AuditError> {
        let path = self.folder.join(format!("{}.lock", self.name));
        let file = file::open(&path, For::Keeping).map_err(AuditError::at("locking", &path))?;
        match lock::wait(&file) {
            Ok(()) => Ok(file),
            Err(error) if error.kind() == io::ErrorKind::TimedOut => {
                let seconds = lock::PATIENCE.as_secs();
                Err(AuditError::Busy { path, seconds })
            }
            Err(error) => Err(AuditError::at("locking", &path)(error)),
        }
    }

    /// What was renamed or made in the folder is on disk.
    pub fn sync(&self) -> io::Result<()> {
        File::open(&self.folder)?.sync_all()
    }
}

/// Takes away what others may do with a file; the mode that it had, when others could.
pub(super) fn narrow(path: &Path) -> io::Result<Option<u32>> {
    let Some(found) = file::check(path)? else {
        return Ok(None);
    };
    let mode = found.permissions().mode() & 0o7777;
    let by_others = mode & 0o077;
    if by_others == 0 {
        return Ok(None);
    }
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
    Ok(Some(mode))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_of_a_profile_is_a_name_of_a_file() {
        let place = |profile| AuditFiles::new(Path::new("/s"), profile).current();
        assert_eq!(
            place("acme-prod_1"),
            Path::new("/s/audit/acme-prod_1.jsonl")
        );
        assert_eq!(
            place("../a.000001"),
            Path::new("/s/audit/%2E%2E%2Fa%2E000001.jsonl")
        );
    }
}
