//! Streams: the upgrade, what it must carry, and how refusals read.

use futures_util::{SinkExt, StreamExt};
use tokio_tungstenite::tungstenite::Message;
use trunkline::cloud::direct::{Decoded, decode};
use trunkline::cloud::{Client, Error, Socket, Unreachable};
use trunkline::model::UserId;
use trunkline::vocabulary::problem::Trouble;

use crate::common::server::{Server, answer, answer_with, settings, switch};

async fn open(server: &Server) -> Result<Socket, Error> {
    server
        .client()
        .open_registrations(&UserId::from("u-1"))
        .await
}

#[tokio::test]
async fn a_stream_is_opened_as_the_contract_says_and_carries_frames() {
    let server = Server::granting(|seen, _| switch(seen, Some("v2"))).await;
    let other_end = server.next_socket();
    let mut socket = open(&server).await.unwrap();
    let seen = &server.seen()[1];
    assert_eq!(seen.path, "/ws/v2/telephony/users/u-1/registrations");
    assert_eq!(seen.header("authorization"), "Bearer canary-token-0");
    assert_eq!(seen.header("sec-websocket-protocol"), "v2");

    let mut other_end = other_end.await.unwrap();
    let frame = r#"{"eventType":"registration","payload":{"userId":"u-1","deviceId":"d-1","registered":false}}"#;
    other_end.send(Message::text(frame)).await.unwrap();
    let Message::Text(text) = socket.next().await.unwrap().unwrap() else {
        panic!("not a text frame");
    };
    let Decoded::Update(update) = decode(&text) else {
        panic!("not an update");
    };
    assert_eq!(
        (update.device.raw(), update.registered),
        ("d-1", Some(false))
    );
}

#[tokio::test]
async fn frames_beyond_a_mebibyte_end_the_stream() {
    // A frame of the callbacks stream has its length before its mebibyte.
    for (size, fits) in [((1 << 20) + 4, true), ((1 << 20) + 5, false)] {
        let server = Server::granting(|seen, _| switch(seen, Some("v2"))).await;
        let other_end = server.next_socket();
        let mut socket = open(&server).await.unwrap();
        let mut other_end = other_end.await.unwrap();
        tokio::spawn(async move {
            let _ = other_end.send(Message::text("x".repeat(size))).await;
            let _ = other_end.next().await;
        });
        assert_eq!(socket.next().await.unwrap().is_ok(), fits, "{size}");
    }
}

#[tokio::test]
async fn a_server_that_does_not_echo_the_protocol_is_not_used() {
    for echo in [None, Some("v1")] {
        let server = Server::granting(move |seen, _| switch(seen, echo)).await;
        let error = open(&server).await.unwrap_err();
        assert_eq!(error.trouble(), Trouble::Answer);
        assert!(error.to_string().contains("sub-protocol v2"), "{error}");
    }
}

#[tokio::test]
async fn a_401_renews_the_token_once() {
    let server = Server::granting(|seen, before| match before {
        0 => answer(401, ""),
        _ => switch(seen, Some("v2")),
    })
    .await;
    assert!(open(&server).await.is_ok());
    assert_eq!(server.count("/oauth/token"), 2);
    assert_eq!(
        server.seen()[3].header("authorization"),
        "Bearer canary-token-1"
    );
}

#[tokio::test]
async fn refused_upgrades_are_the_same_errors_as_refused_reads() {
    for (status, trouble) in [
        (401, Trouble::Credentials),
        (403, Trouble::Forbidden),
        (404, Trouble::Answer),
        (429, Trouble::Answer),
        (503, Trouble::Answer),
        (302, Trouble::Answer),
        (200, Trouble::Answer),
    ] {
        let server =
            Server::granting(move |_, _| answer_with(status, ("retry-after", "7"), "")).await;
        let error = open(&server).await.unwrap_err();
        assert_eq!(
            (error.trouble(), error.status()),
            (trouble, Some(status)),
            "{error}"
        );
        let wait = error.retry_after().map(|wait| wait.as_secs());
        assert_eq!(wait, matches!(status, 429 | 503).then_some(7));
    }
}

#[tokio::test]
async fn nobody_listening_is_unreachable() {
    let login = Server::granting(|_, _| answer(404, "")).await;
    // A port that was free a moment ago, and that nobody else is given soon.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let mut settings = settings(&format!("http://127.0.0.1:{port}"));
    settings.login_url = Some(login.url().parse().unwrap());
    let client = Client::new(settings).unwrap();
    let error = client
        .open_registrations(&UserId::from("u-1"))
        .await
        .unwrap_err();
    assert_eq!(error.trouble(), Trouble::Unreachable);
    assert!(
        error.to_string().contains("connection was refused"),
        "{error}"
    );
}

#[tokio::test]
async fn a_server_that_accepts_and_says_nothing_is_given_up_on() {
    let login = Server::granting(|_, _| answer(404, "")).await;
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut settings = settings(&format!("http://{}", silent.local_addr().unwrap()));
    settings.login_url = Some(login.url().parse().unwrap());
    let client = Client::new(settings).unwrap();
    let opening =
        tokio::spawn(async move { client.open_registrations(&UserId::from("u-1")).await });
    let _connection = silent.accept().await.unwrap();
    // Everything that can happen has happened: from here the clock runs as fast as nothing happens.
    tokio::time::pause();
    let error = opening.await.unwrap().unwrap_err();
    assert!(
        matches!(
            error,
            Error::Unreachable {
                cause: Unreachable::TimedOut(_),
                ..
            }
        ),
        "{error}"
    );
}
