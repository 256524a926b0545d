//! How bad an alert is.

use serde::{Deserialize, Serialize};

/// How bad it is, the worst first.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Many are without a phone, or nobody gets through.
    Critical,
    /// Somebody should look at it.
    #[default]
    Warning,
    /// Worth knowing: neither bell nor desktop notification.
    Info,
}

impl Severity {
    /// Every one, the worst first.
    pub const ALL: [Self; 3] = [Self::Critical, Self::Warning, Self::Info];

    /// Their words, in that order.
    pub const WORDS: &'static [&'static str] = &["critical", "warning", "info"];

    /// The word on screen, in filters and in the configuration.
    #[must_use]
    pub const fn word(self) -> &'static str {
        Self::WORDS[self as usize]
    }

    /// The one of that word.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }
}
