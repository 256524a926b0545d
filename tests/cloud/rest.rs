//! Reads: what is sent, what is retried, and how failures read.

use trunkline::cloud::{Client, Error, Urgency};
use trunkline::model::UserId;
use trunkline::vocabulary::problem::Trouble;

use crate::common::server::{Answer, Seen, Server, answer, answer_with, token};

const USERS: &str = r#"{"entities":[{"id":"u-1","name":"Ana"}],"total":1,"pageCount":1}"#;
const DEVICES: &str = r#"{"entities":[{"userId":"u-1","device":{"id":"d-1"},"registered":true,"activeCodecs":["opus"]}]}"#;

/// A server that issues tokens and answers users' pages with the n-th of `answers`, and then with the last.
async fn users(answers: fn(usize) -> Answer) -> Server {
    Server::granting(move |_, before| answers(before)).await
}

async fn page(client: &Client) -> Result<usize, Error> {
    let page = client.users_page(1, Urgency::Enumerate).await?;
    Ok(page.entries.len())
}

async fn failure(answers: fn(usize) -> Answer) -> (Server, Error) {
    let server = users(answers).await;
    let error = page(&server.client()).await.unwrap_err();
    (server, error)
}

#[tokio::test]
async fn a_page_of_users_is_asked_for_as_the_contract_says() {
    let server = users(|_| answer(200, USERS)).await;
    let page = server
        .client()
        .users_page(3, Urgency::Enumerate)
        .await
        .unwrap();
    assert_eq!(
        (page.entries.len(), page.sheet.total, page.sheet.pages),
        (1, Some(1), Some(1))
    );
    let seen = &server.seen()[1];
    assert_eq!(
        (seen.verb.as_str(), seen.path.as_str()),
        ("GET", "/api/v2/users?pageSize=100&pageNumber=3")
    );
    assert_eq!(seen.header("authorization"), "Bearer canary-token-0");
    assert_eq!(seen.header("x-trunkline-attempt"), "1");
    assert!(seen.header("user-agent").starts_with("trunkline/"));
}

#[tokio::test]
async fn a_users_registrations_are_read_and_its_id_is_encoded() {
    let server = Server::plain(|seen: &Seen, before| match seen.path.as_str() {
        "/oauth/token" => token(before),
        "/api/v2/telephony/users/u-1/registrations" => answer(200, DEVICES),
        "/api/v2/telephony/users/a%2Fb%3Fc/registrations" => answer(200, r#"{"entities":[]}"#),
        other => panic!("{other}"),
    })
    .await;
    let client = server.client();
    let listing = client
        .registrations(&UserId::from("u-1"), Urgency::Poll)
        .await
        .unwrap();
    assert_eq!(
        listing.answer.devices[0].codec.as_ref().unwrap().raw(),
        "opus"
    );
    let odd = client
        .registrations(&UserId::from("a/b?c"), Urgency::Poll)
        .await
        .unwrap();
    assert!(odd.answer.devices.is_empty());
    assert!(
        client
            .registrations(&UserId::from(".."), Urgency::Poll)
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_busy_organisation_is_asked_again_after_the_wait_it_names() {
    let server = users(|before| match before {
        0 => answer_with(503, ("retry-after", "0"), ""),
        1 => answer_with(429, ("retry-after", "0"), ""),
        _ => answer(200, USERS),
    })
    .await;
    assert_eq!(page(&server.client()).await.unwrap(), 1);
    let attempts: Vec<_> = server.seen()[1..]
        .iter()
        .map(|seen| seen.header("x-trunkline-attempt").to_owned())
        .collect();
    assert_eq!(attempts, ["1", "2", "3"]);
}

#[tokio::test]
async fn three_attempts_are_all_there_are() {
    let (server, error) = failure(|_| {
        answer_with(
            503,
            ("retry-after", "0"),
            r#"{"message":"down","code":"svc","status":503,"contextId":"c-1"}"#,
        )
    })
    .await;
    assert_eq!(server.count("/api/v2/users"), 3);
    assert_eq!(
        (error.trouble(), error.status()),
        (Trouble::Answer, Some(503))
    );
    assert!(
        error.to_string().contains("(down, svc, contextId c-1)"),
        "{error}"
    );
}

#[tokio::test]
async fn other_failures_are_not_repeated() {
    for status in [400, 404, 409, 500, 502] {
        let server = Server::granting(move |_, _| answer(status, "")).await;
        let error = page(&server.client()).await.unwrap_err();
        assert_eq!(server.count("/api/v2/users"), 1, "{status}");
        assert_eq!(error.status(), Some(status));
    }
}

#[tokio::test]
async fn a_403_is_never_repeated_and_names_the_scopes() {
    let (server, error) = failure(|_| {
        answer(
            403,
            r#"{"message":"missing permission","code":"no.access","status":403}"#,
        )
    })
    .await;
    assert_eq!(server.count("/api/v2/users"), 1);
    assert_eq!(error.trouble(), Trouble::Forbidden);
    let text = error.to_string();
    for part in [
        "GET http://127.0.0.1",
        "403",
        "missing permission",
        "telephony:users:read",
        "websocket:read",
    ] {
        assert!(text.contains(part), "{text}");
    }
}

#[tokio::test]
async fn remote_words_in_an_error_cannot_act_and_are_short() {
    let (_server, error) = failure(|_| {
        let words = format!(
            r#"{{"message":"\u001b]0;owned\u0007{}"}}"#,
            "x".repeat(100_000)
        );
        answer(400, &words)
    })
    .await;
    let text = error.to_string();
    assert!(!text.chars().any(char::is_control), "{text}");
    assert!(text.contains("\\u{1b}") && text.len() < 1000, "{text}");
}

#[tokio::test]
async fn a_malformed_page_says_which_call_and_where() {
    let (_server, error) = failure(|_| answer(200, r#"{"entities":17}"#)).await;
    assert_eq!(error.trouble(), Trouble::Answer);
    let text = error.to_string();
    assert!(
        text.contains("/api/v2/users")
            && text.contains("entities: it must be a list, and is the number 17"),
        "{text}"
    );
    let (_server, error) = failure(|_| answer(200, "<html>login</html>")).await;
    assert!(
        error
            .to_string()
            .contains("answered by something in between"),
        "{error}"
    );
}

#[tokio::test]
async fn an_answer_without_end_is_cut_off() {
    let (_server, error) = failure(|_| answer(200, &" ".repeat(9 << 20))).await;
    assert!(error.to_string().contains("larger than 8 MiB"), "{error}");
}

#[tokio::test]
async fn a_redirect_is_told_and_not_followed() {
    let elsewhere = Server::plain(|_: &Seen, _| answer(200, USERS)).await;
    let place = elsewhere.url();
    let server = Server::granting(move |_, _| answer_with(302, ("location", &place), "")).await;
    let error = page(&server.client()).await.unwrap_err();
    assert!(
        error.to_string().contains("redirect is not followed"),
        "{error}"
    );
    assert!(elsewhere.seen().is_empty());
}

#[tokio::test]
async fn the_budget_counts_reads_and_the_sign_in() {
    let server = users(|_| answer(200, USERS)).await;
    let client = server.client();
    assert_eq!(client.budget().used, 0);
    page(&client).await.unwrap();
    assert_eq!(client.budget().used, 2);
}

#[tokio::test]
async fn a_429_holds_everyone_until_the_wait_is_over() {
    let (_server, client) = {
        let server = users(|_| answer_with(429, ("retry-after", "3600"), "")).await;
        let client = server.client();
        (server, client)
    };
    let asking = tokio::spawn({
        let client = client.clone();
        async move { page(&client).await }
    });
    while client.budget().held_until.is_none() {
        tokio::task::yield_now().await;
    }
    asking.abort();
}
