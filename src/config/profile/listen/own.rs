//! Where the tokens are that the listener makes itself.

use std::fmt;
use std::path::{Path, PathBuf};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::Listen;
use crate::text::safe;

/// A token of the listener's own making, by its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnToken {
    /// Whether its bearer may write, or only read.
    pub writes: bool,
    /// The file that holds it, mode 0600.
    pub path: PathBuf,
}

impl fmt::Display for OwnToken {
    /// Safe to show: `the read token is in /home/ada/.local/state/trunkline/listen/acme.read.token`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scope = if self.writes { "write" } else { "read" };
        let path = self.path.to_string_lossy();
        write!(f, "the {scope} token is in {}", safe(&path))
    }
}

impl Listen {
    /// The tokens that the listener of a profile makes, because no others are named; `listen/PROFILE.read.token` and
    /// `listen/PROFILE.write.token` of the state directory.
    #[must_use]
    pub fn own_tokens(&self, state_dir: &Path, profile: &str) -> Vec<OwnToken> {
        let named = [
            ("read", self.read_token.is_some()),
            ("write", self.token.is_some()),
        ];
        let name = utf8_percent_encode(profile, NON_ALPHANUMERIC);
        let folder = state_dir.join("listen");
        let own = named.into_iter().filter(|(_, named)| !named);
        own.map(|(scope, _)| OwnToken {
            writes: scope == "write",
            path: folder.join(format!("{name}.{scope}.token")),
        })
        .collect()
    }
}
