//! Routes of the Platform API against the embedded organisation.

use serde_json::{Value, json};
use trunkline::cloud::Urgency;
use trunkline::flow::route::{Ending, all, look};
use trunkline::model::api::Api;
use trunkline::model::flow::Outcome;
use trunkline::model::route::{IntegrationStanding, Kind, Route, read};

use crate::rig::{Rig, remove};

async fn platform() -> Rig {
    Rig::with(|profile| profile.api = Api::Platform).await
}

fn route(body: &Value) -> Route {
    read(&body.to_string()).unwrap()
}

fn bus(account: &str) -> Route {
    route(&json!({
        "kind": "eventbridge", "name": "noc-bus", "awsAccountId": account, "awsAccountRegion": "eu-west-1",
        "eventSourceSuffix": "noc", "eventFilter": ["v2.detail.events.conversation.{id}.acd.end"],
    }))
}

#[tokio::test]
async fn both_kinds_are_listed_with_their_states_and_their_topics_are_known() {
    let rig = platform().await;
    let there = all(&rig.kit).await.unwrap();
    assert_eq!((there.faults.len(), there.unread.len()), (0, 0));
    for kind in [Kind::EventBridge, Kind::Trigger] {
        let of_kind = || {
            there
                .routes
                .iter()
                .filter(|known| known.route.kind() == kind)
        };
        assert!(of_kind().count() > 1, "{kind}");
        for known in of_kind() {
            assert_eq!(known.route.faults(), [], "{}", known.route.name());
            let read = rig.kit.client.route(kind, &known.id, Urgency::Reread).await;
            assert_eq!(read.unwrap().unwrap().route, known.route);
        }
    }
    let events = rig
        .kit
        .client
        .event_types(Urgency::Reread)
        .await
        .unwrap()
        .unwrap();
    for kind in [Kind::EventBridge, Kind::Trigger] {
        let mut of_kind = events.iter().filter(|event| event.carried_by == kind);
        assert!(
            of_kind.any(|event| event.name.raw().starts_with("v2.")),
            "{kind}"
        );
    }
    let id = "nobody".into();
    for kind in [Kind::EventBridge, Kind::Trigger] {
        let none = rig
            .kit
            .client
            .route(kind, &id, Urgency::Reread)
            .await
            .unwrap();
        assert_eq!(none, None);
    }
}

#[tokio::test]
async fn a_bus_comes_to_run_or_to_an_error_and_goes_away() {
    let rig = platform().await;
    let (outcome, told) = rig.deploy(bus("123456789012")).await;
    assert!(matches!(outcome, Outcome::Done(_)), "{outcome}");
    let Ending::Deployed { known, .. } = told.ending() else {
        panic!("{:?}", told.ending());
    };
    assert_eq!(
        known.integration.as_ref().unwrap().standing(),
        IntegrationStanding::On
    );
    let (outcome, told) = rig.deploy(bus("000012345678")).await;
    assert!(outcome.to_string().contains("reported ERROR"), "{outcome}");
    let Ending::Deployed { known, .. } = told.ending() else {
        panic!("{:?}", told.ending());
    };
    assert!(!look(&rig.kit, &known, None).await.unwrap().unwrap().good);
    let (gone, _) = rig.run(remove(*known)).await;
    assert!(matches!(gone, Outcome::Done(_)), "{gone}");
}

#[tokio::test]
async fn a_trigger_is_made_tried_and_changed_and_one_to_nowhere_says_so() {
    let rig = platform().await;
    let mut body = json!({
        "kind": "trigger", "name": "later", "topicName": "v2.detail.events.conversation.{id}.acd.end",
        "target": {"type": "Workflow", "id": "wf-crm-sync"},
        "matchCriteria": [{"jsonPath": "mediaType", "operator": "In", "values": ["VOICE"]}],
    });
    let (outcome, told) = rig.deploy(route(&body)).await;
    assert!(matches!(outcome, Outcome::Done(_)), "{outcome}");
    let tested = told.steps().pop().unwrap();
    assert!(
        tested
            .note
            .raw()
            .starts_with("event matches, target can be started"),
        "{}",
        tested.note
    );
    body["target"]["id"] = json!("wf-nowhere");
    let (outcome, _) = rig.deploy(route(&body)).await;
    assert!(
        outcome.to_string().contains("it starts nothing"),
        "{outcome}"
    );
    let known = rig.of_kind(Kind::Trigger, "later").await;
    assert_eq!(known.version, Some(2));
    let (gone, _) = rig.run(remove(known)).await;
    assert!(matches!(gone, Outcome::Done(_)), "{gone}");
}
