//! The configuration: defaults <- file <- environment <- flags. A mistake names its file, line and key.
//!
//! [`load()`] reads everything once and does all the I/O; what it returns is plain data. The values that are in force
//! know the layer they came from ([`Loaded::origin`]), which is what `config show` prints.

mod endpoint;
pub mod key;
pub mod keymap;
mod load;
pub(crate) use crate::text::near;
pub mod origin;
pub mod paths;
pub mod profile;
mod reader;
mod record;
pub mod report;
pub mod schema;
pub mod secret;
mod share;
pub mod theme;
pub mod ui;
pub mod views;
pub mod watch;

use std::collections::BTreeMap;
use std::path::PathBuf;

pub use keymap::Keymap;
pub use load::{file_in_use, load};
pub use origin::{ConfigError, Origin};
pub use paths::Paths;
pub use profile::Profile;
pub use share::ShareSettings;
pub use theme::{Theme, Themes};
pub use ui::Ui;
pub use views::Views;

use crate::record::RecordSettings;

/// What the command line says about the configuration.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// `--config`: the file to read in place of the usual one.
    pub config: Option<PathBuf>,
    /// `--profile`: the profile to use.
    pub profile: Option<String>,
    /// `--read-only`: refuse writes whatever the profile says.
    pub read_only: bool,
    /// `--theme`: the theme to use.
    pub theme: Option<String>,
}

/// What is in force whichever organisation is watched.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The screen.
    pub ui: Ui,
    /// How much is kept of the past.
    pub record: RecordSettings,
    /// How one reading is shared on this machine.
    pub share: ShareSettings,
    /// The keys.
    pub keys: Keymap,
    /// The views that the file names, for every profile.
    pub views: Views,
    /// The names of all profiles, in the order of the alphabet.
    pub profiles: Vec<String>,
}

/// Everything that [`load()`] found.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// What is in force.
    pub config: Config,
    /// The profile in use. None when there is none at all: then the console says what to do and offers the demo.
    pub profile: Option<Profile>,
    /// The theme in use.
    pub theme: Theme,
    /// The themes to choose from.
    pub themes: Themes,
    /// The file that was read; none when there is no file.
    pub source: Option<PathBuf>,
    /// What a person should know and can go on without.
    pub warnings: Vec<String>,
    origins: BTreeMap<String, Origin>,
}

impl Loaded {
    /// The layer that decided a dotted key, such as `ui.theme` or `profiles.lab.read_only`.
    #[must_use]
    pub fn origin(&self, key: &str) -> Origin {
        self.origins.get(key).cloned().unwrap_or(Origin::Default)
    }
}
