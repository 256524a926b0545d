//! A read or an upgrade as data: what error messages name, and which scopes it needs.

use std::fmt;

use reqwest::Url;

use crate::text;

/// Columns of a URL that an error shows; an id from outside may be of any length.
const SHOWN: usize = 160;

/// Scopes of everything about registrations and carriers (contract §1), as messages name them.
const REGISTRATIONS: &[&str] = &[
    "telephony:users:read",
    "telephony:providers:read",
    "websocket:read",
];

/// Scopes of everything about routes (contract §1), as messages name them.
const ROUTES: &[&str] = &[
    "integration:outbound:write",
    "integration:outbound:read",
    "analytics:events:read",
];

/// What a call needs, and what it belongs to.
///
/// Only what a call itself cannot do without is checked before it is made: a client that may read but not stream
/// should still read. A refusal names the scopes of the whole concern, because that is what one asks an administrator for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// No token: the sign-in itself.
    Nothing,
    /// Reading users and their registrations.
    Reading,
    /// Streaming registrations.
    Streaming,
    /// Reading carriers.
    Carriers,
    /// Reading routes.
    Routes,
    /// Reading which kinds of events there are.
    Events,
}

impl Needs {
    /// Scopes without which the call is sure to be refused.
    #[must_use]
    pub const fn required(self) -> &'static [&'static str] {
        match self {
            Self::Nothing => &[],
            Self::Reading => &["telephony:users:read"],
            Self::Streaming => &["telephony:users:read", "websocket:read"],
            Self::Carriers => &["telephony:providers:read"],
            Self::Routes => &["integration:outbound:read"],
            Self::Events => &["analytics:events:read"],
        }
    }

    /// Scopes of the concern that the call belongs to (contract §1).
    #[must_use]
    pub const fn concern(self) -> &'static [&'static str] {
        match self {
            Self::Nothing => &[],
            Self::Reading | Self::Streaming | Self::Carriers => REGISTRATIONS,
            Self::Routes | Self::Events => ROUTES,
        }
    }
}

/// One call: a verb, a URL and what it needs. Its `Display` is safe and of bounded width.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The HTTP verb, or `WSS` for an upgrade.
    pub verb: &'static str,
    /// Where to.
    pub url: Url,
    /// The scopes.
    pub needs: Needs,
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.verb, text::fit(self.url.as_str(), SHOWN))
    }
}
