use super::*;
use crate::model::route::{Integration, read};

fn route() -> Route {
    read(
        r#"{"name":"q","uri":"https://h/","eventFilters":[{"eventType":"e"}],"headers":{"X-Token/1":"hunter2","Accept":"*/*"}}"#,
    )
    .unwrap()
}

fn bridge(enabled: bool, topics: &str) -> Route {
    let body = format!(
        r#"{{"kind":"eventbridge","name":"b","awsAccountId":"123456789012","awsAccountRegion":"eu-west-1",
        "eventSourceSuffix":"noc","eventFilter":[{topics}],"enabled":{enabled}}}"#
    );
    read(&body).unwrap()
}

fn trigger() -> Route {
    read(r#"{"kind":"trigger","name":"t","topicName":"v2.a","target":{"id":"w"},"delayBySeconds":60}"#).unwrap()
}

fn known(version: Option<u64>, route: Route) -> Known {
    Known {
        version,
        ..Known::new("i/1", route)
    }
}

fn body(write: &Write) -> Value {
    serde_json::from_str(write.body.as_deref().unwrap()).unwrap()
}

#[test]
fn a_new_route_is_posted_and_its_secrets_are_masked_where_it_is_shown() {
    let write = route().create();
    assert_eq!((write.method, write.path.len()), (Method::Post, 4));
    assert!(write.body.as_ref().unwrap().contains("hunter2"));
    let shown = write.shown_body().unwrap();
    assert!(
        !shown.contains("hunter2") && shown.contains("*/*"),
        "{shown}"
    );
}

#[test]
fn an_update_names_the_version_that_it_replaces_where_there_are_versions() {
    let put = |version| known(version, route()).updates(&route()).remove(0);
    assert!(put(Some(7)).body.unwrap().ends_with(r#","version":7}"#));
    assert_eq!(put(None).body.unwrap(), route().json());
    assert_eq!(known(None, route()).delete().path[4], "i/1");
}

#[test]
fn a_trigger_is_the_platform_s_own_body_with_its_version_on_a_change() {
    let made = trigger().create();
    assert_eq!(made.path.join("/"), "api/v2/processautomation/triggers");
    assert_eq!(
        body(&made),
        json!({"name": "t", "topicName": "v2.a", "target": {"type": "Workflow", "id": "w"}, "enabled": true,
            "matchCriteria": [], "delayBySeconds": 60})
    );
    let known = known(Some(3), trigger());
    let [put] = known.updates(&trigger()).try_into().unwrap();
    assert_eq!((put.method, put.path.len()), (Method::Put, 5));
    assert_eq!(body(&put)["version"], 3);
    assert_eq!(
        known.delete().path.join("/"),
        "api/v2/processautomation/triggers/i/1"
    );
}

#[test]
fn an_integration_is_made_then_configured_then_turned_on() {
    let writes = bridge(true, r#""v2.a""#).creates();
    let told: Vec<String> = writes
        .iter()
        .map(|write| format!("{} {}", write.method.word(), write.path.join("/")))
        .collect();
    assert_eq!(
        told,
        [
            "POST api/v2/integrations",
            "PUT api/v2/integrations/NEW-ID/config/current",
            "PATCH api/v2/integrations/NEW-ID",
        ]
    );
    assert_eq!(
        body(&writes[0]),
        json!({"name": "b", "integrationType": {"id": "amazon-eventbridge-source"}})
    );
    assert_eq!(
        body(&writes[1]),
        json!({"name": "b", "version": 1, "advanced": {}, "notes": "", "credentials": {}, "properties": {
            "awsAccountId": "123456789012", "awsAccountRegion": "eu-west-1", "eventSourceSuffix": "noc", "eventFilter": ["v2.a"],
        }})
    );
    assert_eq!(body(&writes[2]), json!({"intendedState": "ENABLED"}));
    assert_eq!(bridge(false, "").creates().len(), 2, "it is off already");
}

#[test]
fn only_what_changes_is_sent_and_what_is_not_ours_survives() {
    let integration = Integration {
        properties: serde_json::from_str(r#"{"else":1,"awsAccountId":"old"}"#).unwrap(),
        advanced: json!({"a": 1}),
        credentials: json!({"c": {"id": "x"}}),
        ..Integration::default()
    };
    let there = Known {
        integration: Some(Box::new(integration)),
        ..known(Some(9), bridge(true, r#""v2.a""#))
    };
    assert!(there.updates(&bridge(true, r#""v2.a""#)).is_empty());
    let [patch] = there
        .updates(&bridge(false, r#""v2.a""#))
        .try_into()
        .unwrap();
    assert_eq!(body(&patch), json!({"intendedState": "DISABLED"}));
    let [put] = there
        .updates(&bridge(true, r#""v2.b""#))
        .try_into()
        .unwrap();
    let put = body(&put);
    assert_eq!(
        (&put["version"], &put["properties"]["else"]),
        (&json!(9), &json!(1))
    );
    assert_eq!(put["properties"]["awsAccountId"], "123456789012");
    assert_eq!(
        (&put["advanced"]["a"], &put["credentials"]["c"]["id"]),
        (&json!(1), &json!("x"))
    );
}
