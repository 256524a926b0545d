//! How a person left the console, per profile: order and columns of each list, the filters that were typed, the theme, the pane.
//!
//! Filters in force are not put back: whoever comes to a console sees everything, and finds what was filtered with Up.

use std::io::Read as _;

use serde::{Deserialize, Serialize};

use super::{LARGEST, Shelf, ShelfError};
use crate::file::{self, For};
use crate::folder;
use crate::kind::view::View;

/// How the console was left.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Recalled {
    /// The title of the pane that was on the screen.
    pub pane: String,
    /// The theme that was chosen; none is that of the configuration.
    pub theme: Option<String>,
    /// What each list showed; its filter is not put back.
    pub lists: Vec<View>,
    /// By the title of a pane, the filters that were typed there, the oldest first.
    pub filters: Vec<(String, Vec<String>)>,
    /// Lines that were carried out from the palette, the oldest first.
    pub lines: Vec<String>,
}

impl Shelf {
    /// Keeps how the console is left, in place of what was kept before.
    pub(super) fn keep_recalled(&self, recalled: &Recalled) -> Result<(), ShelfError> {
        let failed = |source| ShelfError {
            doing: "writing",
            path: self.recalled.clone(),
            source,
        };
        if let Some(parent) = self.recalled.parent() {
            folder::make(parent).map_err(failed)?;
        }
        let bytes = serde_json::to_vec(recalled).map_err(|error| failed(error.into()))?;
        file::replace(&self.recalled, &bytes)
            .map(drop)
            .map_err(failed)
    }

    /// How it was left; as if for the first time where nothing is kept that can be read.
    pub(super) fn recall(&self) -> Recalled {
        let read = || {
            let mut text = String::new();
            let file = file::open(&self.recalled, For::Reading).ok()?;
            file.take(LARGEST).read_to_string(&mut text).ok()?;
            serde_json::from_str(&text).ok()
        };
        read().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shelf::{ShelfNews, ShelfOrder};

    #[test]
    fn how_it_was_left_is_there_again_by_profile() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Shelf::new(folder.path(), "a/b");
        let left = Recalled {
            pane: "Sites".to_owned(),
            theme: Some("dark".to_owned()),
            lines: vec!["sort user".to_owned()],
            ..Recalled::default()
        };
        let order = ShelfOrder::KeepRecalled(Box::new(left.clone()));
        assert_eq!(shelf.obey(order), Ok(None));
        let again = Shelf::new(folder.path(), "a/b");
        let told = again.obey(ShelfOrder::Recall).unwrap();
        assert_eq!(told, Some(ShelfNews::Recalled(Box::new(left))));
        assert_eq!(Shelf::new(folder.path(), "c").recall(), Recalled::default());
        std::fs::write(&again.recalled, "{ torn").unwrap();
        assert_eq!(again.recall(), Recalled::default());
    }
}
