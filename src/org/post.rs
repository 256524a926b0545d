//! What the organisation itself calls: POSTs to the webhooks and destinations that clients registered.
//!
//! It is a guest on this machine, so it calls loopback and nobody else: whatever address a client registers, no packet
//! leaves. It trusts the machine's own organisation CA and follows no redirect.

use std::collections::BTreeMap;
use std::error::Error as _;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use url::{Host, Url};

use super::OrgError;

/// How long one POST may take, from the first packet to the answer's head.
const PATIENCE: Duration = Duration::from_secs(5);

/// Calls out, with one pool of connections for all. Cheap to clone.
#[derive(Clone)]
pub(super) struct PostClient(reqwest::Client);

impl PostClient {
    /// Trusts this one authority.
    pub(super) fn trusting(ca: CertificateDer<'static>) -> Result<Self, OrgError> {
        let failed = |error: &dyn fmt::Display| OrgError::Certificates(error.to_string());
        let mut roots = RootCertStore::empty();
        roots.add(ca).map_err(|error| failed(&error))?;
        let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| failed(&error))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .no_proxy()
            .redirect(Policy::none())
            .timeout(PATIENCE)
            .build()
            .map(Self)
            .map_err(|error| failed(&error))
    }

    /// One POST of a JSON body; the answer's status, whichever it is, or why there was none. A content type among the
    /// headers replaces JSON's.
    pub(super) async fn send(
        &self,
        uri: &str,
        headers: &BTreeMap<String, String>,
        body: String,
    ) -> Result<u16, String> {
        let url = near(uri)?;
        let mut sent = HeaderMap::new();
        sent.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        for (name, value) in headers {
            // Those that HTTP cannot carry were refused when they were registered.
            if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), value.parse()) {
                sent.insert(name, value);
            }
        }
        let answer = self.0.post(url).headers(sent).body(body).send().await;
        answer
            .map(|answer| answer.status().as_u16())
            .map_err(|error| reason(&error))
    }
}

/// The address, when it is on this machine.
pub(super) fn near(uri: &str) -> Result<Url, String> {
    let url: Url = uri
        .parse()
        .map_err(|error| format!("{uri:?} is no address: {error}"))?;
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::from(address).is_loopback(),
        None => false,
    };
    if here {
        return Ok(url);
    }
    Err("the embedded organisation delivers to loopback only".into())
}

/// The innermost cause, which is the one that says something.
fn reason(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return format!("no answer within {} s", PATIENCE.as_secs());
    }
    let mut cause = error.source();
    let mut said = error.to_string();
    while let Some(inner) = cause {
        said = inner.to_string();
        cause = inner.source();
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_called() {
        for here in [
            "https://127.0.0.1:1/in",
            "http://[::1]:1/",
            "http://localhost/",
            "https://127.9.9.9/",
        ] {
            assert!(near(here).is_ok(), "{here}");
        }
        for there in [
            "https://bus.example.com/in",
            "https://127.0.0.1.example.com/",
            "https://localhost.example.com/",
            "https://10.0.0.1/",
            "https://[::ffff:10.0.0.1]/",
            "data:text/plain,x",
            "nonsense",
        ] {
            assert!(near(there).is_err(), "{there}");
        }
    }
}
