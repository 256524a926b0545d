//! The file: which one, and what is in it.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use crate::config::origin::{ConfigError, Origin};
use crate::config::{Flags, Paths};
use crate::environment::{CONFIG, Environment};

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

/// Refuses a file that others may write: whoever can can have a command run (`client_secret_command`) and everything sent
/// elsewhere. A group of the same number as the owner is the owner's own, as most systems make them. A folder in which
/// anybody may put another file in its place is as bad.
#[cfg(unix)]
pub(super) fn check(path: &Path) -> Result<(), ConfigError> {
    use std::os::unix::fs::MetadataExt as _;
    let open = |path: &Path, sticky: bool| {
        let found = path.metadata().ok()?;
        let mode = found.mode() & 0o7777;
        let by_group = mode & 0o020 != 0 && found.gid() != found.uid();
        let kept_apart = sticky && mode & 0o1000 != 0;
        let by_others = mode & 0o002 != 0 && !kept_apart;
        (by_others || by_group && !kept_apart).then_some(mode)
    };
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let places = [(Some(path), false), (folder, true)];
    for (place, sticky) in places {
        if let Some((place, mode)) = place.and_then(|place| Some((place, open(place, sticky)?))) {
            return Err(ConfigError::Writable {
                path: place.to_owned(),
                mode,
            });
        }
    }
    Ok(())
}

#[cfg(not(unix))]
pub(super) fn check(_: &Path) -> Result<(), ConfigError> {
    Ok(())
}
