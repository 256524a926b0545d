//! The client's own certificate, for servers that demand one (mutual TLS).

use std::sync::{Arc, Mutex, PoisonError};

use rustls::SignatureScheme;
use rustls::client::ResolvesClientCert;
use rustls::crypto::ring;
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use super::chain;
use crate::cause::Cause;
use crate::cloud::error::Error;

/// Authorities of a server's list that are kept; a sentence has no room for more.
const MOST_ISSUERS: usize = 3;

/// A client certificate, what is above it, and its key.
#[derive(Clone, Debug)]
pub struct Identity(Arc<CertifiedKey>);

impl Identity {
    /// Reads PEM: the certificate and what is above it, and its key; both may be in one file.
    pub fn new(certificates: &[u8], key: &[u8]) -> Result<Self, Error> {
        let refuse = |cause: Cause| Err(Error::settings(cause.told()));
        let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(certificates).collect();
        let found = match found {
            Ok(found) if !found.is_empty() => found,
            Ok(_) => {
                return refuse(Cause::ClientCertificateNone);
            }
            Err(_) => return refuse(Cause::ClientCertificateTorn),
        };
        let Ok(key) = PrivateKeyDer::from_pem_slice(key) else {
            return refuse(Cause::ClientKeyUnread);
        };
        match CertifiedKey::from_der(found, key, &ring::default_provider()) {
            Ok(both) => Ok(Self(Arc::new(both))),
            Err(rustls::Error::InconsistentKeys(_)) => refuse(Cause::ClientKeyOfAnother),
            Err(_) => refuse(Cause::ClientKeyUnfit),
        }
    }
}

/// What a server that asked for a client certificate was shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asking {
    /// Whether there was one to show.
    pub shown: bool,
    /// The authorities that it takes one from, as far as it says; some of them.
    pub issuers: Vec<String>,
}

/// Shows the client certificate to whoever asks, and knows afterwards whether somebody did: in TLS 1.3 a server refuses only
/// after the handshake, and one that did not ask need not be waited for.
#[derive(Debug)]
pub struct Asked {
    own: Option<Identity>,
    by: Mutex<Option<Asking>>,
}

impl Asked {
    /// With what there is to show.
    #[must_use]
    pub fn new(own: Option<Identity>) -> Arc<Self> {
        Arc::new(Self {
            own,
            by: Mutex::default(),
        })
    }

    /// What the server asked for; none when it did not ask.
    #[must_use]
    pub fn by(&self) -> Option<Asking> {
        let by = self.by.lock().unwrap_or_else(PoisonError::into_inner);
        by.clone()
    }
}

impl ResolvesClientCert for Asked {
    fn resolve(&self, hints: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        let issuers = hints.iter().take(MOST_ISSUERS);
        *self.by.lock().unwrap_or_else(PoisonError::into_inner) = Some(Asking {
            shown: self.own.is_some(),
            issuers: issuers.filter_map(|der| chain::name(der)).collect(),
        });
        self.own.as_ref().map(|own| Arc::clone(&own.0))
    }

    fn has_certs(&self) -> bool {
        self.own.is_some()
    }
}
