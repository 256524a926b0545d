//! What goes wrong at a proxy, in a person's words.

use std::time::Duration;

use super::Page;
use crate::cause::{Cause, Explanation};

/// Why a proxy did not lead anywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProxyFault {
    /// Its name has no address: the resolver's words.
    Name(String),
    /// Nobody listens there.
    Refused,
    /// It wants credentials, or others (407).
    Login,
    /// It answered the request for a tunnel with something else than yes.
    Answered(Page),
    /// Too slow.
    TimedOut(Duration),
    /// It broke off, or does not speak the protocol: why, in plain words.
    Broken(String),
}

impl ProxyFault {
    /// The entry of the table that it is, of this proxy.
    pub(in crate::cloud) fn told(&self, proxy: &str) -> Explanation {
        let told = match self {
            Self::Name(reason) => Cause::ProxyUnknown.told().with("said", reason),
            Self::Refused => Cause::ProxyRefused.told(),
            Self::Login => Cause::ProxyWantsLogin.told(),
            Self::Answered(page) => Cause::ProxyForbids.told().with("page", page.to_string()),
            Self::TimedOut(after) => Cause::ProxyTooSlow
                .told()
                .with("seconds", after.as_secs().to_string()),
            Self::Broken(why) => Cause::ProxyBroken.told().with("said", why),
        };
        told.with("proxy", proxy)
    }

    /// Whether trying again in a moment makes sense.
    #[must_use]
    pub const fn passing(&self) -> bool {
        matches!(self, Self::Refused | Self::TimedOut(_) | Self::Broken(_))
    }
}
