//! Where the SIP proxies of carriers are: `[profiles.NAME.carriers."CARRIER-ID"]` (contract §4).

use std::collections::BTreeMap;
use std::fmt;

use url::Host;

use super::draft::plain;
use crate::config::reader::{Notes, Section};
use crate::model::CarrierId;

/// The port of SIP over TLS (RFC 3261 §19.1.2), when the profile names none.
const SIPS_PORT: u16 = 5061;

/// Characters of a carrier's id, as elsewhere on the wire.
const LONGEST_ID: usize = 256;

/// Proxies of one profile; each is a handshake a minute.
const MOST_PROXIES: usize = 256;

/// What the profile says of carriers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carriers {
    /// Whether they are watched. No key of the file: a command that reads registrations alone turns it off.
    pub watched: bool,
    /// The SIP proxies, of those carriers that have one to look at.
    pub proxies: BTreeMap<CarrierId, SipProxy>,
}

impl Default for Carriers {
    fn default() -> Self {
        Self {
            watched: true,
            proxies: BTreeMap::new(),
        }
    }
}

/// Where a SIP proxy speaks TLS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SipProxy {
    /// A name or an address.
    pub host: Host,
    /// The port.
    pub port: u16,
}

impl fmt::Display for SipProxy {
    /// `host:port`, an IPv6 address in brackets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

/// Reads the table; a carrier without a host is a mistake, because its section would do nothing.
pub(super) fn read(from: Section<'_>, notes: &mut Notes<'_>) -> Carriers {
    let mut proxies = BTreeMap::new();
    for (id, section) in from.sections(notes) {
        let (origin, key) = (section.origin.clone(), section.key("host"));
        if let Err(message) = plain(&id, LONGEST_ID) {
            notes.fault(origin.clone(), &key, message);
        }
        if let Some(proxy) = proxy(section, notes) {
            proxies.insert(CarrierId::from(id.as_str()), proxy);
        } else if !notes.has_fault(&key) {
            notes.fault(
                origin.clone(),
                &key,
                "missing: name the carrier's SIP proxy, for example host = \"sip.example.com\"",
            );
        }
        if proxies.len() > MOST_PROXIES {
            notes.fault(
                origin,
                &key,
                format!("at most {MOST_PROXIES} proxies are probed"),
            );
            break;
        }
    }
    Carriers {
        proxies,
        ..Carriers::default()
    }
}

fn proxy(mut from: Section<'_>, notes: &mut Notes<'_>) -> Option<SipProxy> {
    let host = from.take_as("host", notes, |text: String| host(&text));
    let port = from.take_as("port", notes, |port: u16| match port {
        0 => Err("0 is not a port".to_owned()),
        port => Ok(port),
    });
    from.finish(notes);
    Some(SipProxy {
        host: host?,
        port: port.unwrap_or(SIPS_PORT),
    })
}

/// A name or an address; an IPv6 address with or without its brackets.
fn host(text: &str) -> Result<Host, String> {
    if let Ok(address) = text.parse() {
        return Ok(Host::Ipv6(address));
    }
    Host::parse(text).map_err(|error| {
        format!("{text:?} is not a host: {error}. Write a name or an address, and the port beside it: port = 5061")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_names_or_addresses_and_never_carry_a_port() {
        let shown = |text| {
            host(text).map(|host| {
                SipProxy {
                    host,
                    port: SIPS_PORT,
                }
                .to_string()
            })
        };
        assert_eq!(
            shown("sip.example.com").as_deref(),
            Ok("sip.example.com:5061")
        );
        assert_eq!(shown("192.0.2.7").as_deref(), Ok("192.0.2.7:5061"));
        assert_eq!(shown("2001:db8::1").as_deref(), Ok("[2001:db8::1]:5061"));
        assert_eq!(shown("[2001:db8::1]").as_deref(), Ok("[2001:db8::1]:5061"));
        for wrong in ["", "sip.example.com:5061", "https://sip.example.com", "a b"] {
            assert!(shown(wrong).is_err(), "{wrong:?}");
        }
    }
}
