//! The profile's authorities first, the machine's only when those do not vouch.
//!
//! Reading the machine's trust store costs about 3 ms, a third of a whole headless query to an organisation whose authority
//! the profile names. Both halves are rustls's own verifier, and a certificate is accepted only if one of them accepts it.

use std::sync::{Arc, OnceLock};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::{CertificateError, Error as TlsError, RootCertStore};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

use super::{machine_roots, signatures_by};
use crate::cloud::error::Error;

/// Trusts the profile's authorities, and the machine's as well.
#[derive(Debug)]
pub(super) struct OwnFirst {
    own: Arc<WebPkiServerVerifier>,
    /// Read when first needed; none when the machine has no authorities.
    machine: OnceLock<Option<Arc<WebPkiServerVerifier>>>,
    provider: Arc<CryptoProvider>,
}

impl OwnFirst {
    pub(super) fn new(own: RootCertStore, provider: Arc<CryptoProvider>) -> Result<Self, Error> {
        Ok(Self {
            own: standard(own, &provider)?,
            machine: OnceLock::new(),
            provider,
        })
    }

    fn machine(&self) -> Option<&WebPkiServerVerifier> {
        let read = || {
            machine_roots()
                .and_then(|roots| standard(roots, &self.provider))
                .inspect_err(|error| tracing::warn!(%error, "only ca_file is trusted"))
                .ok()
        };
        self.machine.get_or_init(read).as_deref()
    }
}

/// The verifier that rustls uses by itself.
pub(super) fn standard(
    roots: RootCertStore,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<WebPkiServerVerifier>, Error> {
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
        .build()
        .map_err(|error| Error::not_made("TLS", &error))
}

impl ServerCertVerifier for OwnFirst {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        let ask = |verifier: &WebPkiServerVerifier| {
            verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
        };
        let own = ask(&self.own);
        let (Err(_), Some(machine)) = (&own, self.machine()) else {
            return own;
        };
        match ask(machine) {
            // Then the profile's authorities know better what is wrong with it.
            Err(TlsError::InvalidCertificate(CertificateError::UnknownIssuer)) => own,
            outcome => outcome,
        }
    }

    signatures_by!(own);
}
