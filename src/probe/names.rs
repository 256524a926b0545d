//! The names of targets by the resolvers that a profile or a command names: the same for every probe, so that what the DNS
//! probe says of a name is what the others do with it.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::time::Instant;

use super::connect::NoWay;
use super::{Deadline, Resolver, TooSlow, dns};
use crate::cloud::names;
use crate::model::finding::Target;

/// Addresses of one name that are tried.
const MOST_ADDRESSES: usize = 8;

/// Who is asked for names, in order: the next when one does not answer.
#[derive(Clone, Debug)]
pub(super) struct Names {
    resolvers: Arc<[Resolver]>,
    /// How long the HTTP library waits for a name.
    allowed: Duration,
}

impl Names {
    pub(super) fn new(resolvers: Vec<Resolver>, allowed: Duration) -> Self {
        Self {
            resolvers: resolvers.into(),
            allowed,
        }
    }

    /// The addresses of a target, never none.
    pub(super) async fn of(
        &self,
        target: &Target,
        until: Deadline,
    ) -> Result<Vec<SocketAddr>, NoWay> {
        let mut found = self.lookup(target.host(), target.port(), until).await?;
        found.truncate(MOST_ADDRESSES);
        Ok(found)
    }

    /// A resolver that answers is believed, also that there is no such name. The machine's own tells no difference
    /// between that and no answer: where there are others, they are asked too.
    async fn lookup(
        &self,
        host: &str,
        port: u16,
        until: Deadline,
    ) -> Result<Vec<SocketAddr>, NoWay> {
        if let Ok(address) = host.parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(address, port)]);
        }
        let nameless = |reason: String| NoWay::Name {
            host: host.to_owned(),
            reason,
        };
        let mut tried = Vec::new();
        for (i, resolver) in self.resolvers.iter().enumerate() {
            let left = until.at.saturating_duration_since(Instant::now());
            let others = u32::try_from(self.resolvers.len().saturating_sub(i)).unwrap_or(1);
            let share = left / others.max(1);
            match resolver {
                Resolver::System => {
                    match tokio::time::timeout(share, names::lookup(host, port)).await {
                        Ok(Ok(found)) => return Ok(found),
                        Ok(Err(error)) => tried.push(error.source.to_string()),
                        Err(_) if self.resolvers.len() == 1 => {
                            return Err(NoWay::Slow {
                                at: format!("the name {host}"),
                                slow: TooSlow(until.allowed),
                            });
                        }
                        Err(_) => tried.push("the system's resolver: no answer".to_owned()),
                    }
                }
                Resolver::At(at) => match dns::addresses(host, *at, share).await {
                    Ok(none) if none.is_empty() => {
                        return Err(nameless(format!("{at} says that there is none")));
                    }
                    Ok(found) => {
                        let found = found.into_iter().map(|ip| SocketAddr::new(ip, port));
                        return Ok(found.collect());
                    }
                    Err(why) => tried.push(format!("{at}: {why}")),
                },
            }
        }
        Err(nameless(tried.join("; ")))
    }
}

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        let names = self.clone();
        Box::pin(async move {
            let until = Deadline {
                at: Instant::now() + names.allowed,
                allowed: names.allowed,
            };
            let found = names.lookup(name.as_str(), 0, until).await?;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}
