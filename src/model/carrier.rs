//! SIP carriers: what the organisation says of the trunks that its calls leave and arrive by (contract §4; on the Platform
//! API a trunk base with its trunks).

use serde::{Deserialize, Serialize};

use super::CarrierId;
use super::finding::Grade;
use super::trunk::{By, Trunk};
use crate::text::Text;

/// Stands for every carrier without a proxy of its own, where a profile names proxies by carriers.
pub const EVERY: &str = "*";

/// How well a carrier works, in the organisation's own judgement. The order is the order of urgency, most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(u8)]
pub enum Health {
    /// No calls go through.
    Down,
    /// Some calls fail.
    Degraded,
    /// The organisation does not say, or says it in a word that the contract does not know.
    Unknown,
    /// Calls go through.
    Healthy,
}

impl Health {
    /// Every health, most urgent first.
    pub const ALL: [Self; 4] = [Self::Down, Self::Degraded, Self::Unknown, Self::Healthy];

    /// The word on screen, in filters, in exports and on the wire.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Down => "down",
            Self::Degraded => "degraded",
            Self::Unknown => "unknown",
            Self::Healthy => "healthy",
        }
    }

    /// The health of a word of the wire; any other word is unknown (contract §4).
    #[must_use]
    pub fn of_word(word: &str) -> Self {
        let known = Self::ALL.into_iter().find(|health| health.word() == word);
        known.unwrap_or(Self::Unknown)
    }

    /// Whether the organisation says that calls suffer: what an alert begins with (contract §5).
    #[must_use]
    pub const fn suffers(self) -> bool {
        matches!(self, Self::Down | Self::Degraded)
    }
}

/// One carrier as a read lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carrier {
    /// Names the carrier in the profile and in every answer.
    pub id: CarrierId,
    /// As people know it; empty when the organisation gave none.
    pub name: Text,
    /// Whether it is in use, in the organisation's words; none when it does not say.
    pub status: Option<Text>,
    /// How well it works.
    pub health: Health,
    /// Registrations that suffer with it, when the organisation counts them (a field beyond the contract, which names
    /// no link between the two: absent is not told, never zero).
    pub affected: Option<u64>,
    /// Its trunks, one on each edge; empty where the organisation tells of none.
    pub trunks: Vec<Trunk>,
}

impl Carrier {
    /// Whether a trunk of it was lost sight of, and not read again yet.
    #[must_use]
    pub fn in_doubt(&self) -> bool {
        self.trunks.iter().any(|trunk| trunk.heard.by == By::Gap)
    }

    /// A carrier by its trunk base, whose trunks are still to be put to it.
    #[must_use]
    pub fn of_base(id: CarrierId, name: Text, status: Option<Text>) -> Self {
        Self {
            id,
            name,
            status,
            health: Health::Unknown,
            affected: None,
            trunks: Vec::new(),
        }
    }
}

/// Whether what the organisation says of a carrier and what a probe of its SIP proxy saw can both be so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Accord {
    /// They cannot: one of the two is wrong, and someone should find out which.
    Contradiction,
    /// They can.
    Agreement,
    /// One of the two is not known.
    Open,
}

impl Accord {
    /// Holds the two against each other. A degraded carrier may answer or not: both are degraded.
    #[must_use]
    pub const fn of(health: Health, probe: Grade) -> Self {
        match (health, probe) {
            (Health::Unknown, _) => Self::Open,
            (Health::Healthy, Grade::Unreachable | Grade::Bad)
            | (Health::Down, Grade::Good | Grade::Warning) => Self::Contradiction,
            _ => Self::Agreement,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_and_a_probe_that_cannot_both_be_so_contradict() {
        use Accord::{Agreement, Contradiction, Open};
        assert_eq!(
            Accord::of(Health::Healthy, Grade::Unreachable),
            Contradiction
        );
        assert_eq!(Accord::of(Health::Healthy, Grade::Bad), Contradiction);
        assert_eq!(Accord::of(Health::Healthy, Grade::Warning), Agreement);
        assert_eq!(Accord::of(Health::Down, Grade::Good), Contradiction);
        assert_eq!(Accord::of(Health::Down, Grade::Unreachable), Agreement);
        assert_eq!(Accord::of(Health::Degraded, Grade::Bad), Agreement);
        assert_eq!(Accord::of(Health::Unknown, Grade::Bad), Open);
    }

    #[test]
    fn a_word_beyond_the_contract_is_unknown_and_never_healthy() {
        for health in Health::ALL {
            assert_eq!(Health::of_word(health.word()), health);
        }
        for word in ["", "Healthy", "ok", "degraded "] {
            assert_eq!(Health::of_word(word), Health::Unknown, "{word:?}");
        }
    }
}
