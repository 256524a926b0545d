//! What a profile says about its organisation, and what of it is refused before anything is sent.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use reqwest::Url;
use secrecy::SecretString;

use super::error::Error;
use super::keyring::Keyring;
use super::tls::Identity;
use super::way::Proxy;
use crate::cause::{Cause, Explanation};
use crate::model::api::Api;

/// Everything a profile says about how to reach its organisation.
#[derive(Debug)]
pub struct Settings {
    /// Which API it speaks.
    pub api: Api,
    /// Where the API is; `https`, or `http` on loopback. A path in it comes before every API path.
    pub base_url: Url,
    /// Where tokens are issued, when that is another host; `/oauth/token` is added unless it is there.
    pub login_url: Option<Url>,
    /// The console's own OAuth client; none where a person does everything.
    pub client: Option<Credentials>,
    /// The OAuth client by which a person signs in; none where nobody does.
    pub person: Option<PersonClient>,
    /// The proxy on the way there.
    pub proxy: Proxy,
    /// Further trusted certificate authorities, as PEM.
    pub ca_pem: Option<Vec<u8>>,
    /// The client certificate for a server that demands one.
    pub identity: Option<Identity>,
    /// Requests allowed in any minute; none is no limit.
    pub requests_per_minute: Option<u32>,
    /// The schedule group that opens each queue, by ids or names, where the API does not tell (Platform API).
    pub queue_hours: BTreeMap<String, String>,
    /// How long one attempt of a call may take, from its first packet to the last byte of its answer (contract §2).
    pub deadline: Duration,
}

/// An OAuth client that signs in by itself.
#[derive(Debug)]
pub struct Credentials {
    /// Its id.
    pub id: String,
    /// Its secret.
    pub secret: SecretString,
    /// What is odd about the secret: told when the sign-in is refused.
    pub doubt: Option<Explanation>,
    /// How the two are sent.
    pub auth: AuthStyle,
    /// Scopes to ask for; none asks for all that the client has.
    pub scopes: Option<Vec<String>>,
}

/// An OAuth client through which a person signs in (RFC 6749 §4.1, RFC 7636).
#[derive(Debug)]
pub struct PersonClient {
    /// Its id.
    pub id: String,
    /// Its secret, where it has one; sent by HTTP Basic.
    pub secret: Option<SecretString>,
    /// The port of this machine that the browser is sent back to; 0 takes any.
    pub redirect_port: u16,
    /// Where what renews the person's token outlives the process; none keeps it in memory.
    pub keyring: Option<Keyring>,
}

/// How the client credentials are sent to the token endpoint (contract §1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AuthStyle {
    /// HTTP Basic.
    #[default]
    Basic,
    /// As form fields.
    Form,
}

impl Settings {
    /// Refuses what would send credentials in the clear, and URLs that cannot be built upon.
    pub(super) fn check(&self) -> Result<(), Error> {
        if self.client.is_none() && self.person.is_none() {
            return Err(Error::settings(Cause::NobodySignsIn.told()));
        }
        check_url("base_url", &self.base_url)?;
        self.login_url
            .as_ref()
            .map_or(Ok(()), |url| check_url("login_url", url))
    }
}

fn check_url(key: &str, url: &Url) -> Result<(), Error> {
    let refuse = |cause: Cause| Err(Error::settings(cause.told().with("key", key)));
    if url.password().is_some() || !url.username().is_empty() {
        return refuse(Cause::AddressWithLogin);
    }
    if url.query().is_some() || url.fragment().is_some() {
        return refuse(Cause::AddressWithQuery);
    }
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_loopback(url) => Ok(()),
        "http" => refuse(Cause::AddressInTheClear),
        _ => refuse(Cause::AddressOfAnotherKind),
    }
}

pub(super) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    host == "localhost"
        || host
            .trim_matches(['[', ']'])
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: &str) -> Result<(), String> {
        check_url("base_url", &url.parse().unwrap()).map_err(|error| error.to_string())
    }

    #[test]
    fn plain_http_is_for_this_machine() {
        for fine in [
            "https://api.mypurecloud.com",
            "http://127.0.0.1:8080",
            "http://127.9.9.9",
            "http://[::1]:1",
            "http://localhost",
        ] {
            assert_eq!(check(fine), Ok(()), "{fine}");
        }
        for open in [
            "http://api.mypurecloud.com",
            "http://127.0.0.1.example.com",
            "http://10.0.0.1",
            "http://[::2]",
        ] {
            assert!(check(open).unwrap_err().contains("Use https"), "{open}");
        }
    }

    #[test]
    fn secrets_and_leftovers_in_a_url_are_refused() {
        assert!(
            check("https://me:pass@host")
                .unwrap_err()
                .contains("password")
        );
        assert!(!check("https://me:pass@host").unwrap_err().contains("pass@"));
        assert!(check("https://host/?a=b").unwrap_err().contains("query"));
        assert!(check("ftp://host").unwrap_err().contains("https"));
        assert!(check("mailto:a@b").is_err());
    }
}
