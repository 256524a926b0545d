//! Where the socket of a profile is.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use listenfd::ListenFd;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::config::profile::listen::Account;
use crate::environment::Environment;
use crate::file::{self, For};
use crate::{folder, lock};

pub use crate::config::ShareSettings;

/// Where services of the machine keep their sockets, each profile in a folder of its own.
const SERVICE: &str = "/run/trunkline";

/// What a name keeps in a path: what it keeps in the name of an instance of a unit as well (systemd.unit(5)), whose folder this is.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');

/// Where the socket of a reader comes from.
#[derive(Debug)]
pub enum Offer {
    /// The reader makes it, and it goes with the reader.
    Own,
    /// systemd has made it and starts the reader when somebody attaches: it stays when the reader ends, and who attaches
    /// meanwhile waits.
    HandedOver(UnixListener),
}

impl Offer {
    /// What systemd hands over (`sd_listen_fds(3)`), else one of its own. To be asked before there is a second thread: the
    /// variables go, so that nobody else believes them.
    ///
    /// # Errors
    /// What is handed over is no Unix socket.
    pub fn find(environment: &Environment) -> io::Result<Self> {
        // The crate believes a count that says for which process it is, and one that does not.
        if environment.get("LISTEN_PID").is_none() {
            return Ok(Self::Own);
        }
        let handed = ListenFd::from_env().take_unix_listener(0)?;
        Ok(handed.map_or(Self::Own, Self::HandedOver))
    }
}

/// A socket of a profile, and for whom it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharePlace {
    /// Its path.
    pub path: PathBuf,
    /// The group whose members may attach; none is this user alone.
    pub group: Option<Account>,
}

impl SharePlace {
    /// Where a reader of the profile offers what it hears: where the configuration says, else among the files of this run of
    /// the user, else where services do.
    #[must_use]
    pub fn to_offer(settings: &ShareSettings, profile: &str, environment: &Environment) -> Self {
        let path = places(settings, profile, environment);
        Self {
            path: path.into_iter().next().unwrap_or_default(),
            group: settings.group.clone(),
        }
    }

    /// The socket that a reader of the profile offers, or has left behind: none where there is none, or where anybody could
    /// have put one.
    #[must_use]
    pub fn found(
        settings: &ShareSettings,
        profile: &str,
        environment: &Environment,
    ) -> Option<Self> {
        let mut places = places(settings, profile, environment).into_iter();
        let path = places.find(|path| is_there(path))?;
        Some(Self {
            path,
            group: settings.group.clone(),
        })
    }

    /// The lock that the one reader has: none where somebody else has it.
    pub(super) fn hold(&self) -> io::Result<Option<File>> {
        let mut name = self.path.clone().into_os_string();
        name.push(".lock");
        let file = file::open(Path::new(&name), For::Keeping)?;
        Ok(lock::take(&file)?.then_some(file))
    }

    /// Makes the folder that it is in, where that is missing and may be made.
    pub(super) fn make_folder(&self) -> io::Result<()> {
        let parent = self.path.parent();
        match parent.filter(|parent| !parent.as_os_str().is_empty()) {
            Some(parent) if !parent.exists() => folder::make(parent),
            _ => Ok(()),
        }
    }
}

/// Where it can be, the likeliest first.
fn places(settings: &ShareSettings, profile: &str, environment: &Environment) -> Vec<PathBuf> {
    if let Some(path) = &settings.socket {
        return vec![path.clone()];
    }
    let mut name = utf8_percent_encode(profile, KEPT).to_string();
    if name.starts_with('.') {
        // Neither hidden nor the folder above.
        name.replace_range(..1, "%2E");
    }
    let run = environment.get("XDG_RUNTIME_DIR").map(PathBuf::from);
    let run = run.filter(|run| run.is_absolute());
    run.map(|run| run.join("trunkline").join(format!("{name}.share")))
        .into_iter()
        .chain([Path::new(SERVICE).join(&name).join("share")])
        .collect()
}

/// Whether a socket is there, in a folder where not everybody can put one.
fn is_there(path: &Path) -> bool {
    let found = fs::symlink_metadata(path);
    let folder = path.parent().map(fs::metadata);
    let kept = matches!(folder, Some(Ok(folder)) if folder.mode() & 0o002 == 0);
    kept && found.is_ok_and(|found| found.file_type().is_socket())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_goes_before_the_run_of_the_user_and_that_before_services() {
        let run: Environment = [("XDG_RUNTIME_DIR", "/run/user/7")].into_iter().collect();
        let bare = Environment::default();
        let own = ShareSettings {
            socket: Some("/srv/noc.share".into()),
            ..ShareSettings::default()
        };
        let usual = ShareSettings::default();
        let at = |settings, environment| SharePlace::to_offer(settings, "a b", environment).path;
        assert_eq!(at(&own, &run), Path::new("/srv/noc.share"));
        assert_eq!(
            at(&usual, &run),
            Path::new("/run/user/7/trunkline/a%20b.share")
        );
        assert_eq!(at(&usual, &bare), Path::new("/run/trunkline/a%20b/share"));
        let named = |name| SharePlace::to_offer(&usual, name, &bare).path;
        assert_eq!(
            named("acme-eu_1.x"),
            Path::new("/run/trunkline/acme-eu_1.x/share")
        );
        assert_eq!(named(".."), Path::new("/run/trunkline/%2E./share"));
    }
}
