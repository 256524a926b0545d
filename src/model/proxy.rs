//! The proxy on the way out, as a profile names it and as connections take it.

use url::Url;

/// Which proxy there is; `P` is its password, or the place where that is.
#[derive(Clone, Debug, Default)]
pub enum Proxy<P> {
    /// As the machine says: `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`.
    #[default]
    Machine,
    /// None, whatever the machine says.
    None,
    /// This one.
    Named(Named<P>),
}

/// A proxy by name.
#[derive(Clone, Debug)]
pub struct Named<P> {
    /// `http`, `https`, `socks4`, `socks4a`, `socks5` or `socks5h`, host and port; no credentials.
    pub url: Url,
    /// Who asks it, where it wants to know, and by which password.
    pub login: Option<(String, P)>,
    /// Hosts, domains and networks that are reached without it, as `NO_PROXY` spells them.
    pub except: Vec<String>,
}

impl<P> Proxy<P> {
    /// The password, or its place.
    #[must_use]
    pub fn password(&self) -> Option<&P> {
        match self {
            Self::Named(named) => named.login.as_ref().map(|(_, password)| password),
            Self::Machine | Self::None => None,
        }
    }

    /// The same with that password in the place of its own; one without a login gets none.
    #[must_use]
    pub fn with_password<Q>(self, password: Option<Q>) -> Proxy<Q> {
        match self {
            Self::Machine => Proxy::Machine,
            Self::None => Proxy::None,
            Self::Named(Named { url, login, except }) => Proxy::Named(Named {
                url,
                login: login.map(|(user, _)| user).zip(password),
                except,
            }),
        }
    }
}
