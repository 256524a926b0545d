//! The carriers that bring the calls: who they are, how they are, and what that does to registrations (contract §4).

use compact_str::CompactString;
use serde::Serialize;

use super::people::SITES;
use super::state::Person;

/// The health of a carrier with which nothing is wrong (contract §4, as the other two).
pub(super) const HEALTHY: &str = "healthy";
/// The health of a carrier that loses some calls.
pub(super) const DEGRADED: &str = "degraded";
/// The health of a carrier that brings none.
pub(super) const DOWN: &str = "down";

/// A carrier and the certificate its SIP proxy shows; one of each kind.
const CARRIERS: [(&str, &str, Certificate); 5] = [
    ("northwind-eu", "Northwind Telecom", Certificate::Good),
    ("meridian-us", "Meridian Voice", Certificate::Expiring),
    (
        "kestrel-latam",
        "Kestrel Interconnect",
        Certificate::Expired,
    ),
    (
        "saltmarsh-lab",
        "Saltmarsh SIP Lab",
        Certificate::SelfSigned,
    ),
    ("tallis-apac", "Tallis Trunking", Certificate::WrongName),
];

/// What is wrong with the certificate of a carrier's SIP proxy. It never changes; only health does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Certificate {
    /// Nothing, for a year.
    Good,
    /// Nothing yet: it ends in twelve days.
    Expiring,
    /// It ended two days ago.
    Expired,
    /// No authority signed it but itself.
    SelfSigned,
    /// It is another host's.
    WrongName,
}

impl Certificate {
    /// Whether a client that trusts the organisation's CA accepts it today.
    pub(super) const fn holds(self) -> bool {
        matches!(self, Self::Good | Self::Expiring)
    }
}

/// One carrier as it is now.
#[derive(Clone, Debug)]
pub(super) struct Carrier {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) certificate: Certificate,
    /// In any spelling: the control surface may set one that clients do not know.
    pub(super) status: CompactString,
    pub(super) health: CompactString,
}

/// All of them, active and healthy.
pub(super) fn carriers() -> Vec<Carrier> {
    CARRIERS
        .iter()
        .map(|&(id, name, certificate)| Carrier {
            id,
            name,
            certificate,
            status: "active".into(),
            health: HEALTHY.into(),
        })
        .collect()
}

/// A carrier as the wire shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CarrierEntity {
    id: &'static str,
    name: &'static str,
    status: CompactString,
    health: CompactString,
    /// Beyond the contract; clients that do not know it ignore it.
    affected_registrations: usize,
}

/// Every carrier as the wire shows it.
pub(super) fn entities(carriers: &[Carrier], people: &[Person]) -> Vec<CarrierEntity> {
    let numbered = carriers.iter().enumerate();
    numbered
        .map(|(number, carrier)| CarrierEntity {
            id: carrier.id,
            name: carrier.name,
            status: carrier.status.clone(),
            health: carrier.health.clone(),
            affected_registrations: affected(number, &carrier.health, carriers.len(), people),
        })
        .collect()
}

/// How many registrations a carrier's trouble touches: every one at the sites it serves when it is down, a quarter
/// of them when it is degraded. Sites are dealt to carriers in turn.
fn affected(number: usize, health: &str, carriers: usize, people: &[Person]) -> usize {
    let share = match health {
        DOWN => 1,
        DEGRADED => 4,
        _ => return 0,
    };
    let served = |person: &&Person| {
        let site = usize::from(person.site_number());
        site < SITES.len() && site.checked_rem(carriers) == Some(number)
    };
    let devices = people
        .iter()
        .filter(served)
        .map(|person| person.present().count());
    devices.sum::<usize>().div_ceil(share)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::org::state::World;

    #[test]
    fn trouble_touches_registrations_in_its_measure() {
        let mut world = World::populate(240, 1, Timestamp::now());
        let touched = |world: &World| {
            entities(&world.carriers, &world.people)
                .iter()
                .map(|carrier| carrier.affected_registrations)
                .collect::<Vec<_>>()
        };
        assert_eq!(touched(&world), [0; 5]);
        for carrier in &mut world.carriers {
            carrier.health = DOWN.into();
        }
        let down = touched(&world);
        let devices: usize = world.people.iter().map(|person| person.devices.len()).sum();
        assert_eq!(
            down.iter().sum::<usize>(),
            devices,
            "every site has one carrier"
        );
        world.carriers[0].health = DEGRADED.into();
        assert_eq!(touched(&world)[0], down[0].div_ceil(4));
        world.carriers[0].health = "perplexed".into();
        assert_eq!(touched(&world)[0], 0);
    }
}
