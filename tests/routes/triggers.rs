//! Triggers: made, tried, changed with their version, taken away.

use serde_json::{Value, json};
use trunkline::flow::route::{Ending, look};
use trunkline::model::flow::{Outcome, StepState};
use trunkline::model::route::{Aim, Kind, Route, read};

use crate::genesys::{Genesys, as_usual};
use crate::rig::{deploy, remove};

fn trigger(name: &str) -> Value {
    json!({
        "kind": "trigger", "name": name, "topicName": "v2.detail.events.conversation.{id}.acd.end",
        "target": {"type": "Workflow", "id": "w-1"}, "enabled": true,
        "matchCriteria": [{"jsonPath": "mediaType", "operator": "Equal", "value": "VOICE"}],
    })
}

fn route(body: &Value) -> Route {
    read(&body.to_string()).unwrap()
}

#[tokio::test]
async fn it_is_made_tried_changed_and_taken_away() {
    let genesys = Genesys::start(as_usual, as_usual).await;
    genesys.rig.deploy(route(&trigger("other"))).await;
    let (outcome, told) = genesys.rig.deploy(route(&trigger("call-back"))).await;
    assert!(matches!(outcome, Outcome::Done(_)), "{outcome}");
    assert_eq!(
        told.names(),
        ["existing", "reach", "diff", "submit", "read back", "test"]
    );
    assert!(
        told.steps()
            .iter()
            .all(|step| step.state == StepState::Done)
    );
    let writes = genesys.writes();
    assert_eq!(
        writes[2],
        concat!(
            r#"POST /api/v2/processautomation/triggers {"name":"call-back","topicName":"v2.detail.events.conversation.{id}.acd.end","#,
            r#""target":{"type":"Workflow","id":"w-1"},"enabled":true,"#,
            r#""matchCriteria":[{"jsonPath":"mediaType","operator":"Equal","value":"VOICE"}]}"#
        )
    );
    assert_eq!(
        writes[3],
        r#"POST /api/v2/processautomation/triggers/t-2/test "{\"mediaType\":\"VOICE\"}""#
    );

    let mut body = trigger("call-back");
    body["delayBySeconds"] = json!(60);
    let (outcome, _) = genesys.rig.deploy(route(&body)).await;
    assert!(matches!(outcome, Outcome::Done(_)), "{outcome}");
    let put = genesys.writes()[4].clone();
    assert!(
        put.starts_with("PUT /api/v2/processautomation/triggers/t-2 "),
        "{put}"
    );
    assert!(
        put.ends_with(r#""delayBySeconds":60,"version":1}"#),
        "{put}"
    );

    let known = genesys.rig.of_kind(Kind::Trigger, "call-back").await;
    let (gone, _) = genesys.rig.run(remove(known)).await;
    assert!(matches!(gone, Outcome::Done(_)), "{gone}");
    assert_eq!(genesys.state.lock().unwrap().triggers.len(), 1);
}

#[tokio::test]
async fn a_target_that_cannot_be_started_is_a_warning_and_a_look_that_is_not_good() {
    let genesys = Genesys::start(as_usual, as_usual).await;
    genesys.state.lock().unwrap().trial = json!({
        "triggerMatches": true, "targetValidation": {"matches": false, "details": ["no published version"]},
    });
    let (outcome, _) = genesys.rig.deploy(route(&trigger("dead"))).await;
    assert!(
        outcome.to_string().contains("no published version"),
        "{outcome}"
    );
    let known = genesys.rig.of_kind(Kind::Trigger, "dead").await;
    let looked = look(&genesys.rig.kit, &known, None).await.unwrap().unwrap();
    assert_eq!((looked.good, looked.word), (false, "dead end"));
    let event = json!({"mediaType": "CHAT"});
    look(&genesys.rig.kit, &known, Some(&event)).await.unwrap();
    let last = genesys.writes().pop().unwrap();
    assert!(last.ends_with(r#""{\"mediaType\":\"CHAT\"}""#), "{last}");
}

#[tokio::test]
async fn a_version_that_moved_is_a_conflict_and_shows_both_changes() {
    let genesys = Genesys::start(as_usual, as_usual).await;
    genesys.rig.deploy(route(&trigger("raced"))).await;
    let seen = genesys.rig.of_kind(Kind::Trigger, "raced").await;
    // Somebody writes it as it was: only the version tells.
    genesys.state.lock().unwrap().triggers[0]["version"] = 5.into();
    let mut body = trigger("raced");
    body["enabled"] = json!(false);
    let order = deploy(Aim::Existing(seen.id.clone()), Some(seen), route(&body));
    let (outcome, told) = genesys.rig.run(order).await;
    assert!(matches!(outcome, Outcome::Refused(_)), "{outcome}");
    let Ending::Conflict(conflict) = told.ending() else {
        panic!("{:?}", told.ending());
    };
    assert!(conflict.sent && conflict.theirs().is_empty());
    assert_eq!(conflict.ours()[0].to_string(), "~ enabled: true -> false");
    assert_eq!(genesys.state.lock().unwrap().triggers[0]["enabled"], true);
}

#[tokio::test]
async fn the_topic_of_one_that_is_there_cannot_be_changed_and_nothing_is_sent() {
    let genesys = Genesys::start(as_usual, as_usual).await;
    genesys.rig.deploy(route(&trigger("fixed"))).await;
    let before = genesys.writes().len();
    let mut body = trigger("fixed");
    body["topicName"] = json!("v2.else");
    let (_, told) = genesys.rig.deploy(route(&body)).await;
    let Ending::Invalid(faults) = told.ending() else {
        panic!("{:?}", told.ending());
    };
    assert_eq!(faults[0].path, "topicName");
    assert_eq!(genesys.writes().len(), before);
}

#[tokio::test]
async fn topics_are_offered_to_the_kind_that_takes_them() {
    let genesys = Genesys::start(as_usual, as_usual).await;
    let client = &genesys.rig.kit.client;
    let events = client.event_types(trunkline::cloud::Urgency::Reread).await;
    let events = events.unwrap().unwrap();
    assert_eq!(events.len(), 1, "one list of the two is better than none");
    assert_eq!(events[0].carried_by, Kind::Trigger);
}
