//! A destination of events: name, handshake and health in this order, and each of them as what stops it.

use http_body_util::Empty;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use tokio::net::TcpListener;
use trunkline::model::route::{Check, Stage, Verdict};
use trunkline::probe::{Prober, Settings};

use crate::servers::{Authority, Identity, answering};

/// An https server that answers `/CODE` with that status.
async fn serve(identity: &Identity) -> String {
    let acceptor = identity.acceptor();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            let service = service_fn(move |request: Request<Incoming>| {
                assert_eq!(request.method(), "GET");
                let status: u16 = request.uri().path()[1..].parse().unwrap();
                let answer = Response::builder().status(status);
                let answer = answer.header("location", "https://elsewhere.invalid/");
                async move { Ok::<_, Infallible>(answer.body(Empty::<Bytes>::new()).unwrap()) }
            });
            tokio::spawn(async move {
                let stream = acceptor.accept(stream).await.ok()?;
                let http = http1::Builder::new();
                http.serve_connection(TokioIo::new(stream), service)
                    .await
                    .ok()
            });
        }
    });
    format!("https://127.0.0.1:{}", at.port())
}

/// Looks, and says which stages were told of while it went on.
async fn look(uri: &str, authority: &Authority) -> (Verdict, Vec<&'static str>) {
    let settings = Settings {
        authorities: vec![authority.der.clone()],
        ..Settings::default()
    };
    let mut told = Vec::new();
    let running = |verdict: &Verdict| {
        Check::ALL
            .into_iter()
            .find(|check| *verdict.stage(*check) == Stage::Running)
    };
    let tell = |verdict: &Verdict| told.push(running(verdict).map_or("end", Check::word));
    let verdict = Prober::new(settings).destination(uri, tell).await;
    (verdict, told)
}

fn failed(verdict: &Verdict, check: Check, words: &str) {
    let (at, why) = verdict.failure().unwrap();
    assert_eq!(at, check, "{why}");
    assert!(why.raw().contains(words), "{why}");
    let rest = Check::ALL.into_iter().filter(|other| *other > check);
    for later in rest {
        assert_eq!(
            *verdict.stage(later),
            Stage::Waiting,
            "{later:?} was not reached"
        );
    }
}

#[tokio::test]
async fn below_500_behind_a_good_certificate_is_reachable() {
    let ca = Authority::new("Ours");
    let server = serve(&ca.issue("127.0.0.1", (-1, 90))).await;
    for status in [200, 302, 404] {
        let (verdict, told) = look(&format!("{server}/{status}"), &ca).await;
        assert!(verdict.reachable(), "{}", verdict.sentence());
        assert_eq!(
            (verdict.status, verdict.days_left),
            (Some(status), Some(90))
        );
        assert_eq!(told, ["DNS", "TLS", "health", "end"]);
    }
    let (verdict, _) = look(&format!("{server}/500"), &ca).await;
    failed(&verdict, Check::Health, "500");
}

#[tokio::test]
async fn the_first_thing_that_is_wrong_is_what_is_told() {
    let (ca, other) = (Authority::new("Ours"), Authority::new("Theirs"));
    let (verdict, told) = look("https://nowhere.invalid/in", &ca).await;
    failed(&verdict, Check::Dns, "nowhere.invalid has no address");
    assert_eq!(told, ["DNS", "end"]);

    for (identity, words) in [
        (ca.issue("elsewhere.example", (-1, 90)), "127.0.0.1"),
        (ca.issue("127.0.0.1", (-20, -1)), "expired"),
        (other.issue("127.0.0.1", (-1, 90)), "ca_file"),
    ] {
        let (verdict, _) = look(&format!("{}/200", serve(&identity).await), &ca).await;
        failed(&verdict, Check::Tls, words);
    }
    // The fatal alert `protocol_version`, which a server of TLS 1.1 answers to a client of today.
    let old = answering(&[21, 3, 1, 0, 2, 2, 70]).await;
    let (verdict, _) = look(&format!("https://{old}/in"), &ca).await;
    failed(&verdict, Check::Tls, "1.2");

    for odd in ["http://127.0.0.1/in", "https://", "no uri"] {
        let (verdict, told) = look(odd, &ca).await;
        failed(&verdict, Check::Dns, "it is");
        assert_eq!(told, ["DNS", "end"]);
    }
}
