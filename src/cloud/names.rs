//! Host names to addresses, with an error type of our own.
//!
//! The HTTP library's resolver error is private, and "unknown host" deserves better than a guess at its words.

use std::io;
use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// A host name that has no address.
#[derive(Debug, thiserror::Error)]
#[error("cannot resolve {host}")]
pub struct NameError {
    /// The name.
    pub host: String,
    /// The resolver's answer.
    pub source: io::Error,
}

/// The system's resolver, asked on the runtime's blocking threads.
#[derive(Debug)]
pub struct Names;

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = lookup(name.as_str(), 0).await?;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Every address of a host, with the port put in; never empty.
pub async fn lookup(host: &str, port: u16) -> Result<Vec<SocketAddr>, NameError> {
    let failed = |source| NameError {
        host: host.to_owned(),
        source,
    };
    let found: Vec<_> = tokio::net::lookup_host((host, port))
        .await
        .map_err(failed)?
        .collect();
    if found.is_empty() {
        return Err(failed(io::Error::from(io::ErrorKind::NotFound)));
    }
    Ok(found)
}
