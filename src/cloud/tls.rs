//! Whom to trust: the machine's certificate authorities and the profile's own, and nobody else.
//!
//! TLS 1.2 and 1.3, full verification, no switch that weakens it.

mod chain;
mod client;
mod fault;
mod judge;
mod own_first;

/// The half of a verifier that only hands on: what is signed in a handshake, to the verifier in a field.
macro_rules! signatures_by {
    ($inner:ident) => {
        fn verify_tls12_signature(
            &self,
            message: &[u8],
            cert: &rustls_pki_types::CertificateDer<'_>,
            dss: &rustls::DigitallySignedStruct,
        ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
            self.$inner.verify_tls12_signature(message, cert, dss)
        }

        fn verify_tls13_signature(
            &self,
            message: &[u8],
            cert: &rustls_pki_types::CertificateDer<'_>,
            dss: &rustls::DigitallySignedStruct,
        ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
            self.$inner.verify_tls13_signature(message, cert, dss)
        }

        fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
            self.$inner.supported_verify_schemes()
        }
    };
}
pub(crate) use signatures_by;

use std::sync::Arc;

use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::ring;
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

pub use self::client::{Asked, Identity};
pub use self::fault::{told, told_io};
use self::judge::Judge;
use self::own_first::OwnFirst;
use super::error::Error;
use crate::cause::Cause;

/// Reads the profile's `ca_file`: one or more PEM certificates.
pub fn authorities(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, Error> {
    let found: Vec<_> = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<_, _>>()
        .map_err(|_| Error::settings(Cause::AuthoritiesTorn.told()))?;
    if found.is_empty() {
        return Err(Error::settings(Cause::AuthoritiesNone.told()));
    }
    Ok(found)
}

/// Builds what REST and the streams both verify with, and the certificate that they show to who demands one; offers no
/// protocols yet (ALPN).
///
/// Without authorities of the profile's own it reads the machine's trust store, which takes some milliseconds: call it off
/// the runtime's worker threads.
pub fn config(
    own: Vec<CertificateDer<'static>>,
    identity: Option<Identity>,
) -> Result<ClientConfig, Error> {
    config_with(verifier(own)?, Asked::new(identity))
}

/// Who decides whether a certificate is accepted: rustls's own verifier, once or twice; and who says why not. As slow as
/// [`config`].
pub fn verifier(own: Vec<CertificateDer<'static>>) -> Result<Arc<dyn ServerCertVerifier>, Error> {
    let provider = Arc::new(ring::default_provider());
    let named = !own.is_empty();
    let decides: Arc<dyn ServerCertVerifier> = if named {
        Arc::new(OwnFirst::new(own_roots(own)?, provider)?)
    } else {
        own_first::standard(machine_roots()?, &provider)?
    };
    Ok(Arc::new(Judge::new(decides, named)))
}

/// A configuration around a verifier, for probes, which want to see what it saw and what the server asked for.
pub fn config_with(
    verifier: Arc<dyn ServerCertVerifier>,
    asked: Arc<Asked>,
) -> Result<ClientConfig, Error> {
    // The provider is given explicitly, so that a test or another binary need not install one first.
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&TLS13, &TLS12])
        .map_err(|error| Error::not_made("TLS", &error))?
        // rustls files every verifier that it is handed under `dangerous`; those handed here are its own, or ask them.
        .dangerous();
    Ok(builder
        .with_custom_certificate_verifier(verifier)
        .with_client_cert_resolver(asked))
}

fn own_roots(own: Vec<CertificateDer<'static>>) -> Result<RootCertStore, Error> {
    let mut roots = RootCertStore::empty();
    for authority in own {
        roots
            .add(authority)
            .map_err(|_| Error::settings(Cause::AuthoritiesUnfit.told()))?;
    }
    Ok(roots)
}

fn machine_roots() -> Result<RootCertStore, Error> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        return Err(Error::settings(Cause::AuthoritiesAbsent.told()));
    }
    Ok(roots)
}
