//! DNS against a responder of a few lines on loopback, so that no resolver outside is asked.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use futures_util::future::join_all;
use hickory_resolver::proto::op::{Message, MessageType, ResponseCode};
use hickory_resolver::proto::rr::rdata::{A, CNAME, NAPTR, SRV};
use hickory_resolver::proto::rr::{Name, RData, Record, RecordType};
use tokio::net::UdpSocket;
use trunkline::model::finding::{Dns, Finding, Grade, ProbeOutcome};
use trunkline::probe::{Prober, Resolver, Settings};

/// What the responder does with a question.
type Zone = fn(&str, RecordType) -> Result<Vec<Record>, ResponseCode>;

async fn serve(zone: Zone) -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let at = socket.local_addr().unwrap();
    tokio::spawn(async move {
        let mut bytes = [0; 1500];
        while let Ok((length, from)) = socket.recv_from(&mut bytes).await {
            let mut message = Message::from_vec(&bytes[..length]).unwrap();
            let query = &message.queries[0];
            let answer = zone(&query.name.to_ascii().to_lowercase(), query.query_type);
            message.metadata.message_type = MessageType::Response;
            message.metadata.recursion_available = true;
            match answer {
                Ok(records) => message.answers = records,
                Err(code) => message.metadata.response_code = code,
            }
            let _ = socket.send_to(&message.to_vec().unwrap(), from).await;
        }
    });
    at
}

fn name(text: &str) -> Name {
    Name::from_ascii(text).unwrap()
}

fn example(asked: &str, kind: RecordType) -> Result<Vec<Record>, ResponseCode> {
    let of = |owner: &str, ttl, data| Record::from_rdata(name(owner), ttl, data);
    Ok(match (asked, kind) {
        ("example.com.", RecordType::A) => vec![
            of(
                "example.com.",
                60,
                RData::CNAME(CNAME(name("edge.example.com."))),
            ),
            of(
                "edge.example.com.",
                300,
                RData::A(A(Ipv4Addr::new(192, 0, 2, 7))),
            ),
        ],
        ("example.com.", RecordType::NAPTR) => {
            let rule = NAPTR::new(
                10,
                20,
                (*b"s").into(),
                (*b"SIPS+D2T").into(),
                (*b"").into(),
                name("_sips._tcp.example.com."),
            );
            vec![of("example.com.", 120, RData::NAPTR(rule))]
        }
        ("_sips._tcp.example.com.", RecordType::SRV) => {
            let srv = SRV::new(1, 2, 5061, name("sip.example.com."));
            vec![of("_sips._tcp.example.com.", 90, RData::SRV(srv))]
        }
        ("example.com." | "_sip._tcp.example.com." | "_sip._udp.example.com.", _) => vec![],
        _ => return Err(ResponseCode::NXDomain),
    })
}

fn failing(_: &str, _: RecordType) -> Result<Vec<Record>, ResponseCode> {
    Err(ResponseCode::ServFail)
}

async fn ask(target: &str, resolvers: &[SocketAddr]) -> Finding {
    let settings = Settings {
        resolvers: resolvers.iter().copied().map(Resolver::At).collect(),
        deadline: Duration::from_secs(20),
        ..Settings::default()
    };
    Prober::new(settings).probe(&target.parse().unwrap()).await
}

fn dns(finding: &Finding) -> &Dns {
    match &finding.outcome {
        ProbeOutcome::Dns(dns) => dns,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_sip_domain_shows_addresses_aliases_rules_and_services() {
    let at = serve(example).await;
    let finding = ask("dns:example.com", &[at]).await;
    let found = dns(&finding);
    let shown: Vec<(&str, &str, u32)> = found
        .records
        .iter()
        .map(|r| (r.kind, r.value.raw(), r.ttl_s))
        .collect();
    assert_eq!(
        shown,
        [
            ("CNAME", "edge.example.com", 60),
            ("A", "192.0.2.7", 300),
            (
                "NAPTR",
                "10 20 \"s\" \"SIPS+D2T\" \"\" _sips._tcp.example.com",
                120
            ),
            ("SRV", "1 2 5061 sip.example.com", 90),
        ]
    );
    assert_eq!(found.resolver.raw(), at.to_string());
    assert_eq!(finding.grade(), Grade::Good);
}

#[tokio::test]
async fn a_name_that_is_not_there_is_an_answer_and_asks_nobody_else() {
    let (first, never) = (serve(example).await, serve(failing).await);
    let finding = ask("dns:nosuch.example.com", &[first, never]).await;
    assert_eq!(finding.grade(), Grade::Bad);
    let sentence = finding.sentence();
    assert!(
        sentence.contains("no such name") && sentence.contains(&first.to_string()),
        "{sentence}"
    );
}

#[tokio::test]
async fn the_next_resolver_is_asked_when_one_fails() {
    let (broken, good) = (serve(failing).await, serve(example).await);
    let finding = ask("dns:_sips._tcp.example.com", &[broken, good]).await;
    let found = dns(&finding);
    assert_eq!(found.resolver.raw(), good.to_string());
    assert_eq!(
        found.records.len(),
        1,
        "a service is asked for itself alone"
    );
    assert!(
        found.notes[0].raw().contains(&broken.to_string()),
        "{:?}",
        found.notes
    );
}

#[tokio::test]
async fn no_resolver_at_all_is_unreachable_and_names_those_tried() {
    let broken = serve(failing).await;
    let finding = ask("dns:example.com", &[broken]).await;
    assert_eq!(finding.grade(), Grade::Unreachable);
    assert!(finding.sentence().contains(&broken.to_string()));
}

/// One name, at loopback.
fn loopback(asked: &str, kind: RecordType) -> Result<Vec<Record>, ResponseCode> {
    match (asked, kind) {
        ("edge.example.com.", RecordType::A) => {
            let data = RData::A(A(Ipv4Addr::LOCALHOST));
            Ok(vec![Record::from_rdata(
                name("edge.example.com."),
                60,
                data,
            )])
        }
        ("edge.example.com.", _) => Ok(Vec::new()),
        _ => Err(ResponseCode::NXDomain),
    }
}

#[tokio::test]
async fn every_probe_finds_its_target_by_the_resolvers_that_are_named() {
    let dead = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let dead_at = dead.local_addr().unwrap();
    drop(dead);
    let resolvers = vec![Resolver::At(dead_at), Resolver::At(serve(loopback).await)];
    let prober = Prober::new(Settings {
        deadline: Duration::from_secs(20),
        resolvers,
        ..Settings::default()
    });
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    // A resolver that is away costs each of them its patience: they wait together.
    let away = [
        format!("tls:edge.example.com:{port}"),
        format!("stun:edge.example.com:{port}"),
        format!("turn:edge.example.com:{port}?transport=tcp"),
        format!("https://edge.example.com:{port}/"),
    ];
    let none = ["tls:none.example.com:1", "https://none.example.com:1/"];
    let look = |target: &str| {
        let (prober, target) = (prober.clone(), target.to_owned());
        async move { (prober.probe(&target.parse().unwrap()).await, target) }
    };
    let (away, none) = tokio::join!(
        join_all(away.iter().map(|target| look(target))),
        join_all(none.iter().map(|target| look(target)))
    );
    for (finding, target) in away {
        let sentence = finding.sentence();
        // It got as far as the address, where nothing listens.
        assert!(sentence.contains("refused"), "{target}: {sentence}");
    }
    for (finding, _) in none {
        let sentence = finding.sentence();
        assert_eq!(finding.grade(), Grade::Unreachable);
        assert!(
            sentence.contains("none.example.com has no address"),
            "{sentence}"
        );
        assert!(sentence.contains("says that there is none"), "{sentence}");
    }
}
