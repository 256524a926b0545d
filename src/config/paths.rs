//! Where the console keeps its files.

use std::path::{Path, PathBuf};

use directories::ProjectDirs;

use super::origin::ConfigError;

/// The console's files and directories; none of them need exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    /// The configuration file when nobody names another.
    pub config_file: PathBuf,
    /// State that outlives a run: logs, histories, drafts.
    pub state_dir: PathBuf,
}

impl Paths {
    /// The platform's places: on Linux the XDG base directories, usually `~/.config/trunkline` and
    /// `~/.local/state/trunkline`.
    pub fn standard() -> Result<Self, ConfigError> {
        let dirs = ProjectDirs::from("", "", "trunkline").ok_or(ConfigError::NoHome)?;
        let state = dirs.state_dir().unwrap_or_else(|| dirs.data_local_dir());
        Ok(Self {
            config_file: dirs.config_dir().join("config.toml"),
            state_dir: state.to_path_buf(),
        })
    }

    /// Everything under one directory, for tests and for a run that must leave no trace.
    #[must_use]
    pub fn under(root: &Path) -> Self {
        Self {
            config_file: root.join("config").join("config.toml"),
            state_dir: root.join("state"),
        }
    }
}

/// A person's own themes live in `themes/` beside the configuration in use.
#[must_use]
pub fn themes_dir(config_file: &Path) -> PathBuf {
    config_file.with_file_name("themes")
}

/// A path as a file may write it: `~` belongs to the shell, and would name a directory of that name here.
pub(super) fn written(path: String) -> Result<String, String> {
    if path.is_empty() {
        return Err("may not be empty".to_owned());
    }
    if path.starts_with('~') {
        return Err(format!(
            "{path:?}: write the whole path, or one relative to this file; only a shell knows ~"
        ));
    }
    Ok(path)
}
