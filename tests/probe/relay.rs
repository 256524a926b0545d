//! STUN against servers that lose packets, talk nonsense, or sit behind a NAT.

use std::net::SocketAddr;
use std::time::Duration;

use stun_proto::types::attribute::{ErrorCode, XorMappedAddress};
use stun_proto::types::message::{Message, MessageWriteVec};
use stun_proto::types::prelude::*;
use tokio::net::UdpSocket;
use trunkline::model::finding::{Finding, Grade, ProbeOutcome, Stun};
use trunkline::probe::{Prober, Settings};

/// What a server sends for its n-th request from a client, as it came.
type Answer = fn(u32, &Message<'_>, SocketAddr) -> Vec<Vec<u8>>;

async fn serve(bind: &str, answer: Answer) -> Option<SocketAddr> {
    let socket = UdpSocket::bind(bind).await.ok()?;
    let at = socket.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut bytes, mut count) = ([0; 1500], 0);
        while let Ok((length, from)) = socket.recv_from(&mut bytes).await {
            count += 1;
            let request = Message::from_bytes(&bytes[..length]).unwrap();
            for packet in answer(count, &request, from) {
                let _ = socket.send_to(&packet, from).await;
            }
        }
    });
    Some(at)
}

async fn probe(at: SocketAddr, deadline_ms: u64) -> Finding {
    let settings = Settings {
        deadline: Duration::from_millis(deadline_ms),
        ..Settings::default()
    };
    let target = format!("stun:{at}").parse().unwrap();
    Prober::new(settings).probe(&target).await
}

fn mapped(request: &Message<'_>, to: SocketAddr) -> Vec<u8> {
    let mut answer = Message::builder_success(request, MessageWriteVec::new());
    let address = XorMappedAddress::new(to, request.transaction_id());
    answer.add_attribute(&address).unwrap();
    answer.finish()
}

fn stun(finding: &Finding) -> &Stun {
    match &finding.outcome {
        ProbeOutcome::Stun(stun) => stun,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_lost_request_is_sent_again() {
    let server = serve("127.0.0.1:0", |n, request, from| match n {
        1 => vec![],
        _ => vec![mapped(request, from)],
    });
    let finding = probe(server.await.unwrap(), 20_000).await;
    assert_eq!(stun(&finding).requests, 2);
    assert!(finding.sentence().contains("after 2 requests"));
    assert!(finding.took_ms >= 500, "not before the first RTO");
}

#[tokio::test]
async fn a_nat_shows_as_another_address() {
    let server = serve("127.0.0.1:0", |_, request, _| {
        vec![mapped(request, "203.0.113.9:4711".parse().unwrap())]
    });
    let finding = probe(server.await.unwrap(), 20_000).await;
    assert!(stun(&finding).nat());
    assert!(
        finding
            .sentence()
            .contains("203.0.113.9:4711 (behind a NAT)")
    );
}

#[tokio::test]
async fn ipv6_is_probed_where_there_is_any() {
    let server = serve("[::1]:0", |_, request, from| vec![mapped(request, from)]);
    let Some(at) = server.await else {
        println!("skipped: this machine has no IPv6 loopback");
        return;
    };
    let finding = probe(at, 20_000).await;
    assert!(stun(&finding).mapped.unwrap().is_ipv6());
}

#[tokio::test]
async fn noise_and_answers_to_others_are_passed_over() {
    let server = serve("127.0.0.1:0", |_, request, from| {
        let mut foreign = mapped(request, from);
        foreign[8] ^= 0xff;
        vec![b"noise".to_vec(), vec![], foreign, mapped(request, from)]
    });
    let finding = probe(server.await.unwrap(), 20_000).await;
    assert_eq!(finding.grade(), Grade::Good, "{}", finding.sentence());
}

#[tokio::test]
async fn endless_noise_ends_the_probe() {
    let server = serve("127.0.0.1:0", |_, _, _| vec![b"noise".to_vec(); 80]);
    let finding = probe(server.await.unwrap(), 20_000).await;
    assert_eq!(finding.grade(), Grade::Bad, "{}", finding.sentence());
}

#[tokio::test]
async fn errors_and_empty_answers_are_refusals_with_their_words() {
    let server = serve("127.0.0.1:0", |_, request, _| {
        let mut answer = Message::builder_error(request, MessageWriteVec::new());
        let error = ErrorCode::builder(500).reason("ou\x1bch").build().unwrap();
        answer.add_attribute(&error).unwrap();
        vec![answer.finish()]
    });
    let finding = probe(server.await.unwrap(), 20_000).await;
    let sentence = finding.sentence();
    assert_eq!(finding.grade(), Grade::Bad);
    assert!(sentence.contains("500 (ou\\u{1b}ch)"), "{sentence}");

    let server = serve("127.0.0.1:0", |_, request, _| {
        vec![Message::builder_success(request, MessageWriteVec::new()).finish()]
    });
    let finding = probe(server.await.unwrap(), 20_000).await;
    assert!(finding.sentence().contains("XOR-MAPPED-ADDRESS"));
}

#[tokio::test]
async fn silence_ends_at_the_deadline_and_counts_what_was_tried() {
    let server = serve("127.0.0.1:0", |_, _, _| vec![]);
    let finding = probe(server.await.unwrap(), 700).await;
    assert_eq!(finding.grade(), Grade::Unreachable);
    let sentence = finding.sentence();
    assert!(
        sentence.contains("no answer from") && sentence.contains("0.7 s"),
        "{sentence}"
    );
}

#[tokio::test]
async fn a_closed_port_is_known_at_once() {
    let gone = UdpSocket::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let finding = probe(gone, 20_000).await;
    assert!(
        finding.sentence().contains("refused"),
        "{}",
        finding.sentence()
    );
    assert_eq!(finding.grade(), Grade::Unreachable);
}

#[tokio::test]
async fn a_name_with_a_dead_address_is_asked_at_its_next() {
    let server = serve("127.0.0.1:0", |_, request, from| {
        vec![mapped(request, from)]
    });
    // Where localhost is ::1 first, nothing listens there.
    let target = format!("stun:localhost:{}", server.await.unwrap().port());
    let finding = Prober::new(Settings::default())
        .probe(&target.parse().unwrap())
        .await;
    assert_eq!(finding.grade(), Grade::Good, "{}", finding.sentence());
}
