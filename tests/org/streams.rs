use futures_util::SinkExt;
use serde_json::json;
use tokio_tungstenite::tungstenite::{Error as WsError, Message};
use trunkline::org::Options;

use crate::client::{bench, close_code, next, next_json, options};

#[tokio::test]
async fn a_change_shows_on_the_streams_of_its_user_only() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    let (mut mine, mut other) = (
        bench.stream("u-1", &token).await,
        bench.stream("u-2", &token).await,
    );
    let state = bench.turn().await;
    let frame = next_json(&mut mine).await;
    assert_eq!(frame["eventType"], "registration");
    for field in ["userId", "deviceId", "registered", "codec"] {
        assert_eq!(frame["payload"][field], state[field], "{field}");
    }
    bench
        .control_put(
            "/_org/users/u-2/registrations/new%20one",
            json!({"registered": true, "codec": "G729"}),
        )
        .await;
    let frame = next_json(&mut other).await;
    assert_eq!(
        (
            frame["payload"]["userId"].as_str(),
            frame["payload"]["deviceId"].as_str()
        ),
        (Some("u-2"), Some("new one"))
    );
    bench
        .control_put(
            "/_org/users/u-2/registrations/new%20one",
            json!({"codec": "\u{1b}[31m"}),
        )
        .await;
    let frame = next_json(&mut other).await;
    assert_eq!(
        (
            frame["eventType"].as_str(),
            frame["payload"]["codec"].as_str()
        ),
        (Some("codec"), Some("\u{1b}[31m"))
    );
}

#[tokio::test]
async fn the_subprotocol_the_token_and_the_user_are_needed() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    for (user, token, protocol, status) in [
        ("u-1", Some(token.as_str()), None, 400),
        ("u-1", Some(&token), Some("v1"), 400),
        ("u-1", None, Some("v2"), 401),
        ("u-1", Some("stale"), Some("v2"), 401),
        ("u-99", Some(&token), Some("v2"), 404),
    ] {
        match bench.try_stream(user, token, protocol).await {
            Err(WsError::Http(reply)) => assert_eq!(reply.status(), status),
            other => panic!("{status} expected, not {other:?}"),
        }
    }
    assert!(
        bench
            .try_stream("u-1", Some(&token), Some("v1, v2"))
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn pings_are_answered_and_a_close_too() {
    let bench = bench(options()).await;
    let mut stream = bench.stream("u-1", &bench.token().await).await;
    stream.send(Message::Ping("hello".into())).await.unwrap();
    assert_eq!(
        next(&mut stream).await.unwrap().unwrap(),
        Message::Pong("hello".into())
    );
    assert_eq!(bench.control_get("/_org/state").await["streams"], 1);
    stream.close(None).await.unwrap();
    while let Some(Ok(_)) = next(&mut stream).await {}
    while bench.control_get("/_org/state").await["streams"] != 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_revoked_token_closes_its_streams_and_no_others() {
    let bench = bench(options()).await;
    let (one, other) = (bench.token().await, bench.token().await);
    let (mut revoked, mut kept) = (
        bench.stream("u-1", &one).await,
        bench.stream("u-1", &other).await,
    );
    let answer = bench
        .control_post("/_org/tokens/revoke", json!({"token": one}))
        .await;
    assert_eq!(
        (answer["revoked"].as_u64(), answer["closed"].as_u64()),
        (Some(1), Some(1))
    );
    assert_eq!(close_code(&mut revoked).await, 1008);
    bench.turn().await;
    next_json(&mut kept).await;
}

#[tokio::test]
async fn an_expired_token_does_not_close_its_stream() {
    let bench = bench(Options {
        faults: "token-ttl=1".parse().unwrap(),
        ..options()
    })
    .await;
    let token = bench.token().await;
    let mut stream = bench.stream("u-1", &token).await;
    while bench.get("/api/v2/users", &token).await.status() == 200 {
        tokio::task::yield_now().await;
    }
    bench.turn().await;
    next_json(&mut stream).await;
}

#[tokio::test]
async fn all_streams_close_with_the_code_asked_for() {
    let bench = bench(options()).await;
    let token = bench.token().await;
    let (mut one, mut other) = (
        bench.stream("u-1", &token).await,
        bench.stream("u-2", &token).await,
    );
    assert_eq!(
        bench
            .control_post("/_org/streams/close", json!({"code": 1012}))
            .await["closed"],
        2
    );
    assert_eq!(
        (close_code(&mut one).await, close_code(&mut other).await),
        (1012, 1012)
    );
    assert_eq!(bench.control_get("/_org/state").await["streams"], 0);
}

#[tokio::test]
async fn a_stopped_organisation_leaves_no_stream_and_no_port() {
    let bench = bench(Options {
        rate: 50.0,
        ..options()
    })
    .await;
    let mut stream = bench.stream("u-1", &bench.token().await).await;
    let address = bench
        .org
        .base_url()
        .trim_start_matches("https://")
        .to_owned();
    bench.org.stop().await;
    while let Some(Ok(_)) = next(&mut stream).await {}
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}
