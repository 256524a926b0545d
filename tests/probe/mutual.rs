//! What carriers' SIP proxies get wrong about certificates, and client certificates.

use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa};
use rustls::version::{TLS12, TLS13};
use tokio::process::Command;
use trunkline::cloud::tls::Identity;
use trunkline::model::finding::{Distrust, Finding, Grade, TlsVerdict};
use trunkline::probe::{Prober, Settings, report};

use crate::servers::{self, Authority, leaf, probe, signed_by_itself, tls};

/// Every finding shows until when the certificate is valid, also one that is refused.
fn refused(finding: &Finding, verdict: TlsVerdict, says: &[&str]) {
    let sentence = finding.sentence();
    assert_eq!(tls(finding).verdict, verdict, "{sentence}");
    assert_eq!(finding.grade(), Grade::Bad);
    for words in says {
        assert!(sentence.contains(words), "{words}: {sentence}");
    }
    for word in ["Other", "Error", "{", "docs.rs"] {
        assert!(!sentence.contains(word), "{word}: {sentence}");
    }
    assert!(report::text(finding).contains("days left)"), "{sentence}");
}

#[tokio::test]
async fn an_intermediate_that_is_not_sent_is_named() {
    let root = Authority::new("Root");
    let inter = root.intermediate("Intermediate");
    let mut identity = inter.issue("127.0.0.1", (-1, 90));
    let finding = probe(&format!("tls:{}", identity.serve().await), &root).await;
    refused(
        &finding,
        TlsVerdict::Untrusted(Distrust::IssuerNotSent),
        &[
            "an intermediate is missing",
            "CN=Intermediate",
            "send the intermediate",
            "add it to ca_file",
        ],
    );
    identity.chain.push(inter.der.clone());
    let finding = probe(&format!("tls:{}", identity.serve().await), &root).await;
    assert_eq!(tls(&finding).verdict, TlsVerdict::Valid);
    // A chain in any order, with the root in it, is a chain.
    identity.chain.insert(1, root.der.clone());
    let finding = probe(&format!("tls:{}", identity.serve().await), &root).await;
    assert_eq!(tls(&finding).verdict, TlsVerdict::Valid);
}

#[tokio::test]
async fn a_chain_that_ends_too_early_or_at_a_strange_root_says_where() {
    let (root, ours) = (Authority::new("Root"), Authority::new("Ours"));
    let upper = root.intermediate("Upper");
    let lower = upper.intermediate("Lower");
    let mut identity = lower.issue("127.0.0.1", (-1, 90));
    let unknown = TlsVerdict::Untrusted(Distrust::UnknownCa);
    identity.chain.push(lower.der.clone());
    let finding = probe(&format!("tls:{}", identity.serve().await), &ours).await;
    refused(
        &finding,
        unknown,
        &["ends at CN=Lower", "issuer, CN=Upper, is neither sent"],
    );
    identity.chain.extend([upper.der.clone(), root.der.clone()]);
    let finding = probe(&format!("tls:{}", identity.serve().await), &ours).await;
    refused(&finding, unknown, &["ends at the root CN=Root", "ca_file"]);
}

#[tokio::test]
async fn an_authority_in_a_servers_place_and_a_name_in_the_wrong_place_are_told() {
    let root = Authority::new("Root");
    let mut authority = leaf("127.0.0.1", (-1, 90));
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issued = root.sign(&authority).serve().await;
    let finding = probe(&format!("tls:{issued}"), &root).await;
    refused(
        &finding,
        TlsVerdict::Untrusted(Distrust::AuthoritysOwn),
        &["is an authority's (CA:TRUE)", "certificate of its own"],
    );
    // As `openssl req -x509` makes them; naming it with ca_file does not help, so that is not advised.
    let itself = signed_by_itself(&authority).serve().await;
    let finding = probe(&format!("tls:{itself}"), &root).await;
    refused(
        &finding,
        TlsVerdict::Untrusted(Distrust::SelfSigned),
        &["CA:TRUE", "whether or not ca_file names it", "CA:FALSE"],
    );
    let mut common = CertificateParams::new([]).unwrap();
    common
        .distinguished_name
        .push(DnType::CommonName, "localhost");
    let at = root.sign(&common).serve().await;
    let wrong = TlsVerdict::Untrusted(Distrust::WrongName);
    let finding = probe(&format!("tls:localhost:{}", at.port()), &root).await;
    refused(
        &finding,
        wrong,
        &[
            "only in the common name (CN)",
            "localhost as a subjectAltName",
        ],
    );
    let finding = probe(&format!("tls:{at}"), &root).await;
    refused(&finding, wrong, &["it names no host at all"]);
}

async fn shown(at: SocketAddr, server: &Authority, client: Option<&servers::Identity>) -> Finding {
    let identity = client.map(|client| {
        let (certificate, key) = client.pem();
        Identity::new(certificate.as_bytes(), key.as_bytes()).unwrap()
    });
    let settings = Settings {
        authorities: vec![server.der.clone()],
        identity,
        ..Settings::default()
    };
    let target = format!("tls:{at}").parse().unwrap();
    Prober::new(settings).probe(&target).await
}

#[tokio::test]
async fn a_demanded_client_certificate_is_noticed_in_both_versions_and_can_be_shown() {
    let (root, carrier) = (Authority::new("Root"), Authority::new("Carrier CA"));
    let server = root.issue("127.0.0.1", (-1, 90));
    let ours = carrier.issue("console", (-1, 90));
    let strange = Authority::new("Nobody").issue("console", (-1, 90));
    for version in [&TLS13, &TLS12] {
        let at = server.demanding(&carrier, &[version]).await;
        let finding = shown(at, &root, None).await;
        refused(
            &finding,
            TlsVerdict::Refused,
            &[
                "demands a client certificate",
                "CN=Carrier CA",
                "client_cert_file",
            ],
        );
        let finding = shown(at, &root, Some(&strange)).await;
        refused(
            &finding,
            TlsVerdict::Refused,
            &["refused the client certificate that was shown"],
        );
        let finding = shown(at, &root, Some(&ours)).await;
        let sentence = finding.sentence();
        assert_eq!(tls(&finding).verdict, TlsVerdict::Valid, "{sentence}");
        assert!(sentence.contains("did not refuse it"), "{sentence}");
    }
}

async fn run(home: &Path, args: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_trunkline"))
        .args(args)
        .env_clear()
        .env("HOME", home)
        .env("SECRET", "secret")
        .output()
        .await
        .unwrap();
    let both = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(both).unwrap())
}

#[tokio::test]
async fn the_command_and_the_profile_bring_a_client_certificate_whose_key_is_private() {
    let home = tempfile::tempdir().unwrap();
    let carrier = Authority::new("Carrier CA");
    let at = carrier.issue("127.0.0.1", (-1, 90));
    let at = at.demanding(&carrier, &[&TLS13]).await.to_string();
    let (certificate, key) = carrier.issue("console", (-1, 90)).pem();
    let place = |name: &str| home.path().join(name);
    let mode = |mode| {
        let mode = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(place("client.key"), mode).unwrap();
    };
    std::fs::write(place("ca.pem"), &carrier.pem).unwrap();
    std::fs::write(place("client.pem"), certificate).unwrap();
    std::fs::write(place("client.key"), key).unwrap();
    std::fs::write(
        place("config.toml"),
        "[profiles.lab]\nbase_url = \"https://127.0.0.1:1\"\nclient_id = \"id\"\nclient_secret_env = \"SECRET\"\nca_file = \"ca.pem\"\n\
         client_cert_file = \"client.pem\"\nclient_key_file = \"client.key\"\n",
    )
    .unwrap();
    let config = place("config.toml");
    let config = config.to_str().unwrap();
    let with_profile = ["--config", config, "probe", "tls", &at];
    let (ca, pem, key) = (place("ca.pem"), place("client.pem"), place("client.key"));
    let with_flags = [
        "probe",
        "tls",
        &at,
        "--ca-file",
        ca.to_str().unwrap(),
        "--client-cert",
        pem.to_str().unwrap(),
        "--client-key",
        key.to_str().unwrap(),
    ];
    mode(0o600);
    for args in [&with_profile[..], &with_flags[..]] {
        let (code, said) = run(home.path(), args).await;
        assert_eq!(code, Some(0), "{said}");
    }
    let (code, said) = run(home.path(), &with_flags[..5]).await;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("demands a client certificate"), "{said}");
    mode(0o640);
    for args in [&with_profile[..], &with_flags[..]] {
        let (code, said) = run(home.path(), args).await;
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains("chmod 600"), "{said}");
    }
}

#[test]
fn a_pair_that_does_not_belong_together_is_refused_in_words() {
    let ca = Authority::new("Ours");
    let (one, key) = ca.issue("one", (-1, 90)).pem();
    let (_, other) = ca.issue("other", (-1, 90)).pem();
    let why = |certificate: &str, key: &str| {
        let refused = Identity::new(certificate.as_bytes(), key.as_bytes());
        refused.unwrap_err().to_string()
    };
    assert!(why(&one, &other).contains("another certificate"));
    assert!(why("", &key).contains("BEGIN CERTIFICATE"));
    assert!(why(&one, "").contains("no private key"));
    let both = [one, key].concat();
    assert!(Identity::new(both.as_bytes(), both.as_bytes()).is_ok());
}
