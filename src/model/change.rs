//! What others changed in the organisation, as its own audit has it.

use crate::text::Text;
use crate::time::Millis;

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its id.
    pub id: Text,
    /// When.
    pub at: Millis,
    /// Who: the user's name, or the id where no name is told; none where a client did it by itself.
    pub user: Option<Text>,
    /// The OAuth client that it was done with, by its id.
    pub client: Option<Text>,
    /// What was done: `Create`, `Update`, `Delete`.
    pub action: Text,
    /// What sort of thing: `Trunk`, `Phone`.
    pub sort: Text,
    /// Its id.
    pub thing: Option<Text>,
    /// Its name; the id where it has none.
    pub name: Text,
    /// Whether it was done: `SUCCESS`, `FAILURE`, `WARNING`; none where that is not told.
    pub status: Option<Text>,
    /// What it was and what it became, property by property.
    pub properties: Vec<Text>,
}

impl Change {
    /// Who did it: the user, else the client.
    #[must_use]
    pub fn by(&self) -> Option<&Text> {
        self.user.as_ref().or(self.client.as_ref())
    }

    /// Whether it came to nothing.
    #[must_use]
    pub fn failed(&self) -> bool {
        self.status
            .as_ref()
            .is_some_and(|status| status.raw() == "FAILURE")
    }

    /// In a line: `Update Trunk Northwind by Ana`; safe to show.
    #[must_use]
    pub fn sentence(&self) -> String {
        let by = self.by().map_or_else(String::new, |by| format!(" by {by}"));
        let failed = if self.failed() { " (failed)" } else { "" };
        format!("{} {} {}{by}{failed}", self.action, self.sort, self.name)
    }
}
