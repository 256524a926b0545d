//! Who asked the listener for something, as the audit tells of it.

use crate::text::Text;

/// Whoever asked: a bearer token, or a user of this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requester {
    /// `write token`, or `uid 1001 (deploy)`; never the token itself.
    pub name: Text,
    /// Where from: an address with its port, or the socket's path.
    pub from: Text,
}

impl std::fmt::Display for Requester {
    /// Safe to show: `write token from 127.0.0.1:50312`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} from {}", self.name, self.from)
    }
}
