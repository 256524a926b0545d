//! Why there is no secret, in a person's words.

use std::fmt;
use std::path::Path;

use super::{MAX_BYTES, SecretError, file};
use crate::cause::{Cause, Explanation, said};
use crate::child;

impl SecretError {
    /// The entry of the table that it is.
    #[must_use]
    pub fn told(&self) -> Explanation {
        let shown = |path: &Path| path.to_string_lossy().into_owned();
        match self {
            Self::Unset(name) => Cause::SecretUnset.told().with("name", name),
            Self::Unreadable { path, source } => Cause::SecretUnreadable
                .told()
                .with("path", shown(path))
                .with("said", said(source)),
            Self::NotAFile(path) => Cause::SecretNoFile.told().with("path", shown(path)),
            Self::Exposed { path, mode } => Cause::SecretExposed
                .told()
                .with("path", shown(path))
                .with("mode", format!("{mode:04o}"))
                .with("quoted", file::quoted(path)),
            Self::NotRun { program, source } => Cause::SecretHelperNotRun
                .told()
                .with("program", program)
                .with("said", said(source)),
            Self::Failed {
                program,
                status,
                stderr,
            } => Cause::SecretHelperFailed
                .told()
                .with("program", program)
                .with("status", status.to_string())
                .with("said", child::complaint(stderr)),
            Self::TooSlow {
                program,
                seconds,
                terminal,
            } => {
                let cause = if *terminal {
                    Cause::SecretHelperStalledAtTerminal
                } else {
                    Cause::SecretHelperStalled
                };
                cause
                    .told()
                    .with("program", program)
                    .with("seconds", seconds.to_string())
            }
            Self::Empty(place) => Cause::SecretEmpty.told().with("place", place),
            Self::TooLong(place) => Cause::SecretTooLong
                .told()
                .with("place", place)
                .with("most", MAX_BYTES.to_string()),
            Self::NotText(place) => Cause::SecretNotText.told().with("place", place),
        }
    }
}

impl fmt::Display for SecretError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.told().fmt(f)
    }
}

impl std::error::Error for SecretError {}
