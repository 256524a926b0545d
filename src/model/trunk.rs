//! Trunks: one carrier's way into one edge, and what the organisation sees of it (Platform API, `Trunk`).
//!
//! A carrier is configured once (a trunk base) and runs as one trunk on each edge. Its health is nobody's word: it is
//! derived from what its trunks show, by the rule of [`health`].

mod sign;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use self::sign::{Ip, Proxies, SIGNS_KEPT, Seen, Sign, SignFault, Signs, Use};

use super::carrier::Health;
use super::{EdgeId, TrunkId};
use crate::text::Text;
use crate::time::Millis;

/// How something is kept up, and when it was last heard of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heard {
    /// When it was read or spoken of.
    pub at: Millis,
    /// How the next is to be heard.
    pub by: By,
}

/// How something is kept up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// It is read now and then.
    #[default]
    Poll,
    /// A topic tells of every change.
    Topic,
    /// The topic has had a gap since, and it was not read again yet: nothing is sure.
    Gap,
}

impl By {
    /// The word on screen.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Poll => "polled",
            Self::Topic => "live",
            Self::Gap => "stale",
        }
    }
}

/// Calls over one trunk, as its metrics count them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Traffic {
    /// Calls that came in and are up; none when not told.
    pub inbound: Option<u64>,
    /// Calls that went out and are up; none when not told.
    pub outbound: Option<u64>,
    /// Calls whose quality of service was not as agreed; none when not told.
    pub mismatches: Option<u64>,
}

impl Traffic {
    /// Calls in and out together; none when neither is told.
    #[must_use]
    pub fn calls(self) -> Option<u64> {
        match (self.inbound, self.outbound) {
            (None, None) => None,
            (inbound, outbound) => Some(
                inbound
                    .unwrap_or_default()
                    .saturating_add(outbound.unwrap_or_default()),
            ),
        }
    }

    /// Both together; what neither tells stays untold.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        let sum = |one: Option<u64>, two: Option<u64>| match (one, two) {
            (Some(one), Some(two)) => Some(one.saturating_add(two)),
            (one, two) => one.or(two),
        };
        Self {
            inbound: sum(self.inbound, other.inbound),
            outbound: sum(self.outbound, other.outbound),
            mismatches: sum(self.mismatches, other.mismatches),
        }
    }
}

/// One trunk: a carrier on an edge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trunk {
    /// Names the trunk in topics and metrics.
    pub id: TrunkId,
    /// As people know it; empty when the organisation gave none.
    pub name: Text,
    /// The edge that it runs on.
    pub edge: Option<EdgeId>,
    /// That edge's name, where the organisation gives it.
    pub edge_name: Text,
    /// Whether the carrier is in service at all: a switch of its trunk base.
    pub in_service: Option<bool>,
    /// Whether its edge is in service.
    pub enabled: Option<bool>,
    /// What is seen of it.
    pub signs: Signs,
    /// Whether its proxies are asked by SIP OPTIONS.
    pub options: Use,
    /// Whether it registers with its proxies.
    pub registers: Use,
    /// The proxies that it is set up with, at most [`SIGNS_KEPT`].
    pub proxies: Vec<Text>,
    /// Its calls; none before its metrics were read.
    pub traffic: Option<Traffic>,
    /// How it is kept up.
    pub heard: Heard,
}

/// How one trunk does. The order is the order of urgency, most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// Nothing of it works.
    Failing,
    /// Some of its proxies answer and some do not.
    Partly,
    /// Nothing is seen of it, so nothing can be said.
    Unknown,
    /// Everything that is seen of it is well.
    Working,
    /// It was taken out of service on purpose.
    Out,
}

impl Standing {
    /// The word on screen.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Failing => "down",
            Self::Partly => "degraded",
            Self::Unknown => "unknown",
            Self::Working => "up",
            Self::Out => "out of service",
        }
    }
}

impl Trunk {
    /// How it does, by everything that is seen of it:
    ///
    /// - switched off at its trunk base: out of service, whatever else is seen;
    /// - its edge out of service, or not connected: failing;
    /// - else by its proxies, each by OPTIONS and by registration: all well is working, none is failing, some is partly.
    ///   A check that is not supported or not enabled is none: no answer to it is no fault;
    /// - a fault of its address is a sign against it; no sign at all is unknown.
    #[must_use]
    pub fn standing(&self) -> Standing {
        if self.in_service == Some(false) {
            return Standing::Out;
        }
        if self.enabled == Some(false) || self.signs.connected == Some(false) {
            return Standing::Failing;
        }
        let (mut good, mut bad) = (usize::from(self.signs.connected == Some(true)), 0_usize);
        let checks = [
            (self.options, &self.signs.options),
            (self.registers, &self.signs.registers),
        ];
        for (_, proxies) in checks.iter().filter(|(used, _)| used.counts()) {
            for sign in &proxies.kept {
                match sign.good {
                    Some(true) => good += 1,
                    Some(false) => bad += 1,
                    None => {}
                }
            }
        }
        bad += usize::from(self.signs.ip.as_ref().is_some_and(|ip| ip.fault.is_some()));
        match (good, bad) {
            (0, 0) => Standing::Unknown,
            (_, 0) => Standing::Working,
            (0, _) => Standing::Failing,
            _ => Standing::Partly,
        }
    }

    /// The first fault that is told of it, in words.
    #[must_use]
    pub fn trouble(&self) -> Option<&SignFault> {
        let ip = self.signs.ip.iter().filter_map(|ip| ip.fault.as_ref());
        let proxies = [&self.signs.options, &self.signs.registers];
        let proxies = proxies.into_iter().flat_map(|proxies| &proxies.kept);
        let proxies = proxies.filter(|sign| sign.good != Some(true));
        proxies
            .filter_map(|sign| sign.fault.as_ref())
            .chain(ip)
            .next()
    }
}

/// The health of a carrier with these trunks. Trunks out of service, and those of which nothing is seen, have no say:
/// of the others, all working is healthy, all failing is down, anything between is degraded. Nobody with a say is unknown.
#[must_use]
pub fn health<'a>(trunks: impl IntoIterator<Item = &'a Trunk>) -> Health {
    let (mut working, mut failing, mut partly) = (false, false, false);
    for trunk in trunks {
        match trunk.standing() {
            Standing::Working => working = true,
            Standing::Failing => failing = true,
            Standing::Partly => partly = true,
            Standing::Unknown | Standing::Out => {}
        }
    }
    match (working, failing, partly) {
        (false, false, false) => Health::Unknown,
        (true, false, false) => Health::Healthy,
        (false, true, false) => Health::Down,
        _ => Health::Degraded,
    }
}

/// The calls of these trunks together; none while nothing is known of any.
#[must_use]
pub fn traffic<'a>(trunks: impl IntoIterator<Item = &'a Trunk>) -> Option<Traffic> {
    let known = trunks.into_iter().filter_map(|trunk| trunk.traffic);
    known.reduce(Traffic::plus)
}
