//! What only a person does to calls: consult transfers, hold, mute and hanging up (Platform API).

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use reqwest::Method;
use reqwest::redirect::Policy;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::Url;

use crate::client::{Bench, trusting};
use crate::platform_conversations::{ask, call, call_until, live, post, quick, read};

/// A token of a person, by code and PKCE.
pub async fn sign_in(bench: &Bench, user: &str) -> String {
    let verifier = "a-verifier-of-the-forty-three-characters-it-takes";
    let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
    let redirect = "http://127.0.0.1:9/back";
    let client = bench.org.person_client_id();
    let query = [
        ("client_id", client.as_str()),
        ("redirect_uri", redirect),
        ("response_type", "code"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
        ("user", user),
    ];
    let browser = trusting(&bench.org).redirect(Policy::none());
    let browser = browser.build().unwrap();
    let page = browser.get(bench.url("/oauth/authorize")).query(&query);
    let sent = page.send().await.unwrap();
    let back: Url = sent.headers()["location"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    let code = back.query_pairs().find(|(name, _)| name == "code");
    let code = code.unwrap().1.into_owned();
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", &client),
        ("code", &code),
        ("redirect_uri", redirect),
        ("code_verifier", verifier),
    ];
    let call = bench.http.post(bench.url("/oauth/token")).form(&form);
    let answer: Value = call.send().await.unwrap().json().await.unwrap();
    answer["access_token"].as_str().unwrap().to_owned()
}

/// A call that this user has.
pub async fn call_of(bench: &Bench, user: &str) -> String {
    let asked = json!({"count": 1, "userId": user});
    let begun = bench.control_post("/_org/interactions", asked).await;
    begun["ids"][0].as_str().unwrap().to_owned()
}

fn id(participant: &Value) -> &str {
    participant["id"].as_str().unwrap()
}

fn of<'a>(call: &'a Value, id: &str) -> &'a Value {
    let mut all = call["participants"].as_array().unwrap().iter();
    all.find(|one| one["id"] == id).unwrap()
}

/// Begins to consult a user, and waits until they answer: the paths of the consultation and of the one who asks, and who
/// was asked.
async fn consulting(
    bench: &Bench,
    token: &str,
    call_id: &str,
    to: Value,
) -> (String, String, String) {
    let before = call(bench, call_id, token).await;
    let customer = id(live(&before, "customer")[0]).to_owned();
    let agent = id(live(&before, "agent")[0]).to_owned();
    let base = format!("conversations/calls/{call_id}/participants");
    let consult = format!("{base}/{customer}/consult");
    let body = json!({"speakTo": "DESTINATION", "destination": to});
    let (status, begun) = post(bench, &consult, token, body).await;
    assert_eq!(status, 200, "{begun}");
    let asked = begun["destinationParticipantId"]
        .as_str()
        .unwrap()
        .to_owned();
    let now = call_until(bench, call_id, token, |call| {
        of(call, &asked)["state"] == "connected"
    })
    .await;
    assert_eq!(of(&now, &customer)["held"], true, "the customer waits");
    assert_eq!(of(&now, &asked)["consultParticipantId"], json!(customer));
    (consult, format!("{base}/{agent}"), asked)
}

#[tokio::test]
async fn a_person_has_their_own_calls() {
    let bench = quick("").await;
    let token = sign_in(&bench, "u-3").await;
    let call_id = call_of(&bench, "u-3").await;
    for path in ["conversations", "conversations/calls"] {
        let mine = read(&bench, path, &token).await;
        let ids: Vec<_> = mine["entities"]
            .as_array()
            .unwrap()
            .iter()
            .map(id)
            .collect();
        assert!(ids.contains(&call_id.as_str()), "{path}");
    }
    assert_eq!(
        read(&bench, "conversations/callbacks", &token).await["total"],
        0
    );
}

#[tokio::test]
async fn who_is_asked_gets_the_call_by_a_replace() {
    let bench = quick("").await;
    let token = sign_in(&bench, "u-3").await;
    let call_id = call_of(&bench, "u-3").await;
    let (consult, agent, asked) =
        consulting(&bench, &token, &call_id, json!({"userId": "u-5"})).await;
    let customer = consult.split('/').nth(4).unwrap().to_owned();

    for (speak_to, customer_held, asked_held) in [
        ("OBJECT", false, true),
        ("BOTH", false, false),
        ("DESTINATION", true, false),
    ] {
        let (status, told) = ask(
            &bench,
            Method::PATCH,
            &consult,
            &token,
            Some(&json!({"speakTo": speak_to})),
        )
        .await;
        assert_eq!(
            (status, &told["destinationParticipantId"]),
            (200, &json!(asked))
        );
        let now = call(&bench, &call_id, &token).await;
        assert_eq!(
            (&of(&now, &customer)["held"], &of(&now, &asked)["held"]),
            (&json!(customer_held), &json!(asked_held)),
            "{speak_to}"
        );
    }
    let (status, _) = post(
        &bench,
        &format!("{agent}/replace"),
        &token,
        json!({"userId": "u-5"}),
    )
    .await;
    assert_eq!(status, 202);
    let now = call_until(&bench, &call_id, &token, |call| {
        live(call, "agent").len() == 1
    })
    .await;
    assert_eq!(id(live(&now, "agent")[0]), asked);
    let left = of(&now, agent.rsplit('/').next().unwrap());
    assert_eq!(left["disconnectType"], "transfer.consult");
    assert_eq!(of(&now, &customer)["held"], false);
    let direct = bench
        .get_json(
            &format!("/api/v2/interactions/{call_id}"),
            &bench.token().await,
        )
        .await;
    assert_eq!(direct["participants"][1]["id"], "u-5");
    let (status, error) = ask(&bench, Method::DELETE, &consult, &token, None).await;
    assert_eq!(
        (status, &error["code"]),
        (
            404,
            &json!("conversation.error.consult.transfer.pending.not.found")
        )
    );
}

#[tokio::test]
async fn who_asks_hangs_up_or_takes_it_back() {
    let bench = quick("").await;
    let token = sign_in(&bench, "u-3").await;
    let call_id = call_of(&bench, "u-3").await;
    let (consult, agent, asked) =
        consulting(&bench, &token, &call_id, json!({"address": "+14155550111"})).await;
    assert_eq!(
        ask(&bench, Method::DELETE, &consult, &token, None).await.0,
        200
    );
    let now = call(&bench, &call_id, &token).await;
    assert_eq!(of(&now, &asked)["state"], "disconnected");
    assert_eq!(live(&now, "customer")[0]["held"], false);

    let (_, agent_again, asked) =
        consulting(&bench, &token, &call_id, json!({"userId": "u-6"})).await;
    assert_eq!(agent, agent_again, "nothing else has changed");
    let gone = json!({"state": "disconnected"});
    assert_eq!(
        ask(&bench, Method::PATCH, &agent, &token, Some(&gone))
            .await
            .0,
        202
    );
    let now = call(&bench, &call_id, &token).await;
    assert_eq!(
        live(&now, "agent").into_iter().map(id).collect::<Vec<_>>(),
        [asked.as_str()]
    );
}

#[tokio::test]
async fn nobody_answers_and_nothing_else_changes() {
    let bench = quick("").await;
    let token = sign_in(&bench, "u-3").await;
    let call_id = call_of(&bench, "u-3").await;
    let before = call(&bench, &call_id, &token).await;
    let customer = id(live(&before, "customer")[0]);
    let path = format!("conversations/calls/{call_id}/participants/{customer}/consult/agent");
    let body = json!({"speakTo": "DESTINATION", "userId": "reject-1"});
    let (status, begun) = post(&bench, &path, &token, body).await;
    assert_eq!(status, 200, "{begun}");
    let asked = begun["destinationParticipantId"].as_str().unwrap();
    let now = call_until(&bench, &call_id, &token, |call| {
        of(call, asked)["state"] == "disconnected"
    })
    .await;
    assert_eq!(of(&now, asked)["disconnectType"], "transfer.noanswer");
    assert_eq!(
        (
            live(&now, "agent").len(),
            &live(&now, "customer")[0]["held"]
        ),
        (1, &json!(false))
    );
}

#[tokio::test]
async fn what_cannot_be_consulted_about_says_why() {
    let bench = quick("").await;
    let token = sign_in(&bench, "u-3").await;
    let (mine, other) = (call_of(&bench, "u-3").await, call_of(&bench, "u-4").await);
    let path = |call: &str, participant: &str, form: &str| {
        format!("conversations/calls/{call}/participants/{participant}/consult{form}")
    };
    let seen = call(&bench, &mine, &token).await;
    let (customer, agent) = (id(live(&seen, "customer")[0]), id(live(&seen, "agent")[0]));
    let theirs = call(&bench, &other, &token).await;
    let their_customer = id(live(&theirs, "customer")[0]);
    let to = |destination: Value| json!({"speakTo": "BOTH", "destination": destination});
    for (path, body, status, code) in [
        (
            path(&mine, customer, ""),
            to(json!({})),
            400,
            "conversation.error.consult.transfer.no.destination",
        ),
        (
            path(&mine, customer, ""),
            to(json!({"userId": "u-3"})),
            400,
            "conversation.error.cannot.transfer.to.self",
        ),
        (
            path(&mine, agent, ""),
            to(json!({"userId": "u-5"})),
            400,
            "object.participant.id.required",
        ),
        (
            path(&other, their_customer, ""),
            to(json!({"userId": "u-5"})),
            400,
            "not.a.participant",
        ),
        (
            path(&other, their_customer, "/agent"),
            json!({"speakTo": "BOTH", "consultingUserId": "u-9", "userId": "u-5"}),
            400,
            "conversation.error.consult.transfer.no.initiator",
        ),
        (
            path(&mine, customer, "/queue"),
            json!({"speakTo": "BOTH", "queueId": "none"}),
            400,
            "conversations.error.queue.not.found",
        ),
        (
            path("nobody", customer, ""),
            to(json!({"userId": "u-5"})),
            404,
            "conversation.error.conversation.not.found",
        ),
    ] {
        let (got, error) = post(&bench, &path, &token, body).await;
        assert_eq!(
            (got, error["code"].as_str()),
            (status, Some(code)),
            "{path}"
        );
    }
    consulting(&bench, &token, &mine, json!({"userId": "u-5"})).await;
    let (status, error) = post(
        &bench,
        &path(&mine, customer, ""),
        &token,
        to(json!({"userId": "u-6"})),
    )
    .await;
    assert_eq!(
        (status, &error["code"]),
        (400, &json!("conversation.error.cannot.transfer.conference"))
    );
}

#[tokio::test]
async fn hold_mute_and_hang_up() {
    let bench = quick("").await;
    let token = sign_in(&bench, "u-3").await;
    let call_id = call_of(&bench, "u-3").await;
    let before = call(&bench, &call_id, &token).await;
    let agent = id(live(&before, "agent")[0]).to_owned();
    let path = format!("conversations/calls/{call_id}/participants/{agent}");
    for (field, value) in [("held", true), ("muted", true), ("held", false)] {
        let (status, _) = ask(
            &bench,
            Method::PATCH,
            &path,
            &token,
            Some(&json!({field: value})),
        )
        .await;
        assert_eq!(status, 202);
        assert_eq!(
            of(&call(&bench, &call_id, &token).await, &agent)[field],
            value,
            "{field}"
        );
    }
    let gone = json!({"state": "disconnected"});
    let whole = format!("conversations/calls/{call_id}");
    let (status, ended) = ask(&bench, Method::PATCH, &whole, &token, Some(&gone)).await;
    assert_eq!((status, ended["endTime"].is_string()), (200, true));
    let (status, error) = ask(&bench, Method::PATCH, &path, &token, Some(&gone)).await;
    assert_eq!(
        (status, &error["code"]),
        (400, &json!("conversation.error.call.disconnected"))
    );
}
