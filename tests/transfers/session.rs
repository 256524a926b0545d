//! What is certain about a frame, whatever the far end does.

use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;
use trunkline::cloud::direct::transfer::{Answer, Failure, Timing, Told};

use crate::common::server::{Server, answer, token};
use crate::far::{TIMING, close, done, say, send, send_told, server, session, take};

#[tokio::test]
async fn a_ping_is_answered_before_a_frame_and_the_answer_has_its_id() {
    let server = server().await;
    let next = server.next_socket();
    let session = session(&server, TIMING);
    let far = tokio::spawn(async move {
        let mut socket = next.await.unwrap();
        assert!(matches!(socket.next().await, Some(Ok(Message::Ping(_)))));
        let ids = take(&mut socket, 1).await;
        done(&mut socket, &ids[0]).await;
        socket
    });
    let (end, told) = send_told(&session, "f-1").await;
    let Answer::Transferred { codec } = end.unwrap().answer else {
        panic!("not transferred");
    };
    assert_eq!(codec, Some("opus".into()));
    assert!(
        matches!(&told[..], [Told::Linked { security, .. }, Told::Sent] if security.raw().contains("no TLS"))
    );
    let upgrade = &server.seen()[1];
    assert_eq!(upgrade.header("authorization"), "Bearer canary-token-0");
    assert_eq!(upgrade.header("sec-websocket-protocol"), "");
    drop(far);
}

#[tokio::test]
async fn many_share_a_socket_and_answers_find_their_way_in_any_order() {
    let server = server().await;
    let next = server.next_socket();
    let session = session(
        &server,
        Timing {
            answer: TIMING.pong * 10,
            ..TIMING
        },
    );
    let ids: Vec<String> = (0..300).map(|n| format!("f-{n}")).collect();
    let sends = ids.iter().map(|id| send(&session, id));
    let all = futures_util::future::join_all(sends);
    let far = async {
        let mut socket = next.await.unwrap();
        let mut ids = take(&mut socket, 300).await;
        ids.reverse();
        for id in &ids {
            say(
                &mut socket,
                json!({"id": id, "status": "codec_negotiated", "codec": id}),
            )
            .await;
        }
        socket
    };
    let (replies, _socket) = tokio::join!(all, far);
    for (id, reply) in ids.iter().zip(replies) {
        let codec = Some(id.as_str().into());
        assert_eq!(reply.unwrap().answer, Answer::Transferred { codec });
    }
    assert_eq!(server.count("/api/v2/websocket"), 1);
}

#[tokio::test]
async fn a_peer_that_answers_no_ping_gets_no_frame() {
    let server = server().await;
    // Sockets are accepted and never read: three of them, then it is given up.
    let silent: Vec<_> = (0..3).map(|_| server.next_socket()).collect();
    let session = session(
        &server,
        Timing {
            pong: TIMING.answer / 4,
            ..TIMING
        },
    );
    let (end, told) = send_told(&session, "f-1").await;
    let Err(Failure::NotSent { why, busy: false }) = end else {
        panic!("{end:?}");
    };
    assert!(why.raw().contains("a ping was not answered"), "{why}");
    assert_eq!(told, []);
    drop(silent);
}

#[tokio::test]
async fn silence_is_a_timeout_and_the_next_frame_still_goes() {
    let server = server().await;
    let next = server.next_socket();
    let session = session(&server, TIMING);
    tokio::spawn(async move {
        let mut socket = next.await.unwrap();
        take(&mut socket, 1).await;
        let ids = take(&mut socket, 1).await;
        // The first one's answer comes too late, and is nobody's.
        done(&mut socket, "f-1").await;
        done(&mut socket, &ids[0]).await;
        take(&mut socket, 1).await;
    });
    assert_eq!(
        send(&session, "f-1").await,
        Err(Failure::TimedOut(TIMING.answer))
    );
    assert!(send(&session, "f-2").await.is_ok());
    assert_eq!(server.count("/api/v2/websocket"), 1);
}

#[tokio::test]
async fn close_1008_says_of_each_frame_what_is_certain() {
    let server = server().await;
    let next = server.next_socket();
    let session = session(&server, TIMING);
    let far = async {
        let mut socket = next.await.unwrap();
        let ids = take(&mut socket, 2).await;
        done(&mut socket, &ids[0]).await;
        close(&mut socket, 1008).await;
        ids
    };
    let (first, second, ids) = tokio::join!(send(&session, "f-1"), send(&session, "f-2"), far);
    let ends = if ids[0] == "f-1" {
        [first, second]
    } else {
        [second, first]
    };
    assert!(ends[0].is_ok());
    assert!(
        matches!(&ends[1], Err(Failure::TurnedAway { why, alone: true }) if why.raw().contains("1008")),
        "{ends:?}"
    );
}

#[tokio::test]
async fn a_lost_connection_leaves_a_frame_open_and_the_next_gets_a_new_socket() {
    let server = server().await;
    // Handed out last in, first out.
    let second = server.next_socket();
    let first = server.next_socket();
    let session = session(&server, TIMING);
    tokio::spawn(async move {
        let mut socket = first.await.unwrap();
        take(&mut socket, 1).await;
        drop(socket);
        let mut socket = second.await.unwrap();
        let ids = take(&mut socket, 1).await;
        done(&mut socket, &ids[0]).await;
        take(&mut socket, 1).await;
    });
    let (end, told) = send_told(&session, "f-1").await;
    assert!(matches!(end, Err(Failure::Broken(_))), "{end:?}");
    assert_eq!(told.last(), Some(&Told::Sent));
    assert!(send(&session, "f-2").await.is_ok());
}

#[tokio::test]
async fn a_rate_limit_without_an_id_is_clear_for_one_frame_and_not_for_two() {
    let server = server().await;
    let next = server.next_socket();
    let session = session(&server, TIMING);
    let limit = json!({"type": "error", "code": "rate_limit_exceeded", "message": "slow down"});
    let far = async {
        let mut socket = next.await.unwrap();
        take(&mut socket, 1).await;
        say(&mut socket, limit.clone()).await;
        take(&mut socket, 2).await;
        say(&mut socket, limit.clone()).await;
        socket
    };
    let near = async {
        let first = send(&session, "f-1").await.unwrap();
        assert_eq!(first.answer, Answer::RateLimited("slow down".into()));
        tokio::join!(send(&session, "f-2"), send(&session, "f-3"))
    };
    let (_socket, (second, third)) = tokio::join!(far, near);
    let turned_away = Err(Failure::TurnedAway {
        why: "slow down".into(),
        alone: false,
    });
    assert_eq!((second, third), (turned_away.clone(), turned_away));
}

#[tokio::test]
async fn an_upgrade_that_is_refused_sends_nothing_and_says_when_later_is_better() {
    for (status, wanted) in [(429, true), (403, false)] {
        let server = Server::plain(move |seen, before| match seen.path.as_str() {
            "/oauth/token" => token(before),
            _ => answer(status, r#"{"message":"no"}"#),
        });
        let server = server.await;
        let session = session(&server, TIMING);
        let Err(Failure::NotSent { why, busy }) = send(&session, "f-1").await else {
            panic!("sent");
        };
        assert_eq!(busy, wanted, "{why}");
        assert!(why.raw().contains(&status.to_string()), "{why}");
    }
}

#[tokio::test]
async fn the_socket_is_kept_while_it_is_used_and_closed_after_quiet() {
    let server = server().await;
    let next = server.next_socket();
    let timing = Timing {
        keep: TIMING.answer / 4,
        idle: TIMING.answer,
        ..TIMING
    };
    let session = session(&server, timing);
    let far = tokio::spawn(async move {
        let mut socket = next.await.unwrap();
        let ids = take(&mut socket, 1).await;
        done(&mut socket, &ids[0]).await;
        let mut pings = 0;
        while let Some(Ok(message)) = socket.next().await {
            pings += usize::from(message.is_ping());
            if message.is_close() {
                let _ = socket.flush().await;
                return pings;
            }
        }
        panic!("no farewell after {pings} pings");
    });
    assert!(send(&session, "f-1").await.is_ok());
    assert!(far.await.unwrap() >= 1);
}
