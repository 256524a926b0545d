//! Every operation of the published document, called one after the other by somebody who signed in.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::Value;

use crate::client::{Bench, HANG};
use crate::platform_consults::{call_of, sign_in};
use crate::platform_conversations::{ask, quick, read};

/// One operation a line; how to read it, its head says.
const OPERATIONS: &str = include_str!("operations.txt");

/// How many operations the published document has under `/api/v2`.
const COUNT: usize = 176;

/// What is known from the start: a call of who signed in, a phone that can be rebooted, and times.
async fn known(bench: &Bench, token: &str) -> HashMap<String, String> {
    let phones = "telephony/providers/edges/phones?pageSize=100";
    let phones = read(bench, phones, token).await;
    let phones = phones["entities"].as_array().unwrap();
    let desk = phones
        .iter()
        .find(|phone| phone["capabilities"]["allowReboot"] == true)
        .unwrap();
    let (now, day) = (Timestamp::now(), SignedDuration::from_hours(24));
    HashMap::from([
        ("call".to_owned(), call_of(bench, "u-1").await),
        ("desk".to_owned(), desk["id"].as_str().unwrap().to_owned()),
        ("tomorrow".to_owned(), (now + day).to_string()),
        (
            "interval".to_owned(),
            format!("{}/{}", now - day, now + day),
        ),
    ])
}

fn filled(text: &str, kept: &HashMap<String, String>) -> String {
    kept.iter().fold(text.to_owned(), |text, (name, value)| {
        text.replace(&format!("{{{name}}}"), value)
    })
}

/// The path without what was filled in and asked for: which operation it is.
fn template(line: &str) -> String {
    let path = line.split(['?', '|']).next().unwrap().trim();
    path.replace("{new}", "{call}")
}

#[tokio::test]
async fn every_operation_of_the_document_is_served() {
    let bench = quick("").await;
    let token = sign_in(&bench, "u-1").await;
    let mut kept = known(&bench, &token).await;
    let mut walked = std::collections::HashSet::new();
    let lines = OPERATIONS.lines();
    for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if line.contains("{new}") {
            kept.insert("new".to_owned(), call_of(&bench, "u-1").await);
        }
        walked.insert(template(line));
        let mut columns = line.split(" |").map(str::trim);
        let mut column = || columns.next().unwrap_or_default();
        let (verb, path) = column().split_once(' ').unwrap();
        let (status, fields, body, keeps): (u16, _, _, _) =
            (column().parse().unwrap(), column(), column(), column());
        let path = filled(path, &kept);
        let body = (!body.is_empty())
            .then(|| serde_json::from_str::<Value>(&filled(body, &kept)).unwrap());
        let verb: Method = verb.parse().unwrap();
        let whole = |answer: &Value| {
            let pointers = fields.split(' ').filter(|field| !field.is_empty());
            let mut pointers = pointers.map(|field| answer.pointer(&format!("/{field}")));
            pointers.all(|found| found.is_some())
        };
        // What is answered later is asked for again.
        let answer = tokio::time::timeout(HANG, async {
            loop {
                let (got, answer) = ask(&bench, verb.clone(), &path, &token, body.as_ref()).await;
                if (got, whole(&answer)) == (status, true) {
                    return answer;
                }
                assert!(![404, 405].contains(&got), "{verb} {path}: {got} {answer}");
                assert_eq!(verb, Method::GET, "{path}: {got} {answer}");
                tokio::task::yield_now().await;
            }
        });
        let answer = answer.await.unwrap_or_else(|_| panic!("{verb} {path}"));
        for keep in keeps.split(' ').filter(|keep| !keep.is_empty()) {
            let (name, place) = keep.split_once('=').unwrap();
            let value = answer.pointer(place).and_then(Value::as_str);
            kept.insert(name.to_owned(), value.expect(keep).to_owned());
        }
    }
    // What only the lists have that both APIs share is in no single read.
    let me = read(&bench, "users/u-2", &sign_in(&bench, "u-1").await).await;
    assert!(me["site"].is_null() && me["name"].is_string(), "{me}");
    assert_eq!(walked.len(), COUNT, "an operation is missing or twice");
}

/// A call of the organisation by a client.
async fn post(bench: &Bench, path: &str, token: &str, body: Value) -> (u16, Value) {
    crate::platform_conversations::post(bench, path, token, body).await
}

#[tokio::test]
async fn who_changed_what_is_told_by_service_and_person() {
    let bench = quick("").await;
    let token = sign_in(&bench, "u-3").await;
    let queue = "routing/queues/queue_12345/members";
    let works = async || read(&bench, queue, &token).await["entities"].clone();
    let before = works().await;
    let member = before[0]["id"].as_str().unwrap().to_owned();
    let body = serde_json::json!([{"id": member}]);
    let out = format!("{queue}?delete=true");
    assert_eq!(post(&bench, &out, &token, body).await.0, 202);
    let after = works().await;
    let after = after.as_array().unwrap();
    assert!(
        after.iter().all(|one| one["id"] != member.as_str()),
        "{member} is out"
    );
    assert_eq!(after.len() + 1, before.as_array().unwrap().len());

    let now = Timestamp::now();
    let hour = SignedDuration::from_hours(1);
    let asked = serde_json::json!({
        "interval": format!("{}/{}", now - hour, now + hour), "serviceName": "Routing",
        "filters": [{"property": "UserId", "value": "u-3"}],
    });
    let (status, told) = post(&bench, "audits/query/realtime", &token, asked).await;
    assert_eq!((status, &told["total"]), (200, &Value::from(1)), "{told}");
    let entry = &told["entities"][0];
    assert_eq!(
        (&entry["action"], &entry["status"]),
        (&"Create".into(), &"SUCCESS".into())
    );
    assert_eq!(entry["entity"]["id"], "queue_12345");
    let client = bench.org.person_client_id();
    assert_eq!(entry["client"]["id"], client);
}

#[tokio::test]
async fn a_carrier_is_taken_out_of_service_by_its_trunk_base() {
    let bench = quick("").await;
    let token = bench.token().await;
    let path = "telephony/providers/edges/trunkbasesettings/meridian-us";
    let mut base = read(&bench, path, &token).await;
    base["properties"]["trunk_enabled"]["value"]["instance"] = false.into();
    let put = async |base: &Value| ask(&bench, Method::PUT, path, &token, Some(base)).await;
    let (status, changed) = put(&base).await;
    assert_eq!(
        (status, &changed["version"]),
        (200, &Value::from(2)),
        "{changed}"
    );
    let (status, stale) = put(&base).await;
    assert_eq!((status, &stale["code"]), (409, &"general.conflict".into()));
    let trunks = "telephony/providers/edges/trunks?trunkBase.id=meridian-us";
    let trunks = read(&bench, trunks, &token).await;
    let trunks = trunks["entities"].as_array().unwrap();
    assert!(!trunks.is_empty());
    for trunk in trunks {
        assert_eq!(trunk["inService"], false);
        assert_eq!(trunk["connectedStatus"]["connected"], false);
    }
}

#[tokio::test]
async fn whoever_is_added_to_a_call_takes_part_beside_the_others() {
    let bench = quick("").await;
    let token = sign_in(&bench, "u-1").await;
    let id = call_of(&bench, "u-1").await;
    let path = format!("conversations/calls/{id}/participants");
    let body = serde_json::json!({"participants": [{"userId": "u-3"}]});
    assert_eq!(post(&bench, &path, &token, body.clone()).await.0, 200);
    let connected = |call: &Value| {
        let all = call["participants"].as_array().unwrap().iter();
        let there = all.filter(|one| one["state"] == "connected");
        there.filter(|one| one["purpose"] == "agent").count()
    };
    crate::platform_conversations::call_until(&bench, &id, &token, |call| connected(call) == 2)
        .await;
    // Once is enough, and strangers add nobody.
    assert_eq!(post(&bench, &path, &token, body.clone()).await.0, 400);
    let stranger = sign_in(&bench, "u-5").await;
    assert_eq!(post(&bench, &path, &stranger, body).await.0, 403);
}

#[tokio::test]
async fn what_was_said_over_sip_is_found_and_fetched() {
    let bench = quick("").await;
    let token = bench.token().await;
    let id = call_of(&bench, "u-1").await;
    let span = "dateStart=2020-01-01T00:00:00Z&dateEnd=2120-01-01T00:00:00Z";
    let search = format!("telephony/siptraces?{span}&conversationId={id}");
    let found = read(&bench, &search, &token).await;
    let said = found["data"].as_array().unwrap();
    assert!(said.iter().all(|one| one["conversationId"] == id.as_str()));
    assert_eq!(said[0]["method"], "INVITE");
    let whole = read(
        &bench,
        &format!("telephony/sipmessages/conversations/{id}"),
        &token,
    )
    .await;
    assert!(
        whole["message"]
            .as_str()
            .unwrap()
            .contains("SIP/2.0 200 OK\r\n")
    );

    let path = "telephony/siptraces/download";
    let (_, asked) = post(&bench, path, &token, Value::Null).await;
    let path = format!("{path}/{}", asked["downloadId"].as_str().unwrap());
    let signed = read(&bench, &path, &token).await;
    let text = bench.http.get(signed["url"].as_str().unwrap()).send().await;
    let text = text.unwrap().text().await.unwrap();
    assert!(text.contains(said[0]["msg"].as_str().unwrap()));
    let unknown = bench.http.get(bench.url("/downloads/nothing")).send().await;
    assert_eq!(unknown.unwrap().status(), 404);
}
