//! One route, there or gone.

use super::destinations::{Destination, rate, trend};
use crate::model::RouteId;
use crate::model::flow::FlowId;
use crate::model::route::diff::Change;
use crate::model::route::{Deployment, Known, Verdict};
use crate::time::Millis;

/// Whether the organisation has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Presence {
    /// We deployed it, and somebody else took it away.
    Gone,
    /// It is there.
    There,
    /// We took it away.
    Deleted,
}

/// How what runs compares with what we last deployed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Drift {
    /// We never deployed it.
    NotOurs,
    /// It is as we left it.
    AsDeployed,
    /// Somebody has changed it since.
    Differs(Vec<Change>),
    /// Somebody has taken it away since.
    Gone,
    /// We took it away, and it is there.
    Back,
    /// How our last deployment ended is not known.
    Unsure,
}

impl Drift {
    /// The word on screen and in filters.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::NotOurs => "-",
            Self::AsDeployed => "as deployed",
            Self::Differs(_) => "drift",
            Self::Gone => "gone",
            Self::Back => "back again",
            Self::Unsure => "unknown",
        }
    }

    /// Whether somebody should look at it.
    #[must_use]
    pub const fn is_trouble(&self) -> bool {
        !matches!(self, Self::NotOurs | Self::AsDeployed)
    }
}

/// A route as the organisation last told of it.
#[derive(Clone, Debug, PartialEq)]
pub struct RouteRow {
    /// The route; of one that is gone, as it was.
    pub known: Known,
    /// Whether it is there.
    pub presence: Presence,
    /// When its body was last seen to have become another one.
    pub changed: Option<Millis>,
    /// The pipeline that last ran for it in this process.
    pub flow: Option<FlowId>,
    /// Whether what is known of it may be out of date.
    pub stale: bool,
    /// How what runs compares with what we last deployed.
    pub drift: Drift,
    /// Whether its destinations can be reached.
    pub reach: Reach,
}

/// Whether the destinations of a route can be reached, as of the newest look at each.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reach {
    /// Destinations.
    pub of: usize,
    /// Those that were looked at.
    pub looked: usize,
    /// Those that were reached.
    pub reached: usize,
    /// The word of the first that was not; else of them all.
    pub word: &'static str,
    /// Days until the first of their certificates ends.
    pub days: Option<i64>,
    /// The longest look, in milliseconds.
    pub took_ms: Option<u64>,
    /// The share of kept looks that reached their destination, 0 to 1; none before the first look.
    pub rate: Option<f64>,
    /// The share of destinations reached at each kept look, the oldest first.
    pub trend: Vec<f32>,
}

impl Reach {
    pub(super) fn of<'a>(known: impl Iterator<Item = Option<&'a Destination>>) -> Self {
        let known: Vec<Option<&Destination>> = known.collect();
        let there: Vec<&Destination> = known.iter().copied().flatten().collect();
        let verdicts: Vec<&Verdict> = there.iter().filter_map(|one| one.verdict()).collect();
        let reached = verdicts
            .iter()
            .filter(|verdict| verdict.reachable())
            .count();
        let broken = verdicts.iter().find(|verdict| !verdict.reachable());
        let word = match broken {
            // There is no address to look at.
            _ if known.is_empty() => "-",
            Some(verdict) => verdict.word(),
            None if verdicts.len() < known.len() => "awaited",
            None => "reachable",
        };
        Self {
            of: known.len(),
            looked: verdicts.len(),
            reached,
            word,
            days: verdicts
                .iter()
                .filter_map(|verdict| verdict.days_left)
                .min(),
            took_ms: verdicts.iter().map(|verdict| verdict.took_ms()).max(),
            rate: rate(there.iter().copied()),
            trend: trend(&there),
        }
    }

    /// Whether somebody should look at it.
    #[must_use]
    pub const fn is_trouble(&self) -> bool {
        self.reached < self.looked
    }
}

impl RouteRow {
    pub(super) fn new(known: Known, presence: Presence) -> Self {
        Self {
            known,
            presence,
            changed: None,
            flow: None,
            stale: false,
            drift: Drift::NotOurs,
            reach: Reach::default(),
        }
    }

    /// What a deployment left of a route that is gone; none when it left nothing to show.
    pub(super) fn ghost(id: RouteId, deployment: &Deployment) -> Option<Self> {
        let (body, presence) = match (&deployment.after, &deployment.before) {
            (Some(after), _) => (after, Presence::Gone),
            (None, Some(before)) => (before, Presence::Deleted),
            (None, None) => return None,
        };
        let known = Known {
            enabled: None,
            ..Known::new(id, body.clone())
        };
        Some(Self::new(known, presence))
    }

    pub(super) fn heard(self, known: Known, now: Millis) -> Self {
        let changed = if self.known.route == known.route {
            self.changed
        } else {
            Some(now)
        };
        Self {
            known,
            changed,
            ..self
        }
    }

    /// Whether it is in use, in a word: on screen, in filters, in lists.
    #[must_use]
    pub fn state(&self) -> &'static str {
        match (self.presence, &self.known.integration) {
            (Presence::Gone, _) => "gone",
            (Presence::Deleted, _) => "deleted",
            (Presence::There, _) if self.stale => "stale",
            (Presence::There, Some(integration)) => integration.standing().word(),
            (Presence::There, None) if self.known.enabled == Some(false) => "off",
            (Presence::There, None) => "on",
        }
    }

    /// The name, or the id when there is none.
    #[must_use]
    pub fn name(&self) -> &str {
        let name = self.known.route.name();
        if name.is_empty() {
            self.known.id.raw()
        } else {
            name
        }
    }
}
