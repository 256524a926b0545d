//! Whether a route that has no address does its work: what its organisation says of it when it is asked.

use serde::Serialize;

use super::{Integration, Trial};
use crate::text::Text;

/// What came of one look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Look {
    /// Whether it does its work, as far as can be told.
    pub good: bool,
    /// One word for a table.
    pub word: &'static str,
    /// What was said.
    pub says: Text,
}

impl Look {
    /// There is nothing to ask about.
    #[must_use]
    pub fn nothing(why: &str) -> Self {
        Self {
            good: false,
            word: "not there",
            says: why.into(),
        }
    }
}

impl From<&Integration> for Look {
    /// An integration has no address to reach: what counts is that it is where it is to be.
    fn from(integration: &Integration) -> Self {
        let standing = integration.standing();
        Self {
            good: standing.settled() && !standing.is_trouble(),
            word: standing.word(),
            says: integration.sentence().into(),
        }
    }
}

impl From<&Trial> for Look {
    fn from(trial: &Trial) -> Self {
        let word = match (trial.target, trial.matches) {
            (Some(false), _) => "dead end",
            (_, Some(false)) => "no match",
            (_, Some(true)) => "matches",
            (_, None) => "untold",
        };
        Self {
            good: trial.is_good(),
            word,
            says: trial.sentence().into(),
        }
    }
}
