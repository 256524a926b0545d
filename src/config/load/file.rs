//! The file: which one, and what is in it.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use crate::config::environment::{CONFIG, Environment};
use crate::config::origin::{ConfigError, Origin};
use crate::config::{Flags, Paths};

/// A configuration is a few screens of text, and a list of a million users at most.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// The configuration file to read, whether it exists or not, and who says so.
#[must_use]
pub fn file_in_use(flags: &Flags, env: &Environment, paths: &Paths) -> (PathBuf, Origin) {
    if let Some(file) = &flags.config {
        return (file.clone(), Origin::Flag("--config"));
    }
    match env.get(CONFIG) {
        Some(file) => (PathBuf::from(file), Origin::Environment(CONFIG)),
        None => (paths.config_file.clone(), Origin::Default),
    }
}

/// The text; none when the usual file is not there.
pub(super) fn read(path: &Path, asked_by: &Origin) -> Result<Option<String>, ConfigError> {
    let unreadable = |source| ConfigError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let file = match fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound && *asked_by == Origin::Default => {
            return Ok(None);
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(ConfigError::Absent {
                path: path.to_owned(),
                origin: asked_by.clone(),
            });
        }
        Err(error) => return Err(unreadable(error)),
    };
    let mut text = String::new();
    file.take(MAX_BYTES + 1)
        .read_to_string(&mut text)
        .map_err(unreadable)?;
    if text.len() as u64 > MAX_BYTES {
        let too_long = format!("longer than {MAX_BYTES} bytes");
        return Err(unreadable(io::Error::other(too_long)));
    }
    Ok(Some(text))
}

/// Whoever can write the file can have a command run: `client_secret_command`. The group is left out: on many systems
/// everyone has one of their own.
#[cfg(unix)]
pub(super) fn writable_by_others(path: &Path) -> Option<String> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = path.metadata().ok()?.permissions().mode();
    (mode & 0o002 != 0).then(|| {
        let path = path.to_string_lossy();
        let path = crate::text::safe(&path);
        format!("others may write {path}, and it can name a command to run: run chmod o-w on it")
    })
}

#[cfg(not(unix))]
pub(super) fn writable_by_others(_: &Path) -> Option<String> {
    None
}
