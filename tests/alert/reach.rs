//! Targets over real sockets and with real programs: taken, refused, ignored, and none of them in the way of another.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rcgen::{CertificateParams, KeyPair};
use reqwest::header::HeaderValue;
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use secrecy::SecretString;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use trunkline::alert::courier::{self, Receivers};
use trunkline::alert::target::command::Program;
use trunkline::alert::target::syslog::{self, Carriage, Collector};
use trunkline::alert::target::{How, Receiver, Shape};
use trunkline::alert::webhook::{Patience, Webhook};
use trunkline::alert::{AlertNews, Orders, Parcel, PostOutcome};
use trunkline::cloud::{self, tls, way};
use trunkline::model::alert::{AlertId, Leg};
use trunkline::text::Text;
use trunkline::time::Millis;

use crate::common::server::{Server, answer, answer_with, silence};

/// Short enough for a test, long enough for a loaded machine to answer what is answered.
const PATIENCE: Patience = Patience {
    answer: Duration::from_secs(5),
    first_wait: Duration::from_millis(1),
};

const BEGAN: Millis = Millis(1_750_000_000_000);

fn parcel(name: &str, leg: Leg) -> Parcel {
    Parcel::test(name.into(), leg, (BEGAN, BEGAN.plus(60_000)))
}

fn posting(server: &Server, shape: Shape) -> Receiver {
    let way = way::Way::new(way::Proxy::None);
    let http = cloud::http_client(None, &way).unwrap();
    let address = format!("{}/in/canary?key=1", server.url());
    let webhook = Webhook::new(http, address.parse().unwrap(), PATIENCE);
    let webhook = webhook.authorized(HeaderValue::from_static("Bearer canary-token"));
    Receiver::new("acme", How::Http(webhook, shape), PATIENCE)
}

#[tokio::test]
async fn each_shape_is_posted_with_its_key_and_what_lets_it_in() {
    let shapes = [
        Shape::Contract,
        Shape::Alertmanager,
        Shape::PagerDuty(SecretString::from("canary-routing-key")),
        Shape::Slack,
        Shape::Teams,
    ];
    for shape in shapes {
        let server = Server::plain(|_, _| answer(202, "")).await;
        let receiver = posting(&server, shape.clone());
        let parcel = parcel("oncall", Leg::Raise);
        let sent = receiver.deliver(&parcel, |_, why| panic!("{why}")).await;
        assert_eq!(sent, Ok(()));
        let seen = server.seen();
        assert_eq!(seen.len(), 1);
        let header = |name| seen[0].header(name);
        assert_eq!(header("content-type"), "application/json");
        assert_eq!(header("idempotency-key"), parcel.key);
        assert_eq!(header("authorization"), "Bearer canary-token");
        let body: serde_json::Value = serde_json::from_str(&seen[0].body).unwrap();
        assert_eq!(body, shape.body("acme", parcel.target.as_ref().unwrap()));
        let shown = format!("{receiver:?} {shape:?}");
        assert!(!shown.contains("canary"), "{shown}");
    }
}

#[tokio::test]
async fn what_refuses_or_has_moved_is_tried_three_times_and_followed_nowhere() {
    let elsewhere = Server::plain(|_, _| answer(200, "")).await;
    let away = format!("{}/elsewhere", elsewhere.url());
    for status in [301, 307, 400, 503] {
        let away = away.clone();
        let script = move |_: &_, _| answer_with(status, ("location", &away), "canary");
        let server = Server::plain(script).await;
        let receiver = posting(&server, Shape::Slack);
        let mut failures = 0;
        let failed = |_, _| failures += 1;
        let why = receiver.deliver(&parcel("chat", Leg::Raise), failed).await;
        let why = why.unwrap_err().to_string();
        assert!(
            why.starts_with(&format!("127.0.0.1 answered {status}")),
            "{why}"
        );
        assert!(!why.contains("canary"), "{why}");
        assert_eq!((server.seen().len(), failures), (3, 2));
    }
    assert!(elsewhere.seen().is_empty());
}

fn collector(carriage: Carriage, port: u16) -> Receiver {
    let collector = Collector {
        carriage,
        host: "127.0.0.1".to_owned(),
        port,
        facility: syslog::FACILITY,
        machine: "noc-1".to_owned(),
        patience: PATIENCE,
    };
    Receiver::new("acme", How::Syslog(collector), PATIENCE)
}

fn message() -> String {
    let parcel = parcel("log", Leg::Raise);
    let notice = parcel.target.as_ref().unwrap();
    syslog::message("acme", notice, syslog::FACILITY, "noc-1")
}

#[tokio::test]
async fn a_datagram_is_a_message() {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let port = socket.local_addr().unwrap().port();
    let receiver = collector(Carriage::Udp, port);
    let parcel = parcel("log", Leg::Raise);
    assert_eq!(
        receiver.deliver(&parcel, |_, why| panic!("{why}")).await,
        Ok(())
    );
    let mut heard = [0; 4_096];
    let size = socket.recv(&mut heard).await.unwrap();
    assert_eq!(String::from_utf8_lossy(&heard[..size]), message());
    // Nobody there: this machine says so at once.
    drop(socket);
    let why = receiver.deliver(&parcel, |_, _| {}).await.unwrap_err();
    assert!(why.to_string().contains("could not be reached"), "{why}");
}

async fn all(mut stream: impl AsyncRead + Unpin) -> String {
    let mut heard = Vec::new();
    let _ = stream.read_to_end(&mut heard).await;
    String::from_utf8(heard).unwrap()
}

fn framed() -> String {
    let message = message();
    format!("{} {message}", message.len())
}

#[tokio::test]
async fn a_connection_has_the_length_before_the_message() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = tokio::spawn(async move { all(listener.accept().await.unwrap().0).await });
    let receiver = collector(Carriage::Tcp, port);
    let parcel = parcel("log", Leg::Raise);
    assert_eq!(
        receiver.deliver(&parcel, |_, why| panic!("{why}")).await,
        Ok(())
    );
    assert_eq!(heard.await.unwrap(), framed());
    let why = receiver.deliver(&parcel, |_, _| {}).await.unwrap_err();
    assert!(why.to_string().contains("could not be reached"), "{why}");
}

#[tokio::test]
async fn a_collector_behind_tls_is_verified() {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], private)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (heard_to, mut heard) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((tcp, _)) = listener.accept().await {
            if let Ok(stream) = acceptor.accept(tcp).await {
                let _ = heard_to.send(all(stream).await);
            }
        }
    });
    let parcel = parcel("log", Leg::Raise);
    let trusted = tls::config(vec![certificate.der().clone()], None).unwrap();
    let receiver = collector(Carriage::Tls(Arc::new(trusted)), port);
    assert_eq!(
        receiver.deliver(&parcel, |_, why| panic!("{why}")).await,
        Ok(())
    );
    assert_eq!(heard.recv().await.unwrap(), framed());
    let other = KeyPair::generate().unwrap();
    let other = CertificateParams::new(["127.0.0.1".to_owned()])
        .unwrap()
        .self_signed(&other)
        .unwrap();
    let strange = tls::config(vec![other.der().clone()], None).unwrap();
    let receiver = collector(Carriage::Tls(Arc::new(strange)), port);
    let why = receiver.deliver(&parcel, |_, _| {}).await.unwrap_err();
    assert!(why.to_string().contains("certificate"), "{why}");
    assert!(heard.try_recv().is_err(), "it is told nothing");
}

fn program(argv: &[&str], deadline: Duration) -> Receiver {
    let argv = argv.iter().map(ToString::to_string).collect();
    let how = How::Command(Program::new(argv, deadline));
    Receiver::new("acme", how, PATIENCE)
}

fn script<'a>(text: &'a str, file: &'a Path) -> [&'a str; 5] {
    ["sh", "-c", text, "canary-argument", file.to_str().unwrap()]
}

#[tokio::test]
async fn a_program_reads_one_line_and_has_neither_terminal_nor_alert_in_its_arguments() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("heard");
    let text = "cat > \"$1\"; echo $# >> \"$1\"; (: > /dev/tty) 2>/dev/null && echo terminal >> \"$1\"; yes | head -c 1000000";
    let receiver = program(&script(text, &file), Duration::from_secs(20));
    let parcel = parcel("pager", Leg::Raise);
    assert_eq!(
        receiver.deliver(&parcel, |_, why| panic!("{why}")).await,
        Ok(())
    );
    let heard = std::fs::read_to_string(&file).unwrap();
    let (line, rest) = heard.split_once('\n').unwrap();
    let body: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!(
        (&body["state"], &body["key"]),
        (&"raised".into(), &parcel.key.into())
    );
    assert_eq!(rest, "1\n");
    let shown = format!("{receiver:?}");
    assert!(!shown.contains("canary"), "{shown}");
}

#[tokio::test]
async fn a_program_that_fails_is_quoted_and_one_that_is_not_there_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("runs");
    // It reads nothing, says a lot and does not want to end by its output.
    let text =
        "echo run >> \"$1\"; printf 'no\\033[2J line\\n' >&2; yes | head -c 1000000 >&2; exit 3";
    let receiver = program(&script(text, &file), Duration::from_secs(20));
    let parcel = parcel("pager", Leg::Raise);
    let why = receiver
        .deliver(&parcel, |_, _| {})
        .await
        .unwrap_err()
        .to_string();
    assert_eq!(
        why,
        "sh ended with exit status: 3, saying \"no\\u{1b}[2J line\". Look at the program, then send again."
    );
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "run\nrun\nrun\n");
    let receiver = program(&["/nowhere/tell"], Duration::from_secs(20));
    let why = receiver
        .deliver(&parcel, |_, _| {})
        .await
        .unwrap_err()
        .to_string();
    assert!(
        why.starts_with("/nowhere/tell cannot be started: "),
        "{why}"
    );
}

#[tokio::test]
async fn a_program_that_takes_too_long_is_killed_with_what_it_has_started() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("pids");
    let text = "trap '' HUP TERM; sleep 600 & echo $! $$ >> \"$1\"; wait";
    let receiver = program(&script(text, &file), Duration::from_millis(700));
    let parcel = parcel("pager", Leg::Raise);
    let why = receiver
        .deliver(&parcel, |_, _| {})
        .await
        .unwrap_err()
        .to_string();
    assert!(
        why.starts_with("sh did not end within 0.7 s and was killed"),
        "{why}"
    );
    let pids = std::fs::read_to_string(&file).unwrap();
    let pids: Vec<&str> = pids.split_whitespace().collect();
    assert!(!pids.is_empty() && pids.len().is_multiple_of(2), "{pids:?}");
    let alive = |pid: &&&str| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"));
        stat.is_ok_and(|stat| !stat.contains(") Z "))
    };
    let until = std::time::Instant::now() + Duration::from_secs(20);
    while let Some(pid) = pids.iter().find(alive) {
        assert!(std::time::Instant::now() < until, "{pid} outlived its time");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_program_is_not_waited_for_by_what_it_leaves_behind() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("pid");
    let text = "sleep 5 & echo $! > \"$1\"; exit 0";
    let receiver = program(&script(text, &file), Duration::from_secs(4));
    let parcel = parcel("pager", Leg::Raise);
    assert_eq!(
        receiver.deliver(&parcel, |_, why| panic!("{why}")).await,
        Ok(())
    );
}

#[tokio::test]
async fn one_that_hangs_holds_up_none_of_the_others() {
    let hung = Server::plain(|_, _| silence()).await;
    let well = Server::plain(|_, _| answer(200, "")).await;
    let names = ["hung", "well"];
    let receivers = Receivers {
        webhook: Err(Text::from("the profile has no webhook.")),
        targets: vec![
            (names[0].into(), Ok(posting(&hung, Shape::Slack))),
            (names[1].into(), Ok(posting(&well, Shape::Teams))),
        ],
        remind: courier::REMIND,
    };
    let (news_to, mut news) = mpsc::unbounded_channel();
    let (orders_to, orders) = mpsc::unbounded_channel();
    let tell = move |n| {
        let _ = news_to.send(n);
    };
    let task = tokio::spawn(courier::run(None, receivers, orders, tell));
    // Many more than may be under way to one of them.
    let post = (0..20).flat_map(|_| names.map(|name| parcel(name, Leg::Raise)));
    let post = post.chain([parcel("nobody", Leg::Raise)]).collect();
    let orders = Orders {
        post,
        ..Orders::default()
    };
    orders_to.send(orders).unwrap();
    let (mut sent, mut unknown) = (0, 0);
    while (sent, unknown) != (20, 1) {
        let Some(AlertNews::Told {
            target: Some(target),
            outcome,
            ..
        }) = news.recv().await
        else {
            panic!("the courier has ended");
        };
        match (target.raw(), outcome) {
            ("well", PostOutcome::Sent) => sent += 1,
            ("nobody", PostOutcome::Failed { .. }) => unknown += 1,
            (name, outcome) => assert_eq!(name, "hung", "{outcome:?}"),
        }
    }
    assert!(hung.connections() <= 4, "{}", hung.connections());
    drop(orders_to);
    task.await.unwrap();
}

#[tokio::test]
async fn an_alertmanager_is_told_again_what_holds_until_its_end() {
    let server = Server::plain(|_, _| answer(200, "")).await;
    let chat = Server::plain(|_, _| answer(200, "")).await;
    let receivers = Receivers {
        webhook: Err(Text::from("the profile has no webhook.")),
        targets: vec![
            ("am".into(), Ok(posting(&server, Shape::Alertmanager))),
            ("chat".into(), Ok(posting(&chat, Shape::Slack))),
        ],
        remind: Duration::from_millis(20),
    };
    let (news_to, mut news) = mpsc::unbounded_channel();
    let (orders_to, orders) = mpsc::unbounded_channel();
    let tell = move |n| {
        let _ = news_to.send(n);
    };
    let task = tokio::spawn(courier::run(None, receivers, orders, tell));
    let of = |id: u64, name: &str, leg| Parcel {
        id: AlertId(id),
        ..parcel(name, leg)
    };
    let post = |post: Vec<Parcel>| Orders {
        post,
        ..Orders::default()
    };
    // One that an earlier run has told, and one that begins.
    orders_to
        .send(Orders {
            post: vec![of(2, "am", Leg::Raise), of(2, "chat", Leg::Raise)],
            holds: vec![of(1, "am", Leg::Raise), of(1, "chat", Leg::Raise)],
            ..Orders::default()
        })
        .unwrap();
    let alerts = |body: &str| {
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        body.as_array().unwrap().len()
    };
    let until = |many: usize| {
        let said = server.seen();
        let said = said
            .iter()
            .filter(|seen| seen.header("idempotency-key").is_empty());
        said.filter(|seen| alerts(&seen.body) == many).count() >= 2
    };
    while !until(2) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    orders_to
        .send(post(vec![of(1, "am", Leg::Resolve)]))
        .unwrap();
    while !until(1) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    orders_to
        .send(post(vec![of(2, "am", Leg::Resolve)]))
        .unwrap();
    for _ in 0..4 {
        assert!(matches!(
            news.recv().await,
            Some(AlertNews::Told {
                outcome: PostOutcome::Sent,
                ..
            })
        ));
    }
    // Behind its end nothing is said of it.
    let before = server.seen().len();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(server.seen().len(), before);
    assert_eq!(chat.seen().len(), 1, "who does not forget is not reminded");
    drop(orders_to);
    task.await.unwrap();
}
