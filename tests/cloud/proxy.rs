//! Jump hosts reach the cloud only by a proxy: requests and sockets take the same way, and each text says who spoke.

use std::sync::{Arc, Mutex};

use secrecy::SecretString;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use trunkline::cloud::way::{Named, Proxy, ProxyFault};
use trunkline::cloud::{Client, Error, Unreachable, Urgency};
use trunkline::model::UserId;
use trunkline::vocabulary::problem::Trouble;

use crate::common::server::{Seen, Server, answer, answer_with, settings, switch, token};
use crate::trust::chain;

/// A name that only the proxy knows.
const HOST: &str = "api.organisation.test";
const PAGE: &str = "<html><head><title>Blocked by policy</title></head><body>no</body></html>";

/// What came to the proxy: the first line, and the credentials.
type Asked = Arc<Mutex<Vec<(String, String)>>>;

struct Relay {
    port: u16,
    asked: Asked,
    _task: JoinSet<()>,
}

/// What a proxy does with a request for a tunnel that has the right credentials.
#[derive(Clone, Copy)]
enum Manner {
    Leads,
    Blocks,
    Hangs,
}

impl Relay {
    async fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Asked::default();
        let (mut task, seen) = (JoinSet::new(), Arc::clone(&asked));
        task.spawn(async move {
            let mut open = JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                open.spawn(relay(stream, Arc::clone(&seen), manner));
            }
        });
        Self {
            port,
            asked,
            _task: task,
        }
    }

    fn asked(&self) -> Vec<(String, String)> {
        self.asked.lock().unwrap().clone()
    }
}

async fn relay(mut stream: TcpStream, asked: Asked, manner: Manner) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let Ok(byte) = stream.read_u8().await else {
            return;
        };
        head.push(byte);
    }
    let head = String::from_utf8(head).unwrap();
    let first = head.lines().next().unwrap().to_owned();
    let credentials = head
        .lines()
        .find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("proxy-authorization")
                .then(|| value.to_owned())
        })
        .unwrap_or_default();
    asked
        .lock()
        .unwrap()
        .push((first.clone(), credentials.clone()));
    // noc:s3cret
    if credentials != "Basic bm9jOnMzY3JldA==" {
        let answer = "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=corp\r\nContent-Length: 0\r\n\r\n";
        stream.write_all(answer.as_bytes()).await.unwrap();
        return;
    }
    match manner {
        Manner::Hangs => std::future::pending().await,
        Manner::Blocks => {
            let length = PAGE.len();
            let answer = format!(
                "HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\nContent-Length: {length}\r\n\r\n{PAGE}"
            );
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
        Manner::Leads => {
            let port: u16 = first.split([':', ' ']).nth(2).unwrap().parse().unwrap();
            let mut to = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
            let _ = copy_bidirectional(&mut stream, &mut to).await;
        }
    }
}

/// The organisation behind the proxy.
async fn organisation() -> (Server, String) {
    let chain = chain(HOST, (2020, 2040));
    let script = |seen: &Seen, before| match seen.path.as_str() {
        "/oauth/token" => token(before),
        path if path.starts_with("/ws/") => switch(seen, Some("v2")),
        _ => answer(200, r#"{"entities":[]}"#),
    };
    (
        Server::start(Some(chain.acceptor), script).await,
        chain.ca_pem,
    )
}

fn client(port: u16, ca_pem: &str, proxy: &str, password: &str) -> Client {
    let login = Some(("noc".to_owned(), SecretString::from(password)));
    let mut settings = settings(&format!("https://{HOST}:{port}"));
    settings.ca_pem = Some(ca_pem.into());
    settings.proxy = Proxy::Named(Named {
        url: proxy.parse().unwrap(),
        login,
        except: Vec::new(),
    });
    Client::new(settings).unwrap()
}

fn cause(error: Error) -> Unreachable {
    match error {
        Error::Unreachable {
            cause, sent: false, ..
        } => cause,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn requests_and_sockets_leave_by_the_same_proxy_with_its_credentials() {
    let (server, ca) = organisation().await;
    let relay = Relay::start(Manner::Leads).await;
    let client = client(
        server.port,
        &ca,
        &format!("http://127.0.0.1:{}", relay.port),
        "s3cret",
    );
    client.users_page(1, Urgency::Reread).await.unwrap();
    let requests = relay.asked().len();
    let socket = client
        .open_registrations(&UserId::from("u-1"))
        .await
        .unwrap();
    drop(socket);
    let asked = relay.asked();
    assert!(requests >= 1 && asked.len() == requests + 1, "{asked:?}");
    let first = format!("CONNECT {HOST}:{} HTTP/1.1", server.port);
    for (line, credentials) in asked {
        assert_eq!(
            (line, credentials),
            (first.clone(), "Basic bm9jOnMzY3JldA==".to_owned())
        );
    }
}

#[tokio::test]
async fn a_login_that_the_proxy_refuses_is_the_proxys_refusal_for_requests_and_sockets() {
    let (server, ca) = organisation().await;
    let relay = Relay::start(Manner::Leads).await;
    let proxy = format!("http://127.0.0.1:{}", relay.port);
    let client = client(server.port, &ca, &proxy, "wrong");
    let error = client.users_page(1, Urgency::Reread).await.unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains(&format!(
            "the proxy 127.0.0.1:{} (proxy in the profile) asks for a login",
            relay.port
        )),
        "{text}"
    );
    assert!(!text.contains("wrong") && !text.contains("DNS"), "{text}");
    assert!(!error.passing() && error.trouble() == Trouble::Unreachable);
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn a_proxy_that_is_not_there_and_one_that_blocks_are_told_apart() {
    let (server, ca) = organisation().await;
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let free = nobody.local_addr().unwrap().port();
    drop(nobody);
    let absent = client(
        server.port,
        &ca,
        &format!("http://127.0.0.1:{free}"),
        "s3cret",
    );
    let error = absent
        .open_registrations(&UserId::from("u-1"))
        .await
        .unwrap_err();
    assert!(
        matches!(cause(error), Unreachable::Proxy(_, fault) if matches!(*fault, ProxyFault::Refused))
    );

    let relay = Relay::start(Manner::Blocks).await;
    let blocked = client(
        server.port,
        &ca,
        &format!("http://127.0.0.1:{}", relay.port),
        "s3cret",
    );
    let error = blocked
        .users_page(1, Urgency::Reread)
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.contains(
            "does not let this connection through: HTTP 403, text/html, \"Blocked by policy\""
        ),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_proxy_that_says_nothing_is_not_waited_for() {
    let relay = Relay::start(Manner::Hangs).await;
    let way = trunkline::cloud::way::Way::new(Proxy::Named(Named {
        url: format!("http://127.0.0.1:{}", relay.port).parse().unwrap(),
        login: Some(("noc".to_owned(), SecretString::from("s3cret"))),
        except: Vec::new(),
    }));
    let to = format!("https://{HOST}/").parse().unwrap();
    let slow = way.connect(&to).await.unwrap_err();
    assert!(
        matches!(&slow, Unreachable::Proxy(_, fault) if matches!(**fault, ProxyFault::TimedOut(_))),
        "{slow}"
    );
}

#[tokio::test]
async fn socks_leads_requests_and_sockets_too_and_resolves_the_name_there() {
    let (server, ca) = organisation().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let names: Arc<Mutex<Vec<String>>> = Arc::default();
    let (seen, target) = (Arc::clone(&names), server.port);
    let mut task = JoinSet::new();
    task.spawn(async move {
        let mut open = JoinSet::new();
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            open.spawn(socks(stream, target, Arc::clone(&seen)));
        }
    });
    let client = client(
        server.port,
        &ca,
        &format!("socks5h://127.0.0.1:{port}"),
        "s3cret",
    );
    client.users_page(1, Urgency::Reread).await.unwrap();
    let requests = names.lock().unwrap().len();
    client
        .open_registrations(&UserId::from("u-1"))
        .await
        .unwrap();
    let names = names.lock().unwrap().clone();
    assert_eq!(names.len(), requests + 1);
    assert!(names.iter().all(|name| name == HOST), "{names:?}");
}

/// RFC 1928 with RFC 1929's login, as far as these connections need it.
async fn socks(mut stream: TcpStream, port: u16, names: Arc<Mutex<Vec<String>>>) -> Option<()> {
    let mut methods = vec![0; usize::from(greeting(&mut stream).await?)];
    stream.read_exact(&mut methods).await.ok()?;
    stream.write_all(&[5, 2]).await.ok()?;
    assert_eq!(stream.read_u8().await.ok()?, 1);
    let (user, password) = (pascal(&mut stream).await?, pascal(&mut stream).await?);
    assert_eq!((user.as_str(), password.as_str()), ("noc", "s3cret"));
    stream.write_all(&[1, 0]).await.ok()?;
    let mut request = [0; 4];
    stream.read_exact(&mut request).await.ok()?;
    assert_eq!(request, [5, 1, 0, 3], "a connection, to a name");
    let name = pascal(&mut stream).await?;
    names.lock().unwrap().push(name);
    let _port = stream.read_u16().await.ok()?;
    let mut to = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
    stream
        .write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0])
        .await
        .ok()?;
    copy_bidirectional(&mut stream, &mut to).await.ok()?;
    Some(())
}

async fn greeting(stream: &mut TcpStream) -> Option<u8> {
    let mut greeting = [0; 2];
    stream.read_exact(&mut greeting).await.ok()?;
    assert_eq!(greeting[0], 5);
    Some(greeting[1])
}

async fn pascal(stream: &mut TcpStream) -> Option<String> {
    let mut text = vec![0; usize::from(stream.read_u8().await.ok()?)];
    stream.read_exact(&mut text).await.ok()?;
    String::from_utf8(text).ok()
}

/// An organisation behind a web filter: `where_` is answered with a page.
async fn filtered(path: &'static str, status: u16, body: &'static str) -> String {
    let server = Server::plain(move |seen: &Seen, before| match seen.path.as_str() {
        at if at.starts_with(path) => answer_with(status, ("content-type", "text/html"), body),
        "/oauth/token" => token(before),
        _ => answer(200, r#"{"entities":[]}"#),
    })
    .await;
    let error = server
        .client()
        .users_page(1, Urgency::Reread)
        .await
        .unwrap_err();
    assert_eq!(error.trouble(), Trouble::Unreachable, "{error}");
    error.to_string()
}

#[tokio::test(start_paused = true)]
async fn a_page_in_place_of_an_answer_is_told_as_somebody_elses() {
    for (path, status) in [
        ("/oauth/token", 200),
        ("/oauth/token", 403),
        ("/api/v2/users", 200),
        ("/api/v2/users", 403),
        ("/api/v2/users", 502),
    ] {
        let text = filtered(path, status, PAGE).await;
        assert!(
            text.contains(&format!("HTTP {status}, text/html, \"Blocked by policy\"")),
            "{text}"
        );
        assert!(
            text.contains("not") && text.contains("organisation"),
            "{text}"
        );
        assert!(
            !text.contains("expected value") && !text.contains("client_id"),
            "{text}"
        );
    }
    let silent = filtered("/api/v2/users", 504, "").await;
    assert!(
        silent.contains("HTTP 504") && silent.contains("gateway"),
        "{silent}"
    );
}

#[tokio::test]
async fn a_client_of_another_region_is_told_so_and_asks_once() {
    let refused = r#"{"error":"invalid_client","error_description":"authentication failed"}"#;
    for status in [400, 401] {
        let server = Server::plain(move |_: &Seen, _| answer(status, refused)).await;
        let error = server
            .client()
            .users_page(1, Urgency::Reread)
            .await
            .unwrap_err();
        let text = error.to_string();
        assert_eq!(error.trouble(), Trouble::Credentials);
        assert!(
            text.contains("another region than 127.0.0.1") && text.contains("client secret"),
            "{text}"
        );
        assert_eq!(server.count("/oauth/token"), 1);
    }
}
