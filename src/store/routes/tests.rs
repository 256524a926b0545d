//! Rows that come, change, drift and go; verdicts that are kept and bounded.

use super::destinations::{rate, trend};
use super::*;
use crate::model::route::{Check, DeploymentState, Route, Stage};

const NOW: Millis = Millis(1_000);

fn route(name: &str, uris: &[&str]) -> Route {
    let body = serde_json::json!({
        "name": name, "uri": "https://a.example/", "uris": uris,
        "eventFilters": [{"eventType": "routing.queue.entered"}],
    });
    serde_json::from_value(body).unwrap()
}

fn known(id: &str, name: &str) -> Known {
    Known::new(id, route(name, &[]))
}

#[test]
fn a_kind_that_could_not_be_read_is_not_gone() {
    let mut routes = Routes::default();
    routes.opened(vec![deployment(
        "r1",
        "i-1",
        Some(route("q", &[])),
        DeploymentState::Done,
    )]);
    routes.unread(vec![Kind::Webhook]);
    routes.read(Vec::new(), Vec::new(), true, NOW);
    assert!(routes.is_empty());
    routes.unread(Vec::new());
    routes.read(Vec::new(), Vec::new(), true, NOW);
    assert_eq!(routes.iter().next().unwrap().drift, Drift::Gone);
}

#[test]
fn a_route_without_an_address_is_as_its_organisation_says() {
    let bus = crate::model::route::read(
        r#"{"kind":"eventbridge","name":"b","awsAccountId":"1","awsAccountRegion":"r","eventSourceSuffix":"s","eventFilter":["v2.a"]}"#,
    );
    let integration = crate::model::route::Integration {
        intended: "ENABLED".into(),
        reported: "ERROR".into(),
        ..Default::default()
    };
    let look = Look::from(&integration);
    let known = Known {
        integration: Some(Box::new(integration)),
        ..Known::new("n-1", bus.unwrap())
    };
    let mut routes = Routes::default();
    routes.looked("n-1".into(), look.clone(), NOW);
    assert_eq!(routes.look(&"n-1".into()), None, "nobody knows it");
    routes.read(vec![known], Vec::new(), true, NOW);
    let row = routes.get(&"n-1".into()).unwrap();
    assert_eq!(
        (row.state(), row.reach.word, row.reach.of),
        ("error", "-", 0)
    );
    assert!(routes.destinations.iter().next().is_none());
    routes.looked("n-1".into(), look, NOW);
    assert!(!routes.look(&"n-1".into()).unwrap().0.good);
    routes.read(Vec::new(), Vec::new(), true, NOW);
    assert_eq!(routes.look(&"n-1".into()), None, "forgotten with its route");
}

fn deployment(run: &str, id: &str, after: Option<Route>, state: DeploymentState) -> Deployment {
    Deployment {
        run: run.into(),
        at: NOW,
        operator: "ana".into(),
        deed: if after.is_some() {
            Deed::Updated
        } else {
            Deed::Deleted
        },
        id: Some(id.into()),
        name: "q".into(),
        before: Some(route("before", &[])),
        after,
        state,
        why: None,
    }
}

fn verdict(uri: &str, reachable: bool) -> Verdict {
    let mut verdict = Verdict::new(uri, NOW);
    let stage = if reachable {
        Stage::Passed {
            took_ms: 1,
            note: Text::default(),
        }
    } else {
        Stage::Failed {
            took_ms: 1,
            why: Text::default(),
        }
    };
    verdict.set(Check::Health, stage);
    verdict
}

fn drift(routes: &Routes, id: &str) -> &'static str {
    routes.get(&id.into()).unwrap().drift.word()
}

#[test]
fn what_runs_is_compared_with_what_was_deployed_last() {
    let mut routes = Routes::default();
    routes.read(vec![known("i", "q")], Vec::new(), true, NOW);
    assert_eq!(drift(&routes, "i"), "-");
    routes.deployed(deployment(
        "1",
        "i",
        Some(route("q", &[])),
        DeploymentState::Done,
    ));
    assert_eq!(drift(&routes, "i"), "as deployed");
    routes.read(vec![known("i", "renamed")], Vec::new(), true, Millis(2_000));
    let row = routes.get(&"i".into()).unwrap();
    assert_eq!(row.changed, Some(Millis(2_000)));
    let Drift::Differs(changes) = &row.drift else {
        panic!("{:?}", row.drift);
    };
    assert_eq!(changes[0].to_string(), "~ name: q -> renamed");
}

#[test]
fn a_deployment_whose_end_was_not_seen_is_told_by_what_is_there() {
    let mut routes = Routes::default();
    routes.read(vec![known("i", "q")], Vec::new(), true, NOW);
    routes.deployed(deployment(
        "1",
        "i",
        Some(route("q", &[])),
        DeploymentState::Submitted,
    ));
    assert_eq!(drift(&routes, "i"), "as deployed", "it must have arrived");
    routes.deployed(deployment(
        "2",
        "i",
        Some(route("other", &[])),
        DeploymentState::Unknown,
    ));
    assert_eq!(
        drift(&routes, "i"),
        "unknown",
        "it may have arrived and been changed since"
    );
    routes.deployed(deployment(
        "2",
        "i",
        Some(route("other", &[])),
        DeploymentState::Refused,
    ));
    assert_eq!(drift(&routes, "i"), "as deployed");
}

#[test]
fn what_was_ours_and_is_gone_is_still_shown() {
    let mut routes = Routes::default();
    routes.opened(vec![
        deployment("1", "taken", Some(route("q", &[])), DeploymentState::Done),
        deployment("2", "ours", None, DeploymentState::Done),
        deployment(
            "3",
            "refused",
            Some(route("q", &[])),
            DeploymentState::Refused,
        ),
    ]);
    assert!(
        routes.is_empty(),
        "nothing is said before anything was read"
    );
    routes.read(vec![known("i", "q")], Vec::new(), true, NOW);
    let shown: Vec<_> = routes
        .iter()
        .map(|row| (row.known.id.raw(), row.presence))
        .collect();
    assert_eq!(
        shown,
        [
            ("i", Presence::There),
            ("ours", Presence::Deleted),
            ("taken", Presence::Gone)
        ]
    );
    assert_eq!(
        (drift(&routes, "taken"), drift(&routes, "ours")),
        ("gone", "as deployed")
    );
    routes.found(known("ours", "q"), NOW);
    assert_eq!(drift(&routes, "ours"), "back again");
}

#[test]
fn a_row_that_nobody_deployed_goes_without_a_trace() {
    let mut routes = Routes::default();
    routes.read(
        vec![known("i", "q"), known("j", "q")],
        Vec::new(),
        true,
        NOW,
    );
    routes.delivered(&"j".into(), Vec::new());
    let before = routes.generation();
    routes.read(vec![known("i", "q")], vec!["torn".into()], false, NOW);
    assert!(routes.get(&"j".into()).is_none() && routes.deliveries(&"j".into()).is_none());
    assert!(routes.unlisted() && routes.faults().len() == 1);
    assert_ne!(routes.generation(), before);
}

#[test]
fn stale_is_told_and_keeps_the_rows() {
    let mut routes = Routes::default();
    routes.read(vec![known("i", "q")], Vec::new(), true, NOW);
    routes.read_failed("out of reach".into(), Millis(5));
    routes.read_failed("out of reach".into(), Millis(9));
    assert!(routes.stale());
    assert!(matches!(
        routes.reading(),
        Reading::Failed {
            since: Millis(5),
            ..
        }
    ));
    assert_eq!(routes.len(), 1);
}

#[test]
fn looks_are_kept_bounded_and_add_up_to_a_rate_over_time() {
    let mut routes = Routes::default();
    let mut one = known("i", "q");
    one.route = route("q", &["https://b.example/"]);
    routes.read(vec![one], Vec::new(), true, NOW);
    for n in 0..40 {
        routes.checked(verdict("https://a.example/", true));
        routes.checked(verdict("https://b.example/", n >= 36));
    }
    routes.checked(verdict("https://nobody.example/", true));
    let row = routes.get(&"i".into()).unwrap();
    let known: Vec<&Destination> = routes.of(row).filter_map(|(_, known)| known).collect();
    assert_eq!(known.len(), 2);
    assert_eq!(known[1].past().count(), 32);
    let trend = trend(&known);
    assert_eq!((trend.len(), trend[0], trend[31]), (32, 0.5, 1.0));
    assert_eq!(rate(known.iter().copied()), Some(f64::from(32 + 4) / 64.0));
    assert_eq!(rate(std::iter::empty()), None);
    assert_eq!(
        (row.reach.of, row.reach.reached, row.reach.word),
        (2, 2, "reachable")
    );
    assert_eq!(row.reach.trend, trend);
    routes.checked(verdict("https://b.example/", false));
    let reach = &routes.get(&"i".into()).unwrap().reach;
    assert!(reach.is_trouble() && reach.reached == 1, "{reach:?}");
    routes.read(Vec::new(), Vec::new(), true, NOW);
    assert_eq!(routes.destinations.iter().count(), 0);
}
