//! Folders for a moment: what an editor edits, what a demo is configured by. Gone with the process, however it ends.
//!
//! A run that is killed removes nothing. So each folder has a lock that is held for as long as its run lives, and what
//! nobody holds is removed by the next run.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::fs::{FlockOperation, flock};

use crate::file;

/// What a folder is locked by.
const LOCK: &str = ".lock";

/// What the name of a folder begins with until it is locked.
const BEGUN: &str = ".";

/// The folders of this process.
static MADE: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// A folder of mode 0700, removed with all that is in it when it is dropped.
#[derive(Debug)]
pub struct Scratch {
    path: PathBuf,
    _lock: File,
}

impl Scratch {
    /// Makes a folder whose name begins with `prefix`, under `base`, which is made when it is missing. Removes those
    /// that runs left which are no more.
    pub fn new(base: &Path, prefix: &str) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(base)?;
        sweep(base, prefix);
        let name = format!("{prefix}{}", uuid::Uuid::new_v4().simple());
        let (path, begun) = (base.join(&name), base.join(format!("{BEGUN}{name}")));
        made().extend([path.clone(), begun.clone()]);
        DirBuilder::new().mode(0o700).create(&begun)?;
        let lock = file::open(&begun.join(LOCK), file::For::Keeping)?;
        flock(&lock, FlockOperation::NonBlockingLockExclusive)?;
        // Locked before it has its name: no run that starts just now can take it for one that is no more.
        fs::rename(&begun, &path)?;
        made().retain(|made| *made != begun);
        Ok(Self { path, _lock: lock })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        made().retain(|path| *path != self.path);
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Removes every folder of this process: for the ways out that drop nothing.
pub(super) fn remove_all() {
    for path in made().drain(..) {
        let _ = fs::remove_dir_all(path);
    }
}

/// Removes folders of runs that are no more. One that has no lock or no name yet is just being made, unless it is old.
pub fn sweep(base: &Path, prefix: &str) {
    let me = rustix::process::geteuid().as_raw();
    for entry in fs::read_dir(base).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        let (begun, name) = match name.strip_prefix(BEGUN) {
            Some(rest) => (true, rest),
            None => (false, name.as_str()),
        };
        let id = name.strip_prefix(prefix).unwrap_or_default();
        let ours = id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        // Not followed: a link is no folder.
        let Ok(found) = entry.metadata() else {
            continue;
        };
        if !ours || !found.is_dir() || found.uid() != me {
            continue;
        }
        let dead = match file::open(&path.join(LOCK), file::For::Reading) {
            _ if begun => file::is_old(&found),
            Ok(lock) => flock(&lock, FlockOperation::NonBlockingLockExclusive).is_ok(),
            Err(_) => file::is_old(&found),
        };
        if dead {
            let _ = fs::remove_dir_all(path);
        }
    }
}

fn made() -> MutexGuard<'static, Vec<PathBuf>> {
    MADE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_that_start_at_once_leave_each_other_alone() {
        let base = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            let run = || {
                for _ in 0..200 {
                    let made = Scratch::new(base.path(), "run-").unwrap();
                    fs::write(made.path().join("file"), "x").unwrap();
                    assert!(made.path().join(LOCK).exists());
                }
            };
            for _ in 0..4 {
                scope.spawn(run);
            }
        });
        assert_eq!(fs::read_dir(base.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_folder_goes_with_its_run_and_what_a_killed_one_left_goes_with_the_next() {
        let base = tempfile::tempdir().unwrap();
        let alive = Scratch::new(base.path(), "edit-").unwrap();
        let left = base.path().join(format!("edit-{}", "0".repeat(32)));
        let (other, link) = (
            base.path().join("edit-mine"),
            base.path().join(format!("edit-{}", "1".repeat(32))),
        );
        fs::create_dir(&left).unwrap();
        fs::write(left.join(LOCK), "").unwrap();
        fs::write(left.join("form.json"), "{}").unwrap();
        fs::create_dir(&other).unwrap();
        std::os::unix::fs::symlink(&other, &link).unwrap();
        let next = Scratch::new(base.path(), "edit-").unwrap();
        assert!(!left.exists());
        assert!(other.exists() && link.exists(), "what is not ours stays");
        assert!(alive.path().exists() && next.path().exists());
        let path = alive.path().to_owned();
        drop(alive);
        assert!(!path.exists());
    }
}
