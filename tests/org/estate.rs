//! What probes look at: the SIP proxies' certificates, each refused for its own reason, and the STUN server.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustls::time_provider::TimeProvider;
use rustls::{CertificateError, ClientConfig, Error as TlsError, RootCertStore};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject};
use serde_json::json;
use stun_proto::types::attribute::XorMappedAddress;
use stun_proto::types::message::{
    BINDING, Message, MessageClass, MessageWrite, MessageWriteExt, MessageWriteVec,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use trunkline::org::Org;

use crate::client::{HANG, bench, options};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The proxies in the order of the carriers.
const GOOD: usize = 0;
const EXPIRING: usize = 1;
const EXPIRED: usize = 2;
const SELF_SIGNED: usize = 3;
const WRONG_NAME: usize = 4;

/// A clock that stands still.
#[derive(Debug)]
struct At(UnixTime);

impl TimeProvider for At {
    fn current_time(&self) -> Option<UnixTime> {
        Some(self.0)
    }
}

/// Connects to a proxy, trusting the organisation's CA alone, as if `later` had passed.
async fn connect(org: &Org, proxy: usize, later: Duration) -> io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    let ca = CertificateDer::from_pem_slice(org.ca_pem().as_bytes()).unwrap();
    roots.add(ca).unwrap();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap() + later;
    let clock = Arc::new(At(UnixTime::since_unix_epoch(now)));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_details(provider, clock)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let (_, address) = org.sip_proxies()[proxy];
    let tcp = TcpStream::connect(address).await?;
    let name = ServerName::from(address.ip());
    let connected = TlsConnector::from(Arc::new(config)).connect(name, tcp);
    tokio::time::timeout(HANG, connected)
        .await
        .expect("the handshake hangs")
}

/// Why a proxy's certificate is refused.
async fn refusal(org: &Org, proxy: usize, later: Duration) -> CertificateError {
    let error = connect(org, proxy, later).await.unwrap_err();
    let tls = error.get_ref().and_then(|inner| inner.downcast_ref());
    match tls {
        Some(TlsError::InvalidCertificate(why)) => why.clone(),
        other => panic!("no refused certificate but {other:?} in {error}"),
    }
}

#[tokio::test]
async fn each_carrier_has_a_proxy() {
    let bench = bench(options()).await;
    let state = bench.control_get("/_org/state").await;
    let carriers = state["carriers"].as_array().unwrap().iter();
    let ids = carriers.map(|carrier| carrier["id"].clone());
    let proxies = bench.org.sip_proxies().iter().map(|(id, _)| json!(id));
    assert!(proxies.eq(ids));
}

#[tokio::test]
async fn the_good_certificate_is_accepted_for_long() {
    let org = bench(options()).await.org;
    for later in [Duration::ZERO, 300 * DAY] {
        assert!(connect(&org, GOOD, later).await.is_ok());
    }
}

#[tokio::test]
async fn the_expiring_certificate_holds_for_twelve_days() {
    let org = bench(options()).await.org;
    for later in [Duration::ZERO, 12 * DAY] {
        assert!(connect(&org, EXPIRING, later).await.is_ok());
    }
    let why = refusal(&org, EXPIRING, 13 * DAY).await;
    assert!(
        matches!(why, CertificateError::ExpiredContext { .. }),
        "{why:?}"
    );
}

#[tokio::test]
async fn each_wrong_certificate_is_refused_for_its_own_reason() {
    let org = bench(options()).await.org;
    let expired = refusal(&org, EXPIRED, Duration::ZERO).await;
    assert!(
        matches!(expired, CertificateError::ExpiredContext { .. }),
        "{expired:?}"
    );
    let signer = refusal(&org, SELF_SIGNED, Duration::ZERO).await;
    assert_eq!(signer, CertificateError::UnknownIssuer);
    let name = refusal(&org, WRONG_NAME, Duration::ZERO).await;
    let CertificateError::NotValidForNameContext { presented, .. } = name else {
        panic!("{name:?}");
    };
    assert!(presented[0].contains("sip.elsewhere.example"));
}

#[tokio::test]
async fn a_proxy_closes_with_its_client() {
    let org = bench(options()).await.org;
    let mut tls = connect(&org, GOOD, Duration::ZERO).await.unwrap();
    tls.write_all(b"OPTIONS sip:here SIP/2.0\r\n\r\n")
        .await
        .unwrap();
    tls.shutdown().await.unwrap();
    let mut answer = Vec::new();
    let closed = tokio::time::timeout(HANG, tls.read_to_end(&mut answer)).await;
    assert!(closed.expect("the close hangs").is_ok(), "a clean close");
    assert!(answer.is_empty());
}

fn binding_request() -> Vec<u8> {
    let mut request = Message::builder_request(BINDING, MessageWriteVec::new());
    request.add_fingerprint().unwrap();
    request.finish()
}

/// The address that a response to `request` tells.
fn mapped(request: &[u8], response: &[u8]) -> SocketAddr {
    let request = Message::from_bytes(request).unwrap();
    let response = Message::from_bytes(response).unwrap();
    assert!(response.has_class(MessageClass::Success));
    assert_eq!(response.transaction_id(), request.transaction_id());
    let mapped = response.attribute::<XorMappedAddress>().unwrap();
    mapped.addr(response.transaction_id())
}

#[tokio::test]
async fn stun_answers_over_udp_and_only_binding_requests() {
    let org = bench(options()).await.org;
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    socket.connect(org.stun()).await.unwrap();
    let request = binding_request();
    // Loopback keeps the order: an answer to the garbage would come first.
    for datagram in [&b"garbage"[..], &[0; 20], &[0xff; 4000], &request] {
        socket.send(datagram).await.unwrap();
    }
    let mut buffer = [0; 1500];
    let received = tokio::time::timeout(HANG, socket.recv(&mut buffer)).await;
    let length = received.expect("no answer").unwrap();
    let told = mapped(&request, &buffer[..length]);
    assert_eq!(told, socket.local_addr().unwrap());
    assert!(socket.try_recv(&mut buffer).is_err());
}

#[tokio::test]
async fn stun_answers_over_tcp_and_ends_on_garbage() {
    let org = bench(options()).await.org;
    let mut tcp = TcpStream::connect(org.stun()).await.unwrap();
    for _ in 0..2 {
        let request = binding_request();
        let (head, rest) = request.split_at(13);
        tcp.write_all(head).await.unwrap();
        tcp.write_all(rest).await.unwrap();
        // Header, XOR-MAPPED-ADDRESS for IPv4, FINGERPRINT.
        let mut response = [0; 20 + 12 + 8];
        let received = tokio::time::timeout(HANG, tcp.read_exact(&mut response)).await;
        received.expect("no answer").unwrap();
        assert_eq!(mapped(&request, &response), tcp.local_addr().unwrap());
    }
    tcp.write_all(&[0xff; 20]).await.unwrap();
    let mut rest = Vec::new();
    let ended = tokio::time::timeout(HANG, tcp.read_to_end(&mut rest)).await;
    let _ = ended.expect("the connection stays open");
    assert!(rest.is_empty());
}

#[tokio::test]
async fn everything_listens_on_the_address_asked_for() {
    let ip: IpAddr = "::1".parse().unwrap();
    if std::net::TcpListener::bind((ip, 0)).is_err() {
        eprintln!("not tested: this machine has no IPv6 loopback");
        return;
    }
    let mut options = options();
    options.listen = SocketAddr::new(ip, 0);
    let org = bench(options).await.org;
    assert_eq!(org.stun().ip(), ip);
    assert!(connect(&org, GOOD, Duration::ZERO).await.is_ok());
}
