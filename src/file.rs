//! Files of ours, opened so that nothing that was put in their place is touched.
//!
//! A link may lead to what somebody else wants to have overwritten, a named pipe makes whoever opens it wait for ever, a
//! device does something when it is opened, and a file of another user says what that user wants. So a name is looked
//! at before it is opened, opened without following or waiting, and the open file is looked at once more.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{
    FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _,
};
use std::path::Path;
use std::time::Duration;

use rustix::fs::OFlags;
use tempfile::NamedTempFile;

/// What a file that is not there yet under its name is called, before the number of the process.
const NEW: &str = ".new-";

/// What an earlier version called it.
const TMP: &str = ".tmp";

/// What is half made is made within this time.
const OLD: Duration = Duration::from_secs(60);

/// Files that are looked at when litter is removed, and how deep it lies.
const MOST: usize = 20_000;
const DEPTH: usize = 4;

/// What a file is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum For {
    /// To read what is there.
    Reading,
    /// To read and write it, made when it is missing, mode 0600.
    Keeping,
    /// To write behind what is there, made when it is missing, mode 0600.
    Appending,
}

/// Opens a file of this user's own.
///
/// # Errors
/// What the system says, or in words what is there instead of such a file: it has not been opened then.
pub fn open(path: &Path, purpose: For) -> io::Result<File> {
    let writing = purpose != For::Reading;
    check(path)?;
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
    let file = OpenOptions::new()
        .read(purpose != For::Appending)
        .write(purpose == For::Keeping)
        .append(purpose == For::Appending)
        .create(writing)
        .mode(0o600)
        .custom_flags(flags.bits().cast_signed())
        .open(path)?;
    let opened = file.metadata()?;
    own(&opened)?;
    if writing && opened.mode() & 0o077 != 0 {
        // One that was made readable for others by hand is not left so.
        file.set_permissions(fs::Permissions::from_mode(0o600))?;
    }
    Ok(file)
}

/// What stands under a name, which is a file of this user's own or nothing.
///
/// # Errors
/// As for [`open`].
pub fn check(path: &Path) -> io::Result<Option<Metadata>> {
    match fs::symlink_metadata(path) {
        Ok(found) => own(&found).map(|()| Some(found)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Opens a file that a person names, to read it: any regular file that may be read, also over a link.
///
/// # Errors
/// As for [`open`].
pub fn named(path: &Path) -> io::Result<File> {
    regular(&fs::metadata(path)?)?;
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits().cast_signed())
        .open(path)?;
    regular(&file.metadata()?)?;
    Ok(file)
}

/// Replaces a file of this user's own, whole or not at all, with mode 0600; it is on disk when this returns. Gives the
/// file, which is open.
///
/// # Errors
/// As for [`open`].
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<File> {
    check(path)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut next = beginning(folder)?;
    next.write_all(bytes)?;
    next.as_file().sync_all()?;
    let file = next.persist(path)?;
    File::open(folder)?.sync_all()?;
    Ok(file)
}

/// A file that is not there under its name yet, mode 0600; a later run knows it when this one is killed.
fn beginning(folder: &Path) -> io::Result<NamedTempFile> {
    let prefix = format!("{NEW}{}-", std::process::id());
    tempfile::Builder::new().prefix(&prefix).tempfile_in(folder)
}

/// Refuses what is no regular file of this user.
fn own(found: &Metadata) -> io::Result<()> {
    regular(found)?;
    let me = rustix::process::geteuid().as_raw();
    if found.uid() == me {
        return Ok(());
    }
    let owner = found.uid();
    Err(io::Error::new(
        io::ErrorKind::PermissionDenied,
        format!("it belongs to another user (uid {owner}) and is left alone"),
    ))
}

fn regular(found: &Metadata) -> io::Result<()> {
    let kind = found.file_type();
    let what = match kind {
        _ if kind.is_file() => return Ok(()),
        _ if kind.is_symlink() => "a symbolic link",
        _ if kind.is_dir() => "a directory",
        _ if kind.is_fifo() => "a named pipe",
        _ if kind.is_socket() => "a socket",
        _ => "a device",
    };
    Err(io::Error::new(
        io::ErrorKind::InvalidInput,
        format!("it is {what} and not a regular file, and is left alone"),
    ))
}

/// Whether what is half made would be made by now.
#[must_use]
pub fn is_old(found: &Metadata) -> bool {
    let age = found.modified().ok().and_then(|at| at.elapsed().ok());
    age.is_some_and(|age| age > OLD)
}

/// Removes what killed runs have left half written under this folder.
pub fn sweep(folder: &Path) {
    let mut left = MOST;
    under(folder, DEPTH, &mut left);
}

fn under(folder: &Path, depth: usize, left: &mut usize) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let Some(fewer) = left.checked_sub(1) else {
            return;
        };
        *left = fewer;
        // Not followed: a link is no folder and no file of ours.
        let Ok(found) = entry.metadata() else {
            continue;
        };
        if found.is_dir() && depth > 0 {
            under(&entry.path(), depth - 1, left);
        }
        let name = entry.file_name();
        let litter = name.to_str().is_some_and(|name| is_litter(name, &found));
        if litter && own(&found).is_ok() {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Whether this is a file which its run will not finish.
fn is_litter(name: &str, found: &Metadata) -> bool {
    if let Some(rest) = name.strip_prefix(NEW) {
        let pid = rest.split('-').next().and_then(|pid| pid.parse().ok());
        let pid = pid.and_then(rustix::process::Pid::from_raw);
        let gone = |pid| rustix::process::test_kill_process(pid) == Err(rustix::io::Errno::SRCH);
        return pid.is_some_and(gone);
    }
    let random = |rest: &str| rest.len() == 6 && rest.bytes().all(|b| b.is_ascii_alphanumeric());
    is_old(found) && name.strip_prefix(TMP).is_some_and(random)
}

#[cfg(test)]
mod tests;
