//! Debian's `turnserver` on loopback: the STUN and TURN probes against somebody else's code.

use std::net::{TcpListener, UdpSocket};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use secrecy::SecretString;
use tempfile::TempDir;
use trunkline::model::finding::{Finding, Grade, ProbeOutcome, Target, TurnAnswer};
use trunkline::probe::{Prober, Settings, TurnUser};

use crate::servers::Authority;

/// A running server, ended when the test is.
struct Coturn {
    child: Child,
    plain: u16,
    tls: u16,
    ca: Authority,
    _folder: TempDir,
}

impl Drop for Coturn {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Coturn {
    /// None when it is not installed; then the test says so, and fails where CI promises it.
    async fn start() -> Option<Self> {
        for _ in 0..5 {
            let ca = Authority::new("Ours");
            let folder = tempfile::tempdir().unwrap();
            let (plain, tls) = (free(), free());
            let Ok(child) = spawn(&ca, &folder, plain, tls) else {
                println!("skipped: turnserver is not installed (apt-get install coturn)");
                assert_ne!(
                    std::env::var("CI").as_deref(),
                    Ok("true"),
                    "CI installs coturn"
                );
                return None;
            };
            let mut server = Self {
                child,
                plain,
                tls,
                ca,
                _folder: folder,
            };
            if server.ready().await {
                return Some(server);
            }
            // Somebody else took a port in between.
        }
        panic!("turnserver does not come up");
    }

    async fn ready(&mut self) -> bool {
        for _ in 0..200 {
            if self.child.try_wait().unwrap().is_some() {
                return false;
            }
            let plain = self.probe("stun", self.plain, "?transport=tcp", None).await;
            let tls = self.probe("stun", self.tls, "?transport=tls", None).await;
            if plain.grade() == Grade::Good && tls.grade() == Grade::Good {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        false
    }

    async fn probe(
        &self,
        protocol: &str,
        port: u16,
        query: &str,
        user: Option<(&str, &str)>,
    ) -> Finding {
        let target: Target = format!("{protocol}:127.0.0.1:{port}{query}")
            .parse()
            .unwrap();
        let turn = user.map(|(username, password)| TurnUser {
            server: target.clone(),
            username: username.to_owned(),
            password: Ok(SecretString::from(password)),
        });
        let settings = Settings {
            authorities: vec![self.ca.der.clone()],
            turn: turn.into_iter().collect(),
            ..Settings::default()
        };
        Prober::new(settings).probe(&target).await
    }

    /// Its address for each transport.
    fn ways(&self) -> [(u16, &'static str); 3] {
        [
            (self.plain, "?transport=udp"),
            (self.plain, "?transport=tcp"),
            (self.tls, "?transport=tls"),
        ]
    }
}

fn spawn(ca: &Authority, folder: &TempDir, plain: u16, tls: u16) -> std::io::Result<Child> {
    let identity = ca.issue("127.0.0.1", (-1, 90));
    let file = |name: &str, content: String| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    };
    let cert = folder.path().join("cert.pem");
    std::fs::write(&cert, pem(&identity.chain[0])).unwrap();
    Command::new("turnserver")
        .args([
            "-n",
            "-L",
            "127.0.0.1",
            "-E",
            "127.0.0.1",
            "-p",
            &plain.to_string(),
        ])
        .args(["--tls-listening-port", &tls.to_string()])
        .args([
            "-a",
            "-r",
            "trunk",
            "-u",
            "ana:secret",
            "--no-cli",
            "--no-dtls",
        ])
        .args(["--log-file", "stdout", "--userdb"])
        .arg(folder.path().join("users.sqlite"))
        .arg("--pidfile")
        .arg(folder.path().join("pid"))
        .arg("--cert")
        .arg(cert)
        .arg("--pkey")
        .arg(file("key.pem", identity.key.serialize_pem()))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
}

fn pem(der: &[u8]) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let lines: Vec<&str> = text
        .as_bytes()
        .chunks(64)
        .map(|l| std::str::from_utf8(l).unwrap())
        .collect();
    format!(
        "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
        lines.join("\n")
    )
}

/// A port that is free for UDP and TCP at this moment.
fn free() -> u16 {
    loop {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let port = socket.local_addr().unwrap().port();
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

fn turn(finding: &Finding) -> &TurnAnswer {
    match &finding.outcome {
        ProbeOutcome::Turn(turn) => turn,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn coturn_answers_over_every_transport() {
    let Some(server) = Coturn::start().await else {
        return;
    };
    for (port, query) in server.ways() {
        let finding = server.probe("stun", port, query, None).await;
        let ProbeOutcome::Stun(stun) = &finding.outcome else {
            panic!("{}", finding.sentence());
        };
        assert_eq!(
            stun.mapped,
            Some(stun.local),
            "{query}: there is no NAT on loopback"
        );
        assert!(!stun.nat());
        assert!(stun.software.as_ref().unwrap().raw().starts_with("Coturn"));
    }
    for (port, query) in server.ways() {
        let finding = server
            .probe("turn", port, query, Some(("ana", "secret")))
            .await;
        let turn = turn(&finding);
        assert_eq!(turn.relayed.ip().to_string(), "127.0.0.1", "{query}");
        assert_ne!(turn.relayed.port(), port);
        assert!(turn.released && turn.lifetime_s > 0, "{query}");
        assert_eq!(turn.realm.raw(), "trunk");
        assert!(
            turn.requests >= 3,
            "asked, challenged, asked again, released"
        );
    }
}

#[tokio::test]
async fn coturn_refuses_strangers_and_the_reason_says_what_to_mend() {
    let Some(server) = Coturn::start().await else {
        return;
    };
    for user in [("ana", "wrong-canary"), ("nobody", "secret")] {
        let finding = server.probe("turn", server.plain, "", Some(user)).await;
        assert_eq!(finding.grade(), Grade::Bad);
        let sentence = finding.sentence();
        assert!(
            sentence.contains(user.0) && sentence.contains("realm trunk"),
            "{sentence}"
        );
        assert!(!sentence.contains("canary"), "{sentence}");
    }
    let finding = server.probe("turn", server.plain, "", None).await;
    assert!(
        finding.sentence().contains("wants credentials"),
        "{}",
        finding.sentence()
    );
}
