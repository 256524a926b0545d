//! Phones of the Platform API, and what makes one registered.
//!
//! A phone is seen by two edges, its primary and its secondary one, and each tells a status with the lines of the phone. It counts as
//! registered while either edge serves it: after a failover that is the secondary one, and nobody is out of reach. It counts as lost when
//! the primary edge says so and the secondary one does not serve it. Everything else is not known, and stays so.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::condition::Condition;
use super::obstacle::Obstacle;
use crate::model::{DeviceId, EdgeId, UserId};
use crate::text::Text;
use crate::time::Millis;

/// Whose phone it is, as far as the organisation says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The user: of the browser softphone, else who is logged in to a line, else whom a line is meant for, else the phone itself.
    pub id: UserId,
    /// Their name, where the reference has one; else it is to be asked for.
    pub name: Text,
    /// Whether nobody is named, so that the phone stands for itself.
    pub nobody: bool,
}

/// One phone of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phone {
    /// Its id, in URLs and topics.
    pub id: DeviceId,
    /// As administrators call it.
    pub name: Text,
    /// Whose it is.
    pub person: Person,
    /// Whether it is a browser: then its lines tell of its edge, and its person tells of it.
    pub browser: bool,
    /// Where it stands.
    pub site: Option<Text>,
    /// Whether it can be told to start anew; none is not told.
    pub reboots: Option<bool>,
    /// What it has in common with others.
    pub traits: PhoneTraits,
    /// What its edges say.
    pub report: Report,
}

/// What a phone may have in common with others that are lost with it. What is not told is none, and stays as it was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PhoneTraits {
    /// Maker, model and firmware.
    pub agent: Option<Text>,
    /// The network that it was last reached in: of IPv4 the first 24 bits of the address, of IPv6 the first 64.
    pub network: Option<Text>,
}

/// What one edge says of a phone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// Whether the edge serves it; none is not known.
    pub served: Option<bool>,
    /// Since when, where its lines say so.
    pub since: Option<Millis>,
}

/// What both edges say, at one moment. What is left out stays as it was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The primary edge's view.
    pub primary: Option<View>,
    /// The secondary edge's view.
    pub secondary: Option<View>,
    /// When it was made, in microseconds since the epoch, where it says: an older event than what is known is no news.
    pub made: Option<i64>,
    /// The primary edge.
    pub edge: Option<EdgeId>,
    /// Whether the primary edge calls it well while it reaches none of its lines: then its word alone says little.
    pub contrary: bool,
}

/// What is known of a phone from all reports so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    primary: View,
    secondary: View,
    made: Option<i64>,
    edge: Option<EdgeId>,
}

/// A phone's registration as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sighting {
    /// Whose phone.
    pub user: UserId,
    /// Which phone.
    pub device: DeviceId,
    /// How it is.
    pub condition: Condition,
    /// Why, where the organisation says.
    pub reason: Option<Text>,
    /// Whether an edge can reach it, where it is a browser and an edge says; such a sign is not the browser's.
    pub reach: Option<bool>,
    /// Whether it can be told to start anew; none is not told.
    pub reboots: Option<bool>,
    /// Since when it has been so, where the organisation says.
    pub since: Option<Millis>,
    /// Whether a topic carries on from here; else it is so until the next poll.
    pub live: bool,
    /// When it was asked for, where a read says it; what a topic tells is so now.
    #[serde(default)]
    pub asked: Option<Millis>,
    /// The event as received, for the detail's raw view; empty for what a read says.
    #[serde(skip)]
    pub raw: Bytes,
    /// The edge that should serve it, where it is lost and that is known.
    #[serde(default)]
    pub edge: Option<EdgeId>,
    /// What keeps calls from whose phone it is, where they are at work.
    #[serde(default)]
    pub obstacle: Option<Obstacle>,
}

impl Standing {
    /// Takes a report in. False when it is older than what is known, and says nothing.
    pub fn take(&mut self, report: Report) -> bool {
        if let (Some(made), Some(known)) = (report.made, self.made)
            && made < known
        {
            return false;
        }
        self.made = report.made.or(self.made);
        self.primary = report.primary.unwrap_or(self.primary);
        self.secondary = report.secondary.unwrap_or(self.secondary);
        self.edge = report.edge.or(self.edge.take());
        true
    }

    /// The edge that serves the phone, or should.
    #[must_use]
    pub fn edge(&self) -> Option<&EdgeId> {
        self.edge.as_ref()
    }

    /// Whether its primary edge serves it; none is not known.
    #[must_use]
    pub fn served_by_own(&self) -> Option<bool> {
        self.primary.served
    }

    /// Whether the phone is registered, and since when.
    #[must_use]
    pub fn registered(&self) -> (Option<bool>, Option<Millis>) {
        match (self.primary.served, self.secondary.served) {
            (Some(true), _) => (Some(true), self.primary.since),
            (_, Some(true)) => (Some(true), self.secondary.since),
            (Some(false), _) => (Some(false), self.primary.since),
            (None, _) => (None, None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(served: Option<bool>, since: i64) -> View {
        View {
            served,
            since: Some(Millis(since)),
        }
    }

    fn of(primary: Option<bool>, secondary: Option<bool>) -> Option<bool> {
        let mut standing = Standing::default();
        standing.take(Report {
            primary: Some(view(primary, 1)),
            secondary: Some(view(secondary, 2)),
            ..Report::default()
        });
        standing.registered().0
    }

    #[test]
    fn either_edge_serves_and_the_primary_one_loses() {
        assert_eq!(of(Some(true), None), Some(true));
        assert_eq!(of(Some(false), Some(true)), Some(true), "failed over");
        assert_eq!(of(Some(false), Some(false)), Some(false));
        assert_eq!(of(Some(false), None), Some(false));
        assert_eq!(of(None, Some(true)), Some(true));
        assert_eq!(
            of(None, Some(false)),
            None,
            "the standby says nothing of it"
        );
        assert_eq!(of(None, None), None);
    }

    #[test]
    fn the_time_is_that_of_the_edge_that_decides() {
        let mut standing = Standing::default();
        let report = Report {
            primary: Some(view(Some(false), 1)),
            secondary: Some(view(Some(true), 2)),
            made: Some(10),
            ..Report::default()
        };
        assert!(standing.take(report));
        assert_eq!(standing.registered(), (Some(true), Some(Millis(2))));
    }

    #[test]
    fn an_older_report_is_no_news_and_what_is_left_out_stays() {
        let mut standing = Standing::default();
        let report = |served, made| Report {
            primary: Some(view(served, 1)),
            made,
            ..Report::default()
        };
        assert!(standing.take(report(Some(true), Some(10))));
        assert!(!standing.take(report(Some(false), Some(9))));
        assert!(standing.take(Report {
            made: Some(11),
            ..Report::default()
        }));
        assert_eq!(standing.registered().0, Some(true));
        assert!(
            standing.take(report(Some(false), None)),
            "it does not say when"
        );
        assert_eq!(standing.registered().0, Some(false));
    }
}
