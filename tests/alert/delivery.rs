//! POSTs over a real socket: answered, refused, ignored; and that the record comes before the POST.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::mpsc;
use trunkline::alert::courier::Receivers;
use trunkline::alert::ledger::AlertLedger;
use trunkline::alert::webhook::{Patience, Webhook};
use trunkline::alert::{AlertNews, LedgerRecord, Orders, PostOutcome, courier};
use trunkline::cloud;

use crate::common::server::{Server, answer, silence};
use crate::rig::{Rig, SETTLE};

/// Short enough for a test, long enough for a loaded machine to answer what is answered.
const PATIENCE: Patience = Patience {
    answer: Duration::from_secs(2),
    first_wait: Duration::from_millis(1),
};

/// What the receiver does with the n-th POST: a status, or none to say nothing at all.
async fn receiver(script: impl Fn(usize) -> Option<u16> + Send + Sync + 'static) -> Server {
    Server::plain(move |_, nth| script(nth).map_or_else(silence, |status| answer(status, ""))).await
}

fn webhook(receiver: &Server, patience: Patience) -> Webhook {
    to(&format!("{}/hook/canary?key=1", receiver.url()), patience)
}

fn to(address: &str, patience: Patience) -> Webhook {
    let http = cloud::http_client(None, &cloud::way::Way::new(cloud::way::Proxy::None)).unwrap();
    Webhook::new(http, address.parse().unwrap(), patience)
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
            ..Orders::default()
        },
    )
}

#[tokio::test]
async fn a_post_that_is_taken_is_made_once() {
    let receiver = receiver(|_| Some(204)).await;
    let parcel = orders().1.post.remove(0);
    let sent = webhook(&receiver, PATIENCE)
        .deliver(&parcel, |_, _| panic!("nothing failed"))
        .await;
    assert_eq!(sent, Ok(()));
    let seen = receiver.seen();
    let header = |name| seen[0].header(name);
    assert_eq!(
        (
            seen.len(),
            header("content-type"),
            header("idempotency-key")
        ),
        (1, "application/json", parcel.key.as_str())
    );
    let body: serde_json::Value = serde_json::from_str(&seen[0].body).unwrap();
    assert_eq!(body, serde_json::to_value(&parcel.body).unwrap());
}

#[tokio::test]
async fn a_refusal_is_retried_with_the_same_key() {
    let receiver = receiver(|nth| Some([400, 500, 200][nth])).await;
    let parcel = orders().1.post.remove(0);
    let mut failures = Vec::new();
    let sent = webhook(&receiver, PATIENCE)
        .deliver(&parcel, |n, why| failures.push(format!("{n}: {why}")))
        .await;
    assert_eq!((sent, failures.len()), (Ok(()), 2));
    assert!(
        failures[0].starts_with("1: 127.0.0.1 answered 400"),
        "{failures:?}"
    );
    let seen = receiver.seen();
    let keys: Vec<_> = seen.iter().map(|s| s.header("idempotency-key")).collect();
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
        let receiver = receiver(move |_| status).await;
        let parcel = orders().1.post.remove(0);
        let why = webhook(&receiver, patience)
            .deliver(&parcel, |_, _| {})
            .await
            .unwrap_err()
            .to_string();
        assert!(why.contains(word) && !why.contains("canary"), "{why}");
        assert_eq!(receiver.seen().len(), 3);
        assert!(!format!("{:?}", webhook(&receiver, patience)).contains("canary"));
    }
}

#[tokio::test]
async fn nobody_there_is_said() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/canary", listener.local_addr().unwrap());
    drop(listener);
    let why = to(&address, PATIENCE)
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
    let receiver = receiver(move |_| {
        *found.lock().unwrap() = std::fs::read_to_string(&read).unwrap();
        Some(200)
    })
    .await;
    let (ledger, _) = AlertLedger::open(dir.path(), "lab").unwrap().unwrap();
    let (news_to, mut news) = mpsc::unbounded_channel();
    let (orders_to, orders_in) = mpsc::unbounded_channel();
    let receivers = Receivers {
        webhook: Ok(webhook(&receiver, PATIENCE)),
        targets: Vec::new(),
        remind: courier::REMIND,
    };
    let task = tokio::spawn(courier::run(Some(ledger), receivers, orders_in, move |n| {
        let _ = news_to.send(n);
    }));
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
