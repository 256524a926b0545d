//! Writes: sent as shown, tried again only where that is proof against a second deed, and honest about what became of them.

use std::time::Duration;

use serde_json::json;
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use trunkline::cloud::{self, Client, Error, Fate};
use trunkline::model::write::{Method, Write, WriteKind};

use crate::common::server::{Answer, Server, answer, answer_with, settings};

const JOB: &str = r#"{"id":"job-1","status":"Running","results":[]}"#;

fn write(kind: WriteKind) -> Write {
    let path = ["api", "v2", "things"];
    Write::json(
        kind,
        Method::Post,
        &path,
        "edge-01",
        &json!({"name": "edge-01"}),
    )
    .unwrap()
}

async fn server(answers: fn(usize) -> Answer) -> Server {
    Server::granting(move |_, before| answers(before)).await
}

/// Sends a write; what became of it and the waits that were announced.
async fn send(client: &Client, kind: WriteKind) -> (Result<cloud::Answer, Error>, Vec<Duration>) {
    let request = client.request(write(kind)).unwrap();
    let mut waits = Vec::new();
    let outcome = client.write(&request, |_, wait| waits.push(wait)).await;
    (outcome, waits)
}

#[tokio::test]
async fn what_is_sent_is_what_was_shown() {
    let server = server(|_| answer(201, JOB)).await;
    let (outcome, waits) = send(&server.client(), WriteKind::Provision).await;
    let answer = outcome.unwrap();
    assert_eq!((&answer.body[..], answer.attempts), (JOB.as_bytes(), 1));
    assert!(waits.is_empty());
    let seen = &server.seen()[1];
    assert_eq!(
        (seen.verb.as_str(), seen.path.as_str()),
        ("POST", "/api/v2/things")
    );
    assert_eq!(seen.header("content-type"), "application/json");
    assert_eq!(seen.body, r#"{"name":"edge-01"}"#);
}

#[tokio::test]
async fn a_429_and_a_503_are_waited_for_as_they_ask() {
    let server = server(|before| match before {
        0 => answer_with(429, ("retry-after", "0"), ""),
        1 => answer_with(503, ("retry-after", "Mon, 15 Jun 2020 14:00:00 GMT"), ""),
        _ => answer(200, JOB),
    })
    .await;
    let (outcome, waits) = send(&server.client(), WriteKind::Provision).await;
    assert_eq!(outcome.unwrap().attempts, 3);
    assert_eq!(waits, [Duration::ZERO; 2]);
    let seen = server.seen();
    let attempts: Vec<_> = seen[1..]
        .iter()
        .map(|s| s.header("x-trunkline-attempt"))
        .collect();
    assert_eq!(attempts, ["1", "2", "3"]);
}

#[tokio::test]
async fn each_kind_is_tried_as_often_as_its_row_says() {
    for (kind, status, attempts) in [
        (WriteKind::Provision, 503, 5),
        (WriteKind::RouteUpdate, 429, 3),
        (WriteKind::RouteUpdate, 503, 1),
        (WriteKind::CallbackBook, 429, 3),
        (WriteKind::CallbackBook, 503, 1),
    ] {
        let server =
            Server::granting(move |_, _| answer_with(status, ("retry-after", "0"), "")).await;
        let (outcome, _) = send(&server.client(), kind).await;
        assert_eq!(
            outcome.unwrap_err().fate(),
            Fate::Refused,
            "{kind:?} {status}"
        );
        assert_eq!(server.count("/api"), attempts, "{kind:?} {status}");
    }
}

#[tokio::test]
async fn a_401_is_answered_with_a_new_token_and_is_no_second_deed() {
    let server = server(|before| match before {
        0 => answer(401, ""),
        _ => answer(200, JOB),
    })
    .await;
    assert!(
        send(&server.client(), WriteKind::CallbackBook)
            .await
            .0
            .is_ok()
    );
    assert_eq!((server.count("/oauth"), server.count("/api")), (2, 2));
}

#[tokio::test]
async fn a_rule_that_is_broken_is_a_refusal_in_the_organisations_words() {
    let server = server(|_| answer(400, r#"{"message":"name: taken","code":"bad.request"}"#)).await;
    let error = send(&server.client(), WriteKind::Provision)
        .await
        .0
        .unwrap_err();
    assert_eq!(error.fate(), Fate::Refused);
    assert!(error.to_string().contains("name: taken"), "{error}");
    assert_eq!(server.count("/api"), 1);
}

#[tokio::test]
async fn what_may_have_been_taken_is_unknown_and_not_sent_again() {
    for status in [500, 502, 504] {
        let server = Server::granting(move |_, _| answer(status, "")).await;
        let error = send(&server.client(), WriteKind::Provision)
            .await
            .0
            .unwrap_err();
        assert_eq!(error.fate(), Fate::Unknown, "{status}");
        assert_eq!(server.count("/api"), 1, "{status}");
    }
}

/// An API that reads the request and closes; signing in is done elsewhere.
#[tokio::test]
async fn a_connection_that_breaks_after_the_request_is_unknown_and_not_sent_again() {
    let login = server(|_| answer(404, "")).await;
    let api = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = api.local_addr().unwrap().port();
    let taken = tokio::spawn(async move {
        let mut taken = 0;
        while let Ok((mut tcp, _)) = api.accept().await {
            let mut heard = Vec::new();
            while !heard.ends_with(b"}") {
                if tcp.read_buf(&mut heard).await.unwrap() == 0 {
                    break;
                }
            }
            taken += 1;
            if taken == 2 {
                break;
            }
        }
        taken
    });
    let mut settings = settings(&format!("http://127.0.0.1:{port}"));
    settings.login_url = Some(login.url().parse().unwrap());
    let client = Client::new(settings).unwrap();
    let error = send(&client, WriteKind::Provision).await.0.unwrap_err();
    assert_eq!(error.fate(), Fate::Unknown, "{error}");
    // One more, so that the server can say how many came in all.
    let _ = send(&client, WriteKind::CallbackBook).await;
    assert_eq!(taken.await.unwrap(), 2);
}

#[tokio::test]
async fn nobody_there_is_not_sent() {
    let login = server(|_| answer(404, "")).await;
    let port = {
        let api = TcpListener::bind("127.0.0.1:0").await.unwrap();
        api.local_addr().unwrap().port()
    };
    let mut settings = settings(&format!("http://127.0.0.1:{port}"));
    settings.login_url = Some(login.url().parse().unwrap());
    let client = Client::new(settings).unwrap();
    let error = send(&client, WriteKind::CallbackBook).await.0.unwrap_err();
    assert_eq!(error.fate(), Fate::NotSent, "{error}");
}
