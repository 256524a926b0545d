//! A moment that somebody has pinned, with what was on the screen then: to come back to, to hand over, to send.
//!
//! Plain data, whoever keeps or carries it; the words of its view are those of `[views.NAME]`.

use serde::{Deserialize, Serialize};

use super::digest::Place;
use crate::text::Text;
use crate::time::Millis;

/// Characters of a note: what is longer is cut off when it is taken in.
pub const LONGEST_NOTE: usize = 500;

/// What a packet is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PacketOf {
    /// The minutes around a bookmark.
    Bookmark(u32),
    /// From one moment to another.
    Span(Millis, Millis),
}

/// One bookmark.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Bookmark {
    /// Names it within its profile, on the screen and in commands; counts up from 1.
    pub number: u32,
    /// The moment that was on the screen: of the past, or that in which it was made.
    #[serde(with = "super::audit::rfc3339")]
    pub at: Millis,
    /// The pane, in lower case.
    pub pane: String,
    /// Which rows it showed; empty is all.
    pub filter: String,
    /// The column that they were sorted by, as views write it; none is the pane's own order.
    pub sort: Option<String>,
    /// The columns in their order; none are those that usually show.
    pub columns: Vec<String>,
    /// A filter that the row under the cursor passes; empty where there was none.
    pub row: String,
    /// What people call that row.
    pub what: Text,
    /// What whoever made it has written; may be empty.
    pub note: Text,
    /// Who made it.
    pub by: Text,
    /// When.
    #[serde(with = "super::audit::rfc3339")]
    pub made: Millis,
}

impl Bookmark {
    /// What it shows, in a few words that are safe to show.
    #[must_use]
    pub fn words(&self) -> String {
        let mut text = crate::text::safe(&self.pane).into_owned();
        if !self.filter.is_empty() {
            text = format!("{text} /{}", crate::text::safe(&self.filter));
        }
        if !self.what.is_empty() {
            text = format!("{text}, {}", self.what);
        }
        text
    }

    /// Where it leads: to its row, else to what it showed.
    #[must_use]
    pub fn place(&self) -> Place {
        let filter = Some(&self.row).filter(|row| !row.is_empty());
        Place {
            at: Some(self.at),
            pane: self.pane.clone(),
            filter: filter.unwrap_or(&self.filter).clone(),
        }
    }
}
