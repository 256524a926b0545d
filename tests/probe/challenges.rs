//! STUN and TURN servers that want something first: credentials, another nonce, another server.

use std::net::SocketAddr;
use std::time::Duration;

use secrecy::SecretString;
use stun_proto::types::attribute::{
    AlternateServer, AttributeType, ErrorCode, Nonce, RawAttribute, Realm, XorMappedAddress,
};
use stun_proto::types::message::{
    IntegrityAlgorithm, LongTermCredentials, Message, MessageWriteVec,
};
use stun_proto::types::prelude::*;
use tokio::net::UdpSocket;
use trunkline::model::finding::{Finding, Grade, ProbeOutcome, Target};
use trunkline::probe::{Prober, Settings, TurnUser};
use turn_types::attribute::{Lifetime, XorRelayedAddress};

type Answer = fn(&Message<'_>, SocketAddr) -> Vec<u8>;

async fn serve(answer: Answer) -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let at = socket.local_addr().unwrap();
    tokio::spawn(async move {
        let mut bytes = [0; 1500];
        while let Ok((length, from)) = socket.recv_from(&mut bytes).await {
            let request = Message::from_bytes(&bytes[..length]).unwrap();
            let _ = socket.send_to(&answer(&request, from), from).await;
        }
    });
    at
}

async fn probe(scheme: &str, answer: Answer) -> Finding {
    let target: Target = format!("{scheme}:{}", serve(answer).await).parse().unwrap();
    let user = TurnUser {
        server: target.clone(),
        username: "u".to_owned(),
        password: Ok(SecretString::from("pw")),
    };
    let settings = Settings {
        deadline: Duration::from_secs(20),
        turn: vec![user],
        ..Settings::default()
    };
    Prober::new(settings).probe(&target).await
}

/// An error with what goes beside it.
fn error(request: &Message<'_>, code: u16, beside: &[&dyn AttributeWrite]) -> Vec<u8> {
    let mut answer = Message::builder_error(request, MessageWriteVec::new());
    let error = ErrorCode::builder(code).build().unwrap();
    answer.add_attribute(&error).unwrap();
    for attribute in beside {
        answer.add_attribute(*attribute).unwrap();
    }
    answer.finish()
}

/// A challenge with this nonce.
fn challenge(request: &Message<'_>, code: u16, nonce: &str) -> Vec<u8> {
    let (realm, nonce) = (Realm::new("corp").unwrap(), Nonce::new(nonce).unwrap());
    error(request, code, &[&realm, &nonce])
}

fn alternate(request: &Message<'_>, _: SocketAddr) -> Vec<u8> {
    let other = AlternateServer::new("192.0.2.7:3478".parse().unwrap());
    error(request, ErrorCode::TRY_ALTERNATE, &[&other])
}

#[tokio::test]
async fn a_server_that_wants_credentials_for_a_binding_is_reachable() {
    let finding = probe("stun", |request, _| challenge(request, 401, "n")).await;
    let sentence = finding.sentence();
    assert_eq!(
        (finding.grade(), finding.word()),
        (Grade::Warning, "answers")
    );
    assert!(sentence.contains("is reachable"), "{sentence}");
    assert!(
        sentence.contains("wants credentials (realm corp)"),
        "{sentence}"
    );
    let ProbeOutcome::Stun(stun) = &finding.outcome else {
        panic!("{finding:?}")
    };
    assert_eq!((stun.mapped, stun.nat()), (None, false));
}

#[tokio::test]
async fn a_challenge_without_a_realm_is_the_fault_of_the_server() {
    for scheme in ["stun", "turn"] {
        let nameless: Answer = |request, _| {
            let nonce = Nonce::new("n").unwrap();
            error(request, ErrorCode::UNAUTHORIZED, &[&nonce])
        };
        let finding = probe(scheme, nameless).await;
        let sentence = finding.sentence();
        assert_eq!(finding.grade(), Grade::Bad, "{sentence}");
        assert!(sentence.contains("fault of the server"), "{sentence}");
        assert!(!sentence.contains("Check the username"), "{sentence}");
    }
}

#[tokio::test]
async fn a_server_that_sends_its_clients_elsewhere_is_named_with_where() {
    for scheme in ["stun", "turn"] {
        let finding = probe(scheme, alternate).await;
        let sentence = finding.sentence();
        assert_eq!(finding.grade(), Grade::Bad, "{sentence}");
        assert!(sentence.contains("192.0.2.7:3478"), "{sentence}");
    }
}

#[tokio::test]
async fn an_old_server_says_the_address_plainly() {
    let finding = probe("stun", |request, from| {
        let SocketAddr::V4(from) = from else {
            unreachable!()
        };
        let mut plain = vec![0, 1];
        plain.extend(from.port().to_be_bytes());
        plain.extend(from.ip().octets());
        let mut answer = Message::builder_success(request, MessageWriteVec::new());
        let attribute = RawAttribute::new(AttributeType::new(1), &plain);
        answer.add_attribute(&attribute).unwrap();
        answer.finish()
    })
    .await;
    assert_eq!(finding.grade(), Grade::Good, "{}", finding.sentence());
}

#[tokio::test]
async fn a_stale_nonce_is_answered_with_the_new_one_once() {
    let finding = probe("turn", |request, from| {
        let nonce = request.attribute::<Nonce>().ok();
        let nonce = nonce.map(|nonce| nonce.nonce().to_owned());
        match nonce.as_deref() {
            None => challenge(request, ErrorCode::UNAUTHORIZED, "old"),
            Some("old") => challenge(request, ErrorCode::STALE_NONCE, "new"),
            Some(_) => granted(request, from, Some("pw")),
        }
    })
    .await;
    let ProbeOutcome::Turn(turn) = &finding.outcome else {
        panic!("{}", finding.sentence())
    };
    // Without credentials, with the old nonce, with the new one; and the release.
    assert_eq!((turn.requests, turn.released), (4, true));
}

/// An allocation, signed with this password.
fn granted(request: &Message<'_>, from: SocketAddr, password: Option<&str>) -> Vec<u8> {
    let id = request.transaction_id();
    let mut answer = Message::builder_success(request, MessageWriteVec::new());
    let relayed = XorRelayedAddress::new("127.0.0.1:50000".parse().unwrap(), id);
    answer.add_attribute(&relayed).unwrap();
    answer
        .add_attribute(&XorMappedAddress::new(from, id))
        .unwrap();
    answer.add_attribute(&Lifetime::new(600)).unwrap();
    if let Some(password) = password {
        let user = LongTermCredentials::new("u".to_owned(), password.to_owned());
        let key = user
            .to_key("corp".to_owned())
            .make_key(IntegrityAlgorithm::Sha1);
        answer
            .add_message_integrity_with_key(&key, IntegrityAlgorithm::Sha1)
            .unwrap();
    }
    answer.finish()
}

#[tokio::test]
async fn an_answer_that_nobody_signed_and_one_that_another_signed_are_not_believed() {
    let unsigned: Answer = |request, from| match request.attribute::<Nonce>() {
        Err(_) => challenge(request, ErrorCode::UNAUTHORIZED, "n"),
        Ok(_) => granted(request, from, None),
    };
    let other: Answer = |request, from| match request.attribute::<Nonce>() {
        Err(_) => challenge(request, ErrorCode::UNAUTHORIZED, "n"),
        Ok(_) => granted(request, from, Some("another")),
    };
    for (answer, says) in [
        (unsigned, "did not sign its answer"),
        (other, "signed its answer with another password"),
    ] {
        let finding = probe("turn", answer).await;
        let sentence = finding.sentence();
        assert_eq!(finding.grade(), Grade::Bad, "{sentence}");
        assert!(sentence.contains(says), "{sentence}");
    }
}

#[tokio::test]
async fn a_server_whose_nonces_are_always_stale_is_not_asked_for_ever() {
    let finding = probe("turn", |request, _| {
        let code = match request.attribute::<Nonce>() {
            Err(_) => ErrorCode::UNAUTHORIZED,
            Ok(_) => ErrorCode::STALE_NONCE,
        };
        challenge(request, code, "always")
    })
    .await;
    let sentence = finding.sentence();
    assert_eq!(finding.grade(), Grade::Bad, "{sentence}");
    assert!(sentence.contains("again 4 times"), "{sentence}");
}

#[tokio::test]
async fn an_answer_to_somebody_else_s_question_is_waited_past() {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let at = socket.local_addr().unwrap();
    tokio::spawn(async move {
        let mut bytes = [0; 1500];
        let (length, from) = socket.recv_from(&mut bytes).await.unwrap();
        let request = Message::from_bytes(&bytes[..length]).unwrap();
        let mut answer = Message::builder_success(&request, MessageWriteVec::new());
        let mapped = XorMappedAddress::new(from, request.transaction_id());
        answer.add_attribute(&mapped).unwrap();
        let answer = answer.finish();
        let mut stray = answer.clone();
        stray[8..20].fill(1);
        for packet in [&stray[..], &[0; 7], &answer] {
            socket.send_to(packet, from).await.unwrap();
        }
    });
    let target: Target = format!("stun:{at}").parse().unwrap();
    let finding = Prober::new(Settings::default()).probe(&target).await;
    let ProbeOutcome::Stun(stun) = &finding.outcome else {
        panic!("{}", finding.sentence())
    };
    assert_eq!((stun.requests, stun.mapped), (1, Some(stun.local)));
}
