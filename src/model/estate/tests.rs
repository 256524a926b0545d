use super::*;
use crate::model::carrier::Health;
use crate::model::trunk::{Signs, Use};

fn base(id: &str, name: &str) -> Base {
    Base {
        id: id.into(),
        name: name.into(),
        state: Some("active".into()),
    }
}

fn listed(id: &str, base: Option<&str>, connected: bool) -> Listed {
    Listed {
        base: base.map(CarrierId::from),
        base_name: "as the trunk says".into(),
        trunk: Trunk {
            id: id.into(),
            name: format!("trunk {id}").into(),
            edge: Some("e-1".into()),
            edge_name: Text::default(),
            in_service: Some(true),
            enabled: Some(true),
            signs: Signs {
                connected: Some(connected),
                ..Signs::default()
            },
            options: Use::NotSupported,
            registers: Use::NotSupported,
            proxies: Vec::new(),
            traffic: None,
            heard: Heard::default(),
        },
    }
}

fn heard(at: i64) -> Heard {
    Heard {
        at: Millis(at),
        by: By::Poll,
    }
}

fn estate() -> Estate {
    let mut estate = Estate::default();
    let trunks = vec![
        listed("t-1", Some("b-1"), true),
        listed("t-2", Some("b-1"), true),
        listed("t-3", Some("hidden"), true),
        listed("t-4", None, false),
    ];
    estate.trunks_read(
        vec![base("b-1", "Telco"), base("b-2", "Spare")],
        trunks,
        heard(1),
    );
    estate
}

fn health(estate: &Estate, id: &str) -> Option<Health> {
    let carriers = estate.carriers();
    let carrier = carriers.iter().find(|carrier| carrier.id.raw() == id)?;
    Some(carrier.health)
}

#[test]
fn trunks_are_carriers_by_their_bases_and_none_is_lost() {
    let carriers = estate().carriers();
    let told: Vec<_> = carriers
        .iter()
        .map(|c| (c.id.raw(), c.name.raw(), c.trunks.len(), c.health))
        .collect();
    assert_eq!(
        told,
        [
            ("b-1", "Telco", 2, Health::Healthy),
            ("b-2", "Spare", 0, Health::Unknown),
            ("hidden", "as the trunk says", 1, Health::Healthy),
            ("t-4", "trunk t-4", 1, Health::Down),
        ]
    );
}

#[test]
fn an_event_changes_what_it_names_and_nothing_else() {
    let mut estate = estate();
    let seen = |connected| Seen {
        connected: Some((Some(connected), Some(Millis(7)))),
        ..Seen::default()
    };
    assert!(estate.trunk_seen(&"t-1".into(), seen(false), Millis(9)));
    assert_eq!(health(&estate, "b-1"), Some(Health::Degraded));
    assert!(estate.trunk_seen(&"t-2".into(), seen(false), Millis(9)));
    assert_eq!(health(&estate, "b-1"), Some(Health::Down));
    assert!(estate.trunk_seen(&"t-2".into(), Seen::default(), Millis(10)));
    assert_eq!(health(&estate, "b-1"), Some(Health::Down));
    assert!(!estate.trunk_seen(&"nobody".into(), seen(true), Millis(9)));
}

#[test]
fn calls_and_load_stay_known_over_a_read_that_does_not_tell_them() {
    let mut estate = estate();
    let traffic = Traffic {
        inbound: Some(3),
        ..Traffic::default()
    };
    assert!(estate.counted(&"t-1".into(), traffic));
    assert!(!estate.counted(&"nobody".into(), traffic));
    estate.edges_read(vec![Edge::unknown("e-1".into())], heard(1));
    assert!(estate.measured(&"e-1".into(), Load::default()));
    estate.edges_read(vec![Edge::unknown("e-1".into())], heard(2));
    estate.trunks_read(
        vec![base("b-1", "Telco")],
        vec![listed("t-1", Some("b-1"), true)],
        heard(2),
    );
    assert!(estate.edges()[0].load.is_some());
    let carriers = estate.carriers();
    assert_eq!(carriers.len(), 1);
    assert_eq!(carriers[0].trunks[0].traffic, Some(traffic));
    assert_eq!(carriers[0].trunks[0].heard.at, Millis(2));
}

#[test]
fn an_organisation_beyond_all_measure_is_cut_and_counted() {
    let mut estate = Estate::default();
    let trunks = (0..MOST_TRUNKS + 3).map(|n| listed(&format!("t-{n}"), Some("b"), true));
    estate.trunks_read(Vec::new(), trunks.collect(), heard(1));
    let edges = (0..MOST_EDGES + 2).map(|n| Edge::unknown(format!("e-{n}").as_str().into()));
    estate.edges_read(edges.collect(), heard(1));
    assert_eq!(estate.trunk_ids().count(), MOST_TRUNKS);
    assert_eq!(estate.edge_ids().count(), MOST_EDGES);
    assert_eq!(estate.refused(), 5);
}

#[test]
fn what_fails_with_its_edge_is_no_fault_of_the_carrier_and_an_edge_that_is_gone_takes_its_trunks() {
    let mut estate = estate();
    let mut elsewhere = listed("t-5", Some("b-1"), false);
    elsewhere.trunk.edge = Some("e-2".into());
    let trunks = vec![listed("t-1", Some("b-1"), true), elsewhere];
    estate.trunks_read(vec![base("b-1", "Telco")], trunks, heard(2));
    assert_eq!(health(&estate, "b-1"), Some(Health::Degraded));
    let edge = |id: &str, online: &str| Edge {
        online: Some(online.into()),
        ..Edge::unknown(id.into())
    };
    let edges = vec![edge("e-1", "ONLINE"), edge("e-2", "OFFLINE")];
    estate.edges_read(edges, heard(3));
    assert_eq!(health(&estate, "b-1"), Some(Health::Healthy));
    estate.edge_seen(&"e-1".into(), Some("OFFLINE".into()), Millis(4));
    assert_eq!(
        health(&estate, "b-1"),
        Some(Health::Degraded),
        "no edge is there to tell: it is as its trunks are"
    );
    let mut switched = edge("e-1", "OFFLINE");
    switched.status = Some("INACTIVE".into());
    estate.edge_read(switched, Millis(5));
    assert_eq!(estate.edges()[0].heard, heard(5));
    estate.edge_gone(&"e-1".into());
    let left: Vec<_> = estate.trunk_ids().map(TrunkId::raw).collect();
    assert_eq!((left, estate.edges().len()), (vec!["t-5"], 1));
}
