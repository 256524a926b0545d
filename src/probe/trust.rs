//! What the TLS, STUN, TURN and HTTP probes verify with; made when the first of them needs it.

use std::sync::Arc;

use reqwest::Client;
use reqwest::redirect::Policy;
use rustls::ClientConfig;
use rustls::client::danger::ServerCertVerifier;
use rustls_pki_types::CertificateDer;
use tokio::sync::OnceCell;

use super::names::Names;
use crate::cloud::tls::{self, Asked, Identity};
use crate::cloud::way::Way;

/// The standard verifier over the profile's authorities and the machine's, and the one HTTP client.
///
/// An error is kept as the sentence it is: the trust store of a machine does not change its mind within a run.
#[derive(Debug)]
pub(super) struct Trust {
    authorities: Vec<CertificateDer<'static>>,
    /// What is shown to a server that demands a client certificate.
    pub(super) identity: Option<Identity>,
    pub(super) way: Way,
    pub(super) names: Names,
    verifier: OnceCell<Result<Arc<dyn ServerCertVerifier>, String>>,
    http: OnceCell<Result<Client, String>>,
}

impl Trust {
    pub(super) fn new(
        authorities: Vec<CertificateDer<'static>>,
        identity: Option<Identity>,
        way: Way,
        names: Names,
    ) -> Self {
        Self {
            authorities,
            identity,
            way,
            names,
            verifier: OnceCell::new(),
            http: OnceCell::new(),
        }
    }

    /// Who decides; reads the machine's trust store the first time.
    pub(super) async fn verifier(&self) -> Result<Arc<dyn ServerCertVerifier>, String> {
        let make = || async {
            let own = self.authorities.clone();
            let made = tokio::task::spawn_blocking(move || tls::verifier(own)).await;
            made.map_err(|error| error.to_string())?
                .map_err(|error| error.to_string())
        };
        self.verifier.get_or_init(make).await.clone()
    }

    /// A configuration that verifies and offers no protocols (ALPN).
    pub(super) async fn config(&self) -> Result<ClientConfig, String> {
        let asked = Asked::new(self.identity.clone());
        tls::config_with(self.verifier().await?, asked).map_err(|error| error.to_string())
    }

    /// The HTTP client: follows nothing, keeps no connections, knows no credentials, and leaves
    /// by the profile's proxy.
    pub(super) async fn http(&self) -> Result<Client, String> {
        let make = || async {
            let builder = Client::builder()
                .tls_backend_preconfigured(self.config().await?)
                .redirect(Policy::none())
                // A kept connection would hide that new ones are refused.
                .pool_max_idle_per_host(0)
                .user_agent(concat!("trunkline/", env!("CARGO_PKG_VERSION")))
                .dns_resolver(Arc::new(self.names.clone()));
            let built = self.way.of_http(builder).build();
            built.map_err(|error| format!("the HTTP client cannot be set up: {error}"))
        };
        self.http.get_or_init(make).await.clone()
    }
}
