//! The proxy on the way to the organisation: the machine's, one that the profile names, or none.

use toml::Value;
use url::Url;

use super::draft::{MAX_CLIENT_ID, plain};
use crate::config::reader::{Notes, Section};
use crate::config::secret::{self, SecretSource};
use crate::model::proxy::{self, Named};

const PASSWORD: secret::Keys = [
    "proxy_password",
    "proxy_password_env",
    "proxy_password_file",
    "proxy_password_command",
];

const SCHEMES: [&str; 6] = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"];

/// What the profile says, with the place of the password.
pub type ProxySetting = proxy::Proxy<SecretSource>;

impl ProxySetting {
    /// What `config show` prints of it; the password is masked.
    pub(in crate::config) fn shown(&self) -> Vec<(&'static str, Value)> {
        let named = match self {
            Self::Machine => return Vec::new(),
            Self::None => return vec![("proxy", "none".into())],
            Self::Named(named) => named,
        };
        let mut shown = vec![("proxy", named.url.as_str().into())];
        if let Some((user, password)) = &named.login {
            shown.push(("proxy_user", user.as_str().into()));
            shown.push(("proxy_password", format!("masked: from {password}").into()));
        }
        let except = named.except.iter().map(String::as_str).map(Value::from);
        shown.push(("no_proxy", Value::Array(except.collect())));
        shown
    }
}

/// Takes the keys of a proxy out of a profile's section.
pub(super) fn read(from: &mut Section<'_>, notes: &mut Notes<'_>) -> ProxySetting {
    let (origin, key) = (from.origin.clone(), from.key("proxy_user"));
    let named = from.take_as("proxy", notes, |text: String| match text.as_str() {
        "none" => Ok(None),
        text => url(text).map(Some),
    });
    let user = from.take_as("proxy_user", notes, |user: String| {
        plain(&user, MAX_CLIENT_ID).map(|()| user)
    });
    let password = secret::read(from, PASSWORD, notes);
    let except = from.take("no_proxy", notes).unwrap_or_default();
    let login = match (user, password) {
        (Some(user), Some(password)) => Some((user, password)),
        (None, None) => None,
        _ => {
            let message = "proxy_user and one of proxy_password_env, proxy_password_file and proxy_password_command go together";
            notes.fault(origin, &key, message);
            None
        }
    };
    match named {
        Some(Some(url)) => ProxySetting::Named(Named { url, login, except }),
        Some(None) => ProxySetting::None,
        None => ProxySetting::Machine,
    }
}

fn url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text)
        .ok()
        .filter(|url| url.host_str().is_some_and(|host| !host.is_empty()))
        .ok_or("this is no URL: write http://HOST:PORT, socks5h://HOST:PORT, or none")?;
    if !SCHEMES.contains(&url.scheme()) {
        return Err(format!("a proxy is one of {}", SCHEMES.join(", ")));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("credentials do not belong in a URL, which gets copied and shown: use proxy_user and proxy_password_file".to_owned());
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_an_address_without_credentials() {
        for fine in [
            "http://proxy.corp:3128",
            "socks5h://127.0.0.1:1080",
            "https://proxy",
        ] {
            assert!(url(fine).is_ok(), "{fine}");
        }
        for bad in ["proxy.corp:3128", "ftp://proxy", "http://", "mailto:a@b"] {
            assert!(url(bad).is_err(), "{bad}");
        }
        let secret = url("http://noc:s3cret@proxy:3128").unwrap_err();
        assert!(
            secret.contains("proxy_user") && !secret.contains("s3cret"),
            "{secret}"
        );
    }
}
