//! How asking the organisation fails, in a person's words.

use std::time::Duration;

use crate::feed::news::{Problem, Trouble};
use crate::text::Text;

/// Why something asked of the organisation did not happen. Its text says what was tried, on what, why, and what to do.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// The settings cannot be used.
    #[error("{0}")]
    Settings(String),
}

impl Error {
    /// Its kind, for exit codes and panes.
    #[must_use]
    pub fn trouble(&self) -> Trouble {
        todo!()
    }

    /// How long the organisation asked to wait, when it did (429, 503).
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        todo!()
    }

    /// The HTTP status that refused the call, when there was one.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        todo!()
    }

    /// The error as news.
    #[must_use]
    pub fn problem(&self) -> Problem {
        Problem {
            trouble: self.trouble(),
            text: Text::from(self.to_string()),
        }
    }
}
