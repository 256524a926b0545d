//! What stands around the API for probes to look at: a STUN server, one SIP proxy for each carrier, and the
//! destinations that routes can lead to.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::carriers::Carrier;
use super::destinations::{Destinations, NamedUri};
use super::shared::Shared;
use super::stun::Stun;
use super::tls::Authority;
use super::{OrgError, sip};

/// Where everything is.
#[derive(Clone, Debug)]
pub(super) struct EstateAddresses {
    /// The organisation itself.
    pub(super) api: SocketAddr,
    pub(super) stun: SocketAddr,
    /// The SIP proxies by their carriers' ids.
    pub(super) proxies: Vec<(&'static str, SocketAddr)>,
    /// Where routes can lead, by name; URIs.
    pub(super) destinations: Vec<NamedUri>,
}

/// Everything bound, on ports that were free, and not serving yet.
pub(super) struct Estate {
    stun: Stun,
    proxies: Vec<(TcpListener, TlsAcceptor)>,
    destinations: Destinations,
    places: EstateAddresses,
}

impl Estate {
    pub(super) async fn bind(
        api: SocketAddr,
        authority: &Authority,
        carriers: &[Carrier],
    ) -> Result<Self, OrgError> {
        let ip = api.ip();
        let address = SocketAddr::new(ip, 0);
        let failed = |source| OrgError::Listen { address, source };
        let stun = Stun::bind(ip).await.map_err(failed)?;
        let destinations = Destinations::bind(ip, authority).await?;
        let mut estate = Self {
            places: EstateAddresses {
                api,
                stun: stun.address(),
                proxies: Vec::new(),
                destinations: destinations.named().to_vec(),
            },
            stun,
            proxies: Vec::new(),
            destinations,
        };
        for carrier in carriers {
            let listener = TcpListener::bind(address).await.map_err(failed)?;
            let place = listener.local_addr().map_err(failed)?;
            estate.places.proxies.push((carrier.id, place));
            let acceptor = authority.server(carrier.name, carrier.certificate)?;
            estate.proxies.push((listener, acceptor));
        }
        Ok(estate)
    }

    pub(super) fn places(&self) -> EstateAddresses {
        self.places.clone()
    }

    /// Serves in tasks of its own.
    pub(super) fn serve(self, shared: &Arc<Shared>, tasks: &mut JoinSet<()>) {
        tasks.spawn(self.stun.serve());
        self.destinations.serve(shared, tasks);
        for (listener, acceptor) in self.proxies {
            tasks.spawn(sip::serve(listener, acceptor));
        }
    }
}
