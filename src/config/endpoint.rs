//! Addresses that a token may be sent to: https, or plain http to this very machine.

use url::{Host, Url};

/// Reads a base URL. It always ends in `/`, so that joining a relative path keeps what is before it.
pub(super) fn endpoint(text: &str) -> Result<Url, String> {
    let mut url = address(text, "the token")?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err("a base URL has no query (?) and no fragment (#): leave them out".to_owned());
    }
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    Ok(url)
}

/// Reads any address that `what` is sent to.
pub(super) fn address(text: &str, what: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| {
        format!(
            "this is no URL ({error}): write https://HOST, for example https://api.mypurecloud.com"
        )
    })?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(
            "credentials do not belong in a URL: use client_id and client_secret_file".to_owned(),
        );
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        "http" => Err(format!(
            "http would send {what} in the clear: use https (http is only for this machine)"
        )),
        other => Err(format!("{other:?} is not a scheme to call: use https")),
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_url_ends_in_a_slash() {
        for text in ["https://a.example", "https://a.example/"] {
            assert_eq!(endpoint(text).unwrap().as_str(), "https://a.example/");
        }
        let deep = endpoint("https://a.example/gateway").unwrap();
        assert_eq!(
            deep.join("api/v2/users").unwrap().path(),
            "/gateway/api/v2/users"
        );
    }

    #[test]
    fn plain_http_stays_on_this_machine() {
        for text in [
            "http://localhost:1",
            "http://127.9.9.9",
            "http://[::1]:8080",
        ] {
            assert!(endpoint(text).is_ok(), "{text}");
        }
        for text in [
            "http://a.example",
            "http://10.0.0.1",
            "http://localhost.example",
            "http://[::2]",
        ] {
            assert!(
                endpoint(text).unwrap_err().contains("in the clear"),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_not_an_address_of_a_service_is_refused_without_repeating_it() {
        for text in [
            "a.example",
            "ftp://a.example",
            "https://u:canary@a.example",
            "https://a.example?x=canary",
            "https://a.example#canary",
            "https://",
        ] {
            let fault = endpoint(text).unwrap_err();
            assert!(!fault.contains("canary"), "{fault}");
        }
    }
}
