use proptest::prelude::*;

use super::*;

fn read(text: &str) -> (Transport, String, u16) {
    let target: Target = text.parse().unwrap();
    assert_eq!(target.to_string(), text, "it is written as it was read");
    (target.transport, target.host, target.port)
}

#[test]
fn hosts_and_ports_are_told_apart() {
    let at = |transport, host: &str, port| (transport, host.to_owned(), port);
    assert_eq!(
        read("tls:sip.example.com"),
        at(Transport::Tls, "sip.example.com", 5061)
    );
    assert_eq!(
        read("tls:[2001:db8::1]:443"),
        at(Transport::Tls, "2001:db8::1", 443)
    );
    assert_eq!(
        read("stun:stun.example.com:19302"),
        at(Transport::Udp, "stun.example.com", 19302)
    );
    assert_eq!(read("stun:::1"), at(Transport::Udp, "::1", 3478));
    assert_eq!(
        read("turn:10.0.0.1?transport=tls"),
        at(Transport::Tls, "10.0.0.1", 5349)
    );
    assert_eq!(
        read("turn:turn.example.com:443?transport=tcp"),
        at(Transport::Tcp, "turn.example.com", 443)
    );
    assert_eq!(
        read("http:https://a.example/health"),
        at(Transport::Tcp, "a.example", 443)
    );
    assert_eq!(
        read("http:http://[::1]:8080/"),
        at(Transport::Tcp, "::1", 8080)
    );
    assert_eq!(
        read("dns:_sips._tcp.example.com"),
        at(Transport::Udp, "_sips._tcp.example.com", 0)
    );
}

#[test]
fn a_url_needs_no_protocol_before_it() {
    let target: Target = "https://a.example/health".parse().unwrap();
    assert_eq!(target.to_string(), "http:https://a.example/health");
}

#[test]
fn mistakes_say_what_to_write() {
    for (text, says) in [
        ("tls:", "host:port"),
        ("tls:host:0", "1 to 65535"),
        ("tls:host:70000", "1 to 65535"),
        ("stun:host?transport=sctp", "udp, tcp or tls"),
        ("tls:bad host", "host:port"),
        ("dns:10.0.0.1", "not a name"),
        ("dns:a..b", "parts"),
        ("http:http://a.example/", "use https"),
        ("https://me:canary@a.example/", "no credentials"),
        ("nonsense", "https://host/path"),
    ] {
        let error = text.parse::<Target>().unwrap_err().to_string();
        assert!(error.contains(says), "{text}: {error}");
        assert!(!error.contains("canary"), "{error}");
    }
}

proptest! {
    #[test]
    fn no_text_breaks_it_and_what_it_takes_is_safe_to_show(text in ".{0,40}") {
        for protocol in Protocol::ALL {
            if let Ok(target) = Target::new(protocol, &text) {
                prop_assert!(is_plain(target.host()));
                prop_assert!(is_plain(target.address()));
            }
        }
    }
}
