//! Triggers of the Platform API: their rules, their versions, their lists by cursor, and their tests.

use reqwest::Method;
use serde_json::{Value, json};

use crate::platform_conversations::{ask, post, quick, read};

const ALL: &str = "processautomation/triggers";
const TOPIC: &str = "v2.detail.events.conversation.{id}.acd.end";

fn body() -> Value {
    json!({
        "name": "NOC", "topicName": TOPIC, "enabled": true, "description": "for the night",
        "target": {"type": "Workflow", "id": "wf-noc-alert", "workflowTargetSettings": {"dataFormat": "Json"}},
        "matchCriteria": [{"jsonPath": "mediaType", "operator": "Equal", "value": "VOICE"}],
        "eventTTLSeconds": 60,
    })
}

#[tokio::test]
async fn one_is_made_changed_and_removed() {
    let bench = quick("").await;
    let token = bench.token().await;
    let (status, made) = post(&bench, ALL, &token, body()).await;
    assert_eq!((status, &made["version"]), (200, &json!(1)), "{made}");
    for (field, value) in body().as_object().unwrap() {
        assert_eq!(made[field], *value, "{field}");
    }
    let path = format!("{ALL}/{}", made["id"].as_str().unwrap());
    assert_eq!(read(&bench, &path, &token).await, made);

    let mut update = body();
    update["version"] = json!(1);
    update["enabled"] = json!(false);
    let put = async |body: &Value| ask(&bench, Method::PUT, &path, &token, Some(body)).await;
    let (status, changed) = put(&update).await;
    assert_eq!(
        (status, &changed["version"], &changed["enabled"]),
        (200, &json!(2), &json!(false))
    );
    let (status, error) = put(&update).await;
    assert_eq!((status, &error["code"]), (409, &json!("general.conflict")));
    update["version"] = json!(2);
    update["topicName"] = json!("v2.detail.events.conversation.{id}.acd.start");
    let (status, error) = put(&update).await;
    assert_eq!(
        (status, &error["messageParams"]["field"]),
        (400, &json!("topicName"))
    );

    assert_eq!(
        ask(&bench, Method::DELETE, &path, &token, None).await.0,
        204
    );
    assert_eq!(
        ask(&bench, Method::DELETE, &path, &token, None).await.0,
        404
    );
}

#[tokio::test]
async fn every_rule_names_its_field() {
    let bench = quick("").await;
    let token = bench.token().await;
    let criterion = |operator: &str, more: Value| {
        let mut one = json!({"jsonPath": "x", "operator": operator});
        one.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        json!([one])
    };
    for (field, value, told) in [
        ("name", json!(" "), "name"),
        ("topicName", json!("v2.none"), "topicName"),
        ("description", json!("x".repeat(513)), "description"),
        ("delayBySeconds", json!(60), "delayBySeconds"),
        ("eventTTLSeconds", json!(9), "eventTTLSeconds"),
        ("target", json!({"type": "Flow", "id": "f"}), "target.type"),
        ("target", json!({"type": "Workflow", "id": ""}), "target.id"),
        (
            "matchCriteria",
            json!([{"jsonPath": "$.a[", "operator": "Equal", "value": 1}]),
            "matchCriteria.jsonPath",
        ),
        (
            "matchCriteria",
            criterion("Equal", json!({})),
            "matchCriteria",
        ),
        (
            "matchCriteria",
            criterion("In", json!({"value": "a"})),
            "matchCriteria",
        ),
        (
            "matchCriteria",
            criterion("Size", json!({"value": "two"})),
            "matchCriteria",
        ),
        (
            "matchCriteria",
            criterion("Equal", json!({"value": 1, "values": [1]})),
            "matchCriteria",
        ),
    ] {
        let mut wrong = body();
        wrong[field] = value;
        let (status, error) = post(&bench, ALL, &token, wrong).await;
        assert_eq!(
            (status, &error["code"]),
            (400, &json!("invalid.value")),
            "{field}: {error}"
        );
        assert_eq!(error["messageParams"]["field"], told);
    }
    for (delay, status) in [(59, 400), (60, 200), (900, 200), (901, 400)] {
        let mut asked = body();
        asked.as_object_mut().unwrap().remove("eventTTLSeconds");
        asked["delayBySeconds"] = json!(delay);
        assert_eq!(post(&bench, ALL, &token, asked).await.0, status, "{delay}");
    }
}

#[tokio::test]
async fn lists_go_by_cursor() {
    let bench = quick("").await;
    let token = bench.token().await;
    let mut seen = Vec::new();
    let mut next = format!("{ALL}?pageSize=3");
    loop {
        let part = read(&bench, &next, &token).await;
        assert_eq!(part.get("total"), None);
        let ids = part["entities"].as_array().unwrap().iter();
        seen.extend(ids.map(|one| one["id"].as_str().unwrap().to_owned()));
        match part["nextUri"].as_str() {
            Some(uri) => next = uri.strip_prefix("/api/v2/").unwrap().to_owned(),
            None => break,
        }
    }
    assert_eq!(
        seen,
        [
            "tr-crm-sync",
            "tr-missed-calls",
            "tr-noc-alert",
            "tr-old-survey"
        ]
    );
    let one = read(&bench, &format!("{ALL}?topicName={TOPIC}"), &token).await;
    assert_eq!(one["entities"].as_array().unwrap().len(), 1);
    let topics = read(&bench, &format!("{ALL}/topics?pageSize=4"), &token).await;
    assert_eq!(topics["entities"].as_array().unwrap().len(), 4);
    let (status, _) = ask(&bench, Method::GET, &format!("{ALL}?after=x"), &token, None).await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn tests_tell_what_an_event_would_do() {
    let bench = quick("").await;
    let token = bench.token().await;
    let test = async |path: &str, event: Value| {
        let (status, told) = post(&bench, &format!("{ALL}/{path}/test"), &token, event).await;
        assert_eq!(status, 200, "{told}");
        told
    };
    let voice = json!({"mediaType": "VOICE"});
    let told = test("tr-crm-sync", voice.clone()).await;
    assert_eq!(told["triggerMatches"], true);
    let detail = &told["jsonPathValidation"]["details"][0];
    assert_eq!(
        (&detail["match"], &detail["jsonPathExtraction"][0]["value"]),
        (&json!(true), &json!("VOICE"))
    );
    assert_eq!(
        test("tr-crm-sync", json!(voice.to_string())).await,
        told,
        "as JSON in a text, too"
    );
    assert_eq!(
        test("tr-crm-sync", json!({"mediaType": "CHAT"})).await["triggerMatches"],
        false
    );
    let broken = test("tr-old-survey", voice.clone()).await;
    assert_eq!(
        (
            &broken["targetValidation"]["matches"],
            &broken["triggerMatches"]
        ),
        (&json!(false), &json!(false))
    );
    let all = test(
        "topics/v2.detail.events.conversation.{id}.customer.end",
        voice,
    )
    .await;
    assert_eq!(
        all["triggerMatchValidation"]["matchedTriggers"][0]["id"],
        "tr-crm-sync"
    );
}

#[tokio::test]
async fn somebody_else_changes_one() {
    let bench = quick("").await;
    let token = bench.token().await;
    let path = "/_org/triggers/tr-crm-sync";
    let changed = bench.control_put(path, json!({"enabled": false})).await;
    assert_eq!(changed.status(), 200);
    let now = read(&bench, &format!("{ALL}/tr-crm-sync"), &token).await;
    assert_eq!(
        (&now["enabled"], &now["version"]),
        (&json!(false), &json!(2))
    );
    assert_eq!(
        bench
            .control_put(path, json!({"delayBySeconds": 1}))
            .await
            .status(),
        400
    );
}
