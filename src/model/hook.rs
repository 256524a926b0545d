//! Where the organisation delivers events to this console (contract §7, §10).

use std::fmt;

use serde::{Serialize, Serializer};

use crate::vault::{self, MASK};

/// The address of this console's hook. Whoever knows it can deliver, so nothing shows it: not a review, a log or the audit.
#[derive(Clone, PartialEq, Eq)]
pub struct HookUrl(String);

impl HookUrl {
    /// An address with the token in its path.
    #[must_use]
    pub fn new(url: String) -> Self {
        vault::keep(&url);
        Self(url)
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
