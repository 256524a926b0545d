//! What is wrong with a filter, and where.

/// A filter that cannot be read. `column` counts characters from 0, so that a caret can be drawn under it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{sentence} (column {})", .column + 1)]
pub struct QueryError {
    /// The character that the trouble starts at.
    pub column: usize,
    /// What is wrong there and what would be right; its remote or typed parts are safe to show.
    pub sentence: String,
}

impl QueryError {
    pub(super) fn new(column: usize, sentence: impl Into<String>) -> Self {
        Self {
            column,
            sentence: sentence.into(),
        }
    }
}
