//! SIP OPTIONS against Debian's `kamailio` over UDP, TCP and TLS and `sipp` as a user agent, and against servers that misbehave.

use std::cell::Cell;
use std::net::{TcpListener, UdpSocket};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use trunkline::model::finding::{Finding, Grade, ProbeOutcome, SipAnswer, Target};
use trunkline::probe::{Prober, Settings};

use crate::servers::Authority;

/// A server of somebody else, ended when the test is.
struct Served {
    child: Child,
    port: u16,
    _folder: TempDir,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn probe(target: &str, deadline: Duration) -> Finding {
    let settings = Settings {
        deadline,
        ..Settings::default()
    };
    probe_with(settings, target).await
}

async fn probe_with(settings: Settings, target: &str) -> Finding {
    let target: Target = target.parse().unwrap();
    Prober::new(settings).probe(&target).await
}

fn answer(finding: &Finding) -> &SipAnswer {
    match &finding.outcome {
        ProbeOutcome::Sip(answer) => answer,
        other => panic!("{other:?}"),
    }
}

fn free() -> u16 {
    let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
    tcp.local_addr().unwrap().port()
}

/// Says what is not installed, and fails where CI promises it.
fn skipped(what: &str) {
    println!(
        "skipped: {what} is not installed (apt-get install kamailio kamailio-tls-modules sip-tester)"
    );
    assert_ne!(
        std::env::var("CI").as_deref(),
        Ok("true"),
        "CI installs {what}"
    );
}

/// None when it is not installed; then the test says so.
async fn serve(
    program: &str,
    arguments: impl Fn(&TempDir, u16) -> Vec<String>,
    transport: &str,
) -> Option<Served> {
    for _ in 0..5 {
        let folder = tempfile::tempdir().unwrap();
        let port = free();
        let child = Command::new(program)
            .args(arguments(&folder, port))
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let Ok(child) = child else {
            skipped(program);
            return None;
        };
        let mut served = Served {
            child,
            port,
            _folder: folder,
        };
        for _ in 0..200 {
            if served.child.try_wait().unwrap().is_some() {
                break;
            }
            let target = format!("sip:127.0.0.1:{port}?transport={transport}");
            if probe(&target, Duration::from_secs(2)).await.grade() == Grade::Good {
                return Some(served);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    panic!("{program} does not come up");
}

const KAMAILIO: &str = r#"
children=1
tcp_children=1
auto_aliases=no
server_header="Server: kamailio of the test"
listen=udp:127.0.0.1:PORT
listen=tcp:127.0.0.1:PORT
mpath="/usr/lib/x86_64-linux-gnu/kamailio/modules/"
loadmodule "sl.so"
loadmodule "textops.so"
request_route {
    append_to_reply("Allow: INVITE, ACK, OPTIONS\r\n");
    sl_send_reply("200", "OK");
}
"#;

/// What `kamailio` is started with: that configuration, kept in the folder, and little memory.
fn kamailio(folder: &TempDir, configuration: &str) -> Vec<String> {
    let folder = folder.path();
    let file = folder.join("kamailio.cfg");
    std::fs::write(&file, configuration).unwrap();
    let (file, folder) = (file.display().to_string(), folder.display().to_string());
    let words = [
        "-f", &file, "-DD", "-E", "-m", "32", "-M", "8", "-Y", &folder,
    ];
    words.map(str::to_owned).to_vec()
}

/// Where Debian has what `kamailio` does TLS with.
const TLS_MODULE: &str = "/usr/lib/x86_64-linux-gnu/kamailio/modules/tls.so";

#[tokio::test]
async fn kamailio_answers_over_tls_to_whom_its_authority_is_trusted() {
    if !Path::new(TLS_MODULE).exists() {
        skipped("kamailio-tls-modules");
        return;
    }
    let (ca, tls) = (Authority::new("Ours"), Cell::new(0));
    let arguments = |folder: &TempDir, port: u16| {
        let (certificate, key) = ca.issue("127.0.0.1", (-1, 90)).pem();
        let file = |name: &str, text: String| {
            let file = folder.path().join(name);
            std::fs::write(&file, text).unwrap();
            file.display().to_string()
        };
        let (certificate, key) = (file("cert.pem", certificate), file("key.pem", key));
        tls.set(free());
        let with_tls = format!(
            "enable_tls=yes\nlisten=tls:127.0.0.1:{}\nloadmodule \"tls.so\"\n\
             modparam(\"tls\", \"tls_method\", \"TLSv1.2+\")\n\
             modparam(\"tls\", \"certificate\", \"{certificate}\")\n\
             modparam(\"tls\", \"private_key\", \"{key}\")\nrequest_route {{",
            tls.get()
        );
        let configuration = KAMAILIO.replace("PORT", &port.to_string());
        kamailio(folder, &configuration.replace("request_route {", &with_tls))
    };
    let Some(_served) = serve("kamailio", arguments, "tcp").await else {
        return;
    };
    let target = format!("sip:127.0.0.1:{}?transport=tls", tls.get());
    let trusting = Settings {
        authorities: vec![ca.der.clone()],
        ..Settings::default()
    };
    let finding = probe_with(trusting, &target).await;
    let told = answer(&finding);
    assert_eq!(
        (told.status, told.transport.word(), finding.grade()),
        (200, "tls", Grade::Good),
        "{finding:?}"
    );
    let finding = probe(&target, Duration::from_secs(5)).await;
    assert_eq!(finding.grade(), Grade::Bad, "{finding:?}");
    assert!(
        finding.sentence().contains("root that is not trusted here"),
        "{}",
        finding.sentence()
    );
}

#[tokio::test]
async fn kamailio_answers_over_udp_and_tcp() {
    let arguments = |folder: &TempDir, port: u16| {
        kamailio(folder, &KAMAILIO.replace("PORT", &port.to_string()))
    };
    let Some(served) = serve("kamailio", arguments, "tcp").await else {
        return;
    };
    for transport in ["udp", "tcp"] {
        let target = format!("sip:127.0.0.1:{}?transport={transport}", served.port);
        let finding = probe(&target, Duration::from_secs(5)).await;
        let answer = answer(&finding);
        assert_eq!(
            (answer.status, answer.reason.raw()),
            (200, "OK"),
            "{finding:?}"
        );
        assert_eq!(answer.server, Some("kamailio of the test".into()));
        assert_eq!(answer.allow.raw(), "INVITE, ACK, OPTIONS");
        assert_eq!(
            (answer.transport.word(), finding.grade()),
            (transport, Grade::Good)
        );
    }
}

const UAS: &str = r#"<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="options">
  <recv request="OPTIONS"/>
  <send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:];tag=[pid]SIPpTag01[call_number]
[last_Call-ID:]
[last_CSeq:]
Allow: OPTIONS
Content-Length: 0

]]></send>
</scenario>
"#;

#[tokio::test]
async fn sipp_as_a_user_agent_answers() {
    let arguments = |folder: &TempDir, port: u16| {
        let file = folder.path().join("options.xml");
        std::fs::write(&file, UAS).unwrap();
        let file = file.display().to_string();
        let port = port.to_string();
        let words = ["-sf", &file, "-i", "127.0.0.1", "-p", &port, "-nostdin"];
        words.map(str::to_owned).to_vec()
    };
    let Some(served) = serve("sipp", arguments, "udp").await else {
        return;
    };
    let target = format!("sip:127.0.0.1:{}", served.port);
    let finding = probe(&target, Duration::from_secs(5)).await;
    assert_eq!(answer(&finding).status, 200, "{finding:?}");
}

#[tokio::test]
async fn a_server_that_hears_the_second_request_is_heard_and_says_how_often_it_was_asked() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = socket.local_addr().unwrap().port();
    let server = std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        // The first is lost.
        socket.recv_from(&mut bytes).unwrap();
        let (length, from) = socket.recv_from(&mut bytes).unwrap();
        let request = String::from_utf8_lossy(&bytes[..length]).into_owned();
        socket.send_to(b"nonsense", from).unwrap();
        let kept = request.lines().filter(|line| {
            ["Via:", "From:", "To:", "Call-ID:", "CSeq:"]
                .iter()
                .any(|name| line.starts_with(name))
        });
        let kept: Vec<String> = kept.map(|line| format!("{line}\r\n")).collect();
        let kept = kept.concat();
        for status in ["100 Trying", "503 Service Unavailable"] {
            let answer = format!("SIP/2.0 {status}\r\n{kept}Content-Length: 0\r\n\r\n");
            socket.send_to(answer.as_bytes(), from).unwrap();
        }
    });
    let finding = probe(&format!("sip:127.0.0.1:{port}"), Duration::from_secs(10)).await;
    server.join().unwrap();
    let told = answer(&finding);
    assert_eq!((told.status, told.requests), (503, 2), "{finding:?}");
    assert_eq!((finding.grade(), finding.word()), (Grade::Bad, "unhealthy"));
}

#[tokio::test]
async fn what_is_no_sip_server_is_told_apart_from_what_is_not_there() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut bytes = [0; 1024];
        let _ = stream.read(&mut bytes).await;
        let web = b"HTTP/1.1 400 Bad Request\r\nContent-Length: zero\r\n\r\n";
        stream.write_all(web).await.unwrap();
    });
    let target = format!("sip:127.0.0.1:{port}?transport=tcp");
    let finding = probe(&target, Duration::from_secs(5)).await;
    assert_eq!(finding.word(), "refused", "{finding:?}");
    assert!(
        finding.sentence().contains("does not answer as SIP does"),
        "{}",
        finding.sentence()
    );
    let target = format!("sip:127.0.0.1:{}?transport=tcp", free());
    let gone = probe(&target, Duration::from_secs(5)).await;
    assert_eq!(gone.grade(), Grade::Unreachable, "{gone:?}");
}
