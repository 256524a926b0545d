//! Sees what a verifier sees, and leaves every decision to it.

use std::sync::{Arc, Mutex, PoisonError};

use rustls::Error;
use rustls::client::danger::{ServerCertVerified, ServerCertVerifier};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

use crate::cloud::tls::signatures_by;

/// A verifier that remembers the chain it was asked about. It accepts what the verifier inside accepts, and nothing else.
#[derive(Debug)]
pub(super) struct Witness {
    judge: Arc<dyn ServerCertVerifier>,
    shown: Mutex<Vec<CertificateDer<'static>>>,
}

impl Witness {
    pub(super) fn new(judge: Arc<dyn ServerCertVerifier>) -> Self {
        Self {
            judge,
            shown: Mutex::default(),
        }
    }

    /// The chain as the peer sent it, its own certificate first; empty when it sent none.
    pub(super) fn shown(&self) -> Vec<CertificateDer<'static>> {
        let shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        shown.clone()
    }
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        // rustls bounds the whole certificate message at 64 KiB.
        *self.shown.lock().unwrap_or_else(PoisonError::into_inner) = std::iter::once(end_entity)
            .chain(intermediates)
            .map(|der| der.clone().into_owned())
            .collect();
        self.judge
            .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    signatures_by!(judge);
}
