//! What comes from the other side is bounded, and whatever it is, both ends go on.

use std::io::{Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::{UnixListener, UnixStream};

use super::common::ground::quiet;
use super::common::program::answer;
use super::{Jump, rows, until};

/// Things that no console says.
fn nonsense() -> Vec<Vec<u8>> {
    let random = |seed: u64, length: usize| {
        let mut random = fastrand::Rng::with_seed(seed);
        (0..length).map(|_| random.u8(..)).collect()
    };
    let mut all: Vec<Vec<u8>> = (0..24)
        .map(|seed| random(seed, 1 + 97 * usize::try_from(seed).unwrap()))
        .collect();
    all.push(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n".to_vec());
    all.push(vec![0; 4096]);
    all
}

#[tokio::test]
async fn a_reader_goes_on_whatever_it_is_sent() {
    let jump = Jump::start(quiet(10, "direct")).await;
    let _reader = jump.reader();
    let mut consoles = vec![jump.console("ana", false)];
    let truth = jump.truth().await;
    let known = |_: usize, app: &trunkline::app::App| rows(app).as_ref() == Some(&truth);
    until(&mut consoles, "everything is there", known).await;
    for sent in nonsense() {
        let mut stream = UnixStream::connect(jump.socket()).unwrap();
        // The reader may have hung up before all of it was written.
        let _ = stream.write_all(&sent);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let mut answered = Vec::new();
        let _ = stream.read_to_end(&mut answered);
    }
    let status = answer(&jump.ground.run(&["share", "status", "--json"]));
    assert_eq!(status["attached"], 1, "{status}");
    until(&mut consoles, "it is still told", known).await;
}

#[tokio::test]
async fn a_console_goes_on_whatever_it_is_told() {
    let jump = Jump::start(quiet(10, "direct")).await;
    let socket = jump.socket();
    let listener = UnixListener::bind(&socket).unwrap();
    std::fs::set_permissions(&socket, std::fs::Permissions::from_mode(0o600)).unwrap();
    let all = nonsense();
    let (tell, told) = std::sync::mpsc::channel();
    let liar = std::thread::spawn(move || {
        for lie in all.into_iter().take(6) {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.write_all(&lie);
            drop(stream);
            tell.send(()).unwrap();
        }
    });
    let mut consoles = vec![jump.console("ana", false)];
    let heard = std::sync::Mutex::new((told, 0));
    until(&mut consoles, "all lies were told", |_, _| {
        let mut heard = heard.lock().unwrap();
        heard.1 += heard.0.try_iter().count();
        heard.1 == 6
    })
    .await;
    liar.join().unwrap();
    std::fs::remove_file(&socket).unwrap();
    let _reader = jump.reader();
    let truth = jump.truth().await;
    until(&mut consoles, "a true reader is followed", |_, app| {
        rows(app).as_ref() == Some(&truth)
    })
    .await;
}
