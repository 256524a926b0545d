use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::{bench, options};

#[tokio::test]
async fn a_client_that_never_finishes_its_handshake_holds_nobody_up() {
    let bench = bench(options()).await;
    let mut idle = Vec::new();
    for _ in 0..20 {
        let mut tcp = TcpStream::connect(bench.address()).await.unwrap();
        tcp.write_all(&[0x16, 0x03]).await.unwrap();
        idle.push(tcp);
    }
    assert_eq!(
        bench
            .get("/api/v2/users", &bench.token().await)
            .await
            .status(),
        200
    );
}

#[tokio::test]
async fn plain_http_is_not_served() {
    let bench = bench(options()).await;
    let mut tcp = TcpStream::connect(bench.address()).await.unwrap();
    tcp.write_all(b"GET /api/v2/users HTTP/1.1\r\nhost: localhost\r\n\r\n")
        .await
        .unwrap();
    let mut answer = Vec::new();
    let _ = tcp.read_to_end(&mut answer).await;
    assert!(!answer.starts_with(b"HTTP/"));
}

#[tokio::test]
async fn nonsense_and_huge_heads_are_refused() {
    let bench = bench(options()).await;
    let huge = format!(
        "GET / HTTP/1.1\r\nhost: localhost\r\nx: {}\r\n\r\n",
        "a".repeat(256 * 1024)
    );
    let many = format!(
        "GET / HTTP/1.1\r\nhost: localhost\r\n{}\r\n",
        "x: y\r\n".repeat(2000)
    );
    let traversal =
        "GET /api/../_org/state HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"
            .to_owned();
    for (request, status) in [
        ("\0\u{1}\u{2} nonsense\r\n\r\n".to_owned(), "HTTP/1.1 400"),
        (huge, "HTTP/1.1 431"),
        (many, "HTTP/1.1 431"),
        (traversal, "HTTP/1.1 404"),
    ] {
        let answer = bench.raw(request.as_bytes()).await;
        // A close with unread bytes may reset the connection before the answer is read.
        assert!(answer.is_empty() || answer.starts_with(status), "{answer}");
    }
    assert_eq!(
        bench
            .get("/api/v2/users", &bench.token().await)
            .await
            .status(),
        200
    );
}

#[tokio::test]
async fn a_body_is_bounded() {
    let bench = bench(options()).await;
    let large = bench
        .http
        .post(bench.url("/oauth/token"))
        .body(vec![b'a'; 1 << 20])
        .send()
        .await;
    assert!(large.is_err() || large.is_ok_and(|reply| reply.status() == 413));
}
