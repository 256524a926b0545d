//! A certificate authority made at start, and what it signs, so that clients verify for real: one leaf for the API,
//! and one for each carrier's SIP proxy and each destination of routes, most of them wrong in a way of their own.

use std::sync::Arc;

use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::TlsAcceptor;

use super::OrgError;
use super::carriers::Certificate;

/// The names and addresses that the organisation is reached by.
const HERE: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// The name of a host that is somewhere else.
const ELSEWHERE: [&str; 1] = ["sip.elsewhere.example"];

/// The authority; its key lives as long as this value and is never written down.
pub(super) struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate before it is signed.
struct UnsignedCertificate<'a> {
    subject: &'a str,
    names: &'a [&'a str],
    /// Midnights of UTC, both.
    from: Date,
    to: Date,
    self_signed: bool,
}

impl Authority {
    /// Makes new keys each time; nothing outlives the process but the CA certificate.
    pub(super) fn make() -> Result<Self, OrgError> {
        let mut ca = CertificateParams::default();
        let (from, to) = a_year();
        date(&mut ca, from, to);
        ca.distinguished_name
            .push(DnType::CommonName, "trunkline embedded organisation CA");
        ca.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        KeyPair::generate()
            .and_then(|key| CertifiedIssuer::self_signed(ca, key))
            .map(Self)
            .map_err(fault)
    }

    /// The certificate to trust, for the organisation's own calls.
    pub(super) fn der(&self) -> CertificateDer<'static> {
        self.0.der().clone()
    }

    /// The certificate to trust.
    pub(super) fn pem(&self) -> String {
        self.0.pem()
    }

    /// The server side of the API: a good leaf, HTTP/2 and HTTP/1.1.
    pub(super) fn api(&self) -> Result<TlsAcceptor, OrgError> {
        let (from, to) = a_year();
        let mut config = self.config(&UnsignedCertificate {
            subject: "trunkline embedded organisation",
            names: &HERE,
            from,
            to,
            self_signed: false,
        })?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }

    /// The server side of something to be probed, of this name, with a certificate that is good or wrong in this way.
    pub(super) fn server(
        &self,
        subject: &str,
        certificate: Certificate,
    ) -> Result<TlsAcceptor, OrgError> {
        let (from, to) = a_year();
        let good = UnsignedCertificate {
            subject,
            names: &HERE,
            from,
            to,
            self_signed: false,
        };
        let today = today();
        let leaf = match certificate {
            Certificate::Good => good,
            Certificate::Expiring => UnsignedCertificate {
                // Twelve whole days and the rest of today.
                to: today.saturating_add(13.days()),
                ..good
            },
            Certificate::Expired => UnsignedCertificate {
                from: today.saturating_sub(1.year()),
                to: today.saturating_sub(2.days()),
                ..good
            },
            Certificate::SelfSigned => UnsignedCertificate {
                self_signed: true,
                ..good
            },
            Certificate::WrongName => UnsignedCertificate {
                names: &ELSEWHERE,
                ..good
            },
        };
        Ok(TlsAcceptor::from(Arc::new(self.config(&leaf)?)))
    }

    fn config(&self, leaf: &UnsignedCertificate<'_>) -> Result<ServerConfig, OrgError> {
        let (certificate, key) = self.sign(leaf).map_err(fault)?;
        ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|builder| {
                builder
                    .with_no_client_auth()
                    .with_single_cert(vec![certificate], key)
            })
            .map_err(fault)
    }

    fn sign(
        &self,
        leaf: &UnsignedCertificate<'_>,
    ) -> Result<(CertificateDer<'static>, PrivateKeyDer<'static>), rcgen::Error> {
        let names: Vec<String> = leaf.names.iter().copied().map(String::from).collect();
        let mut params = CertificateParams::new(names)?;
        date(&mut params, leaf.from, leaf.to);
        params
            .distinguished_name
            .push(DnType::CommonName, leaf.subject);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate()?;
        let signed = if leaf.self_signed {
            params.self_signed(&key)?
        } else {
            params.signed_by(&key, &self.0)?
        };
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        Ok((signed.der().clone(), key))
    }
}

fn fault(error: impl std::error::Error) -> OrgError {
    OrgError::Certificates(error.to_string())
}

fn today() -> Date {
    Timestamp::now().to_zoned(TimeZone::UTC).date()
}

/// From yesterday, for clocks that differ, until a year from now.
fn a_year() -> (Date, Date) {
    let today = today();
    (
        today.saturating_sub(1.day()),
        today.saturating_add(1.year()),
    )
}

fn date(params: &mut CertificateParams, from: Date, to: Date) {
    let midnight = |date: Date| {
        let part = |value: i8| u8::try_from(value).unwrap_or(1);
        rcgen::date_time_ymd(i32::from(date.year()), part(date.month()), part(date.day()))
    };
    params.not_before = midnight(from);
    params.not_after = midnight(to);
}

#[cfg(test)]
mod tests {
    use rustls::RootCertStore;
    use rustls::client::WebPkiServerVerifier;
    use rustls::client::danger::ServerCertVerifier;
    use rustls_pki_types::{ServerName, UnixTime};

    use super::*;

    #[test]
    fn the_self_signed_certificate_vouches_for_itself() {
        let authority = Authority::make().unwrap();
        let (from, to) = a_year();
        for self_signed in [true, false] {
            let leaf = UnsignedCertificate {
                subject: "x",
                names: &HERE,
                from,
                to,
                self_signed,
            };
            let (certificate, _) = authority.sign(&leaf).unwrap();
            let mut roots = RootCertStore::empty();
            roots.add(certificate.clone()).unwrap();
            let provider = Arc::new(ring::default_provider());
            let verifier = WebPkiServerVerifier::builder_with_provider(roots.into(), provider)
                .build()
                .unwrap();
            let name = ServerName::try_from("localhost").unwrap();
            let verdict =
                verifier.verify_server_cert(&certificate, &[], &name, &[], UnixTime::now());
            assert_eq!(verdict.is_ok(), self_signed, "{verdict:?}");
        }
    }
}
