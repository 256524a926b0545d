//! Many at once, the slow and the idle among them.

use reqwest::Method;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::house::{House, anywhere, get_json, request};

/// Connections that begin a request and never end it.
async fn slow(at: std::net::SocketAddr, count: usize) -> Vec<TcpStream> {
    let mut sockets = Vec::new();
    for _ in 0..count {
        let mut socket = TcpStream::connect(at).await.unwrap();
        socket
            .write_all(b"GET /api/v1/telephony/dash")
            .await
            .unwrap();
        sockets.push(socket);
    }
    sockets
}

#[tokio::test]
async fn two_hundred_slow_connections_do_not_stop_it_answering() {
    let mut house = House::start(2, &anywhere()).await;
    house
        .during(|at| async move {
            let _slow = slow(at, 200).await;
            for _ in 0..20 {
                let (status, _) = get_json(at, "/api/v1/telephony/dashboard").await;
                assert_eq!(status, 200);
            }
        })
        .await;
}

#[tokio::test]
async fn when_every_place_is_taken_the_oldest_idle_one_goes() {
    let mut house = House::start(2, &anywhere()).await;
    house
        .during(|at| async move {
            let mut slow = slow(at, 300).await;
            assert_eq!(get_json(at, "/healthz").await.0, 200);
            let mut rest = [0; 16];
            let oldest = slow[0].read(&mut rest).await;
            assert!(!matches!(oldest, Ok(1..)), "closed without an answer");
            let asked = request(Method::GET, at, "/metrics").header("accept", "text/plain");
            let text = asked.send().await.unwrap().text().await.unwrap();
            assert!(
                text.contains("trunkline_listener_connections 256"),
                "{text}"
            );
            assert!(!text.contains("{how=\"evicted\"} 0"), "{text}");
        })
        .await;
}

#[tokio::test]
async fn one_connection_carries_many_requests() {
    let mut house = House::start(1, &anywhere()).await;
    house
        .during(|at| async move {
            let head = format!("GET /healthz HTTP/1.1\r\nhost: {at}\r\n\r\n").repeat(3);
            let last = format!("GET /nowhere HTTP/1.1\r\nhost: {at}\r\nconnection: close\r\n\r\n");
            let answer = crate::house::raw(at, (head + &last).as_bytes()).await;
            assert_eq!(answer.matches("HTTP/1.1 200 OK").count(), 3);
            assert_eq!(answer.matches("HTTP/1.1 404 ").count(), 1);
        })
        .await;
}

#[tokio::test]
async fn stopping_frees_the_address_whoever_is_still_there() {
    let mut house = House::start(1, &anywhere()).await;
    let (at, _slow) = house
        .during(|at| async move { (at, slow(at, 10).await) })
        .await;
    house.listener.stop().await;
    TcpListener::bind(at).await.unwrap();
}
