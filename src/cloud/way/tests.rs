//! Which way a connection takes.

use super::*;

fn named(url: &str, except: &str) -> Way {
    Way::new(Proxy::Named(Named {
        url: url.parse().unwrap(),
        login: Some(("n@c".to_owned(), SecretString::from("s:e/c ret"))),
        except: except.split(", ").map(ToOwned::to_owned).collect(),
    }))
}

fn hop(way: &Way, to: &str) -> Option<Hop> {
    way.hop(&to.parse().unwrap())
}

#[test]
fn the_same_proxy_leads_to_requests_and_sockets() {
    let way = named("http://proxy.corp:3128", "");
    for to in [
        "https://api.example.com/x",
        "wss://api.example.com/ws",
        "http://api.example.com",
        "ws://api.example.com:81",
    ] {
        assert_eq!(
            hop(&way, to).map(|hop| hop.to_string()).as_deref(),
            Some("proxy.corp:3128"),
            "{to}"
        );
    }
    let found = hop(&way, "wss://api.example.com/").unwrap();
    assert!(!format!("{found:?} {found}").contains("ret"), "{found:?}");
    assert_eq!(
        found.basic.as_ref().and_then(decoded),
        Some(("n@c".to_owned(), "s:e/c ret".to_owned()))
    );
}

#[test]
fn nothing_on_this_machine_and_no_exception_is_asked_for_by_a_proxy() {
    let way = named("http://proxy.corp:3128", "internal.example, 10.0.0.0/8");
    for to in [
        "https://127.0.0.1:8443/",
        "https://localhost/",
        "https://[::1]/",
        "https://api.internal.example/",
        "wss://10.1.2.3/",
    ] {
        assert!(hop(&way, to).is_none(), "{to}");
    }
    assert!(hop(&Way::new(Proxy::None), "https://api.example.com").is_none());
}

#[test]
fn socks_keeps_its_login_and_its_port() {
    let way = named("socks5h://proxy.corp", "");
    let found = hop(&way, "https://api.example.com").unwrap();
    assert_eq!(found.to_string(), "proxy.corp:1080");
    assert_eq!(
        found.login,
        Some(("n@c".to_owned(), "s:e/c ret".to_owned()))
    );
}

#[tokio::test]
async fn a_proxy_is_asked_once_why_connections_fail_alike() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let asked = Arc::new(std::sync::atomic::AtomicU32::new(0));
    let count = Arc::clone(&asked);
    let proxy = tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await.unwrap());
            }
            count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let no = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n";
            stream.write_all(no).await.unwrap();
        }
    });
    let way = named(&format!("http://127.0.0.1:{port}"), "");
    let to: Url = "https://api.example.com/".parse().unwrap();
    let failed = Unreachable::Broken("unsuccessful".to_owned());
    let first = way.explain(&to, &failed).await.unwrap();
    assert!(
        matches!(&first, Unreachable::Proxy(_, fault) if **fault == ProxyFault::Login),
        "{first}"
    );
    assert_eq!(way.explain(&to, &failed).await, Some(first.clone()));
    let asked = || asked.load(std::sync::atomic::Ordering::Relaxed);
    assert_eq!(asked(), 1);
    assert_eq!(way.explain(&to, &Unreachable::Refused).await, Some(first));
    assert_eq!(asked(), 2, "it failed in another way");
    proxy.abort();
}
