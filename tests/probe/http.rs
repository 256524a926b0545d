//! HTTP health: what counts as healthy, what is not followed, what is not sent.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use http_body_util::Empty;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use trunkline::model::finding::{Finding, Grade, Http, ProbeOutcome};

use crate::servers::{Authority, probe, self_signed};

/// Answers `/CODE` with that status; counts requests, and refuses to see credentials.
async fn serve(seen: Arc<AtomicU32>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let seen = Arc::clone(&seen);
            let service = service_fn(move |request: Request<Incoming>| {
                seen.fetch_add(1, Ordering::SeqCst);
                assert!(!request.headers().contains_key("authorization"));
                let status: u16 = request.uri().path()[1..].parse().unwrap();
                let answer = Response::builder()
                    .status(status)
                    .header("location", "/200")
                    .body(Empty::<Bytes>::new());
                async move { Ok::<_, Infallible>(answer.unwrap()) }
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    at
}

fn http(finding: &Finding) -> &Http {
    match &finding.outcome {
        ProbeOutcome::Http(http) => http,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn below_500_is_healthy_and_redirects_are_not_followed() {
    let seen = Arc::new(AtomicU32::new(0));
    let (at, ca) = (serve(Arc::clone(&seen)).await, Authority::new("Ours"));
    for (status, grade, word) in [
        (200, Grade::Good, "healthy"),
        (302, Grade::Good, "healthy"),
        (404, Grade::Good, "healthy"),
        (499, Grade::Good, "healthy"),
        (500, Grade::Bad, "unhealthy"),
        (503, Grade::Bad, "unhealthy"),
    ] {
        let finding = probe(&format!("http://{at}/{status}"), &ca).await;
        assert_eq!(http(&finding).status, status);
        assert_eq!((finding.grade(), finding.word()), (grade, word));
        assert_eq!(http(&finding).peer, Some(at));
    }
    let redirect = probe(&format!("http://{at}/301"), &ca).await;
    assert_eq!(http(&redirect).location.as_ref().unwrap().raw(), "/200");
    assert!(redirect.sentence().contains("not followed to /200"));
    assert_eq!(seen.load(Ordering::SeqCst), 7, "one request a probe");
}

#[tokio::test]
async fn a_service_that_is_not_there_is_told_from_one_that_is_not_trusted() {
    let ca = Authority::new("Ours");
    let gone = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let finding = probe(&format!("http://{gone}/"), &ca).await;
    assert_eq!(finding.grade(), Grade::Unreachable);
    assert!(
        finding.sentence().contains("refused"),
        "{}",
        finding.sentence()
    );

    let untrusted = self_signed("127.0.0.1").serve().await;
    let finding = probe(&format!("https://{untrusted}/"), &ca).await;
    assert_eq!(finding.grade(), Grade::Bad, "somebody was there");
    let sentence = finding.sentence();
    assert!(sentence.contains("ca_file"), "{sentence}");
    assert!(sentence.contains(&untrusted.to_string()), "{sentence}");
}
