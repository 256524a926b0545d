//! Why no answer came, told from the error's type rather than from its words.

use std::error::Error as StdError;
use std::io;
use std::time::Duration;

use super::names::NameError;
use super::tls;
use super::way::ProxyFault;
use crate::cause::Told;
use crate::text;

/// Columns of a reason that is passed on as the library gave it.
const SHOWN: usize = 160;

/// What stood between the console and an answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreachable {
    /// The name has no address.
    #[error(
        "the host name {} could not be resolved ({}). Check the spelling in base_url, and this machine's DNS.",
        text::fit(host, SHOWN),
        text::fit(reason, SHOWN)
    )]
    Name {
        /// The name.
        host: String,
        /// The resolver's words.
        reason: String,
    },
    /// Nothing listens there.
    #[error(
        "the connection was refused. Check the host and port of base_url, and that no firewall rejects it."
    )]
    Refused,
    /// TLS could not be agreed on, or the certificate is refused.
    #[error("{0}")]
    Tls(Box<Told>),
    /// The proxy on the way did not lead there: which one, and what it did.
    #[error("the proxy {0} {1}")]
    Proxy(String, Box<ProxyFault>),
    /// Too slow.
    #[error("it took longer than {} s. The organisation or the way to it is slow or stalled.", .0.as_secs())]
    TimedOut(Duration),
    /// The connection could not be made or broke.
    #[error("the connection failed ({}). Check the network.", text::fit(.0, SHOWN))]
    Broken(String),
}

impl Unreachable {
    /// Finds the reason in a library error and all that it was caused by.
    #[must_use]
    pub fn from_chain(error: &(dyn StdError + 'static)) -> Self {
        let mut deepest = error;
        let mut next = Some(error);
        while let Some(link) = next {
            deepest = link;
            if let Some(known) = Self::from_link(link) {
                return known;
            }
            next = cause(link);
        }
        Self::Broken(deepest.to_string())
    }

    /// Whether trying again in a moment makes sense.
    ///
    /// A name that does not resolve is nearly always misspelt, and the resolver has had its own retries; a
    /// certificate does not mend itself.
    #[must_use]
    pub const fn passing(&self) -> bool {
        match self {
            Self::Refused | Self::TimedOut(_) | Self::Broken(_) => true,
            Self::Proxy(_, fault) => fault.passing(),
            _ => false,
        }
    }

    fn from_link(link: &(dyn StdError + 'static)) -> Option<Self> {
        if let Some(name) = link.downcast_ref::<NameError>() {
            return Some(Self::Name {
                host: name.host.clone(),
                reason: name.source.to_string(),
            });
        }
        if let Some(error) = link.downcast_ref::<rustls::Error>() {
            return Some(Self::Tls(Box::new(tls::told(error, None))));
        }
        // tungstenite boxes it and names no source.
        if let Some(tokio_tungstenite::tungstenite::error::TlsError::Rustls(error)) =
            link.downcast_ref()
        {
            return Some(Self::Tls(Box::new(tls::told(error, None))));
        }
        let io = link.downcast_ref::<io::Error>()?;
        (io.kind() == io::ErrorKind::ConnectionRefused).then_some(Self::Refused)
    }
}

/// What caused an error. `io::Error::source` skips the very error it wraps, so that is asked for first.
pub(crate) fn cause<'a>(
    link: &'a (dyn StdError + 'static),
) -> Option<&'a (dyn StdError + 'static)> {
    if let Some(wrapped) = link
        .downcast_ref::<io::Error>()
        .and_then(io::Error::get_ref)
    {
        return Some(wrapped);
    }
    link.source()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use reqwest::dns::{Name, Resolve, Resolving};

    use super::*;
    use crate::cause::Cause;

    /// A resolver that knows nobody, so that no test asks a real one.
    struct Nobody;

    impl Resolve for Nobody {
        fn resolve(&self, name: Name) -> Resolving {
            let host = name.as_str().to_owned();
            let source = io::Error::other("no such host");
            Box::pin(async move { Err(NameError { host, source }.into()) })
        }
    }

    #[tokio::test]
    async fn an_unknown_host_is_found_below_the_http_librarys_own_errors() {
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls::config(Vec::new(), None).unwrap())
            .dns_resolver(Arc::new(Nobody))
            .no_proxy()
            .build()
            .unwrap();
        let error = http
            .get("http://api.example.invalid/")
            .send()
            .await
            .unwrap_err();
        let cause = Unreachable::from_chain(&error);
        let text = cause.to_string();
        assert!(matches!(cause, Unreachable::Name { .. }), "{text}");
        assert!(
            text.contains("api.example.invalid") && text.contains("no such host"),
            "{text}"
        );
        assert!(!cause.passing());
    }

    #[tokio::test]
    async fn a_name_that_dns_cannot_carry_has_no_address() {
        let host = format!("{}.invalid", "x".repeat(64));
        let error = crate::cloud::names::lookup(&host, 443).await.unwrap_err();
        assert_eq!(error.host, host);
    }

    #[test]
    fn an_error_inside_an_io_error_is_found() {
        let inner = rustls::Error::AlertReceived(rustls::AlertDescription::ProtocolVersion);
        let outer = io::Error::other(io::Error::other(inner));
        let told = Cause::TlsTooOld.told();
        assert_eq!(
            Unreachable::from_chain(&outer),
            Unreachable::Tls(Box::new(told))
        );
    }

    #[test]
    fn what_passes_is_told_from_what_stays() {
        let refused = Unreachable::from_chain(&io::Error::from(io::ErrorKind::ConnectionRefused));
        assert_eq!(refused, Unreachable::Refused);
        let reset = Unreachable::from_chain(&io::Error::from(io::ErrorKind::ConnectionReset));
        assert!(refused.passing() && reset.passing());
        assert!(!Unreachable::Tls(Box::new(Cause::RootUnknown.told())).passing());
    }
}
