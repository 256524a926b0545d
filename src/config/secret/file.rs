//! A secret in a file of its own, which only its owner may open.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use secrecy::zeroize::Zeroizing;

use super::SecretError;

/// At most one byte more than `most`, so that "too long" can be told.
pub(super) async fn read(path: PathBuf, most: usize) -> Result<Zeroizing<Vec<u8>>, SecretError> {
    let unreadable = {
        let path = path.clone();
        |source| SecretError::Unreadable { path, source }
    };
    let read = tokio::task::spawn_blocking(move || read_now(&path, most));
    read.await
        .unwrap_or_else(|stopped| Err(unreadable(std::io::Error::other(stopped))))
}

pub(super) fn read_now(path: &Path, most: usize) -> Result<Zeroizing<Vec<u8>>, SecretError> {
    let file = open(path)?;
    // Room for all of it at once: a vector that grows leaves copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(most + 64));
    file.take(most as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|source| unreadable(path, source))?;
    Ok(bytes)
}

/// Opens the file if it is one and nobody else may. A pipe is refused before it is opened: that could wait for ever.
pub(super) fn open(path: &Path) -> Result<File, SecretError> {
    let found = path.metadata().map_err(|source| unreadable(path, source))?;
    if !found.is_file() {
        return Err(SecretError::NotAFile(path.to_owned()));
    }
    let file = File::open(path).map_err(|source| unreadable(path, source))?;
    let opened = file.metadata().map_err(|source| unreadable(path, source))?;
    private(path, &opened)?;
    Ok(file)
}

#[cfg(unix)]
fn private(path: &Path, found: &std::fs::Metadata) -> Result<(), SecretError> {
    use std::os::unix::fs::MetadataExt as _;
    let mode = found.mode() & 0o7777;
    let are_root = rustix::process::geteuid().is_root();
    if !is_private(mode, found.uid(), found.gid(), are_root) {
        return Err(SecretError::Exposed {
            path: path.to_owned(),
            mode,
        });
    }
    Ok(())
}

/// Whether only the owner may open it; or only root and those whom root has named. The latter is how a service
/// manager hands over credentials (systemd's `LoadCredential`): the file is root's, an access list names the user of
/// the service, and the mode shows the list as read permission of the group. Root itself needs no such list.
#[cfg(unix)]
const fn is_private(mode: u32, uid: u32, gid: u32, are_root: bool) -> bool {
    let by_others = mode & 0o077;
    by_others == 0 || (by_others == 0o040 && uid == 0 && gid == 0 && !are_root)
}

/// Elsewhere access lists rule, and a profile directory is private by default.
#[cfg(not(unix))]
fn private(_: &Path, _: &std::fs::Metadata) -> Result<(), SecretError> {
    Ok(())
}

fn unreadable(path: &Path, source: std::io::Error) -> SecretError {
    SecretError::Unreadable {
        path: path.to_owned(),
        source,
    }
}

/// The path as a shell takes it, so that the command in the message can be pasted.
pub(super) fn quoted(path: &Path) -> String {
    let path = path.to_string_lossy();
    let path = crate::text::safe(&path);
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+,:@%".contains(c);
    if path.chars().all(plain) {
        path.into_owned()
    } else {
        format!("'{}'", path.replace('\'', r"'\''"))
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::is_private;

    #[test]
    fn a_secret_is_its_owners_or_a_credential_of_the_service_manager() {
        for (mode, uid, gid) in [(0o600, 1000, 1000), (0o400, 0, 0), (0o440, 0, 0)] {
            assert!(is_private(mode, uid, gid, false), "{mode:o} {uid} {gid}");
        }
        for (mode, uid, gid) in [
            (0o640, 1000, 1000),
            (0o440, 0, 1000),
            (0o440, 1000, 0),
            (0o444, 0, 0),
            (0o460, 0, 0),
            (0o604, 1000, 1000),
        ] {
            assert!(!is_private(mode, uid, gid, false), "{mode:o} {uid} {gid}");
        }
        assert!(!is_private(0o440, 0, 0, true));
    }
}
