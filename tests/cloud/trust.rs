//! TLS: who is ours, who is not, and that each refusal says why.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::TlsAcceptor;
use trunkline::cause::Cause;
use trunkline::cloud::{Client, Error, Unreachable, Urgency};
use trunkline::model::UserId;
use trunkline::vocabulary::problem::Trouble;

use crate::common::server::{Seen, Server, answer, settings, switch, token};

/// An authority and a server certificate that it issued.
pub struct Chain {
    pub ca_pem: String,
    pub acceptor: TlsAcceptor,
}

pub fn chain(name: &str, years: (i32, i32)) -> Chain {
    let mut ca = CertificateParams::default();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca_key = KeyPair::generate().unwrap();
    let ca_pem = ca.self_signed(&ca_key).unwrap().pem();

    let mut leaf = CertificateParams::new([name.to_owned()]).unwrap();
    leaf.not_before = date_time_ymd(years.0, 1, 1);
    leaf.not_after = date_time_ymd(years.1, 1, 1);
    let key = KeyPair::generate().unwrap();
    let leaf = leaf.signed_by(&key, &Issuer::new(ca, &ca_key)).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));

    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], key)
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Chain {
        ca_pem,
        acceptor: TlsAcceptor::from(Arc::new(config)),
    }
}

async fn serve(chain: &Chain) -> Server {
    Server::start(
        Some(chain.acceptor.clone()),
        |seen: &Seen, before| match seen.path.as_str() {
            "/oauth/token" => token(before),
            path if path.starts_with("/ws/") => switch(seen, Some("v2")),
            _ => answer(200, r#"{"entities":[]}"#),
        },
    )
    .await
}

fn client(server: &Server, ca_pem: &str) -> Client {
    let mut settings = settings(&server.url());
    settings.ca_pem = Some(ca_pem.into());
    Client::new(settings).unwrap()
}

async fn refusal(hers: &Chain, ours: &Chain) -> Error {
    let server = serve(hers).await;
    let error = client(&server, &ours.ca_pem)
        .users_page(1, Urgency::Poll)
        .await
        .unwrap_err();
    assert_eq!(error.trouble(), Trouble::Unreachable);
    assert!(server.seen().is_empty(), "nothing may be sent to it");
    error
}

fn cause(error: &Error) -> Cause {
    match error {
        Error::Unreachable {
            cause: Unreachable::Tls(told),
            ..
        } => told.cause(),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn the_profiles_own_authority_is_ours_by_reads_and_streams() {
    let chain = chain("127.0.0.1", (2020, 2120));
    let server = serve(&chain).await;
    let client = client(&server, &chain.ca_pem);
    client.users_page(1, Urgency::Poll).await.unwrap();
    let reads = (0..40).map(|page| client.users_page(page, Urgency::Poll));
    assert!(
        futures_util::future::join_all(reads)
            .await
            .iter()
            .all(Result::is_ok)
    );
    assert_eq!(
        server.connections(),
        1,
        "HTTP/2 carries all reads on one connection"
    );
    assert!(
        client
            .open_registrations(&UserId::from("u-1"))
            .await
            .is_ok()
    );
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn an_unknown_authority_is_refused_and_ca_file_is_named() {
    let (hers, ours) = (
        chain("127.0.0.1", (2020, 2120)),
        chain("127.0.0.1", (2020, 2120)),
    );
    // Both have the same name, as an authority does that was made anew.
    let error = refusal(&hers, &ours).await;
    assert_eq!(cause(&error), Cause::IssuerOfThatNameHasAnotherKey);
    assert!(error.to_string().contains("ca_file"), "{error}");
    let server = serve(&hers).await;
    let without = Client::new(settings(&server.url())).unwrap();
    let error = without.users_page(1, Urgency::Poll).await.unwrap_err();
    assert!(error.to_string().contains("ca_file"), "{error}");
}

#[tokio::test]
async fn a_certificate_for_another_host_is_refused() {
    let chain = chain("example.com", (2020, 2120));
    let error = refusal(&chain, &chain).await;
    assert_eq!(cause(&error), Cause::CertificateOfAnother);
}

#[tokio::test]
async fn dates_are_kept() {
    let old = chain("127.0.0.1", (2001, 2002));
    let error = refusal(&old, &old).await;
    assert_eq!(cause(&error), Cause::CertificateExpired);
    let early = chain("127.0.0.1", (2119, 2120));
    let error = refusal(&early, &early).await;
    assert_eq!(cause(&error), Cause::CertificateNotYetValid);
}

#[tokio::test]
async fn streams_verify_as_reads_do() {
    let (bad, good) = (
        chain("example.com", (2020, 2120)),
        chain("127.0.0.1", (2020, 2120)),
    );
    let (login, server) = (serve(&good).await, serve(&bad).await);
    let mut settings = settings(&server.url());
    settings.login_url = Some(login.url().parse().unwrap());
    settings.ca_pem = Some(format!("{}{}", bad.ca_pem, good.ca_pem).into());
    let client = Client::new(settings).unwrap();
    let error = client
        .open_registrations(&UserId::from("u-1"))
        .await
        .unwrap_err();
    assert_eq!(cause(&error), Cause::CertificateOfAnother);
}

#[tokio::test]
async fn something_that_speaks_no_tls_is_said_to() {
    let server = Server::plain(|_: &Seen, _| answer(200, "")).await;
    let mut settings = settings(&server.url().replace("http:", "https:"));
    settings.ca_pem = Some(chain("127.0.0.1", (2020, 2120)).ca_pem.into());
    let error = Client::new(settings)
        .unwrap()
        .users_page(1, Urgency::Poll)
        .await
        .unwrap_err();
    assert_eq!(cause(&error), Cause::NotTls, "{error}");
}

#[tokio::test]
async fn a_ca_file_that_holds_none_is_refused_at_once() {
    for pem in [
        "",
        "nonsense",
        "-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n",
    ] {
        let mut settings = settings("https://127.0.0.1:1");
        settings.ca_pem = Some(pem.into());
        assert!(
            Client::new(settings)
                .unwrap_err()
                .to_string()
                .contains("ca_file")
        );
    }
}
