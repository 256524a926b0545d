//! What the organisation says of its own count: headers, refusals and limits.

use std::time::Duration;

use trunkline::cloud::{Client, Concern, Urgency};
use trunkline::model::api::Api;

use crate::common::server::{Answer, Seen, Server, answer, answer_with, settings, token};

const USERS: &str = r#"{"entities":[]}"#;

fn counted(status: u16, body: &str, [count, allowed, reset]: [&str; 3]) -> Answer {
    let mut answer = answer(status, body);
    for (name, value) in [
        ("inin-ratelimit-count", count),
        ("inin-ratelimit-allowed", allowed),
        ("inin-ratelimit-reset", reset),
    ] {
        answer.headers_mut().insert(name, value.parse().unwrap());
    }
    answer
}

fn client(server: &Server, api: Api, limit: u32) -> Client {
    let mut settings = settings(&server.url());
    settings.api = api;
    settings.requests_per_minute = Some(limit);
    Client::new(settings).unwrap()
}

#[tokio::test]
async fn the_organisations_count_corrects_our_own() {
    let server = Server::granting(|_, _| counted(200, USERS, ["50", "180", "30"])).await;
    let client = client(&server, Api::Direct, 300);
    client.users_page(1, Urgency::Poll).await.unwrap();
    let budget = client.budget();
    assert_eq!(
        (budget.used, budget.others, budget.allowed),
        (50, 48, Some(180))
    );
    let said = budget.said.unwrap();
    assert_eq!((said.count, said.allowed), (50, 180));
    assert!(said.reset <= Duration::from_secs(30));
}

#[tokio::test]
async fn a_refusal_while_the_count_has_room_holds_that_operation_alone() {
    let server = Server::plain(|seen: &Seen, before| match seen.path.as_str() {
        "/oauth/token" => token(0),
        path if path.contains("/u-1/") && before == 0 => {
            let mut answer = counted(
                429,
                r#"{"code":"too.many.requests.retry.after","message":"Retry the request in [1] seconds"}"#,
                ["3", "300", "20"],
            );
            answer.headers_mut().insert("retry-after", "1".parse().unwrap());
            answer
        }
        _ => answer(200, USERS),
    })
    .await;
    let client = client(&server, Api::Direct, 300);
    let one = client.clone();
    let held = tokio::spawn(async move { one.registrations(&"u-1".into(), Urgency::Reread).await });
    while client.spending()[0].refusals.hour == 0 {
        tokio::task::yield_now().await;
    }
    let spending = &client.spending()[0];
    assert_eq!(spending.budget.held_until, None, "the rest goes on");
    let operation = "GET api/v2/telephony/users/{id}/registrations";
    assert_eq!(spending.held[0].0, operation);
    assert_eq!(spending.refused.as_ref().unwrap().1, operation);
    client.users_page(1, Urgency::Reread).await.unwrap();
    held.await.unwrap().unwrap();
    let spent = client.spending()[0].spent.clone();
    let of = |wanted| {
        spent
            .iter()
            .find(|(concern, _)| *concern == wanted)
            .unwrap()
            .1
    };
    assert_eq!(of(Concern::SignIn).minute, 1);
    assert_eq!(of(Concern::Registrations).minute, 3);
}

#[tokio::test]
async fn a_full_count_holds_the_token_until_it_starts_again() {
    let server = Server::plain(|seen: &Seen, before| match (seen.path.as_str(), before) {
        ("/oauth/token", _) => token(0),
        (_, 0) => counted(429, r#"{"code":"too.many.requests"}"#, ["300", "300", "1"]),
        _ => answer(200, USERS),
    })
    .await;
    let client = client(&server, Api::Direct, 300);
    let one = client.clone();
    let read = tokio::spawn(async move { one.users_page(1, Urgency::Reread).await });
    while client.budget().held_until.is_none() {
        tokio::task::yield_now().await;
    }
    assert!(client.spending()[0].held.is_empty());
    read.await.unwrap().unwrap();
}

#[tokio::test]
async fn the_organisations_own_limit_lowers_the_budget_and_never_lifts_it() {
    let server = Server::plain(|seen: &Seen, _| match seen.path.as_str() {
        "/oauth/token" => token(0),
        "/api/v2/organizations/limits/namespaces/platform.api" => answer(
            200,
            r#"{"entities":[{"key":"org.app.user.rate.per.minute","namespace":"platform.api","value":10},
                {"key":"client.credentials.token.rate.per.minute","namespace":"platform.api","value":120}, 7]}"#,
        ),
        _ => answer(404, ""),
    })
    .await;
    for (ours, holds) in [(300, 120), (60, 60)] {
        let client = client(&server, Api::Platform, ours);
        client.platform().unwrap().read_limits().await;
        assert!(matches!(
            client.platform().unwrap().limits_read(),
            Some(Ok(()))
        ));
        assert_eq!(client.budget().allowed, Some(holds));
    }
    let mut unlimited = settings(&server.url());
    (unlimited.api, unlimited.requests_per_minute) = (Api::Platform, None);
    let lifted = Client::new(unlimited).unwrap();
    lifted.platform().unwrap().read_limits().await;
    assert!(matches!(
        lifted.platform().unwrap().limits_read(),
        Some(Ok(()))
    ));
    assert_eq!(lifted.budget().allowed, None, "the profile lifts it");
    let direct = client(&server, Api::Direct, 300);
    let refused = direct.platform().unwrap_err();
    assert_eq!(
        refused.to_string(),
        "this is a call of the Platform API, and the profile is of the direct one. Set api = \"platform\" where the organisation is one of Genesys Cloud."
    );
}

#[tokio::test]
async fn who_may_not_read_the_limits_is_told_what_is_lacking() {
    let server = Server::granting(|_, _| {
        answer(
            403,
            r#"{"message":"Unable to perform the requested action.","code":"missing.permissions","status":403,
                "messageParams":{"permissions":"directory:organization:view"},"contextId":"c-1"}"#,
        )
    })
    .await;
    let client = client(&server, Api::Platform, 300);
    client.platform().unwrap().read_limits().await;
    let text = client
        .platform()
        .unwrap()
        .limits_read()
        .unwrap()
        .unwrap_err()
        .to_string();
    assert!(
        text.contains("It lacks directory:organization:view"),
        "{text}"
    );
    assert!(text.contains("a role of this OAuth client"), "{text}");
    assert_eq!(client.budget().allowed, Some(300));
}

#[tokio::test]
async fn a_sign_in_that_is_put_off_has_the_patience_of_the_write_that_waits_for_it() {
    use serde_json::json;
    use trunkline::model::write::{Method, Write, WriteKind};
    let server = Server::plain(|seen: &Seen, before| match (seen.path.as_str(), before) {
        ("/oauth/token", 0..4) => answer_with(503, ("retry-after", "0"), ""),
        ("/oauth/token", _) => token(0),
        _ => answer(200, r#"{"id":"job-1"}"#),
    })
    .await;
    let client = client(&server, Api::Direct, 300);
    let path = ["api", "v2", "things"];
    let body = json!({});
    let write = Write::json(WriteKind::Provision, Method::Post, &path, "x", &body).unwrap();
    let request = client.request(write).unwrap();
    let answer = client.write(&request, |_, _| {}).await.unwrap();
    assert_eq!(answer.attempts, 5);
    assert_eq!((server.count("/oauth/token"), server.count("/api")), (5, 1));
}
