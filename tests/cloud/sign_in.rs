//! The token over the wire: how it is asked for, shared, renewed and refused.

use secrecy::SecretString;
use trunkline::cloud::{AuthStyle, Client, Settings, Urgency};
use trunkline::vocabulary::problem::Trouble;

use crate::common::server::{Seen, Server, answer, answer_with, settings, token};

const USERS: &str = r#"{"entities":[]}"#;

fn with(server: &Server, change: impl FnOnce(&mut Settings)) -> Client {
    let mut settings = settings(&server.url());
    change(&mut settings);
    Client::new(settings).unwrap()
}

/// Issues tokens and answers reads.
async fn willing() -> Server {
    Server::granting(|_, _| answer(200, USERS)).await
}

#[tokio::test]
async fn credentials_go_by_basic_or_by_form() {
    let server = willing().await;
    server.client().users_page(1, Urgency::Poll).await.unwrap();
    let form = with(&server, |settings| {
        let client = settings.client.as_mut().unwrap();
        client.auth = AuthStyle::Form;
        client.scopes = Some(vec!["a".into(), "b".into()]);
    });
    form.users_page(1, Urgency::Poll).await.unwrap();
    let tokens: Vec<_> = server
        .seen()
        .into_iter()
        .filter(|seen| seen.path == "/oauth/token")
        .collect();
    assert_eq!(tokens[0].verb, "POST");
    assert_eq!(
        tokens[0].header("authorization"),
        "Basic bm9jOmNhbmFyeS1zZWNyZXQ="
    );
    assert_eq!(tokens[0].body, "grant_type=client_credentials");
    assert_eq!(tokens[1].header("authorization"), "");
    assert_eq!(
        tokens[1].body,
        "grant_type=client_credentials&scope=a+b&client_id=noc&client_secret=canary-secret"
    );
}

#[tokio::test]
async fn tokens_may_come_from_another_host() {
    let (login, api) = (willing().await, willing().await);
    for url in [login.url(), format!("{}/oauth/token", login.url())] {
        let client = with(&api, |settings| {
            settings.login_url = Some(url.parse().unwrap());
        });
        client.users_page(1, Urgency::Poll).await.unwrap();
    }
    assert_eq!(
        (login.count("/oauth/token"), api.count("/oauth/token")),
        (2, 0)
    );
}

#[tokio::test]
async fn many_reads_share_one_sign_in() {
    let server = willing().await;
    let client = server.client();
    assert!(client.token_until().is_none());
    let reads = (0..50).map(|page| client.users_page(page, Urgency::Poll));
    let pages = futures_util::future::join_all(reads).await;
    assert!(pages.iter().all(Result::is_ok));
    assert_eq!(server.count("/oauth/token"), 1);
    assert!(client.token_until().is_some());
}

#[tokio::test]
async fn a_revoked_token_is_renewed_once_and_the_call_repeated() {
    let server = Server::plain(|seen: &Seen, before| match seen.path.as_str() {
        "/oauth/token" => token(before),
        _ if seen.header("authorization") == "Bearer canary-token-0" => answer(401, ""),
        _ => answer(200, USERS),
    })
    .await;
    let client = server.client();
    let reads = (0..10).map(|page| client.users_page(page, Urgency::Poll));
    let pages = futures_util::future::join_all(reads).await;
    assert!(pages.iter().all(Result::is_ok));
    assert_eq!(server.count("/oauth/token"), 2);
}

#[tokio::test]
async fn a_second_401_is_shown_with_the_scopes() {
    let server = Server::granting(|_, _| {
        answer(
            401,
            r#"{"message":"No authentication bearer token","contextId":"c-2"}"#,
        )
    })
    .await;
    let error = server
        .client()
        .users_page(1, Urgency::Poll)
        .await
        .unwrap_err();
    assert_eq!((server.count("/oauth/token"), server.count("/api")), (2, 2));
    assert_eq!(error.trouble(), Trouble::Credentials);
    let text = error.to_string();
    assert!(
        text.contains("telephony:users:read") && text.contains("contextId c-2"),
        "{text}"
    );
}

#[tokio::test]
async fn refused_credentials_are_said_once_for_all_and_not_tried_again_at_once() {
    let server = Server::plain(|_: &Seen, _| {
        answer(
            401,
            r#"{"error":"invalid_client","error_description":"client not found"}"#,
        )
    })
    .await;
    let client = server.client();
    for _ in 0..3 {
        let error = client.users_page(1, Urgency::Poll).await.unwrap_err();
        assert_eq!(error.trouble(), Trouble::Credentials);
        let text = error.to_string();
        assert!(
            text.contains("invalid_client") && text.contains("client not found"),
            "{text}"
        );
        assert!(
            text.contains("client_id") && !text.contains("canary"),
            "{text}"
        );
    }
    assert_eq!(server.count("/oauth/token"), 1);
}

#[tokio::test]
async fn a_busy_login_is_tried_three_times_and_not_again_by_the_read() {
    let server = Server::plain(|_: &Seen, _| answer_with(503, ("retry-after", "0"), "")).await;
    let error = server
        .client()
        .users_page(1, Urgency::Poll)
        .await
        .unwrap_err();
    assert_eq!(error.status(), Some(503));
    assert_eq!(server.count("/oauth/token"), 3);
}

#[tokio::test]
async fn a_missing_scope_is_said_before_the_call() {
    let server = Server::plain(|_: &Seen, _| {
        answer(200, r#"{"access_token":"t","expires_in":7200,"scope":"telephony:users:read callback:read"}"#)
    })
    .await;
    let error = server
        .client()
        .open_registrations(&"u-1".into())
        .await
        .unwrap_err();
    assert_eq!(error.trouble(), Trouble::Forbidden);
    assert!(
        error.to_string().contains("granted without websocket:read"),
        "{error}"
    );
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_token_answer_that_is_none_is_told_without_quoting_it() {
    let server =
        Server::plain(|_: &Seen, _| answer(200, r#"{"access_token":"canary-token"}"#)).await;
    let error = server
        .client()
        .users_page(1, Urgency::Poll)
        .await
        .unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("POST") && text.contains("expires_in") && !text.contains("canary"),
        "{text}"
    );
}

#[tokio::test]
async fn nothing_that_can_be_printed_holds_a_secret() {
    let server = willing().await;
    let client = with(&server, |settings| {
        settings.client.as_mut().unwrap().secret = SecretString::from("canary");
    });
    client.users_page(1, Urgency::Poll).await.unwrap();
    assert!(!format!("{client:?}").contains("canary"));
}

#[tokio::test(start_paused = true)]
async fn an_organisation_that_accepts_and_says_nothing_is_given_up_on() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = Client::new(settings(&format!(
        "http://{}",
        silent.local_addr().unwrap()
    )))
    .unwrap();
    let error = client.users_page(1, Urgency::Poll).await.unwrap_err();
    assert_eq!(error.trouble(), Trouble::Unreachable);
    assert!(error.to_string().contains("longer than 30 s"), "{error}");
}
