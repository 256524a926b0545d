//! Which API an organisation is reached by, and what can be done over it.

use std::fmt;
use std::str::FromStr;

/// The dialect of an organisation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Api {
    /// One REST resource and one WebSocket per concern: the direct API of the contract.
    #[default]
    Direct,
    /// The published Genesys Cloud Platform API v2: REST, and topics over notification channels.
    Platform,
}

impl Api {
    /// Every dialect, the default first.
    pub const ALL: [Self; 2] = [Self::Direct, Self::Platform];

    /// As profiles and the command line spell it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Platform => "platform",
        }
    }

    /// What can be done over it.
    #[must_use]
    pub const fn capabilities(self) -> &'static Capabilities {
        match self {
            Self::Direct => &DIRECT,
            Self::Platform => &PLATFORM,
        }
    }
}

impl fmt::Display for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// A word that names no API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("direct or platform")]
pub struct NoApi;

impl FromStr for Api {
    type Err = NoApi;

    fn from_str(word: &str) -> Result<Self, NoApi> {
        let mut all = Self::ALL.into_iter();
        all.find(|api| api.word() == word).ok_or(NoApi)
    }
}

/// What an API offers beyond what every one does. Panes, forms and commands go by these, never by the API's name: what is
/// absent says so in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// A call can be announced to its destination before it is handed over (consult transfer).
    pub consult: bool,
    /// Acting on live interactions takes a person who has signed in: [`super::person::Person::lack`] says what is missing.
    pub people_act: bool,
    /// Carriers are told with their trunks, the calls over those, and the edges that they run on.
    pub trunks: bool,
}

const DIRECT: Capabilities = Capabilities {
    consult: false,
    people_act: false,
    trunks: false,
};

const PLATFORM: Capabilities = Capabilities {
    consult: true,
    people_act: true,
    trunks: true,
};
