//! Certificates and TLS servers for the tests.

use std::net::SocketAddr;
use std::sync::Arc;

use base64::Engine as _;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use trunkline::model::finding::{Finding, Tls};
use trunkline::probe::{Prober, Settings};

/// An authority that issues what a test needs.
pub struct Authority {
    params: CertificateParams,
    key: KeyPair,
    /// Its own certificate.
    pub der: CertificateDer<'static>,
    /// The same as PEM.
    pub pem: String,
}

impl Authority {
    pub fn new(name: &str) -> Self {
        Self::of(CertificateParams::default(), name)
    }

    /// One whose own certificate is valid from and to so many days from now.
    pub fn during(name: &str, days: (i64, i64)) -> Self {
        let mut params = CertificateParams::default();
        lasting(&mut params, days);
        Self::of(params, name)
    }

    fn of(mut params: CertificateParams, name: &str) -> Self {
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let own = params.self_signed(&key).unwrap();
        Self {
            der: own.der().clone(),
            pem: own.pem(),
            params,
            key,
        }
    }

    /// An authority between this one and a server.
    pub fn intermediate(&self, name: &str) -> Self {
        let mut below = Self::new(name);
        let issuer = Issuer::from_params(&self.params, &self.key);
        let own = below.params.signed_by(&below.key, &issuer).unwrap();
        (below.der, below.pem) = (own.der().clone(), own.pem());
        below
    }

    /// A certificate of whatever kind.
    pub fn sign(&self, params: &CertificateParams) -> Identity {
        let key = KeyPair::generate().unwrap();
        let issuer = Issuer::from_params(&self.params, &self.key);
        let chain = vec![params.signed_by(&key, &issuer).unwrap().der().clone()];
        Identity { chain, key }
    }

    /// A server certificate for a name, valid from and to so many days from now.
    pub fn issue(&self, name: &str, days: (i64, i64)) -> Identity {
        self.sign(&leaf(name, days))
    }
}

/// A chain and its key.
pub struct Identity {
    pub chain: Vec<CertificateDer<'static>>,
    pub key: KeyPair,
}

pub fn self_signed(name: &str) -> Identity {
    signed_by_itself(&leaf(name, (-1, 90)))
}

pub fn signed_by_itself(params: &CertificateParams) -> Identity {
    let key = KeyPair::generate().unwrap();
    let chain = vec![params.self_signed(&key).unwrap().der().clone()];
    Identity { chain, key }
}

pub fn leaf(name: &str, days: (i64, i64)) -> CertificateParams {
    let mut params = CertificateParams::new([name.to_owned()]).unwrap();
    params.distinguished_name.push(DnType::CommonName, "edge");
    lasting(&mut params, days);
    params
}

fn lasting(params: &mut CertificateParams, (from, to): (i64, i64)) {
    let now =
        rcgen::date_time_ymd(1970, 1, 1) + std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
    // Half a day more, so that the count of days does not hang on the moment.
    let days = |days: i64| std::time::Duration::from_secs(days.unsigned_abs() * 86_400 + 43_200);
    let at = |d: i64| if d < 0 { now - days(d) } else { now + days(d) };
    params.not_before = at(from);
    params.not_after = at(to);
}

impl Identity {
    /// A server that lets in only clients whose certificate this authority issued, by these versions of TLS.
    pub async fn demanding(
        &self,
        clients: &Authority,
        versions: &[&'static rustls::SupportedProtocolVersion],
    ) -> SocketAddr {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(clients.der.clone()).unwrap();
        let provider = Arc::new(ring::default_provider());
        let verifier = rustls::server::WebPkiClientVerifier::builder_with_provider(
            Arc::new(roots),
            Arc::clone(&provider),
        );
        let config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .unwrap()
            .with_client_cert_verifier(verifier.build().unwrap())
            .with_single_cert(self.chain.clone(), self.der_key())
            .unwrap();
        serve(TlsAcceptor::from(Arc::new(config))).await
    }

    fn der_key(&self) -> PrivateKeyDer<'static> {
        PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.key.serialize_der()))
    }

    /// The certificate and its key, as PEM.
    pub fn pem(&self) -> (String, String) {
        let coded = base64::engine::general_purpose::STANDARD.encode(&self.chain[0]);
        let lines = coded
            .as_bytes()
            .chunks(64)
            .map(|line| std::str::from_utf8(line).unwrap());
        let body: Vec<_> = lines.collect();
        let certificate = format!(
            "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
            body.join("\n")
        );
        (certificate, self.key.serialize_pem())
    }

    pub fn acceptor(&self) -> TlsAcceptor {
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(self.chain.clone(), self.der_key())
            .unwrap();
        TlsAcceptor::from(Arc::new(config))
    }

    /// A server that shakes hands with whoever comes and says nothing.
    pub async fn serve(&self) -> SocketAddr {
        serve(self.acceptor()).await
    }
}

async fn serve(acceptor: TlsAcceptor) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                if let Ok(mut stream) = acceptor.accept(stream).await {
                    let _ = stream.read(&mut [0; 64]).await;
                }
            });
        }
    });
    at
}

/// A server that reads a little, answers with these bytes and closes.
pub async fn answering(bytes: &'static [u8]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 2048]).await;
            let _ = stream.write_all(bytes).await;
            // Closing with unread bytes would reset the connection and take the answer with it.
            let _ = stream.shutdown().await;
            let _ = stream.read(&mut [0; 2048]).await;
        }
    });
    at
}

/// Probes with one authority trusted beside the machine's.
pub async fn probe(target: &str, authority: &Authority) -> Finding {
    let settings = Settings {
        authorities: vec![authority.der.clone()],
        ..Settings::default()
    };
    Prober::new(settings).probe(&target.parse().unwrap()).await
}

pub fn tls(finding: &Finding) -> &Tls {
    finding.tls().unwrap()
}
