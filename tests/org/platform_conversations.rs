//! Conversations of the Platform API: the interactions of the direct one, moved by either.

use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{self, Bench};
use crate::interactions::ALL;

pub const EXAMPLE: &str = "interaction-12345-abcde";

/// An organisation whose transfers are done at once.
pub async fn quick(faults: &str) -> Bench {
    client::quick(&["transfer-ms=1", faults]).await
}

/// A call of any verb: its status, and its body where it has one.
pub async fn ask(
    bench: &Bench,
    verb: Method,
    path: &str,
    token: &str,
    body: Option<&Value>,
) -> (u16, Value) {
    let call = bench
        .http
        .request(verb, bench.url(&format!("/api/v2/{path}")));
    let call = call.bearer_auth(token);
    let call = match body {
        Some(body) => call.json(body),
        None => call,
    };
    let answer = call.send().await.unwrap();
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::Null))
}

pub async fn read(bench: &Bench, path: &str, token: &str) -> Value {
    let (status, body) = ask(bench, Method::GET, path, token, None).await;
    assert_eq!(status, 200, "{path}: {body}");
    body
}

pub async fn post(bench: &Bench, path: &str, token: &str, body: Value) -> (u16, Value) {
    ask(bench, Method::POST, path, token, Some(&body)).await
}

pub async fn call(bench: &Bench, id: &str, token: &str) -> Value {
    read(bench, &format!("conversations/calls/{id}"), token).await
}

/// Reads a call until it is as wanted.
pub async fn call_until(
    bench: &Bench,
    id: &str,
    token: &str,
    wanted: impl Fn(&Value) -> bool,
) -> Value {
    let path = format!("/api/v2/conversations/calls/{id}");
    bench.read_until(&path, token, wanted).await
}

/// The participants that are there, by purpose.
pub fn live<'a>(call: &'a Value, purpose: &str) -> Vec<&'a Value> {
    let all = call["participants"].as_array().unwrap().iter();
    all.filter(|one| one["purpose"] == purpose && one["state"] != "disconnected")
        .collect()
}

/// The last transfer of the organisation's own record, once it is settled.
async fn settled(bench: &Bench) -> Value {
    loop {
        let log = bench.control_get("/_org/transfers").await;
        let last = log["transfers"].as_array().unwrap().last().unwrap().clone();
        if last["outcome"] != "pending" {
            return last;
        }
        tokio::task::yield_now().await;
    }
}

fn agent_id(call: &Value) -> String {
    live(call, "agent")[0]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_conversation_is_the_interaction_with_everybody_who_took_part() {
    let bench = quick("").await;
    let token = bench.token().await;
    let direct = bench.get_json(&format!("{ALL}/{EXAMPLE}"), &token).await;
    let whole = read(&bench, &format!("conversations/{EXAMPLE}"), &token).await;
    assert_eq!(whole["id"], EXAMPLE);
    let purposes = whole["participants"].as_array().unwrap().iter();
    let purposes: Vec<_> = purposes.map(|one| one["purpose"].clone()).collect();
    assert_eq!(purposes, ["customer", "acd", "agent"]);
    let participants = whole["participants"].as_array().unwrap();
    assert_eq!(participants[0]["name"], direct["participants"][0]["name"]);
    assert_eq!(participants[1]["queueId"], direct["queueId"]);
    assert_eq!(participants[2]["userId"], direct["participants"][1]["id"]);
    assert_eq!(whole.get("endTime"), None);

    let call = call(&bench, EXAMPLE, &token).await;
    assert_eq!(live(&call, "customer").len(), 1);
    assert_eq!(live(&call, "acd").len(), 0, "the queue handed it on");
    let agent = live(&call, "agent")[0];
    assert_eq!(
        (&agent["state"], &agent["held"]),
        (&json!("connected"), &json!(false))
    );
    assert_eq!(agent["user"]["id"], participants[2]["userId"]);

    for path in ["conversations/nobody", "conversations/calls/nobody"] {
        let (status, error) = ask(&bench, Method::GET, path, &token, None).await;
        assert_eq!(status, 404);
        assert_eq!(error["code"], "conversation.error.conversation.not.found");
    }
}

#[tokio::test]
async fn a_blind_transfer_here_is_one_there() {
    let bench = quick("").await;
    let token = bench.token().await;
    for (form, body, uri, purpose) in [
        (
            "calls/ID/participants/P/replace",
            json!({"userId": "u-5"}),
            "genesys://user/u-5",
            "agent",
        ),
        (
            "ID/participants/P/replace/agent",
            json!({"userName": "u-6@org.example"}),
            "genesys://user/u-6",
            "agent",
        ),
        (
            "ID/participants/P/replace/external",
            json!({"address": "+14155550100"}),
            "tel:+14155550100",
            "external",
        ),
        (
            "ID/participants/P/replace/queue",
            json!({"queueId": "queue_night_eu"}),
            "genesys://queue/queue_night_eu",
            "acd",
        ),
    ] {
        let before = call(&bench, EXAMPLE, &token).await;
        let holders = before["participants"].as_array().unwrap().iter();
        let holder = holders
            .filter(|one| one["purpose"] != "customer" && one["state"] == "connected")
            .map(|one| one["id"].as_str().unwrap())
            .next()
            .unwrap();
        let form = form.replace("ID", EXAMPLE);
        let path = format!(
            "conversations/{}",
            form.replace("/P/", &format!("/{holder}/"))
        );
        let (status, answer) = post(&bench, &path, &token, body).await;
        assert_eq!((status, &answer), (202, &Value::Null), "{path}");
        let moved = call_until(&bench, EXAMPLE, &token, |call| {
            let live = live(call, purpose);
            live.len() == 1 && live[0]["state"] == "connected" && live[0]["id"] != holder
        })
        .await;
        let mut all = moved["participants"].as_array().unwrap().iter();
        let old = all.find(|one| one["id"] == holder).unwrap();
        assert_eq!(
            (&old["state"], &old["disconnectType"]),
            (&json!("disconnected"), &json!("transfer"))
        );
        let last = settled(&bench).await;
        assert_eq!(last["outcome"], "transferred");
        assert_eq!(
            (&last["destination"], &last["interactionId"]),
            (&json!(uri), &json!(EXAMPLE))
        );
        let direct = bench.get_json(&format!("{ALL}/{EXAMPLE}"), &token).await;
        assert_eq!(
            direct["transferId"], last["id"],
            "the direct API shows the same transfer"
        );
    }
}

#[tokio::test]
async fn what_cannot_be_transferred_says_why() {
    let bench = quick("").await;
    let token = bench.token().await;
    let before = call(&bench, EXAMPLE, &token).await;
    let agent = agent_id(&before);
    let user = live(&before, "agent")[0]["user"]["id"].clone();
    let ended = before["participants"][1]["id"].as_str().unwrap();
    let replace = |participant: &str| {
        format!("conversations/calls/{EXAMPLE}/participants/{participant}/replace")
    };
    for (participant, body, status, code) in [
        (
            agent.as_str(),
            json!({}),
            400,
            "conversations.error.transfer.destination.required",
        ),
        (
            &agent,
            json!({"userId": user}),
            400,
            "conversations.error.transfer.same.party",
        ),
        (
            &agent,
            json!({"queueId": "no-queue"}),
            400,
            "conversations.error.queue.not.found",
        ),
        (&agent, json!({"userId": "u-999"}), 404, "not.found"),
        (
            &agent,
            json!({"address": "not a number"}),
            400,
            "postino.error.bad.request",
        ),
        (
            &agent,
            json!({"userId": "u-3", "transferType": "Unattended"}),
            400,
            "conversations.error.transfer.acd.call.unattended",
        ),
        (
            &agent,
            json!({"userId": "u-3", "voicemail": true}),
            400,
            "conversations.error.transfer.userCall.voicemail",
        ),
        (
            ended,
            json!({"userId": "u-3"}),
            400,
            "conversations.error.transfer.not.connected",
        ),
        (
            "nobody",
            json!({"userId": "u-3"}),
            404,
            "conversation.error.not.conversation.participant",
        ),
    ] {
        let (got, error) = post(&bench, &replace(participant), &token, body.clone()).await;
        assert_eq!(
            (got, error["code"].as_str()),
            (status, Some(code)),
            "{body}"
        );
    }
    assert_eq!(
        call(&bench, EXAMPLE, &token).await,
        before,
        "nothing happened"
    );
}

#[tokio::test]
async fn who_does_not_take_it_rings_and_the_call_stays() {
    let bench = quick("").await;
    let token = bench.token().await;
    let before = call(&bench, EXAMPLE, &token).await;
    let path = format!(
        "conversations/{EXAMPLE}/participants/{}/replace",
        agent_id(&before)
    );
    for (user, outcome, why) in [
        ("reject-1", "rejected", "transfer.notavailable"),
        ("deaf-1", "ignored", "transfer.noanswer"),
    ] {
        let (status, _) = post(&bench, &path, &token, json!({"userId": user})).await;
        assert_eq!(status, 202);
        assert_eq!(settled(&bench).await["outcome"], outcome);
        let after = call(&bench, EXAMPLE, &token).await;
        assert_eq!(agent_id(&after), agent_id(&before));
        let last = after["participants"].as_array().unwrap().last().unwrap();
        assert_eq!(
            (&last["state"], &last["disconnectType"]),
            (&json!("disconnected"), &json!(why))
        );
    }
    let (status, error) = post(&bench, &path, &token, json!({"userId": "rate-limited-1"})).await;
    assert_eq!((status, &error["code"]), (429, &json!("too.many.requests")));
}

#[tokio::test]
async fn a_transfer_by_the_direct_api_is_seen_here() {
    let bench = quick("").await;
    let token = bench.token().await;
    let change = json!({"state": "completed"});
    let path = format!("/_org/interactions/{EXAMPLE}");
    assert_eq!(bench.control_put(&path, change).await.status(), 200);
    let over = call(&bench, EXAMPLE, &token).await;
    let participants = over["participants"].as_array().unwrap();
    assert!(
        participants
            .iter()
            .all(|one| one["state"] == "disconnected" && one["endTime"].is_string())
    );
    assert_eq!(participants[0]["disconnectType"], "endpoint");
    let replace = format!(
        "conversations/{EXAMPLE}/participants/{}/replace",
        participants[2]["id"].as_str().unwrap()
    );
    let (status, error) = post(&bench, &replace, &token, json!({"userId": "u-3"})).await;
    assert_eq!(
        (status, &error["code"]),
        (400, &json!("conversations.error.transfer.not.connected"))
    );
}

#[tokio::test]
async fn what_only_a_person_can_do_is_refused_to_a_client() {
    let bench = quick("").await;
    let token = bench.token().await;
    let agent = agent_id(&call(&bench, EXAMPLE, &token).await);
    let participant = format!("conversations/calls/{EXAMPLE}/participants/{agent}");
    let consult = format!("{participant}/consult");
    let body = json!({"state": "disconnected"});
    for (verb, path) in [
        (Method::GET, "conversations"),
        (Method::GET, "conversations/calls"),
        (Method::GET, "conversations/callbacks"),
        (Method::PATCH, &format!("conversations/calls/{EXAMPLE}")),
        (Method::PATCH, &participant),
        (Method::POST, &consult),
        (Method::PATCH, &consult),
        (Method::DELETE, &consult),
    ] {
        let (status, error) = ask(&bench, verb.clone(), path, &token, Some(&body)).await;
        assert_eq!(
            (status, &error["code"]),
            (400, &json!("not.a.user")),
            "{verb} {path}"
        );
    }
}

#[tokio::test]
async fn a_teardown_ends_it_for_everybody() {
    let bench = quick("").await;
    let token = bench.token().await;
    let (status, _) = post(
        &bench,
        &format!("conversations/{EXAMPLE}/disconnect"),
        &token,
        json!({}),
    )
    .await;
    assert_eq!(status, 200);
    let whole = read(&bench, &format!("conversations/{EXAMPLE}"), &token).await;
    assert!(whole["endTime"].is_string());
    let sessions = whole["participants"].as_array().unwrap().iter();
    let why: Vec<_> = sessions
        .map(|one| one["calls"][0]["disconnectType"].clone())
        .collect();
    assert_eq!(why, ["system", "transfer", "system"]);
    let direct = bench.get_json(&format!("{ALL}/{EXAMPLE}"), &token).await;
    assert_eq!(direct["state"], "completed");
}
