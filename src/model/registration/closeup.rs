//! One phone looked at closely: what the organisation tells of it beyond its row.

use crate::model::softphone::found::Station;
use crate::text::Text;
use crate::time::Millis;

/// What one look found. What the organisation left out is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Closeup {
    /// What the edge says that serves the phone.
    pub primary: Option<Side>,
    /// What the edge says that stands in for it.
    pub secondary: Option<Side>,
    /// Maker, model and firmware, as far as the phone says.
    pub agent: Option<Text>,
    /// How long its browser keeps an idle connection, in seconds.
    pub keeps_s: Option<u64>,
    /// The stations of its lines; none before an edge knows the phone.
    pub stations: Vec<Station>,
}

/// What one edge says of a phone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Side {
    /// The edge's name, or its id where it has none.
    pub edge: Option<Text>,
    /// The organisation's word for how the phone is: `OPERATIONAL`, `OFFLINE`.
    pub operational: Option<Text>,
    /// Its word for how the edge is: `IN_SERVICE`, `NO_EDGES`.
    pub service: Option<Text>,
    /// Why the phone could not be provisioned, when it could not.
    pub fault: Option<Text>,
    /// Its lines there.
    pub lines: Vec<LineView>,
}

/// What an edge says of a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineView {
    /// Whether the edge can reach it.
    pub reachable: Option<bool>,
    /// Since when that is so.
    pub since: Option<Millis>,
    /// Its address of record.
    pub address: Option<Text>,
    /// Where it registered from.
    pub contacts: Vec<Text>,
}

impl Closeup {
    /// What both edges say, the one that serves first.
    pub fn sides(&self) -> impl Iterator<Item = (&'static str, &Side)> {
        let primary = self.primary.iter().map(|side| ("primary", side));
        let secondary = self.secondary.iter().map(|side| ("secondary", side));
        primary.chain(secondary)
    }

    /// The first line that an edge says anything of.
    #[must_use]
    pub fn line(&self) -> Option<&LineView> {
        self.sides().find_map(|(_, side)| side.lines.first())
    }
}
