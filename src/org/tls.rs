//! A certificate authority made at start, and one leaf for the loopback names, so that clients verify for real.

use std::sync::Arc;

use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::TlsAcceptor;

use super::OrgError;

/// The names and addresses the leaf is good for.
const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// What a start makes: the CA to trust and the server side that uses its leaf.
pub(super) struct Chain {
    pub(super) ca_pem: String,
    pub(super) acceptor: TlsAcceptor,
}

impl Chain {
    /// Makes new keys each time; nothing outlives the process but the CA certificate.
    pub(super) fn make() -> Result<Self, OrgError> {
        let fault = |error: &dyn std::error::Error| OrgError::Certificates(error.to_string());
        let (ca_pem, leaf, key) = certificates().map_err(|error| fault(&error))?;
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|builder| {
                builder
                    .with_no_client_auth()
                    .with_single_cert(vec![leaf], key)
            })
            .map_err(|error| fault(&error))?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Self {
            ca_pem,
            acceptor: TlsAcceptor::from(Arc::new(config)),
        })
    }
}

type Leaf = (
    String,
    rustls_pki_types::CertificateDer<'static>,
    PrivateKeyDer<'static>,
);

fn certificates() -> Result<Leaf, rcgen::Error> {
    let mut ca = dated(CertificateParams::default());
    ca.distinguished_name
        .push(DnType::CommonName, "trunkline embedded organisation CA");
    ca.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let ca_key = KeyPair::generate()?;
    let ca_pem = ca.self_signed(&ca_key)?.pem();

    let mut leaf = dated(CertificateParams::new(NAMES.map(String::from))?);
    leaf.distinguished_name
        .push(DnType::CommonName, "trunkline embedded organisation");
    leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    leaf.use_authority_key_identifier_extension = true;
    let leaf_key = KeyPair::generate()?;
    let leaf = leaf.signed_by(&leaf_key, &Issuer::new(ca, &ca_key))?;
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(leaf_key.serialize_der()));
    Ok((ca_pem, leaf.der().clone(), key))
}

/// Good from yesterday, for clocks that differ, until a year from now.
fn dated(mut params: CertificateParams) -> CertificateParams {
    let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
    let midnight = |date: Date| {
        let part = |value: i8| u8::try_from(value).unwrap_or(1);
        rcgen::date_time_ymd(i32::from(date.year()), part(date.month()), part(date.day()))
    };
    params.not_before = midnight(today.saturating_sub(1.day()));
    params.not_after = midnight(today.saturating_add(1.year()));
    params
}
