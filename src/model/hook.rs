//! Where the organisation delivers events to this console (contract §7, §10).

use std::fmt;

use serde::{Serialize, Serializer};

use super::route::address;
use crate::vault::{self, MASK};

/// An address that events are delivered to: this console's hook, or somebody else's receiver. Whoever knows it can deliver, so nothing shows it: not a review, a log or the audit.
#[derive(Clone, PartialEq, Eq)]
pub struct HookUrl(String);

impl HookUrl {
    /// An address with the token in its path.
    #[must_use]
    pub fn new(url: String) -> Self {
        vault::keep(&url);
        Self(url)
    }

    /// The address of somebody else's receiver: what in it is a credential is scrubbed wherever it comes back, and the rest is
    /// theirs to know.
    #[must_use]
    pub fn elsewhere(url: String) -> Self {
        address::keep(&url);
        Self(url)
    }

    /// The whole address, for whoever sends there, registers it or compares it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What of it may be shown: its host. The path and the query often are its key.
    #[must_use]
    pub fn host(&self) -> String {
        let Ok(url) = url::Url::parse(&self.0) else {
            return "an address that cannot be read".to_owned();
        };
        let port = url
            .port()
            .map_or_else(String::new, |port| format!(":{port}"));
        let host = url.host_str().unwrap_or_default();
        format!("{}://{host}{port}/…", url.scheme())
    }
}

impl fmt::Debug for HookUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HookUrl({MASK})")
    }
}

impl Serialize for HookUrl {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.0)
    }
}

/// Whether events can be delivered here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Hook {
    /// There is no listener to deliver to.
    #[default]
    Off,
    /// The listener is on; from where the organisation is it has no address that is known.
    Nameless,
    /// They can be delivered to this address.
    Ready(HookUrl),
}

impl Hook {
    /// The address to register, or what is missing for one.
    pub fn address(&self) -> Result<HookUrl, &'static str> {
        match self {
            Self::Ready(url) => Ok(url.clone()),
            Self::Nameless => Err(
                "the organisation has no way to reach the listener: set public_url in [profiles.NAME.listen]",
            ),
            Self::Off => Err(
                "there is no listener to deliver to: add [profiles.NAME.listen], or start with --listen",
            ),
        }
    }
}
