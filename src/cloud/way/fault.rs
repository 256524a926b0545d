//! What goes wrong at a proxy, in a person's words.

use std::time::Duration;

use super::Page;
use crate::text;

/// Columns of a library's words.
const SHOWN: usize = 160;

/// Why a proxy did not lead anywhere. The sentences follow "the proxy HOST:PORT (where it is named)".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProxyFault {
    /// Its name has no address.
    #[error("has no address ({}). Check the spelling of the proxy, and this machine's DNS.", text::fit(.0, SHOWN))]
    Name(String),
    /// Nobody listens there.
    #[error(
        "refused the connection: nothing listens there. Check the proxy's host and port, or unset it."
    )]
    Refused,
    /// It wants credentials, or others (407).
    #[error(
        "asks for a login that it accepts (HTTP 407). Check the user and the password of the proxy."
    )]
    Login,
    /// It answered the request for a tunnel with something else than yes.
    #[error(
        "does not let this connection through: {0}. Ask whoever runs the proxy to allow the host."
    )]
    Answered(Page),
    /// Too slow.
    #[error("did not answer within {} s. Check the proxy, and the way to it.", .0.as_secs())]
    TimedOut(Duration),
    /// It broke off, or does not speak the protocol.
    #[error("failed ({}). Check that it is a proxy of that kind.", text::fit(.0, SHOWN))]
    Broken(String),
}

impl ProxyFault {
    /// Whether trying again in a moment makes sense.
    #[must_use]
    pub const fn passing(&self) -> bool {
        matches!(self, Self::Refused | Self::TimedOut(_) | Self::Broken(_))
    }
}
