//! Who is let in, and what is refused at the door.

use reqwest::Method;
use reqwest::header::{AUTHORIZATION, HOST, ORIGIN, WWW_AUTHENTICATE};
use trunkline::config::profile::listen::Listen;
use trunkline::environment::Environment;
use trunkline::listen::{self, Listener};

use crate::house::{House, anywhere, raw, request, with_token};

const PATH: &str = "/api/v1/telephony/dashboard";

#[tokio::test]
async fn a_foreign_name_and_a_foreign_page_are_refused() {
    let mut house = House::start(1, &anywhere()).await;
    house
        .during(|at| async move {
            let with = |name, value: String| {
                let asked = request(Method::GET, at, PATH).header(name, value);
                async move { asked.send().await.unwrap().status().as_u16() }
            };
            assert_eq!(with(HOST, format!("localhost:{}", at.port())).await, 200);
            for host in ["evil.example", "evil.example:8080", "10.1.2.3"] {
                assert_eq!(with(HOST, host.into()).await, 403, "{host}");
            }
            assert_eq!(with(ORIGIN, format!("http://{at}")).await, 200);
            for origin in ["null", "https://evil.example", "http://localhost:1"] {
                assert_eq!(with(ORIGIN, origin.into()).await, 403, "{origin}");
            }
        })
        .await;
}

#[tokio::test]
async fn with_a_token_everything_needs_it() {
    let mut house = House::start(1, &with_token("canary-token")).await;
    house
        .during(|at| async move {
            for path in [PATH, "/metrics", "/healthz", "/readyz", "/nowhere"] {
                let answer = request(Method::GET, at, path).send().await.unwrap();
                assert_eq!(answer.status(), 401, "{path}");
                assert_eq!(answer.headers()[WWW_AUTHENTICATE], "Bearer");
                assert!(!answer.text().await.unwrap().contains("canary"));
            }
            for (value, status) in [
                ("Bearer canary-token", 200),
                ("Bearer canary-tokem", 401),
                ("Basic canary-token", 401),
            ] {
                let asked = request(Method::GET, at, PATH).header(AUTHORIZATION, value);
                assert_eq!(asked.send().await.unwrap().status(), status, "{value}");
            }
        })
        .await;
}

async fn refused(listen: &Listen) -> String {
    let (asker, _questions) = listen::desk();
    let started = Listener::start(listen, &Environment::default(), asker).await;
    started.unwrap_err().to_string()
}

#[tokio::test]
async fn beyond_loopback_nothing_is_served_without_a_token() {
    let open = Listen {
        address: Some("0.0.0.0:0".parse().unwrap()),
        ..Listen::default()
    };
    let why = refused(&open).await;
    assert!(
        why.starts_with("will not listen on 0.0.0.0:0 without a token"),
        "{why}"
    );
}

#[tokio::test]
async fn an_address_that_is_taken_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let why = refused(&Listen {
        address: Some(address),
        ..Listen::default()
    })
    .await;
    let named = format!("cannot listen on {address}: ");
    assert!(why.starts_with(&named) && why.contains("--listen"), "{why}");
}

#[tokio::test]
async fn paths_that_lead_elsewhere_lead_nowhere() {
    let mut house = House::start(1, &anywhere()).await;
    house
        .during(|at| async move {
            for path in [
                "/../../etc/passwd",
                "/%2e%2e/%2e%2e/etc/passwd",
                "/api/v1/../v1/telephony/dashboard",
                "/api/v1/telephony/dashboard/",
                "//api/v1/telephony/dashboard",
                "/metrics%00",
                "/",
            ] {
                let head =
                    format!("GET {path} HTTP/1.1\r\nhost: {at}\r\nconnection: close\r\n\r\n");
                let answer = raw(at, head.as_bytes()).await;
                assert!(answer.starts_with("HTTP/1.1 404 "), "{path}: {answer}");
                assert!(answer.contains(r#""code":"not.found""#), "{answer}");
            }
        })
        .await;
}

#[tokio::test]
async fn what_is_too_large_or_no_request_ends_the_connection() {
    let mut house = House::start(1, &anywhere()).await;
    house
        .during(|at| async move {
            let long = "x".repeat(20_000);
            let many = "a: b\r\n".repeat(200);
            for (what, bytes, status) in [
                (
                    "a long field",
                    format!("GET /healthz HTTP/1.1\r\nhost: {at}\r\nx: {long}\r\n\r\n"),
                    "431",
                ),
                (
                    "many fields",
                    format!("GET /healthz HTTP/1.1\r\nhost: {at}\r\n{many}\r\n"),
                    "431",
                ),
                (
                    "a large body",
                    format!(
                        "POST /metrics HTTP/1.1\r\nhost: {at}\r\ncontent-length: 70000\r\n\r\n"
                    ),
                    "413",
                ),
                (
                    "no host",
                    "GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n".into(),
                    "400",
                ),
                ("garbage", "\u{16}\u{3}\u{1}garbage\r\n\r\n".into(), "400"),
            ] {
                let answer = raw(at, bytes.as_bytes()).await;
                let line = format!("HTTP/1.1 {status} ");
                assert!(answer.starts_with(&line), "{what}: {answer:?}");
            }
            let answer = request(Method::GET, at, "/healthz").send().await.unwrap();
            assert_eq!(answer.status(), 200, "and the listener goes on");
        })
        .await;
}
