//! Integrations of the Platform API: what is intended, what comes of it, and who writes first.

use reqwest::Method;
use serde_json::{Value, json};

use crate::client::Bench;
use crate::platform_conversations::{ask, post, quick, read};

const ALL: &str = "integrations";
const TYPE: &str = "amazon-eventbridge-source";

fn properties(account: &str) -> Value {
    json!({
        "awsAccountId": account, "awsAccountRegion": "eu-west-1", "eventSourceSuffix": "noc",
        "eventFilter": ["v2.detail.events.conversation.{id}.acd.end"],
    })
}

fn configuration(version: u64, properties: &Value) -> Value {
    json!({
        "name": "NOC feed", "version": version, "properties": properties, "advanced": {}, "notes": "", "credentials": {},
    })
}

async fn created(bench: &Bench, token: &str) -> String {
    let (status, made) = post(
        bench,
        ALL,
        token,
        json!({"name": "NOC feed", "integrationType": {"id": TYPE}}),
    )
    .await;
    assert_eq!(status, 200, "{made}");
    assert_eq!(
        (&made["intendedState"], &made["reportedState"]["code"]),
        (&json!("DISABLED"), &json!("INACTIVE"))
    );
    assert_eq!(made["config"]["current"]["version"], 1);
    made["id"].as_str().unwrap().to_owned()
}

async fn configure(bench: &Bench, token: &str, id: &str, body: &Value) -> (u16, Value) {
    let path = format!("{ALL}/{id}/config/current");
    ask(bench, Method::PUT, &path, token, Some(body)).await
}

async fn intend(bench: &Bench, token: &str, id: &str, state: &str) -> Value {
    let body = json!({"intendedState": state});
    let (status, answer) = ask(
        bench,
        Method::PATCH,
        &format!("{ALL}/{id}"),
        token,
        Some(&body),
    )
    .await;
    assert_eq!(status, 200, "{answer}");
    answer
}

async fn settled(bench: &Bench, token: &str, id: &str) -> Value {
    let path = format!("/api/v2/{ALL}/{id}");
    bench
        .read_until(&path, token, |one| {
            let code = one["reportedState"]["code"].as_str().unwrap();
            !code.ends_with("ING")
        })
        .await
}

#[tokio::test]
async fn one_is_made_configured_and_switched_on() {
    let bench = quick("").await;
    let token = bench.token().await;
    let id = created(&bench, &token).await;
    let (status, written) = configure(
        &bench,
        &token,
        &id,
        &configuration(1, &properties("123456789012")),
    )
    .await;
    assert_eq!((status, &written["version"]), (200, &json!(2)));
    let on = intend(&bench, &token, &id, "ENABLED").await;
    assert_eq!(on["reportedState"]["code"], "ACTIVATING");
    assert_eq!(
        settled(&bench, &token, &id).await["reportedState"]["code"],
        "ACTIVE"
    );
    let list = read(
        &bench,
        "integrations?expand=config.current&integrationType=amazon-eventbridge-source&pageSize=100",
        &token,
    )
    .await;
    let mut all = list["entities"].as_array().unwrap().iter();
    let listed = all.find(|one| one["id"] == json!(id)).unwrap();
    assert_eq!(listed["config"]["current"], written);
    let plain = read(&bench, &format!("{ALL}/{id}"), &token).await;
    assert_eq!(plain.get("config"), None);

    assert_eq!(
        intend(&bench, &token, &id, "DISABLED").await["reportedState"]["code"],
        "DEACTIVATING"
    );
    let (status, gone) = ask(&bench, Method::DELETE, &format!("{ALL}/{id}"), &token, None).await;
    assert_eq!((status, &gone["intendedState"]), (200, &json!("DELETED")));
    assert_eq!(
        ask(&bench, Method::GET, &format!("{ALL}/{id}"), &token, None)
            .await
            .0,
        404
    );
}

#[tokio::test]
async fn who_writes_an_old_version_is_told() {
    let bench = quick("").await;
    let token = bench.token().await;
    let id = "ebs-queue-events";
    let before = read(&bench, &format!("{ALL}/{id}/config/current"), &token).await;
    let meddled = json!({"properties": {"awsAccountRegion": "us-east-1"}});
    assert_eq!(
        bench
            .control_put("/_org/integrations/ebs-queue-events", meddled)
            .await
            .status(),
        200
    );
    let (status, error) = configure(&bench, &token, id, &before).await;
    assert_eq!((status, &error["code"]), (409, &json!("general.conflict")));
    let now = read(&bench, &format!("{ALL}/{id}/config/current"), &token).await;
    assert_eq!(
        (&now["version"], &now["properties"]["awsAccountRegion"]),
        (&json!(2), &json!("us-east-1"))
    );
    assert_eq!(configure(&bench, &token, id, &now).await.0, 200);
}

#[tokio::test]
async fn what_cannot_work_is_refused_or_reported() {
    let bench = quick("").await;
    let token = bench.token().await;
    let id = created(&bench, &token).await;
    for (field, value) in [
        ("awsAccountId", json!("12")),
        ("awsAccountRegion", Value::Null),
        ("eventSourceSuffix", json!("not a suffix")),
        ("eventFilter", json!([])),
        ("eventFilter", json!(["v1.topic"])),
    ] {
        let mut wrong = properties("123456789012");
        wrong[field] = value;
        let (status, error) = configure(&bench, &token, &id, &configuration(1, &wrong)).await;
        assert_eq!(
            (status, &error["code"]),
            (400, &json!("invalid.value")),
            "{field}"
        );
        assert_eq!(error["messageParams"]["field"], field);
    }
    for (account, region, code) in [
        ("000000000001", "eu-west-1", "aws.account.invalid"),
        ("123456789012", "moon-1", "aws.region.invalid"),
    ] {
        let version = read(&bench, &format!("{ALL}/{id}/config/current"), &token).await["version"]
            .as_u64()
            .unwrap();
        let mut asked = properties(account);
        asked["awsAccountRegion"] = json!(region);
        assert_eq!(
            configure(&bench, &token, &id, &configuration(version, &asked))
                .await
                .0,
            200
        );
        intend(&bench, &token, &id, "ENABLED").await;
        let state = settled(&bench, &token, &id).await["reportedState"].clone();
        assert_eq!(
            (&state["code"], &state["detail"]["localizableMessageCode"]),
            (&json!("ERROR"), &json!(code))
        );
        assert!(!state["detail"]["message"].as_str().unwrap().is_empty());
    }
    let (status, _) = post(
        &bench,
        ALL,
        &token,
        json!({"integrationType": {"id": "none"}}),
    )
    .await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn types_tell_what_is_configured() {
    let bench = quick("").await;
    let token = bench.token().await;
    let types = read(&bench, "integrations/types", &token).await;
    assert_eq!(types["entities"][0]["id"], TYPE);
    assert_eq!(
        read(&bench, &format!("integrations/types/{TYPE}"), &token).await,
        types["entities"][0]
    );
    let schema = read(
        &bench,
        &format!("integrations/types/{TYPE}/configschemas/properties"),
        &token,
    )
    .await;
    assert_eq!(schema["required"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn the_organisation_tells_of_what_went_wrong() {
    let bench = quick("").await;
    let token = bench.token().await;
    intend(&bench, &token, "ebs-billing", "DISABLED").await;
    intend(&bench, &token, "ebs-billing", "ENABLED").await;
    let definitions = read(&bench, "usage/events/definitions", &token).await;
    let first = definitions["entities"][0]["id"].as_str().unwrap();
    assert_eq!(
        read(&bench, &format!("usage/events/definitions/{first}"), &token).await,
        definitions["entities"][0]
    );
    let interval = json!("2020-01-01T00:00:00Z/2100-01-01T00:00:00Z");
    let (status, found) = post(
        &bench,
        "usage/events/query?pageSize=2",
        &token,
        json!({"interval": interval}),
    )
    .await;
    assert_eq!(status, 200, "{found}");
    let codes: Vec<_> = found["entities"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["errorCode"].clone())
        .collect();
    assert_eq!(
        codes,
        [json!("aws.account.invalid"), Value::Null],
        "the newest first"
    );
    assert!(found["nextUri"].is_string());
    let asked = json!({"interval": interval, "eventDefinitionIds": ["opev-integration-switched"], "sortOrder": "ASC"});
    let (_, found) = post(&bench, "usage/events/query", &token, asked).await;
    let values: Vec<_> = found["entities"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["currentValue"].clone())
        .collect();
    assert_eq!(values, ["DISABLED", "ENABLED"]);
    let (status, error) = post(
        &bench,
        "usage/events/query",
        &token,
        json!({"interval": "now"}),
    )
    .await;
    assert_eq!((status, &error["code"]), (400, &json!("invalid.date")));
}
