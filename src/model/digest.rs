//! What happened in a stretch of time, told in lines that lead to what they tell of: while somebody was away, for whoever takes
//! over, for a packet. One shape for the screen, for people and for programs.

use serde::{Deserialize, Serialize};

use crate::text::Text;
use crate::time::Millis;

/// For whom it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DigestFor {
    /// Somebody who was away: what changed.
    Returned,
    /// Whoever takes over: what changed, and what is to be gone on with.
    Successor,
}

/// Where a line leads: a pane and what it shows there, at a moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// When; none is now: what it is of is not recorded.
    #[serde(with = "moment")]
    pub at: Option<Millis>,
    /// The pane, in lower case.
    pub pane: String,
    /// Which rows.
    pub filter: String,
}

/// One thing that happened, or that is so.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DigestLine {
    /// When; none where it has no moment of its own.
    #[serde(with = "moment")]
    pub at: Option<Millis>,
    /// What it is about, as people call it; empty where the rest says it all.
    pub what: Text,
    /// What became of it.
    pub said: Text,
    /// Where it leads, if anywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// Lines of one sort.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// Its word, for programs: `lost`.
    pub name: String,
    /// The same for people.
    pub title: String,
    /// How many there are.
    pub count: usize,
    /// The first of them.
    pub lines: Vec<DigestLine>,
}

/// What happened between two moments.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// What it is: `while you were away`.
    pub title: String,
    /// Of which profile.
    pub profile: Text,
    /// From this moment on.
    #[serde(with = "super::audit::rfc3339")]
    pub from: Millis,
    /// Until this one.
    #[serde(with = "super::audit::rfc3339")]
    pub to: Millis,
    /// Nothing was missing: all of it was recorded, and everything was known.
    pub whole: bool,
    /// What happened, what matters most first; a sort of which there is nothing is left out.
    pub sections: Vec<Section>,
}

impl Section {
    /// A section of all these lines, of which so many are kept.
    #[must_use]
    pub fn new(name: &str, title: &str, mut lines: Vec<DigestLine>, most: usize) -> Self {
        let count = lines.len();
        lines.truncate(most);
        Self {
            name: name.to_owned(),
            title: title.to_owned(),
            count,
            lines,
        }
    }

    /// What stands over it: how many, and of what.
    #[must_use]
    pub fn heading(&self) -> String {
        match self.count.saturating_sub(self.lines.len()) {
            0 => format!("{} ({})", self.title, self.count),
            more => format!("{} ({}, {more} of them not listed)", self.title, self.count),
        }
    }
}

impl Digest {
    /// The section of that name.
    #[must_use]
    pub fn section(&self, name: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.name == name)
    }

    /// How many there are of that name.
    #[must_use]
    pub fn count(&self, name: &str) -> usize {
        self.section(name).map_or(0, |section| section.count)
    }

    /// How many of what, in a line: `2 lost, 1 back`; empty where nothing happened.
    #[must_use]
    pub fn figures(&self) -> String {
        let told = self
            .sections
            .iter()
            .filter(|one| !SILENT.contains(&one.name.as_str()));
        let told = told.map(|one| format!("{} {}", one.count, one.title));
        told.collect::<Vec<_>>().join(", ")
    }
}

/// Sections that sum up others, or that say how much is known.
const SILENT: [&str; 2] = ["sites", "coverage"];

/// A moment as RFC 3339, where there is one.
mod moment {
    use serde::{Deserialize, Deserializer, Serialize as _, Serializer, de::Error as _};

    use crate::time::Millis;

    #[expect(
        clippy::ref_option,
        reason = "serde hands over a reference to the field"
    )]
    pub fn serialize<S: Serializer>(at: &Option<Millis>, to: S) -> Result<S::Ok, S::Error> {
        at.map(|at| at.to_string()).serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Millis>, D::Error> {
        let at = Option::<jiff::Timestamp>::deserialize(from).map_err(D::Error::custom)?;
        Ok(at.map(|at| Millis(at.as_millisecond())))
    }
}
