//! Where the socket of a profile is.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::config::profile::listen::Account;
use crate::environment::Environment;
use crate::file::{self, For};
use crate::{folder, lock};

pub use crate::config::ShareSettings;

/// Where services of the machine keep their sockets, each profile in a folder of its own.
const SERVICE: &str = "/run/trunkline";

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
    let name = utf8_percent_encode(profile, NON_ALPHANUMERIC).to_string();
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
    }
}
