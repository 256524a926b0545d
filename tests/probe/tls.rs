//! Every verdict on a certificate, with the chain that led to it.

use std::time::Duration;

use rcgen::KeyPair;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use tokio::net::TcpListener;
use trunkline::model::finding::{Distrust, Finding, Grade, TlsVerdict};
use trunkline::probe::{Prober, Settings, report};

use crate::servers::{Authority, Identity, answering, probe, self_signed, tls};

/// Probes an identity with its own authority trusted.
async fn verdict(identity: &Identity, authority: &Authority) -> (TlsVerdict, Finding) {
    let at = identity.serve().await;
    let finding = probe(&format!("tls:{at}"), authority).await;
    (tls(&finding).verdict, finding)
}

#[tokio::test]
async fn a_good_certificate_is_valid_and_all_of_it_is_shown() {
    let ca = Authority::new("Ours");
    let (found, finding) = verdict(&ca.issue("127.0.0.1", (-1, 90)), &ca).await;
    assert_eq!(found, TlsVerdict::Valid, "{}", finding.sentence());
    assert_eq!(finding.grade(), Grade::Good);
    let seen = tls(&finding);
    assert_eq!(seen.days_left, Some(90));
    assert_eq!(seen.version.as_ref().unwrap().raw(), "TLS 1.3");
    let cipher = seen.cipher.as_ref().unwrap().raw();
    assert!(
        cipher.starts_with("TLS_") && !cipher.contains("TLS13"),
        "{cipher}"
    );
    let leaf = seen.leaf().unwrap();
    assert_eq!(leaf.subject.raw(), "CN=edge");
    assert_eq!(leaf.issuer.raw(), "CN=Ours");
    assert_eq!(leaf.sans[0].raw(), "127.0.0.1");
    let text = report::text(&finding);
    assert!(
        text.contains("(90 days left)") && text.contains(&leaf.sha256),
        "{text}"
    );
}

#[tokio::test]
async fn twelve_days_are_expiring_unless_the_threshold_is_lower() {
    let ca = Authority::new("Ours");
    let identity = ca.issue("127.0.0.1", (-80, 12));
    let (found, finding) = verdict(&identity, &ca).await;
    assert_eq!(found, TlsVerdict::Expiring);
    assert_eq!(finding.grade(), Grade::Warning);
    assert!(
        finding.sentence().contains("12 days"),
        "{}",
        finding.sentence()
    );

    let settings = Settings {
        authorities: vec![ca.der.clone()],
        expiring_days: 7,
        ..Settings::default()
    };
    let target = format!("tls:{}", identity.serve().await).parse().unwrap();
    let finding = Prober::new(settings).probe(&target).await;
    assert_eq!(tls(&finding).verdict, TlsVerdict::Valid);
}

#[tokio::test]
async fn what_is_refused_says_why_and_still_shows_the_chain() {
    let (ours, theirs) = (Authority::new("Ours"), Authority::new("Theirs"));
    for (identity, expected, says) in [
        (
            ours.issue("127.0.0.1", (-90, -1)),
            TlsVerdict::Expired,
            "expired on",
        ),
        (
            ours.issue("127.0.0.1", (2, 90)),
            TlsVerdict::Untrusted(Distrust::Other),
            "not valid yet",
        ),
        (
            ours.issue("other.example.com", (-1, 90)),
            TlsVerdict::Untrusted(Distrust::WrongName),
            "not for 127.0.0.1",
        ),
        (
            theirs.issue("127.0.0.1", (-1, 90)),
            TlsVerdict::Untrusted(Distrust::IssuerNotSent),
            "an intermediate is missing from the chain, or CN=Theirs is a root",
        ),
        (
            self_signed("127.0.0.1"),
            TlsVerdict::Untrusted(Distrust::SelfSigned),
            "self-signed",
        ),
    ] {
        let (found, finding) = verdict(&identity, &ours).await;
        let sentence = finding.sentence();
        assert_eq!(found, expected, "{sentence}");
        assert!(sentence.contains(says), "{sentence}");
        assert!(!found.accepted() && finding.grade() == Grade::Bad);
        let seen = tls(&finding);
        assert_eq!(seen.chain.len(), 1);
        assert!(seen.days_left.is_some(), "its dates are shown all the same");
        assert_eq!(seen.version, None, "the handshake came to no end");
    }
}

#[tokio::test]
async fn a_certificate_above_that_has_ended_is_named_also_where_the_root_is_trusted() {
    let (old, ours) = (
        Authority::during("Old Root", (-900, -20)),
        Authority::new("Ours"),
    );
    let mut identity = old.issue("127.0.0.1", (-1, 90));
    identity.chain.push(old.der.clone());
    let (found, finding) = verdict(&identity, &ours).await;
    let sentence = finding.sentence();
    assert_eq!(found, TlsVerdict::Expired, "{sentence}");
    assert!(sentence.contains("CN=Old Root, expired on"), "{sentence}");
    // A trust anchor is believed whatever its dates; not everybody's clients do.
    let (found, finding) = verdict(&identity, &old).await;
    let sentence = finding.sentence();
    assert_eq!(found, TlsVerdict::Expiring, "{sentence}");
    assert!(
        sentence.contains("valid for 90 more days") && sentence.contains("CN=Old Root expired on"),
        "{sentence}"
    );
    assert_eq!(finding.grade(), Grade::Warning);
}

#[tokio::test]
async fn a_signature_by_sha_1_is_named() {
    let pem = include_str!("sha1.pem");
    let chain = CertificateDer::pem_slice_iter(pem.as_bytes());
    let chain: Vec<_> = chain.map(Result::unwrap).collect();
    let root = chain[1].clone();
    let key = &pem[pem.find("-----BEGIN PRIVATE").unwrap()..];
    let key = KeyPair::from_pem(key).unwrap();
    let at = Identity { chain, key }.serve().await;
    let settings = Settings {
        authorities: vec![root],
        ..Settings::default()
    };
    let target = format!("tls:{at}").parse().unwrap();
    let finding = Prober::new(settings).probe(&target).await;
    let sentence = finding.sentence();
    assert_eq!(
        tls(&finding).verdict,
        TlsVerdict::Untrusted(Distrust::Other),
        "{sentence}"
    );
    assert!(
        sentence.contains("the certificate CN=edge in the chain")
            && sentence.contains("signed by SHA-1"),
        "{sentence}"
    );
    assert_eq!(tls(&finding).chain.len(), 2);
}

#[tokio::test]
async fn an_authority_of_the_same_name_is_not_ours() {
    let (ours, theirs) = (Authority::new("Ours"), Authority::new("Ours"));
    let (found, _) = verdict(&theirs.issue("127.0.0.1", (-1, 90)), &ours).await;
    assert_eq!(found, TlsVerdict::Untrusted(Distrust::UnknownCa));
}

#[tokio::test]
async fn names_are_sent_and_verified() {
    let ca = Authority::new("Ours");
    let at = ca.issue("localhost", (-1, 90)).serve().await;
    let finding = probe(&format!("tls:localhost:{}", at.port()), &ca).await;
    assert_eq!(
        tls(&finding).verdict,
        TlsVerdict::Valid,
        "{}",
        finding.sentence()
    );
}

#[tokio::test]
async fn nobody_there_and_no_tls_there_are_unreachable() {
    let ca = Authority::new("Ours");
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = gone.local_addr().unwrap();
    drop(gone);
    let finding = probe(&format!("tls:{address}"), &ca).await;
    assert_eq!(tls(&finding).verdict, TlsVerdict::Unreachable);
    assert!(finding.sentence().contains("refused the connection"));

    let sip = answering(b"SIP/2.0 400 Bad Request\r\n\r\n").await;
    let finding = probe(&format!("tls:{sip}"), &ca).await;
    assert_eq!(finding.grade(), Grade::Unreachable);
    assert!(
        finding.sentence().contains("not TLS"),
        "{}",
        finding.sentence()
    );

    let eof = answering(b"").await;
    let finding = probe(&format!("tls:{eof}"), &ca).await;
    assert!(
        finding.sentence().contains("broke it"),
        "{}",
        finding.sentence()
    );
}

#[tokio::test]
async fn a_stalled_peer_is_left_at_the_deadline() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target = format!("tls:{}", listener.local_addr().unwrap());
    let settings = Settings {
        deadline: Duration::from_millis(80),
        authorities: vec![Authority::new("Ours").der],
        ..Settings::default()
    };
    let finding = Prober::new(settings).probe(&target.parse().unwrap()).await;
    assert_eq!(tls(&finding).verdict, TlsVerdict::Unreachable);
    assert!(
        finding.sentence().contains("stalled"),
        "{}",
        finding.sentence()
    );
}

#[tokio::test]
async fn a_name_without_an_address_says_so() {
    let label = "x".repeat(63);
    // Too long for DNS as a whole, so that no resolver outside is asked.
    let host = [&*label, &label, &label, &"x".repeat(61)].join(".");
    let finding = probe(&format!("tls:{host}"), &Authority::new("Ours")).await;
    assert_eq!(tls(&finding).verdict, TlsVerdict::Unreachable);
    assert!(
        finding.sentence().contains("has no address"),
        "{}",
        finding.sentence()
    );
}
