//! Questions about conversations and queues (Platform API, Analytics and Routing).

use serde_json::{Value, json};

use crate::platform_conversations::{ask, post, quick, read};

const DETAILS: &str = "analytics/conversations/details/query";
const ACTIVITY: &str = "analytics/conversations/activity/query";
const OBSERVATIONS: &str = "analytics/queues/observations/query";

fn dimension(name: &str, operator: &str, value: Option<&str>) -> Value {
    let mut predicate = json!({"type": "dimension", "dimension": name, "operator": operator});
    if let Some(value) = value {
        predicate["value"] = json!(value);
    }
    predicate
}

/// A day around now.
fn interval() -> String {
    let now = jiff::Timestamp::now();
    let hours = jiff::SignedDuration::from_hours(24);
    format!("{:.3}/{:.3}", now - hours, now + hours)
}

fn live(media: &str) -> Value {
    json!({
        "interval": interval(), "order": "asc", "orderBy": "conversationStart",
        "conversationFilters": [{"type": "and", "predicates": [dimension("conversationEnd", "notExists", None)]}],
        "segmentFilters": [{"type": "and", "predicates": [dimension("mediaType", "matches", Some(media))]}],
        "paging": {"pageSize": 100, "pageNumber": 1},
    })
}

fn ids(body: &Value, list: &str, id: &str) -> Vec<String> {
    let all = body[list].as_array().into_iter().flatten();
    let mut ids: Vec<String> = all
        .map(|one| one[id].as_str().unwrap().to_owned())
        .collect();
    ids.sort();
    ids
}

#[tokio::test]
async fn live_calls_are_found_by_what_has_not_ended() {
    let bench = quick("").await;
    let token = bench.token().await;
    let (status, answer) = post(&bench, DETAILS, &token, live("voice")).await;
    assert_eq!(status, 200, "{answer}");
    let found = ids(&answer, "conversations", "conversationId");
    assert_eq!(answer["totalHits"], found.len());
    let all = bench.get_json("/api/v2/interactions", &token).await;
    let mut voice: Vec<String> = all["entities"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["mediaType"] == "voice")
        .map(|one| one["id"].as_str().unwrap().to_owned())
        .collect();
    voice.sort();
    assert_eq!(found, voice, "the same as the direct API shows");
    let first = &answer["conversations"][0];
    let session = &first["participants"][0]["sessions"][0];
    assert_eq!(
        (&session["mediaType"], first.get("conversationEnd")),
        (&json!("voice"), None)
    );
    assert!(session["segments"][0]["segmentStart"].is_string());
}

#[tokio::test]
async fn pages_and_nonsense() {
    let bench = quick("").await;
    let token = bench.token().await;
    let mut question = live("voice");
    question["paging"] = json!({"pageSize": 2, "pageNumber": 2});
    let (_, two) = post(&bench, DETAILS, &token, question.clone()).await;
    assert_eq!(two["conversations"].as_array().unwrap().len(), 2);
    question["paging"]["pageNumber"] = json!(500);
    let (_, past) = post(&bench, DETAILS, &token, question.clone()).await;
    assert_eq!(
        (past.get("conversations"), &past["totalHits"]),
        (None, &two["totalHits"])
    );
    for (field, wrong) in [
        ("interval", json!("yesterday")),
        (
            "interval",
            json!("2026-01-01T00:00:00Z/2026-06-01T00:00:00Z"),
        ),
        ("paging", json!({"pageSize": 101, "pageNumber": 1})),
        (
            "conversationFilters",
            json!([{"type": "and", "predicates": [{"type": "metric", "metric": "tTalk"}]}]),
        ),
    ] {
        let mut question = live("voice");
        question[field] = wrong;
        let (status, error) = post(&bench, DETAILS, &token, question).await;
        assert_eq!(
            (status, &error["code"]),
            (400, &json!("bad.request")),
            "{field}"
        );
    }
}

#[tokio::test]
async fn callbacks_to_come_are_found_with_their_times() {
    let bench = quick("callback-ms=0").await;
    let token = bench.token().await;
    let (status, answer) = post(&bench, DETAILS, &token, live("callback")).await;
    assert_eq!(status, 200, "{answer}");
    let book = bench.get_json("/api/v2/callbacks", &token).await;
    let entities = book["entities"].as_array().unwrap();
    let mut scheduled: Vec<&str> = entities
        .iter()
        .filter(|one| one["status"] == "scheduled")
        .map(|one| one["id"].as_str().unwrap())
        .collect();
    scheduled.sort_unstable();
    assert_eq!(ids(&answer, "conversations", "conversationId"), scheduled);
    let first = &answer["conversations"][0];
    let same = entities
        .iter()
        .find(|one| one["id"] == first["conversationId"])
        .unwrap();
    let session = &first["participants"][0]["sessions"][0];
    assert_eq!(session["callbackNumbers"][0], same["callback_number"]);
    let time = |value: &Value| value.as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    assert_eq!(
        time(&session["callbackScheduledTime"]),
        time(&same["callback_time"])
    );
    assert_eq!(session["segments"][0]["queueId"], same["queue_id"]);
}

#[tokio::test]
async fn queues_their_members_and_what_waits_in_them() {
    let bench = quick("").await;
    let token = bench.token().await;
    let queues = read(&bench, "routing/queues?pageSize=100", &token).await;
    let direct = bench.get_json("/api/v2/queues", &token).await;
    assert_eq!(
        ids(&queues, "entities", "id"),
        ids(&direct, "entities", "id")
    );
    let support = read(&bench, "routing/queues/queue_12345", &token).await;
    assert_eq!(
        (
            &support["name"],
            &support["mediaSettings"]["callback"]["mode"]
        ),
        (&json!("Support"), &json!("AgentFirst"))
    );
    let members = read(&bench, "routing/queues/queue_12345/members", &token).await;
    assert_eq!(
        members["entities"].as_array().unwrap().len(),
        support["memberCount"]
    );
    let named = read(&bench, "routing/queues?name=night*", &token).await;
    assert_eq!(named["total"], 2);
    let wait = read(
        &bench,
        "routing/queues/queue_12345/estimatedwaittime",
        &token,
    )
    .await;
    assert!(wait["results"][0]["estimatedWaitTimeSeconds"].is_u64());
    let (status, error) = ask(
        &bench,
        reqwest::Method::GET,
        "routing/queues/none",
        &token,
        None,
    )
    .await;
    assert_eq!(
        (status, &error["code"]),
        (404, &json!("resource.not.found"))
    );

    let filter =
        json!({"type": "and", "predicates": [dimension("mediaType", "matches", Some("voice"))]});
    let asked = json!({"filter": filter, "metrics": ["oWaiting", "oInteracting"]});
    let (status, observed) = post(&bench, OBSERVATIONS, &token, asked).await;
    assert_eq!(status, 200, "{observed}");
    let count = |metric: &str| -> u64 {
        let results = observed["results"].as_array().unwrap().iter();
        let data = results.flat_map(|one| one["data"].as_array().unwrap());
        data.filter(|one| one["metric"] == metric)
            .map(|one| one["stats"]["count"].as_u64().unwrap())
            .sum()
    };
    let asked = json!({"groupBy": ["mediaType"], "filter": filter,
        "metrics": [{"metric": "oWaiting", "details": true}, {"metric": "oInteracting"}]});
    let (status, activity) = post(&bench, ACTIVITY, &token, asked).await;
    assert_eq!(status, 200, "{activity}");
    let group = &activity["results"][0];
    assert_eq!(group["group"], json!({"mediaType": "voice"}));
    assert_eq!(
        (&group["data"][0]["count"], &group["data"][1]["count"]),
        (&json!(count("oWaiting")), &json!(count("oInteracting")))
    );
    assert_eq!(
        group["entities"].as_array().unwrap().len() as u64,
        count("oWaiting")
    );
    assert!(count("oInteracting") > 0);
}
