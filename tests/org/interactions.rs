//! The interactions that can be moved (contract §8).

use serde_json::{Value, json};

use crate::client::{Bench, bench, options};

pub const ALL: &str = "/api/v2/interactions";

pub async fn begin(bench: &Bench, count: usize) -> Vec<String> {
    let answer = bench
        .control_post("/_org/interactions", json!({"count": count}))
        .await;
    let ids = answer["ids"].as_array().unwrap().iter();
    ids.map(|id| id.as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_list_has_what_can_be_moved_and_the_rest_is_read_by_id() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    let list = bench.get_json(ALL, &token).await;
    let list = list["entities"].as_array().unwrap();
    assert_eq!(list[0]["id"], "interaction-12345-abcde");
    let of = |state: &str| list.iter().filter(|one| one["state"] == state).count();
    assert_eq!((of("active"), of("queued"), list.len()), (12, 4, 16));

    let all = bench.control_get("/_org/interactions").await;
    for one in all["interactions"].as_array().unwrap() {
        let path = format!("{ALL}/{}", one["id"].as_str().unwrap());
        assert_eq!(bench.get_json(&path, &token).await, *one);
        for field in ["mediaType", "queueId", "started"] {
            assert!(one[field].is_string(), "{field}: {one}");
        }
        let over = ["completed", "abandoned"].contains(&one["state"].as_str().unwrap());
        assert_eq!(one["ended"].is_string(), over);
        let people = one["participants"].as_array().unwrap();
        assert_eq!(people[0]["purpose"], "customer");
        let answered = ["active", "completed"].contains(&one["state"].as_str().unwrap());
        assert_eq!(people.len(), if answered { 2 } else { 1 });
        let texts = ["id", "name", "address"];
        assert!(texts.iter().all(|field| people[0][field].is_string()));
    }
    let states = all["interactions"].as_array().unwrap().iter();
    let states: Vec<_> = states.map(|one| one["state"].clone()).collect();
    assert!(states.contains(&json!("completed")) && states.contains(&json!("abandoned")));
}

#[tokio::test]
async fn scopes_verbs_and_unknown_ones() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    let narrow = bench.token_for("interaction:transfer websocket:use").await;
    for path in [ALL, "/api/v2/interactions/interaction-12345-abcde"] {
        let refused = bench.get(path, &narrow).await;
        assert_eq!(refused.status(), 403);
        let error: Value = refused.json().await.unwrap();
        let message = error["message"].as_str().unwrap();
        assert!(message.contains("interaction:view"), "{message}");
        assert_eq!(bench.post(path, &token, &json!({})).await.status(), 405);
    }
    let unknown = bench.get(&format!("{ALL}/interaction-0"), &token).await;
    assert_eq!(unknown.status(), 404);
    let error: Value = unknown.json().await.unwrap();
    assert!(error["message"].as_str().unwrap().contains("interaction-0"));
}

#[tokio::test]
async fn interactions_are_begun_and_changed_by_hand() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    let ids = begin(&bench, 300).await;
    assert_eq!(ids.len(), 300);
    let list = bench.get_json(ALL, &token).await;
    assert_eq!(list["entities"].as_array().unwrap().len(), 316);

    let path = format!("/_org/interactions/{}", ids[0]);
    let change = json!({"state": "completed", "queueId": "q-7", "mediaType": "fax"});
    let told = bench.control_put(&path, change).await;
    assert_eq!(told.status(), 200);
    let read = bench.get_json(&format!("{ALL}/{}", ids[0]), &token).await;
    assert_eq!(read, told.json::<Value>().await.unwrap());
    assert_eq!(
        (&read["state"], &read["queueId"], &read["mediaType"]),
        (&json!("completed"), &json!("q-7"), &json!("fax"))
    );
    for (path, body, status) in [
        (path.as_str(), json!({"state": "active"}), 404),
        ("/_org/interactions/nobody", json!({}), 404),
        (
            &format!("/_org/interactions/{}", ids[1]),
            json!({"state": "odd"}),
            400,
        ),
        (
            &format!("/_org/interactions/{}", ids[1]),
            json!({"sate": "active"}),
            400,
        ),
    ] {
        let reply = bench.control_put(path, body.clone()).await;
        assert_eq!(reply.status(), status, "{path} {body}");
    }
    let many = bench
        .control_post("/_org/interactions", json!({"count": 100_000}))
        .await;
    assert_eq!(many["status"], 400);
}
