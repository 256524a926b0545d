//! What has gone wrong, in a person's words and as a kind that a program can choose by.

use serde::{Deserialize, Serialize};

use crate::text::Text;

/// What kind of trouble, so that headless commands can choose an exit code and panes a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Trouble {
    /// The profile can't be used as it is: a file, a secret or an address in it.
    Settings,
    /// The credentials or the token were refused (401, `invalid_client`).
    Credentials,
    /// The token lacks a scope or a permission (403).
    Forbidden,
    /// No connection: name, route, TLS, time-out.
    Unreachable,
    /// The organisation answered, and the answer could not be used.
    Answer,
    /// An answer was used, and a part of it could not be.
    Partial,
}

/// An error in a person's words: what was tried, on what, why it failed, what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Its kind.
    pub trouble: Trouble,
    /// The sentence; remote parts of it are kept raw here and made safe where shown.
    pub text: Text,
}
