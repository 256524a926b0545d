//! Secrets that the listener makes itself: once for a profile, mode 0600, and the same after a restart.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use rustix::io::Errno;
use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;
use tempfile::NamedTempFile;

/// Characters of a secret at least; those made here have 64.
const LEAST: usize = 32;

/// Bytes of a file that are read: more is no secret.
const MOST: u64 = 1_024;

/// A secret could not be had.
#[derive(Debug, thiserror::Error)]
#[error("cannot use {}: {why}", crate::text::safe(&.path.to_string_lossy()))]
pub struct KeptError {
    path: PathBuf,
    why: String,
}

/// What becomes of a secret that others could read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exposed {
    /// It is taken from them and used all the same.
    Narrow,
    /// It is worth nothing.
    Refuse,
}

/// Reads the secret there, or makes one. It waits for the disk.
pub(super) fn open(path: &Path, exposed: Exposed) -> Result<SecretString, KeptError> {
    let failed = |why: String| KeptError {
        path: path.to_owned(),
        why,
    };
    make(path).map_err(|error| failed(error.to_string()))?;
    read(path, exposed).map_err(failed)
}

/// Makes a secret unless there is one: whole or not at all, and the same for consoles that start at once.
fn make(path: &Path) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new(""));
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)?;
    if fs::symlink_metadata(path).is_ok() {
        return Ok(());
    }
    // Made 0600, as temporary files are.
    let mut file = NamedTempFile::new_in(folder)?;
    // 244 random bits.
    let (one, other) = (uuid::Uuid::new_v4(), uuid::Uuid::new_v4());
    writeln!(file, "{}{}", one.simple(), other.simple())?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Err(error) if error.error.kind() != io::ErrorKind::AlreadyExists => Err(error.error),
        _ => Ok(()),
    }
}

fn read(path: &Path, exposed: Exposed) -> Result<SecretString, String> {
    // A link is not followed, and a pipe is not waited for.
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let mut options = OpenOptions::new();
    options.read(true).custom_flags(flags.bits().cast_signed());
    let file = options.open(path).map_err(|error| {
        let is_link = error.raw_os_error() == Some(Errno::LOOP.raw_os_error());
        if is_link {
            "it is a link: remove it for a new token".to_owned()
        } else {
            error.to_string()
        }
    })?;
    ours(&file, exposed)?;
    let mut text = Zeroizing::new(String::with_capacity(256));
    let read = file.take(MOST).read_to_string(&mut text);
    read.map_err(|error| error.to_string())?;
    let secret = text.trim();
    if secret.len() < LEAST || !secret.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err("it holds no token: remove it for a new one".to_owned());
    }
    Ok(secret.into())
}

/// Whether it is a file of this user's and nobody else's.
fn ours(file: &File, exposed: Exposed) -> Result<(), String> {
    let found = file.metadata().map_err(|error| error.to_string())?;
    if !found.is_file() {
        return Err("it is no regular file: remove it for a new token".to_owned());
    }
    if found.uid() != rustix::process::geteuid().as_raw() {
        return Err(format!(
            "it belongs to another user (uid {}): remove it for a new token",
            found.uid()
        ));
    }
    let mode = found.mode() & 0o7777;
    let by_others = mode & 0o077;
    match exposed {
        _ if by_others == 0 => Ok(()),
        Exposed::Narrow => {
            let narrow = std::os::unix::fs::PermissionsExt::from_mode(0o600);
            let narrowed = file.set_permissions(narrow);
            narrowed.map_err(|error| error.to_string())
        }
        Exposed::Refuse => Err(format!(
            "others may open it (mode {mode:04o}) and may have read it: remove it for a new token"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret as _;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    fn refused(path: &Path) -> String {
        open(path, Exposed::Refuse).unwrap_err().to_string()
    }

    #[test]
    fn a_secret_is_made_once_for_its_owner_alone() {
        let state = tempfile::tempdir().unwrap();
        let path = state.path().join("listen/acme.read.token");
        let made = open(&path, Exposed::Refuse).unwrap();
        let again = open(&path, Exposed::Refuse).unwrap();
        assert_eq!(made.expose_secret(), again.expose_secret());
        assert_eq!(made.expose_secret().len(), 64);
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        let folder = fs::metadata(path.parent().unwrap()).unwrap();
        assert_eq!(folder.mode() & 0o777, 0o700);
    }

    #[test]
    fn what_others_could_read_is_refused_or_taken_from_them() {
        let state = tempfile::tempdir().unwrap();
        let path = state.path().join("listen/acme.read.token");
        open(&path, Exposed::Refuse).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(refused(&path).contains("mode 0640"));
        open(&path, Exposed::Narrow).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
    }

    #[test]
    fn what_stands_in_its_place_is_left_as_it_is() {
        let state = tempfile::tempdir().unwrap();
        let path = state.path().join("a.token");
        let aim = state.path().join("aim");
        symlink(&aim, &path).unwrap();
        assert!(refused(&path).contains("it is a link"));
        assert!(!aim.exists());
        fs::remove_file(&path).unwrap();
        rustix::fs::mknodat(
            rustix::fs::CWD,
            &path,
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::RUSR,
            0,
        )
        .unwrap();
        assert!(refused(&path).contains("no regular file"));
        fs::remove_file(&path).unwrap();
        fs::write(&path, "short").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert!(refused(&path).contains("holds no token"));
    }
}
