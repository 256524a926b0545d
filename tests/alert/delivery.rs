//! POSTs over a real socket: answered, refused, ignored; and that the record comes before the POST.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use trunkline::alert::ledger::AlertLedger;
use trunkline::alert::webhook::{Patience, Webhook};
use trunkline::alert::{AlertNews, LedgerRecord, Orders, PostOutcome, courier};
use trunkline::cloud;

use crate::rig::{Rig, SETTLE};

/// Short enough for a test, long enough for a loaded machine to answer what is answered.
const PATIENCE: Patience = Patience {
    answer: Duration::from_secs(2),
    first_wait: Duration::from_millis(1),
};

#[derive(Clone, Debug)]
struct Seen {
    key: String,
    kind: String,
    body: serde_json::Value,
}

/// What the receiver does with the n-th POST: a status, or none to say nothing at all.
struct Receiver {
    address: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    _task: JoinSet<()>,
}

impl Receiver {
    async fn start(script: impl Fn(usize) -> Option<u16> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!(
            "http://{}/hook/canary?key=1",
            listener.local_addr().unwrap()
        );
        let (seen, script) = (Arc::new(Mutex::new(Vec::new())), Arc::new(script));
        let heard = Arc::clone(&seen);
        let mut task = JoinSet::new();
        task.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((socket, _)) = listener.accept().await {
                let (heard, script) = (Arc::clone(&heard), Arc::clone(&script));
                let answer = service_fn(move |request| {
                    answer(request, Arc::clone(&heard), Arc::clone(&script))
                });
                connections.spawn(async move {
                    let server = auto::Builder::new(TokioExecutor::new());
                    let _ = server.serve_connection(TokioIo::new(socket), answer).await;
                });
            }
        });
        Self {
            address,
            seen,
            _task: task,
        }
    }

    fn webhook(&self, patience: Patience) -> Webhook {
        let http =
            cloud::http_client(None, &cloud::way::Way::new(cloud::way::Proxy::None)).unwrap();
        Webhook::new(http, self.address.parse().unwrap(), patience)
    }

    fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

async fn answer(
    request: Request<Incoming>,
    heard: Arc<Mutex<Vec<Seen>>>,
    script: Arc<impl Fn(usize) -> Option<u16>>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let header = |name: &str| request.headers()[name].to_str().unwrap().to_owned();
    let (key, kind) = (header("idempotency-key"), header("content-type"));
    let body = request.into_body().collect().await.unwrap().to_bytes();
    let body = serde_json::from_slice(&body).unwrap();
    let nth = {
        let mut heard = heard.lock().unwrap();
        heard.push(Seen { key, kind, body });
        heard.len() - 1
    };
    let Some(status) = script(nth) else {
        return std::future::pending().await;
    };
    Ok(Response::builder()
        .status(status)
        .body(Full::default())
        .unwrap())
}

/// The orders of one alert that has settled.
fn orders() -> (Rig, Orders) {
    let mut rig = Rig::new();
    rig.answers = false;
    rig.bad(1);
    rig.pass(SETTLE);
    let save = vec![rig.saved[0].clone()];
    let post = vec![rig.posts[0].clone()];
    (
        rig,
        Orders {
            save,
            post,
            announce: Vec::new(),
        },
    )
}

#[tokio::test]
async fn a_post_that_is_taken_is_made_once() {
    let receiver = Receiver::start(|_| Some(204)).await;
    let parcel = orders().1.post.remove(0);
    let sent = receiver
        .webhook(PATIENCE)
        .deliver(&parcel, |_, _| panic!("nothing failed"))
        .await;
    assert_eq!(sent, Ok(()));
    let seen = receiver.seen();
    assert_eq!(
        (seen.len(), seen[0].kind.as_str(), &seen[0].key),
        (1, "application/json", &parcel.key)
    );
    assert_eq!(seen[0].body, serde_json::to_value(&parcel.body).unwrap());
}

#[tokio::test]
async fn a_refusal_is_retried_with_the_same_key() {
    let receiver = Receiver::start(|nth| Some([400, 500, 200][nth])).await;
    let parcel = orders().1.post.remove(0);
    let mut failures = Vec::new();
    let sent = receiver
        .webhook(PATIENCE)
        .deliver(&parcel, |n, why| failures.push(format!("{n}: {why}")))
        .await;
    assert_eq!((sent, failures.len()), (Ok(()), 2));
    assert!(
        failures[0].starts_with("1: 127.0.0.1 answered 400"),
        "{failures:?}"
    );
    let keys: Vec<_> = receiver.seen().into_iter().map(|s| s.key).collect();
    assert!(keys.iter().all(|key| *key == parcel.key), "{keys:?}");
}

#[tokio::test]
async fn after_three_refusals_or_silences_it_is_given_up_and_the_address_stays_secret() {
    let quick = Patience {
        answer: Duration::from_millis(50),
        ..PATIENCE
    };
    for (status, patience, word) in [
        (Some(503), PATIENCE, "503"),
        (Some(301), PATIENCE, "301"),
        (None, quick, "did not answer"),
    ] {
        let receiver = Receiver::start(move |_| status).await;
        let parcel = orders().1.post.remove(0);
        let why = receiver
            .webhook(patience)
            .deliver(&parcel, |_, _| {})
            .await
            .unwrap_err()
            .to_string();
        assert!(why.contains(word) && !why.contains("canary"), "{why}");
        assert_eq!(receiver.seen().len(), 3);
        assert!(!format!("{:?}", receiver.webhook(patience)).contains("canary"));
    }
}

#[tokio::test]
async fn nobody_there_is_said() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/canary", listener.local_addr().unwrap());
    drop(listener);
    let webhook = Webhook::new(
        cloud::http_client(None, &cloud::way::Way::new(cloud::way::Proxy::None)).unwrap(),
        address.parse().unwrap(),
        PATIENCE,
    );
    let why = webhook
        .deliver(&orders().1.post[0], |_, _| {})
        .await
        .unwrap_err()
        .to_string();
    assert!(
        why.contains("could not be reached") && !why.contains("canary"),
        "{why}"
    );
}

/// The receiver reads the ledger when it is posted to: the alert must be on disk by then.
#[tokio::test]
async fn the_record_is_on_disk_before_the_post() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("alerts/lab.jsonl");
    let read = file.clone();
    let on_disk = Arc::new(Mutex::new(String::new()));
    let found = Arc::clone(&on_disk);
    let receiver = Receiver::start(move |_| {
        *found.lock().unwrap() = std::fs::read_to_string(&read).unwrap();
        Some(200)
    })
    .await;
    let (ledger, _) = AlertLedger::open(dir.path(), "lab").unwrap().unwrap();
    let (news_to, mut news) = mpsc::unbounded_channel();
    let (orders_to, orders_in) = mpsc::unbounded_channel();
    let webhook = receiver.webhook(PATIENCE);
    let task = tokio::spawn(courier::run(
        Some(ledger),
        Ok(webhook),
        orders_in,
        move |n| {
            let _ = news_to.send(n);
        },
    ));
    let (_, orders) = orders();
    orders_to.send(orders.clone()).unwrap();
    let Some(AlertNews::Told {
        id,
        outcome: PostOutcome::Sent,
        ..
    }) = news.recv().await
    else {
        panic!("it is sent");
    };
    assert_eq!(id, orders.post[0].id);
    let line: LedgerRecord = serde_json::from_str(on_disk.lock().unwrap().trim()).unwrap();
    assert_eq!(line, orders.save[0]);
    drop(orders_to);
    task.await.unwrap();
}
