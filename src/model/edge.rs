//! Edges: the machines that an organisation's calls run on (Platform API, `Edge` and `EdgeMetrics`).

use serde::{Deserialize, Serialize};

use super::EdgeId;
use super::trunk::Heard;
use crate::text::Text;
use crate::time::Millis;

/// One edge.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Edge {
    /// Names the edge in calls and topics.
    pub id: EdgeId,
    /// As people know it; empty when the organisation gave none.
    pub name: Text,
    /// The site that it belongs to.
    pub site: Text,
    /// Whether it has its connection to the cloud, in the organisation's word: `ONLINE`, `OFFLINE`.
    pub online: Option<Text>,
    /// What it is: `ACTIVE`, `INACTIVE`, and words on the way in and out of service.
    pub status: Option<Text>,
    /// How far it is in getting rid of its calls before it goes out of service; none when it does not.
    pub draining: Option<Text>,
    /// Conversations on it.
    pub conversations: Option<u64>,
    /// What kind of machine it is: `HARDWARE`, `LDM`, `CDM`, `CHS`.
    pub deployment: Option<Text>,
    /// Its software.
    pub version: Option<Text>,
    /// How busy it is; none before its metrics were read.
    pub load: Option<Load>,
    /// How it is kept up.
    pub heard: Heard,
}

/// How busy an edge is, in parts of a hundred.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Load {
    /// The busiest processor.
    pub processor: Option<f64>,
    /// The memory of which the least is left.
    pub memory: Option<f64>,
    /// The disk on which the least is left.
    pub disk: Option<f64>,
    /// Since its start, in milliseconds.
    pub up_ms: Option<u64>,
    /// When it was measured.
    pub at: Option<Millis>,
}

/// How an edge does. The order is the order of urgency, most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EdgeState {
    /// The cloud does not reach it, and nobody has switched it off.
    Offline,
    /// It is not active: new, switched off, on its way out; whether it is reached says nothing then.
    Inactive,
    /// It takes no new calls and waits for those that it has.
    Draining,
    /// The organisation does not say, or in a word that is not known.
    Unknown,
    /// It is well.
    Online,
}

impl EdgeState {
    /// The word on screen.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Offline => "offline",
            Self::Inactive => "inactive",
            Self::Draining => "draining",
            Self::Unknown => "unknown",
            Self::Online => "online",
        }
    }

    /// Whether nothing can go over it.
    #[must_use]
    pub const fn is_away(self) -> bool {
        matches!(self, Self::Offline | Self::Inactive)
    }

    /// Whether somebody should look at it.
    #[must_use]
    pub const fn suffers(self) -> bool {
        matches!(self, Self::Offline | Self::Inactive | Self::Draining)
    }
}

impl Edge {
    /// An edge of which nothing but its id is known.
    #[must_use]
    pub fn unknown(id: EdgeId) -> Self {
        Self {
            id,
            name: Text::default(),
            site: Text::default(),
            online: None,
            status: None,
            draining: None,
            conversations: None,
            deployment: None,
            version: None,
            load: None,
            heard: Heard::default(),
        }
    }

    /// How it does.
    #[must_use]
    pub fn state(&self) -> EdgeState {
        let is = |text: &Option<Text>, word: &str| text.as_ref().is_some_and(|t| t.raw() == word);
        if self.status.is_some() && !is(&self.status, "ACTIVE") {
            return EdgeState::Inactive;
        }
        if is(&self.online, "OFFLINE") {
            return EdgeState::Offline;
        }
        if self.draining.is_some() {
            return EdgeState::Draining;
        }
        if is(&self.online, "ONLINE") {
            EdgeState::Online
        } else {
            EdgeState::Unknown
        }
    }

    /// The name, or the id when there is none.
    #[must_use]
    pub fn title(&self) -> &Text {
        if self.name.is_empty() {
            &self.id.0
        } else {
            &self.name
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edge_is_as_bad_as_the_worst_that_is_told_of_it() {
        let text = |word: &str| Some(Text::from(word));
        let cases = [
            (None, None, None, EdgeState::Unknown),
            (text("ONLINE"), None, None, EdgeState::Online),
            (text("ONLINE"), text("ACTIVE"), None, EdgeState::Online),
            (text("online"), text("ACTIVE"), None, EdgeState::Unknown),
            (
                text("OFFLINE"),
                text("ACTIVE"),
                text("WAIT"),
                EdgeState::Offline,
            ),
            (text("OFFLINE"), None, None, EdgeState::Offline),
            (text("OFFLINE"), text("INACTIVE"), None, EdgeState::Inactive),
            (text("ONLINE"), text("UNPAIRING"), None, EdgeState::Inactive),
            (
                text("ONLINE"),
                text("ACTIVE"),
                text("WAIT"),
                EdgeState::Draining,
            ),
        ];
        for (online, status, draining, state) in cases {
            let edge = Edge {
                online,
                status,
                draining,
                ..Edge::unknown("e".into())
            };
            assert_eq!(edge.state(), state, "{edge:?}");
        }
    }
}
