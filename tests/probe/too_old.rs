//! Peers that speak nothing newer than TLS 1.1: recorded answers, and openssl where the machine has it.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use trunkline::model::finding::{Grade, TlsVerdict};

use crate::servers::{Authority, answering, probe, self_signed, tls};

/// What openssl's `-tls1_1` answers to a client of today: the fatal alert `protocol_version`.
const ALERT: &[u8] = &[21, 3, 1, 0, 2, 2, 70];

/// A server hello of TLS 1.1 with `TLS_RSA_WITH_AES_128_CBC_SHA`, as boxes answer that know no alert for it.
const HELLO: &[u8] = &[
    22, 3, 2, 0, 42, // handshake record, TLS 1.1
    2, 0, 0, 38, 3, 2, // server hello, TLS 1.1
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26,
    27, 28, 29, 30, 31, 32, // random
    0, 0, 47, 0, // no session, cipher suite, no compression
];

#[tokio::test]
async fn recorded_answers_of_old_peers_are_told_from_other_refusals() {
    let ca = Authority::new("Ours");
    for answer in [ALERT, HELLO] {
        let at = answering(answer).await;
        let finding = probe(&format!("tls:{at}"), &ca).await;
        assert_eq!(
            tls(&finding).verdict,
            TlsVerdict::ProtocolTooOld,
            "{}",
            finding.sentence()
        );
        assert_eq!(finding.grade(), Grade::Bad);
    }
    // handshake_failure may have many reasons, and age is only one.
    let at = answering(&[21, 3, 3, 0, 2, 2, 40]).await;
    let finding = probe(&format!("tls:{at}"), &ca).await;
    assert_eq!(
        tls(&finding).verdict,
        TlsVerdict::Refused,
        "{}",
        finding.sentence()
    );
}

/// `openssl s_server`, ended when the test is.
struct OpenSsl(Child);

impl Drop for OpenSsl {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn openssl_with_tls_1_1_alone_is_too_old() {
    let folder = tempfile::tempdir().unwrap();
    let identity = self_signed("127.0.0.1");
    let (cert, key) = (
        folder.path().join("cert.der"),
        folder.path().join("key.pem"),
    );
    std::fs::write(&cert, &identity.chain[0]).unwrap();
    std::fs::write(&key, identity.key.serialize_pem()).unwrap();
    let child = Command::new("openssl")
        .args(["s_server", "-accept", "127.0.0.1:0", "-tls1_1"])
        .args(["-cipher", "DEFAULT@SECLEVEL=0", "-certform", "DER", "-cert"])
        .arg(&cert)
        .arg("-key")
        .arg(&key)
        // It ends a connection when its own input ends.
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let Ok(child) = child else {
        println!("skipped: openssl is not installed");
        return;
    };
    let mut server = OpenSsl(child);
    let lines = BufReader::new(server.0.stdout.take().unwrap()).lines();
    let ready = lines
        .map_while(Result::ok)
        .find(|line| line.starts_with("ACCEPT "));
    let Some(at) = ready.and_then(|line| line.strip_prefix("ACCEPT ").map(str::to_owned)) else {
        println!("skipped: this openssl plays no TLS 1.1 server");
        return;
    };
    let finding = probe(&format!("tls:{at}"), &Authority::new("Ours")).await;
    assert_eq!(
        tls(&finding).verdict,
        TlsVerdict::ProtocolTooOld,
        "{}",
        finding.sentence()
    );
}
