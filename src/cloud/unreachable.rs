//! Why no answer came, told from the error's type rather than from its words.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::time::Duration;

use super::names::NameError;
use super::tls;
use super::way::ProxyFault;
use crate::cause::{Cause, Explanation, below, said};

/// What stood between the console and an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreachable {
    /// The name has no address.
    Name {
        /// The name.
        host: String,
        /// The resolver's words.
        reason: String,
    },
    /// Nothing listens there.
    Refused,
    /// TLS could not be agreed on, or the certificate is refused.
    Tls(Box<Explanation>),
    /// The proxy on the way did not lead there: which one, and what it did.
    Proxy(String, Box<ProxyFault>),
    /// Too slow.
    TimedOut(Duration),
    /// The connection could not be made or broke: why, in plain words.
    Broken(String),
}

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.told().fmt(f)
    }
}

impl StdError for Unreachable {}

impl Unreachable {
    /// The entry of the table that it is.
    #[must_use]
    pub fn told(&self) -> Explanation {
        match self {
            Self::Name { host, reason } => Cause::NameUnknown
                .told()
                .with("host", host)
                .with("said", reason),
            Self::Refused => Cause::ConnectionRefused.told(),
            Self::Tls(told) => (**told).clone(),
            Self::Proxy(proxy, fault) => fault.told(proxy),
            Self::TimedOut(after) => Cause::TooSlow
                .told()
                .with("seconds", after.as_secs().to_string()),
            Self::Broken(why) => Cause::ConnectionBroken.told().with("said", why),
        }
    }

    /// Finds the reason in a library error and all that it was caused by.
    #[must_use]
    pub fn from_chain(error: &(dyn StdError + 'static)) -> Self {
        let mut next = Some(error);
        while let Some(link) = next {
            if let Some(known) = Self::from_link(link) {
                return known;
            }
            next = below(link);
        }
        Self::Broken(said(error))
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use reqwest::dns::{Name, Resolve, Resolving};

    use super::*;

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
