//! A configuration directory of a test's own.

use std::fs;
use std::path::Path;

use trunkline::config::{ConfigError, Flags, Loaded, Paths, load};
use trunkline::environment::Environment;

/// A home with this configuration in it, or without one.
pub struct Home {
    _dir: tempfile::TempDir,
    pub paths: Paths,
    pub env: Environment,
    pub flags: Flags,
}

impl Home {
    pub fn empty() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self {
            paths: Paths::under(dir.path()),
            _dir: dir,
            env: Environment::default(),
            flags: Flags::default(),
        }
    }

    pub fn with(config: &str) -> Self {
        let home = Self::empty();
        fs::create_dir_all(home.dir()).unwrap();
        fs::write(&home.paths.config_file, config).unwrap();
        home.mode(0o600);
        home
    }

    #[cfg(unix)]
    pub fn mode(&self, mode: u32) {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::Permissions::from_mode(mode);
        fs::set_permissions(&self.paths.config_file, mode).unwrap();
    }

    #[cfg(not(unix))]
    pub fn mode(&self, _: u32) {}

    pub fn env(mut self, variables: &[(&str, &str)]) -> Self {
        self.env = variables.iter().copied().collect();
        self
    }

    pub fn flags(mut self, flags: Flags) -> Self {
        self.flags = flags;
        self
    }

    pub fn dir(&self) -> &Path {
        self.paths.config_file.parent().unwrap()
    }

    pub fn load(&self) -> Result<Loaded, ConfigError> {
        load(&self.flags, &self.env, &self.paths)
    }

    pub fn error(&self) -> String {
        self.load().unwrap_err().to_string()
    }
}
